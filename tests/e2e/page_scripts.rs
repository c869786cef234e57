//! The parts of the page's scripts that compute and draw nothing, in the laws that they keep: Node runs them.

use std::path::Path;

use perf_tests::consumers::consumer;

/// Runs a file of laws.
#[track_caller]
fn holds(laws: &str) {
    let Some(mut node) = consumer("node") else { return };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("consumers/page");
    let output = node.arg("--test").arg(folder.join(laws)).output().expect("node can be run");
    let report = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{report}{}", String::from_utf8_lossy(&output.stderr));
    assert!(report.contains("# fail 0") && !report.contains("# pass 0"), "{report}");
}

#[test]
fn the_flame_graph_is_laid_out_by_its_laws() {
    holds("icicle.test.mjs");
}

#[test]
fn filters_ticks_and_quantities_are_right() {
    holds("figures.test.mjs");
}
