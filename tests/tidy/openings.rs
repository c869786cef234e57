//! How doc comments begin: with what a thing is or does, hardly ever with a bare clause.

use perf_tests::house::{Openings, openings};

use crate::sources::{self, Source};
use crate::{Finding, assert_none};

/// The sources of the crates.
const CRATES: [&str; 3] = ["perf-macros/src/", "perf-runtime/src/", "perf-report/src/"];

/// Percent of the doc comments of a crate that may begin with a clause: "What …", "Whether …",
/// "How …".
const CEILING: f64 = 3.0;

/// Finds all clauses below `folder`, if they are more than `ceiling` percent of the comments there.
fn clauses_beyond(ceiling: f64, folder: &str, sources: &[Source]) -> Vec<Finding> {
    let is_one = |source: &&Source| source.is_rust() && source.is_below(&[folder]);
    let mut all = Openings::default();
    let mut findings = Vec::new();
    for source in sources.iter().filter(is_one) {
        let openings = openings(source);
        let finding = |line: &usize| Finding::new(source, *line, "begins with a bare clause");
        findings.extend(openings.clauses.iter().map(finding));
        all += openings;
    }
    if all.share_pct() <= ceiling {
        return Vec::new();
    }
    let what =
        format!("{:.1} % of {} comments, of {ceiling} % at most", all.share_pct(), all.comments);
    findings.insert(0, Finding { path: folder.to_owned(), line: 0, what });
    findings
}

#[test]
fn doc_comments_begin_with_what_a_thing_is() {
    let sources = sources::all();
    assert_none(CRATES.iter().flat_map(|folder| clauses_beyond(CEILING, folder, &sources)));
}

#[test]
fn the_rule_on_openings_can_fail() {
    let text = "//! What lives here,\n//! Whether or not.\n\n/// Returns it.\nfn f() {}\n    /// How it is.\n// Of it.\n\n/// Whatever.\n";
    let sources =
        [Source::made_up("crate/src/x.rs", text), Source::made_up("crate/src/y.md", text)];
    let found = clauses_beyond(49.0, "crate/src/", &sources);
    assert_eq!(found.iter().map(|found| found.line).collect::<Vec<_>>(), [0, 1, 6]);
    assert_eq!(found[0].what, "50.0 % of 4 comments, of 49 % at most");
    assert!(clauses_beyond(50.0, "crate/src/", &sources).is_empty());
    assert!(clauses_beyond(0.0, "other/src/", &sources).is_empty());
}
