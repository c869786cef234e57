//! What people read, as it looks: every medium, every width, every outcome.

use insta::assert_snapshot;

use super::human::Verbosity;
use super::{Screen, Selection, Sort, csv, human, json, markdown, summary, tree};
use crate::model::{Budget, Comparison, RunDocument, Verdict, samples};
use crate::verdict::{Limits, alone, compare};

fn screen(width: usize) -> Screen {
    Screen { width, styled: false }
}

/// What `show` shows unless told otherwise.
fn brief() -> Selection {
    Selection { limit: Some(30), ..Selection::default() }
}

fn show(run: &RunDocument, width: usize) -> String {
    human::show(run, &brief(), screen(width))
}

/// A run that ended badly, with everything that a recording can lack.
fn killed() -> RunDocument {
    let mut run = samples::typical();
    (run.run.exit_code, run.run.signal) = (None, Some(9));
    run.process.killed = 1;
    run.process.damaged = 2;
    run.recording.lost_calls = 1_234;
    run.recording.problems = vec!["segment 4712.seg ends in the middle of a chunk".to_owned()];
    samples::named(&mut run, "code_stats::main").calls = 0;
    let main = samples::named(&mut run, "code_stats::main");
    (main.unfinished, main.mean_ns, main.max_ns) = (1, None, None);
    (main.p50_ns, main.p95_ns, main.p99_ns) = (None, None, None);
    samples::named(&mut run, "code_stats::parse::tokenize").panics = 2;
    run
}

/// A run in which functions are known and none was called.
fn idle() -> RunDocument {
    let mut run = samples::typical();
    run.functions.retain(|function| function.calls == 0);
    run.tree.clear();
    run
}

fn compared() -> Comparison {
    let mut comparison = compare(&samples::typical(), &samples::changed(), &Limits::default());
    comparison.baseline = Some("main".to_owned());
    comparison
}

/// A comparison with findings of one verdict only.
fn only(verdict: Verdict) -> Comparison {
    let mut comparison = compared();
    comparison.functions.retain(|row| {
        row.verdict == verdict || (row.verdict == Verdict::Stable && row.name == "code_stats::main")
    });
    comparison.verdict = verdict.max(Verdict::Stable);
    comparison
}

fn over_budget() -> RunDocument {
    let mut run = samples::typical();
    let parse = samples::named(&mut run, "code_stats::parse::parse_file");
    parse.budget = Budget { p99_ns: Some(25_000_000), calls: Some(1_000), ..Budget::default() };
    run
}

fn said(comparison: &Comparison) -> String {
    human::comparison(comparison, Verbosity::Brief, screen(100))
}

#[test]
fn a_run_in_every_width() {
    for width in [60, 80, 120, 200] {
        assert_snapshot!(format!("show_{width}"), show(&samples::typical(), width));
    }
}

#[test]
fn a_run_in_colour() {
    let screen = Screen { width: 120, styled: true };
    let text = human::show(&samples::typical(), &brief(), screen);
    assert_snapshot!("show_styled", text.replace('\x1b', "ESC"));
    let plain = anstream::adapter::strip_str(&text).to_string();
    assert_eq!(plain, show(&samples::typical(), 120), "colours change nothing but colours");
}

#[test]
fn a_part_of_a_run() {
    let selection = Selection {
        sort: Sort::Calls,
        filter: Some("METRICS".to_owned()),
        limit: Some(1),
        locations: true,
    };
    assert_snapshot!("show_part", human::show(&samples::typical(), &selection, screen(100)));
    let none = Selection { filter: Some("nowhere".to_owned()), ..brief() };
    assert_snapshot!("show_no_match", human::show(&samples::typical(), &none, screen(100)));
    assert_snapshot!(
        "show_all",
        human::show(&samples::typical(), &Selection::default(), screen(100))
    );
}

#[test]
fn runs_with_little_to_show() {
    assert_snapshot!("show_killed", show(&killed(), 100));
    assert_snapshot!("show_empty", show(&samples::empty(), 100));
    assert_snapshot!("show_idle", show(&idle(), 100));
    assert_snapshot!("tree_empty", tree::tree(&samples::empty(), false, screen(100)));
}

#[test]
fn a_summary_names_the_next_steps() {
    assert_snapshot!("summary", summary(&samples::typical(), screen(100)));
    assert_snapshot!("summary_empty", summary(&samples::empty(), screen(100)));
}

#[test]
fn a_run_as_a_tree() {
    for width in [60, 100] {
        assert_snapshot!(
            format!("tree_{width}"),
            tree::tree(&samples::typical(), false, screen(width))
        );
    }
    assert_snapshot!("tree_all", tree::tree(&samples::typical(), true, screen(100)));
}

#[test]
fn a_tree_may_be_deep_or_no_tree_at_all() {
    let nodes: Vec<samples::Node<'_>> =
        (0..5_000).map(|at: u32| (at.checked_sub(1), "demo::deep", 1, 1_000_000)).collect();
    let mut run = samples::of(&nodes);
    let text = tree::tree(&run, true, screen(100));
    assert_eq!(text.lines().count(), 5_000 + 6);
    assert_snapshot!("tree_deep", text.lines().skip(14).take(12).collect::<Vec<_>>().join("\n"));

    for node in &mut run.tree {
        node.parent = Some(node.id);
    }
    assert!(tree::tree(&run, true, screen(100)).lines().count() > 5_000, "every node is a root");
}

