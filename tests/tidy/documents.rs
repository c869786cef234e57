//! Documents against what they speak of: versions, schemas, and commands that people will type.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use perf_tests::program;
use serde_json::Value;

use crate::packages::packages_in;
use crate::sources::{self, Source};
use crate::{Finding, assert_none};

const VERSION: &str = env!("CARGO_PKG_VERSION");

#[test]
fn the_changelog_has_the_version() {
    let headline = format!("## [{VERSION}]");
    let changelog = sources::one("CHANGELOG.md");
    assert!(changelog.lines().any(|(_, line)| line.starts_with(&headline)), "no {headline}");
}

#[test]
fn the_crates_of_the_house_are_pinned_to_each_other() {
    let manifest = sources::one("Cargo.toml");
    for name in ["perf-macros", "perf-runtime", "perf-report"] {
        let pin = format!("{name} = {{ path = \"{name}\", version = \"={VERSION}\"");
        assert!(manifest.text.contains(&pin), "no {pin}");
    }
}

#[test]
fn schemas_are_json_and_say_what_they_describe() {
    let all = sources::all();
    let schemas: Vec<_> =
        all.iter().filter(|source| source.path.starts_with("perf-report/schemas/")).collect();
    assert!(schemas.len() >= 2, "at least runs and comparisons have one: {schemas:?}");
    for schema in schemas {
        let value: Value = serde_json::from_str(&schema.text)
            .unwrap_or_else(|error| panic!("{} is not JSON: {error}", schema.path));
        for field in ["$schema", "title", "type"] {
            assert!(value[field].is_string(), "{} has no {field}", schema.path);
        }
    }
}

#[test]
fn the_gate_runs_the_test_command_of_the_readme() {
    let readme = sources::one("README.md");
    let tests = readme.lines().filter(|(_, line)| line.starts_with("$ cargo test"));
    assert_eq!(tests.count(), 1, "one command of the README passes the tests");
    let workflow = sources::one(".github/workflows/ci.yml");
    assert!(workflow.text.contains(".ci/run"), "the workflow calls the script");
}

/// A command that a document tells people to type, without the `$`, in words.
struct Typed<'a> {
    line: usize,
    words: Vec<&'a str>,
}

/// The commands in a document: lines that begin with `$`, cut at every `--`, since what follows it
/// is a command of its own or arguments of a program.
fn commands(document: &Source) -> Vec<Typed<'_>> {
    let mut commands = Vec::new();
    for (line, text) in document.lines() {
        let Some(typed) = text.trim_start().strip_prefix("$ ") else { continue };
        let typed = typed.split(" # ").next().unwrap_or(typed);
        for part in typed.split(" -- ") {
            commands.push(Typed { line, words: part.split_whitespace().collect() });
        }
    }
    commands
}

/// Names of packages and of their targets.
fn known_to_cargo() -> BTreeSet<String> {
    let peers = sources::root().join("perf-runtime/benches/peers");
    [sources::root(), peers].iter().flat_map(|folder| known_in(folder)).collect()
}

/// Packages and targets of the workspace in `folder`.
fn known_in(folder: &Path) -> Vec<String> {
    let packages = packages_in(folder);
    let targets = packages.iter().filter_map(|package| package["targets"].as_array()).flatten();
    let names = packages.iter().chain(targets).filter_map(|named| named["name"].as_str());
    names.map(str::to_owned).collect()
}

/// Names that `-p`, `--bin` and the like give to cargo, and that it does not know.
fn unknown_to_cargo(document: &Source, known: &BTreeSet<String>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for typed in commands(document).iter().filter(|typed| typed.words[0] == "cargo") {
        for pair in typed.words.windows(2) {
            let names = ["-p", "--package", "--bin", "--test", "--example", "--bench"];
            if names.contains(&pair[0]) && !known.contains(pair[1]) {
                let what = format!("cargo knows no {}", pair[1]);
                findings.push(Finding::new(document, typed.line, what));
            }
        }
    }
    findings
}

