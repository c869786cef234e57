//! The one comment on a pull request: when it is there, what it says, and whom it trusts.

use std::fs;
use std::process::Command;

use perf_tests::skipped;

use super::{Runner, assert_harmless, hostile};

/// The commit that was judged.
const HEAD: &str = "0123456789abcdef0123456789abcdef01234567";
/// The golden comparison, which has regressions.
const WORSE: &str = include_str!("../../../perf-report/tests/golden/comparison.v1.json");
const MARKER: &str = "<!-- perf-track:perf-track -->";

/// A runner of the workflow that comments; `None`, visibly, where its tools are not installed.
fn commenter() -> Option<Runner> {
    for tool in ["unzip", "python3"] {
        if Command::new(tool).arg("-h").output().is_err() {
            skipped(&format!("{tool} is not installed; `.ci/consumers` installs it"));
            return None;
        }
    }
    let mut runner = Runner::new()?;
    for (name, value) in [
        ("PERF_ARTIFACT", "perf-track"),
        ("PERF_REPORT", ""),
        ("PERF_WHEN", "regression"),
        ("PERF_RESOLVED", "collapse"),
        ("PERF_KEY", "perf-track"),
        ("PERF_AUTHOR", "github-actions[bot]"),
        ("PERF_RUN", "77"),
        ("PERF_HEAD", HEAD),
    ] {
        runner.set(name, value);
    }
    runner.write("gh/pull", format!("{HEAD}\topen\n"));
    runner.write("gh/comments", "1\tsomeone\tLooks good to me\n");
    artifact(&runner, WORSE, "12\n");
    Some(runner)
}

/// Makes the artifact of the run that was judged.
fn artifact(runner: &Runner, comparison: &str, number: &str) {
    runner.write("comparison.json", comparison);
    runner.write("pull-request", number);
    runner.sh("cd ../.. && rm -f gh/artifact.zip && python3 -m zipfile -c gh/artifact.zip comparison.json pull-request");
    let size = fs::metadata(runner.beside("gh/artifact.zip")).expect("it is there").len();
    runner.write("gh/artifacts", format!("5\tother\t1\tfalse\n6\tperf-track\t{size}\tfalse\n"));
}

/// A comparison in which nothing is worse.
fn fine() -> String {
    let mut document: serde_json::Value = serde_json::from_str(WORSE).expect("it is JSON");
    document["verdict"] = "stable".into();
    for list in ["functions", "budgets"] {
        for row in document[list].as_array_mut().expect("it is a list") {
            row["verdict"] = "stable".into();
        }
    }
    document.to_string()
}

/// Runs the script, which never fails, and returns what it said.
#[track_caller]
fn comment(runner: &Runner) -> String {
    for old in ["posted", "patched", "deleted", "log"] {
        let _ = fs::remove_file(runner.beside(&format!("gh/{old}")));
    }
    let (finished, _) = runner.step("comment/comment.sh");
    assert_eq!(finished.code, Some(0), "{}{}", finished.stdout, finished.stderr);
    finished.stdout + &finished.stderr
}

fn was(runner: &Runner, done: &str) -> bool {
    runner.beside(&format!("gh/{done}")).exists()
}

#[test]
fn a_regression_is_told_once_and_taken_back() {
    let Some(mut runner) = commenter() else { return };
    let said = comment(&runner);
    assert!(said.contains("a comment was written: worse"), "{said}");
    let body = runner.text("gh/posted");
    assert!(body.starts_with(&format!("{MARKER} <!-- worse -->\n### ❌ Regression: ")), "{body}");
    assert!(body.contains("https://github.com/someone/app/actions/runs/77"), "{body}");
    assert!(runner.text("gh/log").contains("--method POST repos/someone/app/issues/12/comments"));

    // Renewed while it holds, folded up once it does not, and left alone then.
    let mine = |state: &str| {
        format!("1\tsomeone\thi\n9\tgithub-actions[bot]\t{MARKER} <!-- {state} -->\n")
    };
    runner.write("gh/comments", mine("worse"));
    assert!(comment(&runner).contains("the comment was renewed: worse"));
    assert!(runner.text("gh/log").contains("--method PATCH repos/someone/app/issues/comments/9"));
    assert!(!was(&runner, "posted"));
    artifact(&runner, &fine(), "12\n");
    assert!(comment(&runner).contains("the comment was renewed: fine"));
    let body = runner.text("gh/patched");
    assert!(
        body.starts_with(&format!("{MARKER} <!-- fine -->\n✅ Nothing is slower any more")),
        "{body}"
    );
    assert_eq!(body.matches("<details>").count(), body.matches("</details>").count());
    runner.write("gh/comments", mine("fine"));
    assert!(comment(&runner).contains("says already"));
    assert!(!was(&runner, "patched") && !was(&runner, "posted"));
    runner.write("gh/comments", mine("worse"));
    runner.set("PERF_RESOLVED", "delete");
    assert!(comment(&runner).contains("the comment was deleted"));
    assert!(was(&runner, "deleted"));
}

