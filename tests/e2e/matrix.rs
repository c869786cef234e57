//! Every limit at every moment in every kind of work: the program ends as without perf-track, which it is
//! built without for this, and each call that it made is recorded, known to be missing, or of a process that
//! knows that it is not recorded, and why.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use nix::unistd::geteuid;
use perf_runtime::segment;
use perf_runtime::snapshot::Snapshot;
use perf_tests::{Lab, copy_program, lab, program, skipped};
use rayon::prelude::*;

/// Each limit, and whether nothing may get lost under it.
const LIMITS: [(&str, bool); 11] = [
    ("none", true),
    ("address-space", false),
    ("no-memory", false),
    ("data", false),
    ("no-data", false),
    ("file-size", false),
    ("descriptors", false),
    ("processes", true),
    ("locked-memory", true),
    ("stack", true),
    ("processor-time", true),
];

const MOMENTS: [&str; 3] = ["first", "growth", "end"];

const WORK: [&str; 5] = ["function", "scope", "async", "allocation", "fork"];

/// A user whose processes can be limited, where the tests are run by one whose cannot.
const NOBODY: u32 = 65_534;

/// How a program ended.
#[derive(Debug, PartialEq, Eq)]
struct End {
    code: Option<i32>,
    signal: Option<i32>,
    stdout: String,
    stderr: String,
}

/// What a process said of its recording.
#[derive(Debug)]
struct Said {
    pid: u32,
    calls: u64,
    state: String,
}

/// Runs `program`, a copy within the lab, in a cell, recorded into `folder` where it is.
fn run(lab: &Lab, program: &Path, cell: [&str; 3], folder: &Path) -> (End, Vec<Said>) {
    let (mut from, to) = std::io::pipe().expect("a pipe can be made");
    // None of them waits for ever, even where it waits for something that will not be.
    let mut command = lab.command("timeout");
    command.args(["-s", "KILL", "300"]).arg(program).args(cell);
    command.env("PERF_TRACK_DIR", folder).env("RUST_BACKTRACE", "0");
    if geteuid().is_root() {
        match chown(folder, Some(NOBODY), Some(NOBODY)) {
            Ok(()) => drop(command.uid(NOBODY).gid(NOBODY)),
            Err(_) => skipped("there is no other user here: processes cannot be limited"),
        }
    }
    let output = command.stdin(Stdio::from(to)).output().expect("the program is there");
    drop(command);
    let mut said = String::new();
    from.read_to_string(&mut said).expect("it is text");
    let end = End {
        code: output.status.code(),
        signal: output.status.signal(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    };
    (end, said.lines().map(said_in).collect())
}

fn said_in(line: &str) -> Said {
    let mut words = line.splitn(3, ' ');
    let mut word = || words.next().unwrap_or_else(|| panic!("three words: {line}"));
    let number = |text: &str| text.parse().unwrap_or_else(|_| panic!("a number: {line}"));
    let (pid, calls) = (number(word()), number(word()));
    Said { pid: u32::try_from(pid).expect("an id"), calls, state: word().to_owned() }
}

/// What is recorded in a folder, by process.
fn recorded(folder: &Path) -> BTreeMap<u32, Snapshot> {
    let files = fs::read_dir(folder).expect("the folder is there");
    let files = files.map(|file| file.expect("it can be listed").path());
    let segments = files.filter(|file| file.extension().is_some_and(|it| it == "ptseg"));
    let read = |file: PathBuf| {
        let read = segment::read(&file);
        let pid = segment::life::pid_of(&file).expect("a process id is in the name");
        (pid, read.unwrap_or_else(|error| panic!("{} {error}", file.display())))
    };
    segments.map(read).collect()
}

/// Calls that were recorded where they belong, and those that are known to be missing there.
fn recorded_and_lost(snapshot: &Snapshot) -> (u64, u64) {
    let named = snapshot.functions.iter().zip(snapshot.by_function());
    let (mut recorded, mut lost) = (0, snapshot.losses.lost_calls);
    for (function, measures) in named {
        let is_overflow = function.name == "(overflow)";
        *(if is_overflow { &mut lost } else { &mut recorded }) += measures.calls;
    }
    (recorded, lost)
}

/// Checks a cell. What is wrong with it, if anything is.
fn check(lab: &Lab, programs: &[PathBuf; 2], cell: [&str; 3], is_whole: bool) -> Option<String> {
    let name = cell.join(" ");
    let folder = |what: &str| lab.new_folder(&format!("{name} {what}"));
    let (without, _) = run(lab, &programs[0], cell, &folder("without"));
    let session = folder("with");
    let (with, said) = run(lab, &programs[1], cell, &session);
    let complain = |what: String| Some(format!("{name}: {what}"));
    if without.code != Some(9) {
        return complain(format!("is none that a program ends well in: {without:?}"));
    }
    if with != without {
        return complain(format!("ended otherwise: {with:?} without: {without:?}"));
    }
    let mut recorded = recorded(&session);
    for Said { pid, calls, state } in said {
        match (recorded.remove(&pid), state.as_str()) {
            (Some(snapshot), "Recording") => {
                let (recorded, lost) = recorded_and_lost(&snapshot);
                if recorded + lost != calls || is_whole && lost > 0 {
                    return complain(format!("{recorded} calls recorded, {lost} lost, of {calls}"));
                }
            }
            (None, state) if !is_whole && state.starts_with("Failed") => {}
            (found, state) => {
                return complain(format!("{state}, and {} segment", found.iter().len()));
            }
        }
    }
    (!recorded.is_empty()).then(|| format!("{name}: more segments than processes"))
}

/// Copies that everybody may run.
fn copies(lab: &Lab) -> [PathBuf; 2] {
    let all = fs::Permissions::from_mode(0o755);
    fs::set_permissions(lab.folder(), all).expect("the lab can be opened");
    [program!("limited-untracked"), program!("limited")].map(|program| {
        let name = Path::new(program).file_name().expect("it has a name");
        let copy = lab.folder().join(name);
        copy_program(program, &copy);
        copy
    })
}

#[cfg(target_os = "linux")]
#[test]
fn in_every_cell_a_program_ends_as_without() {
    let lab = lab!();
    let programs = copies(&lab);
    let limits = LIMITS.into_par_iter();
    let wrong: Vec<String> = limits
        .flat_map_iter(|(limit, is_whole)| {
            let cells = MOMENTS.into_iter().flat_map(|moment| WORK.map(|work| (moment, work)));
            cells.map(move |(moment, work)| ([limit, moment, work], is_whole))
        })
        .filter_map(|(cell, is_whole)| check(&lab, &programs, cell, is_whole))
        .collect();
    assert!(wrong.is_empty(), "{} cells: {}", wrong.len(), wrong.join("\n"));
}
