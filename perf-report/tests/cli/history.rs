//! `history` and `compare-last` as their users see them: which runs they take, what they say, and how
//! they end.

use perf_report::model::{Function, Git, RunDocument, TreeNode};
use perf_report::project::store::{Sqlite, Store as _};

use crate::desk::{Desk, checked, document};

const HISTORY_SCHEMA: &str = include_str!("../../schemas/history.v1.schema.json");
const DECLINE_SCHEMA: &str = include_str!("../../schemas/decline.v1.schema.json");

/// A little off, differently in each run.
fn off(at: usize) -> u64 {
    (at as u64 * 7_919 % 31) * 3_000
}

/// A run of two functions, of which one takes `ns` a call.
fn run(at: usize, ns: u64) -> RunDocument {
    let mut run = document(&format!("20261120T{at:06}-0001"));
    run.run.time = format!("2026-{:02}-{:02}T10:15:00.000Z", 10 + at / 28, at % 28 + 1);
    run.run.git = Some(Git {
        commit: format!("{:07x}aaaaaaaaa", 0x3f_a9c1 + at * 0x1_0101),
        branch: Some("main".to_owned()),
        branch_from: None,
        dirty: false,
    });
    run.process.wall_ns = Some(ns * 20);
    let mut steady = run.functions.remove(0);
    for (name, ns) in [("demo::parse", ns), ("demo::lex::tokens", 5_000_000 + off(at))] {
        name.clone_into(&mut steady.name);
        (steady.calls, steady.self_ns, steady.total_ns) = (10, 10 * ns, 10 * ns);
        run.functions.push(steady.clone());
    }
    run
}

fn save(desk: &Desk, runs: impl IntoIterator<Item = RunDocument>) {
    let mut store = Sqlite::open_or_create(&desk.store()).unwrap();
    runs.into_iter().for_each(|run| store.save(&run).unwrap());
}

/// Thirty runs, of which the last ten take 15 % longer in one function.
fn stepped() -> Desk {
    let desk = Desk::new();
    let ns = |at| if at < 20 { 12_000_000 } else { 13_800_000 };
    save(&desk, (0..30).map(|at| run(at, ns(at) + off(at))));
    desk
}

/// Runs of which the last five take longer each.
fn declining(before: usize, step: u64) -> Desk {
    let desk = Desk::new();
    save(&desk, (0..before).map(|at| run(at, 12_000_000 + off(at))));
    save(&desk, (0..5).map(|at| run(before + at, 12_100_000 + at as u64 * step)));
    desk
}

#[test]
fn every_function_is_shown_and_one_with_its_runs() {
    let desk = stepped();
    let all = desk.report(&["history"]);
    all.said(0, "");
    insta::assert_snapshot!("history", all.stdout);
    let one = desk.report(&["history", "parse", "--limit", "3"]);
    one.said(0, "");
    insta::assert_snapshot!("history_of_one", one.stdout);
    for name in ["demo::parse", "PARSE", "pars"] {
        assert_eq!(desk.report(&["history", name, "--limit", "3"]).stdout, one.stdout, "{name}");
    }
}

#[test]
fn documents_obey_their_schemas() {
    let desk = stepped();
    let text = desk.report(&["history", "--format", "json"]).stdout;
    let document = checked(&text, HISTORY_SCHEMA);
    let parse = &document["functions"][0];
    assert_eq!(parse["change_points"][0]["index"], 20);
    assert_eq!(parse["change_points"][0]["commit"], document["runs"][20]["commit"]);
    assert_eq!((&parse["trend"], &document["metric"]), (&"stable".into(), &"self_ns".into()));
    let text = desk.report(&["compare-last", "--format", "json"]).stdout;
    assert_eq!(checked(&text, DECLINE_SCHEMA)["functions"].as_array().map(Vec::len), Some(2));
    let one = desk.report(&["history", "tokens", "--metric", "calls", "--format", "json"]).stdout;
    assert_eq!(checked(&one, HISTORY_SCHEMA)["functions"][0]["latest"], 10.0);
    desk.report(&["history", "-o", "h.json", "--format", "json"]).said(0, "");
    assert_eq!(std::fs::read_to_string(desk.path("h.json")).unwrap(), text_of(&desk));
}