#[test]
fn nothing_is_said_where_there_is_nothing_to_say() {
    let Some(mut runner) = commenter() else { return };
    artifact(&runner, &fine(), "12\n");
    assert!(comment(&runner).contains("there is nothing to say: fine"));
    let mut open: serde_json::Value = serde_json::from_str(&fine()).expect("it is JSON");
    open["verdict"] = "inconclusive".into();
    artifact(&runner, &open.to_string(), "12\n");
    assert!(comment(&runner).contains("there is nothing to say: open"));
    runner.set("PERF_WHEN", "not-fine");
    assert!(comment(&runner).contains("a comment was written: open"));
    runner.write("gh/artifacts", "5\tother\t1\tfalse\n");
    assert!(comment(&runner).contains("no artifact perf-track"));
    assert!(!was(&runner, "posted"));
}

#[test]
fn a_comment_of_somebody_else_is_never_touched() {
    let Some(runner) = commenter() else { return };
    runner.write(
        "gh/comments",
        format!("3\tmallory\t{MARKER} <!-- worse -->\n4\tgithub-actions[bot]\tsee {MARKER}\n"),
    );
    assert!(comment(&runner).contains("a comment was written"));
    assert!(!was(&runner, "patched"));
}

#[test]
fn a_hostile_artifact_is_text_or_nothing() {
    let Some(runner) = commenter() else { return };
    artifact(&runner, &hostile::document(), "12\n");
    let said = comment(&runner);
    let body = runner.text("gh/posted");
    let (first, rest) = body.split_once('\n').unwrap_or_else(|| panic!("{said}"));
    assert_eq!(first, format!("{MARKER} <!-- worse -->"));
    assert_harmless(rest);
    let huge = format!("{{\"a\":\"{}\"}}", "x".repeat(17 << 20));
    for (what, document, number) in [
        ("a run", r#"{"schema":"perf-track/run","version":1}"#, "12\n"),
        ("no JSON", "$(touch x)", "12\n"),
        ("nothing", "", "12\n"),
        ("deep", &"[".repeat(100_000), "12\n"),
        ("too large", &huge, "12\n"),
        ("no number", WORSE, "$(touch x)"),
        ("a path", WORSE, "../1"),
        ("two numbers", WORSE, "12 13"),
        ("a long number", WORSE, &"1".repeat(40)),
    ] {
        artifact(&runner, document, number);
        let said = comment(&runner);
        assert!(
            said.contains("::warning title=perf-track::no comment was written"),
            "{what}: {said}"
        );
        assert!(!was(&runner, "posted"), "{what}: {said}");
        assert!(!said.lines().any(|line| line.contains("::error::owned")), "{what}: {said}");
    }
    runner.write("gh/artifacts", "6\tperf-track\t99999999999\tfalse\n");
    assert!(comment(&runner).contains("more than are read"));
    assert!(!runner.text("gh/log").contains("/zip"), "it is not even fetched");
    assert!(!runner.dir.join("x").exists());
}

#[test]
fn only_the_pull_request_that_was_judged_is_told() {
    let Some(runner) = commenter() else { return };
    runner.write("gh/pull", "ffffffffffffffffffffffffffffffffffffffff\topen\n");
    assert!(comment(&runner).contains("at another commit"));
    runner.write("gh/pull", format!("{HEAD}\tclosed\n"));
    assert!(comment(&runner).contains("is closed"));
    assert!(!was(&runner, "posted"));
}

#[test]
fn who_may_not_write_has_found_nothing() {
    let Some(runner) = commenter() else { return };
    runner.write("gh/forbidden", "");
    let said = comment(&runner);
    assert!(
        said.contains("HTTP 403") && said.contains("::warning title=perf-track::no comment"),
        "{said}"
    );
    // And who cannot see what is there writes no second one.
    fs::remove_file(runner.beside("gh/forbidden")).expect("it is there");
    runner.write("gh/unreadable", "");
    assert!(comment(&runner).contains("no comment was written"));
    assert!(!was(&runner, "posted"));
}

#[test]
fn a_job_of_its_own_repository_needs_no_artifact() {
    let Some(mut runner) = commenter() else { return };
    runner
        .sh("mkdir -p ../../temp/out; mv ../../comparison.json ../../pull-request ../../temp/out");
    let out = runner.beside("temp/out").display().to_string();
    runner.set("PERF_REPORT", &out);
    assert!(comment(&runner).contains("a comment was written: worse"));
    assert!(!runner.text("gh/log").contains("artifacts"));
}
