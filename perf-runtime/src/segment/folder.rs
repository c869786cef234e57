//! Where segments live: a folder of one's own, that nobody else can have prepared.
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

/// The folder for segments of user `uid` when `PERF_TRACK_DIR` does not name one.
pub fn default_path(uid: u32) -> PathBuf {
    let shared_memory = Path::new(SHARED_MEMORY);
    let base = if shared_memory.is_dir() { shared_memory.to_owned() } else { std::env::temp_dir() };
    base.join(format!("perf-track-{uid}"))
}

/// Makes sure that `path` is a folder of user `uid` that nobody else may enter, creating it with
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

/// Checks what [`prepare`] would accept, creating nothing.
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

/// Why a folder cannot hold segments.
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

    /// Error number of the operating system; for a folder that was refused, that of "permission
    /// denied".
    pub fn errno(&self) -> i32 {
        const PERMISSION_DENIED: i32 = 13;
        match &self.fault {
            Fault::Create(error) | Fault::Look(error) => {
                error.raw_os_error().unwrap_or(PERMISSION_DENIED)
            }
            _ => PERMISSION_DENIED,
        }
    }

    /// Whether the folder does not exist.
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
