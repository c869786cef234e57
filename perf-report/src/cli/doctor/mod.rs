//! `perf-report doctor`: the state of everything that recording and reporting depend on, and
//! advice.

mod noise;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::builder::FalseyValueParser;

use super::judge::LimitArgs;
use super::media::Format;
use super::output::OutputArgs;
use crate::doctor;
use crate::error::{ExitCode as Code, UserError};
use crate::model::CheckState;
use crate::project::context::Context;

const EXAMPLES: &str = "\
Examples:
  perf-report doctor
  perf-report doctor --format json
  perf-report doctor --noise --rounds 20 -- ./target/release/import data.csv

Ends with 0 when everything works, and with 2 when something does not.

--noise runs a command against itself, as `ab` would, and judges these runs by the configured limits \
again and again, telling them apart in another way each time. It says how often that raised an \
alarm, which is a false one, and for each function how far its runs lie apart and from where on a \
change would be seen. It ends with 0 whatever that comes to. Nothing is stored.";

/// Check the setup: store, folders, clock, environment; or how noisy the machine is
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// How to write it
    #[arg(long, short, env = "PERF_TRACK_FORMAT", hide_env_values = true)]
    #[arg(value_enum, default_value_t)]
    format: Format,

    #[command(flatten)]
    output: OutputArgs,

    /// Run a command against itself: how often that is taken for a change, and what would be seen
    #[arg(long, env = "PERF_TRACK_NOISE", hide_env_values = true)]
    #[arg(value_parser = FalseyValueParser::new())]
    noise: bool,

    /// With --noise: the command and its arguments
    #[arg(trailing_var_arg = true, value_name = "COMMAND")]
    command: Vec<OsString>,

    #[command(flatten)]
    rounds: noise::NoiseArgs,

    #[command(flatten)]
    limits: LimitArgs,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<ExitCode, UserError> {
    match (args.noise, args.command.is_empty()) {
        (true, false) => return noise::run(args, context),
        (false, true) => {}
        (is_noise, _) => {
            let problem = if is_noise {
                "--noise needs a command to run"
            } else {
                "a command is run only with --noise"
            };
            return Err(UserError::new(Code::Usage, problem)
                .help("write `perf-report doctor --noise -- COMMAND`, or `perf-report doctor`"));
        }
    }
    let document = doctor::examine(context, &super::variables());
    args.output.write(&document, args.format)?;
    Ok(if document.state == CheckState::Broken { Code::Usage } else { Code::Fine }.into())
}
