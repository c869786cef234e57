//! What workflows, scripts and manifests say to each other: names of archives, systems, versions, rights.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use serde_json::Value;

use crate::packages::packages_in;
use crate::sources;

fn read(path: &str) -> String {
    fs::read_to_string(sources::root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Returns the manifest of perf-report as cargo knows it.
fn report() -> Value {
    let packages = packages_in(&sources::root());
    packages.into_iter().find(|it| it["name"] == "perf-report").expect("it is in the workspace")
}

/// Returns what stands behind `key: ` in a list of maps, each on a line of its own.
fn values<'a>(workflow: &'a str, key: &str) -> Vec<&'a str> {
    let key = format!("{key}: ");
    let rows = workflow.lines().filter(|line| line.trim_start().starts_with("- {"));
    rows.filter_map(|row| row.split_once(&key)?.1.split([',', '}']).next()).collect()
}

/// Returns what `.ci/release --name` calls the archive of a target.
fn archive(target: &str) -> String {
    let script = sources::root().join(".ci/release");
    let output = Command::new(script).args(["--name", target]).output().expect("it can be run");
    String::from_utf8(output.stdout).expect("names are text").trim().to_owned()
}

/// Returns the address and the folder within, of the archive that `cargo binstall` takes for a target.
fn looked_for(package: &Value, target: &str) -> (String, String) {
    let rules = &package["metadata"]["binstall"];
    let of_target = &rules["overrides"][target];
    let text = |key: &str| {
        let rule = if of_target[key].is_string() { &of_target[key] } else { &rules[key] };
        let facts = [("repo", "repository"), ("version", "version"), ("name", "name")];
        let rule = rule.as_str().expect("the manifest has it").replace("{ target }", target);
        facts.iter().fold(rule, |rule, (word, field)| {
            let fact = package[field].as_str().expect("it has one");
            rule.replace(&format!("{{ {word} }}"), fact)
        })
    };
    (text("pkg-url"), text("bin-dir"))
}

#[test]
fn binstall_looks_for_the_archives_that_a_release_has() {
    let package = report();
    let version = package["version"].as_str().expect("it has one");
    let workflow = read(".github/workflows/release.yml");
    let targets = values(&workflow, "target");
    assert!(targets.len() >= 5, "{targets:?}");
    for target in targets {
        let (address, binary) = looked_for(&package, target);
        let name = archive(target);
        let releases = "https://github.com/perf-track/perf-track/releases/download";
        assert_eq!(address, format!("{releases}/v{version}/{name}"));
        let folder = name.trim_end_matches(".tar.gz").trim_end_matches(".zip");
        assert_eq!(binary, format!("{folder}/{{ bin }}{{ binary-ext }}"));
    }
    let (other, _) = looked_for(&package, "riscv64gc-unknown-linux-gnu");
    assert!(!other.ends_with(&archive("x86_64-pc-windows-msvc")), "the rule can fail");
}

/// Returns the uses of actions of others in a workflow that name no commit, or no version beside it.
fn unpinned(workflow: &str) -> Vec<&str> {
    let uses = workflow
        .lines()
        .filter_map(|line| line.trim().trim_start_matches("- ").strip_prefix("uses: "));
    let is_pinned = |used: &&str| {
        let (commit, version) =
            used.split_once('@').map_or("", |it| it.1).split_once("  # v").unwrap_or_default();
        commit.len() == 40 && commit.chars().all(|it| it.is_ascii_hexdigit()) && !version.is_empty()
    };
    uses.filter(|used| !is_pinned(used)).collect()
}

#[test]
fn workflows_pin_actions_and_ask_for_the_least_rights() {
    for name in ["ci.yml", "release.yml"] {
        let workflow = read(&format!(".github/workflows/{name}"));
        assert_eq!(unpinned(&workflow), Vec::<&str>::new(), "{name}");
        let rights = ["\npermissions: {}\n", "\npermissions:\n  contents: read\n"];
        assert!(rights.iter().any(|it| workflow.contains(it)), "{name}");
        assert!(!workflow.contains("secrets."), "{name}");
        let (before, _) = workflow.split_once("  publish:\n").unwrap_or((&workflow, ""));
        assert!(!before.contains(": write"), "{name}: a job that publishes nothing may write");
    }
    assert_eq!(unpinned("- uses: actions/checkout@v6\n").len(), 1);
    assert_eq!(unpinned("- uses: a/b@main  # v6\n").len(), 1);
}

#[test]
fn the_systems_that_are_tried_are_those_that_there_are() {
    let entries = fs::read_dir(sources::root().join(".ci/platform")).expect("it is there");
    let names = entries.map(|entry| entry.expect("it can be read").file_name());
    let names = names.map(|name| name.to_string_lossy().into_owned());
    let files: BTreeSet<_> =
        names.filter(|it| !it.contains('.') && !it.starts_with("within-")).collect();
    let script = read(".ci/platforms");
    let (_, listed) = script.split_once("|| systems=(").expect("it lists all systems");
    let listed = listed.split(')').next().unwrap_or_default().split_whitespace();
    assert_eq!(listed.map(str::to_owned).collect::<BTreeSet<_>>(), files);
    let workflow = read(".github/workflows/ci.yml");
    let called = values(&workflow, "systems");
    assert!(called.len() >= 6, "{called:?}");
    for system in called.iter().flat_map(|systems| systems.split_whitespace()) {
        assert!(files.contains(system), "there is no {system}");
    }
    let pages = read("docs/platforms.md");
    for system in files {
        assert!(
            pages.contains(&format!("`{system}`")),
            "docs/platforms.md does not tell of {system}"
        );
    }
}

#[test]
fn the_version_and_the_oldest_compiler_are_the_same_wherever_they_are_named() {
    let manifest = read("Cargo.toml");
    let of_workspace = |key: &str| {
        let line = manifest.lines().find_map(|line| line.strip_prefix(&format!("{key} = \"")));
        line.expect("the workspace has one").trim_end_matches('"').to_owned()
    };
    let (version, oldest) = (of_workspace("version"), of_workspace("rust-version"));
    let workflow = read(".github/workflows/ci.yml");
    assert!(workflow.contains(&format!("toolchain: '{oldest}'")), "ci.yml takes Rust {oldest}");
    for (place, text) in [
        ("README.md", format!("perf-track/perf-track@v{version}\n")),
        ("CHANGELOG.md", format!("\n## [{version}] - ")),
        ("deploy/kubernetes/sidecar.yml", format!("/perf-report:{version}\n")),
    ] {
        assert!(read(place).contains(&text), "{place} has no {text:?}");
    }
}
