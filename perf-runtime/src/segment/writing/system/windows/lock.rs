//! The lock by which others know that this process lives: see [`crate::segment::life`].
//!
//! It is one of a handle, which is held for the life of the process. Programs close no handles that
//! they did not open.

use std::fs::File;
use std::os::windows::ffi::OsStringExt as _;
use std::os::windows::io::AsRawHandle as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;

use windows_sys::Win32::Storage::FileSystem::{FILE_NAME_NORMALIZED, GetFinalPathNameByHandleW};

use super::{Facts, facts};
use crate::segment::system::{try_lock, unlock};
use crate::writing::system::Identity;

pub(crate) use crate::segment::locks::is_locked;

/// The lock on a file.
#[derive(Debug)]
pub(crate) struct Lock {
    /// The file, if it could be opened once more.
    file: Option<File>,
    is_held: AtomicBool,
    identity: Identity,
}

impl Lock {
    /// Locks `file`, which is known by `identity`, if that can be done at once.
    pub(crate) fn take(file: &File, identity: Identity) -> Self {
        let file = file.try_clone().ok();
        let is_held =
            AtomicBool::new(file.as_ref().is_some_and(|file| try_lock(file, true).is_ok()));
        Self { file, is_held, identity }
    }

    /// Returns whether it is held.
    pub(crate) fn is_held(&self) -> bool {
        self.is_held.load(Relaxed)
    }

    /// Returns the system's facts about the file, whatever became of its name.
    pub(crate) fn facts(&self) -> Option<Facts> {
        facts(self.file.as_ref()?).ok().filter(|found| found.identity == self.identity)
    }

    /// Opens the file once more without its name, which may lead elsewhere by now.
    pub(crate) fn file(&self) -> Option<File> {
        self.file.as_ref()?.try_clone().ok()
    }

    /// Shows `look` the present name of the file, as far as the system knows it.
    pub(crate) fn with_name<R>(&self, look: impl FnOnce(&Path) -> R) -> Option<R> {
        let mut name = [0_u16; 4096];
        let (handle, room) = (self.file.as_ref()?.as_raw_handle(), 4096);
        // SAFETY: a call on a handle that is open; writes at most as many units as there are.
        let length = unsafe {
            GetFinalPathNameByHandleW(handle, name.as_mut_ptr(), room, FILE_NAME_NORMALIZED)
        };
        let name = name.get(..length as usize).filter(|name| !name.is_empty())?;
        let name = String::from_utf16(name).map_or_else(
            |_| PathBuf::from(std::ffi::OsString::from_wide(name)),
            |name| PathBuf::from(name.strip_prefix(r"\\?\").unwrap_or(&name)),
        );
        Some(look(&name))
    }

    /// Lets go of it.
    pub(crate) fn let_go(&self) {
        if let Some(file) = self.file.as_ref().filter(|_| self.is_held.swap(false, Relaxed)) {
            unlock(file);
        }
    }
}
