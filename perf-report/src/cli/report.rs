//! `perf-report report`: a run as a score, a grade, and what to do next.

use std::process::ExitCode;

use clap::ValueEnum;
use clap::builder::FalseyValueParser;

use super::help;
use super::judge::LimitArgs;
use super::output::{self, OutputArgs};
use crate::error::{ExitCode as Code, UserError};
use crate::model::Report;
use crate::project::config;
use crate::project::context::Context;
use crate::project::report::{self, Judged, Wanted};
use crate::project::store::RunRef;
use crate::render::{self, Medium};
use crate::text::units;

const EXAMPLES: &str = "\
Examples:
  perf-report report                   the newest run
  perf-report report --baseline main~10
  perf-report report --no-baseline     by budgets and the built-in scale
  perf-report report --min-score 70    exit with 3 below 70
  perf-report report --format markdown >> \"$GITHUB_STEP_SUMMARY\"
  git commit --trailer \"$(perf-report report --format trailer)\"

The score is the mean of time, memory, cpu, success and throughput by their weights, each on the first \
scale that there is: the targets of [budget], the baseline, the built-in thresholds. What is not known \
is left out; what is not certain counts as no change. A failed run has 39 at most; an exceeded budget, a \
certain regression and too many errors 59. `~` is a score of fewer than three runs.

Advice rests on figures of the run and of those before it. [advice] of perf.toml silences a rule, \
[score] has weights and thresholds; docs/report.md explains each rule.

Exit codes: 0 reported, 2 usage, 3 the score is below --min-score even at its better end, 4 there is no \
run.";

/// Score and grade a run, with what went well, what did not, and what to do next
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    #[arg(help = help::run("The run"))]
    #[arg(default_value = "latest")]
    run: RunRef,

    /// Name of the baseline to judge it by [default: as `check` has it]
    #[arg(long, value_name = "NAME", env = "PERF_TRACK_BASELINE", hide_env_values = true)]
    baseline: Option<String>,

    /// Judge nothing but budgets
    #[arg(long, env = "PERF_TRACK_NO_BASELINE", hide_env_values = true)]
    #[arg(value_parser = FalseyValueParser::new(), conflicts_with = "baseline")]
    no_baseline: bool,

    /// Fail when the better end of the score is below N [default: as perf.toml has it, else never]
    #[arg(long, value_name = "N", env = "PERF_TRACK_MIN_SCORE", hide_env_values = true)]
    #[arg(value_parser = points)]
    min_score: Option<f64>,

    /// How to write it
    #[arg(long, short, env = "PERF_TRACK_FORMAT", hide_env_values = true)]
    #[arg(value_enum, default_value_t)]
    format: Format,

    #[command(flatten)]
    output: OutputArgs,

    #[command(flatten)]
    limits: LimitArgs,
}

/// The media of a report.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people at a terminal
    #[default]
    Human,
    /// For programs: the whole document, exact
    Json,
    /// For pull requests, issues and job summaries
    Markdown,
    /// For commit messages: one line, a trailer as git has them
    Trailer,
}

fn points(text: &str) -> Result<f64, String> {
    let points = text.parse::<f64>().ok().filter(|points| (0.0..=100.0).contains(points));
    points.ok_or_else(|| "a score is a number between 0 and 100".to_owned())
}

pub(super) fn run(args: &Args, context: &Context) -> Result<ExitCode, UserError> {
    let least = match args.min_score {
        Some(points) => Some(points),
        None => config::report_settings(context)?.score.min_score,
    };
    let settings = args.limits.settings(context, args.baseline.as_deref(), &[])?;
    let wanted = match &args.baseline {
        _ if args.no_baseline => Wanted::None,
        Some(name) => Wanted::Named(name),
        None => Wanted::Usual,
    };
    let judged = Judged::find(context, &args.run, wanted, &settings)?;
    judged.notices.iter().for_each(|notice| output::warning(notice));
    let report = report::report(context, &judged.runs, &judged.comparison)?;
    args.write(&report)?;
    Ok(code(&report, least).into())
}

impl Args {
    fn write(&self, report: &Report) -> Result<(), UserError> {
        let medium = match self.format {
            Format::Human => Medium::Human,
            Format::Json => Medium::Json,
            Format::Markdown => Medium::Markdown,
            Format::Trailer => return self.output.write_text(&render::trailer(report)),
        };
        self.output.write(report, medium)
    }
}

/// Returns the exit code, and says why where it is none of the good ones.
fn code(report: &Report, least: Option<f64>) -> Code {
    let Some((score, least)) = report.score.as_ref().zip(least) else { return Code::Fine };
    if score.high >= least {
        return Code::Fine;
    }
    let [high, least] = [score.high, least].map(units::rough_number);
    output::help(&format!(
        "the score is {high} at its better end, and {least} is the least that passes"
    ));
    Code::Regression
}
