//! Processes of Windows.
//!
//! A command runs in a job, which counts what all of it takes and can be ended as a whole. It begins
//! suspended, so that nothing that it starts is outside.

use std::ffi::OsString;
use std::io;
use std::ops::Range;
use std::os::windows::io::{AsRawHandle as _, OwnedHandle};
use std::os::windows::process::CommandExt as _;
use std::process::{Child, Command, ExitStatus};
use std::ptr;
use std::time::Instant;

use windows_sys::Win32::Foundation::{
    ERROR_INVALID_PARAMETER, FILETIME, HANDLE, WAIT_OBJECT_0, WAIT_TIMEOUT,
};
use windows_sys::Win32::System::Console::{CTRL_C_EVENT, GenerateConsoleCtrlEvent};
use windows_sys::Win32::System::Diagnostics::ToolHelp::{
    CreateToolhelp32Snapshot, TH32CS_SNAPTHREAD, THREADENTRY32, Thread32First, Thread32Next,
};
use windows_sys::Win32::System::JobObjects::{
    AssignProcessToJobObject, CreateJobObjectW, JOBOBJECT_BASIC_AND_IO_ACCOUNTING_INFORMATION,
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION, JOBOBJECTINFOCLASS,
    JobObjectBasicAndIoAccountingInformation, JobObjectExtendedLimitInformation,
    QueryInformationJobObject, TerminateJobObject,
};
use windows_sys::Win32::System::ProcessStatus::{K32GetProcessMemoryInfo, PROCESS_MEMORY_COUNTERS};
use windows_sys::Win32::System::Threading::{
    CREATE_NEW_PROCESS_GROUP, CREATE_SUSPENDED, GetProcessIoCounters, GetProcessTimes, IO_COUNTERS,
    OpenProcess, OpenThread, PROCESS_QUERY_LIMITED_INFORMATION, PROCESS_SYNCHRONIZE, ResumeThread,
    THREAD_SUSPEND_RESUME, TerminateProcess, WaitForSingleObject,
};

use super::Forwarder;
use super::handles::{as_error, check, length_of, owned};
use crate::system::{Io, Started, Usage, Waited};

/// The codes that the system, or the runtime of a language, ends a process with. Those above them are negative numbers
/// that programs return.
const SYSTEM_CODES: Range<u32> = 0xC000_0000..0xF000_0000;
/// The code of what is ended from here.
const ENDED: u32 = 1;

impl Started {
    /// Starts a command whose usage is asked for.
    ///
    /// # Errors
    /// When it cannot be started.
    pub(crate) fn measured(command: &mut Command) -> io::Result<Self> {
        Self::start(command.creation_flags(CREATE_SUSPENDED))
    }

    /// Starts a command that can be ended with all that it starts, and that Ctrl-C in this console does not
    /// reach.
    ///
    /// # Errors
    /// When it cannot be started.
    pub(crate) fn apart(command: &mut Command) -> io::Result<Self> {
        Self::start(command.creation_flags(CREATE_SUSPENDED | CREATE_NEW_PROCESS_GROUP))
    }

    fn start(command: &mut Command) -> io::Result<Self> {
        let mut child = command.spawn()?;
        let job = job_of(&child).ok();
        match resume(child.id()) {
            Ok(began) => Ok(Self { child, job, began }),
            Err(error) => {
                let _ = child.kill();
                Err(error)
            }
        }
    }

    /// Waits for its end, and returns its usage, with that of all that it started.
    ///
    /// # Errors
    /// When the system does not tell.
    pub(crate) fn wait(mut self) -> io::Result<Waited> {
        let seen = self.peak_while_running();
        let status = self.child.wait()?;
        let process = self.child.as_raw_handle();
        let own = usage_of_process(process);
        let job = self.job.as_ref().map(|job| usage_of_job(job.as_raw_handle()));
        let job = job.unwrap_or_default();
        // Not every system that calls itself Windows counts by job.
        Ok(Waited {
            status,
            usage: Usage {
                user_ns: own.user_ns.max(job.user_ns),
                system_ns: own.system_ns.max(job.system_ns),
                peak_rss_bytes: own.peak_bytes.max(job.peak_bytes).max(seen),
            },
            io: own.io.or(job.io).map(|[read, written]| {
                let [all_read, all_written] = job.io.unwrap_or_default();
                Io { read_bytes: read.max(all_read), written_bytes: written.max(all_written) }
            }),
        })
    }

