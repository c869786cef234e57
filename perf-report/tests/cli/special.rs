//! What is opened for reading is a regular file of a sane size: nothing is waited for, nothing is endless.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use crate::desk::{Desk, Finished};

/// What is said of a kind of file, and how one is made.
type Kind = (&'static str, fn(&Path));

/// Each kind of file that is not for reading, and what is said of it.
const KINDS: [Kind; 4] = [
    ("it is a pipe, not a regular file", |path| {
        nix::unistd::mkfifo(path, nix::sys::stat::Mode::S_IRWXU).unwrap();
    }),
    ("it is a device, not a regular file", |path| symlink("/dev/zero", path).unwrap()),
    ("it is a folder, not a regular file", |path| fs::create_dir(path).unwrap()),
    ("it is larger than", |path| fs::File::create(path).unwrap().set_len(10 << 30).unwrap()),
];

/// Runs perf-report, which ends by itself.
fn report(desk: &Desk, args: &[&str]) -> Finished {
    let mut command = desk.command("timeout");
    command.args(["60", env!("CARGO_BIN_EXE_perf-report")]).args(args);
    command.output().unwrap().into()
}

/// Whatever `file` is, perf-report with `args` ends with `code` and says what it is.
#[track_caller]
fn refused(file: &str, args: &[&str], code: i32) {
    for (words, make) in KINDS {
        let desk = Desk::new();
        desk.store_run("20261120T234552-1a2b3c");
        let path: PathBuf = desk.path(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        make(&path);
        report(&desk, args).said(code, words);
    }
}

#[test]
fn settings_are_regular_files() {
    refused("perf.toml", &["check", "--self-test"], 2);
    refused("perf-blessed.toml", &["bless", "--list"], 2);
}

#[test]
fn documents_are_regular_files() {
    refused("table.csv", &["changepoints", "--input", "table.csv"], 6);
    refused(".perf/baselines/main.json", &["baseline", "show", "main"], 6);
    refused(".perf/baselines/main.json", &["compare", "main", "latest"], 6);
}

#[test]
fn segments_are_regular_files() {
    refused("segments/5000077-a.ptseg", &["collect"], 6);
    refused("segments/5000077-a.ptseg", &["stacks", "segments"], 6);
}

#[test]
fn what_a_run_left_is_a_regular_file_and_where_it_is_not_the_rest_is_collected() {
    for (_, make) in KINDS {
        let desk = Desk::new();
        fs::write(desk.path("segments/5000077-a.unrecorded-13"), "").unwrap();
        make(&desk.path("segments/run.json"));
        report(&desk, &["collect"]).said(0, "stored as run");
    }
}

#[test]
fn a_store_is_a_regular_file() {
    for (_, make) in &KINDS[..3] {
        let desk = Desk::new();
        make(&desk.store());
        report(&desk, &["show"]).said(6, "is not a store of perf-track");
    }
}

#[test]
fn standard_input_may_be_a_pipe() {
    let desk = Desk::new();
    let rows = "a,1\\n".repeat(12);
    let script = format!("printf 'series,value\\n{rows}' | \"$REPORT\" changepoints --input -");
    assert_eq!(desk.shell(&script).code, Some(0));
}
