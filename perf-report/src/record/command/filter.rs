//! A program of the user's own that makes something of something: its standard output is the answer.

use std::ffi::OsString;
use std::io::{self, PipeReader, Read as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use super::notice::{Wait, feed, wait};
use super::{DIR_VARIABLE, Interrupt, SWITCH_VARIABLE, tail};
use crate::record::failure;
use crate::system::{self, Started};
use crate::text::{units, values};

/// The longest wait for the output of a program that failed.
const PATIENCE: Duration = Duration::from_secs(1);

/// A program, and its input.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Filter<'a> {
    /// The program and its first arguments. No shell takes them apart.
    pub words: &'a [String],
    /// Further arguments.
    pub arguments: &'a [OsString],
    /// The folder it runs in.
    pub dir: &'a Path,
    /// The bytes on its standard input.
    pub input: &'a [u8],
    /// The longest time that it may take.
    pub timeout: Duration,
    /// The most bytes that it may write.
    pub most: u64,
}

/// Runs a program, and returns what it writes to standard output. It is not recorded. With everything that it
/// started it is ended when its time is over, when it writes too much, and when somebody asks for the end.
///
/// # Errors
/// The reason for which there is no answer, in words, with the last lines of its standard error.
pub(crate) fn filter(filter: Filter<'_>) -> Result<Vec<u8>, String> {
    let program = filter.words.first().map_or("", String::as_str);
    let interrupt = Interrupt::watch().map_err(|error| error.to_string())?;
    let Running { mut process, output, tail } = start(filter)
        .map_err(|error| format!("the program `{program}` cannot be started: {error}"))?;
    feed(&mut process, filter.input);
    let begin = Instant::now();
    let mut answer = None;
    let mut is_too_much = false;
    let is_over = || {
        answer = answer.take().or_else(|| output.try_recv().ok());
        is_too_much =
            answer.as_ref().is_some_and(|bytes: &Vec<u8>| bytes.len() as u64 > filter.most);
        is_too_much || interrupt.signal().is_some()
    };
    let ended = wait(&mut process, filter.timeout, is_over);
    let printed = || failure::shown_end(&tail.finish());
    let too_much = || {
        let most = units::bytes(filter.most);
        format!("the program `{program}` wrote more than {most}, the most that is read")
    };
    let status = match ended {
        Ok(Wait::Ended(status)) => status,
        Ok(Wait::Stopped) if is_too_much => return Err(too_much()),
        Ok(Wait::Stopped) => {
            return Err(format!("the program `{program}` was ended by a signal to perf-report"));
        }
        Ok(Wait::TooLong) => {
            let time = values::period(filter.timeout.as_secs_f64() * 1e9);
            return Err(format!("the program `{program}` was ended after {time}{}", printed()));
        }
        Err(error) => return Err(format!("nobody knows how `{program}` ended: {error}")),
    };
    let is_whole = |answer: &Vec<u8>| answer.len() as u64 <= filter.most;
    if !status.success() {
        process.end();
        // One of which nobody reads more is ended by that, and this is why.
        let answer = answer.or_else(|| output.recv_timeout(PATIENCE).ok());
        let is_flood = answer.is_some_and(|answer| !is_whole(&answer));
        let why = || format!("the program `{program}` {}{}", system::ending(status), printed());
        return Err(if is_flood { too_much() } else { why() });
    }
    // What it left behind may still hold its output.
    let left = filter.timeout.saturating_sub(begin.elapsed());
    let answer = answer.or_else(|| output.recv_timeout(left).ok()).ok_or_else(|| {
        process.end();
        format!("the program `{program}` ended, and a process that it left behind holds its output")
    })?;
    if is_whole(&answer) { Ok(answer) } else { Err(too_much()) }
}

/// A program that runs, with its output.
struct Running {
    process: Started,
    output: Receiver<Vec<u8>>,
    tail: tail::Tail,
}

fn start(filter: Filter<'_>) -> io::Result<Running> {
    let Some((program, arguments)) = filter.words.split_first() else {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "there is no program"));
    };
    let mut command = Command::new(program);
    let (reader, writer) = io::pipe()?;
    command
        .args(arguments)
        .args(filter.arguments)
        .current_dir(filter.dir)
        .env(SWITCH_VARIABLE, "off")
        .env_remove(DIR_VARIABLE)
        .stdin(Stdio::piped())
        .stdout(writer);
    let tail = tail::Tail::of_errors(&mut command)?;
    // Apart, to end whatever it starts.
    let process = Started::apart(&mut command)?;
    // Its own ends of the pipes are closed with it.
    drop(command);
    Ok(Running { process, output: read(reader, filter.most), tail })
}

/// Reads everything in the background, and one byte more than the most at most.
fn read(from: PipeReader, most: u64) -> Receiver<Vec<u8>> {
    let (done, output) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        // What could be read until then may still be told.
        let _ = from.take(most.saturating_add(1)).read_to_end(&mut bytes);
        let _ = done.send(bytes);
    });
    output
}

// The commands in them are scripts of `sh`.
#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::*;

    fn asked(script: &str, input: &[u8], timeout: Duration) -> Result<String, String> {
        let words = ["sh", "-c", script, "sh"].map(str::to_owned);
        let arguments = [OsString::from("a b")];
        let dir = Path::new("/");
        let most = 100_000;
        let answer =
            filter(Filter { words: &words, arguments: &arguments, dir, input, timeout, most });
        answer.map(|bytes| String::from_utf8(bytes).unwrap())
    }

    const LONG: Duration = Duration::from_mins(1);

    #[test]
    fn the_answer_is_its_output_and_nothing_else() {
        let script = r#"echo noise >&2; printf '%s,%s,%s' "$1" "$(cat)" "$PERF_TRACK""#;
        assert_eq!(asked(script, b"in", LONG).as_deref(), Ok("a b,in,off"));
        assert_eq!(
            asked("true", &vec![b'x'; 1 << 20], LONG).as_deref(),
            Ok(""),
            "it need not listen"
        );
        let large = asked("head -c 99999 /dev/zero | tr '\\0' x", b"", LONG).unwrap();
        assert_eq!(large.len(), 99_999);
    }

    #[test]
    fn one_that_fails_hangs_or_floods_gives_no_answer() {
        let failed = asked("echo half; echo no route >&2; exit 7", b"", LONG).unwrap_err();
        let expected = "the program `sh` ended with exit code 7; it printed last:\n  no route";
        assert_eq!(failed, expected);
        let begin = Instant::now();
        let hangs = asked("sleep 100 & sleep 100", b"", Duration::from_millis(200)).unwrap_err();
        assert!(hangs.starts_with("the program `sh` was ended after"), "{hangs}");
        let floods = asked("while :; do echo more; done", b"", LONG).unwrap_err();
        assert!(floods.ends_with("the most that is read"), "{floods}");
        // On a machine that is slow enough the shell has not ended, either.
        let holds = asked("sleep 100 &", b"", Duration::from_secs(2)).unwrap_err();
        let is_told = holds.ends_with("holds its output") || holds.contains("was ended after");
        assert!(is_told, "{holds}");
        assert!(begin.elapsed() < Duration::from_secs(50));
    }
}
