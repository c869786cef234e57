//! Documents that are written once more, in another format.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use perf_report::model::AnyDocument;
use perf_report::render::{Document as _, Medium, Screen};
use serde_json::Value;

use super::{COMPARISON_SCHEMA, GOLDEN_COMPARISON, Project, golden, obeys, slower};

/// The text of each golden file.
fn goldens() -> Vec<(String, String)> {
    // What is sent to other programs, or is a list of theirs, is not shown to people.
    const FOR_PROGRAMS: [&str; 4] = ["alert", "alerts", "health", "tracked"];
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let files: Vec<_> = entries
        .map(|path| (path.display().to_string(), fs::read_to_string(path).unwrap()))
        .collect();
    let is_shown = |path: &str| {
        let name = path.rsplit('/').next().and_then(|name| name.split('.').next());
        name.is_some_and(|name| !FOR_PROGRAMS.contains(&name))
    };
    let shown: Vec<_> = files.into_iter().filter(|(path, _)| is_shown(path)).collect();
    assert!(shown.len() >= 11);
    shown
}

#[test]
fn every_document_can_be_written_again_in_each_format_that_it_has() {
    let project = Project::with(&[]);
    for (path, text) in goldens() {
        let document = AnyDocument::from_json(&text).unwrap();
        let again = project.prints(&["render", &path, "--format", "json"], 0);
        assert_eq!(AnyDocument::from_json(&again).unwrap(), document, "{path}");
        for (word, medium) in
            [("human", Medium::Human), ("csv", Medium::Csv), ("markdown", Medium::Markdown)]
        {
            if document.text(medium, Screen::default()).is_some() {
                let text = project.prints(&["render", &path, "--format", word], 0);
                assert!(!text.trim().is_empty(), "{path} {word}");
            } else {
                let errors = project.says(&["render", &path, "--format", word], 2);
                assert!(errors.contains("help: it has human, json"), "{errors}");
            }
        }
        let is_comparison = matches!(document, AnyDocument::Comparison(_));
        for word in ["github", "env"] {
            project.says(&["render", &path, "--format", word], if is_comparison { 0 } else { 2 });
        }
    }
}

#[test]
fn a_comparison_is_written_again_as_it_was_written_first() {
    let project = Project::with(&[&golden(), &slower(4)]);
    project.prints(&["baseline", "save", "main", "latest~1"], 0);
    let json = project.prints(&["check", "--format", "json"], 3);
    let document = obeys(&json, COMPARISON_SCHEMA);
    let place = &document["places"][0];
    assert_eq!(place["name"], "code_stats::parse::tokenize");
    assert!(place["line"].as_u64().is_some_and(|line| line > 0), "{place}");
    project.write("check.json", &json);
    for format in ["human", "json", "csv", "markdown", "github", "env"] {
        let first = project.prints(&["check", "--format", format], 3);
        let again = project.prints(&["render", "check.json", "--format", format], 0);
        assert_eq!(first, again, "{format}");
    }
    let github = project.prints(&["check", "--format", "github"], 3);
    assert!(github.starts_with("::error file=src/parse.rs,line="), "{github}");
    let whole = project.prints(&["check", "--format", "markdown"], 3);
    let cut = project.prints(&["check", "--format", "markdown", "--max-size", "4KB"], 3);
    assert!(cut.len() <= 4_000 && cut.len() <= whole.len() && cut.starts_with("### "), "{cut}");
}

#[test]
fn what_is_no_document_is_unreadable() {
    let project = Project::with(&[]);
    let version_9 = GOLDEN_COMPARISON.replace("\"version\": 1", "\"version\": 9");
    let deep =
        r#"{"schema":"perf-track/comparison","version":1,"x":"#.to_owned() + &"[".repeat(100_000);
    for (text, why) in [
        ("", "it is empty"),
        ("{", "it is not a complete document"),
        (r#"{"schema":"perf-track/comparison","version":1}"#, "missing field"),
        (r#"{"schema":"a\u001b[31m","version":1}"#, r"no document has the schema"),
        (&version_9, "it has version 9 of perf-track/comparison, and this program reads 1"),
        (&deep, "it is not a complete document"),
    ] {
        project.write("a.json", text);
        let errors = project.says(&["render", "a.json"], 6);
        let flat = errors.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(flat.contains(why) && !errors.contains('\u{1b}'), "{errors}");
    }
    project.write("a.json", GOLDEN_COMPARISON);
    let errors = project.says(&["render", "a.json", "--max-input", "1KiB"], 6);
    assert!(errors.contains("it is larger than 1.00 KiB"), "{errors}");
    project.says(&["render", "gone.json"], 2);
    project.says(&["render", "/dev/zero"], 6);
    project.says(&["render", "a.json", "--max-size", "1KB"], 2);
}

#[test]
fn standard_input_holds_a_document_too() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_perf-report"));
    command.args(["render", "-", "--format", "json"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(GOLDEN_COMPARISON.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document["schema"], "perf-track/comparison");
}

/// Puts `text` in the place of every string but the names of schemas, one after the other.
fn with_each_string(value: &mut serde_json::Value, text: &str) {
    match value {
        serde_json::Value::String(it) => text.clone_into(it),
        serde_json::Value::Array(all) => all.iter_mut().for_each(|it| with_each_string(it, text)),
        serde_json::Value::Object(all) => {
            for (_, it) in all.iter_mut().filter(|(key, _)| *key != "schema") {
                with_each_string(it, text);
            }
        }
        _ => {}
    }
}

/// The fields of a document, each as a document in which only its strings are hostile.
fn hostile(text: &str) -> Vec<String> {
    let whole: serde_json::Value = serde_json::from_str(text).unwrap();
    let keys: Vec<_> = whole.as_object().unwrap().keys().cloned().collect();
    let one = |key: String| {
        let mut document = whole.clone();
        if key != "schema" {
            with_each_string(&mut document[&key], "H\u{1b}[35m");
        }
        document.to_string()
    };
    keys.into_iter().map(one).collect()
}

#[test]
fn no_escape_sequence_of_a_document_reaches_a_screen() {
    let mut tried = 0;
    let mut raw = Vec::new();
    for (path, text) in goldens() {
        for document in hostile(&text) {
            // Words of a list, such as verdicts, take no other text.
            let Ok(document) = AnyDocument::from_json(&document) else { continue };
            for medium in [Medium::Human, Medium::Markdown] {
                let text = document.text(medium, Screen::default()).unwrap_or_default();
                let lines = text.lines().filter(|line| line.contains('\u{1b}'));
                raw.extend(lines.map(|line| format!("{path}, {medium:?}: {line}")));
                tried += 1;
            }
        }
    }
    assert_eq!(raw, Vec::<String>::new());
    assert!(tried > 50, "{tried}");
}
