//! The runs of a long history of which only some functions are needed.
//!
//! A verdict on one function is made among all of them, but of the newest runs alone: noise is learned from some fifty
//! runs, and everything else from the runs that are judged and their baseline. So of all runs before these an
//! [excerpt](RunDocument::excerpt) is enough, and says the same to the last digit. Where that cannot be known for
//! certain, it is not said to be enough.

use std::collections::BTreeSet;

use super::TrendRules;
use super::trend::{limits_for, with_sides};
use crate::model::{Metric, RunDocument};
use crate::stats::history::LOOKED_AT;
use crate::verdict::{Load, missing, scarce};

/// Number of runs before the newest of which all functions are read: enough where some of them are not whole.
pub(crate) const NEAR_RUNS: usize = 64;

/// The functions that are needed of the runs before the near ones, beside those that are shown.
#[derive(Debug)]
pub(crate) struct Older {
    scarce: BTreeSet<String>,
    /// The time of the oldest run of the baseline: what was made later is no part of its level.
    baseline: String,
}

impl Older {
    /// Finds what is needed of the runs before these, which are comparable and oldest first, to judge `metric` as if all
    /// of all runs was known. `None` where that may be everything.
    pub(crate) fn than(
        near: &[RunDocument],
        metric: Metric,
        rules: impl Into<TrendRules>,
    ) -> Option<Self> {
        let rules = rules.into();
        // How much was done in a run is known by the calls of all its functions.
        let is_closed = rules.load == Load::Closed;
        let knows_functions = near.iter().any(|run| !run.functions.is_empty());
        if !is_closed || !knows_functions || near.iter().any(has_identities) {
            return None;
        }
        with_sides(near, |sides| {
            let baseline = sides.baseline.iter().map(|run| &run.run.time).min()?.clone();
            // Clocks may lie, and what is older than the baseline is found by times that are in order.
            let is_since = |run: &RunDocument| run.run.time >= baseline;
            // Where none of them is whole, whole runs before them are the baseline.
            let are_whole = sides.baseline.iter().all(|run| missing(run).is_empty());
            let is_known = are_whole
                && sides.history.len() >= LOOKED_AT
                && sides.history.is_sorted_by_key(is_since);
            is_known.then(|| Self { scarce: scarce(sides, &limits_for(metric, rules)), baseline })
        })
    }

    /// Returns whether they need the function of this name.
    pub(crate) fn needs(&self, name: &str) -> bool {
        self.scarce.contains(name)
    }

    /// Returns whether excerpts of these runs are enough, now that they are known.
    pub(crate) fn suffice(&self, older: &[RunDocument]) -> bool {
        older.iter().all(|run| run.run.time < self.baseline && !has_identities(run))
    }
}

