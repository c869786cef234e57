//! What is in the way of `init` ends with 2 and a way out, and nothing is written.

use std::fs;

use super::{LIBRARY, Project, finish, manifest, set};

#[track_caller]
fn refused(project: &Project, arguments: &[&str], words: &[&str]) {
    let finished = finish(&mut project.report(&[&["init", "--yes"], arguments].concat()));
    assert_eq!(finished.code, Some(2), "{finished:?}");
    let said = finished.complaint();
    for word in words {
        assert!(said.contains(word), "{word:?} is missing: {said}");
    }
    assert!(!project.path(".perf").exists() && !project.path("perf.toml").exists());
}

#[test]
fn no_project() {
    let project = Project::without_git("somewhere/Cargo.lock", &[]);
    refused(&project, &[], &["there is no Cargo.toml in", "`cargo init`"]);
    refused(
        &project,
        &["--runtime-path", "/nowhere"],
        &["/nowhere is not the folder of perf-runtime"],
    );
}

#[test]
fn a_manifest_that_is_wrong() {
    let project = Project::without_git("Cargo.lock", &[("Cargo.toml", "[package\n")]);
    refused(&project, &[], &["cargo does not understand this workspace", "cause: "]);
    project.write("Cargo.toml", &manifest("x"));
    refused(&project, &[], &["cargo does not understand this workspace", "no targets specified"]);
    project.write("tests/one.rs", "");
    refused(&project, &[], &["x has neither a library nor a program"]);
    project.write("src/lib.rs", LIBRARY);
    refused(&project, &["--package", "y"], &["the workspace has no package \"y\"", "it has x"]);
    let taken = manifest("x") + "perf-runtime = { package = \"other\", path = \"other\" }\n";
    project.write("Cargo.toml", &taken);
    refused(&project, &[], &["Cargo.toml is written in a way that is not edited", "by hand"]);
    assert_eq!(project.read("Cargo.toml"), taken);
}

#[test]
fn options_that_exclude_each_other() {
    let project =
        Project::without_git("Cargo.lock", &[("Cargo.toml", &manifest("x")), ("src/lib.rs", "")]);
    refused(&project, &["--dry-run"], &["cannot be used with"]);
    refused(&project, &["--runtime-git", "u", "--runtime-version", "1"], &["cannot be used with"]);
    refused(&project, &["--hook", "pre-pull"], &["pre-push"]);
}

#[test]
fn a_manifest_behind_a_link_is_changed_where_it_lies() {
    let Some(project) =
        Project::new("Cargo.lock", &[("real.toml", &manifest("x")), ("src/lib.rs", "")])
    else {
        return;
    };
    project.sh("ln -s real.toml Cargo.toml; git add .; git commit -qm two");
    assert!(project.set_up(&[]).contains("real.toml"));
    let metadata = fs::symlink_metadata(project.path("Cargo.toml")).expect("it is there");
    assert!(metadata.is_symlink());
    assert_eq!(project.changed(), set(&["real.toml", "perf.toml", ".perf/.gitignore"]));
}
