//! The life of a session, seen from outside: whether its folder is in use, over, or left over.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use perf_runtime::segment::folder::SESSION_LOCK;

use super::collect::{self, Listing};
use super::{folder, suite};
use crate::files;

/// The time without change after which a session without a lock is over: its `run` was killed before it
/// took the lock, or is of a version that took none.
const QUIET: Duration = Duration::from_hours(24);

/// Returns whether the session in `folder` is over, so that nobody will add to it: its `run` has ended, and
/// all processes that recorded there. One without a lock is, once nothing has changed in it for a day.
pub(crate) fn is_over(folder: &Path) -> bool {
    let is_quiet = || {
        let changed = fs::metadata(folder).and_then(|metadata| metadata.modified()).ok();
        let since = changed.and_then(|changed| SystemTime::now().duration_since(changed).ok());
        since.is_some_and(|since| since > QUIET)
    };
    folder::check(folder).is_ok()
        && has_ended(folder).unwrap_or_else(is_quiet)
        && !is_recorded_in(folder)
}

/// Lists the folders of sessions in `base` that hold segments of no running process: their `run` was
/// killed, or could not store.
///
/// # Errors
/// When `base` cannot be listed.
pub(crate) fn left_over(base: &Path) -> io::Result<Vec<PathBuf>> {
    let mut folders: Vec<PathBuf> = fs::read_dir(base)?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| folder::is_session(path) && path.is_dir() && is_abandoned(path))
        .collect();
    folders.sort_unstable();
    Ok(folders)
}

/// Removes the folder of a session, and those that stand in for it, if nothing is left in them.
///
/// # Errors
/// When something is left, or the folder cannot be removed.
pub(crate) fn remove(folder: &Path) -> io::Result<()> {
    for folder in folder::alternatives(folder) {
        let _ = remove_one(&folder);
    }
    remove_one(folder)
}

fn remove_one(folder: &Path) -> io::Result<()> {
    // While anything is recorded there, the lock shows to whom that belongs.
    if collect::list(folder)?.segments.is_empty() {
        let _ = fs::remove_file(folder.join(SESSION_LOCK));
    }
    fs::remove_dir(folder)
}

fn is_abandoned(folder: &Path) -> bool {
    has_ended(folder) != Some(false)
        && (suite::has_any(folder)
            || collect::list(folder).is_ok_and(|listing| !listing.segments.is_empty()))
        && !is_recorded_in(folder)
}

/// Returns whether the `run` of a session has ended; `None` where it left no lock to see that by.
fn has_ended(folder: &Path) -> Option<bool> {
    files::is_locked(&folder.join(SESSION_LOCK)).map(|is_locked| !is_locked)
}

/// Lists the folders of sessions in `base`, each with whether it is in use: its `run` or a process of it lives.
pub(crate) fn sessions(base: &Path) -> Vec<(PathBuf, bool)> {
    let entries = fs::read_dir(base).into_iter().flatten();
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let mut folders: Vec<PathBuf> =
        paths.filter(|path| folder::is_session(path) && folder::check(path).is_ok()).collect();
    folders.sort_unstable();
    let is_in_use = |path: &Path| has_ended(path) == Some(false) || is_recorded_in(path);
    let state = |path: PathBuf| {
        let is_in_use = is_in_use(&path);
        (path, is_in_use)
    };
    folders.into_iter().map(state).collect()
}

fn is_recorded_in(folder: &Path) -> bool {
    let is_written =
        |listing: Listing| listing.segments.iter().any(|path| collect::may_be_written(path));
    collect::list(folder).is_ok_and(is_written) || !suite::running(folder).is_empty()
}
