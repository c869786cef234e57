//! What the recorder, and the library of reports, bring into the programs that link them.

use std::collections::BTreeSet;
use std::process::Command;

use crate::sources;

/// Everything that a program gets with perf-runtime, direct or not.
///
/// A name is added here only after a look at the traits it implements. A crate that implements
/// traits of the standard library for types of the standard library (`serde_json` compares its
/// `Value` with `str`, `String`, numbers, …) adds candidates to type inference in every program
/// that links it, and code that compiled before, such as `text == input.parse().unwrap()`, no
/// longer does. Whoever adds an attribute must not be made to change other code.
const LINKED: &[&str] = &[
    "perf-runtime",
    "perf-macros",
    // Part of the compiler's work only, and in no program.
    "proc-macro2",
    "quote",
    "syn",
    "unicode-ident",
    // Link-time lists.
    "inventory",
    // The system.
    "libc",
    // Cells that are filled once.
    "once_cell",
    // Sites named at run time, and what it is made of.
    "dashmap",
    "cfg-if",
    "crossbeam-utils",
    "hashbrown",
    "lock_api",
    "parking_lot_core",
    "scopeguard",
    "smallvec",
];

/// Crates for terminals and command lines, which the library of reports does without.
const OF_COMMANDS: &[&str] = &[
    "anstream",
    "clap",
    "clap_builder",
    "console",
    "crossterm",
    "indicatif",
    "ratatui",
    "terminal_size",
];

fn tree_of_the_recorder() -> BTreeSet<String> {
    tree(&["--package", "perf-runtime", "--features", "record"])
}

/// Returns the names of all that a package brings in.
fn tree(package: &[&str]) -> BTreeSet<String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["tree", "--edges", "normal"])
        .args(package)
        .args(["--prefix", "none", "--format", "{p}", "--offline", "--locked"])
        .current_dir(sources::root())
        .output()
        .expect("cargo can be run");
    let problem = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "cargo tree fails: {problem}");
    names(&String::from_utf8_lossy(&output.stdout))
}

/// The names in the output of `cargo tree`, one package a line.
fn names(tree: &str) -> BTreeSet<String> {
    tree.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
}

fn unexpected(tree: &BTreeSet<String>) -> Vec<&str> {
    tree.iter().map(String::as_str).filter(|name| !LINKED.contains(name)).collect()
}

#[test]
fn the_recorder_brings_in_only_what_was_looked_at() {
    let tree = tree_of_the_recorder();
    assert!(tree.contains("perf-macros"), "the tree was read: {tree:?}");
    assert_eq!(unexpected(&tree), Vec::<&str>::new(), "see `LINKED` for what to look at first");
}

#[test]
fn the_list_names_nothing_that_is_gone() {
    let tree = tree_of_the_recorder();
    let gone: Vec<_> = LINKED.iter().filter(|name| !tree.contains(**name)).collect();
    assert_eq!(gone, Vec::<&&str>::new(), "remove them from `LINKED`");
}

#[test]
fn the_library_of_reports_brings_in_nothing_for_terminals() {
    let library = tree(&["--package", "perf-report", "--no-default-features"]);
    assert!(library.contains("rusqlite"), "the tree was read: {library:?}");
    let commands = tree(&["--package", "perf-report"]);
    for name in OF_COMMANDS {
        assert!(!library.contains(*name), "{name} is linked by the library");
    }
    assert!(commands.contains("clap"), "the rule can fail: {commands:?}");
}

#[test]
fn the_rule_can_fail() {
    let tree = names("perf-runtime v0.1.0 (folder)\nlibc v0.2.1\nserde_json v1.0.0 (*)\n\n");
    assert_eq!(unexpected(&tree), ["serde_json"]);
}
