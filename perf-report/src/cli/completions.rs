//! `perf-report completions`: what a shell completes.

use std::process::ExitCode;

use clap::CommandFactory as _;
use clap_complete::Shell;

use super::output::OutputArgs;
use super::{Cli, NAME};
use crate::error::{ExitCode as Code, UserError};

const EXAMPLES: &str = "\
Examples:
  source <(perf-report completions bash)        for this shell; in ~/.bashrc
  perf-report completions fish > ~/.config/fish/completions/perf-report.fish
  perf-report completions zsh --output \"${fpath[1]}/_perf-report\"
  perf-report completions powershell >> $PROFILE

Commands, options and their words are completed; names of runs and baselines are not.";

/// Write the script by which a shell completes commands and options
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,

    #[command(flatten)]
    output: OutputArgs,
}

pub(super) fn run(args: &Args) -> Result<ExitCode, UserError> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), NAME, &mut script);
    args.output.write_bytes(&script)?;
    Ok(Code::Fine.into())
}
