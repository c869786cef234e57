//! Whether there is ground to judge a time of a function at all: enough calls, all of them timed, and a change
//! that could matter.

use super::decide::Draft;
use crate::model::{Because, Change, Function, Metric, Verdict, Which};
use crate::stats::number::{float, share_pct};
use crate::verdict::evidence::{estimates, outliers};
use crate::verdict::sides::Pair;

/// Calls that must lie beyond a percentile before it is worth a row.
const BEYOND_PERCENTILE: u64 = 5;

/// Unfinished calls, in per cent of the finished ones, from which self time cannot be divided.
const UNFINISHED_PCT: u64 = 1;

/// A share of the self time of a run below which a function is too small to matter, in per cent.
const SMALL_SHARE_PCT: f64 = 1.0;

impl Pair<'_> {
    /// Returns the row of a function that was counted only, on one of the sides at least.
    pub(crate) fn not_timed(&self) -> Draft {
        let because = vec![self.unmeasured().unwrap_or(Because::NotTimed)];
        let values = [self.old, self.new].map(Function::self_ns_a_call);
        let row = Change::exact(&self.new.name, Metric::SelfNs, values);
        Draft { row: Change { verdict: Verdict::Inconclusive, because, ..row }, test: None }
    }

    /// Returns whether the calls of one of the runs are too few for the metric.
    pub(crate) fn few(&self, metric: Metric) -> bool {
        let needed = match metric {
            Metric::P90Ns => self.limits.min_calls.max(BEYOND_PERCENTILE * 10),
            Metric::P95Ns => self.limits.min_calls.max(BEYOND_PERCENTILE * 20),
            Metric::P99Ns => self.limits.min_calls.max(BEYOND_PERCENTILE * 100),
            _ => self.limits.min_calls,
        };
        self.old.timed_calls().min(self.new.timed_calls()) < needed
    }

    /// Returns whether `metric` is a percentile of a function whose times are estimates in one of the runs:
    /// they are those of the calls in a few windows, and of calls of nanoseconds all but the recorder's.
    pub(crate) fn has_no_percentiles(&self, metric: Metric) -> bool {
        let is_percentile = outliers::share(metric).is_some();
        let mut runs = self.olds.iter().chain(&self.news).flatten();
        is_percentile && runs.any(|function| function.has_estimated_times())
    }

    /// Returns why there is nothing to judge, if so.
    pub(crate) fn cannot_judge(&self, metric: Metric) -> Option<(Verdict, Vec<Because>)> {
        let (old, new) = (self.old, self.new);
        if metric == Metric::SelfNs {
            let running = |f: &Function| {
                f.unfinished.saturating_mul(100) > f.calls.saturating_mul(UNFINISHED_PCT)
            };
            let runs = [(new, Which::Current), (old, Which::Baseline)];
            if let Some((f, side)) = runs.into_iter().find(|(function, _)| running(function)) {
                let unfinished = Because::Unfinished { calls: f.unfinished, side };
                return Some((Verdict::Inconclusive, vec![unfinished]));
            }
        }
        if let Some(ground) = self.unmeasured().or_else(|| self.truncated(metric)) {
            return Some((Verdict::Inconclusive, vec![ground]));
        }
        if !self.few(metric) {
            return None;
        }
        let few = Because::FewCalls {
            baseline: old.timed_calls(),
            current: new.timed_calls(),
            needed: self.limits.min_calls,
            timed: old.sampled || new.sampled,
        };
        Some(match self.small(Metric::SelfNs) {
            Some(small) => (Verdict::Stable, vec![few, small]),
            None => (Verdict::Inconclusive, vec![few]),
        })
    }

    /// Returns why a change of the metric would not matter to the run, if so. What a percentile says need not
    /// show in a run's time, so that none is small.
    pub(crate) fn small(&self, metric: Metric) -> Option<Because> {
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
        (largest < SMALL_SHARE_PCT).then_some(Because::Small { share_pct: SMALL_SHARE_PCT })
    }

    /// Returns the ground that too many calls or polls were counted and are in no time: those that are need not
    /// be like them.
    fn unmeasured(&self) -> Option<Because> {
        let is_much = |part: u64, of: u64| {
            part.saturating_mul(100) > of.saturating_mul(estimates::UNMEASURED_PCT)
        };
        let of = |f: &Function, side: Which| {
            let polls = f.futures.as_ref().map_or(0, |futures| futures.polls);
            let counts =
                [(f.unmeasured_calls, f.calls, false), (f.unmeasured_polls(), polls, true)];
            let (count, _, polls) = counts.into_iter().find(|it| is_much(it.0, it.1))?;
            Some(Because::NotMeasured { count, polls, side })
        };
        of(self.new, Which::Current).or_else(|| of(self.old, Which::Baseline))
    }

    /// Returns the ground that a percentile lacks too many calls: those that are in it came first, and need not
    /// be like the others.
    fn truncated(&self, metric: Metric) -> Option<Because> {
        /// Calls that no percentile knows, in per cent, from which it says nothing.
        const LOST_PCT: u64 = 1;
        outliers::share(metric)?;
        let sides = [(&self.news, Which::Current), (&self.olds, Which::Baseline)];
        let is_much = |f: &&&Function| {
            f.lost_durations.saturating_mul(100) > f.timed_calls().saturating_mul(LOST_PCT)
        };
        sides.into_iter().find_map(|(runs, side)| {
            let function = runs.iter().flatten().find(is_much)?;
            let (lost, of) = (function.lost_durations, function.timed_calls());
            Some(Because::Truncated { lost, of, side })
        })
    }

    /// Returns the floor that the change stays below, if it does.
    pub(crate) fn below_floor(&self, metric: Metric, change: f64) -> Option<Because> {
        let (call, run) = (self.limits.floor_ns, self.limits.run_floor_ns);
        let over_run = match metric {
            Metric::TotalNs => change,
            _ => change * float(self.new.calls),
        };
        if metric != Metric::TotalNs && change.abs() < call {
            return Some(Because::BelowCallFloor { floor_ns: call });
        }
        if over_run.abs() < run {
            return Some(Because::BelowRunFloor { floor_ns: run });
        }
        let open = estimates::left_open_ns([self.old, self.new], metric, self.busier);
        (change.abs() < open).then_some(Because::BelowResolution { open_ns: open })
    }
}
