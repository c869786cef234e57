//! Windows: see the table in the module above. Safe faces over its calls.
//!
//! Tried under Wine alone, which cannot vouch for what is NTFS's (that a file that is mapped can be
//! neither removed nor made shorter, and may be renamed; that a section on a full disk is an error),
//! for rights on folders and their owners, for links, for the cycles of a thread, for a limit on the
//! memory of a job, and for what Microsoft's tools make of thread-locals.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::windows::fs::OpenOptionsExt as _;
use std::os::windows::io::{AsRawHandle as _, FromRawHandle as _, OwnedHandle};
use std::path::Path;
use std::ptr::{self, NonNull};
use std::sync::OnceLock;

use windows_sys::Win32::Foundation::{FILETIME, INVALID_HANDLE_VALUE};
use windows_sys::Win32::Storage::FileSystem::{
    BY_HANDLE_FILE_INFORMATION, CreateFileW, FILE_FLAG_BACKUP_SEMANTICS,
    FILE_FLAG_OPEN_REPARSE_POINT, FILE_GENERIC_READ, FILE_GENERIC_WRITE, FILE_READ_ATTRIBUTES,
    FILE_SHARE_DELETE, FILE_SHARE_READ, FILE_SHARE_WRITE, FILE_STANDARD_INFO, FileStandardInfo,
    GetDiskFreeSpaceExW, GetFileInformationByHandle, GetFileInformationByHandleEx, OPEN_EXISTING,
};
use windows_sys::Win32::System::Diagnostics::ToolHelp::{
    CreateToolhelp32Snapshot, PROCESSENTRY32W, Process32FirstW, Process32NextW, TH32CS_SNAPPROCESS,
};
use windows_sys::Win32::System::LibraryLoader::{
    GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS, GET_MODULE_HANDLE_EX_FLAG_PIN, GetModuleHandleExW,
};
use windows_sys::Win32::System::Performance::{QueryPerformanceCounter, QueryPerformanceFrequency};
use windows_sys::Win32::System::ProcessStatus::{K32GetProcessMemoryInfo, PROCESS_MEMORY_COUNTERS};
use windows_sys::Win32::System::Threading::{
    GetCurrentProcess, GetCurrentThread, GetCurrentThreadId,
};
use windows_sys::Win32::System::WindowsProgramming::QueryThreadCycleTime;

use super::{Account, Facts, Switches, is_quiet};
use crate::newer::Signed as _;
use crate::segment::retention::Space;
use crate::segment::system::{self, Wide, number};

mod ends;
mod entries;
mod lock;
pub(crate) mod memory;

pub(crate) use self::ends::{
    THREAD_LOCALS_END_FIRST, at_thread_end, call_at_load_and_end, left_at_thread_end, library_call,
};
pub(crate) use self::entries::Folder;
pub(crate) use self::lock::{Lock, is_locked};

/// Numbers of errors.
pub(crate) mod fault {
    use std::io;

    use windows_sys::Win32::Foundation::{
        ERROR_ACCESS_DENIED, ERROR_DISK_FULL, ERROR_DISK_QUOTA_EXCEEDED, ERROR_FILE_TOO_LARGE,
        ERROR_HANDLE_DISK_FULL, ERROR_IO_DEVICE, ERROR_NOT_ENOUGH_MEMORY,
    };

    use crate::segment::system::as_error;

    pub(crate) const OUT_OF_MEMORY: i32 = as_error(ERROR_NOT_ENOUGH_MEMORY);
    pub(crate) const TOO_LARGE: i32 = as_error(ERROR_FILE_TOO_LARGE);
    pub(crate) const NO_SPACE: i32 = as_error(ERROR_DISK_FULL);
    pub(crate) const NOT_PERMITTED: i32 = as_error(ERROR_ACCESS_DENIED);
    pub(crate) const DAMAGED: i32 = as_error(ERROR_IO_DEVICE);

    /// Returns whether the file system, or this user's part of it, is full.
    pub(crate) fn is_full(error: &io::Error) -> bool {
        const FULL: [u32; 3] = [ERROR_DISK_FULL, ERROR_HANDLE_DISK_FULL, ERROR_DISK_QUOTA_EXCEEDED];
        error.raw_os_error().is_some_and(|number| FULL.map(as_error).contains(&number))
    }
}

