//! Benchmarks of several processes: the document as an older version wrote it.

use perf_report::model::BenchDocument;

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
fn a_document_of_benchmarks_is_rendered_again() {
    let project = Project::with(&[]);
    project.write("bench.json", GOLDEN);
    for format in ["human", "markdown", "csv"] {
        let text = project.prints(&["render", "bench.json", "--format", format], 0);
        assert!(text.contains("speed::parse"), "{format}: {text}");
    }
}
