//! The locks by which the recorder knows that an agent reads, and agents know of each other.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use perf_runtime::segment::folder::AGENT_LOCK;

use crate::error::{ExitCode, UserError};
use crate::record::folder;
use crate::system;

/// Locks in some folders, held until this is dropped.
#[derive(Debug)]
pub(super) struct Locks {
    _held: Vec<File>,
}

impl Locks {
    /// Takes the lock in each folder, which is made where it is missing, and in those that stand in for it.
    ///
    /// # Errors
    /// Where a folder cannot be used, or another agent has its lock.
    pub(super) fn take(folders: &[PathBuf]) -> Result<Self, UserError> {
        let mut held = Vec::new();
        for path in folders {
            folder::prepare(path.clone()).map_err(|error| {
                UserError::new(ExitCode::Usage, error.to_string()).help(
                    "recordings are read only from folders that belong to you and that nobody else can \
                     write to: name one, which programs find in PERF_TRACK_DIR",
                )
            })?;
            held.push(lock(path)?);
            for other in folder::alternatives(path) {
                held.push(lock(&other)?);
            }
        }
        Ok(Self { _held: held })
    }
}

fn lock(folder: &Path) -> Result<File, UserError> {
    let path = folder.join(AGENT_LOCK);
    let cannot = |error: std::io::Error| {
        UserError::new(ExitCode::Usage, format!("{} cannot be locked", path.display()))
            .because(error)
            .help("the agent needs to write to the folder of the recordings")
    };
    let mut options = File::options();
    let options = options.create(true).truncate(false).write(true);
    let file = system::closed_to_others(options).open(&path).map_err(cannot)?;
    // A recorder that makes room holds it for a moment, to see whether an agent does.
    for _ in 0..50 {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) => thread::sleep(Duration::from_millis(10)),
            Err(TryLockError::Error(error)) => return Err(cannot(error)),
        }
    }
    let problem = format!("another agent reads the recordings in {}", folder.display());
    Err(UserError::new(ExitCode::Usage, problem)
        .help("one agent serves all programs that record in a folder: ask that one, or end it"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_has_one_agent() {
        let base = tempfile::tempdir().unwrap();
        let folders = [base.path().join("segments")];
        let first = Locks::take(&folders).unwrap();
        let error = Locks::take(&folders).unwrap_err();
        assert!(error.to_string().starts_with("another agent reads"), "{error}");
        drop(first);
        Locks::take(&folders).unwrap();
        let file = base.path().join("file");
        std::fs::write(&file, "").unwrap();
        assert_eq!(Locks::take(&[file]).unwrap_err().code, ExitCode::Usage);
    }
}
