//! The effect of a busier machine on the times of a function, beyond the waits that the recorder saw: a
//! thread that slept waits for a processor when it wakes, and nobody counts that as against its will.

use super::outliers;
use crate::model::{Because, Function, Metric, Unconfirmed};
use crate::verdict::sides::{self, Busier, Pair};

/// Part of a change that must be confirmed by something that waiting does not change.
pub(crate) const CONFIRMING_PART: f64 = 0.5;

/// Returns why a time that became longer, from one value to the other, may be so by the machine alone, if so.
pub(crate) fn denied(pair: &Pair<'_>, metric: Metric, [old, new]: [f64; 2]) -> Option<Because> {
    if pair.busier == Busier::No || new <= old {
        return None;
    }
    let of_most_calls = Unconfirmed::MostCalls;
    let unconfirmed = if metric.is_outer_percentile() {
        (!body_moved(pair, new / old)).then_some(of_most_calls)
    } else if outliers::share(metric).is_some() {
        None
    } else {
        let change = a_call(pair, metric, new - old);
        match is_worked(pair, change) {
            Some(true) => None,
            Some(false) if pair.busier == Busier::Much => Some(Unconfirmed::CpuTime),
            _ => moved_by_a_few_calls(pair, change).then_some(of_most_calls),
        }
    };
    unconfirmed.map(|unconfirmed| Because::Busier { unconfirmed })
}

/// Returns why the slowest calls of few runs may have become slower, from one value to the other, by chance, if
/// so.
pub(crate) fn tail_of_few_runs(
    pair: &Pair<'_>,
    metric: Metric,
    [old, new]: [f64; 2],
) -> Option<Because> {
    let is_open = metric.is_outer_percentile() && new > old && !body_moved(pair, new / old);
    is_open.then_some(Because::TailOfFewRuns)
}

/// Returns whether the median changed by a good part of `factor`.
fn body_moved(pair: &Pair<'_>, factor: f64) -> bool {
    medians(pair).is_none_or(|(old, new)| (new / old).ln() >= CONFIRMING_PART * factor.ln())
}

/// Returns a change of the mean of a call, of one of `metric`, in nanoseconds.
fn a_call(pair: &Pair<'_>, metric: Metric, change: f64) -> f64 {
    let calls = above_zero(&pair.news, |function| Some(function.calls)).unwrap_or(1.0);
    if metric == Metric::TotalNs { change / calls.max(1.0) } else { change }
}

/// Returns the median of the calls in the middle run of each side, where both know one.
fn medians(pair: &Pair<'_>) -> Option<(f64, f64)> {
    let of = |function: &Function| function.p50_ns;
    above_zero(&pair.olds, of).zip(above_zero(&pair.news, of))
}

/// Returns the value of the middle run of a side, where it is above zero.
fn above_zero(runs: &[Option<&Function>], of: fn(&Function) -> Option<u64>) -> Option<f64> {
    sides::middle(runs, of).filter(|value| *value > 0.0)
}

/// Returns whether the median of whole calls moved by less than a good part of what the mean did: so a few
/// calls made it, or callees did.
fn moved_by_a_few_calls(pair: &Pair<'_>, change: f64) -> bool {
    let is_known = |function: &&Function| !function.has_estimated_times();
    let mut runs = pair.olds.iter().chain(&pair.news).flatten();
    runs.all(is_known)
        && medians(pair).is_some_and(|(old, new)| new - old < CONFIRMING_PART * change)
}

/// Returns whether the processor time of the run, a call, became more by as much as a call takes longer. `None`
/// where that is too little to show.
fn is_worked(pair: &Pair<'_>, change: f64) -> Option<bool> {
    /// Part of the processor time that runs do not differ by.
    const NOTABLE_PART: f64 = 0.1;
    let calls = |runs: &[Option<&Function>]| above_zero(runs, |function| Some(function.calls));
    let [Some(old_cpu), Some(new_cpu)] = pair.cpu_ns else { return None };
    let (old, new) = (old_cpu / calls(&pair.olds)?, new_cpu / calls(&pair.news)?);
    (change > NOTABLE_PART * old).then_some(new - old >= CONFIRMING_PART * change)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verdict::Limits;
    use crate::verdict::words::Words;

    fn in_words(ground: impl IntoIterator<Item = Because>) -> Option<String> {
        let grounds: Vec<Because> = ground.into_iter().collect();
        Words::of([1, 1]).why(Metric::SelfNs, &grounds)
    }

    fn function(p50_ns: u64) -> Function {
        Function { calls: 1_000, p50_ns: Some(p50_ns), ..Function::default() }
    }

    /// Judges a function whose processor time is too little to show anything, and whose calls take 2 µs longer
    /// on the whole.
    #[track_caller]
    fn check_small(old: &Function, new: &Function, limits: &Limits, expected: Option<&str>) {
        let mut pair = Pair::single(old, new, limits);
        (pair.busier, pair.cpu_ns) = (Busier::Much, [Some(50e6), Some(51e6)]);
        let denied = in_words(denied(&pair, Metric::SelfNs, [10_000.0, 12_000.0]));
        assert_eq!(denied.as_deref(), expected);
    }

    #[test]
    fn what_a_busier_machine_may_have_made_is_no_finding() {
        let limits = Limits::default();
        let (old, new) = (function(10_000), function(10_500));
        let shown = |metric, busier, new_cpu: f64| {
            let mut pair = Pair::single(&old, &new, &limits);
            (pair.busier, pair.cpu_ns) = (busier, [Some(50e6), Some(new_cpu)]);
            in_words(denied(&pair, metric, [10_000.0, 40_000.0]))
        };
        let busier = "but the machine was busier, and the processor time does not confirm it";
        assert_eq!(shown(Metric::SelfNs, Busier::Much, 51e6).as_deref(), Some(busier));
        assert_eq!(shown(Metric::SelfNs, Busier::Much, 80e6), None, "it worked for it");
        assert_eq!(shown(Metric::SelfNs, Busier::No, 51e6), None, "it sleeps longer by itself");
        let tail = "but the machine was busier, and what most calls take did not change";
        check_small(&old, &new, &limits, Some(tail));
        check_small(&old, &function(11_500), &limits, None);
        assert_eq!(shown(Metric::P99Ns, Busier::Much, 51e6).as_deref(), Some(tail));
        assert_eq!(shown(Metric::P99Ns, Busier::Somewhat, 51e6).as_deref(), Some(tail));
        assert_eq!(shown(Metric::SelfNs, Busier::Somewhat, 51e6).as_deref(), Some(tail));
        assert_eq!(shown(Metric::SelfNs, Busier::Somewhat, 80e6), None);
        assert_eq!(shown(Metric::P50Ns, Busier::Much, 51e6), None);
        let slower = function(30_000);
        let mut pair = Pair::single(&old, &slower, &limits);
        pair.busier = Busier::Much;
        assert_eq!(
            denied(&pair, Metric::P99Ns, [10_000.0, 40_000.0]),
            None,
            "all calls are slower"
        );
    }
}
