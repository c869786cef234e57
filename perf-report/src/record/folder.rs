//! The folders in which processes leave their segments.

use std::path::{Path, PathBuf};

pub(crate) use perf_runtime::segment::folder::is_session;
use perf_runtime::segment::folder::{self, FolderError, SESSION_PREFIX};

use crate::system::{self, user};

/// Returns the folder for segments when none is named: one a user, in memory where possible.
pub(crate) fn default_base() -> PathBuf {
    let uid = user();
    let existing = places().into_iter().find(|place| check(place).is_ok());
    existing.unwrap_or_else(|| folder::default_path(uid))
}

/// Returns the folder for segments where it should be: in memory, if this system should have that, usable
/// or not.
pub(crate) fn preferred_base() -> PathBuf {
    let in_memory = places().into_iter().next().filter(|_| system::RECORDS_IN_MEMORY);
    in_memory.unwrap_or_else(|| folder::default_path(user()))
}

/// Returns all folders in which processes have recorded for which none was named, as far as they may be
/// read from.
pub(crate) fn bases() -> Vec<PathBuf> {
    let mut places = places();
    places.retain(|place| check(place).is_ok());
    places
}

/// Returns all places that processes try in turn where no folder is named, usable or not.
pub(super) fn places() -> Vec<PathBuf> {
    folder::places(user())
}

/// Returns where else processes have recorded that were to record in `folder`, as far as it may be read
/// from.
pub(crate) fn alternatives(folder: &Path) -> Vec<PathBuf> {
    let mut others = stand_ins(folder);
    others.retain(|other| check(other).is_ok());
    others
}

/// Returns the places that stand in for `folder`, usable or not.
pub(super) fn stand_ins(folder: &Path) -> Vec<PathBuf> {
    folder::alternatives(folder, user())
}

/// Checks that segments may be read from `folder`: it is ours, no link, and closed to others.
///
/// # Errors [`FolderError`], which names the fault.
pub(crate) fn check(folder: &Path) -> Result<(), FolderError> {
    folder::check(folder, user())
}

/// Makes `path` a folder that is ours and closed to others, and hands it back.
pub(crate) fn prepare(path: PathBuf) -> Result<PathBuf, FolderError> {
    folder::prepare(&path, user())?;
    Ok(path)
}

/// Returns the folder of the run `id` inside `base`.
pub(super) fn of_session(base: &Path, id: &str) -> PathBuf {
    base.join(format!("{SESSION_PREFIX}{id}"))
}
