//! The folder in which the processes of one command leave their segments.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use nix::unistd::Uid;
use perf_runtime::segment::folder::{self, FolderError};

use crate::collect;

/// What the name of a session's folder begins with.
pub const PREFIX: &str = "session-";

/// The folder for segments when none is named: one a user, in memory where possible.
pub fn default_base() -> PathBuf {
    folder::default_path(Uid::current().as_raw())
}

/// Whether segments may be read from `folder`: it is ours, no link, and closed to others.
///
/// # Errors
/// [`FolderError`], which says what is wrong with it.
pub fn check(folder: &Path) -> Result<(), FolderError> {
    folder::check(folder, Uid::current().as_raw())
}

/// The folder in which the processes of one command leave their segments.
#[derive(Debug)]
pub struct Session {
    folder: PathBuf,
}

impl Session {
    /// Makes the folder of the run `id`, inside `base` or the default one, with mode 0700.
    ///
    /// # Errors
    /// [`FolderError`], which names the folder that cannot be used and why.
    pub fn create(base: Option<&Path>, id: &str) -> Result<Self, FolderError> {
        let uid = Uid::current().as_raw();
        let base = match base {
            // A folder that the user chose need not be a private one; the one inside it will be.
            Some(base) if base.is_dir() => base.to_owned(),
            Some(base) => prepared(base.to_owned(), uid)?,
            None => prepared(default_base(), uid)?,
        };
        Ok(Self { folder: prepared(base.join(format!("{PREFIX}{id}")), uid)? })
    }

    /// Where it is; what `PERF_TRACK_DIR` is set to.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Removes the folder if nothing is left in it.
    ///
    /// # Errors
    /// When something is, or the folder cannot be removed.
    pub fn remove(&self) -> io::Result<()> {
        fs::remove_dir(&self.folder)
    }
}

fn prepared(path: PathBuf, uid: u32) -> Result<PathBuf, FolderError> {
    folder::prepare(&path, uid)?;
    Ok(path)
}

/// Whether `folder` was made by [`Session::create`], to go by its name.
pub fn is_session(folder: &Path) -> bool {
    folder.file_name().is_some_and(|name| name.to_string_lossy().starts_with(PREFIX))
}

/// Folders of sessions in `base` that hold segments of no running process: their `run` was killed,
/// or could not store.
///
/// # Errors
/// When `base` cannot be listed.
pub fn left_over(base: &Path) -> io::Result<Vec<PathBuf>> {
    let mut folders: Vec<PathBuf> = fs::read_dir(base)?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| is_session(path) && path.is_dir() && is_abandoned(path))
        .collect();
    folders.sort_unstable();
    Ok(folders)
}

fn is_abandoned(folder: &Path) -> bool {
    collect::list(folder).is_ok_and(|listing| {
        !listing.segments.is_empty()
            && !listing.segments.iter().any(|path| collect::may_be_written(path))
    })
}
