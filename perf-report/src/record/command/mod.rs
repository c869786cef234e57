//! Commands, run as if the user had run them: with the same input, output and signals, unless asked
//! otherwise. Their usage is measured.

mod filter;
mod held;
mod interrupt;
mod notice;
mod passing;
mod signals;
mod tail;

use std::ffi::OsString;
use std::io;
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

#[cfg(any(target_os = "linux", target_os = "android"))]
use nix::errno::Errno;
use nix::sys::signal::{Signal, raise};
#[cfg(any(target_os = "linux", target_os = "android"))]
use nix::unistd::Pid;
use nix::unistd::getgid;
use wait4::Wait4 as _;

pub(crate) use filter::{Filter, filter};
pub(crate) use held::Held;
pub(crate) use interrupt::Interrupt;
pub(crate) use notice::{Notice, tell};
pub(crate) use passing::Screen;

/// The variable with the folder that the recorder records in.
pub(crate) const DIR_VARIABLE: &str = "PERF_TRACK_DIR";
/// The variable that switches the recorder off in a process and its children.
const SWITCH_VARIABLE: &str = "PERF_TRACK";

/// A command, and what is special about its surroundings.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Job<'a> {
    /// The program and its arguments.
    pub words: &'a [OsString],
    /// The folder it runs in; the current one if none is named.
    pub dir: Option<&'a Path>,
    /// Variables that are set for it.
    pub environment: &'a [(&'a str, OsString)],
    /// Variables of this process that it is started without.
    pub without: &'a [&'a str],
    /// The ends of its input and output.
    pub streams: Streams,
    /// The holder of its output, in place of that of `streams`; it has no input then.
    pub held: Option<&'a Held>,
}

/// The ends of a command's input and output.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Streams {
    /// The input and output of this process.
    #[default]
    Own,
    /// The output of this process, and no input.
    NoInput,
    /// The errors of this process for all output, and no input.
    Errors,
    /// No input, and an output of which only the end is kept.
    Tail,
}

/// The processor time and memory of a command, and of those of its children that it waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Usage {
    /// Processor time in user mode, in nanoseconds.
    pub user_ns: u64,
    /// Processor time in the kernel, in nanoseconds.
    pub system_ns: u64,
    /// Largest resident memory of one process, in bytes.
    pub peak_rss_bytes: u64,
}

/// The bytes that a command read and wrote, those of its children that it waited for included, and those
/// that only reached the page cache.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Io {
    /// Bytes read.
    pub read_bytes: u64,
    /// Bytes written.
    pub written_bytes: u64,
}

/// The end of a command, and its usage.
#[derive(Debug, Clone)]
pub(crate) struct Ended {
    /// Its process id.
    pub pid: u32,
    /// The status that it ended with.
    pub status: ExitStatus,
    /// The time from just before it was started until it had ended.
    pub wall: Duration,
    /// Its usage.
    pub usage: Usage,
    /// Its input and output, where the system tells.
    pub io: Option<Io>,
    /// The end of its output, with [`Streams::Tail`]; otherwise empty.
    pub tail: String,
}

impl Ended {
    /// Returns the code that a shell would report: the command's own, or 128 and the signal.
    pub(crate) fn shell_code(&self) -> u8 {
        let code = self.status.code().or_else(|| self.status.signal().map(|signal| 128 + signal));
        code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1)
    }

    /// Describes its end in words: `ended with exit code 1`, `was ended by signal 9`.
    pub(crate) fn in_words(&self) -> String {
        in_words(self.status)
    }
}

/// Describes in words how a process ended.
fn in_words(status: ExitStatus) -> String {
    match (status.signal(), status.code()) {
        (Some(signal), _) => format!("was ended by signal {signal}"),
        (None, Some(code)) => format!("ended with exit code {code}"),
        (None, None) => "ended in an unknown way".to_owned(),
    }
}

/// Runs a command to its end, as it is.
///
/// Signals that ask this process to end are passed on to the command, which decides.
///
/// # Errors
/// When the command cannot be started.
pub(crate) fn run(job: Job<'_>) -> io::Result<Ended> {
    start(job, |_| {}, || {})
}

/// Runs a command to its end. It records into `folder`, or not at all without one. `while_running`
/// is called once it runs; the returned value is dropped when it has ended.
///
/// # Errors
/// As for [`run`].
pub(crate) fn record<T>(
    job: Job<'_>,
    folder: Option<&Path>,
    while_running: impl FnOnce() -> T,
) -> io::Result<Ended> {
    let prepare = |command: &mut Command| {
        match folder {
            Some(folder) => command.env(DIR_VARIABLE, folder),
            None => command.env(SWITCH_VARIABLE, "off"),
        };
    };
    start(job, prepare, while_running)
}

/// Runs a command as [`run`] does, and hears its output on the way to that of this process, which is a
/// terminal if `screen` says so.
///
/// # Errors
/// As for [`run`].
pub(crate) fn overhear(
    job: Job<'_>,
    screen: Option<Screen>,
    hear: impl FnMut(&[u8]) + Send + 'static,
) -> io::Result<Ended> {
    let (end, reader) = passing::Way::open(screen)?.ends();
    let passing = passing::Passing::begin(reader, hear)?;
    let prepare = |command: &mut Command| {
        command.stdout(end);
    };
    let ended = start(job, prepare, || {})?;
    passing.finish();
    Ok(ended)
}

