//! The attribute on every function of crates that know nothing of it: what is accepted, and whether
//! their own tests end as before. By the harness that is shared with this repository, on two small
//! crates; skipped, visibly, where something that it needs is missing.

#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test that cannot go on should stop"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

/// Recording, and with recording compiled out.
const ATTRIBUTES: [&str; 2] = ["perf-track", "perf-track-off"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn harness() -> PathBuf {
    root().join("../shared/tools/macro-compat")
}

fn scratch() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("compat")
}

/// A command that knows nothing of how these tests were started.
fn command(program: &str) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        let of_the_tests = ["CARGO_", "RUSTC", "RUSTFLAGS", "RUSTDOC", "PERF_TRACK", "NEXTEST"];
        let is_kept = name == "CARGO_HOME";
        if of_the_tests.iter().any(|prefix| name.starts_with(prefix)) && !is_kept {
            command.env_remove(&*name);
        }
    }
    command.stdin(Stdio::null());
    command
}

/// Why the harness cannot run here.
fn missing() -> Option<&'static str> {
    if !harness().join("drive.py").exists() {
        return Some("the shared folder is not beside the repository");
    }
    let python = command("python3").arg("--version").output();
    (!python.is_ok_and(|it| it.status.success())).then_some("python3 is not installed")
}

/// Whether cargo has the sources of this crate, or can get them.
fn has_sources(name: &str, version: &str) -> bool {
    let folder = scratch().join("sources");
    fs::create_dir_all(folder.join("src")).unwrap();
    fs::write(folder.join("src/lib.rs"), "").unwrap();
    let manifest = format!(
        "[package]\nname = \"sources\"\nversion = \"0.0.0\"\nedition = \"2021\"\n\n[workspace]\n\n\
         [dependencies]\n{name} = \"={version}\"\n"
    );
    fs::write(folder.join("Cargo.toml"), manifest).unwrap();
    command("cargo").arg("fetch").current_dir(&folder).output().unwrap().status.success()
}

/// The row that the harness writes for a crate under an attribute, and that of the crate alone.
fn rows(of: &str, name: &str, attribute: &str) -> (Value, Value) {
    let output = command("python3")
        .arg(harness().join("drive.py"))
        .args([of, attribute, "--force", "--no-release", "--timeout", "600"])
        .env("MC_SCRATCH", scratch())
        .env("MC_PROJECT", root())
        .current_dir(root())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{name} under {attribute}: {said}{complaint}");
    let row = |of: &str| {
        let file = scratch().join(format!("results/{name}.{of}.json"));
        serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap()
    };
    (row(attribute), row("base"))
}

/// Functions that were refused and are neither `const` nor naked.
fn refused(row: &Value) -> Vec<String> {
    let excluded = row["excluded"].as_object().unwrap();
    let is_known = |reason: &Value| {
        let kinds = reason["kinds"].to_string();
        kinds.contains("\"const\"")
            || kinds.contains("\"naked\"")
            || reason["class"].to_string().contains("a naked function")
    };
    let refused = excluded.iter().filter(|(_, reason)| !is_known(reason));
    refused.map(|(name, reason)| format!("{name}: {reason}")).collect()
}

/// Warnings of a kind that there are more of than in the crate alone.
fn more(row: &Value, base: &Value, which: &str) -> Vec<String> {
    let count = |of: &Value, name: &str| of[which][name].as_u64().unwrap_or(0);
    let names = row[which].as_object().unwrap().keys();
    names.filter(|name| count(row, name) > count(base, name)).cloned().collect()
}

fn check(of: &str, name: &str) {
    // What was found last time is of no use; what was built is.
    let _ = fs::remove_dir_all(scratch().join("results"));
    for attribute in ATTRIBUTES {
        let (row, base) = rows(of, name, attribute);
        let what = format!("{name} under {attribute}");
        assert_eq!(row["error"], Value::Null, "{what}");
        assert_eq!(row["skipped_targets"], serde_json::json!({}), "{what}");
        assert_eq!(refused(&row), Vec::<String>::new(), "{what}");
        assert_eq!(row["tests_same"], true, "{what}: {}", row["test_diff"]);
        assert!(row["accepted"].as_u64().unwrap() > 50, "{what}: {}", row["accepted"]);
        for which in ["warnings", "clippy"] {
            assert_eq!(more(&row, &base, which), Vec::<String>::new(), "{what}: {which}");
        }
    }
}

#[test]
fn crates_take_the_attribute_on_every_function() {
    if let Some(reason) = missing() {
        eprintln!("skipped: {reason}");
        return;
    }
    check(harness().join("kinds").to_str().unwrap(), "kinds");
    let crates: Value =
        serde_json::from_str(&fs::read_to_string(harness().join("crates.json")).unwrap()).unwrap();
    let version = crates["semver"]["version"].as_str().unwrap();
    if has_sources("semver", version) {
        check("semver", "semver");
    } else {
        eprintln!("skipped: semver {version} cannot be fetched");
    }
}
