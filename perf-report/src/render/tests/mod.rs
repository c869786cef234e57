//! What people read, as it looks: every medium, every width, every outcome.

mod accepted;
mod changepoints;
mod history;

use insta::assert_snapshot;

use super::{Screen, Selection, Sort, Verbosity, csv, human, json, markdown, summary};
use crate::analysis::series;
use crate::model::{
    Budget, Comparison, Function, MetricKind, OverheadDocument, RunDocument, StacksDocument,
    Verdict, samples,
};
use crate::verdict::{Better, CustomLimits, Limits, alone, compare};

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
    run.recording.lost_metrics = 56;
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
    let mut comparison = match verdict {
        Verdict::Changed => compare(
            &samples::with_metrics(1_000.0, 2.5, 0.95),
            &samples::with_metrics(1_500.0, 7.0, 0.95),
            &Limits::default(),
        ),
        _ => compared(),
    };
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
fn a_run_of_a_program_that_counts_allocations() {
    let run = samples::allocating();
    for width in [80, 140] {
        assert_snapshot!(format!("allocating_{width}"), show(&run, width));
    }
    assert_snapshot!("allocating_markdown", markdown::run(&run, &brief()));
    let sorted = |sort| {
        let selection = Selection { sort, ..brief() };
        let text = human::show(&run, &selection, screen(80));
        text.lines().skip_while(|line| !line.starts_with('─')).nth(1).unwrap_or_default().to_owned()
    };
    for sort in [Sort::Allocs, Sort::Grown] {
        assert!(sorted(sort).contains("parse_file"), "{}", sorted(sort));
    }
}

#[test]
fn a_run_of_a_program_with_async_functions() {
    let run = samples::serving();
    for width in [60, 80, 100, 160] {
        assert_snapshot!(format!("serving_{width}"), show(&run, width));
    }
    assert_snapshot!("serving_summary", summary(&run, screen(120)));
    assert_snapshot!("serving_markdown", markdown::run(&run, &brief()));
    assert_snapshot!("serving_csv", csv::functions(&run));
    assert_snapshot!("serving_sampled", show(&samples::serving_sampled(), 120));
    let first = |sort| {
        let selection = Selection { sort, ..brief() };
        let text = human::show(&run, &selection, screen(80));
        text.lines().skip_while(|line| !line.starts_with('─')).nth(1).unwrap_or_default().to_owned()
    };
    for (sort, name) in
        [(Sort::Lifetime, "place"), (Sort::Polls, "query"), (Sort::LongestPoll, "render")]
    {
        assert!(first(sort).contains(name), "{sort:?}: {}", first(sort));
    }
}

#[test]
fn estimates_are_marked_and_explained() {
    let run = samples::sampled();
    for width in [60, 120] {
        assert_snapshot!(format!("sampled_{width}"), show(&run, width));
    }
    assert_snapshot!("sampled_tree", human::tree(&run, false, screen(100)));
    assert_snapshot!("sampled_markdown", markdown::run(&run, &brief()));
    assert_snapshot!("sampled_markdown_tree", markdown::run_tree(&run, false));
    assert_snapshot!("sampled_summary", summary(&run, screen(100)));
    assert_snapshot!("counted", show(&samples::counted(), 100));
    let mut many = samples::sampled();
    for function in &mut many.functions {
        (function.sampled_ns, function.active_ns, function.largest_interval) = (9, 10, 2);
        hostile_name(function);
    }
    let text = show(&many, 100);
    assert!(text.contains("… 6 more functions were sampled"), "{text}");
    assert!(!text.contains('\u{1b}'), "{text}");
}

fn hostile_name(function: &mut Function) {
    function.name.push('\u{1b}');
}

#[test]
fn runs_with_little_to_show() {
    assert_snapshot!("show_killed", show(&killed(), 100));
    assert_snapshot!("show_empty", show(&samples::empty(), 100));
    assert_snapshot!("show_idle", show(&idle(), 100));
    assert_snapshot!("tree_empty", human::tree(&samples::empty(), false, screen(100)));
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
            human::tree(&samples::typical(), false, screen(width))
        );
    }
    assert_snapshot!("tree_all", human::tree(&samples::typical(), true, screen(100)));
}

