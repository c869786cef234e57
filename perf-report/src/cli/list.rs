//! `perf-report list`: the stored runs.

use std::process::ExitCode;

use clap::builder::FalseyValueParser;

use super::output::{self, OutputArgs};
use super::runs::ChoiceArgs;
use crate::error::{ExitCode as Code, UserError};
use crate::project::context::Context;
use crate::project::listed;
use crate::record::facts;
use crate::render::Medium;

const EXAMPLES: &str = "\
Examples:
  perf-report list                        the newest runs
  perf-report list --since 7d --failed    those of a week that failed
  perf-report list --branch main --command 'cargo test'
  perf-report list --commit v1.2          those of a tag of git
  perf-report list --tag gpu --format csv --all > runs.csv

Names of runs for other commands stand in the first column; `latest`, `branch:main~2`, `tag:v1.2` and \
the like are understood, too.";

/// List the stored runs, newest first
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// List at most N runs
    #[arg(long, value_name = "N", default_value_t = 30, conflicts_with = "all")]
    #[arg(env = "PERF_TRACK_LIMIT", hide_env_values = true)]
    limit: usize,

    /// List every run
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
    choice: ChoiceArgs,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<ExitCode, UserError> {
    let store = context.open()?;
    let now = facts::now();
    let choice = args.choice.choice();
    let most = (!args.all).then_some(args.limit);
    let document = listed::list(&*store, &choice.filter(context, now), most, now)?;
    args.output.write(&document, args.format)?;
    if document.found == 0 {
        output::message(if choice.is_empty() {
            "no run is stored"
        } else {
            "none of the stored runs is meant; `perf-report list` lists all"
        });
    }
    Ok(Code::Fine.into())
}
