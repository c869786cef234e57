//! Histories as people read them: each word, a step, a drift, and too few runs.

use crate::analysis::history::{decline, history};
use crate::model::samples::{self, noisy, past};
use crate::model::{HistoryDocument, Metric, RunDocument, TrendLimits};
use crate::render::csv::{decline as decline_csv, history as csv};
use crate::render::human::{decline as decline_human, history as human};
use crate::render::markdown::{decline as decline_markdown, history as markdown};
use crate::render::{Screen, Shown};

const SCREEN: Screen = Screen { width: 100, styled: false };
const ALL: Shown = Shown { limit: Some(30), one: false };
const ONE: Shown = Shown { limit: Some(6), one: true };

fn runs() -> Vec<RunDocument> {
    let with = |seed, last: u64| [noisy(seed, 29, 12_000_000, 10), vec![last]].concat();
    let step = [noisy(6, 18, 9_000_000, 10), noisy(7, 12, 10_100_000, 10)].concat();
    let mut runs = past(&[
        ("app::parse::tokenize", with(1, 14_500_000)),
        ("app::db::Pool::connect", with(2, 13_500_000)),
        ("app::render::page", with(3, 10_300_000)),
        ("app::cache::Store::lookup", with(4, 12_100_000)),
        ("app::net::read", noisy(5, 30, 11_000_000, 350)),
        ("app::index::build", step),
        ("app::once", vec![7_000_000; 30]),
    ]);
    let newest = runs.last_mut().unwrap();
    newest.functions.retain(|function| function.name != "app::once");
    runs
}

/// Returns many runs that become slower little by little.
fn drifting() -> Vec<RunDocument> {
    let drift = |(ns, at): (u64, u64)| ns + 16_000 * at;
    let times = noisy(8, 200, 8_000_000, 10).into_iter().zip(0..).map(drift).collect();
    past(&[("app::log::flush", times)])
}

fn of(runs: &[RunDocument]) -> HistoryDocument {
    history(runs, Metric::SelfNs, TrendLimits::default()).unwrap()
}

fn one(runs: &[RunDocument], name: &str) -> HistoryDocument {
    let mut document = of(runs);
    document.functions.retain(|function| function.name.ends_with(name));
    document
}

#[test]
fn every_function_with_its_word() {
    insta::assert_snapshot!("all", human(&of(&runs()), ALL, SCREEN));
    let narrow = Screen { width: 60, ..SCREEN };
    insta::assert_snapshot!(
        "all_narrow",
        human(&of(&runs()), Shown { limit: Some(3), ..ALL }, narrow)
    );
    insta::assert_snapshot!("all_markdown", markdown(&of(&runs()), ALL));
}

#[test]
fn one_function_for_each_outcome() {
    let runs = runs();
    for name in ["tokenize", "connect", "page", "lookup", "read", "build", "once"] {
        insta::assert_snapshot!(format!("one_{name}"), human(&one(&runs, name), ONE, SCREEN));
    }
    for name in ["tokenize", "build"] {
        insta::assert_snapshot!(format!("one_{name}_markdown"), markdown(&one(&runs, name), ONE));
    }
    insta::assert_snapshot!("one_drift", human(&of(&drifting()), ONE, SCREEN));
    insta::assert_snapshot!("all_drift", human(&of(&drifting()), ALL, SCREEN));
    insta::assert_snapshot!("one_drift_markdown", markdown(&of(&drifting()), ONE));
}

#[test]
fn what_is_not_known_leaves_no_gap() {
    for mut unknown in [of(&drifting()), one(&runs(), "build")] {
        unknown.runs.iter_mut().for_each(|run| (run.time, run.commit) = (String::new(), None));
        for text in [human(&unknown, ONE, SCREEN), markdown(&unknown, ONE)] {
            assert!(!text.contains("()") && text.contains("run "), "{text}");
        }
    }
}

#[test]
fn too_few_runs_say_so() {
    let few = &runs()[27..];
    insta::assert_snapshot!("few", human(&of(few), ALL, SCREEN));
    insta::assert_snapshot!("few_one", human(&one(few, "tokenize"), ONE, SCREEN));
    insta::assert_snapshot!("few_markdown", markdown(&one(&few[..1], "tokenize"), ONE));
}

#[test]
fn what_is_in_doubt_and_what_is_not_whole_is_said() {
    let mut runs = past(&[("app::lex::token", vec![10; 24])]);
    for (at, run) in runs.iter_mut().enumerate() {
        let function = &mut run.functions[0];
        let ns = if at < 12 { 50 } else { 60 };
        (function.p50_ns, function.resolution_ns, function.raw_total_ns) = (Some(ns), 10, 1);
        function.histogram = vec![(ns, 100)];
        if at % 9 == 4 {
            run.run.exit_code = Some(101);
        }
    }
    let document = history(&runs, Metric::P50Ns, TrendLimits::default()).unwrap();
    let shown = Shown { limit: Some(3), one: true };
    insta::assert_snapshot!("one_doubtful", human(&document, shown, SCREEN));
    insta::assert_snapshot!("one_doubtful_markdown", markdown(&document, shown));
    let rising = |run: &mut RunDocument, at: u64| {
        run.functions[0].self_ns = 1_200_000_000 + at * 100_000_000;
    };
    let mut runs = past(&[("app::lex::token", noisy(1, 25, 12_000_000, 10))]);
    runs.iter_mut().skip(20).zip(0..).for_each(|(run, at)| rising(run, at));
    for (run, waited) in runs.iter_mut().skip(20).zip([0, 10, 20, 30, 60]) {
        let function = &mut run.functions[0];
        function.raw_self_ns = function.self_ns;
        function.self_preempted_ns = function.self_ns * waited / 100;
    }
    runs[24].recording.lost_calls = 7;
    let document = decline(&runs, 5, Metric::SelfNs, TrendLimits::default()).unwrap();
    insta::assert_snapshot!("decline_doubtful", decline_human(&document, SCREEN));
    insta::assert_snapshot!("decline_doubtful_markdown", decline_markdown(&document));
}

