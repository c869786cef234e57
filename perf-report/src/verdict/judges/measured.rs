//! Benchmarks, suites and tests: one value a run, whatever their harness called them.
//!
//! The harness chose how often to call, so calls say nothing, and a sample of it is a mean of many calls, so
//! percentiles of calls there are none. A run is one value. Its samples were taken inside one process and are a
//! floor of its error, no more: what runs differ by is known from runs. So one run against one is inconclusive
//! for all but large changes.

use super::decide::{Draft, Test};
use super::times::{from_or_to_nothing, limits_of_its_own};
use crate::model::{
    Because, BenchOutcome, Change, Function, FunctionKind, Metric, RunDocument, Unconfirmed,
    Verdict, time_of,
};
use crate::stats::number::{change_pct, float};
use crate::verdict::evidence::estimates::Doubt;
use crate::verdict::evidence::noise::{self, Values};
use crate::verdict::evidence::suite::Suite;
use crate::verdict::limits::MetricLimits;
use crate::verdict::sides::{Busier, Measured, Pair};

/// Standard errors to either side in an interval of 95 %.
const STANDARD_ERRORS: f64 = 1.96;

/// The standard error of a median, as a part of the distance of the samples that is reported beside it: of the
/// standard deviation of a hundred samples it is a tenth; of the largest and the smallest of fifty, half that.
const OF_SPREAD: f64 = 0.1;

/// Returns the row of the value of a benchmark, a suite or a test, where there is anything to say.
pub(crate) fn draft(
    pair: &Pair<'_>,
    limits: MetricLimits,
    (suite, paired): (&Suite, bool),
) -> Option<Draft> {
    if let Some(row) = ended(&pair.new.name, &pair.olds, &pair.news) {
        return Some(Draft { row, test: None });
    }
    let work = OtherWork::of(pair);
    let value = |function: &Function| of_work(function, work.as_ref());
    let side = |runs: &[Option<&Function>]| -> Vec<Option<f64>> {
        runs.iter().map(|function| function.and_then(value)).collect()
    };
    let past = pair.past.each_ref().map(|runs| runs.iter().filter_map(|it| value(it)).collect());
    let errors = [&pair.olds, &pair.news].map(|runs| error_of_mean(runs));
    let within = [pair.old, pair.new].map(|it| error(it).unwrap_or(0.0));
    let values = Values {
        olds: side(&pair.olds),
        news: side(&pair.news),
        past,
        within: within[0].max(within[1]),
    };
    let [baseline, current] = values.middles();
    let row = Change::exact(&pair.new.name, Metric::MeanNs, [baseline, current]);
    let (Some(baseline), Some(current)) = (baseline, current) else {
        let because = vec![Because::NotTimed];
        let is_any = baseline.or(current).is_some();
        return is_any.then_some(Draft {
            row: Change { verdict: Verdict::Inconclusive, because, ..row },
            test: None,
        });
    };
    let row = Change { change_pct: change_pct(baseline, current), ..row };
    let Some(mut measured) = noise::difference(&values, suite, paired) else {
        return Some(from_or_to_nothing(row, None));
    };
    measured.difference = measured.difference.at_least(errors[0].hypot(errors[1]));
    let own = limits_of_its_own(pair, limits);
    let is_busier = pair.busier == Busier::Much && current > baseline;
    let test = Test {
        measured,
        is_of_values: true,
        limits: own.limits,
        origin: own.origin,
        floor: None,
        doubt: Doubt::NONE.on_a_busy_machine(pair, Metric::MeanNs),
        small: None,
        denied: is_busier.then_some(Because::Busier { unconfirmed: Unconfirmed::CpuTime }),
    };
    let because = work.map(OtherWork::ground).into_iter().collect();
    Some(Draft { row: Change { because, ..row }, test: Some(test) })
}

/// Returns the row of a benchmark of which a run did not end well, or did not in the baseline. How long it took until
/// then is no time of it, so that nothing but its end is judged.
fn ended(name: &str, olds: &[Option<&Function>], news: &[Option<&Function>]) -> Option<Change> {
    let worst =
        |runs: &[Option<&Function>]| runs.iter().flatten().filter_map(|it| it.outcome()).max();
    let (outcome, before) = (worst(news)?, worst(olds));
    let is_well = |outcome: BenchOutcome| outcome == BenchOutcome::Ok;
    let verdict = match (is_well(outcome), before.is_none_or(is_well)) {
        (false, _) => Verdict::Regression,
        (true, false) => Verdict::Improved,
        (true, true) => return None,
    };
    let because = vec![Because::Ended { outcome, before }];
    Some(Change { verdict, because, ..Change::exact(name, Metric::MeanNs, [None, None]) })
}

