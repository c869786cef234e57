//! What calls of Windows have in common.

use std::io;
use std::os::windows::ffi::OsStrExt as _;
use std::os::windows::io::{FromRawHandle as _, OwnedHandle};
use std::path::Path;

use windows_sys::Win32::Foundation::{HANDLE, INVALID_HANDLE_VALUE};

/// Makes an error of the answer of a call.
pub(super) fn check(answer: i32) -> io::Result<()> {
    if answer == 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// Takes a handle that a call has just opened.
///
/// # Safety
/// It is one that nobody else knows, or none.
pub(super) unsafe fn owned(handle: HANDLE) -> io::Result<OwnedHandle> {
    if handle.is_null() || handle == INVALID_HANDLE_VALUE {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: as the caller says.
    Ok(unsafe { OwnedHandle::from_raw_handle(handle) })
}

/// Returns the length of a record, as calls take it.
pub(super) fn length_of<T>(record: &T) -> u32 {
    u32::try_from(size_of_val(record)).unwrap_or(0)
}

/// Returns a number of the system's as the standard library has it.
pub(super) const fn as_error(number: u32) -> i32 {
    number.cast_signed()
}

/// Returns a path as the system takes it, with a zero at its end.
pub(super) fn wide(path: &Path) -> Vec<u16> {
    path.as_os_str().encode_wide().chain([0]).collect()
}
