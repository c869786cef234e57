//! `ab` and `doctor --noise` without recordings: what they refuse, and what they say of commands that
//! fail and of commits that cannot be built.

use crate::desk::{Desk, Finished};

const COMMIT: &str = "git -c user.name=a -c user.email=a@b commit -q --allow-empty -m";

#[test]
fn two_commands_are_needed_and_not_the_same_by_mistake() {
    let desk = Desk::new();
    desk.report(&["ab"]).said(2, "there is nothing to run");
    desk.report(&["ab", "--a", "true"]).said(2, "B has no command");
    desk.report(&["ab", "--b", "true"]).said(2, "A has no command");
    desk.report(&["ab", "--", "true"]).said(2, "A and B would be the same");
    desk.report(&["ab", "--a", "true", "--b", "true", "--", "true"]).said(2, "goes with neither");
    desk.report(&["ab", "--rounds", "0", "--a", "true", "--b", "true"]).said(2, "0 is not in");
    let most = ["ab", "--rounds", "9", "--max-rounds", "3", "--a", "true", "--b", "true"];
    desk.report(&most).said(2, "--max-rounds 3 is less than the 9 of --rounds");
    desk.report(&["doctor", "--noise"]).said(2, "--noise needs a command to run");
    desk.report(&["doctor", "--", "true"]).said(2, "a command is run only with --noise");
}

#[test]
fn a_command_that_fails_is_shown_with_the_end_of_its_output() {
    let desk = Desk::new();
    let finished = desk.report(&["ab", "--a", "sh -c 'echo why >&2; exit 9'", "--b", "true"]);
    finished
        .said(2, "A failed in round 1 of warming up: it ended with exit code 9; it printed last");
    finished.said(2, "\n  why\n");
    assert_eq!(finished.stdout, "");
    let arguments =
        ["ab", "--warmup", "0", "--show-output", "--a", "echo seen; false", "--b", "false"];
    let shown = desk.report(&arguments);
    assert!(shown.stderr.contains("failed in round 1: it ended with exit code 1"), "{shown:?}");
    let is_first = shown.stderr.contains("A failed");
    assert_eq!(shown.stderr.contains("seen\n"), is_first, "{shown:?}");
    assert!(desk.list("segments").is_empty());
}

#[test]
fn a_command_that_records_nothing_is_nothing_to_judge() {
    let desk = Desk::new();
    let arguments = ["ab", "--allow-failure", "--a", "false", "--b", "true"];
    desk.report(&arguments).said(4, "A recorded nothing: no tracked function was called");
    desk.report(&["doctor", "--noise", "--", "true"]).said(4, "A recorded nothing");
    assert!(!desk.store().exists() && desk.list("segments").is_empty());
}

#[test]
fn a_commit_is_needed_that_exists_and_can_be_built() {
    let desk = Desk::new();
    let arguments = |revision, build| {
        ["ab", "--a-commit", revision, "--build", build, "--", "sh", "-c", "exit 5"]
    };
    desk.report(&arguments("main", "true")).said(2, "is in no git repository");
    desk.shell(&format!("git init -q -b main . && {COMMIT} one"));
    desk.report(&arguments("mian", "true")).said(2, "there is no commit \"mian\"");
    let failed = desk.report(&arguments("main", "echo no such crate; exit 101"));
    failed.said(2, "the build of commit ");
    failed.said(2, "`echo no such crate; exit 101`, ended with exit code 101; it printed last:");
    failed.said(2, "\n  no such crate\n");
    assert_eq!(desk.shell("git worktree list | wc -l").stdout.trim(), "1");
}

#[test]
fn both_sides_are_built_each_where_it_runs() {
    let desk = Desk::new();
    desk.shell(&format!(
        "git init -q -b main . && echo old > text && git add text && {COMMIT} one && \
         echo new > text"
    ));
    let build = "cp text built; echo \"$CARGO_TARGET_DIR\" >> built";
    let script = "cat built >> \"$OUT\"; pwd >> \"$OUT\"; exit 3";
    let mut command = desk.report_command(&["ab", "--a-commit", "main", "--build", build]);
    command.args(["--warmup", "1", "--allow-failure", "--", "sh", "-c", script]);
    let finished: Finished = command.env("OUT", desk.path("out")).output().unwrap().into();
    finished.said(4, "A recorded nothing");
    let out = std::fs::read_to_string(desk.path("out")).unwrap();
    let [text, target, dir] = out.lines().collect::<Vec<_>>()[..] else { panic!("{out}") };
    assert_eq!((text, target), ("old", format!("{dir}/target").as_str()));
    assert!(!std::path::Path::new(dir).exists());
    assert_eq!(std::fs::read_to_string(desk.path("built")).unwrap(), "new\n\n");
    assert_eq!(desk.shell("git worktree list | wc -l").stdout.trim(), "1");
}