/// Returns the rows of benchmarks that did not end well in a run that is judged by nothing.
pub(crate) fn bad_ends(run: &RunDocument) -> Vec<Change> {
    let benchmarks = run.functions.iter().filter(|it| it.kind == FunctionKind::Benchmark);
    benchmarks.filter_map(|it| ended(&it.name, &[], &[Some(it)])).collect()
}

/// Returns the rows of benchmarks, suites and tests that one side does not know.
pub(crate) fn one_sided<'a>(measured: &'a Measured<'_>) -> impl Iterator<Item = Change> + 'a {
    // Of one that has no time, such as one of counts, there is the number of calls.
    let shown = |function: &Function| match function.mean_ns {
        Some(mean) => (Metric::MeanNs, Some(mean)),
        None => (Metric::Calls, Some(float(function.calls))),
    };
    let added = measured.added.iter().map(move |new| {
        if let Some(row) = ended(&new.name, &[], &[Some(new)]) {
            return row;
        }
        let (metric, value) = shown(new);
        let because = vec![Because::New { self_ns: None }];
        Change {
            verdict: Verdict::Added,
            because,
            ..Change::exact(&new.name, metric, [None, value])
        }
    });
    let removed = measured.removed.iter().map(move |old| {
        let (metric, value) = shown(old);
        let because = vec![Because::Gone { self_ns: None }];
        Change {
            verdict: Verdict::Removed,
            because,
            ..Change::exact(&old.name, metric, [value, None])
        }
    });
    added.chain(removed)
}

/// Returns the value for as much work as an iteration of the newest run has.
fn of_work(function: &Function, work: Option<&OtherWork>) -> Option<f64> {
    let value = time_of(function, Metric::MeanNs)?;
    let Some(work) = work else { return Some(value) };
    let own = declared(function, &work.unit)?;
    Some(value * work.current / own)
}

/// The declared work of an iteration, where it is not the same on both sides.
#[derive(Debug)]
struct OtherWork {
    unit: String,
    baseline: f64,
    current: f64,
}

impl OtherWork {
    /// Finds the first unit of work that both sides declare, and that changed.
    fn of(pair: &Pair<'_>) -> Option<Self> {
        let old = &pair.old.benchmark.as_ref()?.throughput;
        let new = &pair.new.benchmark.as_ref()?.throughput;
        let (unit, &current) = new.iter().find(|(unit, _)| old.contains_key(*unit))?;
        let baseline = *old.get(unit)?;
        let is_other = baseline.total_cmp(&current).is_ne() && baseline > 0.0 && current > 0.0;
        is_other.then(|| Self { unit: unit.clone(), baseline, current })
    }

    fn ground(self) -> Because {
        Because::OfOtherWork { unit: self.unit, baseline: self.baseline, current: self.current }
    }
}

fn declared(function: &Function, unit: &str) -> Option<f64> {
    function.benchmark.as_ref()?.throughput.get(unit).copied().filter(|work| *work > 0.0)
}

/// Returns the error of the mean of some runs that the samples inside them leave, on the log scale.
fn error_of_mean(runs: &[Option<&Function>]) -> f64 {
    let errors: Vec<f64> = runs.iter().flatten().filter_map(|function| error(function)).collect();
    let squares: f64 = errors.iter().map(|error| error * error).sum();
    squares.sqrt() / float(errors.len().max(1) as u64)
}

/// Returns the standard error of the value of a run by its samples, on the log scale: what its harness
/// reports, or what the samples show, whichever is more.
fn error(function: &Function) -> Option<f64> {
    let benchmark = function.benchmark.as_ref()?;
    let value = function.mean_ns.filter(|value| *value > 0.0)?;
    let of_interval =
        benchmark.interval_ns.map(|(low, high)| (high - low) / (2.0 * STANDARD_ERRORS));
    let samples = float(benchmark.samples_ns.len() as u64);
    let of_samples = function.stddev_ns.filter(|_| samples > 1.0).map(|it| it / samples.sqrt());
    let of_spread = benchmark.spread_ns.map(|spread| spread * OF_SPREAD);
    let all = [of_interval, of_samples, of_spread].into_iter().flatten();
    let error = all.filter(|error| error.is_finite()).fold(0.0, f64::max);
    Some((error / value).clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests;
