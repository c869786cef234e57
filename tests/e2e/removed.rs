//! Somebody takes the segment away while a program records: it notices, says so, and records anew where it can.

use std::fs;
use std::path::{Path, PathBuf};

use perf_tests::{Finished, Lab, lab, program};

/// What `removed` printed: what it was told, and how often it called `after`.
fn told(finished: &Finished) -> (&str, u64) {
    let (told, calls) = finished.stdout.trim_end().split_once('\n').expect("it prints two lines");
    let calls = calls.rsplit(' ').next().and_then(|calls| calls.parse().ok());
    (told, calls.expect("the last is a number"))
}

/// Runs it with a folder of its own, two levels below that of the lab.
fn record(lab: &Lab, how: &str, end: &str) -> (PathBuf, Finished) {
    let above = lab.new_folder(&format!("above-{how}-{end}"));
    let folder = above.join("segments");
    let finished = lab.record(&folder, program!("removed"), [how, end]);
    match end {
        "kill" => assert_eq!(finished.signal, Some(9), "{finished:?}"),
        _ => assert_eq!(finished.code, Some(7), "{how}: {finished:?}"),
    }
    assert_eq!(finished.stderr, "", "the recorder says nothing in a program that is not its own");
    (folder, finished)
}

fn collect(lab: &Lab, folder: &Path) -> Finished {
    lab.report([Path::new("collect"), Path::new("--dir"), folder])
}

/// What it records is whole although its segment was taken away so, and that is told.
#[track_caller]
fn recorded_anew(how: &str) {
    let lab = lab!();
    let (folder, finished) = record(&lab, how, "return");
    let (told, calls) = told(&finished);
    assert!(told.starts_with("Recording 80 [\"the segment was removed"), "{how}: {told}");
    let collected = collect(&lab, &folder);
    assert_eq!(collected.code, Some(0), "{how}: {}", collected.stderr);
    let run = lab.latest();
    assert_eq!((run.calls("before"), run.calls("after")), (1000, calls), "{how}");
    assert_eq!(run.at("/process/count"), 1);
    let left: Vec<_> = fs::read_dir(&folder).expect("it was made anew").collect();
    // What another program put there is none of ours.
    assert_eq!(left.len(), usize::from(how == "swap"), "{how}: {left:?}");
}

#[test]
fn what_was_removed_is_recorded_anew() {
    for how in ["unlink", "folder", "close"] {
        recorded_anew(how);
    }
}

#[test]
fn what_was_replaced_is_recorded_anew_and_the_other_file_is_left_alone() {
    recorded_anew("swap");
}

#[test]
fn a_killed_process_leaves_its_last_copy_and_that_is_said() {
    let lab = lab!();
    let (folder, finished) = record(&lab, "unlink", "kill");
    assert!(finished.stdout.contains("\ntrue "), "it can look at itself: {}", finished.stdout);
    let collected = collect(&lab, &folder);
    assert_eq!(collected.code, Some(0), "{}", collected.stderr);
    let run = lab.latest();
    assert_eq!((run.calls("before"), run.calls("after")), (1000, told(&finished).1));
    assert!(run.at("/recording/problems").to_string().contains("was removed while it ran"));
    assert!(collected.complaint().contains("was removed while it ran"), "{}", collected.stderr);
}

#[test]
fn a_program_that_asks_nothing_is_recorded_anew_while_it_calls() {
    let lab = lab!();
    let (folder, finished) = record(&lab, "quietly", "kill");
    let calls: u64 = finished.stdout.trim().parse().expect("it prints a number");
    assert_eq!(collect(&lab, &folder).code, Some(0));
    let run = lab.latest();
    let after = run.calls("after");
    assert!(run.calls("before") == 1000 && after > 0 && after <= calls, "{after} of {calls}");
}

#[test]
fn figures_begin_where_they_did_although_what_says_so_was_removed() {
    let lab = lab!();
    let (folder, finished) = record(&lab, "mark", "return");
    assert_eq!(collect(&lab, &folder).code, Some(0));
    let run = lab.latest();
    assert_eq!((run.calls("before"), run.calls("after")), (10, told(&finished).1));
    assert_eq!(fs::read_dir(&folder).expect("it is there").count(), 0, "all is cleared away");
}

#[test]
fn what_cannot_be_recorded_anew_is_lost_and_the_score_is_nothing() {
    let lab = lab!();
    let (_, finished) = record(&lab, "block", "return");
    let (told, _) = told(&finished);
    assert!(told.starts_with("Recording 0 [\"the segment was removed, and cannot"), "{told}");
}

#[test]
fn what_was_moved_is_whole_where_it_is_now() {
    let lab = lab!();
    let (folder, finished) = record(&lab, "move", "return");
    let (told, calls) = told(&finished);
    assert!(told.starts_with("Recording 70 [\"the segment was moved"), "{told}");
    assert_eq!(fs::read_dir(&folder).expect("it is there").count(), 0, "no copy is made");
    let elsewhere = lab.new_folder("elsewhere");
    let moved = elsewhere.join("1-1.ptseg");
    fs::rename(lab.folder().join("elsewhere.ptseg"), moved).expect("it is there");
    assert_eq!(collect(&lab, &elsewhere).code, Some(0));
    assert_eq!(lab.latest().calls("after"), calls);
}

#[test]
fn another_name_in_the_same_folder_is_no_matter() {
    let lab = lab!();
    let (folder, finished) = record(&lab, "rename", "return");
    assert_eq!(told(&finished), ("Recording 100 []", 2000));
    assert_eq!(collect(&lab, &folder).code, Some(0));
    assert_eq!(lab.latest().calls("after"), 2000);
}

#[test]
fn what_was_made_shorter_is_recorded_no_more_and_the_program_goes_on() {
    let lab = lab!();
    let (folder, finished) = record(&lab, "cut", "return");
    let (told, _) = told(&finished);
    let expected = "Failed { error: 5 } 0 [\"the segment was made shorter";
    assert!(told.starts_with(expected), "{told}");
    let collected = collect(&lab, &folder);
    assert_eq!(collected.code, Some(6), "{}", collected.stderr);
}

#[test]
fn what_is_left_alone_is_not_copied() {
    let lab = lab!();
    let (folder, finished) = record(&lab, "nothing", "return");
    assert_eq!(told(&finished), ("Recording 100 []", 2000));
    assert_eq!(fs::read_dir(&folder).expect("it is there").count(), 1);
}

#[test]
fn a_session_that_is_removed_under_a_running_command_is_stored_all_the_same() {
    let lab = lab!();
    let finished = lab.run(program!("removed"), ["folder", "return"]);
    assert_eq!(finished.code, Some(7), "{}", finished.stderr);
    assert_eq!(lab.latest().calls("before"), 1000);
}
