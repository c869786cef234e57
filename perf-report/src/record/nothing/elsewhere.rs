//! Recordings that began meanwhile in other places: in the folders where processes of any user
//! record on their own, and in those of running processes.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use perf_runtime::segment::life::Owner;

use crate::record::collect::{self, About};
use crate::record::folder;
use crate::system;

/// The beginning of the name of a folder in which processes record on their own.
const PREFIX: &str = "perf-track-";

/// The most segments that are looked at, the newest ones.
const MOST: usize = 64;

/// A place with recordings that began meanwhile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) folder: PathBuf,
    /// The user that it belongs to.
    pub(super) owner: u32,
    /// The recordings there; none where nobody may look.
    pub(super) recordings: Vec<About>,
}

/// Finds the places with recordings that began after `began`, but for `folder`. `also` is one more
/// to look at.
pub(super) fn find(began: SystemTime, folder: &Path, also: Option<&Path>) -> Vec<Place> {
    let mut folders: BTreeSet<PathBuf> = defaults();
    folders.extend(also.map(Path::to_owned));
    folders.extend(of_running());
    folders.remove(folder);
    folders.into_iter().filter_map(|folder| Place::look(folder, began)).collect()
}

/// Returns the folders of all users in which processes record on their own.
fn defaults() -> BTreeSet<PathBuf> {
    let bases = [PathBuf::from("/dev/shm"), std::env::temp_dir(), PathBuf::from("/tmp")];
    let entries = bases.iter().filter_map(|base| fs::read_dir(base).ok()).flatten();
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let is_one = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.strip_prefix(PREFIX).is_some_and(|uid| uid.parse::<u32>().is_ok())
    };
    paths.filter(is_one).collect()
}

/// Returns the folders of processes that still run, as far as they may be looked into.
fn of_running() -> BTreeSet<PathBuf> {
    let entries = fs::read_dir("/proc").into_iter().flatten();
    let pids = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    let segments = pids.flat_map(system::written_by);
    segments.filter_map(|path| path.parent().map(Path::to_owned)).collect()
}

impl Place {
    fn look(folder: PathBuf, began: SystemTime) -> Option<Self> {
        let metadata = fs::symlink_metadata(&folder).ok().filter(fs::Metadata::is_dir)?;
        let owner = system::owner(&metadata);
        let Ok(listing) = collect::list(&folder) else {
            // Whatever was made there changed it.
            let is_changed = metadata.modified().is_ok_and(|modified| modified >= began);
            return is_changed.then(|| Self { folder, owner, recordings: Vec::new() });
        };
        let began = began.duration_since(UNIX_EPOCH).ok()?.as_nanos();
        let is_new = |path: &PathBuf| {
            Owner::of(path).is_some_and(|owner| u128::from(owner.began_unix_ns) >= began)
        };
        let mut segments: Vec<_> = listing.segments.into_iter().filter(is_new).collect();
        segments.truncate(MOST);
        let recordings = collect::about(&segments);
        (!recordings.is_empty()).then_some(Self { folder, owner, recordings })
    }

    /// Returns whether this user's `perf-report collect` reads it.
    pub(super) fn is_ours(&self) -> bool {
        folder::check(&self.folder).is_ok()
    }

    /// Returns the place with the recordings of programs that `is_it` accepts, if there are any. A
    /// place that nobody may look into stays as it is.
    pub(super) fn only(mut self, is_it: impl Fn(&str) -> bool) -> Option<Self> {
        let is_hidden = self.recordings.is_empty();
        self.recordings.retain(|about| about.program.as_deref().is_some_and(&is_it));
        (is_hidden || !self.recordings.is_empty()).then_some(self)
    }
}