const SHARED: u32 = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;

/// Returns the facts about an open file.
pub(crate) fn facts(file: &File) -> io::Result<Facts> {
    let mut found = BY_HANDLE_FILE_INFORMATION::default();
    // SAFETY: a call on a handle that is open; writes to a record on this stack.
    if unsafe { GetFileInformationByHandle(file.as_raw_handle(), &raw mut found) } == 0 {
        return Err(io::Error::last_os_error());
    }
    let mut taken = FILE_STANDARD_INFO::default();
    let place = (&raw mut taken).cast();
    let room = size_of::<FILE_STANDARD_INFO>() as u32;
    // SAFETY: as above.
    let answer = unsafe {
        GetFileInformationByHandleEx(file.as_raw_handle(), FileStandardInfo, place, room)
    };
    let both = |high: u32, low: u32| u64::from(high) << 32 | u64::from(low);
    let bytes = both(found.nFileSizeHigh, found.nFileSizeLow);
    let is_pending = answer != 0 && taken.DeletePending;
    Ok(Facts {
        identity: (
            u64::from(found.dwVolumeSerialNumber),
            both(found.nFileIndexHigh, found.nFileIndexLow),
        ),
        bytes,
        bytes_taken: if answer == 0 {
            bytes
        } else {
            u64::try_from(taken.AllocationSize).unwrap_or(bytes)
        },
        names: if is_pending { 0 } else { u64::from(found.nNumberOfLinks) },
        changed: since_1970(found.ftLastWriteTime),
    })
}

/// Returns a moment in seconds and nanoseconds since 1970.
fn since_1970(time: FILETIME) -> (i64, i64) {
    /// Seconds between 1601, from which the system counts, and 1970.
    const BEFORE: i64 = 11_644_473_600;
    const UNITS: u64 = 10_000_000;
    let units = number(time);
    let seconds = i64::try_from(units / UNITS).unwrap_or(0) - BEFORE;
    (seconds, i64::try_from(units % UNITS * 100).unwrap_or(0))
}

/// Returns the facts about what is at `path`, if only a link.
pub(crate) fn facts_at(path: &Path) -> io::Result<Facts> {
    facts(&open(&Wide::of(path)?, FILE_READ_ATTRIBUTES)?)
}

/// Opens what is at a path, a folder also. Allocates nothing.
fn open(path: &Wide, access: u32) -> io::Result<File> {
    open_units(path.units(), access)
}

fn open_units(path: &[u16], access: u32) -> io::Result<File> {
    create(path, access, (OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OPEN_REPARSE_POINT))
}

fn create(path: &[u16], access: u32, (disposition, flags): (u32, u32)) -> io::Result<File> {
    debug_assert_eq!(path.last(), Some(&0));
    // SAFETY: reads a text that ends with zero.
    let handle = unsafe {
        CreateFileW(path.as_ptr(), access, SHARED, ptr::null(), disposition, flags, ptr::null_mut())
    };
    if handle == INVALID_HANDLE_VALUE {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: just opened, and nobody else knows it.
    Ok(unsafe { OwnedHandle::from_raw_handle(handle) }.into())
}

/// Makes a file, to read and write, that is as closed as its folder.
pub(crate) fn new_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true);
    options.custom_flags(FILE_FLAG_OPEN_REPARSE_POINT).open(path)
}

/// A path as the system takes it, made while there is memory for that.
#[derive(Debug)]
pub(crate) struct SystemPath(Box<[u16]>);

impl SystemPath {
    /// Makes that of `path`.
    pub(crate) fn of(path: &Path) -> io::Result<Self> {
        Ok(Self(Wide::of(path)?.units().into()))
    }
}

/// Opens a file to read and write.
pub(crate) fn open_for_growth(path: &SystemPath) -> Option<File> {
    open_units(&path.0, FILE_GENERIC_READ | FILE_GENERIC_WRITE).ok()
}

/// Returns the size of `folder`'s file system, and the free part.
pub(crate) fn space(folder: &Path) -> Option<Space> {
    space_of(&Wide::of(folder).ok()?)
}

