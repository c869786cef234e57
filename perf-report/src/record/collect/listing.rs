//! The contents of a folder of segments, by the names of its files.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use perf_runtime::segment::discarded::{self, Discarded};
pub(crate) use perf_runtime::segment::life::pid_of;
use perf_runtime::segment::{COPYING_EXTENSION, EXTENSION, UNNAMED_EXTENSION, UNRECORDED_PREFIX};

use super::process::may_be_written;
use crate::record::folder;

/// The contents of a folder of segments.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Listing {
    /// Segments, sorted by path.
    pub segments: Vec<PathBuf>,
    /// Marks of processes that could not make a segment, sorted by path.
    pub unrecorded: Vec<Unrecorded>,
    /// The recordings that were discarded before anybody collected them, by the file that counts them.
    pub discarded: Vec<(PathBuf, Vec<Discarded>)>,
    /// The files that processes were making when they were killed: they are no segments, and hold nothing.
    pub unfinished: Vec<PathBuf>,
}

impl Listing {
    /// Returns the paths of all of it.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &PathBuf> {
        let marks = self.unrecorded.iter().map(|unrecorded| &unrecorded.path);
        self.segments.iter().chain(marks).chain(self.discarded.iter().map(|(path, _)| path))
    }

    /// Adds the contents of another folder.
    pub(crate) fn extend(&mut self, other: Self) {
        self.segments.extend(other.segments);
        self.unrecorded.extend(other.unrecorded);
        self.discarded.extend(other.discarded);
        self.unfinished.extend(other.unfinished);
    }

    /// Splits it into the files of which `is_first` is true, and the rest.
    pub(crate) fn partition(self, mut is_first: impl FnMut(&Path) -> bool) -> (Self, Self) {
        let (segments, other_segments) = self.segments.into_iter().partition(|path| is_first(path));
        let (unrecorded, other_unrecorded) =
            self.unrecorded.into_iter().partition(|unrecorded| is_first(&unrecorded.path));
        let (discarded, other_discarded) =
            self.discarded.into_iter().partition(|(path, _)| is_first(path));
        let rest = Self {
            segments: other_segments,
            unrecorded: other_unrecorded,
            discarded: other_discarded,
            unfinished: Vec::new(),
        };
        (Self { segments, unrecorded, discarded, unfinished: self.unfinished }, rest)
    }
}

/// The mark of a process that could not make its segment.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unrecorded {
    /// The empty file that is the mark.
    pub path: PathBuf,
    /// The process id, if the file's name has one.
    pub pid: Option<u32>,
    /// The error number of the operating system.
    pub errno: i32,
}

impl fmt::Display for Unrecorded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pid = self.pid.map_or_else(String::new, |pid| format!(" {pid}"));
        let reason = io::Error::from_raw_os_error(self.errno);
        write!(f, "process{pid} was not recorded: its segment could not be made: {reason}")
    }
}

/// Lists `folder`, and the folders of processes that should record there and cannot.
///
/// # Errors
/// When the folder cannot be read.
pub(crate) fn list_everywhere(folder: &Path) -> io::Result<Listing> {
    let mut listing = list(folder)?;
    for other in folder::alternatives(folder) {
        listing.extend(list(&other).unwrap_or_default());
    }
    Ok(listing)
}

/// Lists `folder`. Other files and folders in it are not ours.
///
/// # Errors
/// When the folder cannot be read.
pub(crate) fn list(folder: &Path) -> io::Result<Listing> {
    let mut listing = Listing::default();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        match path.extension().and_then(|extension| extension.to_str()) {
            Some(EXTENSION) => listing.segments.push(path),
            Some(UNNAMED_EXTENSION | COPYING_EXTENSION) if is_left_behind(&path) => {
                listing.unfinished.push(path);
            }
            Some(extension) => {
                let errno = extension.strip_prefix(UNRECORDED_PREFIX);
                if let Some(errno) = errno.and_then(|errno| errno.parse().ok()) {
                    listing.unrecorded.push(Unrecorded { pid: pid_of(&path), path, errno });
                }
            }
            None => {}
        }
    }
    listing.segments.sort_unstable();
    listing.unrecorded.sort_unstable();
    // A ledger that cannot be read counts nothing.
    let mut discarded = discarded::read(folder).unwrap_or_default();
    discarded.retain(|one| one.recordings > 0);
    if !discarded.is_empty() {
        listing.discarded.push((folder.join(discarded::FILE), discarded));
    }
    Ok(listing)
}

/// Returns whether nobody goes on making the file: that takes no time to speak of.
fn is_left_behind(path: &Path) -> bool {
    const LONG: Duration = Duration::from_mins(1);
    let changed = fs::symlink_metadata(path).and_then(|found| found.modified());
    let age = changed.ok().and_then(|changed| SystemTime::now().duration_since(changed).ok());
    pid_of(path).is_some() && age.is_some_and(|age| age > LONG) && !may_be_written(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_killed_process_was_making_is_left_behind_after_a_while() {
        let folder = tempfile::tempdir().unwrap();
        // No process has this id.
        let [old, new] =
            ["4194305-a.new", "4194305-b.copying"].map(|name| folder.path().join(name));
        for path in [&old, &new] {
            fs::write(path, "").unwrap();
        }
        let file = fs::File::options().write(true).open(&old).unwrap();
        file.set_modified(SystemTime::now() - Duration::from_mins(5)).unwrap();
        assert_eq!(list(folder.path()).unwrap().unfinished, [old]);
    }

    #[test]
    fn only_what_is_ours_is_listed() {
        let folder = tempfile::tempdir().unwrap();
        let names =
            ["12-ab.ptseg", "9-cd.unrecorded-28", "9-cd.unrecorded-x", "1-a.ptseg.damaged", "x"];
        for name in names {
            fs::write(folder.path().join(name), "").unwrap();
        }
        let listing = list(folder.path()).unwrap();
        assert_eq!(listing.segments, [folder.path().join("12-ab.ptseg")]);
        assert_eq!(pid_of(&listing.segments[0]), Some(12));
        let [unrecorded] = listing.unrecorded.as_slice() else { panic!("{listing:?}") };
        assert_eq!(
            unrecorded.to_string(),
            format!(
                "process 9 was not recorded: its segment could not be made: {}",
                std::io::Error::from_raw_os_error(28)
            )
        );
    }
}
