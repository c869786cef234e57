//! The steps of `run` before it measures: a build, and warm-ups.

use std::process::ExitCode;

use super::Args;
use crate::cli::{build, output};
use crate::error::UserError;
use crate::record::command::{Job, Streams};
use crate::record::failure;
use crate::record::recorder::{Order, Recorder};

/// Builds and warms up as `args` ask. Returns the exit code of a warm-up that failed and so ends it
/// all.
pub(super) fn prepare(args: &Args, order: Order<'_>) -> Result<Option<ExitCode>, UserError> {
    let report = |text: &str| {
        if !args.quiet {
            output::message(text);
        }
    };
    if let Some(command) = &args.build {
        report(&format!("building: {command}"));
        build::build(command, Job::default(), "of the command")?;
    }
    for round in 1..=args.warm_up.unwrap_or(0) {
        report(&format!("warming up, {round} of {}", args.warm_up.unwrap_or(0)));
        if let Some(code) = warm_up(args, order)? {
            return Ok(Some(code));
        }
    }
    Ok(None)
}

/// Runs the command once, and removes its recordings. Returns its exit code, if it failed and that
/// matters.
fn warm_up(args: &Args, order: Order<'_>) -> Result<Option<ExitCode>, UserError> {
    let job = Job { streams: Streams::Tail, ..order.job };
    let finished = Recorder::prepare(Order { job, probe: false, ..order })
        .run(|| {})
        .map_err(|error| failure::cannot_start(&args.command[0], error))?;
    let ended = finished.ended.clone();
    finished.discard();
    if ended.status.success() {
        return Ok(None);
    }
    let end = failure::shown_end(&ended.tail);
    output::warning(&format!("a warm-up of the command {}{end}", ended.in_words()));
    Ok((!args.keep_going).then(|| ended.shell_code().into()))
}
