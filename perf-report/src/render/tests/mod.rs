//! Everything that people read, as it looks: every medium, every width, every outcome.

mod accepted;
mod bench;
mod bisect;
mod changepoints;
mod comparisons;
mod costs;
mod history;
mod limits;
mod media;
mod metrics;
mod pictures;
mod reports;
mod runs;
mod stacks;
mod suites;

use insta::assert_snapshot;

use super::{Screen, Selection, Verbosity, csv, human, json, markdown, summary};
use crate::analysis::report::{self, Material, Settings, Stored};
use crate::analysis::series;
use crate::model::{BenchGrowth, Comparison, Report, RunDocument, StacksDocument, samples};
use crate::verdict::{Limits, compare};

fn screen(width: usize) -> Screen {
    Screen { width, styled: false }
}

/// Returns the selection of `show` without options.
fn brief() -> Selection {
    Selection { limit: Some(30), ..Selection::default() }
}

fn show(run: &RunDocument, width: usize) -> String {
    human::show(run, &brief(), &BenchGrowth::default(), screen(width))
}

/// Returns a run that ended badly, with everything that a recording can lack.
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

/// Returns a run in which functions are known and none was called.
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

fn stored_report(runs: &[RunDocument], comparison: &Comparison, past: &[RunDocument]) -> Report {
    let last = [past, runs].concat();
    let stored = Stored {
        runs: last.len() as u64,
        first_time: last.first().map(|run| run.run.time.clone()),
        latest_time: last.last().map(|run| run.run.time.clone()),
    };
    let settings = Settings::default();
    report::report(&Material {
        runs,
        comparison,
        past,
        last: &last,
        stored: &stored,
        settings: &settings,
    })
    .unwrap()
}

fn shown(comparison: &Comparison) -> String {
    human::comparison(comparison, Verbosity::Brief, screen(100))
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
        ("hostile_summary", summary(&run, &BenchGrowth::default(), screen(100))),
        ("hostile_markdown", markdown::run(&run, &brief(), &BenchGrowth::default())),
        ("hostile_csv", csv::functions(&run).replace(&"x".repeat(10_000), "xxx…")),
        ("hostile_comparison", shown(&compared)),
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

/// Takes minutes if anything is quadratic.
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
    let all = human::show(&after, &Selection::default(), &BenchGrowth::default(), screen(120));
    assert_eq!(all.lines().count(), 10_000 + 8);
    assert!(human::tree(&after, true, screen(120)).lines().count() > 10_000);
    let comparison = compare(&before, &after, &Limits::default());
    assert!(human::comparison(&comparison, Verbosity::All, screen(120)).lines().count() > 20_000);
    assert!(markdown::comparison(&comparison).len() < 65_536, "GitHub takes the comment");
    for most in [4_000, 10_000, 64_000, 1 << 20] {
        limits::whole(&comparison, most);
    }
}

/// Names by which a program may try to command whoever reads a report.
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

/// Returns the document with `text` in the place of all names and sentences.
pub(super) fn saying<T: serde::Serialize + serde::de::DeserializeOwned>(
    document: &T,
    text: &str,
) -> T {
    fn replace(value: &mut serde_json::Value, text: &str) {
        const SPOKEN: [&str; 13] = [
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
                    if SPOKEN.contains(&key.as_str()) {
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

/// Checks that nobody would obey what stands in a report.
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
                    obeyed_by_nobody(
                        "show",
                        &human::show(&run, &selection, &BenchGrowth::default(), screen),
                    );
                    obeyed_by_nobody("metrics", &human::show_metrics(&run, &brief(), screen));
                    obeyed_by_nobody("tree", &human::tree(&run, true, screen));
                    obeyed_by_nobody("summary", &summary(&run, &BenchGrowth::default(), screen));
                    obeyed_by_nobody(
                        "series",
                        &human::series(&series::summary(&[run.clone(), run.clone()]), screen),
                    );
                }
            }
            obeyed_by_nobody("markdown", &markdown::run(&run, &brief(), &BenchGrowth::default()));
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
