//! The order of runs: that of the times at which they were made, whenever they were stored.

use std::fs;

use perf_report::Project;
use perf_report::model::{Git, Metric, RunDocument};

use crate::desk::{Desk, Finished, document};

/// Twelve runs of a month, of which those from the eighth on are slower in one function.
fn month() -> Vec<RunDocument> {
    let one = |day: u64| {
        let mut run = document(&format!("d{day:02}"));
        run.run.time = format!("2020-03-{day:02}T10:00:00.000Z");
        run.run.exit_code = Some(0);
        let commit = format!("{day:02}{}", "a".repeat(38));
        run.run.git = Some(Git { commit, branch: Some("main".to_owned()), ..Git::default() });
        run.process.wall_ns = Some(900_000_000 + day * 7 % 5 * 1_000_000);
        let mut function = run.functions.remove(0);
        for (name, ns) in [("demo::f", 1_000_000), ("demo::g", 2_000_000)] {
            let is_slow = name == "demo::g" && day >= 8;
            let ns = (ns + day * 7 % 5 * 2_000) * if is_slow { 2 } else { 1 };
            name.clone_into(&mut function.name);
            function.calls = 100;
            (function.self_ns, function.total_ns) = (100 * ns, 100 * ns);
            function.mean_ns = Some(1_000.0 * f64::from(u32::try_from(ns / 1_000).unwrap()));
            run.functions.push(function.clone());
        }
        run
    };
    (1..=12).map(one).collect()
}

/// All that reads several runs, with what it says.
fn readers(desk: &Desk) -> Vec<(String, Finished)> {
    let commands = [
        "list --format csv",
        "show latest --format json",
        "show latest~3 --format json",
        "show branch:main~2 --format json",
        "history --format csv",
        "history --format json --last 5",
        "compare-last --format json",
        "compare-last 4 --branch main --format json",
        "report --format json",
        "html --output -",
        "html --output - --baseline main~5",
        "check --format json --baseline main~5",
        "check --format json --baseline main~5 --run d09",
        "compare latest~6 latest --format json",
        "baseline save last --runs 4 --force",
        "baseline show last --format json",
        "monitor --no-run --now 2020-03-13T00:00:00Z --format json --summary all.csv",
        "remove --keep 3 --dry-run",
    ];
    let says = |text: &str| {
        let words: Vec<&str> = text.split(' ').collect();
        (text.to_owned(), desk.report(&words))
    };
    let mut found: Vec<(String, Finished)> = commands.iter().map(|it| says(it)).collect();
    let csv = fs::read_to_string(desk.path("all.csv")).unwrap();
    found.push((
        "summary".to_owned(),
        Finished { code: Some(0), stdout: csv, stderr: String::new() },
    ));
    found
}

#[test]
fn no_reader_sees_in_which_order_runs_were_stored() {
    let (one, other) = (Desk::new(), Desk::new());
    let runs = month();
    one.store_all(&runs);
    other.store_all(&[5, 11, 0, 8, 3, 10, 1, 7, 2, 9, 6, 4].map(|at: usize| runs[at].clone()));
    for ((command, expected), (_, found)) in readers(&one).into_iter().zip(readers(&other)) {
        assert!(
            expected.code.is_some_and(|code| [0, 3].contains(&code)),
            "{command}: {expected:?}"
        );
        assert_eq!(found.stdout, expected.stdout, "{command}");
        assert_eq!((found.code, &found.stderr), (expected.code, &expected.stderr), "{command}");
    }
    let ids = |desk: &Desk| -> Vec<String> {
        let project = Project::open(desk.path("")).unwrap();
        let history = project.history(Metric::SelfNs, 50).unwrap();
        history.runs.into_iter().map(|run| run.id).collect()
    };
    assert_eq!(ids(&other), ids(&one));
    assert_eq!(ids(&other).last().unwrap(), "d12");
}

#[test]
fn what_was_made_later_changes_no_verdict_and_what_was_made_before_does() {
    let desk = Desk::new();
    let runs = month();
    desk.store_all(&runs[..2]);
    desk.report(&["baseline", "save", "main", "d01"]).said(0, "");
    desk.store_all(&runs[10..11]);
    let verdict = || desk.report(&["check", "--run", "d11", "--format", "json"]).stdout;
    let report = || desk.report(&["report", "d11", "--format", "json"]).stdout;
    let before = verdict();
    desk.store_all(&runs[11..]);
    assert_eq!(verdict(), before, "runs made later");
    let known = report();
    desk.store_all(&runs[2..10]);
    assert_ne!(verdict(), before, "runs made before show what is noise, though stored later");
    assert_ne!(report(), known);
}

