//! The shapes: each is set up, does its first run, and differs from its commit by what was announced.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use super::{LIBRARY, Project, checkout, finish, manifest, set};

const USUAL: [&str; 3] = ["Cargo.toml", "perf.toml", ".perf/.gitignore"];

/// The files of a single crate.
fn single(name: &str) -> [(&'static str, String); 2] {
    [("Cargo.toml", manifest(name)), ("src/lib.rs", LIBRARY.to_owned())]
}

fn borrowed<'a>(files: &'a [(&'a str, String)]) -> Vec<(&'a str, &'a str)> {
    files.iter().map(|(name, text)| (*name, text.as_str())).collect()
}

#[test]
fn a_single_crate() {
    let Some(project) = Project::new("Cargo.lock", &borrowed(&single("init-single"))) else {
        return;
    };
    let announced = project.set_up(&[]);
    assert_eq!(announced, set(&USUAL));
    assert_eq!(project.changed(), announced);
    project.first_run("src/lib.rs", &[]);
    let with_run = &announced | &set(&["Cargo.lock", "src/lib.rs"]);
    assert_eq!(project.changed(), with_run);
    let again = project.init(&["--yes"]);
    assert_eq!((again.code, again.stdout.as_str()), (Some(0), ""), "{again:?}");
    assert!(again.stderr.contains("nothing to do"), "{again:?}");
}

#[test]
fn a_patch_of_a_dry_run_is_what_is_written() {
    let Some(project) = Project::new("Cargo.lock", &borrowed(&single("init-patch"))) else {
        return;
    };
    let dry = project.init(&["--dry-run", "--ci", "github"]);
    assert_eq!(dry.code, Some(0), "{dry:?}");
    assert_eq!(project.changed(), set(&[]));
    fs::write(project.lab.folder().join("patch"), &dry.stdout).expect("it can be written");
    project.sh("git apply ../../patch; git add .; git commit -qm two; git revert --no-commit HEAD; git reset -q");
    let announced = project.set_up(&["--ci", "github"]);
    assert!(announced.contains(".github/workflows/perf.yml"), "{announced:?}");
    assert_eq!(project.changed(), set(&[]), "the same as the commit of the patch");
}

#[test]
fn a_virtual_workspace_that_shares_its_dependencies() {
    let root = "[workspace]\nresolver = \"2\"\nmembers = [\"crates/*\"]\n\n[workspace.dependencies]\n\
                init-parser = { path = \"crates/init-parser\" }\n";
    let app = manifest("init-app") + "init-parser.workspace = true\n";
    let parser = manifest("init-parser");
    let derive = manifest("init-derive") + "\n[lib]\nproc-macro = true\n";
    let Some(project) = Project::new(
        "Cargo.lock",
        &[
            ("Cargo.toml", root),
            ("crates/init-app/Cargo.toml", &app),
            ("crates/init-app/src/main.rs", "fn main() {\n    init_parser::add(1, 2);\n}\n"),
            ("crates/init-parser/Cargo.toml", &parser),
            ("crates/init-parser/src/lib.rs", LIBRARY),
            ("crates/init-derive/Cargo.toml", &derive),
            ("crates/init-derive/src/lib.rs", ""),
        ],
    ) else {
        return;
    };
    let announced = project.set_up(&[]);
    let manifests = ["crates/init-app/Cargo.toml", "crates/init-parser/Cargo.toml"];
    assert_eq!(announced, &set(&USUAL) | &set(&manifests));
    assert_eq!(project.changed(), announced);
    assert!(
        project
            .read(manifests[0])
            .ends_with("init-parser.workspace = true\nperf-runtime.workspace = true\n")
    );
    project.first_run("crates/init-parser/src/lib.rs", &[]);
    let with_run = &announced | &set(&["Cargo.lock", "crates/init-parser/src/lib.rs"]);
    assert_eq!(project.changed(), with_run);
}

#[test]
fn a_package_in_a_folder_of_a_repository() {
    let own = manifest("init-nested").replace('\n', "\r\n");
    let Some(project) = Project::new(
        "tools/app/Cargo.lock",
        &[("tools/app/Cargo.toml", &own), ("tools/app/src/lib.rs", LIBRARY), ("README.md", "")],
    ) else {
        return;
    };
    let project = project.within("tools/app/src");
    let announced = project.set_up(&["--ci", "github"]);
    let expected = [
        "tools/app/Cargo.toml",
        "tools/app/perf.toml",
        "tools/app/.perf/.gitignore",
        ".github/workflows/perf.yml",
    ];
    assert_eq!(announced, set(&expected));
    assert_eq!(project.changed(), announced);
    let edited = project.read("tools/app/Cargo.toml");
    assert!(edited.starts_with(&own), "{edited:?}");
    assert_eq!(edited.matches('\n').count(), edited.matches("\r\n").count(), "{edited:?}");
    let job = project.read(".github/workflows/perf.yml");
    assert!(job.contains("working-directory: tools/app\n"), "{job}");
    project.first_run("tools/app/src/lib.rs", &[]);
    let with_run = &announced | &set(&["tools/app/Cargo.lock", "tools/app/src/lib.rs"]);
    assert_eq!(project.changed(), with_run);
}

#[test]
fn a_root_package_with_a_member_that_is_named() {
    let root =
        manifest("init-root") + "\n[workspace]\nmembers = [\"member\"]\nexclude = [\"apart\"]\n";
    let member = manifest("init-member");
    let Some(project) = Project::new(
        "Cargo.lock",
        &[
            ("Cargo.toml", &root),
            ("src/lib.rs", ""),
            ("member/Cargo.toml", &member),
            ("member/src/lib.rs", LIBRARY),
        ],
    ) else {
        return;
    };
    let announced = project.set_up(&["--package", "init-member"]);
    assert_eq!(announced, &set(&USUAL) | &set(&["member/Cargo.toml"]));
    assert!(!project.read("Cargo.toml").contains("perf-runtime = "));
    project.first_run("member/src/lib.rs", &["-p", "init-member"]);
    let with_run = &announced | &set(&["Cargo.lock", "member/src/lib.rs"]);
    assert_eq!(project.changed(), with_run);
}

#[test]
fn a_member_that_lies_beside_its_workspace() {
    let root = "[workspace]\nresolver = \"1\"\nmembers = [\"../beside\"]\n";
    let member = manifest("init-beside")
        .replace("edition = \"2021\"", "edition = \"2015\"\nworkspace = \"../root\"");
    let source = format!("extern crate perf_runtime;\n\n{LIBRARY}");
    let files = [
        ("root/Cargo.toml", root),
        ("beside/Cargo.toml", &*member),
        ("beside/src/lib.rs", &*source),
    ];
    let Some(project) = Project::new("root/Cargo.lock", &files) else { return };
    let project = project.within("beside");
    let finished = project.init(&["--yes"]);
    assert!(
        finished.stderr.contains("`extern crate perf_runtime;` at the beginning of init-beside"),
        "{finished:?}"
    );
    let announced = super::written(&finished);
    let expected =
        ["root/Cargo.toml", "beside/Cargo.toml", "beside/perf.toml", "beside/.perf/.gitignore"];
    assert_eq!(announced, set(&expected), "{finished:?}");
    project.first_run("beside/src/lib.rs", &[]);
    let with_run = &announced | &set(&["root/Cargo.lock", "beside/src/lib.rs"]);
    assert_eq!(project.changed(), with_run);
}

#[test]
fn a_dependency_that_is_there_stays() {
    let runtime = checkout().join("perf-runtime");
    let own = format!("perf_it = {{ package = \"perf-runtime\", path = {runtime:?} }} # ours\n");
    let files =
        [("Cargo.toml", manifest("init-renamed") + &own), ("src/lib.rs", LIBRARY.to_owned())];
    let Some(project) = Project::new("Cargo.lock", &borrowed(&files)) else { return };
    let finished = project.init(&["--yes"]);
    assert!(
        finished.complaint().contains("init-renamed depends on perf-runtime already, as perf_it"),
        "{finished:?}"
    );
    assert!(finished.stderr.contains("#[perf_it::perf_track(crate = perf_it)]"), "{finished:?}");
    let edited = project.read("Cargo.toml");
    assert!(
        edited.contains(&own) && edited.contains("[profile.dev.package.perf-runtime]\n"),
        "{edited}"
    );
    assert_eq!(edited.matches("path = ").count(), 1);
}

#[test]
fn settings_that_are_there_stay() {
    let own = "# ours\n[profile.default.check]\nregression = \"9%\"\n";
    let Some(project) = Project::new("Cargo.lock", &borrowed(&single("init-settings"))) else {
        return;
    };
    project.write("perf.toml", own);
    project.sh("git add .; git commit -qm two");
    let finished = project.init(&["--yes"]);
    assert!(finished.stderr.contains("note: perf.toml is there already"), "{finished:?}");
    assert_eq!(project.read("perf.toml"), own);
    let announced = super::written(&finished);
    assert_eq!(announced, set(&["Cargo.toml", ".perf/.gitignore"]));
    project.first_run("src/lib.rs", &[]);
    let with_run = &announced | &set(&["Cargo.lock", "src/lib.rs"]);
    assert_eq!(project.changed(), with_run);
}

#[test]
fn no_repository() {
    let project = Project::without_git("Cargo.lock", &borrowed(&single("init-no-git")));
    assert_eq!(project.set_up(&[]), set(&USUAL));
    project.first_run("src/lib.rs", &[]);
    let refused = project.init(&["--hook", "pre-push", "--yes"]);
    assert_eq!(refused.code, Some(2));
    assert!(refused.complaint().contains("there is no git repository"), "{refused:?}");
}

#[test]
fn what_is_read_only_is_left_alone_and_nothing_else_is_written() {
    let Some(project) = Project::new("Cargo.lock", &borrowed(&single("init-read-only"))) else {
        return;
    };
    let mode = |name: &str, mode: u32| {
        fs::set_permissions(project.path(name), fs::Permissions::from_mode(mode))
            .expect("it is ours");
    };
    let refused = |words: &str| {
        let finished = project.init(&["--yes", "--ci", "gitlab"]);
        assert_eq!(finished.code, Some(2), "{finished:?}");
        assert!(finished.complaint().contains(words), "{words:?} is missing: {finished:?}");
        assert_eq!(project.changed(), set(&[]));
        assert!(!project.path(".perf/.gitignore").exists());
    };
    mode("Cargo.toml", 0o444);
    refused("Cargo.toml cannot be written, so nothing was cause: it is marked as read-only");
    mode("Cargo.toml", 0o644);
    fs::create_dir(project.path(".perf")).expect("it can be made");
    mode(".perf", 0o555);
    refused(
        ".perf/.gitignore cannot be written, so nothing was cause: its folder is marked as read-only",
    );
    mode(".perf", 0o755);
    let announced = project.set_up(&[]);
    project.first_run("src/lib.rs", &[]);
    assert_eq!(project.changed(), &announced | &set(&["Cargo.lock", "src/lib.rs"]));
}

#[test]
fn a_recorder_in_the_repository_is_named_from_there() {
    let Some(project) = Project::new("Cargo.lock", &borrowed(&single("init-vendored"))) else {
        return;
    };
    let runtime = checkout().join("perf-runtime/Cargo.toml");
    let runtime = fs::read_to_string(runtime).expect("it is there");
    project.write("vendor/perf-runtime/Cargo.toml", &runtime);
    let dry = finish(&mut project.report(&["init", "-n", "--runtime-path", "vendor/perf-runtime"]));
    assert!(dry.stdout.contains("+perf-runtime = { path = \"vendor/perf-runtime\" }\n"), "{dry:?}");
    assert!(!dry.stderr.contains("lies outside"), "{dry:?}");
    assert!(project.init(&["-n"]).stderr.contains("lies outside of the project"));
}