/// Returns whether what it measured may have another name in another run.
fn has_identities(run: &RunDocument) -> bool {
    run.functions.iter().any(|it| it.identity.is_some())
        || run.metrics.iter().any(|it| it.identity.is_some())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::analysis::history::history_of;
    use crate::model::samples::{noisy, past};
    use crate::model::{ErrorKind, Failures, HistoryDocument, TrendLimits};

    const RUNS: usize = 110;
    const NAMES: [&str; 6] =
        ["demo::a", "demo::b", "demo::often", "demo::rarely", "demo::old", "demo::once"];

    /// Runs in which a level changed some runs ago, in which functions are not called, and of which some are not whole.
    fn runs(seed: u64, step: usize, swaps: bool) -> Vec<RunDocument> {
        let times = |at: usize, level: u64| {
            let seed = seed.wrapping_add(at as u64);
            let before = noisy(seed, RUNS - step, level, 20);
            [before, noisy(seed.wrapping_mul(3), step, level * 6 / 5, 20)].concat()
        };
        let of = |(at, name): (usize, &&'static str)| (*name, times(at, 1_000_000 << at));
        let mut runs = past(&NAMES.iter().enumerate().map(of).collect::<Vec<_>>());
        for (at, run) in runs.iter_mut().enumerate() {
            let is_called = [true, true, at % 7 > 0, at % 4 == 2, at < 60, at == 3 || at > 100];
            for (function, is_called) in run.functions.iter_mut().zip(is_called) {
                function.self_preempted_ns = function.self_ns / 50 * (at as u64 % 3);
                function.raw_self_ns = function.self_ns + function.self_preempted_ns;
                let kind = if at == 20 { "io" } else { "parse" };
                let kinds = vec![ErrorKind { name: kind.to_owned(), count: 2 }];
                function.failures =
                    Some(Box::new(Failures { counts_kinds: true, kinds, ..Failures::default() }));
                function.errors = 2;
                if !is_called {
                    (function.calls, function.self_ns, function.total_ns) = (0, 0, 0);
                    (function.mean_ns, function.p99_ns) = (None, None);
                }
            }
            run.functions.retain(|it| it.name != "demo::rarely" || it.calls > 0);
            run.run.exit_code = Some(i32::from(at % 13 == 5));
        }
        if swaps {
            runs.swap(70, 71);
            runs.swap(5, 6);
        }
        runs
    }

    /// Judges functions by all runs, and by excerpts of the older ones where these are enough.
    fn both(
        runs: &[RunDocument],
        metric: Metric,
        wanted: &str,
    ) -> Option<[Option<HistoryDocument>; 2]> {
        let rules = TrendRules::from(TrendLimits::default());
        let (older, near) = runs.split_at(runs.len() - NEAR_RUNS - 1);
        let needed = Older::than(near, metric, rules)?;
        let excerpt =
            |run: &RunDocument| run.clone().excerpt(|name| name == wanted || needed.needs(name));
        let older: Vec<RunDocument> = older.iter().map(excerpt).collect();
        assert!(older[0].functions.len() < NAMES.len(), "something is left out");
        let known = [older, near.to_vec()].concat();
        let judged =
            [runs, &known].map(|runs| history_of(runs, metric, rules, |name| name == wanted));
        needed.suffice(&known[..runs.len() - near.len()]).then_some(judged)
    }

    #[test]
    fn what_may_not_be_enough_is_not_said_to_be() {
        let rules = TrendRules::from(TrendLimits::default());
        let all = runs(1, 9, false);
        let near = &all[RUNS - NEAR_RUNS - 1..];
        let is_known =
            |near: &[RunDocument], rules| Older::than(near, Metric::SelfNs, rules).is_some();
        assert!(is_known(near, rules));
        assert!(!is_known(near, TrendRules { load: Load::Open, ..rules }), "work is all calls");
        assert!(!is_known(&near[15..], rules), "too short");
        let mut out_of_order = near.to_vec();
        out_of_order[3].run.time.clone_from(&near[NEAR_RUNS].run.time);
        assert!(!is_known(&out_of_order, rules));
        let mut named = near.to_vec();
        named[9].functions[0].identity = Some(Box::default());
        assert!(!is_known(&named, rules));
        let found = Older::than(near, Metric::SelfNs, rules).unwrap();
        assert!(
            found.suffice(&all[..9])
                && !found.suffice(&near[NEAR_RUNS..])
                && !found.suffice(&named[9..10])
        );
        assert!(found.needs("demo::rarely") && !found.needs("demo::a"));
        assert!(!found.needs("demo::old"));
        let mut failed = near.to_vec();
        failed[..NEAR_RUNS].iter_mut().for_each(|run| run.run.exit_code = Some(1));
        assert!(!is_known(&failed, rules), "what came before may be whole");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn excerpts_of_older_runs_say_the_same(
            seed: u64, step in 1..RUNS, swaps: bool, wanted in prop::sample::select(NAMES.to_vec()),
            metric in prop::sample::select(vec![
                Metric::SelfNs, Metric::MeanNs, Metric::P99Ns, Metric::Calls, Metric::Errors, Metric::WallNs,
            ]),
        ) {
            let runs = runs(seed, step, swaps);
            let [all, excerpts] = both(&runs, metric, wanted).unwrap();
            prop_assert_eq!(all, excerpts);
        }
    }
}
