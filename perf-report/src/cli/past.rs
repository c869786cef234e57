//! The options that `history` and `compare-last` share: the stored runs, the metric, the words for changes.

use super::{function, help, keep};
use crate::analysis::history::TrendRules;
use crate::error::{ExitCode as Code, UserError};
use crate::model::{Metric, RunDocument};
use crate::project::config;
use crate::project::config::check::{self, Limit};
use crate::project::config::trend::TrendSettings;
use crate::project::context::Context;
use crate::project::past::Past;
use crate::project::store::RunRef;
use crate::verdict::Load;

/// The runs and the metric of a history.
#[derive(Debug, clap::Args)]
pub(super) struct PastArgs {
    #[arg(help = help::run("The run to go back from"))]
    #[arg(long, value_name = "RUN", default_value = "latest")]
    #[arg(env = "PERF_TRACK_RUN", hide_env_values = true, conflicts_with = "branch")]
    run: RunRef,

    /// Only runs of this branch, back from its newest
    #[arg(long, value_name = "BRANCH", env = "PERF_TRACK_BRANCH", hide_env_values = true)]
    #[arg(value_parser = keep::branch)]
    pub(super) branch: Option<String>,

    #[arg(help = help::metric_of_history())]
    #[arg(long, value_name = "METRIC", default_value = "self", value_parser = metric)]
    #[arg(env = "PERF_TRACK_METRIC", hide_env_values = true)]
    pub(super) metric: Metric,
}

impl PastArgs {
    /// Returns the metric to look at in these runs: of benchmarks, suites and tests alone, which have no self
    /// time, the mean is meant by it.
    pub(super) fn metric_of(&self, runs: &[RunDocument]) -> Metric {
        let newest = runs.iter().rev().find(|run| !run.functions.is_empty());
        let is_tracked = |run: &RunDocument| run.functions.iter().any(|it| it.kind.is_function());
        match self.metric {
            Metric::SelfNs if newest.is_some_and(|run| !is_tracked(run)) => Metric::MeanNs,
            metric => metric,
        }
    }
}

const BETTER: &str = "Better by more than PCT is an IMPROVEMENT; `never` for none";
const WORSE: &str = "Worse by more than PCT is DEGRADED";
const MUCH_WORSE: &str = "Worse by more than PCT is a REGRESSION";

/// The limits from which each word is used. One that is not given comes from `[trend]` of `perf.toml`, then
/// from what is built in.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Words")]
pub(super) struct TrendArgs {
    #[arg(help = help::trend_limit(BETTER, |limits| limits.improvement_pct))]
    #[arg(long, value_name = "PCT", env = "PERF_TRACK_TREND_IMPROVEMENT", hide_env_values = true)]
    improvement: Option<Limit>,

    #[arg(help = help::trend_limit(WORSE, |limits| limits.degraded_pct))]
    #[arg(long, value_name = "PCT", env = "PERF_TRACK_TREND_DEGRADED", hide_env_values = true)]
    degraded: Option<Limit>,

    #[arg(help = help::trend_limit(MUCH_WORSE, |limits| limits.regression_pct))]
    #[arg(long, value_name = "PCT", env = "PERF_TRACK_TREND_REGRESSION", hide_env_values = true)]
    regression: Option<Limit>,

    /// Where the work comes from: of an open load, counts are judged by unit of work [default: as `check`
    /// has it in `perf.toml`, else closed]
    #[arg(long, value_enum, env = "PERF_TRACK_LOAD", hide_env_values = true)]
    load: Option<Load>,
}

impl PastArgs {
    /// Opens the stored runs that were asked for.
    ///
    /// # Errors
    /// [`Code::NothingToJudge`] when no run is stored, or none of the branch.
    pub(super) fn open(&self, context: &Context) -> Result<Past, UserError> {
        Past::open(context, &self.run, self.branch.as_deref())
    }
}

impl TrendArgs {
    /// Lays these limits over those of `perf.toml`.
    pub(super) fn rules(&self, context: &Context) -> Result<TrendRules, UserError> {
        let given = TrendSettings {
            improvement: self.improvement,
            degraded: self.degraded,
            regression: self.regression,
        };
        let limits = given.or(config::trend_settings(context)?).limits();
        let load = match self.load {
            Some(load) => load,
            None => {
                config::check_settings(context, None, config::in_ci())?.load.unwrap_or_default()
            }
        };
        Ok(TrendRules { limits, load })
    }
}

/// Finds the one of `names` that is meant by `wanted`.
pub(super) fn function<'a>(
    wanted: &str,
    names: impl IntoIterator<Item = &'a str>,
) -> Result<&'a str, UserError> {
    let unknown = UserError::new(Code::Usage, format!("no run has a function {wanted:?}"))
        .help("`perf-report history` lists the functions");
    function::by_part(wanted, names, unknown)
}

/// Reads a metric that has a history.
pub(super) fn metric(word: &str) -> Result<Metric, String> {
    let metric = match Metric::from_word(word) {
        Some(metric) if Metric::OF_COMMAND.contains(&metric) => metric,
        _ => check::metric(word)?,
    };
    if !help::has_history(metric) {
        return Err("a rate has no trend in per cent; look at `errors`".to_owned());
    }
    Ok(metric)
}

/// Makes the error that nothing is known of a metric in runs that there are.
pub(super) fn no_value(metric: Metric, runs: usize) -> UserError {
    let title = metric.title();
    let which = match runs {
        1 => "the newest run".to_owned(),
        runs => format!("each of the last {runs} runs"),
    };
    let problem = format!("nothing is known of {title} in {which}");
    UserError::new(Code::NothingToJudge, problem)
        .help("look at another --metric; `perf-report show --format json` has what a run knows")
}
