//! A command that is told something: on its standard input, and within a time.

use std::io::{self, Write as _};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::{DIR_VARIABLE, SWITCH_VARIABLE, tail};
use crate::record::failure;
use crate::system::{self, Started};

/// The time between two looks whether it has ended.
const STEP: Duration = Duration::from_millis(10);

/// Something to tell, and the command that is told.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Notice<'a> {
    /// The program and its arguments. No shell takes them apart.
    pub words: &'a [String],
    /// The folder it runs in.
    pub dir: &'a Path,
    /// Variables that are set for it.
    pub environment: &'a [(&'static str, String)],
    /// The text on its standard input.
    pub input: &'a str,
    /// The longest time that it may take.
    pub timeout: Duration,
}

/// Tells a command, and waits for its end. It is not recorded; what it prints is kept for the case that it
/// fails. With everything that it started it is ended when its time is over.
///
/// # Errors
/// The reason for which it was not told, in words: it cannot be started, failed, or took too long.
pub(crate) fn tell(notice: Notice<'_>) -> Result<(), String> {
    let program = notice.words.first().map_or("", String::as_str);
    let (mut process, tail) = start(notice)
        .map_err(|error| format!("the alert command `{program}` cannot be started: {error}"))?;
    feed(&mut process, notice.input.as_bytes());
    let ended = wait(&mut process, notice.timeout, || false);
    let printed = || failure::shown_end(&tail.finish());
    match ended {
        Ok(Wait::Ended(status)) if status.success() => Ok(()),
        Ok(Wait::Ended(status)) => {
            let end = system::ending(status);
            Err(format!("the alert command `{program}` {end}{}", printed()))
        }
        Ok(Wait::TooLong | Wait::Stopped) => {
            let time = crate::text::values::period(notice.timeout.as_secs_f64() * 1e9);
            Err(format!("the alert command `{program}` was ended after {time}{}", printed()))
        }
        Err(error) => Err(format!("nobody knows how the alert command `{program}` ended: {error}")),
    }
}

fn start(notice: Notice<'_>) -> io::Result<(Started, tail::Tail)> {
    let Some((program, arguments)) = notice.words.split_first() else {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "there is no command"));
    };
    let mut command = Command::new(program);
    command
        .args(arguments)
        .current_dir(notice.dir)
        .envs(notice.environment.iter().map(|(name, value)| (name, value)))
        .env(SWITCH_VARIABLE, "off")
        .env_remove(DIR_VARIABLE)
        .stdin(Stdio::piped());
    let tail = tail::Tail::of(&mut command)?;
    // Apart, to end whatever it starts.
    let process = Started::apart(&mut command)?;
    Ok((process, tail))
}

/// Writes the input to the command, which need not read it.
pub(super) fn feed(process: &mut Started, input: &[u8]) {
    let Some(mut stdin) = process.child().stdin.take() else { return };
    let input = input.to_owned();
    thread::spawn(move || {
        // It may end without reading, and it knows better than we do.
        let _ = stdin.write_all(&input);
    });
}

/// The outcome of waiting for a command.
#[derive(Debug, Clone, Copy)]
pub(super) enum Wait {
    /// It ended.
    Ended(ExitStatus),
    /// Its time was over, and it was ended.
    TooLong,
    /// There was another reason to end it.
    Stopped,
}

/// Waits for the end of a command, and ends it with all that it started where its time is over or `is_over`
/// says so.
pub(super) fn wait(
    process: &mut Started,
    timeout: Duration,
    mut is_over: impl FnMut() -> bool,
) -> io::Result<Wait> {
    let begin = Instant::now();
    let why = loop {
        if let Some(status) = process.child().try_wait()? {
            return Ok(Wait::Ended(status));
        }
        if is_over() {
            break Wait::Stopped;
        }
        if begin.elapsed() >= timeout {
            break Wait::TooLong;
        }
        thread::sleep(STEP);
    };
    process.end();
    process.child().wait()?;
    Ok(why)
}

// The commands in them are scripts of `sh`.
#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::*;

    fn told(script: &str, input: &str, timeout: Duration) -> Result<(), String> {
        let words = ["sh", "-c", script].map(str::to_owned);
        let environment = [("TOLD", "a b\u{1b}".to_owned())];
        let dir = Path::new("/");
        tell(Notice { words: &words, dir, environment: &environment, input, timeout })
    }

    const LONG: Duration = Duration::from_mins(1);

    #[test]
    fn it_is_told_on_its_input_and_by_variables() {
        let script = r#"test "$(cat)" = '{"a":1}' && test "$TOLD" = "$(printf 'a b\033')" && test "$PERF_TRACK" = off"#;
        assert_eq!(told(script, "{\"a\":1}\n", LONG), Ok(()));
        assert_eq!(told("exec true", &"x".repeat(1 << 20), LONG), Ok(()), "it need not listen");
    }

    #[test]
    fn one_that_fails_hangs_or_is_missing_is_no_success() {
        let failed = told("echo no route >&2; exit 7", "", LONG).unwrap_err();
        assert_eq!(
            failed,
            "the alert command `sh` ended with exit code 7; it printed last:\n  no route"
        );
        let begin = Instant::now();
        let hangs = told("sleep 100 & sleep 100", "", Duration::from_millis(200)).unwrap_err();
        assert!(hangs.starts_with("the alert command `sh` was ended after"), "{hangs}");
        assert!(begin.elapsed() < Duration::from_secs(50));
        let words = ["/nowhere/notify".to_owned()];
        let notice = Notice {
            words: &words,
            dir: Path::new("/"),
            environment: &[],
            input: "",
            timeout: LONG,
        };
        assert!(tell(notice).unwrap_err().contains("`/nowhere/notify` cannot be started"));
    }
}
