//! Unix: see the table in the module above. Safe faces over libc.

use std::ffi::CString;
use std::fs::{self, File, Metadata, OpenOptions};
use std::io;
use std::os::fd::FromRawFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::Path;
use std::ptr::NonNull;

use super::{Account, Facts, Identity, Switches, is_quiet};
use crate::newer::Signed as _;
use crate::segment::retention::Space;

mod ends;
mod entries;
mod lock;
pub(crate) mod memory;

pub(crate) use ends::{
    THREAD_LOCALS_END_FIRST, at_thread_end, call_at_load_and_end, left_at_thread_end,
};
pub(crate) use entries::Folder;
pub(crate) use lock::{Lock, is_locked};

/// Numbers of errors.
pub(crate) mod fault {
    use std::io;

    pub(crate) const OUT_OF_MEMORY: i32 = libc::ENOMEM;
    pub(crate) const TOO_LARGE: i32 = libc::EFBIG;
    pub(crate) const NO_SPACE: i32 = libc::ENOSPC;
    pub(crate) const NOT_PERMITTED: i32 = libc::EPERM;
    pub(crate) const DAMAGED: i32 = libc::EIO;

    /// Returns whether the file system, or this user's part of it, is full.
    pub(crate) fn is_full(error: &io::Error) -> bool {
        matches!(error.raw_os_error(), Some(libc::ENOSPC | libc::EDQUOT))
    }
}

/// Returns the facts about an open file.
pub(crate) fn facts(file: &File) -> io::Result<Facts> {
    file.metadata().map(|metadata| facts_in(&metadata))
}

/// Returns the facts about what is at `path`, if only a link.
pub(crate) fn facts_at(path: &Path) -> io::Result<Facts> {
    fs::symlink_metadata(path).map(|metadata| facts_in(&metadata))
}

fn facts_in(metadata: &Metadata) -> Facts {
    Facts {
        identity: identity_in(metadata),
        bytes: metadata.len(),
        bytes_taken: metadata.blocks().saturating_mul(512),
        names: metadata.nlink(),
        changed: (metadata.mtime(), metadata.mtime_nsec()),
    }
}

/// Returns device and inode.
fn identity_in(metadata: &Metadata) -> Identity {
    (metadata.dev(), metadata.ino())
}

/// Makes a file, to read and write, that only its user may open.
pub(crate) fn new_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true);
    options.mode(0o600).custom_flags(libc::O_NOFOLLOW).open(path)
}

/// A path as the system takes it, made while there is memory for that.
#[derive(Debug)]
pub(crate) struct SystemPath(CString);

impl SystemPath {
    /// Makes that of `path`.
    pub(crate) fn of(path: &Path) -> io::Result<Self> {
        Ok(Self(CString::new(path.as_os_str().as_bytes())?))
    }
}

/// Returns the size of `folder`'s file system, and the free part.
pub(crate) fn space(folder: &Path) -> Option<Space> {
    Folder::open(folder)?.space()
}

/// Returns the error number that explains why nothing can be made in `folder`, if that is so.
pub(crate) fn refusal(folder: &Path) -> Option<i32> {
    let path = CString::new(folder.as_os_str().as_bytes()).ok()?;
    // SAFETY: a system call on a name that ends with zero.
    let answer = unsafe { libc::access(path.as_ptr(), libc::W_OK) };
    (answer != 0).then(|| std::io::Error::last_os_error().raw_os_error())?
}

/// Returns whether files may be as long as this, in bytes.
pub(crate) fn may_write_files_of(bytes: u64) -> bool {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: writes to a record that lives on this stack.
    let answer = unsafe { libc::getrlimit(libc::RLIMIT_FSIZE, &raw mut limit) };
    #[expect(clippy::allow_attributes, reason = "needed on some systems only")]
    #[allow(clippy::useless_conversion, reason = "the type has a sign on some systems")]
    let most = u64::try_from(limit.rlim_cur).unwrap_or(u64::MAX);
    answer != 0 || limit.rlim_cur == libc::RLIM_INFINITY || bytes <= most
}

/// Opens a file to read and write; the standard library may ask for memory for a long path, in
/// vain.
pub(crate) fn open_for_growth(path: &SystemPath) -> Option<File> {
    let flags = libc::O_RDWR | libc::O_CLOEXEC | libc::O_NOFOLLOW;
    // SAFETY: opens a file by a name that ends with zero.
    let descriptor = unsafe { libc::open(path.0.as_ptr(), flags) };
    // SAFETY: just opened, and nobody else knows it.
    (descriptor >= 0).then(|| unsafe { File::from_raw_fd(descriptor) })
}

/// Keeps the library that the recorder is in from being unloaded: threads call it when they end,
/// and forks when they begin. Does nothing in a program, which never is.
pub(crate) fn stay_loaded() {
    #[cfg(all(target_os = "linux", not(target_feature = "crt-static")))]
    {
        let mut info = std::mem::MaybeUninit::<libc::Dl_info>::zeroed();
        let here: fn() = stay_loaded;
        // SAFETY: looks up an address of this code, and writes to a record on this stack.
        let is_found = unsafe { libc::dladdr(here as *const libc::c_void, info.as_mut_ptr()) } != 0;
        // SAFETY: zeroed before, which is a value of each field, and perhaps written.
        let name = unsafe { info.assume_init() }.dli_fname;
        if is_found && !name.is_null() {
            // SAFETY: the name is a text of the loader's that stays while the library is loaded. Nothing is
            // loaded that is not: the library is marked, and runs no code of its own for it.
            unsafe {
                libc::dlopen(name, libc::RTLD_LAZY | libc::RTLD_NOLOAD | libc::RTLD_NODELETE)
            };
        }
    }
}

