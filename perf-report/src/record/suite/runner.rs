//! A runner of cargo's: starts a test binary in the place of cargo, measures it, and ends as it did.

use std::collections::BTreeSet;
use std::env;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use super::heard::Listener;
use super::row::{End, Role, Row};
use super::setup::{self, Setup};
use super::{DOCTESTS_VARIABLE, FOLDER_VARIABLE};
use crate::error::UserError;
use crate::record::command::{self, Ended, Job, Screen};
use crate::record::failure::cannot_start;
use crate::system;

/// The variable by which rustdoc finds the program of several doctests, each of which gets a process.
const MERGED_DOCTESTS: &str = "RUSTDOC_DOCTEST_BIN_PATH";
/// The largest list of tests that is looked at, in bytes.
const LONGEST_LIST: usize = 64 << 20;

/// Runs as the runner of cargo for a target: `words` are the target, the program and its arguments. Ends
/// this process as the program ended, or by its signal; returns the exit code.
///
/// # Errors
/// When the program cannot be started.
pub(crate) fn run_as_runner(words: &[OsString], screen: Option<Screen>) -> Result<u8, UserError> {
    let (triple, program) = match words.split_first() {
        Some((triple, program)) if !program.is_empty() => (triple.to_string_lossy(), program),
        _ => return Err(cannot_start(&OsString::new(), std::io::ErrorKind::NotFound.into())),
    };
    let folder = env::var_os(FOLDER_VARIABLE).map(PathBuf::from);
    let setup = folder.as_deref().and_then(setup::read).unwrap_or_default();
    let chained = setup.runners.get(triple.as_ref()).map(Vec::as_slice).unwrap_or_default();
    let mut all: Vec<OsString> = chained.iter().map(OsString::from).collect();
    all.extend_from_slice(program);
    let row = folder.as_ref().and_then(|_| row_of(program));
    let (Some(folder), Some(row)) = (folder, row) else { return instead(&all) };
    let mut before = Before::of(&setup);
    let is_own = chained.is_empty() && env::var_os(MERGED_DOCTESTS).is_none();
    if row.role == Role::Doctest && is_own {
        // rustdoc sets it where nobody stands between it and the program.
        before.set.push((MERGED_DOCTESTS, program[0].clone()));
    }
    measured(Measured { row, folder: &folder, words: &all, before, screen })
}

/// Runs in the place of rustdoc, whose arguments are `words`; as [`run_as_runner`] where they ask for tests.
///
/// # Errors
/// When rustdoc cannot be started.
pub(crate) fn run_as_rustdoc(words: &[OsString], screen: Option<Screen>) -> Result<u8, UserError> {
    let folder = env::var_os(FOLDER_VARIABLE).map(PathBuf::from);
    let setup = folder.as_deref().and_then(setup::read).unwrap_or_default();
    let mut all = vec![rustdoc(&setup)];
    all.extend_from_slice(words);
    let is_test = words.iter().any(|word| word == "--test");
    let is_list = words.iter().any(|word| word == "--list" || word == "--test-args=--list");
    let Some(folder) = folder.filter(|_| is_test && !is_list) else { return instead(&all) };
    let row = Row { role: Role::Doctests, ..row(&all[0]) };
    let id = format!("{}-{}", std::process::id(), row.started_unix_ns);
    let row = Row { doctests: Some(id.clone()), ..row };
    // Its runner is still this program.
    let before = Before { set: vec![(DOCTESTS_VARIABLE, id.into())], ..Before::default() };
    measured(Measured { row, folder: &folder, words: &all, before, screen })
}

/// Returns the rustdoc of the user, or the one beside the cargo that asks.
fn rustdoc(setup: &Setup) -> OsString {
    if let Some(rustdoc) = &setup.rustdoc {
        return rustdoc.into();
    }
    let beside = env::var_os("CARGO").map(|cargo| Path::new(&cargo).with_file_name("rustdoc"));
    beside.filter(|path| path.is_file()).map_or_else(|| "rustdoc".into(), PathBuf::into_os_string)
}

/// Becomes the command; only returns where that cannot be.
fn instead(words: &[OsString]) -> Result<u8, UserError> {
    let (program, arguments) = words.split_first().unwrap_or((const { &OsString::new() }, &[]));
    let become_it = system::become_command(Command::new(program).args(arguments));
    become_it.map_err(|error| cannot_start(program, error))
}

/// Returns the beginning of the account of a program; `None` for one that is no suite.
fn row_of(program: &[OsString]) -> Option<Row> {
    let (path, arguments) = program.split_first()?;
    let has = |wanted: &str| arguments.iter().any(|word| word == wanted);
    let row = row(path);
    if row.doctests.is_some() {
        return Some(Row { role: Role::Doctest, ..row });
    }
    let is_hashed = is_hashed(&row.program);
    if env::var_os("NEXTEST").is_some() {
        let role = match (has("--list"), has("--ignored")) {
            (true, true) => Role::ListIgnored,
            (true, false) => Role::List,
            _ => Role::Test,
        };
        let test = (role == Role::Test).then(|| attempt(arguments)).flatten();
        let is_one = role != Role::Test || test.is_some();
        return (is_one && is_hashed).then_some(Row { role, test, ..row });
    }
    (is_hashed && !has("--list")).then_some(row)
}

/// Returns the account of a process that begins now.
fn row(program: &OsStr) -> Row {
    let text = |name| env::var(name).unwrap_or_default();
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Row {
        program: std::path::absolute(program).unwrap_or_else(|_| program.into()),
        package: text("CARGO_PKG_NAME"),
        manifest_dir: env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default().into(),
        binary_id: env::var("NEXTEST_BINARY_ID").ok(),
        doctests: env::var(DOCTESTS_VARIABLE).ok(),
        started_unix_ns: u64::try_from(now.as_nanos()).unwrap_or(u64::MAX),
        ..Row::default()
    }
}

