//! Pictures as they look: every width, hostile and wide names, with colours and without.

use insta::assert_snapshot;
use proptest::prelude::*;

use super::{brief, idle, screen};
use crate::analysis::{history, page};
use crate::model::samples::{self, noisy, past};
use crate::model::{
    Budget, Function, FunctionDocument, METRICS_OF_TREES, Metric, RunDocument, TreeNode,
    TrendLimits,
};
use crate::render::words::fit;
use crate::render::{Document as _, HistoryView, Screen, Selection, Shown, human, markdown};
use crate::text::{ascii, sanitize};
use crate::verdict::Limits;

const WIDTHS: [usize; 4] = [40, 80, 120, 200];

fn flame(run: &RunDocument, selection: &Selection, width: usize) -> String {
    human::plain_flame(run, Metric::SelfNs, selection, screen(width))
}

fn focus(filter: &str) -> Selection {
    Selection { filter: Some(filter.to_owned()), ..brief() }
}

/// Returns a run with names of wide letters, of generics, and of many small functions.
fn wide() -> RunDocument {
    let small: Vec<String> = (0..40).map(|at| format!("部品::小さい関数_{at}")).collect();
    let mut nodes: Vec<samples::Node<'_>> = vec![
        (None, "アプリ::主::実行する", 1, 5_000),
        (Some(0), "<[u8; 4] as app::Sum<core::iter::Map<a::B, fn() -> c::D>>>::sum", 9, 90_000),
        (Some(0), "部品::構文解析::字句に分ける", 12, 120_000),
        (Some(2), "serde::de::Deserializer::deserialize_any", 3, 60_000),
    ];
    nodes.extend(small.iter().map(|name| (Some(0), name.as_str(), 2, 900)));
    samples::of(&nodes)
}

#[test]
fn an_icicle_in_every_width() {
    for width in WIDTHS {
        assert_snapshot!(format!("flame_{width}"), flame(&samples::typical(), &brief(), width));
        assert_snapshot!(format!("flame_wide_names_{width}"), flame(&wide(), &brief(), width));
    }
    assert_snapshot!("flame_hostile", flame(&samples::hostile(), &brief(), 120));
    assert_snapshot!("flame_ascii", ascii::drawn(&flame(&wide(), &brief(), 100)));
    let whole = human::flame(&samples::sampled(), Metric::SelfNs, &brief(), screen(100));
    assert_snapshot!("flame_whole", whole);
}

#[test]
fn an_icicle_in_colour() {
    let styled = Screen { width: 80, styled: true };
    let text = human::plain_flame(&wide(), Metric::SelfNs, &brief(), styled);
    assert_snapshot!("flame_styled", text.replace('\x1b', "ESC"));
    let plain = anstream::adapter::strip_str(&text).to_string();
    assert_eq!(plain, flame(&wide(), &brief(), 80), "colours change nothing but colours");
}

#[test]
fn an_icicle_of_a_part_of_other_metrics_and_of_nothing() {
    let run = samples::typical();
    assert_snapshot!("flame_focus", flame(&run, &focus("METRICS"), 100));
    let few = Selection { limit: Some(2), ..brief() };
    let by = |run: &RunDocument, metric| human::plain_flame(run, metric, &brief(), screen(80));
    let texts = [
        flame(&run, &few, 80),
        by(&run, Metric::Calls),
        by(&run, Metric::Errors),
        by(&run, Metric::SelfAllocs),
        flame(&run, &focus("nowhere"), 80),
        flame(&idle(), &brief(), 80),
    ];
    assert_snapshot!("flame_other", texts.join("\n"));
    assert_snapshot!("flame_markdown", markdown::run_flame(&run, Metric::SelfNs, &brief()));
}

/// Returns any tree, with names that hold anything.
fn any_run() -> impl Strategy<Value = RunDocument> {
    let names = prop_oneof!["[a-z]{1,9}(::[a-z]{1,9}){0,4}", "\\PC{0,20}", any::<String>()];
    let node = (proptest::option::of(0_u32..30), names, 0..1_000_u64, any::<u64>(), any::<bool>());
    let node = node.prop_map(|(parent, function, calls, ns, is_small)| TreeNode {
        parent,
        function,
        calls,
        self_ns: if is_small { ns % 1_000 } else { ns },
        total_ns: ns,
        errors: calls / 2,
        ..TreeNode::default()
    });
    proptest::collection::vec(node, 0..40).prop_map(|mut tree| {
        tree.iter_mut().zip(0..).for_each(|(node, id)| node.id = id);
        RunDocument { tree, ..samples::empty() }
    })
}

