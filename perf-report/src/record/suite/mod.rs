//! Test suites, measured through cargo's own setting for a runner: whatever starts test binaries by cargo
//! starts perf-report in their place, which starts them, measures them, and passes on all else.
//!
//! The command [`prepare`]s the folder of its session; each process that cargo starts is a [`run_as_runner`],
//! and leaves an account of what it measured; in the end they [`complete`] the run.

mod gather;
mod heard;
mod names;
mod row;
mod runner;
mod running;
mod setup;
mod traced;
mod watched;

use std::fs;
use std::path::Path;

pub(crate) use gather::{add_to, complete};
pub(crate) use runner::{run_as_runner, run_as_rustdoc};
pub(crate) use running::{State, accounts, running};
pub(crate) use setup::{Surroundings, prepare};
pub(crate) use watched::{Sizes, sizes};

/// The first argument of this program where it is a runner; a target and the command follow.
pub(crate) const RUNNER_WORD: &str = "suite-runner";
/// The name of this program where it stands in for rustdoc.
pub(crate) const RUSTDOC_LINK: &str = "perf-track-rustdoc";
/// The variable with the folder of the accounts.
const FOLDER_VARIABLE: &str = "PERF_TRACK_SUITE_DIR";
/// The variable with the id of the doctests that a process belongs to.
const DOCTESTS_VARIABLE: &str = "PERF_TRACK_SUITE_DOCTESTS";

/// Returns whether accounts of suites lie in `folder`.
pub(crate) fn has_any(folder: &Path) -> bool {
    let mut entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.any(|entry| row::is_one(&entry.path()))
}

/// Removes the accounts in `folder`, and what was prepared there.
pub(crate) fn forget(folder: &Path) {
    setup::forget(folder);
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if row::is_one(&entry.path()) {
            // What cannot be removed is found by `doctor`, as all that is left of a session.
            let _ = fs::remove_file(entry.path());
        }
    }
}
