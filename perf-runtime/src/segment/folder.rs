//! The place of segments: a folder of one's own, that nobody else can have prepared.
//!
//! Standard library only, so that recorder and reports share one rule. The caller brings its user
//! id; nothing here is unsafe.

use std::fmt;
use std::fs;
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

/// Memory-backed file system of Linux. Pages of a disk file can stall a writer during writeback.
const SHARED_MEMORY: &str = "/dev/shm";

/// Folder in which temporary files may always be put.
const TEMPORARY: &str = "/tmp";

/// Beginning of the name of a session's folder: `perf-report run` makes one for each run.
pub const SESSION_PREFIX: &str = "session-";

/// Name of the file in a session's folder that is locked while its `perf-report run` lives.
pub const SESSION_LOCK: &str = "alive";

/// Name of the file in a folder of segments that is locked while a `perf-report agent` reads what lies
/// there: what has ended is kept longer then, so that it is read before it gives way.
pub const AGENT_LOCK: &str = "agent";

/// Returns the folder for segments of user `uid` when `PERF_TRACK_DIR` does not name one.
///
/// ```
/// let folder = perf_runtime::segment::folder::default_path(1000);
/// assert!(folder.ends_with("perf-track-1000"));
/// ```
pub fn default_path(uid: u32) -> PathBuf {
    let mut places = places(uid);
    let is_possible = |place: &PathBuf| place.parent().is_some_and(Path::is_dir);
    let at = places.iter().position(is_possible).unwrap_or(0);
    places.swap_remove(at)
}

/// Returns the folders for segments of user `uid`, the best first: in shared memory, and, where
/// that cannot be written to, in the temporary folder (`TMPDIR`), and in that of the system.
pub fn places(uid: u32) -> Vec<PathBuf> {
    let name = format!("perf-track-{uid}");
    let mut places: Vec<PathBuf> = Vec::new();
    for base in [PathBuf::from(SHARED_MEMORY), std::env::temp_dir(), PathBuf::from(TEMPORARY)] {
        let place = base.join(&name);
        if base.is_absolute() && !places.contains(&place) {
            places.push(place);
        }
    }
    places
}

/// Returns the places in which processes of user `uid` record instead, should `folder` not be
/// possible: one of the other [`places`], under the same name if it is a session in one of them. A
/// folder that the user named has none.
pub fn alternatives(folder: &Path, uid: u32) -> Vec<PathBuf> {
    let places = places(uid);
    let of_session = is_session(folder).then(|| folder.parent().zip(folder.file_name())).flatten();
    let (place, session) =
        of_session.map_or((folder, None), |(place, session)| (place, Some(session)));
    if !places.iter().any(|known| known == place) {
        return Vec::new();
    }
    let others = places.iter().filter(|known| known.as_path() != place);
    others.map(|other| session.map_or_else(|| other.clone(), |name| other.join(name))).collect()
}

/// Returns whether a folder is that of a session, to go by its name.
pub fn is_session(folder: &Path) -> bool {
    folder
        .file_name()
        .is_some_and(|name| name.as_encoded_bytes().starts_with(SESSION_PREFIX.as_bytes()))
}

/// Makes sure that `path` is a folder of user `uid`, closed to everybody else, creating it with
/// mode 0700 where it is missing (its parent must exist).
///
/// # Errors
/// [`FolderError`], when it cannot be made, is not a folder, is a link, or belongs to or is open
/// for others.
pub fn prepare(path: &Path, uid: u32) -> Result<(), FolderError> {
    match fs::DirBuilder::new().mode(0o700).create(path) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => check(path, uid),
        Err(error) => Err(FolderError::new(path, Fault::Create(error))),
    }
}

/// Checks whether [`prepare`] would accept `path`, creating nothing.
///
/// # Errors
/// [`FolderError`], as for [`prepare`]; a missing folder is one.
pub fn check(path: &Path, uid: u32) -> Result<(), FolderError> {
    let fault = |fault| Err(FolderError::new(path, fault));
    let metadata = match fs::symlink_metadata(path) {
        Ok(metadata) => metadata,
        Err(error) => return fault(Fault::Look(error)),
    };
    if metadata.is_symlink() {
        fault(Fault::Link)
    } else if !metadata.is_dir() {
        fault(Fault::NotAFolder)
    } else if metadata.uid() != uid {
        fault(Fault::Owner { owner: metadata.uid(), uid })
    } else if metadata.mode() & 0o022 != 0 {
        fault(Fault::OpenToOthers { mode: metadata.mode() & 0o7777 })
    } else {
        Ok(())
    }
}

/// A reason why a folder cannot hold segments.
#[derive(Debug)]
pub struct FolderError {
    path: PathBuf,
    fault: Fault,
}

#[derive(Debug)]
enum Fault {
    Create(io::Error),
    Look(io::Error),
    Link,
    NotAFolder,
    Owner { owner: u32, uid: u32 },
    OpenToOthers { mode: u32 },
}

impl FolderError {
    fn new(path: &Path, fault: Fault) -> Self {
        Self { path: path.to_owned(), fault }
    }

    /// Returns the error number of the operating system; for a folder that was refused, that of
    /// "permission denied".
    pub fn errno(&self) -> i32 {
        const PERMISSION_DENIED: i32 = 13;
        match &self.fault {
            Fault::Create(error) | Fault::Look(error) => {
                error.raw_os_error().unwrap_or(PERMISSION_DENIED)
            }
            _ => PERMISSION_DENIED,
        }
    }

    /// Returns whether there is a folder, or something else in its place, that is not to be used.
    pub fn is_refused(&self) -> bool {
        !matches!(self.fault, Fault::Create(_) | Fault::Look(_))
    }

    /// Returns whether the folder does not exist.
    pub fn is_missing(&self) -> bool {
        matches!(&self.fault, Fault::Look(error) if error.kind() == io::ErrorKind::NotFound)
    }
}

impl fmt::Display for FolderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        match &self.fault {
            Fault::Create(error) => write!(f, "folder {path} cannot be made: {error}"),
            Fault::Look(error) => write!(f, "folder {path} cannot be read: {error}"),
            Fault::Link => write!(f, "{path} is a symbolic link, not a folder"),
            Fault::NotAFolder => write!(f, "{path} is not a folder"),
            Fault::Owner { owner, uid } => {
                write!(f, "folder {path} belongs to user {owner}, not to user {uid}")
            }
            Fault::OpenToOthers { mode } => {
                write!(f, "folder {path} can be written by others (mode {mode:04o})")
            }
        }
    }
}

impl std::error::Error for FolderError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.fault {
            Fault::Create(error) | Fault::Look(error) => Some(error),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_place_in_shared_memory_has_one_in_the_temporary_folder() {
        let places = places(7);
        assert_eq!(places[0], Path::new("/dev/shm/perf-track-7"));
        assert_eq!(places.last().unwrap().file_name().unwrap(), "perf-track-7");
        assert_eq!(alternatives(&places[0], 7), places[1..]);
        let session = |place: &PathBuf| place.join("session-a");
        let others: Vec<_> = places[1..].iter().map(session).collect();
        assert_eq!(alternatives(&session(&places[0]), 7), others);
        assert!(alternatives(&places[0].join("other"), 7).is_empty());
        assert!(alternatives(Path::new("/named/session-a"), 7).is_empty(), "the user named it");
        assert!(alternatives(&places[0], 8).is_empty(), "it is another user's");
    }
}