#[test]
fn run_and_check_judge_the_run_just_stored_though_another_one_is_of_the_future() {
    let desk = Desk::new();
    desk.report(&["run", "-q", "--label", "first", "--", "true"]).said(0, "");
    let mut ahead = document("ahead");
    ahead.run.time = "2199-01-01T00:00:00.000Z".to_owned();
    desk.store_now(&ahead);
    let label = || desk.report(&["show", "--format", "json"]).stdout;
    assert!(label().contains("\"id\": \"ahead\""), "{}", label());
    for name in ["second", "third"] {
        desk.report(&["run", "-q", "--label", name, "--", "true"]).said(0, "");
        assert!(label().contains(&format!("\"label\": \"{name}\"")), "{}", label());
    }
    let list = desk.report(&["list", "--format", "json"]).stdout;
    let places = ["third", "second", "ahead", "first"].map(|name| list.find(name).unwrap());
    assert!(places.is_sorted(), "{list}");
}

/// A text of libtest with one benchmark.
fn bench(ns: u32) -> String {
    format!("test codec::decode ... bench: {ns} ns/iter (+/- 2)\n")
}

#[test]
fn an_old_import_says_how_it_is_judged_and_a_new_one_is_the_latest() {
    let desk = Desk::new();
    let import = |ns: u32, time: &str| {
        fs::write(desk.path("a.txt"), bench(ns)).unwrap();
        desk.report(&["import", "a.txt", "--time", time])
    };
    let id = |finished: &Finished| {
        let (_, rest) = finished.stdout.split_once("stored as run ").unwrap();
        rest.split_whitespace().next().unwrap().to_owned()
    };
    let first = import(100, "2020-03-05T00:00:00Z");
    assert_eq!((first.code, first.stderr.as_str()), (Some(0), ""), "{first:?}");
    desk.report(&["baseline", "save", "main"]).said(0, "");
    let old = import(300, "2020-03-01T00:00:00Z");
    old.said(0, &format!("help: `latest` is run {}", id(&first)));
    let (_, rest) = old.stderr.split_once("`perf-report ").unwrap();
    let (command, _) = rest.split_once('`').unwrap();
    let words: Vec<&str> = command.split(' ').collect();
    assert_eq!(words, ["check", "--run", &id(&old)]);
    let judged = desk.report(&words);
    assert!(judged.stdout.contains(&id(&old)), "{judged:?}");
    let newer = import(102, "2020-03-09T00:00:00Z");
    assert_eq!(newer.stderr, "");
    let judged = desk.report(&["check"]);
    assert!(judged.stdout.contains(&id(&newer)), "{judged:?}");
    let future = import(103, "2199-01-01T00:00:00Z");
    let said = future.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("counts as made when it is stored"), "{future:?}");
    assert_eq!(
        import(101, "2199-01-01T00:00:00Z").stderr,
        "",
        "the next one is the latest all the same"
    );
}

#[test]
fn a_history_that_is_imported_late_lies_before_what_is_there() {
    let desk = Desk::new();
    let entry = |day: u64, ns: u64| {
        let date = 1_583_020_800_000 + day * 86_400_000;
        format!(
            r#"{{"commit":{{"id":"{day:02}{}"}},"date":{date},"benches":[{{"name":"f","value":{ns},"unit":"ns/iter"}}]}}"#,
            "a".repeat(38)
        )
    };
    let write = |days: std::ops::Range<u64>| {
        let entries: Vec<String> = days.map(|day| entry(day, 1_000 + day)).collect();
        let entries = entries.join(",");
        let text =
            format!(r#"window.BENCHMARK_DATA = {{"lastUpdate":1,"entries":{{"S":[{entries}]}}}}"#);
        fs::write(desk.path("data.js"), text).unwrap();
        desk.report(&["import", "data.js"])
    };
    assert_eq!(write(20..26).stderr, "");
    let late = write(0..20);
    late.said(0, "`latest` is run 20200326T");
    let project = Project::open(desk.path("")).unwrap();
    let history = project.history(Metric::MeanNs, 50).unwrap();
    let days: Vec<&str> = history.runs.iter().map(|run| &run.time[..10]).collect();
    assert_eq!((days.len(), days.is_sorted()), (26, true), "{days:?}");
    let fifth = project.run("latest~5").unwrap();
    assert!(fifth.name.starts_with("20200321T"), "{}", fifth.name);
    fs::write(desk.path("old.txt"), bench(5)).unwrap();
    let old = project.import("old.txt").unwrap();
    assert_eq!(project.run("latest").unwrap().name, old.name, "a file of today is the newest");
    assert_eq!(project.newest_of(&fifth).unwrap().name[..9], *"20200326T");
}