/// Asserts that a text keeps within the screen and holds nothing that steers a terminal.
fn keeps_within(text: &str, width: usize) -> Result<(), TestCaseError> {
    let plain = anstream::adapter::strip_str(text).to_string();
    for line in plain.lines() {
        prop_assert!(fit::width(line) <= width, "{} > {width}: {line:?}", fit::width(line));
    }
    prop_assert_eq!(sanitize::lines(&plain), plain);
    Ok(())
}

#[test]
fn the_history_of_one_function_is_a_chart() {
    let chart_of = |runs: &[RunDocument], metric, width| {
        let history = history::history(runs, metric, TrendLimits::default()).unwrap();
        let view = HistoryView { history: &history, shown: Shown { limit: Some(2), one: true } };
        view.human(screen(width))
    };
    let steps =
        [noisy(1, 22, 12_000_000, 12), noisy(2, 18, 15_500_000, 12), noisy(3, 20, 13_000_000, 12)];
    let mut runs = past(&[("部品::構文解析::字句に分ける", steps.concat())]);
    for at in [5, 30, 31] {
        runs[at].run.exit_code = Some(101);
    }
    for width in [40, 60, 80, 120, 200] {
        assert_snapshot!(format!("chart_{width}"), chart_of(&runs, Metric::SelfNs, width));
    }
    assert_snapshot!("chart_ascii", ascii::drawn(&chart_of(&runs[20..], Metric::SelfNs, 80)));
    let few = [chart_of(&runs[57..], Metric::SelfNs, 80), chart_of(&runs, Metric::Calls, 80)];
    assert_snapshot!("chart_few", few.join("\n"));
    assert!(!chart_of(&runs, Metric::SelfNs, 39).contains('┤'), "no room");
}

proptest! {
    #[test]
    fn no_chart_is_wider_than_the_screen(
        times in proptest::collection::vec(proptest::option::of(0_u64..1 << 45), 1..90),
        width in 40_usize..200,
        metric in 0_usize..4,
        styled in any::<bool>(),
    ) {
        let metric = [Metric::SelfNs, Metric::Calls, Metric::Success, Metric::SelfAllocBytes][metric];
        let runs = past(&[("a::f", vec![9; times.len()])]);
        let mut history = history::history(&runs, Metric::SelfNs, TrendLimits::default()).unwrap();
        history.metric = metric;
        history.not_whole = vec![0, 3];
        let values = times.iter().map(|time| time.map(crate::stats::number::float));
        history.functions[0].values = values.collect();
        let shown = Shown { limit: Some(1), one: true };
        let view = HistoryView { history: &history, shown };
        let text = view.human(Screen { width, styled });
        let chart: Vec<&str> = text.lines().take_while(|line| !line.contains("STABLE")).collect();
        keeps_within(&chart.join("\n"), width)?;
    }


    #[test]
    fn no_icicle_is_wider_than_the_screen(
        run in any_run(),
        metric in 0_usize..METRICS_OF_TREES.len(),
        width in 20_usize..200,
        filter in proptest::option::of("[a-z]?"),
        styled in any::<bool>(),
    ) {
        let selection = Selection { filter, ..brief() };
        let screen = Screen { width, styled };
        let text = human::plain_flame(&run, METRICS_OF_TREES[metric], &selection, screen);
        keeps_within(&text, width)?;
        let ascii = ascii::drawn(&anstream::adapter::strip_str(&text).to_string());
        prop_assert!(ascii.is_ascii());
    }

    #[test]
    fn no_page_of_a_function_is_wider_than_the_screen(
        run in any_run(),
        histogram in proptest::collection::vec((any::<u64>(), any::<u64>()), 0..30),
        numbers in any::<[u64; 6]>(),
        width in 40_usize..200,
        styled in any::<bool>(),
    ) {
        let Some(name) = run.tree.first().map(|node| node.function.clone()) else { return Ok(()) };
        let [calls, self_ns, total_ns, p50, p99, errors] = numbers;
        let function = Function {
            name: name.clone(),
            file: name.clone(),
            histogram,
            calls,
            self_ns,
            total_ns,
            errors,
            p50_ns: Some(p50),
            p99_ns: Some(p99),
            budget: Budget { p50_ns: Some(p99), calls: Some(p50), ..Budget::default() },
            ..Function::default()
        };
        let run = RunDocument { functions: vec![function], ..run };
        let page = page::page(&run, &name, &Limits::default(), None).unwrap();
        keeps_within(&page.human(Screen { width, styled }), width)?;
        page.markdown().unwrap();
    }
}

