//! A target of a suite, held against what was measured.

use super::Values;
use super::rules::{SuiteFigure, TargetRule};
use crate::model::{Growth, SuiteTarget, TargetOutcome, TargetUnit};
use crate::stats::number::float;
use crate::stats::{robust, student};

/// Judges one target by the values of its suite.
pub(super) fn judge(
    target: &TargetRule,
    values: &Values<'_>,
    baseline: Option<(&str, Option<&[f64]>)>,
) -> SuiteTarget {
    let empty =
        SuiteTarget { limit: target.limit, line: target.line as u64, ..SuiteTarget::default() };
    match &target.figure {
        SuiteFigure::Duration => over_runs(
            SuiteTarget { figure: "duration".to_owned(), unit: TargetUnit::Ns, ..empty },
            &values.wall_ns,
        ),
        SuiteFigure::PeakMemory => over_runs(
            SuiteTarget { figure: "peak-memory".to_owned(), unit: TargetUnit::Bytes, ..empty },
            &values.peak_bytes,
        ),
        SuiteFigure::Success => plain(
            SuiteTarget {
                figure: "success".to_owned(),
                unit: TargetUnit::Share,
                at_least: true,
                ..empty
            },
            values.success,
            "no test ran",
        ),
        SuiteFigure::Growth => growth(empty, values.growth),
        SuiteFigure::Improvement => improvement(empty, &values.wall_ns, baseline),
        SuiteFigure::MetricMin(name) => {
            let target = SuiteTarget { at_least: true, ..empty };
            metric(target, name, values)
        }
        SuiteFigure::MetricMax(name) => metric(empty, name, values),
    }
}

fn metric(empty: SuiteTarget, name: &str, values: &Values<'_>) -> SuiteTarget {
    let target = SuiteTarget { figure: name.to_owned(), unit: TargetUnit::Own, ..empty };
    plain(target, values.metric(name), "no program of the suite told it")
}

/// Judges a value that is exact.
fn plain(target: SuiteTarget, value: Option<f64>, missing: &str) -> SuiteTarget {
    let Some(number) = value else {
        return SuiteTarget { reason: missing.to_owned(), ..target };
    };
    let is_met = if target.at_least { number >= target.limit } else { number <= target.limit };
    let outcome = if is_met { TargetOutcome::Met } else { TargetOutcome::Missed };
    SuiteTarget { value, outcome, ..target }
}

/// Judges the median over the runs.
fn over_runs(target: SuiteTarget, values: &[f64]) -> SuiteTarget {
    let interval = interval(values);
    let judged = plain(target, robust::median(values), "it did not end");
    SuiteTarget { interval, ..judged }
}

/// Judges the growth over the stored runs: it is missed only where it is certainly more.
fn growth(empty: SuiteTarget, growth: Option<Growth>) -> SuiteTarget {
    let target = SuiteTarget { figure: "growth".to_owned(), unit: TargetUnit::Pct, ..empty };
    let Some(growth) = growth else {
        let reason = format!("it takes {} runs that are stored", crate::stats::theil_sen::FEWEST);
        return SuiteTarget { reason, ..target };
    };
    let is_missed = growth.low_pct > target.limit;
    SuiteTarget {
        value: Some(growth.change_pct),
        interval: Some((growth.low_pct, growth.high_pct)),
        outcome: if is_missed { TargetOutcome::Missed } else { TargetOutcome::Met },
        reason: format!("over {} runs", growth.runs),
        ..target
    }
}

/// Judges how much less time it takes than in the baseline. It is met where it is as much by the best
/// estimate and certainly not nothing, and missed where it is certainly less.
fn improvement(
    empty: SuiteTarget,
    current: &[f64],
    baseline: Option<(&str, Option<&[f64]>)>,
) -> SuiteTarget {
    let target = SuiteTarget {
        figure: "improvement".to_owned(),
        unit: TargetUnit::Pct,
        at_least: true,
        baseline: baseline.map(|(name, _)| name.to_owned()),
        ..empty
    };
    let missing = |reason: &str| SuiteTarget { reason: reason.to_owned(), ..target.clone() };
    let Some((name, before)) = baseline else { return missing("no baseline is named") };
    let Some(before) = before else { return missing(&format!("there is no baseline {name}")) };
    if current.is_empty() || before.is_empty() {
        return missing("a side has no time of this suite");
    }
    let change = Change::between(before, current);
    let (value, interval) = (change.improvement_pct(), change.interval_pct());
    let outcome = match interval {
        Some((low, _)) if value >= target.limit && (low > 0.0 || target.limit <= 0.0) => {
            TargetOutcome::Met
        }
        Some((_, high)) if high < target.limit => TargetOutcome::Missed,
        None | Some(_) => TargetOutcome::Undecided,
    };
    let reason = match outcome {
        TargetOutcome::Undecided if interval.is_none() => {
            "one run on each side does not show what runs differ by".to_owned()
        }
        TargetOutcome::Undecided => "more runs are needed to tell it from noise".to_owned(),
        _ => String::new(),
    };
    SuiteTarget { value: Some(value), interval, outcome, reason, ..target }
}

/// The difference of logarithms.
struct Change {
    difference: f64,
    /// The half of its interval; `None` where nothing is known of the noise.
    reach: Option<f64>,
}

impl Change {
    fn between(before: &[f64], after: &[f64]) -> Self {
        let sides = [before, after].map(logs);
        let means = sides.each_ref().map(|values| mean(values));
        let counts = sides.each_ref().map(|values| float(values.len() as u64));
        let degrees = counts[0] + counts[1] - 2.0;
        let squares: f64 = sides
            .iter()
            .zip(means)
            .flat_map(|(values, mean)| values.iter().map(move |value| (value - mean).powi(2)))
            .sum();
        let reach = (degrees >= 1.0).then(|| {
            let error = (squares / degrees * (1.0 / counts[0] + 1.0 / counts[1])).sqrt();
            student::quantile(0.975, degrees) * error
        });
        Self { difference: means[1] - means[0], reach }
    }