/// Subcommands and options given to perf-report that its help does not have.
fn unknown_to_perf_report(document: &Source) -> Vec<Finding> {
    let mut findings = Vec::new();
    for typed in commands(document) {
        let words = typed.words.strip_prefix(&["cargo"]).unwrap_or(&typed.words);
        let Some(arguments) = words.strip_prefix(&["perf-report"]) else { continue };
        let Some(help) = arguments.first().and_then(|subcommand| help_of(subcommand)) else {
            let what = format!("perf-report has no {}", arguments.join(" "));
            findings.push(Finding::new(document, typed.line, what));
            continue;
        };
        for option in arguments.iter().filter(|word| word.starts_with("--")) {
            let option = option.split('=').next().unwrap_or(option);
            if !help.contains(option) {
                let what = format!("perf-report {} has no {option}", arguments[0]);
                findings.push(Finding::new(document, typed.line, what));
            }
        }
    }
    findings
}

fn help_of(subcommand: &str) -> Option<String> {
    let output = Command::new(program!("perf-report-under-test"))
        .args([subcommand, "--help"])
        .output()
        .expect("perf-report can be run");
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

fn documents() -> Vec<Source> {
    let mut all = sources::all();
    all.retain(|source| source.path.ends_with("md"));
    all
}

#[test]
fn commands_for_cargo_name_what_exists() {
    let known = known_to_cargo();
    assert_none(documents().iter().flat_map(|document| unknown_to_cargo(document, &known)));
}

#[test]
fn commands_for_perf_report_exist() {
    assert_none(documents().iter().flat_map(unknown_to_perf_report));
}

#[test]
fn the_rules_on_commands_can_fail() {
    let known = BTreeSet::from(["perf-report".to_owned()]);
    let text = "$ cargo run -p perf-report -- run -- cargo run --bin gone\n\n$ perf-report no-such\n$ perf-report show --no-such\n";
    let document = Source::made_up("README.md", text);
    let lines =
        |findings: Vec<Finding>| findings.iter().map(|found| found.line).collect::<Vec<_>>();
    assert_eq!(lines(unknown_to_cargo(&document, &known)), [1]);
    assert_eq!(lines(unknown_to_perf_report(&document)), [3, 4]);
}

/// Modules of the three crates that the code map does not name, and paths in it that are gone.
fn map_errors(map: &Source, paths: &[&str]) -> Vec<String> {
    let named = |word: &str| map.text.contains(&format!("`{word}`"));
    let is_module = |path: &&str| {
        let parts: Vec<&str> = path.split('/').collect();
        let [package, "src", module, ..] = parts[..] else { return None };
        let module = module.strip_suffix(".rs").unwrap_or(module);
        let is_root = ["lib", "main", "bin"].contains(&module);
        (package.starts_with("perf-") && !is_root).then(|| module.to_owned())
    };
    let rust = paths.iter().filter(|path| path.ends_with("rs"));
    let modules: BTreeSet<String> = rust.filter_map(is_module).collect();
    let missing = modules.into_iter().filter(|module| !named(module));
    missing
        .map(|module| format!("no `{module}`"))
        .chain(gone_paths(map, paths).iter().map(|path| format!("{path} is gone")))
        .collect()
}

/// Paths between backticks in `document` that none of `paths` begins with.
fn gone_paths<'a>(document: &'a Source, paths: &[&str]) -> Vec<&'a str> {
    let quoted = document.text.split('`').skip(1).step_by(2);
    quoted
        .filter(|word| word.contains('/') && !word.contains(' '))
        .filter(|word| word.contains(char::is_alphanumeric))
        .filter(|word| !paths.iter().any(|path| path.starts_with(word)))
        .collect()
}

#[test]
fn the_code_map_is_that_of_the_folders() {
    let all = sources::all();
    let paths: Vec<&str> = all.iter().map(|source| source.path.as_str()).collect();
    let errors = map_errors(&sources::one("ARCHITECTURE.md"), &paths);
    assert!(errors.is_empty(), "ARCHITECTURE.md: {errors:#?}");
}

#[test]
fn the_places_where_things_are_added_are_there() {
    let all = sources::all();
    let paths: Vec<&str> = all.iter().map(|source| source.path.as_str()).collect();
    assert_eq!(gone_paths(&sources::one("CONTRIBUTING.md"), &paths), Vec::<&str>::new());
}

#[test]
fn the_rule_on_the_code_map_can_fail() {
    let map = Source::made_up("ARCHITECTURE.md", "`known`, `perf-a/src/gone.rs`, `perf-a/src`\n");
    let paths = ["perf-a/src/lib.rs", "perf-a/src/known.rs", "perf-a/src/new/mod.rs", "tests/x.rs"];
    assert_eq!(map_errors(&map, &paths), ["no `new`", "perf-a/src/gone.rs is gone"]);
}