fn space_of(folder: &Wide) -> Option<Space> {
    let (mut free, mut total) = (0, 0);
    let path = folder.units().as_ptr();
    // SAFETY: reads a text that ends with zero, and writes to numbers on this stack.
    let answer =
        unsafe { GetDiskFreeSpaceExW(path, &raw mut free, &raw mut total, ptr::null_mut()) };
    (answer != 0).then_some(Space { total, free, takes_files: true })
}

/// Returns the error number that explains why nothing can be made in `folder`, if that is so. It
/// shows at the attempt alone.
pub(crate) fn refusal(_folder: &Path) -> Option<i32> {
    None
}

/// Returns `true`: there is no such limit on a process.
pub(crate) fn may_write_files_of(_bytes: u64) -> bool {
    true
}

/// Keeps the library that the recorder is in from being unloaded: threads call it when they end.
/// Does nothing in a program, which never is.
pub(crate) fn stay_loaded() {
    let flags = GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_PIN;
    let (here, mut module): (fn(), _) = (stay_loaded, ptr::null_mut());
    // SAFETY: looks up an address of this code, and writes to a handle on this stack.
    unsafe { GetModuleHandleExW(flags, here as *const u16, &raw mut module) };
}

/// Returns a number for the user that this process acts for.
pub(crate) fn user_id() -> u32 {
    static USER: OnceLock<u32> = OnceLock::new();
    *USER.get_or_init(system::user)
}

/// Returns `false`: no program has rights of its own.
pub(crate) fn acts_for_another() -> bool {
    false
}

/// Returns the parent of this process; 0 where it cannot be found out.
pub(crate) fn parent_pid() -> u32 {
    // SAFETY: a call on integers.
    let list = unsafe { CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0) };
    if list == INVALID_HANDLE_VALUE {
        return 0;
    }
    // SAFETY: just opened, and nobody else knows it.
    let list = unsafe { OwnedHandle::from_raw_handle(list) };
    let mut entry = PROCESSENTRY32W {
        dwSize: size_of::<PROCESSENTRY32W>() as u32,
        ..PROCESSENTRY32W::default()
    };
    // SAFETY: a call on a handle that is open; writes to a record on this stack.
    let mut is_there = unsafe { Process32FirstW(list.as_raw_handle(), &raw mut entry) };
    while is_there != 0 {
        if entry.th32ProcessID == std::process::id() {
            return entry.th32ParentProcessID;
        }
        // SAFETY: as above.
        is_there = unsafe { Process32NextW(list.as_raw_handle(), &raw mut entry) };
    }
    0
}

/// Returns this thread's number in the operating system; 0 where the system is not asked for it.
pub(crate) fn thread_id() -> u32 {
    // SAFETY: takes nothing, cannot fail.
    if is_quiet() { 0 } else { unsafe { GetCurrentThreadId() } }
}

/// Returns the processor time of this thread, in nanoseconds; time that passes, where the system
/// does not show it.
///
/// The system's clock of a thread goes by ticks of 16 ms, which is too coarse to judge by. It also
/// counts the processor's cycles for each, at the rate of the time-stamp counter.
pub(crate) fn thread_cpu_ns() -> u64 {
    match (is_quiet(), ns_per_cycle()) {
        (false, Some(rate)) => cycles().map_or(0, |cycles| scaled(cycles, rate)),
        _ => monotonic_ns(),
    }
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "an estimate, and not below zero"
)]
fn scaled(cycles: u64, rate: f64) -> u64 {
    (cycles as f64 * rate) as u64
}

/// Returns the cycles that this thread has had.
fn cycles() -> Option<u64> {
    let mut cycles = 0;
    // SAFETY: takes nothing, cannot fail.
    let thread = unsafe { GetCurrentThread() };
    // SAFETY: a call on this thread; writes to a number on this stack.
    let answer = unsafe { QueryThreadCycleTime(thread, &raw mut cycles) };
    (answer != 0 && cycles > 0).then_some(cycles)
}

/// Returns the nanoseconds of a cycle, measured once; `None` where cycles are not shown, or have
/// another rate than the counter that programs read.
fn ns_per_cycle() -> Option<f64> {
    static RATE: OnceLock<Option<f64>> = OnceLock::new();
    *RATE.get_or_init(|| {
        cycles()?;
        counter_rate()
    })
}

