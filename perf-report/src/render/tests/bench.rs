//! Benchmarks in every medium and view, as the document of version 1 has them.

use crate::model::BenchDocument;
use crate::render::{BenchDetail, BenchFacet, BenchView, Document as _, Screen};

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