#[test]
fn a_run_for_other_programs() {
    let run = samples::typical();
    assert_snapshot!("run_csv", csv::run(&run));
    assert_snapshot!("tree_csv", csv::tree(&run));
    assert_snapshot!("run_markdown", markdown::run(&run, &brief()));
    assert_snapshot!("tree_markdown", markdown::run_tree(&run, false));
    assert_snapshot!("run_json", json::json(&samples::of(&[(None, "demo::f", 3, 3_000)])).unwrap());
}

#[test]
fn a_comparison_in_every_medium() {
    let comparison = compared();
    assert_snapshot!("comparison", said(&comparison));
    assert_snapshot!("comparison_60", human::comparison(&comparison, Verbosity::All, screen(60)));
    assert_snapshot!("comparison_markdown", markdown::comparison(&comparison));
    assert_snapshot!("comparison_csv", csv::comparison(&comparison));
    let mut short = only(Verdict::Degraded);
    short.functions.truncate(2);
    assert_snapshot!("comparison_json", json::json(&short).unwrap());
}

#[test]
fn every_outcome_in_words() {
    for verdict in Verdict::WORST_FIRST {
        let comparison = only(verdict);
        assert_snapshot!(format!("outcome_{verdict}"), said(&comparison));
        assert_snapshot!(format!("outcome_{verdict}_markdown"), markdown::comparison(&comparison));
        assert_snapshot!(format!("outcome_{verdict}_json"), json::json(&comparison).unwrap());
    }
}

#[test]
fn budgets_and_missing_baselines_in_words() {
    let why = "there is no baseline yet".to_owned();
    assert_snapshot!("no_baseline", said(&alone(&samples::typical(), why.clone())));
    assert_snapshot!("over_budget", said(&alone(&over_budget(), why)));
    let both = compare(&samples::typical(), &over_budget(), &Limits::default());
    assert_snapshot!("over_budget_markdown", markdown::comparison(&both));
    let mut other = samples::changed();
    other.run.machine.key = "v1-other".to_owned();
    other.process.damaged = 1;
    assert_snapshot!("advisory", said(&compare(&samples::typical(), &other, &Limits::default())));
}

#[test]
fn hostile_names_do_no_harm() {
    let run = samples::hostile();
    let mut after = samples::hostile();
    for function in &mut after.functions {
        function.self_ns *= 2;
        function.mean_ns = function.mean_ns.map(|mean| mean * 2.0);
    }
    let compared = compare(&run, &after, &Limits::default());
    let texts = [
        ("hostile_show", show(&run, 100)),
        ("hostile_tree", tree::tree(&run, false, screen(100))),
        ("hostile_summary", summary(&run, screen(100))),
        ("hostile_markdown", markdown::run(&run, &brief())),
        ("hostile_csv", csv::run(&run).replace(&"x".repeat(10_000), "xxx…")),
        ("hostile_comparison", said(&compared)),
        ("hostile_comparison_markdown", markdown::comparison(&compared)),
    ];
    for (name, text) in texts {
        assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "{name}");
        assert!(!text.contains(['\u{202e}', '\u{2066}', '\u{200b}', '\u{feff}']), "{name}");
        assert_snapshot!(name, text);
    }
    let back: RunDocument = serde_json::from_str(&json::json(&run).unwrap()).unwrap();
    assert_eq!(back, run, "JSON stays exact");
}

#[test]
fn tables_keep_within_the_screen() {
    for run in [samples::typical(), killed(), samples::hostile()] {
        for width in 60..160 {
            for text in [show(&run, width), tree::tree(&run, false, screen(width))] {
                let widest = text.lines().map(super::text::width).max().unwrap();
                assert!(widest <= width, "{widest} > {width}:\n{text}");
            }
        }
    }
}

/// Anything quadratic takes minutes here.
#[test]
fn ten_thousand_functions_are_no_trouble() {
    let names: Vec<_> = (0..10_000).map(|at| format!("demo::function_{at}")).collect();
    let run = |times: u64| {
        let nodes: Vec<samples::Node<'_>> = (0_u32..)
            .zip(&names)
            .map(|(at, name)| {
                let caller = at.checked_sub(1).map(|at| at / 4);
                (caller, name.as_str(), 1_000, u64::from(at % 7 + 1) * times * 1_000_000)
            })
            .collect();
        samples::of(&nodes)
    };
    let (before, after) = (run(1), run(2));
    let all = human::show(&after, &Selection::default(), screen(120));
    assert_eq!(all.lines().count(), 10_000 + 8);
    assert!(tree::tree(&after, true, screen(120)).lines().count() > 10_000);
    let comparison = compare(&before, &after, &Limits::default());
    assert!(human::comparison(&comparison, Verbosity::All, screen(120)).lines().count() > 20_000);
    assert!(markdown::comparison(&comparison).len() < 65_536, "GitHub takes the comment");
}
