//! Commits are built as the working tree is: with what lies beside and above it, each into its own folder.

use std::process::Stdio;

use super::{Finished, Project, finish, refused, says, succeeded};

/// A package in the folder `rust` of a project. It says what it was built of: itself, a package beside the
/// project, and a variable that cargo's configuration above sets.
fn package() -> Option<Project> {
    let project = Project::new()?;
    let manifest = |name: &str| {
        format!(
            "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2021\"\n[dependencies]\n"
        )
    };
    let dependency = "sibling = { path = \"../../sibling\" }\n";
    project.write("rust/Cargo.toml", &(manifest("app") + dependency));
    project.write("rust/src/main.rs", &main("old"));
    project.write(".gitignore", "target\nCargo.lock\n");
    project.write("../sibling/Cargo.toml", &manifest("sibling"));
    project.write("../sibling/src/lib.rs", "pub const TEXT: &str = \"sibling\";");
    project.write("../.cargo/config.toml", "[env]\nABOVE = \"above\"\n");
    project.sh("git add .; git commit -qm one");
    project.write("rust/src/main.rs", &main("new"));
    project.sh("git commit -qam two");
    Some(project)
}

fn main(text: &str) -> String {
    format!("fn main() {{ println!(\"{text} {{}} {{}}\", sibling::TEXT, env!(\"ABOVE\")); }}")
}

/// Builds both sides by cargo, and runs what `script` names.
fn ab(project: &Project, script: &str) -> std::process::Command {
    let build = ["--a-commit", "main~1", "--build", "cargo build --quiet"];
    let mut command = project.ab(&build);
    command.args(["--", "sh", "-c", &says(script)]).current_dir(project.path("rust"));
    command
}

#[test]
fn what_lies_beside_and_above_the_project_counts() {
    let Some(project) = package() else { return };
    succeeded(&mut ab(&project, "./target/debug/app"));
    assert_eq!(project.said(), ["new sibling above", "old sibling above"]);
    project.is_left_clean(project.parent());
}

#[test]
fn a_folder_that_both_sides_would_share_is_not_shared() {
    let Some(project) = package() else { return };
    let shared = project.lab.folder().join("shared");
    let app = shared.join("debug/app").display().to_string();
    let by_variable = |script| {
        let mut command = ab(&project, script);
        command.env("CARGO_TARGET_DIR", &shared);
        command
    };
    let expected = ["new sibling above", "old sibling above"];
    succeeded(&mut by_variable("\"$CARGO_TARGET_DIR\"/debug/app"));
    assert_eq!(project.said(), expected);
    let words = [app.as_str(), "is the working tree's", "\"$CARGO_TARGET_DIR\"/debug/app"];
    refused(&mut by_variable(&app), &words);

    // What was built before lies there still, and is not what is built now.
    project.sh("cd rust; cargo build --quiet");
    let words = ["`./target/debug/app` is not what was built", "\"$CARGO_TARGET_DIR\"/debug/app"];
    refused(&mut by_variable("./target/debug/app"), &words);
    assert_eq!(project.said(), expected, "nothing more was run");

    let text = format!(
        "[env]\nABOVE = \"above\"\n[build]\ntarget-dir = {:?}\n",
        shared.display().to_string()
    );
    project.write("../.cargo/config.toml", &text);
    std::fs::remove_file(project.out()).expect("it is there");
    succeeded(&mut ab(&project, "\"$CARGO_TARGET_DIR\"/debug/app"));
    assert_eq!(project.said(), expected);
}

#[test]
fn a_folder_of_the_project_that_is_not_the_usual_one_is_each_sides_own() {
    let Some(project) = package() else { return };
    let mut command = ab(&project, "./out/debug/app");
    succeeded(command.env("CARGO_TARGET_DIR", "out").env("CARGO_BUILD_BUILD_DIR", "out"));
    assert_eq!(project.said(), ["new sibling above", "old sibling above"]);
}

#[test]
fn a_commit_without_a_list_of_versions_gets_that_of_the_working_tree() {
    let Some(project) = package() else { return };
    project.sh("cd rust; cargo generate-lockfile --quiet; echo '# kept' >> Cargo.lock");
    let mut command = project.ab_of_builds("tail -n 1 Cargo.lock > built");
    succeeded(command.current_dir(project.path("rust")));
    assert_eq!(project.said(), ["# kept", "# kept"]);
}

#[test]
fn a_repository_that_is_a_part_of_a_workspace_is_refused() {
    let Some(project) = package() else { return };
    project.write("../Cargo.toml", "[workspace]\nmembers = [\"project/rust\", \"sibling\"]\n");
    let words = ["the cargo workspace is", "only a part of it", "name commands with --a and --b"];
    refused(&mut ab(&project, "./target/debug/app"), &words);
    project.is_left_clean(project.parent());
}

#[test]
fn one_toolchain_for_two_files_is_warned_of() {
    let Some(project) = Project::with_text() else { return };
    project.write("rust-toolchain.toml", "[toolchain]\nchannel = \"1.2.3\"\n");
    let warned = |name: &str| {
        let mut command = project.ab_of_builds("cp text built");
        let finished = succeeded(command.env(name, "stable"));
        finished.complaint().contains("both sides are built with the toolchain stable")
    };
    assert!(warned("RUSTUP_TOOLCHAIN"));
    assert!(!warned("OF_NO_MEANING"));
}

/// Runs `command` where the folder of the project is read-only, apart from the project.
fn in_a_read_only_parent(project: &Project, command: &std::process::Command) -> Option<Finished> {
    let script = "mount --bind . . && mount --bind project project && mount -o remount,ro,bind . \
                  || exit 99; cd project && exec \"$@\"";
    let mut apart = project.command("unshare");
    apart.args(["--user", "--map-root-user", "--mount", "sh", "-c", script, "sh"]);
    apart.arg(command.get_program()).args(command.get_args()).current_dir(project.parent());
    let finished = finish(apart.stdin(Stdio::null()));
    let not_possible = finished.code == Some(99) || finished.stderr.starts_with("unshare:");
    (!not_possible).then_some(finished)
}

#[test]
fn where_it_cannot_lie_beside_the_project_it_says_what_does_not_hold() {
    let Some(project) = package() else { return };
    let of_text = project.ab(&["--a-commit", "main~1", "--build", "true", "--", "true"]);
    let Some(finished) = in_a_read_only_parent(&project, &of_text) else {
        return perf_tests::skipped("no file system can be mounted here");
    };
    assert_eq!(finished.code, Some(2), "{finished:?}");
    let said = finished.complaint();
    assert!(said.contains(".cargo/config.toml counts for what is there only"), "{said}");

    std::fs::remove_dir_all(project.parent().join(".cargo")).expect("it can be removed");
    let build = ["--a-commit", "main~1", "--build", "cd rust && cargo build --quiet", "--", "true"];
    let finished = in_a_read_only_parent(&project, &project.ab(&build)).expect("it was possible");
    assert_eq!(finished.code, Some(2), "{finished:?}");
    let said = finished.complaint();
    for words in
        ["the build of commit", "paths that lead out of the repository", "do not hold there"]
    {
        assert!(said.contains(words), "{words:?} is missing: {said}");
    }
    let says = says("cat text");
    let text = ["--a-commit", "main~1", "--build", "cp .gitignore text", "--", "sh", "-c", &says];
    let finished = in_a_read_only_parent(&project, &project.ab(&text)).expect("it was possible");
    assert_eq!(finished.code, Some(0), "{finished:?}");
    project.is_left_clean(project.parent());
}
