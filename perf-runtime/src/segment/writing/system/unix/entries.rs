//! A folder by its descriptor: its entries, its file system, and files opened and removed there.
//!
//! Nothing here allocates on Linux, since it is asked for when a call finds no room for its
//! segment, and that call may be anywhere in its program.

use std::ffi::CStr;
use std::fs::{File, OpenOptions};
use std::mem::MaybeUninit;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

use super::user_id;
use crate::segment::retention::Space;

/// The flags for opening anything here: no link is followed, nothing is waited for, programs that
/// are started do not inherit it.
const FLAGS: libc::c_int = libc::O_NOFOLLOW | libc::O_NONBLOCK | libc::O_CLOEXEC;

/// An open folder.
#[derive(Debug)]
pub(crate) struct Folder(File);

impl Folder {
    /// Opens the folder at `path`, if there is one.
    pub(crate) fn open(path: &Path) -> Option<Self> {
        let mut options = OpenOptions::new();
        options.read(true).custom_flags(FLAGS | libc::O_DIRECTORY);
        options.open(path).ok().map(Self)
    }

    /// Opens the folder of this name in it, if it is of this user and closed to others.
    pub(crate) fn own_folder(&self, name: &CStr) -> Option<Self> {
        let folder = Self(self.open_below(name, libc::O_RDONLY | libc::O_DIRECTORY)?);
        let metadata = folder.0.metadata().ok()?;
        let is_own = metadata.uid() == user_id() && metadata.mode() & 0o022 == 0;
        is_own.then_some(folder)
    }

    /// Opens the regular file of this name in it, for reading.
    pub(crate) fn file(&self, name: &CStr) -> Option<File> {
        regular(self.open_below(name, libc::O_RDONLY)?)
    }

    /// Opens the same for reading and writing, made where it is missing.
    pub(crate) fn made_file(&self, name: &CStr) -> Option<File> {
        regular(self.open_below(name, libc::O_RDWR | libc::O_CREAT)?)
    }

    /// Returns the bytes that the file of this name takes of the file system, without a look into
    /// it.
    pub(crate) fn bytes_of(&self, name: &CStr) -> u64 {
        let mut found = MaybeUninit::<libc::stat>::zeroed();
        let (folder, flags) = (self.0.as_raw_fd(), libc::AT_SYMLINK_NOFOLLOW);
        // SAFETY: writes to a record on this stack; the name ends with zero.
        let answer = unsafe { libc::fstatat(folder, name.as_ptr(), found.as_mut_ptr(), flags) };
        // SAFETY: zeroed before, which is a value of each field, and perhaps written.
        let found = unsafe { found.assume_init() };
        #[expect(clippy::allow_attributes, reason = "needed on some systems only")]
        #[allow(clippy::useless_conversion, reason = "the type is i64 on some systems only")]
        let blocks = i64::from(found.st_blocks);
        if answer == 0 { u64::try_from(blocks).unwrap_or(0).saturating_mul(512) } else { 0 }
    }

    /// Returns the time at which an entry was last made or removed, in seconds since 1970.
    pub(crate) fn changed(&self) -> i64 {
        self.0.metadata().map_or(i64::MAX, |metadata| metadata.mtime())
    }

    /// Removes the file of this name, and returns whether it was this process that did.
    pub(crate) fn remove(&self, name: &CStr) -> bool {
        self.unlink(name, 0)
    }

    /// Removes the empty folder of this name, and returns whether it was this process that did.
    pub(crate) fn remove_folder(&self, name: &CStr) -> bool {
        self.unlink(name, libc::AT_REMOVEDIR)
    }

    fn unlink(&self, name: &CStr, flags: libc::c_int) -> bool {
        // SAFETY: a system call on an open descriptor and a name that ends with zero.
        unsafe { libc::unlinkat(self.0.as_raw_fd(), name.as_ptr(), flags) == 0 }
    }