/// Ends this process by the signal that ended a command, where one did; else returns the exit code.
pub(crate) fn end_like(ended: &Ended) -> u8 {
    use nix::sys::resource::{Resource, setrlimit};
    let signal = ended.status.signal().and_then(|signal| Signal::try_from(signal).ok());
    if let Some(signal) = signal {
        // The command has left its core, if it should.
        let _ = setrlimit(Resource::RLIMIT_CORE, 0, 0);
        let _ = signal_hook::low_level::emulate_default_handler(signal as i32);
        // The standard library catches faults, and leaves the second of them alone.
        let _ = raise(signal).and_then(|()| raise(signal));
    }
    ended.shell_code()
}

fn start<T>(
    job: Job<'_>,
    prepare: impl FnOnce(&mut Command),
    while_running: impl FnOnce() -> T,
) -> io::Result<Ended> {
    let mut command = command(job)?;
    prepare(&mut command);
    let wants_tail = job.streams == Streams::Tail;
    let tail = wants_tail.then(|| tail::Tail::of(&mut command)).transpose()?;
    let forwarder = signals::Forwarder::prepare()?;
    let started = Instant::now();
    let child = command.spawn()?;
    // Our ends of its pipes, without which the reader of its output would wait for ever.
    drop(command);
    let pid = child.id();
    let forwarding = forwarder.forward_to(pid);
    let watching = while_running();
    let io = io_at_end(pid);
    let ended = child.wait4();
    let wall = started.elapsed();
    forwarding.stop();
    drop(watching);
    let ended = ended?;
    let ns = |time: Duration| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
    Ok(Ended {
        pid,
        io,
        status: ended.status,
        wall,
        usage: Usage {
            user_ns: ns(ended.rusage.utime),
            system_ns: ns(ended.rusage.stime),
            peak_rss_bytes: ended.rusage.maxrss,
        },
        tail: tail.map(tail::Tail::finish).unwrap_or_default(),
    })
}

/// Waits for the end of a process, and reads what it read and wrote, while its account still lies there.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn io_at_end(pid: u32) -> Option<Io> {
    use nix::sys::wait::{Id, WaitPidFlag, waitid};
    let process = Pid::from_raw(i32::try_from(pid).ok()?);
    let until_end = WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT;
    while let Err(Errno::EINTR) = waitid(Id::Pid(process), until_end) {}
    let account = std::fs::read_to_string(format!("/proc/{pid}/io")).ok()?;
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

/// Returns the command of a job, ready to be started but for its output with [`Streams::Tail`].
fn command(job: Job<'_>) -> io::Result<Command> {
    let Some((program, arguments)) = job.words.split_first() else {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "there is no command"));
    };
    let mut command = Command::new(program);
    command.args(arguments);
    let group = getgid().as_raw();
    let groups = std::fs::read_to_string("/proc/self/gid_map").unwrap_or_default();
    if is_mapped(group, &groups) {
        // A group of its own choice, if it is the same, makes the standard library fork. Otherwise both share
        // the memory until the program is loaded, and all of this process, its code included, counts as the
        // command's.
        command.gid(group);
    }
    for name in job.without {
        command.env_remove(name);
    }
    command.envs(job.environment.iter().map(|(name, value)| (name, value)));
    if let Some(dir) = job.dir {
        command.current_dir(dir);
    }
    if job.streams != Streams::Own || job.held.is_some() {
        command.stdin(Stdio::null());
    }
    if job.streams == Streams::Errors {
        command.stdout(io::stderr());
    }
    if let Some(held) = job.held {
        held.take_place(&mut command);
    }
    Ok(command)
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

    fn ended(script: &str) -> Ended {
        let words = ["sh", "-c", script].map(OsString::from);
        run(Job { words: &words, streams: Streams::Tail, ..Job::default() }).unwrap()
    }

    #[test]
    fn the_end_of_both_outputs_is_kept() {
        let ended = ended("cat; echo out; echo err >&2; exit 3");
        assert_eq!((ended.tail.as_str(), ended.shell_code()), ("out\nerr\n", 3));
        assert_eq!(ended.in_words(), "ended with exit code 3");
    }

    #[test]
    fn of_a_long_output_only_the_end_is_kept() {
        let tail = ended("i=0; while [ $i -lt 20000 ]; do echo line $i; i=$((i+1)); done").tail;
        assert!(tail.ends_with("line 19999\n") && tail.len() <= 16 << 10, "{}", tail.len());
    }

    #[test]
    fn a_process_that_is_left_behind_holds_nothing_up() {
        let ended = ended("sleep 20 & echo done");
        assert_eq!(ended.tail, "done\n");
        assert!(ended.wall < Duration::from_secs(15), "{ended:?}");
    }

    #[test]
    fn it_runs_in_its_folder_with_its_variables() {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().canonicalize().unwrap();
        let words = ["sh", "-c", "pwd; echo $SIDE; kill -9 $$"].map(OsString::from);
        let environment = [("SIDE", OsString::from("b"))];
        let job =
            Job { words: &words, dir: Some(&dir), environment: &environment, ..Job::default() };
        let ended = run(Job { streams: Streams::Tail, ..job }).unwrap();
        assert_eq!(ended.tail, format!("{}\nb\n", dir.display()));
        assert_eq!((ended.shell_code(), ended.in_words().as_str()), (137, "was ended by signal 9"));
    }
}