#[cfg(target_arch = "x86_64")]
#[expect(clippy::cast_precision_loss, reason = "an estimate")]
fn counter_rate() -> Option<f64> {
    use std::arch::x86_64::_rdtsc;
    /// Long enough for a thousandth.
    const NS: u64 = 200_000;
    // SAFETY: every x86-64 processor has it, and Windows lets programs use it.
    let read = || (unsafe { _rdtsc() }, monotonic_ns());
    let first = read();
    loop {
        let (ticks, ns) = read();
        if ns.saturating_sub(first.1) >= NS {
            let passed = (ns - first.1) as f64;
            return Some(passed / ticks.saturating_sub(first.0).max(1) as f64);
        }
    }
}

#[cfg(not(target_arch = "x86_64"))]
fn counter_rate() -> Option<f64> {
    None
}

/// Returns `None`: the system does not show it.
pub(crate) fn switches() -> Option<Switches> {
    None
}

/// Reads the account of this process; `None` where the system does not show it.
pub(crate) fn account() -> Option<Account> {
    if is_quiet() {
        return None;
    }
    // SAFETY: takes nothing, cannot fail.
    let times = system::times_of(unsafe { GetCurrentProcess() })?;
    let ns = |time| number(time).saturating_mul(100);
    Some(Account {
        user_ns: ns(times[3]),
        system_ns: ns(times[2]),
        peak_rss_bytes: peak_of_program().unwrap_or(0),
    })
}

/// Returns the largest resident memory of this process, in bytes: no process becomes another
/// program.
pub(crate) fn peak_of_program() -> Option<u64> {
    if is_quiet() {
        return None;
    }
    let mut memory = PROCESS_MEMORY_COUNTERS::default();
    let room = size_of::<PROCESS_MEMORY_COUNTERS>() as u32;
    // SAFETY: takes nothing, cannot fail.
    let process = unsafe { GetCurrentProcess() };
    // SAFETY: a call on this process; writes to a record on this stack.
    let answer = unsafe { K32GetProcessMemoryInfo(process, &raw mut memory, room) };
    (answer != 0).then_some(memory.PeakWorkingSetSize as u64)
}

/// Reads the monotonic clock in nanoseconds; the same for all processes since the machine started.
pub(crate) fn monotonic_ns() -> u64 {
    const SECOND: u64 = 1_000_000_000;
    let (mut ticks, mut rate) = (0, 0);
    // SAFETY: writes to a number on this stack.
    unsafe { QueryPerformanceCounter(&raw mut ticks) };
    // SAFETY: as above. The system only reads it from a page that all processes share.
    unsafe { QueryPerformanceFrequency(&raw mut rate) };
    let (ticks, rate) = (ticks.without_sign(), rate.without_sign().max(1));
    // Neither product is beyond the range for some hundred years.
    ticks / rate * SECOND + ticks % rate * SECOND / rate
}

/// Does nothing: processes do not fork.
pub(crate) fn after_fork(_in_child: extern "C" fn()) -> bool {
    false
}

/// Returns `false`: there are no children to wipe it in.
pub(crate) fn wipe_in_children(_start: NonNull<u8>, _bytes: usize) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_counted_from_1970() {
        let file = |units: u64| FILETIME {
            dwLowDateTime: u32::try_from(units & u64::from(u32::MAX)).unwrap(),
            dwHighDateTime: u32::try_from(units >> 32).unwrap(),
        };
        assert_eq!(since_1970(file(116_444_736_000_000_000)), (0, 0));
        assert_eq!(since_1970(file(116_444_736_010_000_003)), (1, 300));
    }

    #[test]
    fn this_process_has_an_account_a_parent_and_a_thread() {
        let account = account().unwrap();
        assert!(account.peak_rss_bytes > 0);
        assert!(parent_pid() != std::process::id() && thread_id() > 0);
        let before = thread_cpu_ns();
        std::hint::black_box((0..2_000_000_u64).fold(0, |sum, it| std::hint::black_box(sum ^ it)));
        assert!(thread_cpu_ns() > before);
    }
}
