//! Twelve documents with the score and the grade of each, to the digit.

use std::fmt::Write as _;

use super::*;
use crate::model::{Budget, Suite, samples};
use crate::verdict::{self, Limits, Sides};

const MS: u64 = 1_000_000;

/// A command with these figures, in which nothing is tracked: ms of wall time, MB, per cent of its 8 cores.
fn run(wall_ms: u64, peak_mb: u64, cpu_pct: u64) -> RunDocument {
    let mut run = samples::empty();
    let cpu_ns = wall_ms * MS * 8 * cpu_pct / 100;
    run.process.wall_ns = Some(wall_ms * MS);
    (run.process.user_ns, run.process.system_ns) = (Some(cpu_ns), Some(0));
    run.process.peak_rss_bytes = Some(peak_mb * 1_000_000);
    run
}

fn alone(run: &RunDocument) -> Comparison {
    verdict::alone(run, &Limits::default(), "there is no baseline".to_owned())
}

/// Ten runs of one function, whose call takes `us`, within 1 %.
fn history(us: u64, seed: u64) -> Vec<RunDocument> {
    samples::past(&[
        ("demo::f", samples::noisy(seed, 10, us * 1_000, 10)),
        ("demo::g", samples::noisy(seed ^ 9, 10, 900_000, 10)),
    ])
}

fn against(baseline: &[RunDocument], current: &[RunDocument]) -> Comparison {
    let sides = Sides { baseline, current, history: &[], paired: false };
    verdict::compare_runs(sides, &Limits::default()).unwrap()
}

fn drawn(
    title: &str,
    runs: &[RunDocument],
    comparison: &Comparison,
    settings: &Settings,
) -> String {
    let score = score(runs, comparison, settings).unwrap();
    let mut text = format!(
        "{title}: {:.1} {} ({:.1} to {:.1})\n",
        score.value, score.word, score.low, score.high
    );
    for part in &score.parts {
        let (word, scale) = (part.category.word(), part.scale.word());
        let _ = writeln!(
            text,
            "  {word} {:.1} × {:.3} by {scale}: {}",
            part.value, part.weight, part.evidence
        );
    }
    for cap in &score.caps {
        let _ = writeln!(text, "  at most {}: {}", cap.at_most, cap.reason);
    }
    let grade = grade(runs, comparison, Some(&score), settings).unwrap();
    let _ = writeln!(
        text,
        "  grade {} of {:.1}, {} of {} targets",
        grade.letter, grade.points, grade.met, grade.targets
    );
    for cap in &grade.caps {
        let _ = writeln!(text, "  at best {}: {}", cap.at_best, cap.reason);
    }
    text
}

#[test]
fn twelve_documents_have_their_scores() {
    let scored_cpu = Settings { cpu_limit: Some(0.9), ..Settings::default() };
    let one = |title: &str, run: RunDocument, settings: &Settings| {
        let comparison = alone(&run);
        drawn(title, &[run], &comparison, settings)
    };
    let mut failed = run(100, 50, 20);
    failed.run.exit_code = Some(1);
    let mut tested = run(100, 50, 20);
    tested.run.exit_code = Some(101);
    let suite =
        Suite { name: "app".to_owned(), passed: Some(97), failed: Some(3), ..Suite::default() };
    tested.suites = vec![Suite { exit_code: Some(101), ..suite }];
    let mut targeted = samples::typical();
    samples::named(&mut targeted, "code_stats::parse::tokenize").budget =
        Budget { p99_ns: Some(50 * MS), mean_ns: Some(5 * MS), ..Budget::default() };
    let mut errors = samples::typical();
    samples::named(&mut errors, "code_stats::parse::parse_file").errors = 40;
    let (before, same, slower, faster) =
        (history(1_000, 1), history(1_000, 2), history(1_150, 3), history(800, 4));
    let judged = |title: &str, runs: &[RunDocument]| {
        drawn(title, runs, &against(&before, runs), &Settings::default())
    };
    insta::assert_snapshot!(
        [
            one("1 EXCELLENT ends here", run(100, 50, 20), &scored_cpu),
            one("2 GOOD ends here", run(500, 100, 40), &scored_cpu),
            one("3 FAIR ends here", run(1_000, 200, 60), &scored_cpu),
            one("4 POOR ends here", run(2_000, 500, 80), &scored_cpu),
            one("5 the example of the page", run(310, 10, 99), &Settings::default()),
            one("6 a target that is missed", targeted, &Settings::default()),
            judged("7 nothing changed", &same),
            judged("8 slower for certain", &slower),
            judged("9 faster for certain", &faster),
            one("10 a command that failed", failed, &Settings::default()),
            one("11 tests that failed", tested, &Settings::default()),
            one("12 many errors", errors, &Settings::default()),
        ]
        .concat()
    );
}