    fn open_below(&self, name: &CStr, flags: libc::c_int) -> Option<File> {
        const MODE: libc::c_uint = 0o600;
        // SAFETY: a system call on an open descriptor and a name that ends with zero.
        let file = unsafe { libc::openat(self.0.as_raw_fd(), name.as_ptr(), flags | FLAGS, MODE) };
        // SAFETY: just opened, and nobody else knows of it.
        (file >= 0).then(|| unsafe { OwnedFd::from_raw_fd(file) }.into())
    }

    /// Returns the size of the file system, and the free part; `None` where the system does not
    /// show it.
    pub(crate) fn space(&self) -> Option<Space> {
        let mut found = MaybeUninit::<libc::statvfs>::zeroed();
        // SAFETY: writes to a record on this stack.
        let answer = unsafe { libc::fstatvfs(self.0.as_raw_fd(), found.as_mut_ptr()) };
        // SAFETY: zeroed before, which is a value of each field, and perhaps written.
        let found = unsafe { found.assume_init() };
        #[expect(clippy::allow_attributes, reason = "needed on some systems only")]
        #[allow(clippy::useless_conversion, reason = "the types are u64 on some systems only")]
        let (unit, all, free, all_files, free_files) = (
            u64::from(found.f_frsize),
            u64::from(found.f_blocks),
            u64::from(found.f_bavail),
            u64::from(found.f_files),
            u64::from(found.f_favail),
        );
        // One that is limited neither in blocks nor in files says that it has none.
        let amount = |of: u64| if all == 0 { u64::MAX } else { of.saturating_mul(unit) };
        let takes_files = all_files == 0 || free_files > 0;
        (answer == 0).then(|| Space { total: amount(all), free: amount(free), takes_files })
    }
}

fn regular(file: File) -> Option<File> {
    file.metadata().ok().filter(std::fs::Metadata::is_file).map(|_| file)
}

/// Calls `look` with the name of everything in the folder.
#[cfg(any(target_os = "linux", target_os = "android"))]
impl Folder {
    pub(crate) fn each(&self, mut look: impl FnMut(&CStr)) {
        /// Place of an entry's length in it, and of its name.
        const LENGTH: usize = 16;
        const NAME: usize = 19;
        #[repr(C, align(8))]
        struct Entries([u8; 1024]);
        let mut entries = Entries([0; 1024]);
        // SAFETY: a system call on an open descriptor. From the beginning, whoever read it before.
        unsafe { libc::lseek(self.0.as_raw_fd(), 0, libc::SEEK_SET) };
        loop {
            // SAFETY: writes at most as many bytes as there are.
            let read = unsafe {
                libc::syscall(
                    libc::SYS_getdents64,
                    self.0.as_raw_fd(),
                    entries.0.as_mut_ptr(),
                    entries.0.len(),
                )
            };
            let Ok(read) = usize::try_from(read) else { return };
            let mut rest = entries.0.get(..read).unwrap_or_default();
            if rest.is_empty() {
                return;
            }
            while let Some(length) = rest.get(LENGTH..LENGTH + 2) {
                let length = usize::from(u16::from_ne_bytes([length[0], length[1]]));
                let name = rest.get(NAME..length);
                if let Some(Ok(name)) = name.map(CStr::from_bytes_until_nul) {
                    look(name);
                }
                rest = rest.get(length.max(NAME)..).unwrap_or_default();
            }
        }
    }
}

/// Calls `look` with the name of everything in the folder.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
impl Folder {
    pub(crate) fn each(&self, mut look: impl FnMut(&CStr)) {
        use std::os::fd::IntoRawFd as _;
        let Ok(copy) = self.0.try_clone() else { return };
        // SAFETY: takes the descriptor, which is nobody else's, and gives it back with `closedir`.
        let folder = unsafe { libc::fdopendir(copy.into_raw_fd()) };
        if folder.is_null() {
            return;
        }
        // SAFETY: open until the end of this function.
        unsafe { libc::rewinddir(folder) };
        // SAFETY: as above; an entry is valid until the next is asked for.
        while let Some(entry) = unsafe { libc::readdir(folder).as_ref() } {
            // SAFETY: the system ends names with zero.
            look(unsafe { CStr::from_ptr(entry.d_name.as_ptr()) });
        }
        // SAFETY: opened above.
        unsafe { libc::closedir(folder) };
    }
}
