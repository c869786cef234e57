//! The parts of the page's scripts that compute and draw nothing, in the laws that they keep: Node runs them.

use std::path::Path;

use perf_tests::consumers::consumer;

#[test]
fn the_flame_graph_is_laid_out_by_its_laws() {
    let Some(mut node) = consumer("node") else { return };
    let laws = Path::new(env!("CARGO_MANIFEST_DIR")).join("consumers/page/icicle.test.mjs");
    let output = node.arg("--test").arg(laws).output().expect("node can be run");
    let report = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{report}{}", String::from_utf8_lossy(&output.stderr));
    assert!(report.contains("# fail 0") && !report.contains("# pass 0"), "{report}");
}
