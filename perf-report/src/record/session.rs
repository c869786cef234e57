//! The folder in which the processes of one command leave their segments.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use perf_runtime::segment::folder::{FolderError, SESSION_LOCK};

use super::collect::Collected;
use super::{folder, life, retention};
use crate::system;

/// The bytes that should be free where a session begins, unless no place has as many.
const LEAST_FREE: u64 = 1 << 20;

/// The folder in which the processes of one command leave their segments. A lock shows others that it is in
/// use.
#[derive(Debug)]
pub(crate) struct Session {
    folder: PathBuf,
    /// The lock, held until this is dropped. `None` where it could not be had, which costs no recording.
    _lock: Option<File>,
    /// The reason why it is not where it should be, if it is not.
    misplaced: Option<String>,
}

impl Session {
    /// Makes the folder of the run `id`, inside `base` or the default one, with mode 0700. What was left
    /// behind there gives way, as far as it is too much.
    ///
    /// # Errors
    /// [`FolderError`], which names the folder that cannot be used and why.
    pub(crate) fn create(base: Option<&Path>, id: &str) -> Result<Self, FolderError> {
        let Some(base) = base else { return Self::create_in_default(id) };
        // A folder that the user chose need not be a private one; the one inside it will be.
        if !base.is_dir() {
            folder::prepare(base.to_owned())?;
        }
        retention::make_room(base, LEAST_FREE, retention::limits().are_set);
        Self::create_in(base, id)
    }

    /// Makes it in the first place that has space, or else in the first that takes a folder at all.
    fn create_in_default(id: &str) -> Result<Self, FolderError> {
        let (mut tight, mut reason, mut failed) = (None, None, None);
        let best = folder::preferred_base();
        for place in folder::places() {
            if !system::RECORDS_IN_MEMORY && place.parent().is_some_and(|base| !base.is_dir()) {
                continue;
            }
            let made = folder::prepare(place).and_then(|place| {
                retention::make_room(&place, LEAST_FREE, true);
                Self::create_in(&place, id)
            });
            match made {
                Ok(session) if session.has_space() => {
                    discard(tight);
                    return Ok(Self { misplaced: reason, ..session });
                }
                Ok(session) => {
                    let full = format!("{} has no space left", session.folder.display());
                    reason.get_or_insert(full);
                    if tight.is_none() {
                        tight = Some(session);
                    } else {
                        discard(Some(session));
                    }
                }
                Err(error) => {
                    reason.get_or_insert_with(|| error.to_string());
                    failed.get_or_insert(error);
                }
            }
        }
        match (tight, failed) {
            (Some(session), _) => {
                let is_elsewhere = session.folder.parent() != Some(&best);
                Ok(Self { misplaced: reason.filter(|_| is_elsewhere), ..session })
            }
            (None, Some(error)) => Err(error),
            (None, None) => Self::create_in(&folder::prepare(best)?, id),
        }
    }

    fn create_in(base: &Path, id: &str) -> Result<Self, FolderError> {
        let folder = folder::prepare(folder::of_session(base, id))?;
        let lock = lock(&folder).ok();
        Ok(Self { folder, _lock: lock, misplaced: None })
    }

    fn has_space(&self) -> bool {
        retention::space(&self.folder)
            .is_none_or(|space| space.free >= LEAST_FREE && space.takes_files)
    }

    /// Returns its folder, to which `PERF_TRACK_DIR` is set.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Explains why it is not in shared memory, if that is so although nobody named another place.
    pub(crate) fn fallback(&self) -> Option<String> {
        self.misplaced.as_deref().map(|reason| fallback_in_words(&self.folder, reason))
    }

    /// Removes the folder if nothing is left in it.
    ///
    /// # Errors
    /// When something is, or the folder cannot be removed.
    pub(crate) fn remove(&self) -> io::Result<()> {
        life::remove(&self.folder)
    }
}

/// Explains why something was recorded in the temporary folder although nobody named it, if it was.
pub(crate) fn fallback(collected: &Collected) -> Option<String> {
    let best = folder::preferred_base();
    let others = folder::stand_ins(&best);
    let is_other = |path: &&PathBuf| others.iter().any(|other| path.starts_with(other));
    let mut segments = collected.ended.iter().chain(&collected.living);
    let place = segments.find(is_other)?.parent()?;
    Some(fallback_in_words(place, &format!("a process could not record in {}", best.display())))
}

fn fallback_in_words(place: &Path, reason: &str) -> String {
    format!(
        "recorded in the temporary folder, {}, where a disk may hold up calls, since shared memory cannot be \
         written to: {reason}",
        place.display()
    )
}

/// Removes a session that was begun in vain.
fn discard(session: Option<Session>) {
    if let Some(session) = session {
        // Whatever is in the way stays, and harms nobody.
        let _ = session.remove();
    }
}

/// Makes the file by which others see that the session is in use, and locks it.
fn lock(folder: &Path) -> io::Result<File> {
    /// The attempts to lock: whoever looks whether it is locked has it for as long as that takes.
    const ATTEMPTS: u32 = 100;
    let file = File::options().write(true).create_new(true).open(folder.join(SESSION_LOCK))?;
    for _ in 0..ATTEMPTS {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(fs::TryLockError::WouldBlock) => thread::sleep(Duration::from_millis(1)),
            Err(fs::TryLockError::Error(error)) => return Err(error),
        }
    }
    Err(io::ErrorKind::WouldBlock.into())
}
