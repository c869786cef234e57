//! Where no segment can be made, a program runs as ever, and perf-report says why nothing was
//! recorded.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use perf_tests::{Finished, Lab, lab, program, skipped};

/// The program is not hindered by `place`, which cannot hold a segment, and the reason is found.
fn check_unhindered(lab: &Lab, place: &Path) {
    let arguments = ["2", "10", "exit"];
    let alone = lab.record(place, program!("workload"), arguments);
    assert_eq!(alone.code, Some(7));
    assert_eq!(alone.stdout, "2 threads made 10 rounds each\n");
    assert_eq!(alone.stderr, "", "the recorder says nothing in a program that is not its own");

    let mut setting = std::ffi::OsString::from("PERF_TRACK_DIR=");
    setting.push(place);
    let mut command = lab.report_command(["run", "--", "env"]);
    command.arg(setting).arg(program!("workload")).args(arguments).stdin(Stdio::null());
    let under_report = Finished::from(command.output().expect("perf-report can be run"));
    assert_eq!(under_report.code, Some(7), "{}", under_report.stderr);
    assert!(under_report.stdout.starts_with("2 threads made 10 rounds each\n"));
    assert!(under_report.stderr.contains("record"), "{}", under_report.stderr);
}

#[test]
fn below_a_folder_that_does_not_exist() {
    let lab = lab!();
    check_unhindered(&lab, &lab.folder().join("none/at/all"));
}

#[test]
fn in_a_file() {
    let lab = lab!();
    let file = lab.folder().join("file");
    fs::write(&file, "not a folder").expect("a file can be written");
    check_unhindered(&lab, &file);
    assert_eq!(fs::read_to_string(&file).unwrap(), "not a folder", "it was left alone");
}

#[test]
fn through_a_symbolic_link() {
    let lab = lab!();
    let real = lab.new_folder("real");
    let link = lab.folder().join("link");
    std::os::unix::fs::symlink(&real, &link).expect("a link can be made");
    check_unhindered(&lab, &link);
    assert_eq!(fs::read_dir(&real).unwrap().count(), 0, "nothing was written through the link");
}

#[test]
fn in_a_folder_that_others_may_write_to() {
    let lab = lab!();
    let open = lab.new_folder("open");
    fs::set_permissions(&open, fs::Permissions::from_mode(0o777)).expect("it is ours to open");
    check_unhindered(&lab, &open);
    assert_eq!(fs::read_dir(&open).unwrap().count(), 0, "nothing was written there");
}

/// `perf-report run` of `workload` where everything temporary is a file system of a few pages, or
/// one that cannot be written to.
fn run_on(lab: &Lab, mount_options: &str) -> Option<Finished> {
    let place = lab.new_folder("small");
    let script = format!(
        "mount -t tmpfs -o {mount_options} tmpfs \"$0\" || exit 99; PERF_TRACK_DIR=\"$0\" exec \"$@\""
    );
    let mut command = Command::new("unshare");
    command.args(["--user", "--map-root-user", "--mount", "sh", "-c", &script]).arg(&place);
    let prepared = lab.report_command(["run", "--", "env"]);
    let mut setting = std::ffi::OsString::from("PERF_TRACK_DIR=");
    setting.push(&place);
    command.arg(prepared.get_program()).args(prepared.get_args()).arg(setting);
    command.arg(program!("workload")).args(["2", "10", "exit"]);
    command.env("PERF_TRACK_STORE", lab.store()).stdin(Stdio::null());
    let finished = Finished::from(command.output().ok()?);
    let not_possible = finished.code == Some(99) || finished.stderr.starts_with("unshare:");
    (!not_possible).then_some(finished)
}

#[test]
fn on_a_disk_that_is_full_or_read_only() {
    for options in ["size=4k,mode=700", "ro,mode=700"] {
        let lab = lab!();
        let Some(finished) = run_on(&lab, options) else {
            return skipped("no file system can be mounted here");
        };
        assert_eq!(finished.code, Some(7), "{options}: {}", finished.stderr);
        assert!(finished.stdout.starts_with("2 threads made 10 rounds each\n"), "{finished:?}");
        assert!(finished.stderr.contains("record"), "{options}: {}", finished.stderr);
    }
}