#[test]
fn the_older_thresholds_come_out_exactly() {
    let settings = Settings { cpu_limit: Some(1.0), ..Settings::default() };
    let points = |wall, peak, cpu| -> Vec<f64> {
        let run = run(wall, peak, cpu);
        let score = score(std::slice::from_ref(&run), &alone(&run), &settings).unwrap();
        let of =
            |category| score.parts.iter().find(|part| part.category == category).unwrap().value;
        vec![of(Category::Time), of(Category::Memory), of(Category::Cpu)]
    };
    for (figures, expected) in [
        ((100, 50, 20), 90.0),
        ((500, 100, 40), 75.0),
        ((1_000, 200, 60), 60.0),
        ((2_000, 500, 80), 40.0),
    ] {
        let found = points(figures.0, figures.1, figures.2);
        assert!(found.iter().all(|it| (it - expected).abs() < 1e-9), "{figures:?}: {found:?}");
    }
}

#[test]
fn weights_are_spread_over_the_parts_that_are_known() {
    let run = run(100, 50, 20);
    let score = score(std::slice::from_ref(&run), &alone(&run), &Settings::default()).unwrap();
    let weights: Vec<String> = score.parts.iter().map(|it| format!("{:.3}", it.weight)).collect();
    assert_eq!(weights, ["0.429", "0.357", "0.214"]);
    let left: Vec<&str> = score.left_out.iter().map(|it| it.category.word()).collect();
    assert_eq!(left, ["cpu", "throughput"]);
    let of_time = Settings { weights: [1.0, 0.0, 0.0, 0.0, 0.0], ..Settings::default() };
    let alone_score = super::score(std::slice::from_ref(&run), &alone(&run), &of_time).unwrap();
    assert_eq!((alone_score.parts.len(), alone_score.value.round()), (1, 90.0));
    let none = Settings { weights: [0.0; 5], ..Settings::default() };
    assert_eq!(super::score(std::slice::from_ref(&run), &alone(&run), &none), None);
}

#[test]
fn reliability_is_that_of_the_last_twenty_runs() {
    let mut runs: Vec<RunDocument> = (0..25).map(|_| samples::typical()).collect();
    let settings = Settings::default();
    let shown = |runs: &[RunDocument]| {
        let it = reliability(runs, &settings);
        let (low, high) = it.interval_pct.unwrap();
        format!("{} {} of {} ({low:.0}–{high:.0} %)", it.word.unwrap(), it.succeeded, it.of)
    };
    assert_eq!(shown(&runs), "EXCELLENT 20 of 20 (84–100 %)");
    runs[0].run.exit_code = Some(1);
    assert_eq!(shown(&runs), "EXCELLENT 20 of 20 (84–100 %)", "it is long ago");
    runs[24].run.exit_code = None;
    runs[24].run.signal = Some(9);
    assert_eq!(shown(&runs), "GOOD 19 of 20 (76–99 %)");
    let failure = reliability(&runs, &settings).latest_failure;
    assert_eq!(failure.as_deref(), Some("signal 9 ended the command"));
    for run in &mut runs[20..24] {
        run.functions[0].panics = 2;
    }
    assert_eq!(shown(&runs), "NEEDS ATTENTION 15 of 20 (53–89 %)");
    let allowed = Settings { allow_panics: true, ..Settings::default() };
    assert_eq!(reliability(&runs, &allowed).succeeded, 19);
    assert_eq!(reliability(&[], &settings).word, None);
}

#[test]
fn panics_that_passing_tests_expect_are_no_failure() {
    let mut run = samples::typical();
    run.functions[0].panics = 1;
    assert_eq!(failure(&run, &Settings::default()).as_deref(), Some("1 call ended by a panic"));
    run.suites =
        vec![Suite { passed: Some(3), failed: Some(0), exit_code: Some(0), ..Suite::default() }];
    assert_eq!(failure(&run, &Settings::default()), None);
    run.suites[0].failed = Some(1);
    assert_eq!(failure(&run, &Settings::default()).as_deref(), Some("1 of 4 tests failed"));
}
