//! `perf-report doctor`: what is in order, what is not, and what to do about it.

use std::fmt::Write as _;
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use serde::Serialize;

use super::output::{self, OutputArgs};
use crate::context::Context;
use crate::doctor::{self, Check, State};
use crate::error::{ExitCode as Code, UserError};
use crate::render::sanitize;

const EXAMPLES: &str = "\
Examples:
  perf-report doctor
  perf-report doctor --format json

Ends with 0 when everything works, and with 2 when something does not.";

/// Check the setup: store, folders, clock, environment
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// How to write it
    #[arg(long, short, env = "PERF_TRACK_FORMAT", hide_env_values = true)]
    #[arg(value_enum, default_value_t)]
    format: output::Format,

    #[command(flatten)]
    output: OutputArgs,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<ExitCode, UserError> {
    let checks = doctor::examine(context);
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
