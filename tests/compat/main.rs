//! The attribute on every function of a crate, and that crate's own tests and lints before and after.
//!
//! A harness does that, which lies beside the repository: [`harness`] runs it, [`row`] judges what it
//! writes, [`counts`] holds the recorder to an independent count of the calls. Crates that take minutes
//! are tried when asked for: `COMPAT_CRATES="bytes csv" cargo test -p perf-tests --test compat others`.

mod counts;
mod harness;
mod row;

use std::path::Path;

use harness::Harness;
use perf_tests::skipped;

/// Recorded, and with recording compiled out.
const SPECS: [&str; 2] = ["perf-track", "perf-track-off"];

/// Runs the harness on a crate.
fn try_on(subject: &str) {
    let harness = match Harness::of(subject) {
        Ok(harness) => harness,
        Err(why) => return skipped(&format!("the crate {subject}: {why}")),
    };
    for spec in SPECS {
        let row = harness.run(Path::new(spec));
        let complaints = row::complaints(&row, &harness.base());
        assert!(complaints.is_empty(), "{subject} with {spec}:\n  {}", complaints.join("\n  "));
    }
    counts::compare(&harness);
}

/// A function of each kind that there is.
#[test]
fn kinds() {
    try_on("kinds");
}

/// Code that others wrote.
#[test]
fn semver() {
    try_on("semver");
}

/// Those that somebody asks for, of the list that the harness has.
#[test]
fn others() {
    let crates = std::env::var("COMPAT_CRATES").unwrap_or_default();
    crates.split_whitespace().for_each(try_on);
}
