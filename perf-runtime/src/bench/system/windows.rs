//! Windows: see the module above.

use std::fs::File;
use std::os::windows::io::{AsHandle, AsRawHandle as _, BorrowedHandle};
use std::process::ExitStatus;
use std::ptr;

use windows_sys::Win32::System::JobObjects::{
    AssignProcessToJobObject, CreateJobObjectW, JOB_OBJECT_LIMIT_PROCESS_MEMORY,
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION, JobObjectExtendedLimitInformation,
    SetInformationJobObject,
};
use windows_sys::Win32::System::ProcessStatus::{K32GetProcessMemoryInfo, PROCESS_MEMORY_COUNTERS};
use windows_sys::Win32::System::Threading::{
    GetCurrentProcess, GetProcessIoCounters, IO_COUNTERS, PROCESS_QUERY_LIMITED_INFORMATION,
};

use super::Traffic;
use crate::newer::Signed as _;
use crate::segment::system::opened;

/// Copies the handles of standard output and error.
pub(in crate::gate::bench) fn streams() -> [Option<File>; 2] {
    let copy = |stream: BorrowedHandle<'_>| stream.try_clone_to_owned().ok().map(File::from);
    let (out, err) = (std::io::stdout(), std::io::stderr());
    [copy(out.as_handle()), copy(err.as_handle())]
}

/// Says how a process ended. What ended it by itself has a code of the system's.
pub(in crate::gate::bench) fn how(status: ExitStatus) -> String {
    /// The codes from which on one is an error of the system's.
    const ERRORS: u32 = 0xC000_0000;
    match status.code() {
        Some(code) if code.without_sign() >= ERRORS => {
            format!("ended with the system's code {:#010x}", code.without_sign())
        }
        Some(code) => format!("ended with code {code}"),
        None => "ended".to_owned(),
    }
}

/// Returns the resident memory of a process, in bytes.
pub(in crate::gate::bench) fn resident_of(process: u32) -> Option<u64> {
    Some(memory_of(process)?.WorkingSetSize as u64)
}

fn memory_of(process: u32) -> Option<PROCESS_MEMORY_COUNTERS> {
    let handle = opened(process, PROCESS_QUERY_LIMITED_INFORMATION).ok()?;
    let mut memory = PROCESS_MEMORY_COUNTERS::default();
    let room = u32::try_from(size_of::<PROCESS_MEMORY_COUNTERS>()).ok()?;
    // SAFETY: a call on a handle that is open; writes to a record on this stack.
    let answer = unsafe { K32GetProcessMemoryInfo(handle.as_raw_handle(), &raw mut memory, room) };
    (answer != 0).then_some(memory)
}

/// Reads the use of files, with that of devices in it; the system does not count the network by
/// process.
pub(in crate::gate::bench) fn traffic() -> Traffic {
    let mut io = IO_COUNTERS::default();
    // SAFETY: takes nothing, cannot fail.
    let process = unsafe { GetCurrentProcess() };
    // SAFETY: a call on this process; writes to a record on this stack.
    unsafe { GetProcessIoCounters(process, &raw mut io) };
    let IO_COUNTERS {
        ReadTransferCount: read,
        WriteTransferCount: written,
        ReadOperationCount: reads,
        WriteOperationCount: writes,
        ..
    } = io;
    Traffic { io: [read, written, reads, writes, 0, 0], network: [0; 2] }
}

/// Has the system refuse this process more than `bytes` beside what it has taken by now. Where it
/// does not, the limit holds between batches alone.
pub(in crate::gate::bench) fn limit_memory(bytes: u64) {
    let Some(memory) = memory_of(std::process::id()) else { return };
    let most = usize::try_from(bytes).unwrap_or(usize::MAX).saturating_add(memory.PagefileUsage);
    // SAFETY: a call on nothing but the default rights.
    let job = unsafe { CreateJobObjectW(ptr::null(), ptr::null()) };
    if job.is_null() {
        return;
    }
    let mut limits = JOBOBJECT_EXTENDED_LIMIT_INFORMATION::default();
    limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_PROCESS_MEMORY;
    limits.ProcessMemoryLimit = most;
    let length = u32::try_from(size_of_val(&limits)).unwrap_or(0);
    let place = (&raw const limits).cast();
    // SAFETY: a job that was just made, and a record on this stack. Its handle stays open, as the
    // limit is to stay.
    unsafe { SetInformationJobObject(job, JobObjectExtendedLimitInformation, place, length) };
    // SAFETY: takes nothing, cannot fail.
    let process = unsafe { GetCurrentProcess() };
    // SAFETY: a call on two handles.
    unsafe { AssignProcessToJobObject(job, process) };
}
