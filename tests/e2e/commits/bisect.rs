//! The commit that changed a metric is found, whatever stands in the way, and nothing is left behind.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use perf_tests::{Finished, program};
use serde_json::Value;

use super::{Project, finish, left, refused, succeeded};

/// Builds `built`, which runs what `text` says, unless there is a file `broken`.
const BUILD: &str = "test ! -e broken && cp text built && chmod +x built";

/// A project of nine commits, in which `text` makes one call more from the fifth on; the third cannot be
/// built, and the seventh changes a document only.
fn project() -> Option<Project> {
    let project = Project::new()?;
    project.write(".gitignore", "built\n");
    let records = program!("recursion");
    for number in 0..9 {
        let depth = if number < 5 { 5 } else { 6 };
        if number != 7 {
            let text = format!("#!/bin/sh\n# {number}\nexec {records} direct {depth}\n");
            project.write("text", &text);
        }
        project.write("docs/notes.md", &number.to_string());
        let broken = if number == 3 { "touch broken" } else { "rm -f broken" };
        project.sh(&format!("{broken}; git add -A .; git commit -qm 'number {number}'"));
    }
    Some(project)
}

/// `bisect` over all commits of a project, by the calls of a function.
fn bisect(project: &Project, arguments: &[&str]) -> Command {
    let mut command = project.command(program!("perf-report-under-test"));
    command.args(["bisect", "--good", "main~8", "--bad", "main", "--build", BUILD, "--yes"]);
    command.args(arguments);
    command
}

/// The arguments of a search by the calls of the function that recurses.
const CALLS: [&str; 4] = ["--metric", "calls", "--function", "fibonacci"];

#[track_caller]
fn document(finished: &Finished) -> Value {
    serde_json::from_str(&finished.stdout).expect("it is JSON")
}

/// The subjects of the commits that were found.
fn found(document: &Value) -> Vec<String> {
    let steps = document["steps"].as_array().into_iter().flatten();
    let places = steps.flat_map(|step| step["commits"].as_array().into_iter().flatten());
    let subject = |at: &Value| {
        let at = usize::try_from(at.as_u64().unwrap_or(u64::MAX)).unwrap_or(usize::MAX);
        document["commits"][at]["subject"].as_str().unwrap_or_default().to_owned()
    };
    places.map(subject).collect()
}

#[test]
fn a_count_is_found_by_one_run_a_commit_and_nothing_is_touched() {
    let Some(project) = project() else { return };
    project.sh("echo changed >> docs/notes.md; git checkout -q -b other");
    let before =
        project.sh("git rev-parse HEAD; git branch; git status --porcelain docs; git diff");
    let arguments = [&CALLS[..], &["--format", "json", "--", "./built"]].concat();
    let finished = succeeded(&mut bisect(&project, &arguments));
    let document = document(&finished);
    assert_eq!(found(&document), ["number 5"], "{}", finished.stderr);
    assert_eq!((&document["state"], &document["exact"]), (&"found".into(), &true.into()));
    assert!(document["cost"]["runs"].as_u64() <= Some(8), "{}", document["cost"]);
    assert_eq!(document["notes"][0], "what is not committed is in none of the commits");
    let after = project.sh("git rev-parse HEAD; git branch; git status --porcelain docs; git diff");
    assert_eq!(after, before);
    project.is_left_clean(project.parent());
    // The same question again has its answer.
    let again = succeeded(&mut bisect(&project, &arguments));
    assert!(again.complaint().contains("is at its end"), "{again:?}");
    assert_eq!(found(&self::document(&again)), ["number 5"]);
}

#[test]
fn a_time_is_found_and_what_cannot_be_built_leaves_a_range() {
    let Some(project) = Project::new() else { return };
    project.write(".gitignore", "built\n");
    for number in 0..9 {
        let loops = if number < 5 { 2_000 } else { 20_000 };
        let text =
            format!("#!/bin/sh\ni=0; while [ $i -lt {loops} ]; do i=$((i+1)); done # {number}\n");
        project.write("text", &text);
        let broken = if number == 4 { "touch broken" } else { "rm -f broken" };
        project.sh(&format!("{broken}; git add -A .; git commit -qm 'number {number}'"));
    }
    let mut command = bisect(&project, &["--metric", "cpu", "--format", "json", "--", "./built"]);
    let finished = finish(&mut command);
    assert_eq!(finished.code, Some(5), "{finished:?}");
    let range = document(&finished);
    assert_eq!(found(&range), ["number 4", "number 5"]);
    assert_eq!(range["commits"][4]["state"], "unbuildable");
    assert_eq!(range["state"], "range");
    project.is_left_clean(project.parent());
}

