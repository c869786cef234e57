//! `perf-report compare`: one run against another, without a verdict that fails.

use std::process::ExitCode;

use super::help;
use super::judge::LimitArgs;
use super::page::{self, HtmlArgs};
use super::write::WriteArgs;
use crate::error::{ExitCode as Code, UserError};
use crate::project::check;
use crate::project::context::Context;
use crate::project::named::Runs;

const EXAMPLES: &str = "\
Examples:
  perf-report compare main latest       the newest run against baseline `main`
  perf-report compare latest~1 latest   against the run before it
  perf-report compare main latest --all --format markdown";

/// Compare two runs; it never fails on what it finds, `check` does
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    #[arg(help = help::run("What to compare with, a baseline or a run"))]
    #[arg(value_name = "A")]
    baseline: String,

    #[arg(help = help::run("What to judge, a baseline or a run"))]
    #[arg(value_name = "B", default_value = "latest")]
    current: String,

    #[command(flatten)]
    write: WriteArgs,

    #[command(flatten)]
    html: HtmlArgs,

    #[command(flatten)]
    limits: LimitArgs,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<ExitCode, UserError> {
    args.html.begin(context);
    let settings = args.limits.settings(context, None, &[])?;
    // Of large runs, reading takes as long as judging.
    let (baseline, current) =
        rayon::join(|| Runs::any(context, &args.baseline), || Runs::any(context, &args.current));
    let (mut baseline, mut current) = (baseline?, current?);
    let (comparison, _) = check::compare(context, &mut baseline, &mut current, &settings)?;
    args.write.write(&comparison, context)?;
    let code = args.html.after(Code::Fine, context, || {
        let sides = (current.runs.as_slice(), baseline.runs.last());
        page::of_comparison(context, sides, &comparison, &settings)
    });
    Ok(code.into())
}
