//! Commands, run as if the user had run them: with the same input, output and signals, unless asked
//! otherwise. Their usage is measured.

mod filter;
mod held;
mod notice;
mod passing;
mod tail;

use std::ffi::OsString;
use std::io;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::time::Duration;

pub(crate) use filter::{Filter, filter};
pub(crate) use held::Held;
pub(crate) use notice::{Notice, tell};
pub(crate) use passing::Screen;

pub(crate) use crate::system::Interrupt;
use crate::system::{self, Forwarder, Io, Started, Usage};

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
        system::shell_code(self.status)
    }

    /// Describes its end in words: `ended with exit code 1`, `was ended by signal 9`.
    pub(crate) fn in_words(&self) -> String {
        system::ending(self.status)
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
    system::end_like(ended.status);
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
    let forwarder = Forwarder::prepare()?;
    let process = Started::measured(&mut command)?;
    // Our ends of its pipes, without which the reader of its output would wait for ever.
    drop(command);
    let (pid, began) = (process.id(), process.began());
    let forwarding = forwarder.forward_to(pid);
    let watching = while_running();
    let ended = process.wait();
    let wall = began.elapsed();
    forwarding.stop();
    drop(watching);
    let ended = ended?;
    Ok(Ended {
        pid,
        io: ended.io,
        status: ended.status,
        wall,
        usage: ended.usage,
        tail: tail.map(tail::Tail::finish).unwrap_or_default(),
    })
}

/// Returns the command of a job, ready to be started but for its output with [`Streams::Tail`].
fn command(job: Job<'_>) -> io::Result<Command> {
    let Some((program, arguments)) = job.words.split_first() else {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "there is no command"));
    };
    let mut command = Command::new(program);
    command.args(arguments);
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

// The commands in them are scripts of `sh`.
#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::*;

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
