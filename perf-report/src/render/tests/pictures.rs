//! Pictures as they look: every width, hostile and wide names, with colours and without.

use insta::assert_snapshot;
use proptest::prelude::*;

use super::{brief, idle, screen};
use crate::model::{METRICS_OF_TREES, Metric, RunDocument, TreeNode, samples};
use crate::render::words::fit;
use crate::render::{Screen, Selection, human, markdown};
use crate::text::{ascii, sanitize};

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

proptest! {
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
}
