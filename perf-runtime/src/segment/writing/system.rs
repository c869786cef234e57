//! What the recorder asks the operating system about itself. Safe faces over libc.

use std::time::{SystemTime, UNIX_EPOCH};

/// User that this process acts for.
pub(crate) fn user_id() -> u32 {
    // SAFETY: takes nothing, cannot fail.
    unsafe { libc::geteuid() }
}

/// Parent of this process.
pub(crate) fn parent_pid() -> u32 {
    // SAFETY: takes nothing, cannot fail.
    unsafe { libc::getppid() }.cast_unsigned()
}

/// This thread as the operating system numbers it; the process id where it has no numbers.
pub(crate) fn thread_id() -> u32 {
    #[cfg(target_os = "linux")]
    // SAFETY: takes nothing, cannot fail.
    let id = unsafe { libc::gettid() }.cast_unsigned();
    #[cfg(not(target_os = "linux"))]
    let id = std::process::id();
    id
}

/// Processor time of this thread, in nanoseconds.
pub(crate) fn thread_cpu_ns() -> u64 {
    clock_ns(libc::CLOCK_THREAD_CPUTIME_ID)
}

/// How often this thread gave up its processor.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Switches {
    /// To wait for something.
    pub(crate) voluntary: i64,
    /// Because another thread was to run there.
    pub(crate) involuntary: i64,
}

/// How often this thread gave up its processor; `None` where the system does not say.
pub(crate) fn switches() -> Option<Switches> {
    #[cfg(target_os = "linux")]
    {
        let mut usage = std::mem::MaybeUninit::<libc::rusage>::uninit();
        // SAFETY: writes to a record that lives on this stack.
        let answer = unsafe { libc::getrusage(libc::RUSAGE_THREAD, usage.as_mut_ptr()) };
        // SAFETY: written, as the answer says.
        let usage = (answer == 0).then(|| unsafe { usage.assume_init() })?;
        let [voluntary, involuntary] = [usage.ru_nvcsw, usage.ru_nivcsw].map(i64::from);
        Some(Switches { voluntary, involuntary })
    }
    #[cfg(not(target_os = "linux"))]
    None
}

/// The monotonic clock in nanoseconds; the same for all processes since the machine started.
pub(crate) fn monotonic_ns() -> u64 {
    clock_ns(libc::CLOCK_MONOTONIC)
}

fn clock_ns(clock: libc::clockid_t) -> u64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: writes to a timespec that lives on this stack.
    unsafe { libc::clock_gettime(clock, &raw mut time) };
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    seconds.saturating_mul(1_000_000_000).saturating_add(u64::try_from(time.tv_nsec).unwrap_or(0))
}

/// Nanoseconds since 1970.
pub(crate) fn unix_ns() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}

/// Has `in_child` called in every child that this process forks, before anything else runs there.
/// It must do only what is allowed in a signal handler.
pub(crate) fn after_fork(in_child: extern "C" fn()) -> bool {
    // SAFETY: registers a function that lives as long as the program.
    unsafe { libc::pthread_atfork(None, None, Some(in_child)) == 0 }
}

/// Whether a process of this id exists.
pub(crate) fn is_running(pid: u32) -> bool {
    let Ok(pid) = libc::pid_t::try_from(pid) else { return false };
    // SAFETY: signal 0 is not sent; it asks whether one could be.
    let answer = unsafe { libc::kill(pid, 0) };
    answer == 0 || std::io::Error::last_os_error().raw_os_error() != Some(libc::ESRCH)
}