/// Returns the test that nextest runs, and the number of the attempt.
fn attempt(arguments: &[OsString]) -> Option<(String, u32)> {
    let behind = arguments.iter().zip(arguments.iter().skip(1));
    let mut named = behind.filter(|(flag, _)| *flag == "--exact");
    let name = named.next().map(|(_, name)| name.to_string_lossy().into_owned());
    let name = env::var("NEXTEST_TEST_NAME").ok().or(name)?;
    let attempt = env::var("NEXTEST_ATTEMPT").ok().and_then(|number| number.parse().ok());
    Some((name, attempt.unwrap_or(1)))
}

/// Returns whether the name of a program ends in a hash of cargo's. Those that `cargo run` starts have none:
/// they are no tests, though they may start some.
fn is_hashed(program: &Path) -> bool {
    let stem = program.file_stem().and_then(OsStr::to_str);
    let hash = stem.and_then(|stem| Some(stem.rsplit_once('-')?.1));
    hash.is_some_and(|hash| hash.len() == 16 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// The environment of a program as it would have been.
#[derive(Debug, Default)]
struct Before<'a> {
    set: Vec<(&'a str, OsString)>,
    without: Vec<&'a str>,
}

impl<'a> Before<'a> {
    fn of(setup: &'a Setup) -> Self {
        let mut before = Self { set: Vec::new(), without: vec![DOCTESTS_VARIABLE] };
        for (name, value) in &setup.before {
            match value {
                Some(value) => before.set.push((name, value.into())),
                None => before.without.push(name),
            }
        }
        before
    }
}

/// A program to measure.
struct Measured<'a> {
    row: Row,
    folder: &'a Path,
    words: &'a [OsString],
    before: Before<'a>,
    screen: Option<Screen>,
}

/// Runs the program, leaves the account, and ends this process as it ended.
fn measured(measured: Measured<'_>) -> Result<u8, UserError> {
    let Measured { mut row, folder, words, before, screen } = measured;
    // Without its account a suite is not shown, but runs.
    let _ = row.write(folder);
    let job = Job { words, environment: &before.set, without: &before.without, ..Job::default() };
    let cannot = |error| cannot_start(&words[0], error);
    let (end, ended) = match row.role {
        Role::Binary | Role::Doctests => {
            let listener = Arc::new(Mutex::new(Listener::default()));
            let ear = Arc::clone(&listener);
            let hear = move |bytes: &[u8]| lock(&ear).feed(bytes);
            let ended = command::overhear(job, screen, hear).map_err(cannot)?;
            let heard = std::mem::take(&mut *lock(&listener)).finish();
            (End { heard, ..end_of(&ended) }, ended)
        }
        Role::List | Role::ListIgnored => {
            let list = Arc::new(Mutex::new(Vec::new()));
            let ear = Arc::clone(&list);
            let hear = move |bytes: &[u8]| {
                let mut list = lock(&ear);
                if list.len() < LONGEST_LIST {
                    list.extend_from_slice(bytes);
                }
            };
            let ended = command::overhear(job, screen, hear).map_err(cannot)?;
            (End { listed: listed(&lock(&list)), ..end_of(&ended) }, ended)
        }
        // nextest reads each byte itself.
        Role::Test | Role::Doctest => {
            let ended = command::run(job).map_err(cannot)?;
            (end_of(&ended), ended)
        }
    };
    row.pid = ended.pid;
    row.end = Some(end);
    let _ = row.write(folder);
    Ok(command::end_like(&ended))
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn end_of(ended: &Ended) -> End {
    End {
        wall_ns: u64::try_from(ended.wall.as_nanos()).unwrap_or(u64::MAX),
        user_ns: ended.usage.user_ns,
        system_ns: ended.usage.system_ns,
        peak_rss_bytes: ended.usage.peak_rss_bytes,
        read_bytes: ended.io.map(|io| io.read_bytes),
        written_bytes: ended.io.map(|io| io.written_bytes),
        exit_code: ended.status.code(),
        signal: system::signal_of(ended.status),
        ..End::default()
    }
}

/// Reads the output of `--list --format terse`: `codec::decodes: test`.
fn listed(output: &[u8]) -> BTreeSet<String> {
    let text = String::from_utf8_lossy(output);
    let names = text.lines().filter_map(|line| {
        let (name, kind) = line.rsplit_once(": ")?;
        ["test", "benchmark"].contains(&kind).then(|| name.to_owned())
    });
    names.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cargo_builds_for_tests_has_a_hash_in_its_name() {
        for (path, is) in [
            ("target/debug/deps/app-cbc756e1dc5a6d12", true),
            ("target/debug/examples/show-0123456789abcdef", true),
            ("target/debug/deps/app-0123456789abcdef.exe", true),
            ("target/debug/app", false),
            ("target/debug/my-helper", false),
            ("target/debug/deps/app-0123456789abcdeg", false),
            ("", false),
        ] {
            assert_eq!(is_hashed(Path::new(path)), is, "{path}");
        }
    }

    #[test]
    fn a_list_has_a_test_a_line() {
        let found = listed(b"a::b: test\nc: benchmark\n\n2 tests, 1 benchmark\nx: y\n");
        assert_eq!(found, ["a::b", "c"].map(str::to_owned).into());
    }

    #[test]
    fn the_test_of_an_attempt_stands_behind_exact() {
        let words = |text: &str| text.split(' ').map(OsString::from).collect::<Vec<_>>();
        assert_eq!(attempt(&words("--exact a::b --nocapture")), Some(("a::b".to_owned(), 1)));
        assert_eq!(attempt(&words("--nocapture")), None);
    }
}