fn text_of(desk: &Desk) -> String {
    let mut command = desk.report_command(&["history"]);
    let output = command.env("PERF_TRACK_FORMAT", "json").output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn csv_can_be_given_to_changepoints() {
    let desk = stepped();
    let script = "$REPORT history --format csv | $REPORT changepoints --input -";
    let finished = desk.shell(script);
    assert!(finished.stdout.starts_with("1 of 2 series changed their level\n"), "{finished:?}");
    assert!(finished.stdout.contains("demo::parse\n  at 20: "), "{finished:?}");
}

#[test]
fn only_what_may_be_compared_is_part_of_a_history() {
    let desk = Desk::new();
    let mut runs: Vec<RunDocument> = (0..12).map(|at| run(at, 12_000_000 + off(at))).collect();
    runs[2].run.machine.key = "m1-elsewhere".to_owned();
    runs[4].run.command = vec!["cargo".to_owned(), "bench".to_owned()];
    runs[6].run.git.as_mut().unwrap().branch = Some("side".to_owned());
    runs[7].run.git = None;
    runs[11].process.count = 0;
    save(&desk, runs);
    let places = |arguments: &[&str]| -> Vec<u64> {
        let arguments = [&["history", "--format", "json"], arguments].concat();
        let finished = desk.report(&arguments);
        let document = checked(&finished.stdout, HISTORY_SCHEMA);
        let runs = document["runs"].as_array().unwrap();
        let place = |run: &serde_json::Value| run["id"].as_str()?[9..15].parse().ok();
        runs.iter().map(|run| place(run).unwrap()).collect()
    };
    assert_eq!(places(&[]), [0, 1, 3, 5, 6, 7, 8, 9, 10]);
    assert_eq!(places(&["--last", "3"]), [8, 9, 10]);
    assert_eq!(places(&["--branch", "main"]), [0, 1, 3, 5, 8, 9, 10]);
    assert_eq!(places(&["--branch", "side"]), [6]);
    assert_eq!(places(&["--run", "latest~4"]), [0, 1, 3, 5, 6, 7]);
    desk.report(&["history", "--branch", "gone"]).said(4, "no run of branch \"gone\" is stored");
}

#[test]
fn what_is_not_there_gets_advice() {
    let empty = Desk::new();
    empty.report(&["history"]).said(4, "no run is stored yet");
    empty.report(&["compare-last"]).said(4, "no run is stored yet");
    let desk = declining(0, 1);
    desk.report(&["history", "prase"]).said(2, "did you mean `demo::parse`?");
    desk.report(&["history", "demo"]).said(2, "did you mean `demo::parse` or `demo::lex::tokens`?");
    desk.report(&["history", "--metric", "slef"]).said(2, "did you mean `self`?");
    desk.report(&["history", "--metric", "success"]).said(2, "look at `errors`");
    desk.report(&["history", "--metric", "allocs"])
        .said(4, "nothing is known of own allocations in each of the last 5 runs");
    desk.report(&["compare-last", "7"]).said(4, "perf-report compare-last 5");
    desk.report(&["compare-last", "2"]).said(2, "3..=100");
    let few = desk.report(&["history"]);
    assert!(few.stdout.contains("5 runs are too few to see changes of level"), "{few:?}");
}

#[test]
fn a_decline_fails_from_the_regression_limit_on() {
    let told = declining(20, 480_000).report(&["compare-last"]);
    assert_eq!(told.code, Some(3));
    insta::assert_snapshot!("compare_last", told.stdout);
    let desk = declining(20, 350_000);
    let degraded = desk.report(&["compare-last"]);
    degraded.said(0, "");
    assert!(degraded.stdout.starts_with("DEGRADED  1 function became worse"), "{degraded:?}");
    desk.report(&["compare-last", "--regression", "5%"]).said(3, "");
    std::fs::write(desk.path("perf.toml"), "[trend]\nregression = \"5%\"\n").unwrap();
    desk.report(&["compare-last"]).said(3, "");
    desk.report(&["compare-last", "--regression", "never"]).said(0, "");
    desk.report(&["compare-last", "--metric", "wall"]).said(3, "");
    std::fs::write(desk.path("perf.toml"), "[trend]\nregresion = \"5%\"\n").unwrap();
    desk.report(&["history"]).said(2, "did you mean `regression`?");
    desk.report(&["check"]).said(2, "did you mean `regression`?");
}

#[test]
fn counts_of_an_open_load_are_judged_by_unit_of_work() {
    let desk = Desk::new();
    let runs = (0..25).map(|at| {
        let mut run = run(at, 12_000_000);
        for function in &mut run.functions {
            function.calls = match at {
                0..20 => 1_000,
                20..24 => 1_000 * (at as u64 - 18),
                _ => 200_000,
            };
            (function.self_ns, function.total_ns) =
                (function.calls * 1_000, function.calls * 1_000);
        }
        let root = |function: &Function| TreeNode {
            function: function.name.clone(),
            calls: function.calls,
            ..TreeNode::default()
        };
        run.tree = run.functions.iter().take(1).map(root).collect();
        run
    });
    save(&desk, runs);
    let declines = ["compare-last", "--metric", "calls"];
    let words = ["history", "--metric", "calls"];
    desk.report(&declines).said(3, "");
    assert!(desk.report(&words).stdout.contains("2 REGRESSION"));
    for given in ["file", "option"] {
        if given == "file" {
            std::fs::write(desk.path("perf.toml"), "[profile.default.check]\nload = \"open\"\n")
                .unwrap();
            desk.report(&[&declines[..], &["--load", "closed"]].concat()).said(3, "");
        }
        let option = if given == "file" { &[][..] } else { &["--load", "open"] };
        desk.report(&[&declines[..], option].concat()).said(0, "");
        let shown = desk.report(&[&words[..], option].concat()).stdout;
        assert!(shown.contains("STABLE") && !shown.contains(" REGRESSION\n"), "{shown}");
        std::fs::remove_file(desk.path("perf.toml")).unwrap_or_default();
    }
}

#[test]
fn the_runs_of_a_repeat_are_one_for_compare_last_and_each_one_for_history() {
    let desk = Desk::new();
    let grouped = (0..6).map(|at| {
        let mut run = run(at, 12_000_000 + at as u64 * 500_000);
        run.run.group = Some("20261120T000000-0001".to_owned());
        run
    });
    save(&desk, grouped);
    desk.report(&["compare-last", "3"])
        .said(4, "1 run of this command, machine and build is stored");
    let history = desk.report(&["history"]);
    assert!(
        history.stdout.starts_with("self time a call of 2 functions over 6 runs"),
        "{history:?}"
    );
    assert!(history.stdout.contains("there is no run before to judge"), "{history:?}");
}

#[test]
fn a_function_of_a_long_history_is_judged_among_all() {
    let desk = Desk::new();
    let ns = |at: usize| if at < 40 { 12_000_000 } else { 13_800_000 };
    save(
        &desk,
        (0..90).map(|at| {
            let mut run = run(at, ns(at) + off(at));
            run.run.id = format!("20261120T{at:06}-0001");
            run.run.time = format!("2026-11-20T{:02}:{:02}:00.000Z", at / 60, at % 60);
            let gone = Function { name: "demo::gone".to_owned(), ..run.functions[0].clone() };
            run.functions.extend((at < 9).then_some(gone));
            run
        }),
    );
    let json = |arguments: &[&str]| {
        let last = ["history", "--last", "100", "--format", "json"];
        let text = desk.report(&[&last[..], arguments].concat()).stdout;
        serde_json::from_str::<serde_json::Value>(&text).unwrap()
    };
    let all = json(&["--all"]);
    for (name, arguments) in [
        ("demo::parse", &["parse"][..]),
        ("demo::lex::tokens", &["--filter", "LEX"]),
        ("demo::gone", &["gone"]),
    ] {
        let mut expected = all.clone();
        let functions = expected["functions"].as_array_mut().unwrap();
        functions.retain(|function| function["name"] == name);
        assert_eq!(functions.len(), 1, "{name}");
        assert_eq!(json(arguments), expected, "{name}");
    }
    assert_eq!(all["runs"].as_array().unwrap().len(), 90);
    assert_eq!(json(&["--metric", "wall"])["functions"][0]["values"].as_array().unwrap().len(), 90);
    let unknown = desk.report(&["history", "--last", "100", "gonn"]);
    unknown.said(2, "no run has a function \"gonn\"");
    unknown.said(2, "did you mean `demo::gone`?");
    desk.report(&["history", "--last", "100", "e"]).said(2, "more than one function");
}
