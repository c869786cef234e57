//! `perf-report slower`: what became slower since yesterday, in all that is stored.

use std::process::ExitCode;

use clap::builder::FalseyValueParser;

use super::judge::LimitArgs;
use super::media::Report;
use super::output::OutputArgs;
use super::{keep, progress};
use crate::error::{ExitCode as Code, UserError};
use crate::model::Verdict;
use crate::project::context::Context;
use crate::project::slower;
use crate::record::facts;
use crate::text::moment::Moment;

const EXAMPLES: &str = "\
Examples:
  perf-report slower                      since this time yesterday
  perf-report slower --since 3d --branch main
  perf-report slower --since 2026-11-20 --format markdown --output slower.md
  perf-report slower --fail || notify     a morning job that says so

Of each command that ran since then, on each kind of machine, the newest run is judged by at most ten comparable \
ones of before that moment, as `check` judges with the same settings. A command that cannot be judged says why, and \
none passes unjudged. Forty commands are judged at most, the ones that ran last. `perf-report serve` shows the same \
at /slower.

Exit codes: 0 fine, whatever was found; 4 no run is stored. With --fail also 3 something is a \
REGRESSION; 4 nothing could be judged.";

/// Show what became slower since yesterday, in every command that ran since
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// The moment that divides the runs: so long ago, such as `12h`, a day in UTC, or a time
    #[arg(long, value_name = "WHEN", env = "PERF_TRACK_SLOWER_SINCE", hide_env_values = true)]
    #[arg(default_value = "1d")]
    since: Moment,

    /// Only runs of this branch, then and now
    #[arg(long, value_name = "BRANCH", env = "PERF_TRACK_BRANCH", hide_env_values = true)]
    #[arg(value_parser = keep::branch)]
    branch: Option<String>,

    /// End with 3 where something is a regression, and with 4 where nothing could be judged
    #[arg(long, env = "PERF_TRACK_SLOWER_FAIL", hide_env_values = true)]
    #[arg(value_parser = FalseyValueParser::new())]
    fail: bool,

    /// How to write it
    #[arg(long, short, env = "PERF_TRACK_FORMAT", hide_env_values = true)]
    #[arg(value_enum, default_value_t)]
    format: Report,

    #[command(flatten)]
    output: OutputArgs,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<ExitCode, UserError> {
    let settings = LimitArgs::default().settings(context, None, &[])?;
    let since = args.since.first(facts::now());
    let progress = progress::reading("reading runs");
    let found = slower::since(context, (since, args.branch.as_deref()), &settings)?;
    drop(progress);
    args.output.write(&found, args.format)?;
    let is_worse = found.series.iter().any(|series| series.verdict == Verdict::Regression);
    Ok(match args.fail {
        true if is_worse => Code::Regression,
        true if found.judged() == 0 => Code::NothingToJudge,
        _ => Code::Fine,
    }
    .into())
}