#[test]
fn the_command_and_counts_are_in_their_own_units() {
    let limits = TrendLimits { improvement_pct: None, degraded_pct: None, regression_pct: None };
    let of = |metric| human(&history(&runs(), metric, limits).unwrap(), ALL, SCREEN);
    insta::assert_snapshot!("calls_and_wall", of(Metric::Calls) + "\n" + &of(Metric::WallNs));
}

#[test]
fn csv_is_what_changepoints_reads() {
    let document = of(&runs());
    let series = crate::import::table::series(&csv(&document)).unwrap();
    assert_eq!(series.len(), document.functions.len());
    for (series, function) in series.iter().zip(&document.functions) {
        assert_eq!(series.name, function.name);
        assert_eq!(series.values, function.values.iter().copied().flatten().collect::<Vec<_>>());
    }
    assert_eq!(series[0].points[3].commit, document.runs[3].commit);
}

#[test]
fn names_from_programs_do_no_harm() {
    let runs: Vec<RunDocument> = (0..9).map(|_| samples::hostile()).collect();
    let document = of(&runs);
    let text = human(&document, ALL, SCREEN) + &markdown(&document, ALL);
    let (one, declined) = (
        human(
            &HistoryDocument { functions: document.functions[..1].to_vec(), ..document },
            ONE,
            SCREEN,
        ),
        decline(&runs, 5, Metric::SelfNs, TrendLimits::default()).unwrap(),
    );
    let declined = decline_human(&declined, SCREEN) + &decline_markdown(&declined);
    for text in [text, one, declined] {
        assert!(!text.contains(['\u{1b}', '\u{7}', '\u{202e}', '\0']), "{text:?}");
    }
}

#[test]
fn a_decline_is_told_in_a_sentence() {
    let rising = |seed: u64, by: u64| {
        let before = noisy(seed, 20, 12_000_000, 10);
        let last = (0..5).map(|at| 12_100_000 + at * by + at * at * 7_000);
        before.into_iter().chain(last).collect::<Vec<u64>>()
    };
    let falling: Vec<u64> = rising(4, 420_000).into_iter().map(|ns| 26_000_000 - ns).collect();
    let runs = past(&[
        ("app::parse::tokenize", rising(1, 460_000)),
        ("app::db::Pool::connect", rising(2, 320_000)),
        ("app::net::read", rising(3, 90_000)),
        ("app::render::page", falling),
        ("app::cache::Store::lookup", noisy(5, 25, 12_000_000, 10)),
    ]);
    let found =
        |runs: &[RunDocument]| decline(runs, 5, Metric::SelfNs, TrendLimits::default()).unwrap();
    insta::assert_snapshot!("decline", decline_human(&found(&runs), SCREEN));
    insta::assert_snapshot!("decline_markdown", decline_markdown(&found(&runs)));
    insta::assert_snapshot!("decline_csv", decline_csv(&found(&runs)));
    let unsure = found(&runs[20..]);
    insta::assert_snapshot!("decline_unsure", decline_human(&unsure, SCREEN));
    let none = found(&past(&[("app::cache::Store::lookup", noisy(5, 25, 12_000_000, 10))]));
    insta::assert_snapshot!("decline_none", decline_human(&none, SCREEN));
    insta::assert_snapshot!("decline_none_markdown", decline_markdown(&none));
}

#[test]
fn what_a_program_says_is_obeyed_by_nobody() {
    use crate::render::tests::{COMMANDS, obeyed_by_nobody, saying};
    let (past, drift) = (of(&runs()), drifting());
    let decline = decline(&drift, 5, Metric::SelfNs, TrendLimits::default()).unwrap();
    for text in COMMANDS {
        let (past, decline) = (saying(&past, text), saying(&decline, text));
        for width in [40, 100] {
            let screen = Screen { width, ..SCREEN };
            obeyed_by_nobody("history", &human(&past, ALL, screen));
            obeyed_by_nobody("one", &human(&past, ONE, screen));
            obeyed_by_nobody("decline", &decline_human(&decline, screen));
        }
        for table in [csv(&past), decline_csv(&decline)] {
            obeyed_by_nobody("csv", &table);
        }
        for text in [markdown(&past, ALL), markdown(&past, ONE), decline_markdown(&decline)] {
            obeyed_by_nobody("markdown", &text);
        }
    }
}