#[test]
fn a_search_that_was_killed_goes_on_and_leaves_nothing() {
    let Some(project) = project() else { return };
    let build = format!("test ! -e {} || sleep 30; {BUILD}", project.out().display());
    std::fs::write(project.out(), "").expect("a file can be written");
    let begin = || {
        let mut command = project.command(program!("perf-report-under-test"));
        command.args(["bisect", "--good", "main~8", "--bad", "main", "--build", &build]);
        command.args(CALLS).args(["--format", "json", "--", "./built"]);
        command
    };
    let mut child = begin().stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
    let since = Instant::now();
    while left(project.parent()).is_empty() && since.elapsed() < Duration::from_mins(1) {
        std::thread::sleep(Duration::from_millis(20));
    }
    child.kill().expect("it can be killed");
    child.wait().expect("it has ended");
    assert!(!left(project.parent()).is_empty(), "a kill leaves something for the next one");
    std::fs::remove_file(project.out()).expect("it is there");
    let finished = succeeded(&mut begin());
    assert_eq!(found(&document(&finished)), ["number 5"]);
    project.is_left_clean(project.parent());
    // Another question has to wait for nothing, since that one is at its end.
    succeeded(&mut bisect(&project, &["--dry-run", "--", "./built"]));
}

#[test]
fn git_bisect_run_is_told_of_each_commit() {
    let Some(project) = project() else { return };
    let calls = CALLS.join(" ");
    let judge = format!(
        "$REPORT bisect --exit-code -q --good main~8 --bad main --build '{BUILD}' {calls} -- ./built"
    );
    let told = |commit: &str| -> String {
        project.sh(&format!("git checkout -q {commit}; {judge} >&2 && echo 0 || echo $?"))
    };
    assert_eq!(["main~6", "main~2", "main~5"].map(told), ["0", "1", "125"]);
    project.sh("git checkout -q main; git commit -q --allow-empty -m beyond");
    let beyond = project.sh(&format!(
        "good=$(git rev-parse main~9); bad=$(git rev-parse main~1); set +e; $REPORT bisect --exit-code -q \
         --good $good --bad $bad --build '{BUILD}' {calls} -- ./built >&2; echo $?"
    ));
    assert_eq!(beyond, "128", "a commit that is not between the ends");
    project.is_left_clean(project.parent());
}

#[test]
fn what_cannot_be_searched_is_refused_with_the_way_out() {
    let Some(project) = project() else { return };
    let with = |ends: [&str; 2], more: &[&str]| {
        let mut command = project.command(program!("perf-report-under-test"));
        command.args(["bisect", "--good", ends[0], "--bad", ends[1]]).args(more);
        command
    };
    let run = ["--", "./built"];
    refused(&mut with(["main", "main"], &run), &["the same commit"]);
    refused(&mut with(["main", "main~3"], &run), &["main~3 comes before main"]);
    refused(&mut with(["gone", "main"], &run), &["there is no commit \"gone\""]);
    refused(&mut with(["main~3", "main"], &["--", "cargo", "run"]), &["name the program"]);
    refused(&mut with(["main~3", "main"], &["--metric", "self", "--", "./x"]), &["--function"]);
    refused(
        &mut with(["main~3", "main"], &["--build", "false", "--", "./x"]),
        &["cannot be built"],
    );
    project.sh(
        "git checkout -q -b side main~4; git commit -q --allow-empty -m side; git checkout -q main",
    );
    refused(&mut with(["side", "main"], &run), &["does not descend from side", "try --good"]);
    project.sh("git clone -q --depth 3 file://$PWD ../shallow");
    let mut command = with(["main~6", "main"], &run);
    let shallow = project.parent().join("shallow");
    refused(command.current_dir(&shallow), &["there is no commit", "--unshallow"]);
    let same = finish(&mut with(["main~2", "main~1"], &["--build", BUILD, "--", "./built"]));
    assert_eq!(same.code, Some(5), "only a document differs: {same:?}");
    assert!(same.stdout.contains("run the same bytes"), "{same:?}");
    assert_eq!(left(Path::new(&project.parent())), Vec::<String>::new());
}
