//! Tells a function that became slower from one of which a few calls were interrupted.
//!
//! A mean holds every interruption: on a busy machine, one call that waits for the processor for
//! 12 ms makes a function of 100 calls slower by 120 µs a call. The median does not move then. So a
//! change of a mean counts where the median moved with it, or where the change over the run is more
//! than interruptions explain; a tail that is truly slower shows in the outer percentiles.
//!
//! Medians are of whole calls. Where callees take most of a call, the median confirms a change of
//! self time only if it moved by about as much: otherwise it is the callees that moved it.

use crate::model::{Because, Function, Metric};
use crate::stats::number::float;
use crate::stats::quantile;
use crate::verdict::sides::Pair;

/// Part of the mean's change that the median must have made to confirm it.
const CONFIRMING_PART: f64 = 0.5;
/// So many times the change of self time, and the median speaks of the callees.
const CALLEES_SPEAK: f64 = 3.0;
/// Part of a call from which self time is nearly all of it.
const NEARLY_ALL: f64 = 0.9;

/// Returns whether something other than a few slow calls must have made the mean of a call change by `change`
/// nanoseconds. `limit` is the percentage that the change went beyond.
pub(crate) fn more_than_a_few_calls(
    pair: &Pair<'_>,
    metric: Metric,
    change: f64,
    limit: f64,
) -> bool {
    let over_run = change.abs() * float(pair.new.calls.min(pair.old.calls));
    if over_run > pair.limits.interruptions_ns {
        return true;
    }
    let (Some(old), Some(new)) = (pair.old.p50_ns, pair.new.p50_ns) else { return true };
    let moved = (float(new) - float(old)) * change.signum();
    let follows = moved >= change.abs() * CONFIRMING_PART;
    if metric == Metric::SelfNs && !(is_leaf(pair.old) && is_leaf(pair.new)) {
        return follows && moved <= change.abs() * CALLEES_SPEAK;
    }
    follows || moved > float(old) * limit / 100.0
}

/// Returns the share of the calls that are below a percentile.
pub(crate) fn share(metric: Metric) -> Option<f64> {
    match metric {
        Metric::P50Ns => Some(0.50),
        Metric::P90Ns => Some(0.90),
        Metric::P95Ns => Some(0.95),
        Metric::P99Ns => Some(0.99),
        _ => None,
    }
}

/// Returns the ground that so few calls made a percentile change that a little more or less of them would undo
/// it: where durations are a few steps of the clock, or of two kinds, it goes from one to the other for next to
/// nothing.
pub(crate) fn made_by_few(pair: &Pair<'_>, metric: Metric, change: f64) -> Option<Because> {
    let share = share(metric)?;
    // Of the median two calls in a hundred, of the outermost one in five hundred.
    let few = ((1.0 - share) / 5.0).min(0.02);
    let at = |function: &Function, share: f64| {
        let buckets = function.histogram.iter().map(|&(low, calls)| (float(low), calls));
        quantile::value_of_buckets(&buckets.collect::<Vec<_>>(), share)
    };
    let sign = change.signum();
    let (old, new) = (at(pair.old, share + few * sign)?, at(pair.new, share - few * sign)?);
    // A reading on each side.
    let steps = 2.0 * float(pair.old.resolution_ns.max(pair.new.resolution_ns));
    let left = (new - old) * sign;
    let is_undone = left <= 0.0 || left < steps;
    is_undone.then_some(Because::DecidedByFew { calls_pct: few * 100.0 })
}

/// Returns whether callees take next to nothing of its time.
fn is_leaf(function: &Function) -> bool {
    float(function.self_ns) >= float(function.total_ns) * NEARLY_ALL
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verdict::Limits;
    use crate::verdict::words::Words;

    /// Checks a change of the mean by medians in microseconds, calls, and the change in microseconds.
    #[track_caller]
    fn check(medians: (u64, u64), calls: u64, change: f64, expected: bool) {
        let function =
            |us: u64| Function { calls, p50_ns: Some(us * 1_000), ..Function::default() };
        let (old, new) = (function(medians.0), function(medians.1));
        let limits = Limits::default();
        let pair = Pair::single(&old, &new, &limits);
        let answer = more_than_a_few_calls(&pair, Metric::MeanNs, change * 1e3, 15.0);
        assert_eq!(answer, expected);
    }

    #[test]
    fn callees_that_moved_the_median_confirm_no_self_time() {
        let caller = |p50_us: u64| Function {
            calls: 50,
            p50_ns: Some(p50_us * 1_000),
            total_ns: 100,
            self_ns: 10,
            ..Function::default()
        };
        let (old, limits) = (caller(10_000), Limits::default());
        let confirmed = |new: &Function, change_us: f64| {
            more_than_a_few_calls(
                &Pair::single(&old, new, &limits),
                Metric::SelfNs,
                change_us * 1e3,
                15.0,
            )
        };
        assert!(confirmed(&caller(10_500), 500.0));
        assert!(!confirmed(&caller(16_000), 500.0), "it is the callees that are slower");
        assert!(!confirmed(&caller(10_000), 500.0));
    }

    #[test]
    fn the_median_confirms_or_denies() {
        check((100, 140), 50, 40.0, true);
        check((100, 100), 50, 40.0, false);
        check((100, 80), 50, 40.0, false);
        check((100, 60), 50, -40.0, true);
        check((100, 100), 50, -40.0, false);
    }

    #[test]
    fn a_skewed_function_is_confirmed_by_proportion() {
        check((10, 14), 50, 400.0, true);
    }

    #[test]
    fn no_interruption_explains_a_large_change() {
        check((100, 100), 50_000, 40.0, true);
    }

    /// Returns a function with calls of two durations, of which this many of a thousand take the longer one.
    fn of_two_kinds(longer: u64) -> Function {
        Function {
            calls: 1_000,
            histogram: vec![(224, 1_000 - longer), (272, longer)],
            resolution_ns: 10,
            ..Function::default()
        }
    }

    fn decided_by_few(metric: Metric, old: &Function, new: &Function) -> Option<Because> {
        let limits = Limits::default();
        made_by_few(&Pair::single(old, new, &limits), metric, 20.0)
    }

    fn in_words(ground: impl IntoIterator<Item = Because>) -> Option<String> {
        let grounds: Vec<Because> = ground.into_iter().collect();
        Words::of([1, 1]).why(Metric::P95Ns, &grounds)
    }

    #[test]
    fn a_percentile_that_goes_from_one_duration_to_the_next_says_nothing() {
        let (old, new) = (of_two_kinds(49), of_two_kinds(51));
        let why = decided_by_few(Metric::P95Ns, &old, &new);
        assert_eq!(in_words(why).as_deref(), Some("but 1 % of the calls decide it"));
        assert_eq!(decided_by_few(Metric::P95Ns, &of_two_kinds(20), &of_two_kinds(400)), None);
        assert_eq!(decided_by_few(Metric::P50Ns, &of_two_kinds(400), &of_two_kinds(600)), None);
        assert_eq!(decided_by_few(Metric::MeanNs, &old, &new), None);
    }

    #[test]
    fn a_change_of_one_step_of_the_clock_is_none_whoever_made_it() {
        let at = |ns: u64| Function {
            histogram: vec![(ns, 1_000)],
            resolution_ns: 10,
            ..Function::default()
        };
        assert!(decided_by_few(Metric::P50Ns, &at(50), &at(60)).is_some());
        assert_eq!(decided_by_few(Metric::P50Ns, &at(50), &at(90)), None);
    }
}
