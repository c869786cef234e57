//! The facts of a run whose recording is not stored yet, beside its segments.
//!
//! `run` leaves it in the session's folder until the run is stored. Should storing fail, or perf-report be
//! killed, `collect` finds there the facts that no segment has: the command, its start, its commit.

use std::fs;
use std::io;
use std::path::Path;

use perf_runtime::snapshot::Snapshot;

use crate::files;
use crate::model::{ProcessSummary, Run, RunDocument, convert};

const FILE: &str = "run.json";

/// Leaves the facts of the run in `folder`.
///
/// # Errors
/// When the file cannot be written.
pub(crate) fn write(folder: &Path, run: &Run, process: &ProcessSummary) -> io::Result<()> {
    let document =
        convert::document(&Snapshot::default(), run.clone(), process.clone(), Vec::new());
    files::replace(&folder.join(FILE), &serde_json::to_string(&document)?)
}

/// Reads the facts that were left in `folder`, if any were and can be read.
pub(crate) fn read(folder: &Path) -> Option<(Run, ProcessSummary)> {
    let text = files::read_text(&folder.join(FILE), files::LARGEST_DOCUMENT).ok()?;
    RunDocument::from_json(&text).ok().map(|document| (document.run, document.process))
}

/// Removes the facts that were left in `folder`.
pub(crate) fn forget(folder: &Path) {
    // That there is nothing to remove is as good.
    let _ = fs::remove_file(folder.join(FILE));
}