    /// Looks at its memory again and again until it has ended, where the job does not count that: of what has
    /// ended, such a system knows nothing.
    fn peak_while_running(&self) -> u64 {
        /// The time between two looks, in milliseconds.
        const STEP: u32 = 20;
        let process = self.child.as_raw_handle();
        let counts = |job: &OwnedHandle| usage_of_job(job.as_raw_handle()).peak_bytes > 0;
        let mut peak = 0;
        if self.job.as_ref().is_some_and(counts) {
            return peak;
        }
        // SAFETY: a call on a handle that is open.
        while unsafe { WaitForSingleObject(process, STEP) } == WAIT_TIMEOUT {
            peak = usage_of_process(process).peak_bytes.max(peak);
        }
        peak
    }

    /// Ends it, with all that it started.
    pub(crate) fn end(&self) {
        // It fails where all have just ended.
        match &self.job {
            // SAFETY: a call on a handle that is open.
            Some(job) => unsafe { TerminateJobObject(job.as_raw_handle(), ENDED) },
            // SAFETY: as above.
            None => unsafe { TerminateProcess(self.child.as_raw_handle(), ENDED) },
        };
    }
}

/// Has Ctrl-C in this console not reach a command.
pub(crate) fn apart(command: &mut Command) -> &mut Command {
    command.creation_flags(CREATE_NEW_PROCESS_GROUP)
}

/// Makes a job with a process in it.
fn job_of(child: &Child) -> io::Result<OwnedHandle> {
    // SAFETY: a call on nothing but the default rights.
    let job = unsafe { CreateJobObjectW(ptr::null(), ptr::null()) };
    // SAFETY: just opened, and nobody else knows it.
    let job = unsafe { owned(job) }?;
    // SAFETY: a call on two handles that are open.
    check(unsafe { AssignProcessToJobObject(job.as_raw_handle(), child.as_raw_handle()) })?;
    Ok(job)
}

/// Lets the only thread of a process that was started suspended run.
fn resume(pid: u32) -> io::Result<Instant> {
    let thread = thread_of(pid)?;
    // SAFETY: a call on an integer.
    let thread = unsafe { OpenThread(THREAD_SUSPEND_RESUME, 0, thread) };
    // SAFETY: just opened, and nobody else knows it.
    let thread = unsafe { owned(thread) }?;
    let began = Instant::now();
    // SAFETY: a call on a handle that is open.
    if unsafe { ResumeThread(thread.as_raw_handle()) } == u32::MAX {
        return Err(io::Error::last_os_error());
    }
    Ok(began)
}

/// Returns the id of a thread of the process.
fn thread_of(pid: u32) -> io::Result<u32> {
    // SAFETY: a call on integers.
    let all = unsafe { CreateToolhelp32Snapshot(TH32CS_SNAPTHREAD, 0) };
    // SAFETY: just opened, and nobody else knows it.
    let all = unsafe { owned(all) }?;
    let mut entry = THREADENTRY32::default();
    entry.dwSize = length_of(&entry);
    // SAFETY: a call on a handle that is open; writes to a record on this stack, whose length it knows.
    let mut is_one = unsafe { Thread32First(all.as_raw_handle(), &raw mut entry) } != 0;
    while is_one {
        if entry.th32OwnerProcessID == pid {
            return Ok(entry.th32ThreadID);
        }
        // SAFETY: as above.
        is_one = unsafe { Thread32Next(all.as_raw_handle(), &raw mut entry) } != 0;
    }
    Err(io::ErrorKind::NotFound.into())
}

/// The usage of a process, or of a job.
#[derive(Debug, Clone, Copy, Default)]
struct Counted {
    user_ns: u64,
    system_ns: u64,
    peak_bytes: u64,
    /// Bytes read and written.
    io: Option<[u64; 2]>,
}

fn usage_of_process(process: HANDLE) -> Counted {
    let mut times = [FILETIME::default(); 4];
    let [began, ended, of_system, of_user] = &mut times;
    // SAFETY: a call on a handle that is open; writes to records on this stack.
    unsafe { GetProcessTimes(process, began, ended, of_system, of_user) };
    let ns = |time: FILETIME| {
        let units = u64::from(time.dwHighDateTime) << 32 | u64::from(time.dwLowDateTime);
        units.saturating_mul(100)
    };
    let mut memory = PROCESS_MEMORY_COUNTERS::default();
    let room = length_of(&memory);
    // SAFETY: as above, at most as many bytes as there are.
    unsafe { K32GetProcessMemoryInfo(process, &raw mut memory, room) };
    let mut io = IO_COUNTERS::default();
    // SAFETY: as above.
    let knows_io = unsafe { GetProcessIoCounters(process, &raw mut io) } != 0;
    Counted {
        user_ns: ns(times[3]),
        system_ns: ns(times[2]),
        peak_bytes: memory.PeakPagefileUsage as u64,
        io: Some([io.ReadTransferCount, io.WriteTransferCount])
            .filter(|it| knows_io && *it != [0; 2]),
    }
}

