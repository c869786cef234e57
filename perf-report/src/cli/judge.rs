//! The options that `compare`, `check` and `ab` share: the rules of the judgement.

use std::collections::BTreeSet;

use clap::Args as _;
use clap::builder::FalseyValueParser;

use super::help;
use crate::error::{ExitCode as Code, UserError};
use crate::model::{Comparison, Metric};
use crate::project::blessings;
use crate::project::config::check::{
    self, CheckSettings, Duration, Limit, MetricLimit, MetricSettings,
};
use crate::project::config::{self, quantity};
use crate::project::context::Context;
use crate::verdict::{FailOn, Gate, Load};

const MUCH_SLOWER: &str = "Slower by more than PCT is a regression; `never` for none";
const SLOWER: &str = "Slower by more than PCT is degraded";
const FASTER: &str = "Faster by more than PCT is improved";
const FLOOR: &str = "Ignore changes of a call smaller than this";
const RUN_FLOOR: &str = "Ignore changes over the whole run smaller than this";
const MIN_CALLS: &str = "Calls that both runs need before a time is judged";
const LOAD: &str = "Where the work comes from: of an open load, counts are judged by unit of work";

/// How to judge. What is not given comes from `perf.toml`, then from what is built in.
#[derive(Debug, Default, clap::Args)]
#[command(next_help_heading = "Limits")]
pub(super) struct LimitArgs {
    /// Profile of `perf.toml` [default: `ci` where CI is set, else `default`]
    #[arg(long, value_name = "NAME", env = "PERF_TRACK_PROFILE", hide_env_values = true)]
    profile: Option<String>,

    #[arg(help = help::limit(MUCH_SLOWER, |limits| limits.regression_pct))]
    #[arg(long, value_name = "PCT", env = "PERF_TRACK_REGRESSION", hide_env_values = true)]
    regression: Option<Limit>,

    #[arg(help = help::limit(SLOWER, |limits| limits.degraded_pct))]
    #[arg(long, value_name = "PCT", env = "PERF_TRACK_DEGRADED", hide_env_values = true)]
    degraded: Option<Limit>,

    #[arg(help = help::limit(FASTER, |limits| limits.improved_pct))]
    #[arg(long, value_name = "PCT", env = "PERF_TRACK_IMPROVED", hide_env_values = true)]
    improved: Option<Limit>,

    /// Regression limit of one metric, such as `p99=50%`; may be repeated
    #[arg(long, value_name = "METRIC=PCT", value_delimiter = ',')]
    #[arg(env = "PERF_TRACK_METRIC_LIMITS", hide_env_values = true)]
    metric_limit: Vec<MetricLimit>,

    #[arg(help = help::metrics())]
    #[arg(long, value_name = "METRIC,…", value_delimiter = ',', value_parser = check::metric)]
    #[arg(env = "PERF_TRACK_METRICS", hide_env_values = true)]
    metrics: Option<Vec<Metric>>,

    #[arg(help = help::setting(FLOOR, |limits| quantity::time(limits.floor_ns)))]
    #[arg(long, value_name = "TIME", env = "PERF_TRACK_FLOOR", hide_env_values = true)]
    floor: Option<Duration>,

    #[arg(help = help::setting(RUN_FLOOR, |limits| quantity::time(limits.run_floor_ns)))]
    #[arg(long, value_name = "TIME", env = "PERF_TRACK_RUN_FLOOR", hide_env_values = true)]
    run_floor: Option<Duration>,

    #[arg(help = help::setting(MIN_CALLS, |limits| limits.min_calls.to_string()))]
    #[arg(long, value_name = "N", env = "PERF_TRACK_MIN_CALLS", hide_env_values = true)]
    min_calls: Option<u64>,

    #[arg(help = help::setting(LOAD, |limits| limits.load.word().to_owned()))]
    #[arg(long, value_enum, env = "PERF_TRACK_LOAD", hide_env_values = true)]
    load: Option<Load>,

    /// What is a unit of work, of an open load: a function, or a count that the program tells [default:
    /// each call that no tracked function makes]
    #[arg(long, value_name = "NAME", env = "PERF_TRACK_UNIT_OF_WORK", hide_env_values = true)]
    unit_of_work: Option<String>,

    /// Compare also runs of different targets or profiles, as advice that never fails
    #[arg(long, env = "PERF_TRACK_ALLOW_CROSS_MACHINE", hide_env_values = true)]
    #[arg(value_parser = FalseyValueParser::new())]
    allow_cross_machine: bool,
}

impl LimitArgs {
    /// Returns the names of its options.
    pub(super) fn names() -> Vec<String> {
        let command = Self::augment_args(clap::Command::new(""));
        let names = command.get_arguments().filter_map(|arg| arg.get_long().map(str::to_owned));
        names.collect()
    }

