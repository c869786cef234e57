//! Documents against what they speak of: versions, schemas, the code map; and in modules of their own
//! the commands that people will type, the links that they will follow, and the guide as a whole.

mod commands;
mod guide;
mod links;
mod markdown;
mod workflows;

use std::collections::BTreeSet;

use serde_json::Value;

use crate::sources::{self, Source};

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
