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
        let usage = resource_usage(libc::RUSAGE_THREAD)?;
        let [voluntary, involuntary] = [usage.ru_nvcsw, usage.ru_nivcsw].map(i64::from);
        Some(Switches { voluntary, involuntary })
    }
    #[cfg(not(target_os = "linux"))]
    None
}

/// What the operating system says that this process has used, whatever programs it has run.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Account {
    pub(crate) user_ns: u64,
    pub(crate) system_ns: u64,
    /// Largest resident memory, bytes.
    pub(crate) peak_rss_bytes: u64,
}

/// What this process has used; `None` where the system does not say.
pub(crate) fn account() -> Option<Account> {
    /// Bytes in what the system counts memory by.
    const RSS_UNIT: u64 = if cfg!(target_vendor = "apple") { 1 } else { 1024 };
    let usage = resource_usage(libc::RUSAGE_SELF)?;
    let ns = |time: libc::timeval| {
        let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
        let micros = u64::try_from(time.tv_usec).unwrap_or(0);
        seconds.saturating_mul(1_000_000_000).saturating_add(micros.saturating_mul(1_000))
    };
    Some(Account {
        user_ns: ns(usage.ru_utime),
        system_ns: ns(usage.ru_stime),
        peak_rss_bytes: u64::try_from(usage.ru_maxrss).unwrap_or(0).saturating_mul(RSS_UNIT),
    })
}

fn resource_usage(who: libc::c_int) -> Option<libc::rusage> {
    let mut usage = std::mem::MaybeUninit::<libc::rusage>::uninit();
    // SAFETY: writes to a record that lives on this stack.
    let answer = unsafe { libc::getrusage(who, usage.as_mut_ptr()) };
    // SAFETY: written, as the answer says.
    (answer == 0).then(|| unsafe { usage.assume_init() })
}

/// Largest resident memory since this process became the program that it is, in bytes; `None` where the
/// system does not say. Allocates nothing, since the process may be about to end.
pub(crate) fn peak_of_program() -> Option<u64> {
    const KEY: &[u8] = b"VmHWM:";
    let mut text = [0_u8; 4096];
    // SAFETY: opens a file by a name that ends with zero.
    let file =
        unsafe { libc::open(c"/proc/self/status".as_ptr(), libc::O_RDONLY | libc::O_CLOEXEC) };
    if file < 0 {
        return None;
    }
    // SAFETY: writes at most as many bytes as `text` has.
    let length = unsafe { libc::read(file, text.as_mut_ptr().cast(), text.len()) };
    // SAFETY: opened above, and nobody else knows it.
    unsafe { libc::close(file) };
    let text = text.get(..usize::try_from(length).ok()?)?;
    let mut lines = text.split(|&byte| byte == b'\n');
    let line = lines.find_map(|line| line.strip_prefix(KEY))?;
    let digits = line.iter().filter(|byte| byte.is_ascii_digit());
    let kib = digits
        .fold(0_u64, |sum, &digit| sum.saturating_mul(10).saturating_add((digit - b'0').into()));
    Some(kib.saturating_mul(1024))
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
