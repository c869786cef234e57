//! Runs on their way to another store, and a store that does not take them.

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::time::{Duration, Instant};

use perf_report::model::{Part, PushDocument, RunDocument};
use perf_report::project::store::{Filter, Query, Sqlite, Store as _};

use crate::desk::{Desk, checked, document};

const SCHEMA: &str = include_str!("../../schemas/push.v1.schema.json");

/// A server that is not there: the port is free, and nobody listens.
fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    format!("clickhouse://{}/perf", listener.local_addr().unwrap())
}

fn stored_in(path: &Path) -> Vec<RunDocument> {
    let store = Sqlite::open(path).unwrap();
    let entries = store.entries(&Query::oldest(Filter::default(), usize::MAX)).unwrap();
    entries.iter().map(|entry| store.load(&entry.id).unwrap()).collect()
}

#[test]
fn runs_are_copied_to_another_store_once_however_often_they_are_sent() {
    let desk = Desk::new();
    let mut runs: Vec<_> = ["a", "b", "c", "d"].map(document).into();
    for run in &mut runs[1..3] {
        run.run.group = Some("b".to_owned());
    }
    desk.store_all(&runs);
    desk.report(&["push", "--dry-run", "a", "--to", "team.sqlite"]).said(0, "");
    assert!(!desk.path("team.sqlite").exists(), "--dry-run makes nothing");
    let sent = desk.report(&["push", "c", "--to", "team.sqlite"]);
    assert_eq!(sent.stdout, "sent 2 runs, b to c to team.sqlite\n", "a group goes whole");
    let all = ["push", "--all", "--to", "sqlite:team.sqlite", "--format", "json"];
    for outcomes in [["sent", "before", "before", "sent"], ["before"; 4]] {
        let sent = desk.report(&all);
        let json = checked(&sent.stdout, SCHEMA);
        let told: Vec<_> =
            json["runs"].as_array().unwrap().iter().map(|it| it["outcome"].clone()).collect();
        assert_eq!((sent.code, told), (Some(0), outcomes.map(Into::into).into()));
        assert_eq!(stored_in(&desk.path("team.sqlite")).len(), 4);
    }
    let mut copied = stored_in(&desk.path("team.sqlite"));
    copied.sort_by(|one, other| one.run.id.cmp(&other.run.id));
    assert_eq!(copied, runs);
    let markdown = desk.report(&["push", "--all", "--to", "team.sqlite", "--format", "markdown"]);
    assert_eq!(markdown.stdout, "- already stored in team.sqlite: 4 runs, a to d\n");
}

#[test]
fn a_distributed_run_goes_with_its_parts_and_no_other() {
    let desk = Desk::new();
    let parts = [("a", "a/2#1", 1), ("b", "a/2#2", 2), ("c", "a/b/2#1", 1), ("d", "a/b/2#2", 2)];
    let runs = parts.map(|(id, place, index)| {
        let mut run = document(id);
        run.run.group = Some(format!("parts:{place}"));
        let group = place.rsplit_once('/').unwrap().0.to_owned();
        run.run.part = Some(Box::new(Part { group, index, of: 2, ..Part::default() }));
        run
    });
    desk.store_all(&runs);
    desk.report(&["push", "a", "--to", "team.sqlite"]).said(0, "");
    assert_eq!(stored_in(&desk.path("team.sqlite")), runs[..2], "a name may have a slash");
}

#[test]
fn another_run_of_the_same_id_is_told_and_both_stay() {
    let desk = Desk::new();
    let (ours, mut theirs) = (document("same"), document("same"));
    theirs.functions[0].calls = 7;
    desk.store_all(&[ours.clone(), document("z")]);
    Sqlite::open_or_create(&desk.path("team.sqlite")).unwrap().save(&theirs).unwrap();
    let sent = desk.report(&["push", "--all", "--to", "team.sqlite"]);
    assert_eq!(sent.code, Some(6), "{sent:?}");
    assert!(
        sent.stdout.contains("run same is not sent: the store holds another run of this id"),
        "{sent:?}"
    );
    assert!(sent.stdout.contains("sent run z"), "{sent:?}");
    assert!(stored_in(&desk.path("team.sqlite")).contains(&theirs));
    assert!(desk.stored().contains(&ours));
}

#[test]
fn what_makes_no_sense_is_told_with_a_way_out() {
    let desk = Desk::new();
    desk.report(&["push"]).said(0, "");
    desk.store_run("a");
    desk.report(&["push", "--all"]).said(2, "name the store with --to");
    desk.report(&["push", "a", "--to", ".perf/perf.sqlite"]).said(2, "already");
    desk.report(&["push", "nobody", "--to", "team.sqlite"]).said(2, "no stored run is called");
    desk.report(&["push", "--all", "--to", "ftp://host/x"]).said(2, "knows no store of the scheme");
    fs::write(desk.path("text"), "no store at all, and long enough to be looked at").unwrap();
    desk.report(&["push", "--all", "--to", "text"]).said(6, "is not a store of perf-track");
}

