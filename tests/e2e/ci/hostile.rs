//! Names that somebody else chose: of branches, files, functions, and in a document that somebody wrote by hand.

use std::fs;

use serde_json::Value;

use super::{HOSTILE, Runner, assert_harmless, commands, outputs};

/// Puts a text wherever a document has one of somebody else's.
fn saying(value: &mut Value, text: &str) {
    const SPOKEN: [&str; 13] = [
        "name", "reason", "baseline", "current", "id", "time", "commit", "branch", "file", "notes",
        "missing", "command", "note",
    ];
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                match value {
                    Value::String(it) if SPOKEN.contains(&key.as_str()) => text.clone_into(it),
                    Value::Array(list) if SPOKEN.contains(&key.as_str()) => {
                        for it in list.iter_mut() {
                            *it = text.into();
                        }
                        list.push(text.into());
                    }
                    value => saying(value, text),
                }
            }
        }
        Value::Array(list) => list.iter_mut().for_each(|value| saying(value, text)),
        _ => {}
    }
}

/// A comparison, as somebody wrote it who wants more than to be read.
pub(super) fn document() -> String {
    let golden = include_str!("../../../perf-report/tests/golden/comparison.v1.json");
    let mut document: Value = serde_json::from_str(golden).expect("it is JSON");
    saying(&mut document, HOSTILE);
    let place = serde_json::json!({ "name": HOSTILE, "file": HOSTILE, "line": 1 });
    document["places"] = vec![place].into();
    document.to_string()
}

#[test]
fn a_document_of_somebody_else_is_shown_as_text() {
    let Some(mut runner) = Runner::new() else { return };
    runner.inputs("ab", "true");
    fs::create_dir(runner.beside("temp/out")).expect("it is new");
    runner.write("temp/out/comparison.json", document());
    let out = runner.beside("temp/out").display().to_string();
    runner.set("PERF_OUT", &out);
    runner.set("PERF_CODE", "3");
    runner.set("PERF_ARTIFACT_URL", "https://evil.example/) ::error::owned");
    let (report, outputs) = runner.step(".github/action/report.sh");
    assert_eq!(report.code, Some(0), "{}", report.stderr);
    for command in commands(&report.stdout) {
        let name = command.split([' ', ':']).nth(2);
        assert!(["error", "warning", "notice"].contains(&name.unwrap_or_default()), "{command:?}");
        assert!(command.contains("title=perf-track%3A "), "{command:?}");
        assert!(!command.contains("file="), "a file of that name is outside: {command:?}");
    }
    assert!(!report.stdout.contains("##["), "{}", report.stdout);
    assert!(!report.stdout.contains(['\u{1b}', '\u{202e}', '\r']), "{}", report.stdout);
    assert_harmless(&runner.text("summary"));
    assert!(!runner.text("summary").contains("evil.example"));
    let names: Vec<_> = outputs.keys().map(String::as_str).collect();
    assert_eq!(names, ["judged", "regressions", "report", "verdict"]);
    assert_eq!(
        (outputs["verdict"].as_str(), outputs["report"].as_str()),
        ("regression", out.as_str())
    );
    assert!(!runner.dir.join("x").exists());
}

#[test]
fn names_of_branches_and_files_are_no_commands() {
    let Some(mut runner) = Runner::new() else { return };
    runner.sh("printf '/.perf/perf.sqlite*\\n' > .gitignore; echo 7 > rounds; git add .; git commit -qm one");
    runner.inputs("cache", r#"exec "$WORKLOAD" 2 "$(cat rounds)" return"#);
    runner.pushes();
    assert_eq!(runner.job().0, 0);
    // What git takes as the name of a branch is less than what a variable may hold.
    runner.sh("git checkout -q -b '$(touch${IFS}x)`id`;owned@everyone|<script>#1'");
    runner.sh("echo 14 > rounds; git commit -qam '$(touch x) ::error::owned'");
    runner.pulls(1);
    for (name, value) in
        [("GITHUB_HEAD_REF", HOSTILE), ("GITHUB_REF_NAME", HOSTILE), ("PERF_RESTORED", "a")]
    {
        runner.set(name, value);
    }
    let (code, log, outputs) = runner.job();
    assert_eq!((code, outputs["verdict"].as_str()), (3, "regression"), "{log}");
    assert!(commands(&log).iter().all(|line| line.contains("title=perf-track%3A ")), "{log}");
    assert_harmless(&runner.text("summary"));
    assert!(!runner.dir.join("x").exists(), "{log}");
}

#[test]
fn no_value_ends_its_output() {
    let Some(mut runner) = Runner::new() else { return };
    runner.write("output", "");
    let common = super::root().join(".github/action/common.sh");
    runner.set("VALUE", HOSTILE);
    runner.set("COMMON", &common.display().to_string());
    let run = |script: &str| {
        let output =
            runner.command("bash").args(["-euc", script]).output().expect("bash can be run");
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    run(r#"source "$COMMON"; output first "$VALUE"; output second "$VALUE""#);
    let found = outputs(&runner.text("output"));
    assert_eq!(found.keys().collect::<Vec<_>>(), ["first", "second"]);
    // The runner reads lines, so that it takes a carriage return before a line break for part of that.
    assert_eq!(found["first"].replace('\r', ""), HOSTILE.replace('\r', ""));
    let said = run(r#"source "$COMMON"; annotate error "$VALUE""#);
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(said.contains("%0A::error::owned%0D%0A") && said.contains("%250A::error"), "{said}");
}
