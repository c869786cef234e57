//! The line for a crontab: full paths, quoted for the shell, and for cron, which has a rule of its own.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::Args;
use crate::cli::output;
use crate::error::{ExitCode as Code, UserError};
use crate::project::context::Context;
use crate::stats::number::whole;
use crate::text::shell::shell_word;

/// A minute in nanoseconds.
const MINUTE_NS: f64 = 60e9;

/// Prints the line that does what these arguments ask, at the times of --every.
pub(super) fn print(args: &Args, context: &Context) -> Result<ExitCode, UserError> {
    let schedule = schedule(args.every.and_then(|every| every.0))?;
    let program = std::env::current_exe().map_err(|error| {
        UserError::new(Code::Internal, "the path of perf-report is not known").because(error)
    })?;
    let given = arguments(std::env::args_os().skip(1));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let words = words(&given, &args.command, |program| full_path(program, &path, &context.dir));
    let line = line(&schedule, &context.dir, &path, &program, &words)?;
    output::OutputArgs::default().write_bytes(line.as_bytes())?;
    Ok(Code::Fine.into())
}

/// Returns the five fields of the times: not at midnight, nor at a full hour, when everybody's jobs begin.
fn schedule(every: Option<f64>) -> Result<String, UserError> {
    const DAY: u64 = 24 * 60;
    const WEEK: u64 = 7 * DAY;
    let exact = every.map_or(Some(DAY), |ns| {
        let minutes = ns / MINUTE_NS;
        (minutes.fract() == 0.0).then(|| whole(minutes))
    });
    match exact {
        Some(DAY) => Ok("17 4 * * *".to_owned()),
        Some(WEEK) => Ok("17 4 * * 1".to_owned()),
        Some(60) => Ok("17 * * * *".to_owned()),
        Some(minutes @ 1..60) if 60_u64.is_multiple_of(minutes) => {
            Ok(format!("*/{minutes} * * * *"))
        }
        Some(minutes @ 61..DAY) if minutes.is_multiple_of(60) && DAY.is_multiple_of(minutes) => {
            Ok(format!("17 */{} * * *", minutes / 60))
        }
        _ => Err(UserError::new(Code::Usage, "a crontab has no such times").help(
            "take a part of an hour or of a day, such as `--every 15min` or `--every 6h`, or 1w",
        )),
    }
}

/// Returns the arguments without those that only ask for the line.
fn arguments(given: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
    let mut kept = Vec::new();
    let (mut is_ours, mut is_value) = (true, false);
    for word in given {
        is_ours &= word != "--";
        let is_left_out = is_ours
            && (is_value || word == "--crontab" || word == "--every" || starts(&word, "--every="));
        is_value = is_ours && !is_value && word == "--every";
        if !is_left_out {
            kept.push(word);
        }
    }
    kept
}

fn starts(word: &OsStr, with: &str) -> bool {
    word.as_encoded_bytes().starts_with(with.as_bytes())
}

/// Returns the words with the full path of the program of the command, which are the last of them.
fn words(
    given: &[OsString],
    command: &[OsString],
    full: impl Fn(&OsStr) -> PathBuf,
) -> Vec<OsString> {
    let mut words = given.to_vec();
    if let Some(program) = command.first()
        && let Some(place) = words.len().checked_sub(command.len())
        && let Some(word) = words.get_mut(place)
        && word == program
    {
        *word = full(program).into();
    }
    words
}

/// Finds a program as a shell would; one that is not found stays as it is.
fn full_path(program: &OsStr, path: &OsStr, dir: &Path) -> PathBuf {
    if program.as_encoded_bytes().contains(&b'/') {
        return dir.join(program);
    }
    let found = std::env::split_paths(path).map(|folder| dir.join(folder).join(program));
    found.into_iter().find(|path| path.is_file()).unwrap_or_else(|| program.into())
}

fn line(
    schedule: &str,
    dir: &Path,
    path: &OsStr,
    program: &Path,
    words: &[OsString],
) -> Result<String, UserError> {
    let quoted = |word: &OsStr| shell_word(Path::new(word));
    let mut text = format!("cd {} && ", shell_word(dir));
    if !path.is_empty() {
        text.push_str("PATH=");
        text.push_str(&quoted(path));
        text.push(' ');
    }
    text += &shell_word(program);
    for word in words {
        text.push(' ');
        text += &quoted(word);
    }
    let all = words.iter().map(OsString::as_os_str).chain([path, dir.as_os_str()]);
    if all.into_iter().any(|it| it.to_str().is_none()) || text.contains(['\n', '\r', '\0']) {
        let problem = "a crontab holds one line of text, and this is none";
        return Err(UserError::new(Code::Usage, problem)
            .help("put the command into a script, and monitor that"));
    }
    // Cron makes a line break of a plain one.
    Ok(format!("{schedule} {}\n", text.replace('%', r"\%")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(words: &[&str]) -> Vec<OsString> {
        words.iter().map(OsString::from).collect()
    }

    #[test]
    fn times_are_those_of_a_crontab_or_refused() {
        let fields = |minutes: f64| schedule(Some(minutes * MINUTE_NS)).ok();
        assert_eq!(schedule(None).unwrap(), "17 4 * * *");
        for (minutes, expected) in [
            (15.0, Some("*/15 * * * *")),
            (60.0, Some("17 * * * *")),
            (360.0, Some("17 */6 * * *")),
            (1440.0, Some("17 4 * * *")),
            (7.0 * 1440.0, Some("17 4 * * 1")),
            (7.0, None),
            (0.5, None),
            (90.0, None),
            (2880.0, None),
        ] {
            assert_eq!(fields(minutes).as_deref(), expected, "{minutes}");
        }
    }

    #[test]
    fn only_what_asks_for_the_line_is_left_out() {
        let given = ["monitor", "--crontab", "--every", "1h", "--keep", "5", "--every=2h", "--"];
        let command = ["job", "--every", "2", "--crontab"];
        let kept = arguments(of(&[&given[..], &command[..]].concat()));
        let expected = ["monitor", "--keep", "5", "--", "job", "--every", "2", "--crontab"];
        assert_eq!(kept, of(&expected));
        let full = words(&kept, &of(&command), |_| "/bin/job".into());
        assert_eq!(full[4], "/bin/job");
        assert_eq!(full[5..], kept[5..]);
    }

    #[test]
    fn a_line_survives_a_shell_and_cron() {
        let words = of(&["monitor", "--", "/bin/job", "it's 100 %", "a b"]);
        let dir = Path::new("/work of/a");
        let text = line("* * * * *", dir, OsStr::new("/bin:/x y"), Path::new("/bin/p"), &words);
        let expected = r"* * * * * cd '/work of/a' && PATH='/bin:/x y' /bin/p monitor -- /bin/job 'it'\''s 100 \%' 'a b'";
        assert_eq!(text.unwrap(), format!("{expected}\n"));
        let broken = line("", dir, OsStr::new(""), dir, &of(&["a\nb"]));
        assert_eq!(broken.unwrap_err().code, Code::Usage);
    }
}
