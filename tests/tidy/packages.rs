//! What a crate needs to be published: words to find it by, and files that go with it.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::sources;

/// Keywords that the registry takes of a crate.
const MOST_KEYWORDS: usize = 5;
/// Characters that it takes of a keyword.
const LONGEST_KEYWORD: usize = 20;
/// Files of the root that go with every crate, as links.
const LICENSES: &[&str] = &["LICENSE-APACHE", "LICENSE-MIT"];

/// Returns what cargo knows of the packages of the workspace in `folder`.
pub(crate) fn packages_in(folder: &Path) -> Vec<Value> {
    let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline", "--locked"])
        .current_dir(folder)
        .output()
        .expect("cargo can be run");
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("metadata is JSON");
    metadata["packages"].as_array().expect("packages is a list").clone()
}

/// Returns the packages that may be published.
fn published() -> Vec<Value> {
    let mut packages = packages_in(&sources::root());
    packages.retain(|package| package["publish"].is_null());
    packages
}

/// Returns what the manifest of a package lacks, or has in a form that the registry refuses.
fn lacking(package: &Value) -> Vec<String> {
    let texts = ["description", "license", "repository", "readme", "rust_version"];
    let no_text = texts.into_iter().filter(|field| !package[field].is_string());
    let list = |field: &str| package[field].as_array().cloned().unwrap_or_default();
    let keywords = list("keywords");
    let is_long = |word: &&Value| word.as_str().is_none_or(|word| word.len() > LONGEST_KEYWORD);
    let long = keywords.iter().filter(is_long).map(|word| format!("a shorter word than {word}"));
    let wrong = [
        (keywords.is_empty() || keywords.len() > MOST_KEYWORDS, "1 to 5 keywords"),
        (list("categories").is_empty(), "categories"),
        (!package["metadata"]["docs"]["rs"].is_object(), "package.metadata.docs.rs"),
    ];
    let wrong = wrong.iter().filter(|(is_wrong, _)| *is_wrong).map(|(_, what)| *what);
    no_text.chain(wrong).map(str::to_owned).chain(long).collect()
}

#[test]
fn crates_have_what_the_registry_asks_for() {
    let published = published();
    let names = published.iter().filter_map(|package| package["name"].as_str());
    assert_eq!(
        names.collect::<BTreeSet<_>>(),
        BTreeSet::from(["perf-macros", "perf-report", "perf-runtime"])
    );
    for package in published {
        assert_eq!(lacking(&package), Vec::<String>::new(), "{}", package["name"]);
    }
}

/// Returns the oldest compiler that a published package promises.
fn promised(name: &str) -> String {
    let all = published();
    let found = all.iter().find(|package| package["name"] == name).expect("it is published");
    found["rust_version"].as_str().expect("it promises one").to_owned()
}

#[test]
fn the_oldest_compiler_is_the_same_wherever_it_is_named() {
    let (linked, report) = (promised("perf-runtime"), promised("perf-report"));
    assert_eq!(promised("perf-macros"), linked);
    let read = |name: &str| fs::read_to_string(sources::root().join(name)).expect("it is there");
    let workspace = format!("rust-version = \"{linked}\"");
    assert!(read("Cargo.toml").contains(&workspace), "`.ci/msrv` reads it there");
    let words = |name: &str| read(name).split_whitespace().collect::<Vec<_>>().join(" ");
    let said = format!("needs Rust {linked} or newer, perf-report {report}.");
    assert!(words("README.md").contains(&said), "README: {said}");
    let oldest = format!("const OLDEST: &str = \"{linked}\";");
    assert!(read("perf-report/src/init/words.rs").contains(&oldest), "what `init` warns of");
    // Clippy takes the promise of each crate from its manifest, unless it is told another.
    assert!(!read(".clippy.toml").contains("msrv"), "one for all crates would be wrong");
}

#[test]
fn licences_go_with_every_crate() {
    for package in published() {
        let manifest = Path::new(package["manifest_path"].as_str().expect("it has a place"));
        let folder = manifest.parent().expect("it lies in a folder");
        for name in LICENSES {
            let of_root = fs::read_to_string(sources::root().join(name)).expect("the root has it");
            let own = fs::read_to_string(folder.join(name));
            let own = own.unwrap_or_else(|error| panic!("{name} of {}: {error}", package["name"]));
            assert_eq!(own, of_root, "{name} of {}", package["name"]);
        }
    }
}

#[test]
fn the_rule_on_manifests_can_fail() {
    let whole = published().remove(0);
    let without = |field: &str| {
        let mut package = whole.clone();
        package[field] = Value::Null;
        lacking(&package)
    };
    assert_eq!(without("readme"), ["readme"]);
    assert_eq!(without("keywords"), ["1 to 5 keywords"]);
    assert_eq!(without("categories"), ["categories"]);
    assert_eq!(without("metadata"), ["package.metadata.docs.rs"]);
    let mut package = whole.clone();
    package["keywords"][0] = "a-keyword-that-is-too-long".into();
    assert_eq!(lacking(&package), ["a shorter word than \"a-keyword-that-is-too-long\""]);
}
