//! The place of segments: a folder of one's own, that nobody else can have prepared.
//!
//! Recorder and reports share one rule. The caller brings its user id; what differs by system is in
//! `system`.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use super::system::{self, FolderFault};

/// Beginning of the name of a session's folder: `perf-report run` makes one for each run.
pub const SESSION_PREFIX: &str = "session-";

/// Name of the file in a session's folder that is locked while its `perf-report run` lives.
pub const SESSION_LOCK: &str = "alive";

/// Name of the file in a folder of segments that is locked while a `perf-report agent` reads what lies
/// there: what has ended is kept longer then, so that it is read before it gives way.
pub const AGENT_LOCK: &str = "agent";

/// Returns a number for the user that this process acts for, by which its folder is named. It is the
/// last one in the user's identifier, which the system does not give to another user of the same
/// authority.
#[cfg(windows)]
pub fn user() -> u32 {
    system::user()
}

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
/// that cannot be written to, in the temporary folder (`TMPDIR`), and in that of the system. On
/// Windows: in the user's folder for data of this machine (`LOCALAPPDATA`), and in the temporary one.
pub fn places(uid: u32) -> Vec<PathBuf> {
    let name = format!("perf-track-{uid}");
    let mut places: Vec<PathBuf> = Vec::new();
    for base in system::bases() {
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

/// Makes sure that `path` is a folder of user `uid`, closed to everybody else, creating it so where
/// it is missing (its parent must exist). On Windows, the user is that of this process.
///
/// # Errors
/// [`FolderError`], when it cannot be made, is not a folder, is a link, or belongs to or is open
/// for others.
pub fn prepare(path: &Path, uid: u32) -> Result<(), FolderError> {
    match system::make_folder(path) {
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
    match system::fault_of(path, uid) {
        Ok(None) => Ok(()),
        Ok(Some(fault)) => Err(FolderError::new(path, Fault::Refused(fault))),
        Err(error) => Err(FolderError::new(path, Fault::Look(error))),
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
    Refused(FolderFault),
}

impl FolderError {
    fn new(path: &Path, fault: Fault) -> Self {
        Self { path: path.to_owned(), fault }
    }

    /// Returns the error number of the operating system; for a folder that was refused, that of
    /// "permission denied".
    pub fn errno(&self) -> i32 {
        match &self.fault {
            Fault::Create(error) | Fault::Look(error) => {
                error.raw_os_error().unwrap_or(system::PERMISSION_DENIED)
            }
            Fault::Refused(_) => system::PERMISSION_DENIED,
        }
    }

    /// Returns whether there is a folder, or something else in its place, that is not to be used.
    pub fn is_refused(&self) -> bool {
        matches!(self.fault, Fault::Refused(_))
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
            Fault::Refused(FolderFault::Link) => {
                write!(f, "{path} is a symbolic link, not a folder")
            }
            Fault::Refused(FolderFault::NotAFolder) => write!(f, "{path} is not a folder"),
            Fault::Refused(FolderFault::Owner(owner, user)) => {
                write!(f, "folder {path} belongs to user {owner}, not to user {user}")
            }
            Fault::Refused(FolderFault::OpenToOthers(who)) => {
                write!(f, "folder {path} can be written by others ({who})")
            }
        }
    }
}

impl std::error::Error for FolderError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.fault {
            Fault::Create(error) | Fault::Look(error) => Some(error),
            Fault::Refused(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_place_where_it_is_best_has_one_elsewhere() {
        let places = places(7);
        assert!(places.iter().all(|place| place.file_name().unwrap() == "perf-track-7"));
        if cfg!(target_os = "linux") {
            assert_eq!(places[0], Path::new("/dev/shm/perf-track-7"));
        }
        assert_eq!(alternatives(&places[0], 7), places[1..]);
        let session = |place: &PathBuf| place.join("session-a");
        let others: Vec<_> = places[1..].iter().map(session).collect();
        assert_eq!(alternatives(&session(&places[0]), 7), others);
        assert!(alternatives(&places[0].join("other"), 7).is_empty());
        assert!(alternatives(Path::new("/named/session-a"), 7).is_empty(), "the user named it");
        assert!(alternatives(&places[0], 8).is_empty(), "it is another user's");
    }
}
