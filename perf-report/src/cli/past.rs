//! What `history` and `compare-last` share: which of the stored runs, which metric, which words.

use super::{function, help, keep};
use crate::analysis::history::TrendRules;
use crate::error::{ExitCode as Code, UserError};
use crate::model::{Metric, RunDocument};
use crate::project::config;
use crate::project::config::check::{self, Limit};
use crate::project::config::trend::TrendSettings;
use crate::project::context::Context;
use crate::project::store::{self, Filter, RunRef, Sqlite, Store as _};
use crate::verdict::Load;

/// Which runs.
#[derive(Debug, clap::Args)]
pub(super) struct PastArgs {
    /// The run to go back from: `latest`, `latest~1`, an id or its beginning, or a label
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

const BETTER: &str = "Better by more than PCT is an IMPROVEMENT; `never` for none";
const WORSE: &str = "Worse by more than PCT is DEGRADED";
const MUCH_WORSE: &str = "Worse by more than PCT is a REGRESSION";

/// When to use which word. What is not given comes from `[trend]` of `perf.toml`, then from what is
/// built in.
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

impl TrendArgs {
    /// These limits over those of `perf.toml`.
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

/// The stored runs that may be compared by time with the newest that is meant.
pub(super) struct Past {
    store: Sqlite,
    newest: RunDocument,
    filter: Filter,
}

impl Past {
    /// Those that were asked for.
    ///
    /// # Errors
    /// [`Code::NothingToJudge`] when no run is stored, or none of the branch.
    pub(super) fn open(args: &PastArgs, context: &Context) -> Result<Self, UserError> {
        let store = store::open(context)?;
        let branch = args.branch.clone();
        let newest = match &branch {
            Some(name) => {
                let of_branch = Filter { branch: branch.clone(), ..Filter::default() };
                store.recent(&of_branch, 1)?.pop().ok_or_else(|| no_run_of(name))?
            }
            None => newest(&store, &args.run)?,
        };
        let filter = Filter { branch, ..Filter::before(&newest, &store.entries()?) };
        Ok(Self { store, newest, filter })
    }

    /// The newest run and those before it, at most `most` in all, oldest first.
    pub(super) fn runs(&self, most: usize) -> Result<Vec<RunDocument>, UserError> {
        let mut runs = self.store.recent(&self.filter, most.saturating_sub(1))?;
        runs.push(self.newest.clone());
        Ok(runs)
    }
}

/// The run that is named; of `latest`, the newest that recorded something, since a command that
/// records nothing has no history.
fn newest(store: &Sqlite, wanted: &RunRef) -> Result<RunDocument, UserError> {
    let named = store.find(wanted)?;
    if named.process.count > 0 || *wanted != RunRef::default() {
        return Ok(named);
    }
    Ok(store.recent(&Filter::default(), 1)?.pop().unwrap_or(named))
}

/// The one of `names` that is meant by `wanted`.
pub(super) fn function<'a>(
    wanted: &str,
    names: impl IntoIterator<Item = &'a str>,
) -> Result<&'a str, UserError> {
    let unknown = UserError::new(Code::Usage, format!("no run has a function {wanted:?}"))
        .help("`perf-report history` lists the functions");
    function::by_part(wanted, names, unknown)
}

/// A metric that has a history.
fn metric(word: &str) -> Result<Metric, String> {
    let metric = match Metric::from_word(word) {
        Some(metric) if Metric::OF_COMMAND.contains(&metric) => metric,
        _ => check::metric(word)?,
    };
    if !help::has_history(metric) {
        return Err("a rate has no trend in per cent; look at `errors`".to_owned());
    }
    Ok(metric)
}

/// Why there is nothing to show of runs that there are.
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

fn no_run_of(branch: &str) -> UserError {
    let problem = format!("no run of branch {branch:?} is stored");
    UserError::new(Code::NothingToJudge, problem)
        .help("runs of a branch are stored by `perf-report run` while it is checked out")
}
