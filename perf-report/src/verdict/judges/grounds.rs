//! Whether there is ground to judge a time of a function at all: enough calls, all of them timed, and a change
//! that could matter.

use super::decide::Draft;
use crate::model::{Change, Function, Metric, Verdict};
use crate::stats::number::{float, share_pct};
use crate::text::units;
use crate::verdict::evidence::{estimates, outliers};
use crate::verdict::sides::Pair;

/// Calls that must lie beyond a percentile before it is worth a row.
const BEYOND_PERCENTILE: u64 = 5;

/// Unfinished calls, in per cent of the finished ones, from which self time cannot be divided.
const UNFINISHED_PCT: u64 = 1;

/// A share of the self time of a run below which a function is too small to matter, in per cent.
const SMALL_SHARE_PCT: f64 = 1.0;

impl Pair<'_> {
    /// The row of a function that was counted only, on one of the sides at least.
    pub(crate) fn not_timed(&self) -> Draft {
        let unknown = (Verdict::Inconclusive, "no call was timed".to_owned());
        let (verdict, reason) = self.unmeasured().unwrap_or(unknown);
        let values = [self.old, self.new].map(Function::self_ns_a_call);
        let row = Change::exact(&self.new.name, Metric::SelfNs, values);
        Draft { row: Change { verdict, reason, ..row }, test: None }
    }

    /// Whether the calls of one of the runs are too few for the metric.
    pub(crate) fn few(&self, metric: Metric) -> bool {
        let needed = match metric {
            Metric::P90Ns => self.limits.min_calls.max(BEYOND_PERCENTILE * 10),
            Metric::P95Ns => self.limits.min_calls.max(BEYOND_PERCENTILE * 20),
            Metric::P99Ns => self.limits.min_calls.max(BEYOND_PERCENTILE * 100),
            _ => self.limits.min_calls,
        };
        self.old.timed_calls().min(self.new.timed_calls()) < needed
    }

    /// Whether `metric` is a percentile of a function whose times are estimates in one of the runs: they
    /// are those of the calls in a few windows, and of calls of nanoseconds all but the recorder's.
    pub(crate) fn has_no_percentiles(&self, metric: Metric) -> bool {
        let is_percentile = outliers::share(metric).is_some();
        let mut runs = self.olds.iter().chain(&self.news).flatten();
        is_percentile && runs.any(|function| function.has_estimated_times())
    }

    /// Why there is nothing to judge, if so.
    pub(crate) fn cannot_judge(&self, metric: Metric) -> Option<(Verdict, String)> {
        let (old, new) = (self.old, self.new);
        if metric == Metric::SelfNs {
            let running = |f: &Function| {
                f.unfinished.saturating_mul(100) > f.calls.saturating_mul(UNFINISHED_PCT)
            };
            if let Some((f, which)) = [(new, "this run"), (old, "the baseline")]
                .into_iter()
                .find(|(function, _)| running(function))
            {
                let calls = units::plural(f.unfinished, "call");
                return Some((
                    Verdict::Inconclusive,
                    format!("{calls} had not finished in {which}"),
                ));
            }
        }
        if let Some(answer) = self.unmeasured().or_else(|| self.truncated(metric)) {
            return Some(answer);
        }
        if !self.few(metric) {
            return None;
        }
        let timed = if old.sampled || new.sampled { "timed call" } else { "call" };
        let (then, now) =
            (units::plural(old.timed_calls(), timed), units::count(new.timed_calls()));
        let said = format!("{then} in the baseline and {now} in this run");
        if let Some(small) = self.small(Metric::SelfNs) {
            return Some((Verdict::Stable, format!("{said}, but {small}")));
        }
        let needed = units::count(self.limits.min_calls);
        Some((Verdict::Inconclusive, format!("{said}; it takes {needed} to judge a time")))
    }

    /// Why a change of the metric would not matter to the run, if so. What a percentile says need not
    /// show in a run's time, so that none is small.
    pub(crate) fn small(&self, metric: Metric) -> Option<String> {
        let time: fn(&Function) -> u64 = match metric {
            Metric::SelfNs => |function| function.self_ns,
            Metric::MeanNs | Metric::TotalNs => |function| function.total_ns,
            _ => return None,
        };
        let sides = [&self.olds, &self.news].into_iter().zip(&self.run_ns);
        let runs = sides.flat_map(|(side, all)| side.iter().copied().zip(all.iter().copied()));
        let largest = runs
            .filter_map(|(function, all)| Some(share_pct(time(function?), all)))
            .fold(0.0, f64::max);
        let limit = units::percent(SMALL_SHARE_PCT);
        (largest < SMALL_SHARE_PCT).then(|| format!("less than {limit} of either run"))
    }

    /// Too many calls that were counted and are in no time, or too many polls: those that are need
    /// not be like them.
    fn unmeasured(&self) -> Option<(Verdict, String)> {
        let is_much = |part: u64, of: u64| {
            part.saturating_mul(100) > of.saturating_mul(estimates::UNMEASURED_PCT)
        };
        let said = |f: &Function| {
            let polls = f.futures.as_ref().map_or(0, |futures| futures.polls);
            let calls =
                [(f.unmeasured_calls, f.calls, "call"), (f.unmeasured_polls(), polls, "poll")];
            let (part, _, one) = calls.into_iter().find(|it| is_much(it.0, it.1))?;
            Some(units::plural(part, one))
        };
        let runs = [(self.new, "this run"), (self.old, "the baseline")];
        let (calls, which) = runs.into_iter().find_map(|(f, which)| Some((said(f)?, which)))?;
        Some((Verdict::Inconclusive, format!("{calls} were counted and not timed in {which}")))
    }

    /// Percentiles that too many calls are not in: those that are came first, and need not be like them.
    fn truncated(&self, metric: Metric) -> Option<(Verdict, String)> {
        /// Calls that no percentile knows, in per cent, from which it says nothing.
        const LOST_PCT: u64 = 1;
        outliers::share(metric)?;
        let sides = [(&self.news, "this run"), (&self.olds, "the baseline")];
        let is_much = |f: &&&Function| {
            f.lost_durations.saturating_mul(100) > f.timed_calls().saturating_mul(LOST_PCT)
        };
        let (function, which) = sides.into_iter().find_map(|(runs, which)| {
            runs.iter().flatten().find(is_much).map(|function| (function, which))
        })?;
        let (lost, of) =
            (units::count(function.lost_durations), units::count(function.timed_calls()));
        let why = format!(
            "{} of {which} is of too few calls, for want of memory: it lacks {lost} of {of}",
            metric.title()
        );
        Some((Verdict::Inconclusive, why))
    }

    /// Which floor the change stays below, if it does.
    pub(crate) fn below_floor(&self, metric: Metric, change: f64) -> Option<String> {
        let (call, run) = (self.limits.floor_ns, self.limits.run_floor_ns);
        let over_run = match metric {
            Metric::TotalNs => change,
            _ => change * float(self.new.calls),
        };
        if metric != Metric::TotalNs && change.abs() < call {
            return Some(format!("a change of less than {}", units::duration(call)));
        }
        if over_run.abs() < run {
            return Some(format!("a change of less than {} over the run", units::duration(run)));
        }
        let open = estimates::left_open_ns([self.old, self.new], metric, self.busier);
        (change.abs() < open).then(|| {
            format!(
                "a change of less than the clock and the recorder leave open, {}",
                units::duration(open)
            )
        })
    }
}
