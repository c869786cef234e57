//! What a machine that is busier makes of the times of a function, beyond the waits that the recorder saw: a
//! thread that slept waits for a processor when it wakes, and nobody counts that as against its will.

use super::outliers;
use super::sides::Pair;
use crate::model::{Function, Metric};
use crate::stats::robust;
use crate::units::float;

/// Part of a change that must be confirmed by something that waiting does not change.
pub(super) const CONFIRMING_PART: f64 = 0.5;

/// Why a time that became longer, from one value to the other, may be so by the machine alone, if so.
pub(super) fn denied(pair: &Pair<'_>, metric: Metric, [old, new]: [f64; 2]) -> Option<String> {
    if !pair.is_busier || new <= old {
        return None;
    }
    let is_tail = metric.is_outer_percentile();
    let unconfirmed = if is_tail {
        !body_moved(pair, new / old)
    } else {
        outliers::share(metric).is_none() && is_more_than_was_worked(pair, metric, new - old)
    };
    let by = if is_tail {
        "what most calls take did not change"
    } else {
        "the processor time does not confirm it"
    };
    unconfirmed.then(|| format!("the machine was busier, and {by}"))
}

/// Why the slowest calls of few runs may have become slower, from one value to the other, by chance, if so.
pub(super) fn tail_of_few_runs(
    pair: &Pair<'_>,
    metric: Metric,
    [old, new]: [f64; 2],
) -> Option<String> {
    let is_open = metric.is_outer_percentile() && new > old && !body_moved(pair, new / old);
    is_open.then(|| "what most calls take did not change, and the runs are few".to_owned())
}

/// Whether the median changed by a good part of `factor`.
fn body_moved(pair: &Pair<'_>, factor: f64) -> bool {
    let median = |runs: &[Option<&Function>]| {
        let values = runs.iter().flatten().filter_map(|function| function.p50_ns);
        robust::median(&values.map(float).collect::<Vec<_>>()).filter(|value| *value > 0.0)
    };
    let known = median(&pair.olds).zip(median(&pair.news));
    known.is_none_or(|(old, new)| (new / old).ln() >= CONFIRMING_PART * factor.ln())
}

/// Whether a call takes longer by so much that the processor time of the run, a call, would show it, and it
/// does not.
fn is_more_than_was_worked(pair: &Pair<'_>, metric: Metric, change: f64) -> bool {
    /// Part of the processor time that runs do not differ by.
    const NOTABLE_PART: f64 = 0.1;
    let calls = |runs: &[Option<&Function>]| {
        let calls = runs.iter().flatten().map(|function| float(function.calls));
        robust::median(&calls.collect::<Vec<_>>()).filter(|calls| *calls > 0.0)
    };
    let [Some(old_cpu), Some(new_cpu)] = pair.cpu_ns else { return false };
    let Some((old_calls, new_calls)) = calls(&pair.olds).zip(calls(&pair.news)) else {
        return false;
    };
    let (old, new) = (old_cpu / old_calls, new_cpu / new_calls);
    let change = if metric == Metric::TotalNs { change / new_calls } else { change };
    change > NOTABLE_PART * old && new - old < CONFIRMING_PART * change
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verdict::Limits;

    fn function(p50_ns: u64) -> Function {
        Function { calls: 1_000, p50_ns: Some(p50_ns), ..Function::default() }
    }

    #[test]
    fn what_a_busier_machine_may_have_made_is_no_finding() {
        let limits = Limits::default();
        let (old, new) = (function(10_000), function(10_500));
        let said = |metric, is_busier, new_cpu: f64| {
            let mut pair = Pair::single(&old, &new, &limits);
            (pair.is_busier, pair.cpu_ns) = (is_busier, [Some(50e6), Some(new_cpu)]);
            denied(&pair, metric, [10_000.0, 40_000.0])
        };
        let busier = "the machine was busier, and the processor time does not confirm it";
        assert_eq!(said(Metric::SelfNs, true, 51e6).as_deref(), Some(busier));
        assert_eq!(said(Metric::SelfNs, true, 80e6), None, "it worked for it");
        assert_eq!(said(Metric::SelfNs, false, 51e6), None, "it sleeps longer by itself");
        let tail = "the machine was busier, and what most calls take did not change";
        assert_eq!(said(Metric::P99Ns, true, 51e6).as_deref(), Some(tail));
        assert_eq!(said(Metric::P50Ns, true, 51e6), None);
        let slower = function(30_000);
        let mut pair = Pair::single(&old, &slower, &limits);
        pair.is_busier = true;
        assert_eq!(
            denied(&pair, Metric::P99Ns, [10_000.0, 40_000.0]),
            None,
            "all calls are slower"
        );
    }
}
