//! Recordings made without `perf-report run`: collected once, and never from under a process.

use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::thread::sleep;
use std::time::{Duration, Instant};

use perf_tests::{Finished, Lab, lab, program};

/// `fibonacci(10)` makes this many calls.
const CALLS: u64 = 2 * 89 - 1;

fn record(lab: &Lab, folder: &Path, processes: u64) {
    for _ in 0..processes {
        let finished = lab.record(folder, program!("recursion"), ["direct", "10"]);
        assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    }
}

fn collect(lab: &Lab, folder: &Path, options: &[&str]) -> Finished {
    let folder = folder.to_str().expect("a temporary folder has a name in UTF-8");
    lab.report([&["collect", "--dir", folder], options].concat())
}

fn segments(folder: &Path) -> usize {
    let entries = fs::read_dir(folder).expect("the folder can be listed");
    let is_segment = |name: &str| name.rsplit_once('.').is_some_and(|(_, end)| end == "ptseg");
    entries
        .filter(|entry| entry.as_ref().is_ok_and(|e| is_segment(&e.file_name().to_string_lossy())))
        .count()
}

#[test]
fn processes_become_one_run_and_are_collected_once() {
    let lab = lab!();
    let folder = lab.new_folder("segments");
    record(&lab, &folder, 3);
    let finished = collect(&lab, &folder, &["--label", "three"]);
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    let run = lab.latest();
    assert_eq!(run.calls("fibonacci"), 3 * CALLS);
    assert_eq!(run.at("/process/count"), 3);
    assert_eq!(run.at("/run/label"), "three");
    assert_eq!(run.at("/run/exit_code"), &serde_json::Value::Null);
    assert_eq!(segments(&folder), 0);
    assert_eq!(collect(&lab, &folder, &[]).code, Some(4));
}

#[test]
fn with_keep_they_can_be_collected_again() {
    let lab = lab!();
    let folder = lab.new_folder("segments");
    record(&lab, &folder, 2);
    for _ in 0..2 {
        assert_eq!(collect(&lab, &folder, &["--keep"]).code, Some(0));
        assert_eq!(lab.latest().calls("fibonacci"), 2 * CALLS);
    }
    assert_eq!(segments(&folder), 2);
}

#[test]
fn a_hundred_processes_are_merged_on_all_cores() {
    let lab = lab!();
    let folder = lab.new_folder("segments");
    record(&lab, &folder, 2);
    let one = fs::read_dir(&folder).expect("the folder can be listed").next();
    let one = one.expect("there is a segment").expect("it can be listed").path();
    for copy in 0..98 {
        let name = format!("4000000000-{copy}.ptseg");
        fs::copy(&one, folder.join(name)).expect("the segment can be copied");
    }
    assert_eq!(collect(&lab, &folder, &[]).code, Some(0));
    assert_eq!(lab.latest().calls("fibonacci"), 100 * CALLS);
}

#[test]
fn the_segment_of_a_running_process_is_read_and_stays() {
    let lab = lab!();
    let folder = lab.new_folder("segments");
    let acknowledged = lab.new_folder("acknowledged");
    let mut running = lab
        .command(program!("kill_me"))
        .env("PERF_TRACK_DIR", &folder)
        .arg("1")
        .arg(&acknowledged)
        .stdout(Stdio::null())
        .spawn()
        .expect("the program can be started");
    let deadline = Instant::now() + Duration::from_mins(1);
    while !acknowledged.join("0").exists() && Instant::now() < deadline {
        sleep(Duration::from_millis(1));
    }
    sleep(Duration::from_millis(20));
    let finished = collect(&lab, &folder, &[]);
    let first = (finished.code == Some(0)).then(|| lab.latest().calls("tick"));
    let left = segments(&folder);

    running.kill().expect("the program is still there");
    running.wait().expect("the program can be waited for");
    let first = first.unwrap_or_else(|| panic!("{}", finished.stderr));
    assert!(finished.stderr.contains("is still running"), "{}", finished.stderr);
    assert_eq!(left, 1);
    assert!(first > 0);

    assert_eq!(collect(&lab, &folder, &[]).code, Some(0));
    assert!(lab.latest().calls("tick") >= first);
    assert_eq!(segments(&folder), 0);
}

#[test]
fn a_run_that_could_not_be_stored_is_whole_when_it_is_collected_later() {
    let lab = lab!();
    let segments = lab.new_folder("segments");
    fs::write(lab.folder().join("file"), "").expect("a file can be written");
    let mut command = lab.report_command(["run", "--label", "late", "--dir"]);
    command.arg(&segments).args(["--store", "file/below", "--", program!("recursion")]);
    let failed =
        Finished::from(command.args(["direct", "10"]).output().expect("perf-report can be run"));
    assert_eq!(failed.code, Some(1), "{}", failed.stderr);
    let session = fs::read_dir(&segments).expect("it can be listed").next();
    let session = session.expect("the session is kept").expect("it can be listed").path();
    assert!(failed.stderr.contains(&session.display().to_string()), "{}", failed.stderr);

    assert_eq!(collect(&lab, &session, &[]).code, Some(0));
    let run = lab.latest();
    assert_eq!(run.calls("fibonacci"), CALLS);
    assert_eq!(run.at("/run/label"), "late");
    assert_eq!(run.at("/run/exit_code"), 0);
    assert!(run.at("/process/wall_ns").as_u64() > Some(0));
    assert!(!session.exists());
}
