//! Benchmarks in every medium and view, as the document of version 1 has them.

use crate::model::{
    BenchDocument, BenchDoubt, BenchOutcome, Complexity, Cost, CostGrowth, Function, Harness, Leak,
};
use crate::render::{BenchDetail, BenchFacet, BenchView, Document as _, Screen};
use crate::stats::forms::Form;

const GOLDEN: &str = include_str!("../../../tests/golden/bench.v1.json");

fn document() -> BenchDocument {
    serde_json::from_str(GOLDEN).unwrap()
}

fn shown(facet: BenchFacet, detail: BenchDetail) -> String {
    let document = document();
    BenchView { document: &document, facet, detail }.human(Screen { width: 110, styled: false })
}

#[test]
fn a_screen_has_a_table_of_the_view() {
    insta::assert_snapshot!(shown(BenchFacet::Function, BenchDetail::Detailed));
}

#[test]
fn every_view_has_its_figures() {
    for (facet, figure) in [
        (BenchFacet::Memory, "peak RSS"),
        (BenchFacet::Cpu, "utilisation"),
        (BenchFacet::Network, "everything in this network namespace"),
        (BenchFacet::Concurrent, "threads"),
        (BenchFacet::Stress, "ramp speed::lock"),
        (BenchFacet::Comparison, "time over base"),
    ] {
        let text = shown(facet, BenchDetail::Detailed).replace('\n', " ");
        assert!(text.contains(figure), "{facet:?}: {text}");
        let short = shown(facet, BenchDetail::Minimal);
        assert!(short.len() < text.len(), "{facet:?}: {short}");
    }
}

#[test]
fn lists_and_pull_requests_have_the_same() {
    let document = document();
    let view = BenchView::usual(&document);
    insta::assert_snapshot!("markdown", view.markdown().unwrap());
    insta::assert_snapshot!("csv", view.csv().unwrap());
    for facet in [BenchFacet::Comparison, BenchFacet::Stress] {
        let name = format!("csv_{facet:?}").to_lowercase();
        insta::assert_snapshot!(name, BenchView { facet, ..view }.csv().unwrap());
    }
}

/// Returns a document with all that a reader must be told beside times.
fn eventful() -> BenchDocument {
    fn harness(function: &mut Function) -> &mut Harness {
        function.benchmark.as_mut().unwrap().harness.as_mut().unwrap()
    }
    let mut document = document();
    let rows = &mut document.benchmarks;
    let [first, .., third, fourth, fifth] = &mut rows[..] else { panic!("{rows:?}") };
    harness(&mut first.benchmark).outcome = BenchOutcome::Panicked;
    first.benchmark.mean_ns = None;
    harness(&mut third.benchmark).memory.leak = Some(Leak { bytes: 24.0, low: 23.9, high: 24.1 });
    for row in [fourth, fifth] {
        harness(&mut row.benchmark).doubts = vec![BenchDoubt::Drift, BenchDoubt::Busy];
    }
    let time = CostGrowth {
        cost: Cost::Time,
        values: vec![1.0; 5],
        forms: vec![Form::Linear, Form::Linearithmic],
        exponent: Some(1.03),
        interval: Some((0.98, 1.07)),
        fixed: None,
        constant_within_pct: None,
    };
    let sizes = vec![10.0, 100.0, 1_000.0, 10_000.0, 100_000.0];
    let benchmark = "speed::sort_stable".to_owned();
    document.complexity = vec![Complexity { benchmark, sizes, unknown: None, costs: vec![time] }];
    document
}

#[test]
fn a_leak_a_growth_and_a_bad_end_are_in_the_usual_view_of_every_width() {
    let document = eventful();
    let view = BenchView::usual(&document);
    for width in [80, 100, 120] {
        let text = view.human(Screen { width, styled: false });
        assert!(text.lines().all(|line| line.chars().count() <= width), "{width}: {text}");
        insta::assert_snapshot!(format!("eventful_{width}"), text);
    }
    insta::assert_snapshot!("eventful_markdown", view.markdown().unwrap());
}
