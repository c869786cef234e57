//! The folder in which the processes of one command leave their segments.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, SystemTime};

use nix::unistd::Uid;
use perf_runtime::segment::folder::{self, FolderError, SESSION_LOCK};
pub use perf_runtime::segment::folder::{SESSION_PREFIX as PREFIX, is_session};

use super::{collect, retention};
use crate::files;

/// Bytes that should be free where a session begins, unless no place has as many.
const LEAST_FREE: u64 = 1 << 20;

/// After so long without change a session without a lock is over: its `run` was killed before it took it, or is
/// of a version that took none.
const QUIET: Duration = Duration::from_hours(24);

/// The folder for segments when none is named: one a user, in memory where possible.
pub fn default_base() -> PathBuf {
    let uid = Uid::current().as_raw();
    let existing = folder::places(uid).into_iter().find(|place| check(place).is_ok());
    existing.unwrap_or_else(|| folder::default_path(uid))
}

/// The folder for segments where it should be: in memory, if this system should have that, whether it can be
/// used or not.
pub fn preferred_base() -> PathBuf {
    let uid = Uid::current().as_raw();
    let in_memory = folder::places(uid).into_iter().next().filter(|_| cfg!(target_os = "linux"));
    in_memory.unwrap_or_else(|| folder::default_path(uid))
}

/// All folders in which processes have recorded for which none was named, as far as they may be read from.
pub fn bases() -> Vec<PathBuf> {
    let mut places = folder::places(Uid::current().as_raw());
    places.retain(|place| check(place).is_ok());
    places
}

/// Where else processes have recorded that were to record in `folder`, as far as it may be read from.
pub fn alternatives(folder: &Path) -> Vec<PathBuf> {
    let mut others = folder::alternatives(folder, Uid::current().as_raw());
    others.retain(|other| check(other).is_ok());
    others
}

/// That something was recorded in the temporary folder although nobody named it, in words.
pub fn fallback(collected: &collect::Collected) -> Option<String> {
    let best = preferred_base();
    let others = folder::alternatives(&best, Uid::current().as_raw());
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

/// Whether segments may be read from `folder`: it is ours, no link, and closed to others.
///
/// # Errors
/// [`FolderError`], which says what is wrong with it.
pub fn check(folder: &Path) -> Result<(), FolderError> {
    folder::check(folder, Uid::current().as_raw())
}

/// The folder in which the processes of one command leave their segments. Others know by a lock that it is in
/// use.
#[derive(Debug)]
pub struct Session {
    folder: PathBuf,
    /// Held until this is dropped. `None` where it could not be had, which costs no recording.
    _lock: Option<File>,
    fallback: Option<String>,
}

impl Session {
    /// Makes the folder of the run `id`, inside `base` or the default one, with mode 0700. What was left
    /// behind there gives way, as far as it is too much.
    ///
    /// # Errors
    /// [`FolderError`], which names the folder that cannot be used and why.
    pub fn create(base: Option<&Path>, id: &str) -> Result<Self, FolderError> {
        let Some(base) = base else { return Self::create_in_default(id) };
        // A folder that the user chose need not be a private one; the one inside it will be.
        if !base.is_dir() {
            prepared(base.to_owned())?;
        }
        retention::make_room(base, LEAST_FREE, retention::limits().are_set);
        Self::create_in(base, id)
    }

    /// In the first place that has space, or else in the first that takes a folder at all.
    fn create_in_default(id: &str) -> Result<Self, FolderError> {
        let (mut tight, mut reason, mut failed) = (None, None, None);
        let best = preferred_base();
        for place in folder::places(Uid::current().as_raw()) {
            if cfg!(not(target_os = "linux")) && place.parent().is_some_and(|base| !base.is_dir()) {
                continue;
            }
            let made = prepared(place).and_then(|place| {
                retention::make_room(&place, LEAST_FREE, true);
                Self::create_in(&place, id)
            });
            match made {
                Ok(session) if session.has_space() => {
                    discard(tight);
                    return Ok(Self { fallback: reason, ..session });
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
                Ok(Self { fallback: reason.filter(|_| is_elsewhere), ..session })
            }
            (None, Some(error)) => Err(error),
            (None, None) => Self::create_in(&prepared(best)?, id),
        }
    }

    fn create_in(base: &Path, id: &str) -> Result<Self, FolderError> {
        let folder = prepared(base.join(format!("{PREFIX}{id}")))?;
        let lock = lock(&folder).ok();
        Ok(Self { folder, _lock: lock, fallback: None })
    }

    fn has_space(&self) -> bool {
        retention::space(&self.folder)
            .is_none_or(|space| space.free >= LEAST_FREE && space.takes_files)
    }

    /// Where it is; what `PERF_TRACK_DIR` is set to.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// That it is not in shared memory and why, if that is so although nobody named another place.
    pub fn fallback(&self) -> Option<String> {
        self.fallback.as_deref().map(|reason| fallback_in_words(&self.folder, reason))
    }

    /// Removes the folder if nothing is left in it.
    ///
    /// # Errors
    /// When something is, or the folder cannot be removed.
    pub fn remove(&self) -> io::Result<()> {
        remove(&self.folder)
    }
}

/// Removes a session that was begun in vain.
fn discard(session: Option<Session>) {
    if let Some(session) = session {
        // Whatever is in the way stays, and harms nobody.
        let _ = session.remove();
    }
}

/// Removes the folder of a session, and those in the places of it, if nothing is left in them.
///
/// # Errors
/// When something is left, or the folder cannot be removed.
pub fn remove(folder: &Path) -> io::Result<()> {
    for folder in alternatives(folder) {
        let _ = remove_one(&folder);
    }
    remove_one(folder)
}

fn remove_one(folder: &Path) -> io::Result<()> {
    // While anything is recorded there, it says to whom that belongs.
    if collect::list(folder)?.segments.is_empty() {
        let _ = fs::remove_file(folder.join(SESSION_LOCK));
    }
    fs::remove_dir(folder)
}

/// Makes the file by which others know that the session is in use, and locks it.
fn lock(folder: &Path) -> io::Result<File> {
    /// Whoever looks whether it is locked has it for as long as that takes.
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

/// Whether the `run` of a session has ended; `None` where it left nothing to tell by.
fn has_ended(folder: &Path) -> Option<bool> {
    let lock = files::open(&folder.join(SESSION_LOCK), u64::MAX).ok()?;
    let is_free = lock.try_lock_shared().is_ok();
    let _ = lock.unlock();
    Some(is_free)
}

/// Whether the session in `folder` is over, so that nobody will add to it: its `run` has ended, and all
/// processes that recorded there. One without a lock is, once nothing has changed in it for a day.
pub fn is_over(folder: &Path) -> bool {
    let is_quiet = || {
        let changed = fs::metadata(folder).and_then(|metadata| metadata.modified()).ok();
        let since = changed.and_then(|changed| SystemTime::now().duration_since(changed).ok());
        since.is_some_and(|since| since > QUIET)
    };
    check(folder).is_ok() && has_ended(folder).unwrap_or_else(is_quiet) && !is_recorded_in(folder)
}

fn is_recorded_in(folder: &Path) -> bool {
    collect::list(folder)
        .is_ok_and(|listing| listing.segments.iter().any(|path| collect::may_be_written(path)))
}

fn prepared(path: PathBuf) -> Result<PathBuf, FolderError> {
    folder::prepare(&path, Uid::current().as_raw())?;
    Ok(path)
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
    has_ended(folder) != Some(false)
        && collect::list(folder).is_ok_and(|listing| !listing.segments.is_empty())
        && !is_recorded_in(folder)
}
