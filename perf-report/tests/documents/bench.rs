//! Benchmarks of several processes: the document as an older version wrote it.

use perf_report::analysis::bench;
use perf_report::model::{BenchDocument, Report};
use perf_report::render::json;

use super::{Project, Value, obeys};

const SCHEMA: &str = include_str!("../../schemas/bench.v1.schema.json");
const GOLDEN: &str = include_str!("../golden/bench.v1.json");

#[test]
fn benchmarks_of_version_1_stay_readable() {
    obeys(GOLDEN, SCHEMA);
    let document: BenchDocument = serde_json::from_str(GOLDEN).unwrap();
    assert_eq!(
        serde_json::to_value(&document).unwrap(),
        serde_json::from_str::<Value>(GOLDEN).unwrap()
    );
}

#[test]
fn a_score_and_advice_obey_the_schema_and_are_shown_again() {
    let document: BenchDocument = serde_json::from_str(GOLDEN).unwrap();
    let mut report: Report =
        serde_json::from_str(include_str!("../golden/report.v1.json")).unwrap();
    let mut other = report.advice[0].clone();
    other.function = Some(document.benchmarks[0].benchmark.name.clone());
    report.advice.push(other);
    report.silenced = 2;
    let scored = bench::scored(document, report);
    assert_eq!(scored.advice.len(), 1, "what is about others is left out");
    let written = json::json(&scored).unwrap();
    obeys(&written, SCHEMA);
    assert_eq!(serde_json::from_str::<BenchDocument>(&written).unwrap(), scored);
    let project = Project::with(&[]);
    project.write("bench.json", &written);
    for format in ["human", "markdown"] {
        let text = project.prints(&["render", "bench.json", "--format", format], 0);
        assert!(text.contains("CRITICAL") && text.contains("Advice"), "{format}: {text}");
    }
}

#[test]
fn a_document_of_benchmarks_is_rendered_again() {
    let project = Project::with(&[]);
    project.write("bench.json", GOLDEN);
    for format in ["human", "markdown", "csv"] {
        let text = project.prints(&["render", "bench.json", "--format", format], 0);
        assert!(text.contains("speed::parse"), "{format}: {text}");
    }
}
