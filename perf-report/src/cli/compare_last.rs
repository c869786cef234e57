//! `perf-report compare-last`: the functions that became slower run by run.

use std::process::ExitCode;

use super::output::OutputArgs;
use super::past::{self, PastArgs, TrendArgs};
use super::progress;
use crate::analysis::history::{self, LEAST_RUNS};
use crate::error::{ExitCode as Code, UserError};
use crate::model::{DeclineDocument, RunDocument, Trend};
use crate::project::context::Context;
use crate::render::Medium;
use crate::text::units;

/// Number of runs before those that are judged, which show how far runs lie apart.
const HISTORY: usize = 50;

const EXAMPLES: &str = "\
Examples:
  perf-report compare-last
  perf-report compare-last 8 --branch main
  perf-report compare-last --metric wall       the command as a whole
  perf-report compare-last --format markdown >> \"$GITHUB_STEP_SUMMARY\"

A decline is a function that was slower in each run than in the one before, by more than the limit \
in all, where that is no chance: five runs are in this order once in 120 times, and how far runs lie \
apart anyway is told by the ones before. One decline of a hundred that are shown may be chance, \
however many functions there are. The runs of one `run --repeat` count as one, their median. What \
the clock, sampling, a busier machine or a run that is not whole may have made is no decline.

Exit codes: 0 no function declines by as much as a REGRESSION; 2 usage; 3 one does; 4 too few runs, \
or none has the metric.";

/// Find functions that became slower run by run, over the last runs
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// How many runs to look at
    #[arg(value_name = "N", default_value_t = 5)]
    #[arg(value_parser = clap::builder::RangedU64ValueParser::<usize>::new().range(3..=100))]
    last: usize,

    #[command(flatten)]
    past: PastArgs,

    /// How to write it
    #[arg(long, short, env = "PERF_TRACK_FORMAT", hide_env_values = true)]
    #[arg(value_enum, default_value_t)]
    format: Medium,

    #[command(flatten)]
    output: OutputArgs,

    #[command(flatten)]
    trend: TrendArgs,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<ExitCode, UserError> {
    let rules = args.trend.rules(context)?;
    let runs = runs(args, context)?;
    let metric = args.past.metric_of(&runs);
    let document = history::decline(&runs, args.last, metric, rules)
        .ok_or_else(|| too_few(&runs, args.last))?;
    if document.functions.is_empty() {
        return Err(past::no_value(metric, args.last));
    }
    let document = DeclineDocument { branch: args.past.branch.clone(), ..document };
    args.output.write(&document, args.format)?;
    let fails = document.functions.iter().any(|row| row.trend == Trend::Regression);
    Ok(if fails { Code::Regression } else { Code::Fine }.into())
}

/// Returns enough runs, counting those that were made together as one, and a history before them.
fn runs(args: &Args, context: &Context) -> Result<Vec<RunDocument>, UserError> {
    let _progress = progress::reading("reading runs");
    let stored = args.past.open(context)?;
    let mut most = args.last + HISTORY;
    loop {
        let runs = stored.runs(most)?;
        // The oldest may be some only of those that were made together.
        if runs.len() < most || history::points(&runs).len() > args.last {
            return Ok(runs);
        }
        most = most.saturating_mul(4);
    }
}

fn too_few(runs: &[RunDocument], wanted: usize) -> UserError {
    let points = history::points(runs).len();
    let there_are = units::plural(points as u64, "run");
    let verb = if points == 1 { "is" } else { "are" };
    let problem = format!(
        "{there_are} of this command, machine and build {verb} stored, and {wanted} are to be compared"
    );
    let error = UserError::new(Code::NothingToJudge, problem);
    if points >= LEAST_RUNS {
        error.help(format!("compare fewer: `perf-report compare-last {points}`"))
    } else {
        error.help("record more with `perf-report run -- COMMAND`; those of --repeat count as one")
    }
}
