//! `perf-report doctor`: what is in order, what is not, and what to do about it.

mod noise;

use std::ffi::OsString;
use std::fmt::Write as _;
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use clap::builder::FalseyValueParser;
use serde::Serialize;

use super::judge::LimitArgs;
use super::output::{self, OutputArgs};
use crate::doctor::{self, Check, State};
use crate::error::{ExitCode as Code, UserError};
use crate::project::context::Context;
use crate::text::sanitize;

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
    format: output::Format,

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
    let checks = doctor::examine(context, &super::variables());
    let worst = checks.iter().map(|check| check.state).max().unwrap_or(State::Good);
    let text = match args.format {
        output::Format::Human => human(&checks, args.output.screen().styled),
        output::Format::Json => output::json(&Document {
            schema: "perf-track/doctor",
            version: 1,
            state: worst,
            checks: &checks,
        }),
    };
    args.output.write(&text)?;
    Ok(if worst == State::Broken { Code::Usage } else { Code::Fine }.into())
}

/// Document `perf-track/doctor`.
#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    version: u32,
    /// The worst of all checks.
    state: State,
    checks: &'a [Check],
}

fn human(checks: &[Check], styled: bool) -> String {
    let width = checks.iter().map(|check| check.subject.len()).max().unwrap_or(0);
    let mut text = String::new();
    for check in checks {
        let (sign, color) = match check.state {
            State::Good => ("✓", AnsiColor::Green),
            State::Notice => ("!", AnsiColor::Yellow),
            State::Broken => ("✗", AnsiColor::Red),
        };
        let style = if styled { color.on_default().bold() } else { Style::new() };
        let finding = sanitize::screen(&check.finding);
        let _ = writeln!(text, "{style}{sign}{style:#} {:width$}  {finding}", check.subject);
        if let Some(help) = &check.help {
            let _ = writeln!(text, "  {:width$}  → {}", "", sanitize::screen(help));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_stand_below_each_other_and_say_what_to_do() {
        let check = |state, subject, help: Option<&str>| Check {
            state,
            subject,
            finding: format!("how the {subject} is\u{1b}"),
            help: help.map(str::to_owned),
        };
        let checks = [
            check(State::Good, "store", None),
            check(State::Notice, "recording", Some("store it")),
            check(State::Broken, "clock", Some("buy one")),
        ];
        insta::assert_snapshot!(human(&checks, false), @r"
        ✓ store      how the store is\u{1b}
        ! recording  how the recording is\u{1b}
                     → store it
        ✗ clock      how the clock is\u{1b}
                     → buy one
        ");
    }
}