    fn improvement_pct(&self) -> f64 {
        improved(self.difference)
    }

    fn interval_pct(&self) -> Option<(f64, f64)> {
        let reach = self.reach?;
        Some((improved(self.difference + reach), improved(self.difference - reach)))
    }
}

fn improved(difference: f64) -> f64 {
    -difference.exp_m1() * 100.0
}

/// Returns between what and what the middle of more runs would lie; `None` of one run.
fn interval(values: &[f64]) -> Option<(f64, f64)> {
    let logs = logs(values);
    let (reach, mean) = (student::half_of_mean(&logs)?, mean(&logs));
    Some(((mean - reach).exp(), (mean + reach).exp()))
}

fn logs(values: &[f64]) -> Vec<f64> {
    values.iter().map(|value| value.max(1.0).ln()).collect()
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / float(values.len().max(1) as u64)
}

/// Returns whether more runs could turn the outcome: the limit lies within what the value may be.
pub(super) fn is_open(target: &SuiteTarget) -> bool {
    /// The part of a limit from which one run alone is far enough from it.
    const FAR: f64 = 0.25;
    if target.outcome == TargetOutcome::Undecided {
        return true;
    }
    if !matches!(target.unit, TargetUnit::Ns | TargetUnit::Bytes) {
        return false;
    }
    match (target.value, target.interval) {
        (Some(_), Some((low, high))) => (low..=high).contains(&target.limit),
        (Some(value), None) => (value - target.limit).abs() <= FAR * target.limit,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(figure: SuiteFigure, limit: f64) -> TargetRule {
        TargetRule { figure, limit, line: 1 }
    }

    fn of(figure: SuiteFigure, limit: f64, values: &Values<'_>) -> SuiteTarget {
        judge(&target(figure, limit), values, None)
    }

    fn times(seconds: &[f64]) -> Values<'static> {
        Values { wall_ns: seconds.iter().map(|it| it * 1e9).collect(), ..Values::default() }
    }

    #[test]
    fn limits_are_met_up_to_themselves() {
        let outcome = |limit: f64, seconds: &[f64]| {
            of(SuiteFigure::Duration, limit * 1e9, &times(seconds)).outcome
        };
        assert_eq!(outcome(2.0, &[2.0]), TargetOutcome::Met);
        assert_eq!(outcome(2.0, &[2.1]), TargetOutcome::Missed);
        assert_eq!(outcome(2.0, &[2.1, 1.0, 1.1]), TargetOutcome::Met, "the median decides");
        assert_eq!(outcome(2.0, &[]), TargetOutcome::Unmeasured);
        let success = |share| {
            let values = Values { success: share, ..Values::default() };
            of(SuiteFigure::Success, 1.0, &values).outcome
        };
        assert_eq!(success(Some(1.0)), TargetOutcome::Met);
        assert_eq!(success(Some(0.99)), TargetOutcome::Missed);
        assert_eq!(success(None), TargetOutcome::Unmeasured);
    }

    #[test]
    fn an_improvement_must_be_more_than_noise() {
        let outcome = |before: &[f64], after: &[f64]| {
            let before: Vec<f64> = before.iter().map(|it| it * 1e9).collect();
            let rule = target(SuiteFigure::Improvement, 5.0);
            judge(&rule, &times(after), Some(("main", Some(&before)))).outcome
        };
        assert_eq!(outcome(&[1.0, 1.01, 0.99], &[0.9, 0.91, 0.89]), TargetOutcome::Met);
        assert_eq!(outcome(&[1.0, 1.01, 0.99], &[1.0, 1.01, 1.0]), TargetOutcome::Missed);
        assert_eq!(outcome(&[1.0, 1.5, 0.7], &[0.9, 1.3, 0.6]), TargetOutcome::Undecided);
        assert_eq!(outcome(&[1.0], &[0.5]), TargetOutcome::Undecided, "noise is not known");
        assert_eq!(outcome(&[], &[0.5]), TargetOutcome::Unmeasured);
        let rule = target(SuiteFigure::Improvement, 5.0);
        let alone = judge(&rule, &times(&[1.0]), None);
        assert_eq!(alone.reason, "no baseline is named");
    }

    #[test]
    fn growth_is_missed_only_where_it_is_certain() {
        let outcome = |low_pct, high_pct| {
            let growth = Growth { runs: 9, change_pct: 12.0, low_pct, high_pct };
            let values = Values { growth: Some(growth), ..Values::default() };
            of(SuiteFigure::Growth, 10.0, &values).outcome
        };
        assert_eq!(outcome(11.0, 13.0), TargetOutcome::Missed);
        assert_eq!(outcome(-1.0, 30.0), TargetOutcome::Met);
        assert_eq!(
            of(SuiteFigure::Growth, 10.0, &Values::default()).outcome,
            TargetOutcome::Unmeasured
        );
    }

    #[test]
    fn a_target_is_open_while_its_limit_is_in_reach() {
        let is_open =
            |seconds: &[f64]| super::is_open(&of(SuiteFigure::Duration, 1e9, &times(seconds)));
        assert!(is_open(&[0.9]) && is_open(&[1.2]) && is_open(&[0.9, 1.2]));
        assert!(!is_open(&[0.5]) && !is_open(&[0.9, 0.91, 0.9]) && !is_open(&[]));
    }
}