/// Returns the user that this process acts for.
pub(crate) fn user_id() -> u32 {
    // SAFETY: takes nothing, cannot fail.
    unsafe { libc::geteuid() }
}

/// Returns whether this process has rights that the user who started it lacks: its program is of
/// another user or group (setuid, setgid), or has capabilities.
pub(crate) fn acts_for_another() -> bool {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    // SAFETY: looks up a number, which is 0 where it is not known.
    return unsafe { libc::getauxval(libc::AT_SECURE) } != 0;
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    {
        // SAFETY: takes nothing, cannot fail.
        let users = unsafe { [libc::getuid(), libc::geteuid()] };
        // SAFETY: as above.
        let groups = unsafe { [libc::getgid(), libc::getegid()] };
        users[0] != users[1] || groups[0] != groups[1]
    }
}

/// Returns the parent of this process.
pub(crate) fn parent_pid() -> u32 {
    // SAFETY: takes nothing, cannot fail.
    unsafe { libc::getppid() }.without_sign()
}

/// Returns this thread's number in the operating system; the process id where it has no numbers,
/// and 0 where the system is not asked for it.
pub(crate) fn thread_id() -> u32 {
    if is_quiet() {
        return 0;
    }
    #[cfg(any(target_os = "linux", target_os = "android"))]
    // SAFETY: takes nothing, cannot fail.
    let id = unsafe { libc::gettid() }.without_sign();
    #[cfg(target_vendor = "apple")]
    let id = {
        let mut id = 0_u64;
        // SAFETY: 0 stands for this thread; writes to a number on this stack.
        unsafe { libc::pthread_threadid_np(0, &raw mut id) };
        // The numbers count up from the start of the machine.
        id as u32
    };
    #[cfg(target_os = "freebsd")]
    // SAFETY: takes nothing, cannot fail.
    let id = unsafe { libc::pthread_getthreadid_np() }.without_sign();
    #[cfg(not(any(
        target_os = "linux",
        target_os = "android",
        target_vendor = "apple",
        target_os = "freebsd"
    )))]
    let id = std::process::id();
    id
}

/// Returns the processor time of this thread, in nanoseconds; time that passes, where the system is
/// not asked for it.
pub(crate) fn thread_cpu_ns() -> u64 {
    clock_ns(if is_quiet() { MONOTONIC } else { libc::CLOCK_THREAD_CPUTIME_ID })
}

/// Counts the times that this thread gave up its processor; `None` where the system does not show
/// it.
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

/// Reads the account of this process; `None` where the system does not show it.
pub(crate) fn account() -> Option<Account> {
    /// Bytes in the system's unit of memory.
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
    if is_quiet() {
        return None;
    }
    let mut usage = std::mem::MaybeUninit::<libc::rusage>::uninit();
    // SAFETY: writes to a record that lives on this stack.
    let answer = unsafe { libc::getrusage(who, usage.as_mut_ptr()) };
    // SAFETY: written, as the answer says.
    (answer == 0).then(|| unsafe { usage.assume_init() })
}

/// Returns the largest resident memory since this process became the program that it is, in bytes;
/// `None` where the system does not show it. Allocates nothing, since the process may be about to
/// end.
pub(crate) fn peak_of_program() -> Option<u64> {
    const KEY: &[u8] = b"VmHWM:";
    if is_quiet() {
        return None;
    }
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

/// The monotonic clock. That of macOS is read to the microsecond only, unlike this one, which is
/// the counter of `mach_absolute_time` in nanoseconds.
#[cfg(target_vendor = "apple")]
const MONOTONIC: libc::clockid_t = libc::CLOCK_UPTIME_RAW;
#[cfg(not(target_vendor = "apple"))]
const MONOTONIC: libc::clockid_t = libc::CLOCK_MONOTONIC;

/// Reads the monotonic clock in nanoseconds; the same for all processes since the machine started.
pub(crate) fn monotonic_ns() -> u64 {
    clock_ns(MONOTONIC)
}

fn clock_ns(clock: libc::clockid_t) -> u64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: writes to a timespec that lives on this stack.
    unsafe { libc::clock_gettime(clock, &raw mut time) };
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    seconds.saturating_mul(1_000_000_000).saturating_add(u64::try_from(time.tv_nsec).unwrap_or(0))
}

/// Has `in_child` called in every child that this process forks, before anything else runs there.
/// It must do only what is allowed in a signal handler.
pub(crate) fn after_fork(in_child: extern "C" fn()) -> bool {
    // SAFETY: registers a function that lives as long as the program.
    unsafe { libc::pthread_atfork(None, None, Some(in_child)) == 0 }
}

/// Has `bytes` bytes of private pages from `start` on be zeroes in every process that is forked,
/// and returns whether the system can.
pub(crate) fn wipe_in_children(start: NonNull<u8>, bytes: usize) -> bool {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    // SAFETY: changes no memory of this process; the kernel refuses what is not private.
    return unsafe { libc::madvise(start.as_ptr().cast(), bytes, libc::MADV_WIPEONFORK) == 0 };
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    {
        let _ = (start, bytes);
        false
    }
}
