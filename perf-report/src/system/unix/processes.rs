//! Processes of Unix.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::process::{Command, ExitStatus};
use std::time::Instant;

use nix::errno::Errno;
use nix::sys::signal::{Signal, kill, killpg, raise};
use nix::unistd::{Pid, getgid};
use wait4::Wait4 as _;

use crate::system::{Io, Started, Usage, Waited};

impl Started {
    /// Starts a command whose usage is asked for.
    ///
    /// # Errors
    /// When it cannot be started.
    pub(crate) fn measured(command: &mut Command) -> io::Result<Self> {
        let group = getgid().as_raw();
        let groups = fs::read_to_string("/proc/self/gid_map").unwrap_or_default();
        if is_mapped(group, &groups) {
            // A group of its own choice, if it is the same, makes the standard library fork. Otherwise both
            // share the memory until the program is loaded, and all of this process, its code included, counts
            // as the command's.
            command.gid(group);
        }
        Self::start(command)
    }

    /// Starts a command that can be ended with all that it starts, and that Ctrl-C in this terminal does not
    /// reach.
    ///
    /// # Errors
    /// When it cannot be started.
    pub(crate) fn apart(command: &mut Command) -> io::Result<Self> {
        Self::start(apart(command))
    }

    fn start(command: &mut Command) -> io::Result<Self> {
        let began = Instant::now();
        Ok(Self { child: command.spawn()?, began })
    }

    /// Waits for its end, and returns its usage.
    ///
    /// # Errors
    /// When the system does not tell.
    pub(crate) fn wait(self) -> io::Result<Waited> {
        let io = io_at_end(self.child.id());
        let ended = self.child.wait4()?;
        let ns = |time: std::time::Duration| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        let usage = Usage {
            user_ns: ns(ended.rusage.utime),
            system_ns: ns(ended.rusage.stime),
            peak_rss_bytes: ended.rusage.maxrss,
        };
        Ok(Waited { status: ended.status, usage, io })
    }

    /// Ends one that was started [`apart`](Self::apart), with all that it started.
    pub(crate) fn end(&self) {
        if let Ok(pid) = i32::try_from(self.child.id()) {
            // It fails where all have just ended.
            let _ = killpg(Pid::from_raw(pid), Signal::SIGKILL);
        }
    }
}

/// Has Ctrl-C in this terminal not reach a command.
pub(crate) fn apart(command: &mut Command) -> &mut Command {
    command.process_group(0)
}

/// Waits for the end of a process, and reads what it read and wrote, while its account still lies there.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn io_at_end(pid: u32) -> Option<Io> {
    use nix::sys::wait::{Id, WaitPidFlag, waitid};
    let process = Pid::from_raw(i32::try_from(pid).ok()?);
    let until_end = WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT;
    while let Err(Errno::EINTR) = waitid(Id::Pid(process), until_end) {}
    let account = fs::read_to_string(format!("/proc/{pid}/io")).ok()?;
    let field = |name: &str| {
        let line = account.lines().find_map(|line| line.strip_prefix(name));
        line.and_then(|line| line.trim().parse().ok())
    };
    Some(Io { read_bytes: field("rchar:")?, written_bytes: field("wchar:")? })
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn io_at_end(_pid: u32) -> Option<Io> {
    None
}

/// Returns whether a group exists in this user namespace, whose `map` has lines `first outside count`. One
/// that does not cannot be chosen, not even where it is the group already.
fn is_mapped(group: u32, map: &str) -> bool {
    let covers = |line: &str| {
        let mut numbers = line.split_whitespace().map(str::parse::<u32>);
        let [first, _outside, count] = [(); 3].map(|()| numbers.next().and_then(Result::ok));
        let below = first.and_then(|first| group.checked_sub(first));
        below.zip(count).is_some_and(|(below, count)| below < count)
    };
    map.lines().any(covers)
}

/// Returns the words by which a shell runs `script`.
pub(crate) fn shell_words(script: &str) -> [OsString; 3] {
    ["sh", "-c", script].map(OsString::from)
}

/// Becomes the command; only returns where that cannot be.
///
/// # Errors
/// The reason.
pub(crate) fn become_command(command: &mut Command) -> io::Result<u8> {
    Err(command.exec())
}

/// Returns the signal that ended a process, if one did.
pub(crate) fn signal_of(status: ExitStatus) -> Option<i32> {
    status.signal()
}

/// Returns whether a process was ended, in place of ending by itself.
pub(crate) fn was_ended(status: ExitStatus) -> bool {
    status.signal().is_some()
}

/// Returns the code that a shell would report: the process's own, or 128 and the signal.
pub(crate) fn shell_code(status: ExitStatus) -> u8 {
    let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal));
    code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1)
}

/// Describes in words how a process ended.
pub(crate) fn ending(status: ExitStatus) -> String {
    match (status.signal(), status.code()) {
        (Some(signal), _) => format!("was ended by signal {signal}"),
        (None, Some(code)) => format!("ended with exit code {code}"),
        (None, None) => "ended in an unknown way".to_owned(),
    }
}

/// Ends this process by the signal that ended another one, where one did.
pub(crate) fn end_like(status: ExitStatus) {
    use nix::sys::resource::{Resource, setrlimit};
    let signal = status.signal().and_then(|signal| Signal::try_from(signal).ok());
    if let Some(signal) = signal {
        // The command has left its core, if it should.
        let _ = setrlimit(Resource::RLIMIT_CORE, 0, 0);
        let _ = signal_hook::low_level::emulate_default_handler(signal as i32);
        // The standard library catches faults, and leaves the second of them alone.
        let _ = raise(signal).and_then(|()| raise(signal));
    }
}

/// Has all of this job end, as Ctrl-C in the terminal does it.
pub(crate) fn interrupt_job() {
    let _ = kill(Pid::from_raw(0), Signal::SIGINT);
}

/// Returns whether a process of this id runs. One that has ended and was not waited for does not.
pub(crate) fn is_running(pid: u32) -> bool {
    let Ok(id) = i32::try_from(pid) else { return false };
    if id <= 0 || kill(Pid::from_raw(id), None) == Err(Errno::ESRCH) {
        return false;
    }
    // Where there is no /proc, a process that was not waited for counts as running.
    fs::read_to_string(format!("/proc/{pid}/stat"))
        .ok()
        .and_then(|stat| state(&stat))
        .is_none_or(|state| !matches!(state, 'Z' | 'X'))
}

/// Finds the state in the text of `/proc/<pid>/stat`: behind the last parenthesis, since the name before it
/// may hold anything.
fn state(stat: &str) -> Option<char> {
    stat.rsplit_once(')')?.1.trim_start().chars().next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_is_mapped_where_a_range_covers_it() {
        let whole = "         0          0 4294967295\n";
        assert!(is_mapped(0, whole) && is_mapped(1000, whole));
        let two = "0 1000 1\n5 2000 10\n";
        assert!(
            is_mapped(0, two) && is_mapped(14, two) && !is_mapped(15, two) && !is_mapped(1, two)
        );
        assert!(!is_mapped(65534, "") && !is_mapped(0, "x"));
    }

    #[test]
    fn the_state_stands_behind_whatever_the_name_is() {
        assert_eq!(state("12 (a) Z (b)) S 1 2"), Some('S'));
        assert_eq!(state("12 (x) Z 1"), Some('Z'));
        assert_eq!(state("nonsense"), None);
    }
}
