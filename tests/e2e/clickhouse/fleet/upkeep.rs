//! Removing, coming back and summing up, where servers remember parts and clocks differ.

use std::time::{Duration, Instant};

use perf_tests::Finished;
use serde_json::Value;

use super::proxy::{Manner, Proxy};
use super::{Fleet, Size, server, spool, sql};

const PATIENCE: Duration = Duration::from_secs(40);

fn ask(fleet: &Fleet, url: &str, words: &[&str]) -> Finished {
    let mut command = fleet.lab.report_command(words);
    command.env("PERF_TRACK_STORE", url).current_dir(&fleet.machines[0]);
    super::super::finish(&mut command)
}

/// Pushes what waits, and puts the letters back.
#[track_caller]
fn push(fleet: &Fleet, url: &str) {
    let outbox = fleet.machines[0].join(".perf/outbox");
    let letters: Vec<_> = std::fs::read_dir(&outbox)
        .expect("there is an outbox")
        .flatten()
        .map(|entry| (entry.path(), std::fs::read(entry.path()).expect("it can be read")))
        .collect();
    let pushed = ask(fleet, url, &["push", "--to", url]);
    assert_eq!(pushed.code, Some(0), "{}", pushed.stderr);
    for (path, bytes) in letters {
        std::fs::write(path, bytes).expect("a letter is written");
    }
}

/// Removes all runs, and waits until nothing of them is left.
#[track_caller]
fn remove(fleet: &Fleet, url: &str) {
    let removed = ask(fleet, url, &["remove", "--keep", "0", "--yes"]);
    // The letters that wait go, too.
    assert_eq!(removed.code, Some(0), "{}", removed.stderr);
    let project = &fleet.projects[0].0;
    let begun = Instant::now();
    while project.sums().documents.len() + project.rest() > 0 {
        assert!(begun.elapsed() < PATIENCE, "the rest of removed runs stays");
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// The reason for which servers are told not to compare what comes with what came before.
#[test]
fn a_removed_run_comes_back_whole_though_the_server_remembers_it() {
    let Some(server) = server::new() else { return };
    let size = Size { machines: 1, runs: 3 };
    let fleet = Fleet::new(server, size, 5, Manner::Remembers);
    let (project, spooled) = &fleet.projects[0];
    let direct = project.url(server.port);
    for _ in 0..2 {
        push(&fleet, &direct);
        assert_eq!(super::ledger::faults(spooled, &project.sums()), Vec::<String>::new());
        remove(&fleet, &direct);
    }
    // As before, but for the setting.
    let proxy = Proxy::start(server.port, 5, Manner::Compares);
    push(&fleet, &project.url(proxy.port));
    remove(&fleet, &direct);
    push(&fleet, &project.url(proxy.port));
    assert!(!project.torn().is_empty(), "the setting is not needed");
}

#[test]
fn another_run_of_the_id_of_a_removed_one_is_not_mixed_with_it() {
    for server in server::all() {
        let fleet = Fleet::new(server, Size { machines: 1, runs: 1 }, 6, Manner::Passes);
        let (project, _) = &fleet.projects[0];
        let url = project.url(server.port);
        push(&fleet, &url);
        let removed = ask(&fleet, &url, &["remove", "--keep", "0", "--yes", "--store", &url]);
        assert_eq!(removed.code, Some(0), "{}", removed.stderr);
        let mut others = super::Sums::default();
        let template = spool::template(&fleet.lab);
        // Of the same id, and made of other calls.
        spool::put(&fleet.machines[0], (&template, &url), (60, 0, 0), &mut others);
        let begun = Instant::now();
        loop {
            let pushed = ask(&fleet, &url, &["push", "--format", "json"]);
            if pushed.code == Some(0) {
                break;
            }
            assert!(pushed.stdout.contains("is not deleted yet"), "{}", pushed.stdout);
            assert!(begun.elapsed() < PATIENCE, "{}", pushed.stdout);
        }
        assert_eq!(super::ledger::faults(&others, &project.sums()), Vec::<String>::new());
        let shown = ask(&fleet, &url, &["show", "--format", "json"]);
        let shown: Value = serde_json::from_str(&shown.stdout).expect("it is JSON");
        let calls = |run: &Value| -> u64 {
            let functions = run["functions"].as_array().into_iter().flatten();
            functions.filter_map(|function| function["calls"].as_u64()).sum()
        };
        assert_eq!(calls(&shown), others.calls, "{}", server.name);
    }
}

#[test]
fn sums_of_days_are_right_whatever_clocks_said_before() {
    for server in server::all() {
        let fleet = Fleet::new(server, Size { machines: 1, runs: 3 }, 8, Manner::Passes);
        let (project, spooled) = &fleet.projects[0];
        let url = project.url(server.port);
        push(&fleet, &url);
        let sum_up = || {
            let summed = ask(&fleet, &url, &["store", "roll-up", "--since", "300d"]);
            assert_eq!(summed.code, Some(0), "{}", summed.stderr);
        };
        sum_up();
        assert_eq!(project.rolled_up(), spooled.calls, "{}", server.name);
        // A machine whose clock was an hour ahead, before more runs came.
        let daily = format!("{}.daily", project.database);
        let columns = "project, series, function, day, runs, calls, self_per_call";
        sql::ask(
            server.port,
            &format!(
                "INSERT INTO {daily} ({columns}, computed) SELECT project, series, function, day, runs, \
                 toUInt64(7), self_per_call, computed + 3600000000 FROM {daily} FINAL"
            ),
        );
        assert_eq!(project.rolled_up(), 7 * spool::FUNCTIONS as u64, "{}", server.name);
        sum_up();
        assert_eq!(project.rolled_up(), spooled.calls, "{}", server.name);
        remove(&fleet, &url);
        sum_up();
        assert_eq!(project.rolled_up(), 0, "{}", server.name);
    }
}
