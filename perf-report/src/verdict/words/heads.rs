//! Sentences that begin with something else than two values: of a value that is the same, of one side only,
//! or not known.

use super::Words;
use super::grounds::range;
use crate::model::{Because, BenchOutcome, Change, Metric};
use crate::stats::number::{float, whole};
use crate::text::units;

impl Words {
    /// Returns how the sentence of a row begins that has `first` as its first ground; `None` where it begins
    /// with the values.
    pub(super) fn head(self, first: &Because, row: &Change) -> Option<String> {
        self.of_two(first, row)
            .or_else(|| of_one(first, row))
            .or_else(|| of_growth(first, row))
            .or_else(|| self.unmeasured(first, row.metric, row.because.get(1)))
    }

    /// Returns the beginning of a sentence on values of both sides that are the same, or not apart.
    fn of_two(self, first: &Because, row: &Change) -> Option<String> {
        let (metric, title) = (row.metric, row.metric.title());
        let current = row.current.unwrap_or_default();
        Some(match first {
            Because::Same if metric == Metric::Success => {
                format!("{title} {} on both sides", metric.number(current))
            }
            Because::Same if metric.is_custom() => {
                format!("{title} {} in both runs", metric.number(current))
            }
            Because::Same if metric.is_count() => self.same_count(metric, current),
            Because::RunsOverlap { .. } if metric == Metric::Success => {
                let rate = metric.number(current);
                format!("{title} {rate} on both sides, and differs from run to run")
            }
            Because::RunsOverlap { baseline, current } => {
                let [old, new] = [baseline, current].map(|ends| range(metric, *ends));
                if metric.is_custom() {
                    format!("{title} differs from run to run: {old} before, {new} now")
                } else {
                    format!("{title} differ from run to run: {old} before and {new} now")
                }
            }
            _ => return None,
        })
    }

    /// Returns `100 calls in both runs`.
    fn same_count(self, metric: Metric, count: f64) -> String {
        let title = metric.title();
        let is_one = whole(count) == 1;
        let what = if is_one { title.trim_end_matches('s') } else { title };
        let amount = match metric {
            Metric::SelfAllocBytes => format!("{what} {}", metric.number(count)),
            _ => format!("{} {what}", metric.number(count)),
        };
        match self.runs[0] + self.runs[1] {
            runs if runs > 2 => format!("{amount} in all {runs} runs"),
            _ => format!("{amount} in both runs"),
        }
    }

    /// Returns why a value is not known well enough to be judged; `next` is the ground after that.
    pub(super) fn unmeasured(
        self,
        ground: &Because,
        metric: Metric,
        next: Option<&Because>,
    ) -> Option<String> {
        Some(match ground {
            Because::NotCounted { side } => {
                format!("errors were not counted in {}", self.side(*side))
            }
            Because::NotTimed => "no call was timed".to_owned(),
            Because::Ended { outcome, before } => ended(*outcome, *before),
            Because::NotMeasured { count, polls, side } => {
                let calls = units::plural(*count, if *polls { "poll" } else { "call" });
                format!("{calls} were counted and not timed in {}", self.side(*side))
            }
            Because::Unfinished { calls, side } => {
                let calls = units::plural(*calls, "call");
                format!("{calls} had not finished in {}", self.side(*side))
            }
            Because::Truncated { lost, of, side } => {
                let (title, side) = (metric.title(), self.side(*side));
                let [lost, of] = [*lost, *of].map(units::count);
                let why = format!("it lacks {lost} of {of}");
                format!("{title} of {side} is of too few calls, for want of memory: {why}")
            }
            Because::TooFewFor => format!("its calls are too few for the {}", metric.title()),
            Because::FewCalls { baseline, current, needed, timed } => {
                let what = if *timed { "timed call" } else { "call" };
                let (then, now) = (units::plural(*baseline, what), units::count(*current));
                let text = format!("{then} in {} and {now} in {}", self.called[0], self.called[1]);
                if matches!(next, Some(Because::Small { .. })) {
                    return Some(text);
                }
                format!("{text}; it takes {} to judge a time", units::count(*needed))
            }
            Because::SampledPercentile => {
                "percentiles of a function that is sampled are those of a few windows".to_owned()
            }
            Because::Unknown { side } => format!("{} does not know the function", self.side(*side)),
            _ => return None,
        })
    }
}

/// Returns the sentence on the growth of a benchmark: `time grows with n^1.98 (1.93 to 2.03) and grew with …`.
fn of_growth(first: &Because, row: &Change) -> Option<String> {
    let Because::Exponents { baseline, current, sizes, apart } = first else { return None };
    let cost = row.metric.title().trim_start_matches("exponent of ");
    let power = |value: Option<f64>, (low, high): (f64, f64)| {
        format!("n^{} ({low:.2} to {high:.2})", row.metric.number(value.unwrap_or_default()))
    };
    let [old, new] = [power(row.baseline, *baseline), power(row.current, *current)];
    let sizes = units::plural(*sizes, "size");
    Some(if *apart {
        format!("{cost} grew with {old} and grows with {new}, over {sizes}")
    } else {
        format!(
            "{cost} grows with {new}, and with {old} before: no other growth for sure, over {sizes}"
        )
    })
}

/// Returns the sentence on a value that only one side has, or on a function that has another name there.
fn of_one(first: &Because, row: &Change) -> Option<String> {
    let [baseline, current] = [row.baseline, row.current].map(Option::unwrap_or_default);
    Some(match first {
        Because::NoLongerCalled => format!("no longer called; {} before", times(baseline)),
        Because::NeverCalledBefore => format!("called {}, never before", times(current)),
        Because::New { self_ns: None } => {
            format!("new: {} {}", row.metric.title(), row.metric.number(current))
        }
        Because::Gone { self_ns: None } => {
            format!("gone: {} {} before", row.metric.title(), row.metric.number(baseline))
        }
        Because::New { self_ns: Some(self_ns) } => in_one_run("new", current, *self_ns),
        Because::Gone { self_ns: Some(self_ns) } => in_one_run("gone", baseline, *self_ns),
        Because::Renamed { from } => {
            let calls = units::plural(whole(current), "call");
            format!("was {from} before: {calls} in both, and the same work")
        }
        _ => return None,
    })
}

fn in_one_run(which: &str, calls: f64, self_ns: u64) -> String {
    match whole(calls) {
        0 => format!("{which}, never called"),
        calls => {
            let own = units::duration(float(self_ns));
            format!("{which}: {}, self time {own} in the run", units::plural(calls, "call"))
        }
    }
}

fn times(calls: f64) -> String {
    match whole(calls) {
        1 => "once".to_owned(),
        calls => units::plural(calls, "time"),
    }
}

/// Returns how a benchmark ended: `it panicked (panicked); in the baseline it was ok`.
fn ended(outcome: BenchOutcome, before: Option<BenchOutcome>) -> String {
    let now = outcome.sentence();
    match before {
        None => format!("{now} ({outcome})"),
        Some(before) if before == outcome => format!("{now} ({outcome}), as in the baseline"),
        Some(before) => format!("{now} ({outcome}); it was {before} in the baseline"),
    }
}