fn usage_of_job(job: HANDLE) -> Counted {
    let mut counted = Counted::default();
    let ns = |units: i64| u64::try_from(units).unwrap_or(0).saturating_mul(100);
    let mut all = JOBOBJECT_BASIC_AND_IO_ACCOUNTING_INFORMATION::default();
    if ask(job, JobObjectBasicAndIoAccountingInformation, &mut all) {
        counted.user_ns = ns(all.BasicInfo.TotalUserTime);
        counted.system_ns = ns(all.BasicInfo.TotalKernelTime);
        let io = [all.IoInfo.ReadTransferCount, all.IoInfo.WriteTransferCount];
        counted.io = Some(io).filter(|it| *it != [0; 2]);
    }
    let mut limits = JOBOBJECT_EXTENDED_LIMIT_INFORMATION::default();
    if ask(job, JobObjectExtendedLimitInformation, &mut limits) {
        counted.peak_bytes = limits.PeakProcessMemoryUsed as u64;
    }
    counted
}

/// Asks for an account of a job. Returns whether there is one.
fn ask<T>(job: HANDLE, class: JOBOBJECTINFOCLASS, answer: &mut T) -> bool {
    let room = length_of(answer);
    let place = ptr::from_mut(answer).cast();
    // SAFETY: a call on a handle that is open; the record is that of the class, and it writes at most as many
    // bytes as there are.
    unsafe { QueryInformationJobObject(job, class, place, room, ptr::null_mut()) != 0 }
}

/// Returns the words by which a shell runs `script`: one in `PATH` or that of git, as the same script is for other
/// systems, and else the system's own.
pub(crate) fn shell_words(script: &str) -> [OsString; 3] {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = || std::env::split_paths(&path);
    let in_path = folders().map(|folder| folder.join("sh.exe"));
    // Only git itself is in `PATH`, if its installer was not told otherwise.
    let with_git = folders().filter(|folder| folder.join("git.exe").is_file());
    let of_git = with_git.filter_map(|folder| Some(folder.parent()?.join("bin").join("sh.exe")));
    match in_path.chain(of_git).find(|shell| shell.is_file()) {
        Some(shell) => [shell.into(), "-c".into(), script.into()],
        None => ["cmd", "/c", script].map(OsString::from),
    }
}

/// Runs the command in place of this process, which no process can become.
///
/// # Errors
/// When it cannot be started.
pub(crate) fn become_command(command: &mut Command) -> io::Result<u8> {
    let _held = Forwarder::prepare();
    let status = command.status()?;
    end_like(status);
    Ok(shell_code(status))
}

/// Returns `None`: there are no signals.
pub(crate) fn signal_of(_status: ExitStatus) -> Option<i32> {
    None
}

/// Returns whether a process was ended, in place of ending by itself.
pub(crate) fn was_ended(status: ExitStatus) -> bool {
    status.code().is_some_and(is_of_system)
}

/// Returns whether the system ended a process, for a fault of it.
fn is_of_system(code: i32) -> bool {
    SYSTEM_CODES.contains(&code.cast_unsigned())
}

/// Returns the process's own code; 1 for one that is larger than codes of Unix are.
pub(crate) fn shell_code(status: ExitStatus) -> u8 {
    status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1)
}

/// Describes in words how a process ended.
pub(crate) fn ending(status: ExitStatus) -> String {
    match status.code() {
        Some(code) if is_of_system(code) => {
            format!("was ended by the system with code {:#010x}", code.cast_unsigned())
        }
        Some(code) => format!("ended with exit code {code}"),
        None => "ended in an unknown way".to_owned(),
    }
}

/// Ends this process with the code of another one, where it is one that `main` cannot return.
pub(crate) fn end_like(status: ExitStatus) {
    if let Some(code) = status.code().filter(|code| u8::try_from(*code).is_err()) {
        std::process::exit(code);
    }
}

/// Has all of this console's processes end, as Ctrl-C does it.
pub(crate) fn interrupt_job() {
    // SAFETY: a call on integers. It fails where there is no console.
    unsafe { GenerateConsoleCtrlEvent(CTRL_C_EVENT, 0) };
}

/// Returns whether a process of this id runs: yes, where that may not be known.
pub(crate) fn is_running(pid: u32) -> bool {
    let rights = PROCESS_SYNCHRONIZE | PROCESS_QUERY_LIMITED_INFORMATION;
    // SAFETY: a call on integers.
    let process = unsafe { OpenProcess(rights, 0, pid) };
    // SAFETY: just opened, and nobody else knows it.
    match unsafe { owned(process) } {
        Ok(process) => {
            // SAFETY: a call on a handle that is open, which waits for nothing.
            unsafe { WaitForSingleObject(process.as_raw_handle(), 0) != WAIT_OBJECT_0 }
        }
        Err(error) => error.raw_os_error() != Some(as_error(ERROR_INVALID_PARAMETER)),
    }
}
