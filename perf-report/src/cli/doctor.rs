//! `perf-report doctor`: what is in order, what is not, and what to do about it.

use std::fmt::Write as _;
use std::process::ExitCode;

use super::output;
use crate::context::Context;
use crate::error::{ExitCode as Code, UserError};

/// Check the setup: folders, store, clock, environment
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    output: output::OutputArgs,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<ExitCode, UserError> {
    let mut text = String::new();
    let _ = writeln!(text, "workspace  {}", context.root.display());
    let _ = writeln!(text, "store      {}", context.store.display());
    args.output.write(&text)?;
    Ok(Code::Fine.into())
}