/// Returns a function with everything: a distribution, failures, limits, a past with a change.
fn full_page() -> FunctionDocument {
    let mut runs = past(&[
        (
            "code_stats::parse::tokenize",
            [noisy(1, 14, 5_000_000, 8), noisy(2, 10, 5_900_000, 8)].concat(),
        ),
        ("code_stats::main", vec![9_000; 24]),
    ]);
    let mut newest = samples::typical();
    newest.run.time.clone_from(&runs[23].run.time);
    let name = "code_stats::parse::tokenize";
    let function = samples::named(&mut newest, name);
    function.histogram = distribution(function.calls);
    (function.errors, function.classifies_errors, function.cancelled) = (3, true, 1);
    function.budget = Budget {
        p99_ns: Some(15_000_000),
        mean_ns: Some(6_000_000),
        allocs: Some(9),
        ..Budget::default()
    };
    function.tags = vec!["io".to_owned(), "hot\u{1b}".to_owned()];
    runs[4].run.exit_code = Some(101);
    let history =
        history::history_of(&runs, Metric::SelfNs, TrendLimits::default(), |it| it == name);
    page::page(&newest, name, &Limits::default(), history).unwrap()
}

/// Returns a skewed distribution of so many calls.
fn distribution(calls: u64) -> Vec<(u64, u64)> {
    let parts = [1, 3, 9, 24, 40, 31, 19, 12, 8, 5, 3, 2, 0, 1, 1, 0, 0, 1];
    let all: u64 = parts.iter().sum();
    let bucket = |(at, part): (u64, u64)| (2_400_000 * (8 + at) / 8, calls * part / all);
    (0..).zip(parts).map(bucket).filter(|(_, calls)| *calls > 0).collect()
}

#[test]
fn the_page_of_a_function_in_every_width() {
    let page = full_page();
    for width in WIDTHS {
        assert_snapshot!(format!("function_{width}"), page.human(screen(width)));
    }
    let styled = page.human(Screen { width: 100, styled: true });
    let plain = anstream::adapter::strip_str(&styled).to_string();
    assert_eq!(plain, page.human(screen(100)), "colours change nothing but colours");
    assert_snapshot!("function_styled", styled.replace('\x1b', "ESC"));
    assert_snapshot!("function_ascii", ascii::drawn(&page.human(screen(100))));
    assert_snapshot!("function_markdown", page.markdown().unwrap());
    assert_snapshot!("function_csv", page.csv().unwrap());
}

#[test]
fn the_page_of_a_function_of_which_little_is_known() {
    let of = |run: &RunDocument, end: &str| {
        let name = run.functions.iter().find(|it| it.name.ends_with(end)).unwrap().name.clone();
        page::page(run, &name, &Limits::default(), None).unwrap().human(screen(80))
    };
    let texts = [
        of(&samples::typical(), "evict"),
        of(&samples::counted(), "weigh"),
        of(&samples::sampled(), "visit"),
        of(&samples::allocating(), "parse_file"),
        of(&samples::hostile(), "click\")"),
        of(&samples::hostile(), "bell"),
    ];
    assert_snapshot!("function_little", texts.join("\n\n"));
    let served = samples::serving();
    let asynchronous = served.functions.iter().find(|it| it.futures.is_some()).unwrap();
    assert_snapshot!("function_async", of(&served, &asynchronous.name));
}
