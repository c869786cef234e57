//! A real program, recorded some times, as a report in every form.

use std::fs;
use std::process::Command;

use perf_tests::{Lab, lab, program};
use serde_json::Value;

/// Records the same program so often; its calls are known.
fn recorded(lab: &Lab, times: usize) {
    for _ in 0..times {
        let finished = lab.run(program!("sleeper"), ["twenty", "5"]);
        assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    }
}

fn report(lab: &Lab, arguments: &[&str], code: i32) -> String {
    let finished = lab.report([&["report"], arguments].concat());
    assert_eq!(finished.code, Some(code), "{arguments:?}: {}", finished.stderr);
    finished.stdout
}

fn json(lab: &Lab) -> Value {
    serde_json::from_str(&report(lab, &["--format", "json"], 0)).expect("JSON")
}

#[test]
fn a_program_that_waits_is_told_so_and_its_targets_are_judged() {
    let lab = lab!();
    recorded(&lab, 3);
    let document = json(&lab);
    assert_eq!(document["reliability"]["succeeded"], 3);
    assert_eq!(document["reliability"]["word"], "excellent");
    let parts = document["score"]["parts"].as_array().expect("parts");
    let weights: f64 = parts.iter().filter_map(|part| part["weight"].as_f64()).sum();
    assert!((weights - 1.0).abs() < 1e-9, "{document}");
    let time = parts.iter().find(|part| part["category"] == "time").expect("it is known");
    // Five calls of 20 ms: between the thresholds of 0.1 s and 2 s, on whatever machine.
    let points = time["value"].as_f64().expect("a number");
    assert!((40.0..=90.0).contains(&points), "{time}");

    let settings = "[budget.command]\nwall = \"1h\"\npeak-memory = \"1B\"\n";
    fs::write(lab.folder().join("perf.toml"), settings).expect("it can be written");
    let document = json(&lab);
    assert_eq!(
        (&document["grade"]["targets"], &document["grade"]["met"]),
        (&Value::from(2), &Value::from(1))
    );
    assert!(document["score"]["value"].as_f64().is_some_and(|it| it <= 59.0), "{document}");
    report(&lab, &["--min-score", "60"], 3);
    report(&lab, &["--min-score", "0"], 0);
}

#[test]
fn a_command_that_fails_has_a_report_of_its_failure() {
    let lab = lab!();
    recorded(&lab, 2);
    let script = format!("{} twenty 5; exit 7", program!("sleeper"));
    let finished = lab.run("sh", ["-c", &script]);
    assert_eq!(finished.code, Some(7), "{}", finished.stderr);
    let document = json(&lab);
    assert_eq!(document["grade"]["letter"], "F");
    assert_eq!(document["score"]["word"], "critical");
    assert_eq!(document["reliability"]["of"], 1, "it is another command");
    let text = report(&lab, &[], 0);
    assert!(text.contains("the command ended with exit code 7"), "{text}");
}

#[test]
fn git_reads_the_trailer() {
    let lab = lab!();
    recorded(&lab, 1);
    let trailer = report(&lab, &["--format", "trailer"], 0);
    let message = lab.folder().join("message");
    fs::write(&message, format!("Sleep less\n\nIt was too long.\n\n{trailer}"))
        .expect("it can be written");
    let output = Command::new("git").args(["interpret-trailers", "--parse"]).arg(&message).output();
    let Ok(output) = output else { return perf_tests::skipped("git is not there") };
    assert_eq!(String::from_utf8_lossy(&output.stdout), trailer);
}

#[test]
fn the_page_has_the_score_without_scripts() {
    let lab = lab!();
    recorded(&lab, 1);
    let finished = lab.report(["html"]);
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    let page = fs::read_to_string(lab.folder().join("perf-report.html")).expect("it was written");
    assert!(
        page.contains("<h3>Score</h3>") && page.contains("Parts of the score"),
        "it has a part"
    );
}
