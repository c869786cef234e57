//! Holds the repository to its own rules, by reading it.
//!
//! What a compiler or a linter can check is in the root `Cargo.toml`; here is the rest. Each rule is
//! a pure function from a source to findings, and has a test that it can fail.

mod benching;
mod dependencies;
mod documents;
mod layers;
mod openings;
mod packages;
mod places;
mod releases;
mod scripts;
mod seen;
mod sizes;
mod sources;

use std::fmt;

use sources::Source;

/// A place where a rule is broken.
#[derive(Debug, PartialEq, Eq)]
struct Finding {
    path: String,
    line: usize,
    what: String,
}

impl Finding {
    fn new(source: &Source, line: usize, what: impl Into<String>) -> Self {
        Self { path: source.path.clone(), line, what: what.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.what)
    }
}

/// Fails with all of `findings`, each on a line that editors can jump to.
fn assert_none(findings: impl IntoIterator<Item = Finding>) {
    let lines: Vec<String> = findings.into_iter().map(|found| format!("  {found}")).collect();
    assert!(lines.is_empty(), "the repository breaks its own rules:\n{}\n", lines.join("\n"));
}

/// Findings of `rule` in every Rust source of the repository.
fn in_rust_sources(rule: fn(&Source) -> Vec<Finding>) -> Vec<Finding> {
    sources::all().iter().filter(|source| source.is_rust()).flat_map(rule).collect()
}

#[test]
fn the_sources_are_found() {
    let all = sources::all();
    for path in ["Cargo.toml", "perf-runtime/src/lib.rs", "tests/tidy/main.rs", ".ci/run"] {
        assert!(all.iter().any(|source| source.path == path), "{path} is not among them");
    }
    assert!(!all.iter().any(|source| source.path.starts_with("target/")));
}
