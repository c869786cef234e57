//! `run` without recordings: what passes through, what is stored, what is said.

use std::fs;
use std::io::Write as _;
use std::process::Stdio;

use crate::desk::Desk;

#[test]
fn output_and_exit_code_of_the_command_pass_through() {
    let desk = Desk::new();
    let finished = desk.run("echo out; echo err >&2; exit 7");
    assert_eq!((finished.code, finished.stdout.as_str()), (Some(7), "out\n"));
    assert!(finished.stderr.starts_with("err\n"), "{finished:?}");
    let runs = desk.stored();
    assert_eq!(runs[0].run.exit_code, Some(7));
    assert_eq!(runs[0].run.command, ["sh", "-c", "echo out; echo err >&2; exit 7"]);
}

#[test]
fn input_passes_through() {
    let desk = Desk::new();
    let mut child = desk
        .report_command(&["run", "--quiet", "--", "tr", "a-z", "A-Z"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(b"quiet").unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.stdout, b"QUIET");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[test]
fn a_command_that_is_killed_is_stored_and_its_code_is_the_shells() {
    let desk = Desk::new();
    let finished = desk.run("kill -KILL $$");
    assert_eq!(finished.code, Some(137), "{finished:?}");
    let run = desk.stored().remove(0);
    assert_eq!((run.run.exit_code, run.run.signal, run.process.killed), (None, Some(9), 1));
}

#[test]
fn what_the_command_used_is_measured() {
    let desk = Desk::new();
    desk.run("i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done");
    let process = desk.stored().remove(0).process;
    assert!(process.wall_ns.unwrap() > 0);
    assert!(process.user_ns.unwrap() + process.system_ns.unwrap() > 0);
    assert!(process.peak_rss_bytes.unwrap() > 100_000, "{process:?}");
}

#[test]
fn the_label_and_the_commit_are_stored() {
    let desk = Desk::new();
    let git = "git init -q -b trunk . && git -c user.name=a -c user.email=a@b commit -q \
               --allow-empty -m one && git rev-parse HEAD";
    let commit = desk.shell(git).stdout;
    desk.report(&["run", "--label", "before", "--", "true"]).said(0, "stored as run");
    let run = desk.stored().remove(0).run;
    let git = run.git.unwrap();
    assert_eq!(run.label.as_deref(), Some("before"));
    assert_eq!((git.commit.as_str(), git.branch.as_deref()), (commit.trim(), Some("trunk")));
    assert!(!git.dirty);
}

#[test]
fn a_label_and_a_branch_can_be_seen() {
    let desk = Desk::new();
    for option in ["--label", "--branch"] {
        for nothing in ["", " ", "\n"] {
            desk.report(&["run", option, nothing, "--", "true"]).said(2, "it is empty");
            desk.report(&["collect", option, nothing]).said(2, "it is empty");
        }
    }
    desk.report(&["history", "--branch", ""]).said(2, "leave it out for the branch");
    assert!(!desk.store().exists());
}

#[test]
fn the_commit_is_that_of_the_beginning() {
    let desk = Desk::new();
    let commit = "git -c user.name=a -c user.email=a@b commit -q --allow-empty -m next";
    let first = desk.shell(&format!("git init -q . && {commit} && git rev-parse HEAD")).stdout;
    desk.run(commit);
    assert_eq!(desk.stored().remove(0).run.git.unwrap().commit, first.trim());
}

#[test]
fn every_process_is_told_where_to_record_and_nothing_is_left_there() {
    let desk = Desk::new();
    let finished = desk.run("stat -c '%a %F' \"$PERF_TRACK_DIR\"; echo \"$PERF_TRACK_DIR\"");
    let (kind, folder) = finished.stdout.trim().split_once('\n').unwrap();
    assert_eq!(kind, "700 directory");
    assert!(folder.starts_with(desk.path("segments/session-").to_str().unwrap()), "{folder}");
    assert!(desk.list("segments").is_empty());
}

#[test]
fn a_command_that_records_nothing_is_told_why() {
    let desk = Desk::new();
    desk.run("true").said(0, "nothing was recorded: no tracked function was called");
    assert_eq!(desk.stored()[0].recording.mode, "none");

    desk.run("touch \"$PERF_TRACK_DIR/5000077-a.unrecorded-28\"")
        .said(0, "process 5000077 was not recorded: its segment could not be made: No space left");
    assert!(desk.list("segments").is_empty());

    let mut command = desk.report_command(&["run", "--", "true"]);
    let finished: crate::desk::Finished = command.env("PERF_TRACK", "off").output().unwrap().into();
    finished.said(0, "nothing was recorded: PERF_TRACK=off is set");

    desk.run("rm -r \"$PERF_TRACK_DIR\"").said(0, "cannot be read any more");
}

#[test]
fn a_damaged_segment_is_named_and_kept_and_costs_nothing_else() {
    let desk = Desk::new();
    let finished = desk.run("echo garbage > \"$PERF_TRACK_DIR/5000077-a.ptseg\"");
    finished.said(0, "5000077-a.ptseg");
    finished.said(0, "no segment could be read");
    assert_eq!(desk.stored()[0].process.damaged, 1);
    let session = desk.list("segments").remove(0);
    assert_eq!(desk.list(&format!("segments/{session}")), ["5000077-a.ptseg.damaged"]);
}

#[test]
fn a_command_that_does_not_exist_is_a_mistake_and_leaves_nothing() {
    let desk = Desk::new();
    desk.report(&["run", "--", "no-such-command"])
        .said(2, "the command `no-such-command` cannot be started");
    assert!(!desk.store().exists());
    assert!(desk.list("segments").is_empty());

    fs::write(desk.path("text"), "").unwrap();
    desk.report(&["run", "--", "./text"]).said(2, "check that it is a program");
}

#[test]
fn where_nothing_can_be_recorded_the_command_runs_all_the_same() {
    let desk = Desk::new();
    fs::write(desk.path("file"), "").unwrap();
    let args = ["run", "--dir", "file/below", "--", "sh", "-c", "echo $PERF_TRACK; exit 3"];
    let finished = desk.report(&args);
    finished.said(3, "the command runs unrecorded: folder");
    assert_eq!(finished.stdout, "off\n");
}

#[test]
fn a_run_that_cannot_be_stored_is_kept_and_can_be_stored_later() {
    let desk = Desk::new();
    fs::write(desk.path("file"), "").unwrap();
    let run = |script: &str| {
        desk.report(&["run", "-l", "late", "--store", "file/store", "--", "sh", "-c", script])
    };
    let finished = run("touch \"$PERF_TRACK_DIR/5000077-a.unrecorded-28\"");
    finished.said(1, "the run was not stored");
    run("exit 9").said(9, "the run was not stored");

    let later = finished.stderr.split("perf-report ").last().unwrap().trim();
    let args: Vec<&str> = later.split(' ').collect();
    desk.report(&args).said(0, "stored as run");
    let run = desk.stored().remove(0).run;
    assert_eq!((run.label.as_deref(), run.exit_code), (Some("late"), Some(0)));
    assert_eq!(run.command[0], "sh");
    assert!(!desk.path("segments").join(args[2]).exists());
}

#[test]
fn runs_below_a_run_are_runs_of_their_own() {
    let desk = Desk::new();
    let finished = desk.shell("$REPORT run -q -- $REPORT run -q -- sh -c 'echo $PERF_TRACK_DIR'");
    assert_eq!(finished.stdout.matches("session-").count(), 2, "{finished:?}");
    assert_eq!(desk.stored().len(), 2);
}

#[test]
fn a_detached_checkout_is_of_the_branch_that_ci_or_the_user_names() {
    let desk = Desk::new();
    let commit = "git -c user.name=a -c user.email=a@b commit -q --allow-empty -m one";
    desk.shell(&format!("git init -q -b main . && {commit} && git checkout -q --detach"))
        .said(0, "");
    let branch = |before: &str, options: &str| {
        desk.shell(&format!("{before} $REPORT run -q {options} -- true")).said(0, "");
        let shown = desk.shell("$REPORT show --format json");
        let shown: serde_json::Value = serde_json::from_str(&shown.stdout).unwrap();
        let git = &shown["run"]["git"];
        [git["branch"].clone(), git["branch_from"].clone()]
    };
    let none = "env -u GITHUB_HEAD_REF -u GITHUB_REF_NAME -u CI_COMMIT_REF_NAME -u BUILDKITE_BRANCH \
                -u BRANCH_NAME -u PERF_TRACK_BRANCH";
    let unknown = [serde_json::Value::Null, serde_json::Value::Null];
    assert_eq!(branch(none, ""), unknown);
    let by_ci = branch(&format!("{none} GITHUB_HEAD_REF=faster GITHUB_REF_NAME=12/merge"), "");
    assert_eq!(by_ci, ["faster", "GITHUB_HEAD_REF"]);
    assert_eq!(branch(none, "--branch mine"), ["mine", "--branch"]);
    // What a hook of another repository leaves in the environment is not about this one.
    let in_hook =
        branch(&format!("{none} GIT_DIR=/nowhere GIT_INDEX_FILE=/nowhere"), "--branch mine");
    assert_eq!(in_hook, ["mine", "--branch"]);
}

#[test]
fn runs_of_a_series_are_compared_although_their_commands_differ() {
    let desk = Desk::new();
    for seed in ["1", "2"] {
        let args = ["run", "--series", "nightly", "--no-probe", "--", "echo", seed];
        desk.report(&args).said(0, "");
    }
    let stored = desk.stored();
    for (run, seed) in stored.iter().zip(["1", "2"]) {
        assert_eq!(
            (&run.run.command[..], &run.run.ran[..]),
            (&["nightly".into()][..], &["echo".into(), seed.into()][..])
        );
    }
    let shown = desk.report(&["show"]);
    assert!(shown.stdout.starts_with("nightly: echo 2\n"), "{shown:?}");
    let compared = desk.report(&["compare", "latest~1", "latest"]);
    assert!(!compared.stdout.contains("different commands"), "{compared:?}");
    desk.report(&["run", "--no-probe", "--", "echo", "3"]).said(0, "");
    let compared = desk.report(&["compare", "latest~1", "latest"]);
    assert!(compared.stdout.contains("different commands"), "{compared:?}");
    desk.report(&["run", "--series", " ", "--", "echo"]).said(2, "it is empty");
}