#[test]
fn a_tree_may_be_deep_or_no_tree_at_all() {
    let nodes: Vec<samples::Node<'_>> =
        (0..5_000).map(|at: u32| (at.checked_sub(1), "demo::deep", 1, 1_000_000)).collect();
    let mut run = samples::of(&nodes);
    let text = human::tree(&run, true, screen(100));
    assert_eq!(text.lines().count(), 5_000 + 6);
    assert_snapshot!("tree_deep", text.lines().skip(14).take(12).collect::<Vec<_>>().join("\n"));

    for node in &mut run.tree {
        node.parent = Some(node.id);
    }
    assert!(human::tree(&run, true, screen(100)).lines().count() > 5_000, "every node is a root");
}

#[test]
fn a_run_for_other_programs() {
    let run = samples::typical();
    assert_snapshot!("run_csv", csv::functions(&run));
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
    assert_snapshot!(
        "no_baseline",
        said(&alone(&samples::typical(), &Limits::default(), why.clone()))
    );
    assert_snapshot!("over_budget", said(&alone(&over_budget(), &Limits::default(), why)));
    let both = compare(&samples::typical(), &over_budget(), &Limits::default());
    assert_snapshot!("over_budget_markdown", markdown::comparison(&both));
    let mut other = samples::changed();
    other.run.toolchain.profile = "debug".to_owned();
    other.process.damaged = 1;
    assert_snapshot!("advisory", said(&compare(&samples::typical(), &other, &Limits::default())));
    other = samples::changed();
    other.run.machine.key = "v1-other".to_owned();
    assert_snapshot!(
        "counts_only",
        said(&compare(&samples::typical(), &other, &Limits::default()))
    );
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
        ("hostile_tree", human::tree(&run, false, screen(100))),
        ("hostile_summary", summary(&run, screen(100))),
        ("hostile_markdown", markdown::run(&run, &brief())),
        ("hostile_csv", csv::functions(&run).replace(&"x".repeat(10_000), "xxx…")),
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
    for run in [
        samples::typical(),
        samples::sampled(),
        samples::allocating(),
        samples::serving(),
        killed(),
        samples::hostile(),
    ] {
        for width in 60..160 {
            for text in [show(&run, width), human::tree(&run, false, screen(width))] {
                let widest = text.lines().map(super::words::fit::width).max().unwrap();
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
    assert!(human::tree(&after, true, screen(120)).lines().count() > 10_000);
    let comparison = compare(&before, &after, &Limits::default());
    assert!(human::comparison(&comparison, Verbosity::All, screen(120)).lines().count() > 20_000);
    assert!(markdown::comparison(&comparison).len() < 65_536, "GitHub takes the comment");
}

/// Two processes: one that runs, and one that was killed.
fn stacks() -> StacksDocument {
    serde_json::from_str(include_str!("../../../tests/golden/stacks.v1.json")).unwrap()
}

#[test]
fn stacks_have_a_block_a_thread() {
    assert_snapshot!("stacks", human::stacks(&stacks(), screen(100)));
    assert_snapshot!("stacks_50", human::stacks(&stacks(), screen(50)));
    assert_snapshot!("stacks_markdown", markdown::stacks(&stacks()));
    assert_snapshot!("stacks_csv", csv::stacks(&stacks()));
    let styled = Screen { width: 100, styled: true };
    assert_snapshot!("stacks_styled", human::stacks(&stacks(), styled).replace('\x1b', "ESC"));
}

#[test]
fn stacks_of_nothing_are_a_line() {
    let mut document = stacks();
    for process in &mut document.processes {
        process.threads.iter_mut().for_each(|thread| thread.frames.clear());
    }
    assert_snapshot!("stacks_empty", human::stacks(&document, screen(100)));
}

#[test]
fn deep_stacks_stay_on_the_screen() {
    let mut document = stacks();
    let frames = &mut document.processes[0].threads[0].frames;
    *frames = (0..30).map(|_| frames[0].clone()).collect();
    let text = human::stacks(&document, screen(80));
    assert!(text.lines().all(|line| super::words::fit::width(line) <= 80), "{text}");
    assert!(text.contains("└─ (29) "), "{text}");
}

#[test]
fn hostile_names_in_stacks_are_harmless() {
    let mut document = stacks();
    let hostile = "\u{1b}[2J\n`x`";
    for process in &mut document.processes {
        hostile.clone_into(&mut process.program);
        for thread in &mut process.threads {
            thread.name = Some(hostile.to_owned());
            thread.frames.iter_mut().for_each(|frame| hostile.clone_into(&mut frame.function));
        }
    }
    assert!(!human::stacks(&document, screen(100)).contains('\u{1b}'));
    assert!(!markdown::stacks(&document).contains('\u{1b}'));
}

/// What `perf.toml` may say of the metrics of [`samples::with_metrics`].
fn limits_of_metrics() -> Limits {
    let rate = CustomLimits {
        better: Some(Better::Higher),
        max_regression_pct: Some(5.0),
        min: Some(0.9),
        max: None,
    };
    let custom = [("cache.hit_rate".to_owned(), rate)].into();
    Limits { custom, ..Limits::default() }
}

#[test]
fn metrics_of_the_program_below_its_functions() {
    let run = samples::with_metrics(1_234_567.0, 2.5, 0.916_66);
    assert_snapshot!("metrics", show(&run, 100));
    assert_snapshot!("metrics_60", human::show_metrics(&run, &brief(), screen(60)));
    assert_snapshot!("metrics_csv", csv::metrics(&run));
    assert_snapshot!("metrics_markdown", markdown::run(&run, &brief()));
    let one = Selection { filter: Some("HIT".to_owned()), limit: Some(1), ..Selection::default() };
    assert_snapshot!("metrics_part", human::show_metrics(&run, &one, screen(80)));
    assert_snapshot!(
        "metrics_none",
        human::show_metrics(&samples::typical(), &brief(), screen(80))
    );
}

#[test]
fn metrics_of_the_program_compared() {
    let old = samples::with_metrics(1_000.0, 2.5, 0.95);
    let new = samples::with_metrics(1_500.0, 7.0, 0.8);
    let comparison = compare(&old, &new, &limits_of_metrics());
    assert_snapshot!("metrics_comparison", said(&comparison));
    assert_snapshot!("metrics_comparison_markdown", markdown::comparison(&comparison));
    assert_snapshot!("metrics_comparison_csv", csv::comparison(&comparison));
    let why = "there is no baseline yet".to_owned();
    assert_snapshot!("metrics_alone", said(&alone(&new, &limits_of_metrics(), why)));
}

#[test]
fn names_of_metrics_are_not_trusted() {
    let mut run = samples::hostile();
    run.metrics = run
        .functions
        .iter()
        .map(|function| samples::metric(&function.name, MetricKind::Count, Some(1.0)))
        .collect();
    assert_snapshot!("hostile_metrics", human::show_metrics(&run, &brief(), screen(100)));
    assert_snapshot!("hostile_metrics_csv", csv::metrics(&run));
    assert_snapshot!("hostile_metrics_markdown", markdown::run_metrics(&run, &brief()));
}

/// The golden document of costs.
fn costs() -> OverheadDocument {
    serde_json::from_str(include_str!("../../../tests/golden/overhead.v1.json")).unwrap()
}

#[test]
fn costs_for_every_medium() {
    assert_snapshot!("overhead", human::overhead(&costs(), screen(110)));
    assert_snapshot!("overhead_60", human::overhead(&costs(), screen(60)));
    assert_snapshot!(
        "overhead_styled",
        human::overhead(&costs(), Screen { width: 110, styled: true })
    );
    assert_snapshot!("overhead_csv", csv::overhead(&costs()));
    assert_snapshot!("overhead_markdown", markdown::overhead(&costs()));
}

#[test]
fn costs_that_meet_every_target() {
    let mut costs = costs();
    for row in &mut costs.rows {
        row.targets.retain(|target| target.met);
    }
    costs.met = true;
    costs.notes.clear();
    assert_snapshot!("overhead_met", human::overhead(&costs, screen(110)));
    costs.rows.iter_mut().for_each(|row| row.targets.clear());
    assert!(human::overhead(&costs, screen(110)).starts_with("MEASURED  without a target\n"));
}

/// What a program may call itself and its functions to be obeyed by whoever reads a report.
pub(super) const COMMANDS: [&str; 10] = [
    "::error file=a,line=1::boo",
    " ::add-mask::x",
    "##[group]x",
    "x ##vso[task.complete]y",
    "##teamcity[buildStop]",
    "=1+1",
    "+1+cmd|'/C calc'!A0",
    "-2+3",
    "@SUM(A1)",
    "a b c d e f g h i j k l m n o p q r s t u v w x y z ::error::a ::b =c -d @e ##[f] # g | h",
];

/// The document with `text` in the place of all that a program says.
pub(super) fn saying<T: serde::Serialize + serde::de::DeserializeOwned>(
    document: &T,
    text: &str,
) -> T {
    fn replace(value: &mut serde_json::Value, text: &str) {
        const SAID: [&str; 13] = [
            "name", "label", "module", "file", "function", "program", "problems", "command",
            "branch", "tags", "reason", "baseline", "notes",
        ];
        let hostile = |value: &mut serde_json::Value| match value {
            serde_json::Value::String(it) => text.clone_into(it),
            serde_json::Value::Array(list) => {
                list.iter_mut().filter(|it| it.is_string()).for_each(|it| *it = text.into());
            }
            _ => {}
        };
        match value {
            serde_json::Value::Object(fields) => {
                for (key, value) in fields {
                    replace(value, text);
                    if SAID.contains(&key.as_str()) {
                        hostile(value);
                    }
                }
            }
            serde_json::Value::Array(list) => list.iter_mut().for_each(|it| replace(it, text)),
            _ => {}
        }
    }
    let mut value = serde_json::to_value(document).unwrap();
    replace(&mut value, text);
    serde_json::from_value(value).unwrap()
}

/// Holds a report to the law: what a program said is obeyed by nobody.
pub(super) fn obeyed_by_nobody(medium: &str, report: &str) {
    for line in report.lines() {
        let line = anstream::adapter::strip_str(line).to_string();
        let begin = line.trim_start();
        assert!(!begin.starts_with("::"), "{medium}: {line:?} in\n{report}");
        for mark in ["##[", "##vso[", "##teamcity["] {
            assert!(!line.contains(mark), "{medium}: {line:?} in\n{report}");
        }
        let is_number = begin.get(1..2).is_some_and(|c| c.chars().all(|c| c.is_ascii_digit()))
            && !begin.starts_with("-2+3");
        let is_formula =
            begin.starts_with(['=', '@']) || begin.starts_with(['+', '-']) && !is_number;
        assert!(medium == "markdown" || medium == "json" || !is_formula, "{medium}: {line:?}");
    }
}

#[test]
fn what_a_program_says_is_obeyed_by_nobody() {
    let stacks: StacksDocument =
        serde_json::from_str(include_str!("../../../tests/golden/stacks.v1.json")).unwrap();
    for text in COMMANDS {
        for run in [samples::typical(), samples::with_metrics(1.0, 2.0, 0.5), killed(), idle()] {
            let run = saying(&run, text);
            for width in [40, 100] {
                for screen in [screen(width), Screen { width, styled: true }] {
                    let selection = Selection { locations: true, ..brief() };
                    obeyed_by_nobody("show", &human::show(&run, &selection, screen));
                    obeyed_by_nobody("metrics", &human::show_metrics(&run, &brief(), screen));
                    obeyed_by_nobody("tree", &human::tree(&run, true, screen));
                    obeyed_by_nobody("summary", &summary(&run, screen));
                    obeyed_by_nobody(
                        "series",
                        &human::series(&series::summary(&[run.clone(), run.clone()]), screen),
                    );
                }
            }
            obeyed_by_nobody("markdown", &markdown::run(&run, &brief()));
            obeyed_by_nobody("markdown", &markdown::run_metrics(&run, &brief()));
            obeyed_by_nobody("markdown", &markdown::run_tree(&run, true));
            for table in [csv::functions(&run), csv::metrics(&run), csv::tree(&run)] {
                obeyed_by_nobody("csv", &table);
            }
            obeyed_by_nobody("json", &json::json(&run).unwrap());
        }
        let comparison = saying(&compared(), text);
        let stacks = saying(&stacks, text);
        for width in [40, 100] {
            let whole = human::comparison(&comparison, Verbosity::All, screen(width));
            obeyed_by_nobody("comparison", &whole);
            obeyed_by_nobody("stacks", &human::stacks(&stacks, screen(width)));
        }
        obeyed_by_nobody("csv", &csv::comparison(&comparison));
        obeyed_by_nobody("csv", &csv::stacks(&stacks));
        obeyed_by_nobody("markdown", &markdown::comparison(&comparison));
        obeyed_by_nobody("markdown", &markdown::stacks(&stacks));
        obeyed_by_nobody("json", &json::json(&comparison).unwrap());
    }
}
