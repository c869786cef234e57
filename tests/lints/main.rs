//! That lints find in tracked code what they find in the same code without tracking: nothing of what
//! the attribute and the macros write, and everything that somebody wrote.
//!
//! The fixture is a crate of functions of every shape in which lints find much. It is linted with all
//! there is, once with perf-runtime and once with a `stand_in` of which nothing comes.

mod linter;
mod sources;

use std::collections::BTreeSet;

use linter::{Diagnostic, Linter};
use perf_tests::skipped;
use sources::Variant;

/// What differs nevertheless, and why. `docs/how-it-measures.md` lists it.
struct Exception {
    linter: Linter,
    lint: &'static str,
    /// Where: part of the file's name.
    file: &'static str,
    difference: Difference,
}

/// How diagnostics may differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Difference {
    /// Reported only with perf-track.
    Added,
    /// Reported only without.
    Lost,
}

/// A predicate is in use where an attribute names it; so it is for clippy, which makes a
/// difference to a few lints about the function that it judges.
const fn of_predicates(linter: Linter, lint: &'static str) -> Exception {
    Exception { linter, lint, file: "judged.rs", difference: Difference::Lost }
}

const EXCEPTIONS: &[Exception] = &[
    of_predicates(Linter::Clippy, "dead_code"),
    of_predicates(Linter::Rustc, "dead_code"),
    of_predicates(Linter::Clippy, "clippy::items_after_statements"),
    of_predicates(Linter::Clippy, "clippy::missing_const_for_fn"),
    of_predicates(Linter::Clippy, "clippy::must_use_candidate"),
    // The call of a function that is classified is in a closure.
    of_predicates(Linter::Rustc, "unconditional_recursion"),
    // True: before edition 2024 temporaries of the last expression outlive what is measured.
    Exception {
        linter: Linter::Rustc,
        lint: "tail_expr_drop_order",
        file: "judged.rs",
        difference: Difference::Added,
    },
];

impl Exception {
    fn covers(&self, linter: Linter, difference: Difference, diagnostic: &Diagnostic) -> bool {
        self.linter == linter
            && self.difference == difference
            && self.lint == diagnostic.lint
            && diagnostic.place.contains(self.file)
    }
}

/// What differs between the two, but for the exceptions. Notes which of those there were.
fn compare(
    linter: Linter,
    [plain, tracked]: &[Vec<Diagnostic>; 2],
    seen: &mut BTreeSet<usize>,
) -> Vec<String> {
    let sides = [(Difference::Lost, plain, tracked), (Difference::Added, tracked, plain)];
    let mut differences = Vec::new();
    for (difference, found, others) in sides {
        for diagnostic in without(found, others) {
            match EXCEPTIONS.iter().position(|it| it.covers(linter, difference, diagnostic)) {
                Some(exception) => _ = seen.insert(exception),
                None => differences.push(format!("{difference:?}: {diagnostic}")),
            }
        }
    }
    differences
}

/// Those that are not among `others`, as often as they are missing there.
fn without<'a>(found: &'a [Diagnostic], others: &[Diagnostic]) -> Vec<&'a Diagnostic> {
    let mut left = others.to_vec();
    let is_missing = |diagnostic: &&Diagnostic| {
        let at = left.iter().position(|other| other == *diagnostic);
        at.map(|at| left.swap_remove(at)).is_none()
    };
    found.iter().filter(is_missing).collect()
}

/// Lints the fixture in each of its variants and of the editions.
fn differences(linter: Linter) {
    if let Err(why) = linter.is_there() {
        return skipped(&why);
    }
    let mut seen = BTreeSet::new();
    let mut lints = BTreeSet::new();
    let mut differences = Vec::new();
    for edition in ["2021", "2024"] {
        for &variant in linter.variants() {
            let found = sources::packages(linter.name(), edition, variant)
                .map(|package| linter.diagnostics(&package));
            lints.extend(found[0].iter().map(|diagnostic| diagnostic.lint.clone()));
            for difference in compare(linter, &found, &mut seen) {
                differences.push(format!("{edition}, {variant:?}: {difference}"));
            }
        }
    }
    assert!(differences.is_empty(), "lints differ:\n  {}", differences.join("\n  "));
    assert!(lints.len() >= linter.lints_at_least(), "the fixture is too clean: {lints:?}");
    let stale = (0..EXCEPTIONS.len())
        .filter(|at| EXCEPTIONS[*at].linter == linter && !seen.contains(at))
        .map(|at| EXCEPTIONS[at].lint);
    assert_eq!(stale.collect::<Vec<_>>(), [""; 0], "exceptions that are none any more");
}

#[test]
fn clippy_finds_the_same() {
    differences(Linter::Clippy);
}

#[test]
fn rustc_finds_the_same() {
    differences(Linter::Rustc);
}

#[test]
fn differences_are_found_in_both_directions() {
    let diagnostic = |lint: &str| Diagnostic {
        lint: lint.to_owned(),
        place: "src/functions.rs:1:1".to_owned(),
        message: String::new(),
    };
    let [a, b] = ["a", "b"].map(diagnostic);
    let both = [vec![a.clone(), b.clone()], vec![b.clone(), a.clone()]];
    let mut seen = BTreeSet::new();
    assert_eq!(compare(Linter::Clippy, &both, &mut seen), [""; 0]);
    let twice = [vec![a.clone(), b.clone()], vec![a.clone(), a.clone()]];
    let found = compare(Linter::Clippy, &twice, &mut seen);
    assert_eq!(found, [format!("Lost: {b}"), format!("Added: {a}")]);
    assert!(seen.is_empty());
    assert_eq!(
        Variant::Judged.of("#[perf_track]\nfn f() -> u8 {\n"),
        "#[perf_track(ok_if = always)]\nfn f() -> u8 {\n"
    );
    assert_eq!(Variant::Judged.of("#[perf_track]\nfn f() {\n"), "#[perf_track]\nfn f() {\n");
}
