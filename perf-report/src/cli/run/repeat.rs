//! `run --repeat`: the same command a few times, each time a run of its own.

use std::ffi::OsString;
use std::process::ExitCode;

use super::Args;
use crate::analysis::series;
use crate::cli::recording::{self, One};
use crate::cli::rounds::{self, Rounds};
use crate::cli::{output, page};
use crate::error::UserError;
use crate::model::RunDocument;
use crate::project::context::Context;
use crate::project::workspace;
use crate::record::in_turn::Watcher as _;
use crate::record::nothing;
use crate::record::recorder::{Order, Recorded};
use crate::render;
use crate::text::units;

/// The result of the runs.
#[derive(Default)]
struct Outcome {
    /// The runs that ended well.
    runs: Vec<RunDocument>,
    /// Ids of all stored runs.
    stored: Vec<String>,
    /// The end of the first run that failed: its code, and in words.
    failure: Option<(u8, String)>,
    /// Number of runs that failed.
    failed: u32,
    /// The signal that asked for the end.
    interrupted: Option<u8>,
    /// The reason for which a run recorded nothing, and advice; of the first such run.
    nothing: Option<(String, String)>,
}

pub(super) fn run(args: &Args, context: &Context, order: Order<'_>) -> Result<ExitCode, UserError> {
    let rounds = Rounds::begin(args.quiet)?;
    let mut outcome = Outcome::default();
    for round in 1..=args.repeat {
        rounds.show_run(&format!("run {round} of {}", args.repeat), round - 1, args.repeat);
        one(args, context, (order, round), &rounds, &mut outcome)?;
        let failed = outcome.failure.is_some() && !args.keep_going;
        if failed || outcome.interrupted.is_some() {
            break;
        }
    }
    drop(rounds);
    if !args.quiet {
        report(args, context, &outcome);
    }
    let interrupted = outcome.interrupted.map(|signal| 128 + signal);
    let code = interrupted.or(outcome.failure.as_ref().map(|(code, _)| *code)).unwrap_or(0);
    let Some(newest) = outcome.stored.last() else { return Ok(code.into()) };
    match args.html.write(context, || page::of_run(context, newest)) {
        Err(error) if code == 0 => Err(error),
        // The command's own failure says more than ours.
        Err(error) => {
            output::error(&error);
            Ok(code.into())
        }
        Ok(()) => Ok(code.into()),
    }
}

/// Runs the command once more, and stores the run.
fn one(
    args: &Args,
    context: &Context,
    (order, round): (Order<'_>, u32),
    rounds: &Rounds,
    outcome: &mut Outcome,
) -> Result<(), UserError> {
    let first = outcome.stored.first().cloned();
    let order = Order { group: Some((first.as_deref(), round)), ..order };
    let (ended, recorded) = match recording::one(context, order, rounds, || {})? {
        One::Interrupted(signal) => {
            outcome.interrupted = Some(signal);
            return Ok(());
        }
        One::Ended(ended, recorded) => (ended, recorded),
    };
    let (code, words) = (ended.shell_code(), ended.in_words());
    if code != 0 {
        outcome.failed += 1;
        outcome.failure.get_or_insert((code, format!("run {round} {words}")));
    }
    if let Some(recorded) = recorded {
        store_run(context, (*recorded, &args.command), code == 0, outcome)?;
    }
    Ok(())
}

/// Stores a run and clears away its recordings.
fn store_run(
    context: &Context,
    (recorded, words): (Recorded, &[OsString]),
    is_good: bool,
    outcome: &mut Outcome,
) -> Result<(), UserError> {
    rounds::warn_of_fallback(recorded.collected.fallback.clone());
    for problem in super::store(context, &recorded)? {
        output::warning(&problem);
    }
    let Recorded { document, collected, session, gone, began } = recorded;
    let folder = session.folder();
    if document.is_empty() {
        let command = nothing::Command {
            words,
            dir: &context.dir,
            folder,
            began,
            programs_of: workspace::programs_of,
        };
        outcome.nothing.get_or_insert_with(|| nothing::why(command, &collected, gone));
    }
    outcome.stored.push(document.run.id.clone());
    if is_good {
        outcome.runs.push(document);
    }
    Ok(())
}

/// Describes how many runs are stored, where not all are: `2 of 4 runs are stored`.
fn stopped(args: &Args, outcome: &Outcome) -> Option<String> {
    let stored = outcome.stored.len() as u64;
    let verb = if stored == 1 { "is" } else { "are" };
    (stored < u64::from(args.repeat))
        .then(|| format!("{stored} of {} runs {verb} stored", args.repeat))
}

/// Reports the summary of the runs, what went wrong, and where they are stored.
fn report(args: &Args, context: &Context, outcome: &Outcome) {
    let recorded = outcome.runs.iter().any(|run| !run.is_empty());
    if recorded {
        let summary = series::summary(&outcome.runs);
        output::message(&format!("\n{}", render::series(&summary, output::message_screen())));
    }
    if let Some((_, words)) = &outcome.failure {
        report_failure(args, outcome, words);
    }
    if outcome.interrupted.is_some() {
        let done = outcome.stored.len();
        output::warning(&format!("interrupted after {done} of {} runs", args.repeat));
    }
    if let Some((reason, help)) = &outcome.nothing {
        output::warning(&format!("nothing was recorded: {reason}"));
        output::help(help);
    }
    if let (Some(first), Some(last)) = (outcome.stored.first(), outcome.stored.last()) {
        let store = context.shown_store();
        let runs = match outcome.stored.len() {
            1 => format!("run {first}"),
            count => format!("{count} runs, {first} to {last},"),
        };
        output::message(&format!("stored as {runs} in {store}"));
    }
    if recorded && outcome.runs.len() > 1 && outcome.failure.is_none() {
        let count = outcome.runs.len();
        output::help(&format!("keep them with `perf-report baseline save main --runs {count}`"));
    }
}

/// Reports the runs that failed, by the `words` of the first.
fn report_failure(args: &Args, outcome: &Outcome, words: &str) {
    let runs = units::plural(outcome.failed.into(), "run");
    let left_out = stopped(args, outcome).filter(|_| !args.keep_going);
    output::warning(&match &left_out {
        Some(left_out) => format!("{words}, which ended it: {left_out}"),
        None if args.keep_going => {
            format!("{runs} failed, and the figures are without them; {words}")
        }
        None => words.to_owned(),
    });
    if left_out.is_some() {
        output::help("--keep-going goes on after a run that failed");
    }
}
