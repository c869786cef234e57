//! `slower`: what became slower since some moment, and how the command ends for it.

use perf_report::model::RunDocument;

use crate::desk::{Desk, checked, timed};

const SCHEMA: &str = include_str!("../../schemas/slower.v1.schema.json");

/// A run of this day in November, whose function takes so many per cent of five microseconds a call.
fn run(id: &str, day: u32, part: u64) -> RunDocument {
    let mut run = timed(id, part);
    run.run.time = format!("2026-11-{day:02}T08:00:00.000Z");
    run
}

#[test]
fn it_shows_what_is_worse_and_fails_only_when_asked() {
    let desk = Desk::new();
    let slower = ["slower", "--since", "2026-11-20"];
    desk.report(&slower).said(4, "no run is stored yet");
    let before = (10..16).map(|day| run(&format!("d{day}"), day, 99 + u64::from(day) % 3));
    desk.store_all(&before.collect::<Vec<_>>());
    let nothing = desk.report(&slower);
    nothing.said(0, "");
    assert_eq!(nothing.stdout, "No run was made since 2026-11-20T00:00:00.000Z.\n");
    desk.report(&[&slower[..], &["--fail"]].concat()).said(4, "");
    desk.store_all(&[run("same", 21, 100)]);
    desk.report(&[&slower[..], &["--fail"]].concat()).said(0, "");
    desk.store_all(&[run("worse", 22, 180)]);
    let found = desk.report(&slower);
    found.said(0, "");
    assert!(found.stdout.contains("1 of 1 commands that were judged became slower"), "{found:?}");
    assert!(found.stdout.contains("demo::f") && found.stdout.contains("regression"), "{found:?}");
    desk.report(&[&slower[..], &["--fail"]].concat()).said(3, "");
    let json = desk.report(&[&slower[..], &["--format", "json"]].concat()).stdout;
    let json = checked(&json, SCHEMA);
    assert_eq!(json["series"][0]["run"], "worse");
    let branch = ["slower", "--since", "2026-11-20", "--branch", "other", "--fail"];
    let other = desk.report(&branch);
    other.said(4, "");
    assert!(other.stdout.contains("on branch other"), "{other:?}");
    let file = ["slower", "--since", "2026-11-20", "--format", "markdown", "--output", "s.md"];
    desk.report(&file).said(0, "");
    let text = std::fs::read_to_string(desk.path("s.md")).unwrap();
    assert!(text.contains("| `demo::f` | regression | "), "{text}");
}

#[test]
fn pages_of_the_manual_need_no_settings() {
    let desk = Desk::new();
    std::fs::write(desk.path("perf.toml"), "[store\n").unwrap();
    desk.report(&["completions", "bash"]).said(0, "");
    desk.report(&["man"]).said(0, "");
    desk.report(&["list"]).said(2, "perf.toml");
}
