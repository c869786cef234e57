//! A run of a command among several, and the options of recording that commands share.

use std::path::PathBuf;

use clap::builder::FalseyValueParser;

use super::rounds::Rounds;
use crate::error::UserError;
use crate::project::context::Context;
use crate::project::import::written;
use crate::record::command::Ended;
use crate::record::failure;
use crate::record::recorder::{Order, Recorded, Recorder};

/// The look at the machine.
#[derive(Debug, clap::Args)]
pub(super) struct ProbeArgs {
    /// Do not look how fast and how steady the machine is
    #[arg(long, env = "PERF_TRACK_NO_PROBE", hide_env_values = true)]
    #[arg(value_parser = FalseyValueParser::new())]
    no_probe: bool,
}

impl ProbeArgs {
    /// Returns whether to look.
    pub(super) fn probes(&self) -> bool {
        !self.no_probe
    }
}

/// The folder to record in.
#[derive(Debug, clap::Args)]
pub(super) struct DirArgs {
    /// Folder to record in, a subfolder each run [default: one of your own, in memory]
    #[arg(long, value_name = "DIR", env = "PERF_TRACK_DIR", hide_env_values = true)]
    dir: Option<PathBuf>,
}

impl DirArgs {
    /// Returns the folder, if one was given.
    pub(super) fn base(&self, context: &Context) -> Option<PathBuf> {
        self.dir.as_ref().map(|dir| context.dir.join(dir))
    }
}

/// The end of a run among several.
pub(super) enum One {
    /// This signal asked for the end, and nothing is kept.
    Interrupted(u8),
    /// It ended, and recorded this, unless its folder is gone.
    Ended(Ended, Option<Box<Recorded>>),
}

/// Runs the command once, as one of `rounds`, and calls `while_running` meanwhile. Nothing is stored yet.
///
/// # Errors
/// When nothing can be recorded, or the command cannot be started.
pub(super) fn one<T>(
    context: &Context,
    order: Order<'_>,
    rounds: &Rounds,
    while_running: impl FnOnce() -> T,
) -> Result<One, UserError> {
    if let Some(signal) = rounds.interrupted() {
        return Ok(One::Interrupted(signal));
    }
    let recorder = Recorder::prepare(order);
    recorder.folder().map_err(failure::cannot_record)?;
    let program = order.job.words.first().cloned().unwrap_or_default();
    let finished =
        recorder.run(while_running).map_err(|error| failure::cannot_start(&program, error))?;
    if let Some(signal) = rounds.interrupted() {
        finished.discard();
        return Ok(One::Interrupted(signal));
    }
    let ended = finished.ended.clone();
    let collected = finished.collect().map(|mut run| {
        written::add(context, &mut run.document, run.began);
        Box::new(run)
    });
    Ok(One::Ended(ended, collected))
}
