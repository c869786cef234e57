//! Memory of Unix: pieces of a file that other processes can read, and private pages.

use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;
use std::ptr::{self, NonNull};

use super::may_write_files_of;
use crate::writing::system::out_of_range;

/// Reserves `bytes` bytes of `file` from `offset` on and maps them, zeroed where they are new. The
/// space is reserved first, so that a full disk is an error here and no signal later.
pub(crate) fn of_file(file: &File, offset: u64, bytes: usize) -> io::Result<NonNull<u8>> {
    let start = libc::off_t::try_from(offset).map_err(|_| out_of_range())?;
    let length = libc::off_t::try_from(bytes).map_err(|_| out_of_range())?;
    // To make a file longer than the process may is not only an error, but ends the process by a signal.
    if !may_write_files_of(offset.saturating_add(bytes as u64)) {
        return Err(out_of_range());
    }
    reserve(file, start, length)?;
    map(bytes, libc::MAP_SHARED, file.as_raw_fd(), start)
}

/// Takes space for `length` bytes from `start` on, to the end of `file` or beyond.
#[cfg(not(target_vendor = "apple"))]
fn reserve(file: &File, start: libc::off_t, length: libc::off_t) -> io::Result<()> {
    // SAFETY: a system call on integers and a descriptor that `file` keeps open.
    match unsafe { libc::posix_fallocate(file.as_raw_fd(), start, length) } {
        0 => Ok(()),
        error => Err(io::Error::from_raw_os_error(error)),
    }
}

/// Takes space for `length` bytes from `start` on, to the end of `file` or beyond. Apple's systems
/// take it behind the end of the file, which is moved then.
#[cfg(target_vendor = "apple")]
fn reserve(file: &File, start: libc::off_t, length: libc::off_t) -> io::Result<()> {
    let there = libc::off_t::try_from(file.metadata()?.len()).map_err(|_| out_of_range())?;
    let end = start.checked_add(length).ok_or_else(out_of_range)?;
    if end <= there {
        return Ok(());
    }
    let mut wanted = libc::fstore_t {
        fst_flags: libc::F_ALLOCATEALL,
        fst_posmode: libc::F_PEOFPOSMODE,
        fst_offset: 0,
        fst_length: end - there,
        fst_bytesalloc: 0,
    };
    // SAFETY: a system call on an open descriptor, and a record on this stack that it may write to.
    if unsafe { libc::fcntl(file.as_raw_fd(), libc::F_PREALLOCATE, &raw mut wanted) } == -1 {
        let error = io::Error::last_os_error();
        // File systems of others may not know the call; what they lack shows in the next one.
        if error.raw_os_error() != Some(libc::ENOTSUP) {
            return Err(error);
        }
    }
    // SAFETY: a system call on integers and an open descriptor.
    match unsafe { libc::ftruncate(file.as_raw_fd(), end) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

/// Maps `bytes` zeroed bytes that no other process sees. `bytes` are whole pages.
pub(crate) fn private(bytes: usize) -> io::Result<NonNull<u8>> {
    map(bytes, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS, -1, 0)
}

/// Maps the first `bytes` bytes of `file`, to be written elsewhere by [`write_to`] alone.
pub(crate) fn of_contents(file: &File, bytes: usize) -> io::Result<NonNull<u8>> {
    map(bytes, libc::MAP_SHARED, file.as_raw_fd(), 0)
}

fn map(bytes: usize, flags: i32, fd: i32, offset: libc::off_t) -> io::Result<NonNull<u8>> {
    let access = libc::PROT_READ | libc::PROT_WRITE;
    // SAFETY: without MAP_FIXED the kernel chooses an unused range, so no memory that anyone
    // uses changes; `fd` is open or -1 for an anonymous mapping.
    let start = unsafe { libc::mmap(ptr::null_mut(), bytes, access, flags, fd, offset) };
    if start == libc::MAP_FAILED {
        return Err(io::Error::last_os_error());
    }
    NonNull::new(start.cast()).ok_or_else(out_of_range)
}

/// Puts private zeroed pages in the place of a mapping. Safe in a signal handler.
///
/// # Safety
/// The range is a mapping's, and its users access it as integers, for which zero is a valid value.
pub(crate) unsafe fn replace(start: NonNull<u8>, bytes: usize) {
    let access = libc::PROT_READ | libc::PROT_WRITE;
    let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_FIXED;
    // SAFETY: the range stays mapped and writable throughout, so every pointer into it stays valid;
    // the rest is the caller's.
    unsafe { libc::mmap(start.as_ptr().cast(), bytes, access, flags, -1, 0) };
}

/// Writes bytes from `start` on into `file` at `offset`, `length` at most, and returns their number. The
/// system copies them, so that others may write to them meanwhile, and the missing part of a truncated
/// file is an error.
///
/// # Safety
/// The range stays mapped.
pub(crate) unsafe fn write_some(
    (start, length): (NonNull<u8>, usize),
    file: &File,
    offset: u64,
) -> io::Result<usize> {
    let place = libc::off_t::try_from(offset).map_err(|_| out_of_range())?;
    // SAFETY: reads the range, which stays mapped.
    let answer = unsafe { libc::pwrite(file.as_raw_fd(), start.as_ptr().cast(), length, place) };
    usize::try_from(answer).map_err(|_| io::Error::last_os_error())
}

/// Gives a mapping back.
///
/// # Safety
/// The range is a whole mapping, and nothing points into it any more.
pub(crate) unsafe fn unmap(start: NonNull<u8>, bytes: usize) {
    // SAFETY: as the caller vouches.
    unsafe { libc::munmap(start.as_ptr().cast(), bytes) };
}
