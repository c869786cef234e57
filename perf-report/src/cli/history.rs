//! `perf-report history`: the courses of functions over the stored runs.

use std::collections::HashSet;
use std::process::ExitCode;

use clap::builder::FalseyValueParser;

use super::output::OutputArgs;
use super::past::{self, PastArgs, TrendArgs};
use super::progress;
use crate::analysis::history::{self, TrendRules};
use crate::error::{ExitCode as Code, UserError};
use crate::model::{HistoryDocument, Metric, RunDocument};
use crate::project::config;
use crate::project::context::Context;
use crate::project::past::Past;
use crate::render::{HistoryView, Medium, Shown};
use crate::verdict;

const EXAMPLES: &str = "\
Examples:
  perf-report history                 every function over the last 50 runs
  perf-report history tokenize        one function, with its runs and changes
  perf-report history --metric wall   the command as a whole
  perf-report history --branch main --last 200
  perf-report history --format csv | perf-report changepoints --input -

Only runs that may be compared by time are shown: of the same command, machine and build as the \
newest.

The word is a view on a verdict: the newest run, with the others of its `run --repeat`, against the \
five before it, by what runs differ by; the ones before those tell how much that is. IMPROVEMENT, \
DEGRADED and REGRESSION need a change beyond the limit that is no noise; all else is STABLE. A \
change point is where the level of the whole series changed, at once or little by little, and \
stayed; it takes eight runs. One that the clock, sampling or a busier machine may have made is \
listed apart, with the reason. Runs that are not whole are marked: a command that failed or was \
killed says nothing of a level, and is no baseline.

Exit codes: 0 fine, whatever the words are; 2 no such function; 4 no run is stored, or none has the \
metric.";

/// Show how functions did over the stored runs, and where they changed
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// The function: its name, the end of it, or a part that no other has
    function: Option<String>,

    /// Go back at most N runs
    #[arg(long, value_name = "N", default_value_t = 50)]
    #[arg(value_parser = clap::builder::RangedU64ValueParser::<usize>::new().range(1..=10_000))]
    #[arg(env = "PERF_TRACK_LAST", hide_env_values = true)]
    last: usize,

    #[command(flatten)]
    past: PastArgs,

    /// Only functions with TEXT in their name
    #[arg(long, value_name = "TEXT", env = "PERF_TRACK_FILTER", hide_env_values = true)]
    filter: Option<String>,

    /// Show at most N functions, and of one function at most N runs
    #[arg(long, value_name = "N", default_value_t = 30, conflicts_with = "all")]
    #[arg(env = "PERF_TRACK_LIMIT", hide_env_values = true)]
    limit: usize,

    /// Show every function, or every run
    #[arg(long, env = "PERF_TRACK_ALL", hide_env_values = true)]
    #[arg(value_parser = FalseyValueParser::new())]
    all: bool,

    /// How to write it
    #[arg(long, short, env = "PERF_TRACK_FORMAT", hide_env_values = true)]
    #[arg(value_enum, default_value_t)]
    format: Medium,

    #[command(flatten)]
    output: OutputArgs,

    #[command(flatten)]
    trend: TrendArgs,
}

/// The functions to show, and the runs that tell of them.
struct Chosen {
    runs: Vec<RunDocument>,
    metric: Metric,
    names: HashSet<String>,
}

/// Reads the runs, and of those far behind only the functions that may be meant. Where none is, all are read: the
/// error says what there is.
fn chosen(args: &Args, past: &Past, rules: TrendRules) -> Result<Chosen, UserError> {
    if args.filter.is_none() && args.function.is_none() && args.past.metric.is_of_function() {
        return pick(args, past.runs(args.last)?);
    }
    let parts: Vec<String> =
        [&args.filter, &args.function].into_iter().flatten().map(|it| it.to_lowercase()).collect();
    let may_be_meant = |name: &str| {
        let name = name.to_lowercase();
        parts.iter().all(|part| name.contains(part)) && !parts.is_empty()
    };
    let metric = |runs: &[RunDocument]| args.past.metric_of(runs);
    let (runs, has_excerpts) = past.runs_with(args.last, &may_be_meant, metric, rules)?;
    match pick(args, runs) {
        Err(_) if has_excerpts => pick(args, past.runs(args.last)?),
        picked => picked,
    }
}

/// Finds the functions that are meant among those of the runs.
fn pick(args: &Args, runs: Vec<RunDocument>) -> Result<Chosen, UserError> {
    let metric = args.past.metric_of(&runs);
    let mut names = history::names(&runs, metric);
    if names.is_empty() {
        return Err(past::no_value(metric, runs.len()));
    }
    if let Some(text) = &args.filter {
        let text = text.to_lowercase();
        names.retain(|name| name.to_lowercase().contains(&text));
    }
    if let Some(wanted) = &args.function {
        names = vec![past::function(wanted, names.iter().map(String::as_str))?.to_owned()];
    }
    Ok(Chosen { runs, metric, names: names.into_iter().collect() })
}

pub(super) fn run(args: &Args, context: &Context) -> Result<ExitCode, UserError> {
    let rules = args.trend.rules(context)?;
    let progress = progress::reading("reading runs");
    let Chosen { runs, metric, names } = chosen(args, &args.past.open(context)?, rules)?;
    let is_wanted = |name: &str| names.contains(name);
    let document = history::history_of(&runs, metric, rules, is_wanted)
        .ok_or_else(|| UserError::new(Code::NothingToJudge, "no run is stored yet"))?;
    let limits = config::check_settings(context, None, config::in_ci())?.limits();
    let kept = runs.last().map(|newest| verdict::budgets(newest, &limits)).unwrap_or_default();
    let kept = kept.iter().filter(|row| names.contains(&row.name));
    let breaches = history::breaches(&runs.iter().collect::<Vec<_>>(), kept);
    // Half a million functions take a while to give back, and the process is about to end.
    std::mem::forget(runs);
    drop(progress);
    let history = &HistoryDocument { branch: args.past.branch.clone(), breaches, ..document };
    let shown = Shown { limit: (!args.all).then_some(args.limit), one: args.function.is_some() };
    let view = HistoryView { history, shown };
    if args.function.is_some() {
        args.output.write_picture(&view, args.format)?;
    } else {
        args.output.write(&view, args.format)?;
    }
    Ok(Code::Fine.into())
}