#[test]
fn a_command_ends_as_it_would_when_the_store_is_not_there_and_push_sends_its_run() {
    let desk = Desk::new();
    let store = nobody();
    let own = |arguments: &[&str]| desk.report(&[arguments, &["--store", &store]].concat());
    for (script, code) in [("exit 0", 0), ("exit 3", 3)] {
        let began = Instant::now();
        let finished = desk.report(&["run", "--store", &store, "--", "sh", "-c", script]);
        finished.said(code, "`perf-report push` sends");
        assert!(
            finished.stderr.contains("stored as run")
                && finished.stderr.contains(" in .perf/outbox"),
            "{finished:?}"
        );
        assert!(began.elapsed() < Duration::from_secs(9), "{:?}", began.elapsed());
    }
    let told = |finished: &str| finished.matches("perf-report push").count();
    let third = desk.report(&["run", "--repeat", "3", "--store", &store, "--", "true"]);
    assert_eq!((third.code, told(&third.stderr)), (Some(0), 1), "{third:?}");
    assert_eq!(desk.list(".perf/outbox").len(), 5);
    assert!(!desk.store().exists());
    // What waits can be shown; all else needs the store.
    let shown = own(&["show", "--format", "json"]);
    assert_eq!(shown.code, Some(0), "{shown:?}");
    let newest = RunDocument::from_json(&shown.stdout).unwrap();
    assert_eq!((newest.run.round, newest.run.command), (Some(3), vec!["true".to_owned()]));
    assert_ne!(own(&["list"]).code, Some(0));
    assert_ne!(own(&["push"]).code, Some(0), "nothing is sent, which the code says");
    assert_eq!(desk.list(".perf/outbox").len(), 5);
    let doctor = own(&["doctor"]).stdout;
    assert!(doctor.contains("5 runs wait in .perf/outbox, for clickhouse://"), "{doctor}");
    // Those for another store stay, unless somebody names one.
    let other = desk.report(&["push"]);
    assert!(
        other.code == Some(0)
            && other.stdout.contains("5 runs are in the outbox for another store"),
        "{other:?}"
    );
    fs::write(desk.path(".perf/outbox/cut.json"), "{").unwrap();
    let sent = desk.report(&["push", "--to", "team.sqlite", "--format", "json"]);
    let report: PushDocument = serde_json::from_value(checked(&sent.stdout, SCHEMA)).unwrap();
    assert_eq!(
        (sent.code, report.runs.len(), report.runs[0].id.as_str()),
        (Some(6), 6, "cut.json")
    );
    assert_eq!(desk.list(".perf/outbox"), ["cut.json"]);
    assert_eq!(stored_in(&desk.path("team.sqlite")).len(), 5);
    let codes: Vec<_> =
        stored_in(&desk.path("team.sqlite")).iter().map(|run| run.run.exit_code).collect();
    assert_eq!(codes.iter().filter(|code| **code == Some(3)).count(), 1);
}

#[test]
fn a_store_that_accepts_and_never_answers_holds_up_no_command() {
    // Whoever connects waits in its backlog for ever.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let store = format!("clickhouse://{}/perf", silent.local_addr().unwrap());
    let desk = Desk::new();
    let began = Instant::now();
    let finished =
        desk.report(&["run", "--repeat", "2", "--store", &store, "--", "sh", "-c", "exit 7"]);
    finished.said(7, "`perf-report push` sends");
    assert!(
        began.elapsed() < Duration::from_secs(25),
        "10 s at most, and its own: {:?}",
        began.elapsed()
    );
    assert_eq!(desk.list(".perf/outbox").len(), 1, "it fails at the first round");
}

#[test]
fn imports_and_collected_runs_wait_in_the_outbox_too() {
    let desk = Desk::new();
    let store = nobody();
    let result = r#"{"results":[{"command":"sleep 1","mean":1.0,"times":[1.0,1.0]}]}"#;
    fs::write(desk.path("hyperfine.json"), result).unwrap();
    for words in ["\nstored as 2 runs", "\nalready stored as 2 runs"] {
        let finished = desk.report(&["import", "hyperfine.json", "--store", &store]);
        assert_eq!(finished.code, Some(0), "{finished:?}");
        assert!(finished.stdout.contains(words), "{finished:?}");
        assert_eq!(desk.list(".perf/outbox").len(), 2);
    }
}

#[test]
fn many_pushes_at_once_send_each_run_once() {
    let desk = Desk::new();
    let runs: Vec<_> = (0..30).map(|number| document(&format!("r{number:02}"))).collect();
    desk.store_all(&runs);
    let push = || desk.report_command(&["push", "--all", "--to", "team.sqlite"]).spawn().unwrap();
    for mut pushing in [push(), push(), push()] {
        assert!(pushing.wait().unwrap().success());
    }
    assert_eq!(stored_in(&desk.path("team.sqlite")).len(), 30);
}

#[test]
fn documents_of_version_1_stay_readable() {
    let golden = include_str!("../golden/push.v1.json");
    checked(golden, SCHEMA);
    let read: PushDocument = serde_json::from_str(golden).unwrap();
    let written = serde_json::to_string_pretty(&read).unwrap() + "\n";
    assert_eq!(written, golden);
}
