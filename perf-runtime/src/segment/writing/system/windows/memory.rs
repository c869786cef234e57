//! Memory of Windows: pieces of a file that other processes can read, and private pages.

use std::fs::File;
use std::io;
use std::os::windows::io::{AsRawHandle as _, FromRawHandle as _, OwnedHandle};
use std::ptr::{self, NonNull};

use windows_sys::Win32::Storage::FileSystem::WriteFile;
use windows_sys::Win32::System::IO::OVERLAPPED;
use windows_sys::Win32::System::Memory::{
    CreateFileMappingW, FILE_MAP_READ, FILE_MAP_WRITE, MEM_COMMIT, MEM_RELEASE, MEM_RESERVE,
    MapViewOfFile, PAGE_READWRITE, VirtualAlloc, VirtualFree,
};

use crate::segment::system::read_exact_at;
use crate::writing::system::out_of_range;

/// The unit in which views begin.
const VIEW: u64 = 64 << 10;

/// Reserves `bytes` bytes of `file` from `offset` on and maps them, zeroed where they are new. A
/// section takes its space when it is made, so that a full disk is an error here and no exception
/// later.
pub(crate) fn of_file(file: &File, offset: u64, bytes: usize) -> io::Result<NonNull<u8>> {
    let end = offset.checked_add(bytes as u64).ok_or_else(out_of_range)?;
    let section = section(file, PAGE_READWRITE, end)?;
    // The same pages may be in two views: they are one memory.
    let from = offset & !(VIEW - 1);
    let before = usize::try_from(offset - from).map_err(|_| out_of_range())?;
    let start = view(&section, FILE_MAP_READ | FILE_MAP_WRITE, from, before + bytes)?;
    // SAFETY: within the view, which is longer.
    Ok(unsafe { start.add(before) })
}

/// Makes a section of the first `end` bytes of a file, which becomes that long.
fn section(file: &File, access: u32, end: u64) -> io::Result<OwnedHandle> {
    let (high, low) = halves(end);
    // SAFETY: a call on integers and a handle that `file` keeps open.
    let section = unsafe {
        CreateFileMappingW(file.as_raw_handle(), ptr::null(), access, high, low, ptr::null())
    };
    if section.is_null() {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: just made, and nobody else knows it. A view keeps what it needs of it.
    Ok(unsafe { OwnedHandle::from_raw_handle(section) })
}

fn view(section: &OwnedHandle, access: u32, from: u64, bytes: usize) -> io::Result<NonNull<u8>> {
    let (high, low) = halves(from);
    // SAFETY: the system chooses an unused range, so no memory that anyone uses changes.
    let start = unsafe { MapViewOfFile(section.as_raw_handle(), access, high, low, bytes) };
    NonNull::new(start.Value.cast()).ok_or_else(io::Error::last_os_error)
}

#[expect(clippy::cast_possible_truncation, reason = "the lower half")]
fn halves(number: u64) -> (u32, u32) {
    ((number >> 32) as u32, number as u32)
}

/// Takes `bytes` zeroed bytes that no other process sees. `bytes` are whole pages.
pub(crate) fn private(bytes: usize) -> io::Result<NonNull<u8>> {
    // SAFETY: the system chooses an unused range, so no memory that anyone uses changes.
    let start =
        unsafe { VirtualAlloc(ptr::null(), bytes, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE) };
    NonNull::new(start.cast()).ok_or_else(io::Error::last_os_error)
}

/// Copies the first `bytes` bytes of `file`, to be written elsewhere by [`write_to`] alone: a file
/// that is mapped could not be replaced by another.
pub(crate) fn of_contents(file: &File, bytes: usize) -> io::Result<NonNull<u8>> {
    let start = private(bytes)?;
    // SAFETY: fresh, as long, and nobody else's; zeroes are bytes.
    let place = unsafe { std::slice::from_raw_parts_mut(start.as_ptr(), bytes) };
    read_exact_at(file, place, 0).map(|()| start).inspect_err(|_| {
        // SAFETY: taken above.
        unsafe { unmap(start, bytes) };
    })
}

/// Does nothing: a process has no child that is left with its memory, and a file that is mapped
/// cannot be made shorter.
///
/// # Safety
/// None; elsewhere there is.
pub(crate) unsafe fn replace(_start: NonNull<u8>, _bytes: usize) {}

/// Writes bytes from `start` on into `file` at `offset`, `length` at most, and returns their number. The
/// system copies them, so that others may write to them meanwhile.
///
/// # Safety
/// The range stays mapped.
pub(crate) unsafe fn write_some(
    (start, length): (NonNull<u8>, usize),
    file: &File,
    offset: u64,
) -> io::Result<usize> {
    let (high, low) = halves(offset);
    let mut place = OVERLAPPED::default();
    place.Anonymous.Anonymous.Offset = low;
    place.Anonymous.Anonymous.OffsetHigh = high;
    let (length, mut written) = (u32::try_from(length).unwrap_or(u32::MAX), 0);
    // SAFETY: a call on a handle that is open; reads the range, which stays mapped, and writes to a
    // number and a record on this stack.
    let answer = unsafe {
        WriteFile(file.as_raw_handle(), start.as_ptr(), length, &raw mut written, &raw mut place)
    };
    if answer == 0 { Err(io::Error::last_os_error()) } else { Ok(written as usize) }
}

/// Gives private pages back.
///
/// # Safety
/// The range is all of what [`private`] or [`of_contents`] returned, and nothing points into it any
/// more.
pub(crate) unsafe fn unmap(start: NonNull<u8>, _bytes: usize) {
    // SAFETY: as the caller vouches.
    unsafe { VirtualFree(start.as_ptr().cast(), 0, MEM_RELEASE) };
}