    /// Returns these settings over those of `perf.toml`.
    pub(super) fn settings(
        &self,
        context: &Context,
        baseline: Option<&str>,
        fail_on: &[FailOn],
    ) -> Result<CheckSettings, UserError> {
        let file = config::check_settings(context, self.profile.as_deref(), config::in_ci())?;
        let some_fail_on: BTreeSet<_> = fail_on.iter().copied().collect();
        let given = CheckSettings {
            baseline: baseline.map(str::to_owned),
            fail_on: Some(some_fail_on).filter(|reasons| !reasons.is_empty()),
            allow_cross_machine: self.allow_cross_machine.then_some(true),
            metrics: self.metrics.clone().map(|metrics| metrics.into_iter().collect()),
            improved: self.improved,
            degraded: self.degraded,
            regression: self.regression,
            floor: self.floor,
            run_floor: self.run_floor,
            min_calls: self.min_calls,
            load: self.load,
            unit_of_work: self.unit_of_work.clone(),
            metric: self
                .metric_limit
                .iter()
                .map(|limit| {
                    let regression = Some(limit.regression);
                    (limit.metric, MetricSettings { regression, ..MetricSettings::default() })
                })
                .collect(),
            ..CheckSettings::default()
        };
        let blessed = blessings::of_today(context)?;
        Ok(CheckSettings { blessed, ..given.or(file) })
    }
}

/// Advises on a run that fails for its gaps; `None` where it fails for something else.
pub(super) fn not_whole(comparison: &Comparison, fail_on: &BTreeSet<FailOn>) -> Option<String> {
    let is_asked = fail_on.contains(&FailOn::Incomplete) && !comparison.missing.is_empty();
    is_asked.then(|| {
        let missing = comparison.missing.join(", ");
        format!(
            "what was judged is not whole: {missing}. Run it again once that is mended \
             (`perf-report doctor` looks for what stands in the way of recording), or leave \
             `incomplete` out of --fail-on"
        )
    })
}

/// Returns the exit code of a judgement.
pub(super) fn code(gate: Gate) -> Code {
    match gate {
        Gate::Passed => Code::Fine,
        Gate::Worse => Code::Regression,
        Gate::Missing => Code::NothingToJudge,
        Gate::Inconclusive => Code::Inconclusive,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis;
    use crate::model::{BenchOutcome, Budget, Function, Harness, RunDocument, samples};
    use crate::render::{BenchView, ComparisonView, Document, Screen};
    use crate::verdict;

    const SCREEN: Screen = Screen { width: 100, styled: false };

    fn benchmark(name: &str, mean_ns: f64, outcome: BenchOutcome) -> Function {
        let harness = Harness { benchmark: name.to_owned(), outcome, ..Harness::default() };
        Function { calls: 10, mean_ns: Some(mean_ns), ..samples::benchmark(name, harness) }
    }

    fn with(functions: &[Function]) -> RunDocument {
        let mut run = samples::typical();
        run.functions.extend_from_slice(functions);
        run
    }

    /// Lists pairs of runs of which the second is worse, each by something else.
    fn worse() -> Vec<(&'static str, RunDocument, RunDocument)> {
        let ok = |mean_ns| benchmark("speed::sort", mean_ns, BenchOutcome::Ok);
        let bad = benchmark("speed::sort", 0.0, BenchOutcome::Panicked);
        let mut over = with(&[ok(100.0)]);
        let main = samples::named(&mut over, "code_stats::main");
        main.budget = Budget { calls: Some(0), ..Budget::default() };
        let mut slow = samples::changed();
        slow.functions.push(ok(100.0));
        vec![
            ("a time", with(&[ok(100.0)]), with(&[ok(900.0)])),
            ("an outcome", with(&[ok(100.0)]), with(std::slice::from_ref(&bad))),
            ("an outcome of a new one", with(&[]), with(&[bad])),
            ("a budget", with(&[ok(100.0)]), over),
            ("a tracked function", with(&[ok(100.0)]), slow),
        ]
    }

    /// Judges the newer run, by the older one or by its limits alone.
    fn judged(old: Option<&RunDocument>, new: &RunDocument) -> Comparison {
        let limits = CheckSettings::default().limits();
        match old {
            Some(old) => verdict::compare(old, new, &limits),
            None => verdict::alone(new, &limits, "no baseline".to_owned()),
        }
    }

    /// Fails where a document does not have what failed, for people and for programs.
    fn must_show(document: &dyn Document, comparison: &Comparison, what: &str) {
        let (human, json) = (document.human(SCREEN), document.json());
        for failure in verdict::failures(comparison, &BTreeSet::new()) {
            // Long names are cut on a screen.
            let last = failure.name.rsplit("::").next().unwrap_or_default();
            assert!(human.contains(last), "{what}, {failure:?}: {human}");
            assert!(json.contains(failure.name), "{what}, {failure:?}: {json}");
        }
    }

    /// The law: whatever ends a command with 3 is there to be read, by people and by programs.
    #[test]
    fn what_fails_has_a_row() {
        for (what, old, new) in worse() {
            for baseline in [Some(&old), None] {
                let comparison = judged(baseline, &new);
                let gate = verdict::gate(&comparison, &BTreeSet::new());
                assert!(code(gate) == Code::Regression || baseline.is_none(), "{what} is worse");
                let runs = std::slice::from_ref(&new);
                let document = analysis::bench::document(runs, Some(&comparison)).unwrap();
                must_show(&BenchView::usual(&document), &comparison, what);
                must_show(&ComparisonView::brief(&comparison), &comparison, what);
            }
        }
    }
}
