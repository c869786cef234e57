//! Unix: see the module above. Linux shows most of it as files.

use std::fs::{self, File};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::process::ExitStatusExt as _;
use std::process::ExitStatus;
use std::sync::OnceLock;

use super::Traffic;
use crate::newer::arrays;

/// Copies the descriptors of standard output and error.
pub(in crate::gate::bench) fn streams() -> [Option<File>; 2] {
    let copy = |stream: BorrowedFd<'_>| stream.try_clone_to_owned().ok().map(File::from);
    let (out, err) = (std::io::stdout(), std::io::stderr());
    [copy(out.as_fd()), copy(err.as_fd())]
}

/// Says how a process ended.
pub(in crate::gate::bench) fn how(status: ExitStatus) -> String {
    match (status.signal(), status.code()) {
        (Some(signal), _) => format!("was killed by signal {signal}"),
        (None, Some(code)) => format!("ended with code {code}"),
        (None, None) => "ended".to_owned(),
    }
}

/// Returns the resident memory of a process, in bytes.
#[cfg(not(target_vendor = "apple"))]
pub(in crate::gate::bench) fn resident_of(process: u32) -> Option<u64> {
    // The numbers of `/proc` may be those of another namespace.
    let is_own = process == std::process::id();
    let name = if is_own { "self".to_owned() } else { process.to_string() };
    statm(&name, 1)
}

/// Returns a number of a process's account of its memory, in bytes: first that of the addresses it has
/// reserved, then its resident memory.
fn statm(process: &str, at: usize) -> Option<u64> {
    let text = fs::read_to_string(format!("/proc/{process}/statm")).ok()?;
    let pages: u64 = text.split(' ').nth(at)?.parse().ok()?;
    Some(pages.saturating_mul(page_bytes()))
}

/// Returns the length of a page, from the words that the kernel gives each program at its start.
fn page_bytes() -> u64 {
    const PAGE_SIZE: usize = 6;
    static BYTES: OnceLock<u64> = OnceLock::new();
    let read = || {
        let words = fs::read("/proc/self/auxv").ok()?;
        let words: Vec<usize> = arrays(&words).map(|word| usize::from_ne_bytes(*word)).collect();
        let pair = arrays::<_, 2>(&words).find(|pair| pair[0] == PAGE_SIZE)?;
        u64::try_from(pair[1]).ok()
    };
    *BYTES.get_or_init(|| read().unwrap_or(4096))
}

/// Reads the use of files and of the network.
#[cfg(not(target_vendor = "apple"))]
pub(in crate::gate::bench) fn traffic() -> Traffic {
    Traffic { io: io().unwrap_or_default(), network: network().unwrap_or_default() }
}

#[cfg(not(target_vendor = "apple"))]
fn io() -> Option<[u64; 6]> {
    const KEYS: [&str; 6] =
        ["rchar: ", "wchar: ", "syscr: ", "syscw: ", "read_bytes: ", "write_bytes: "];
    let text = fs::read_to_string("/proc/self/io").ok()?;
    let value = |key: &str| text.lines().find_map(|line| line.strip_prefix(key)?.parse().ok());
    Some(KEYS.map(|key| value(key).unwrap_or(0)))
}

#[cfg(not(target_vendor = "apple"))]
fn network() -> Option<[u64; 2]> {
    let text = fs::read_to_string("/proc/self/net/dev").ok()?;
    let mut bytes = [0_u64; 2];
    for line in text.lines() {
        let Some((name, numbers)) = line.split_once(':') else { continue };
        let number = |at| numbers.split_whitespace().nth(at).and_then(|it| it.parse::<u64>().ok());
        let both = number(0).unwrap_or(0).saturating_add(number(8).unwrap_or(0));
        bytes[0] = bytes[0].saturating_add(both);
        if name.trim() == "lo" {
            bytes[1] = bytes[1].saturating_add(both);
        }
    }
    Some(bytes)
}

/// The account of a process on Apple's systems.
#[cfg(target_vendor = "apple")]
fn usage_of(process: u32) -> Option<libc::rusage_info_v2> {
    let process = libc::c_int::try_from(process).ok()?;
    let mut usage = std::mem::MaybeUninit::<libc::rusage_info_v2>::zeroed();
    // SAFETY: writes a record of the version that is asked for into one on this stack.
    let answer =
        unsafe { libc::proc_pid_rusage(process, libc::RUSAGE_INFO_V2, usage.as_mut_ptr().cast()) };
    // SAFETY: numbers, for which zero is a value, and perhaps written.
    (answer == 0).then(|| unsafe { usage.assume_init() })
}

/// Returns the resident memory of a process, in bytes.
#[cfg(target_vendor = "apple")]
pub(in crate::gate::bench) fn resident_of(process: u32) -> Option<u64> {
    Some(usage_of(process)?.ri_resident_size)
}

/// Reads the use of devices; no other is shown.
#[cfg(target_vendor = "apple")]
pub(in crate::gate::bench) fn traffic() -> Traffic {
    let io = usage_of(std::process::id()).map_or([0; 6], |usage| {
        [0, 0, 0, 0, usage.ri_diskio_bytesread, usage.ri_diskio_byteswritten]
    });
    Traffic { io, network: [0; 2] }
}

/// Has the system refuse this process more than `bytes` beside the addresses that it has reserved
/// by now, where the system shows how many these are. Where it is refused, the limit holds between
/// batches alone.
pub(in crate::gate::bench) fn limit_memory(bytes: u64) {
    let Some(reserved) = statm("self", 0) else { return };
    #[expect(clippy::allow_attributes, reason = "needed on some systems only")]
    #[allow(clippy::useless_conversion, reason = "the type has a sign on some systems")]
    let most =
        libc::rlim_t::try_from(reserved.saturating_add(bytes)).unwrap_or(libc::RLIM_INFINITY);
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: writes to a record that lives on this stack.
    if unsafe { libc::getrlimit(libc::RLIMIT_AS, &raw mut limit) } != 0 {
        return;
    }
    limit.rlim_cur = limit.rlim_max.min(most);
    // SAFETY: reads a record that lives on this stack.
    let _ = unsafe { libc::setrlimit(libc::RLIMIT_AS, &raw const limit) };
}
