//! How long files and functions may be, and what a file begins with.

use perf_tests::house::{Function, functions};

use crate::sources::{self, Source};
use crate::{Finding, assert_none, in_rust_sources};

/// Lines that a file should have at most; longer ones are listed.
const FILE_AIM: usize = 300;
/// Lines that a file may have at most, tests and all.
const FILE_LIMIT: usize = 600;
/// Lines that the body of a function may have at most.
const FUNCTION_LIMIT: usize = 60;
/// Functions that are longer, by file and name: debts, which go.
const LONGER: &[(&str, &str)] = &[];

fn too_long_a_file(source: &Source) -> Vec<Finding> {
    let lines = source.text.lines().count();
    let finding = || Finding::new(source, lines, format!("{lines} lines, of {FILE_LIMIT} at most"));
    (lines > FILE_LIMIT).then(finding).into_iter().collect()
}

fn too_long_functions(source: &Source) -> Vec<Finding> {
    let is_listed = |function: &Function| LONGER.contains(&(&*source.path, &*function.name));
    let functions = functions(source).into_iter().filter(is_too_long);
    let finding = |function: Function| {
        let Function { name, line, lines } = function;
        let what = format!("{name} has {lines} lines, of {FUNCTION_LIMIT} at most");
        Finding::new(source, line, what)
    };
    functions.filter(|function| !is_listed(function)).map(finding).collect()
}

fn is_too_long(function: &Function) -> bool {
    function.lines > FUNCTION_LIMIT
}

/// Returns the listed functions that `sources` do not have, or have within the limit.
fn no_longer_longer<'a>(
    listed: &[(&'a str, &'a str)],
    sources: &[Source],
) -> Vec<(&'a str, &'a str)> {
    let is_longer = |(path, name): &(&str, &str)| {
        let functions = sources.iter().filter(|source| source.path == *path).flat_map(functions);
        functions.filter(is_too_long).any(|function| function.name == *name)
    };
    listed.iter().copied().filter(|one| !is_longer(one)).collect()
}

fn begins_without_a_word(source: &Source) -> Vec<Finding> {
    let first = source.text.lines().next().unwrap_or_default();
    let says_something = first.strip_prefix("//!").is_some_and(|rest| rest.trim().len() > 5);
    let finding = || Finding::new(source, 1, "a file opens with `//!` and what lives in it");
    (!says_something).then(finding).into_iter().collect()
}

#[test]
#[expect(clippy::print_stdout, reason = "seen with --nocapture")]
fn files_are_short() {
    let all = sources::all();
    for source in all.iter().filter(|source| source.is_rust()) {
        let lines = source.text.lines().count();
        if lines > FILE_AIM {
            println!("{} has {lines} lines; aim at {FILE_AIM}", source.path);
        }
    }
    assert_none(in_rust_sources(too_long_a_file));
}

#[test]
fn functions_are_short() {
    assert_none(in_rust_sources(too_long_functions));
}

#[test]
fn the_functions_that_are_longer_are_there() {
    let shorter = no_longer_longer(LONGER, &sources::all());
    assert!(shorter.is_empty(), "remove them from `LONGER`: {shorter:?}");
}

#[test]
fn files_say_what_lives_in_them() {
    assert_none(in_rust_sources(begins_without_a_word));
}

#[test]
fn the_rule_on_files_can_fail() {
    let of_lines = |lines| Source::made_up("x.rs", &"\n".repeat(lines));
    assert!(too_long_a_file(&of_lines(FILE_LIMIT)).is_empty());
    assert_eq!(too_long_a_file(&of_lines(FILE_LIMIT + 1)).len(), 1);
}

#[test]
fn the_rule_on_functions_can_fail() {
    let of_lines = |lines| {
        let body = "    f();\n".repeat(lines);
        Source::made_up(
            "x.rs",
            &format!("impl S {{\nfn long() {{\n{body}}}\n}}\nfn short() {{}}\n"),
        )
    };
    assert!(too_long_functions(&of_lines(FUNCTION_LIMIT)).is_empty());
    let findings = too_long_functions(&of_lines(FUNCTION_LIMIT + 1));
    assert_eq!(findings.iter().map(|found| found.line).collect::<Vec<_>>(), [2]);
    let listed = [("x.rs", "long"), ("x.rs", "short"), ("y.rs", "long")];
    let sources = [of_lines(FUNCTION_LIMIT + 1)];
    assert_eq!(no_longer_longer(&listed, &sources), [("x.rs", "short"), ("y.rs", "long")]);
}

#[test]
fn the_rule_on_beginnings_can_fail() {
    let begins = |text: &str| begins_without_a_word(&Source::made_up("x.rs", text));
    assert!(begins("//! What it is.\nfn f() {}\n").is_empty());
    assert_eq!(begins("// What it is.\n").len(), 1);
    assert_eq!(begins("//! x\n").len(), 1);
    assert_eq!(begins("").len(), 1);
}
