//! The fields of a function about its futures.

use perf_runtime::snapshot::{self, Measures};

use crate::model::{Function, Futures};

/// Returns whether the calls of `function` are futures.
pub(super) fn has_any(function: &snapshot::Function, measures: &Measures) -> bool {
    function.polled || measures.polls.count > 0 || measures.lifetimes.count > 0
}

/// Returns `function` with the measures of its futures.
pub(super) fn of_function(function: Function, measures: &Measures) -> Function {
    let futures = futures(measures);
    // One that is suspended is in no poll, and one in its first poll was not suspended yet.
    let unfinished = function.unfinished.max(futures.in_flight);
    Function { unfinished, futures: Some(futures), ..function }
}

fn futures(measures: &Measures) -> Futures {
    let (polls, lifetimes) = (&measures.polls, &measures.lifetimes);
    Futures {
        polls: polls.count,
        unmeasured_polls: polls.unmeasured,
        max_poll_ns: Some(polls.max_ns).filter(|ns| *ns > 0),
        // Below zero where calls ended in another process than they began in, after a fork.
        in_flight: u64::try_from(polls.in_flight).unwrap_or(0),
        lifetime_mean_ns: lifetimes.mean_ns(),
        lifetime_p50_ns: lifetimes.quantile_ns(0.50),
        lifetime_p95_ns: lifetimes.quantile_ns(0.95),
        lifetime_p99_ns: lifetimes.quantile_ns(0.99),
        lifetime_max_ns: (lifetimes.count > 0).then_some(lifetimes.max_ns),
        lifetime_histogram: super::histogram(&lifetimes.histogram),
    }
}

#[cfg(test)]
mod tests {
    use perf_runtime::snapshot::{Context, Histogram, Lifetimes, Polls, Snapshot};

    use super::*;
    use crate::model::{ProcessSummary, Run, RunDocument, convert};

    fn lasted(lifetimes: &[u64]) -> Lifetimes {
        let mut histogram = Histogram::default();
        for &ns in lifetimes {
            histogram.record(ns, 1);
        }
        Lifetimes {
            count: lifetimes.len() as u64,
            sum_ns: lifetimes.iter().sum(),
            max_ns: lifetimes.iter().copied().max().unwrap_or(0),
            histogram,
        }
    }

    fn run(snapshot: &Snapshot) -> RunDocument {
        convert::document(snapshot, Run::default(), ProcessSummary::default(), Vec::new())
    }

    fn converted(measures: &Measures) -> Function {
        let unfinished = measures.unfinished;
        of_function(Function { unfinished, ..Function::default() }, measures)
    }

    #[test]
    fn a_function_has_futures_if_it_says_so_or_any_were_polled() {
        let snapshot_of = |polled, count| Snapshot {
            functions: vec![snapshot::Function { polled, ..snapshot::Function::default() }],
            contexts: vec![Context {
                measures: Measures {
                    polls: Polls { count, ..Polls::default() },
                    ..Measures::default()
                },
                ..Context::default()
            }],
            ..Snapshot::default()
        };
        let has_futures =
            |polled, count| run(&snapshot_of(polled, count)).functions[0].futures.is_some();
        assert!(has_futures(true, 0) && has_futures(true, 3) && has_futures(false, 3));
        assert!(!has_futures(false, 0));
    }

    #[test]
    fn lifetimes_are_reported_as_durations_are() {
        let polls = Polls { count: 7, max_ns: 40, unmeasured: 2, ..Polls::default() };
        let measures =
            Measures { polls, lifetimes: lasted(&[10, 20, 30, 900]), ..Measures::default() };
        let futures = converted(&measures).futures.unwrap();
        assert_eq!((futures.polls, futures.unmeasured_polls, futures.in_flight), (7, 2, 0));
        assert_eq!(futures.max_poll_ns, Some(40));
        assert_eq!((futures.lifetime_mean_ns, futures.lifetime_p50_ns), (Some(240.0), Some(20)));
        assert_eq!((futures.lifetime_p99_ns, futures.lifetime_max_ns), (Some(900), Some(900)));
        assert_eq!(futures.lifetime_histogram.len(), 4);
        assert_eq!(futures.lifetime_histogram[0], (10, 1));
    }

    #[test]
    fn a_call_may_end_in_another_context_than_it_was_suspended_in() {
        let context = |parent, calls, in_flight| Context {
            function: 0,
            parent,
            measures: Measures {
                calls,
                polls: Polls { count: 2, max_ns: 5, in_flight, ..Polls::default() },
                ..Measures::default()
            },
        };
        let snapshot = Snapshot {
            functions: vec![snapshot::Function::default()],
            contexts: vec![context(None, 0, 2), context(Some(0), 1, -1)],
            ..Snapshot::default()
        };
        let function = &run(&snapshot).functions[0];
        let futures = function.futures.as_ref().unwrap();
        assert_eq!((function.calls, futures.polls, futures.in_flight), (1, 4, 1));
        assert_eq!(function.unfinished, 1);
    }

    #[test]
    fn calls_in_flight_have_not_finished() {
        let unfinished = |unfinished, in_flight| {
            let polls = Polls { count: 9, in_flight, ..Polls::default() };
            let function = converted(&Measures { unfinished, polls, ..Measures::default() });
            let futures = function.futures.unwrap();
            assert_eq!((futures.max_poll_ns, futures.lifetime_mean_ns), (None, None));
            assert_eq!((futures.lifetime_max_ns, futures.lifetime_p50_ns), (None, None));
            (function.unfinished, futures.in_flight)
        };
        assert_eq!(unfinished(1, 3), (3, 3), "one of the three is being polled");
        assert_eq!(unfinished(1, 0), (1, 0), "in its first poll");
        assert_eq!(unfinished(0, -2), (0, 0), "begun before a fork");
    }
}
