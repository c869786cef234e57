//! Plans for workspaces of every shape.

use serde_json::json;

use super::ground::{File, Repository};
use super::packages::tests::{package, workspace};
use super::*;

/// The ground of packages with these files, seen from `dir`.
fn ground(packages: &[serde_json::Value], files: &[(&str, &str)], dir: &str) -> Ground {
    let names: Vec<&str> = packages.iter().filter_map(|package| package["name"].as_str()).collect();
    let workspace = workspace(packages, &names);
    let file = |(name, text): &(&str, &str)| {
        let path = Path::new("/w").join(name);
        (path.clone(), File { path, text: Some((*text).to_owned()), is_executable: false })
    };
    Ground {
        workspace,
        dir: dir.into(),
        root: "/w".into(),
        repository: None,
        files: files.iter().map(file).collect(),
    }
}

fn repository() -> Repository {
    Repository {
        top: "/w".into(),
        common: "/w/.git".into(),
        hooks: "/w/.git/hooks".into(),
        manager: None,
        hides_baselines: false,
    }
}

fn wishes() -> Wishes {
    let source = Source::Git("https://host/perf".to_owned());
    Wishes { packages: Vec::new(), source, ci: None, hook: None }
}

const SINGLE: &[(&str, &str)] = &[
    ("Cargo.toml", "[package]\nname = \"root\"\n\n[dependencies]\nserde = \"1\"\n"),
    ("lib.rs", "pub fn parse(text: &str) -> usize {\n"),
];

fn single(files: &[(&str, &str)]) -> Ground {
    ground(&[package("root", &["lib"], &json!([]))], files, "/w")
}

#[test]
fn a_single_crate_gets_all_of_it() {
    let plan = plan(&wishes(), &single(SINGLE)).unwrap();
    assert_eq!(plan.names, ["Cargo.toml", "perf.toml", ".perf/.gitignore"]);
    assert_eq!(plan.kept, [""; 0]);
    insta::assert_snapshot!(plan.diff);
    insta::assert_snapshot!(plan.next);
}

#[test]
fn a_second_time_nothing_is_left_to_do() {
    let first = plan(&wishes(), &single(SINGLE)).unwrap();
    let text = |at: usize| first.changes[at].after.as_str();
    let dependency =
        json!([{ "name": "perf-runtime", "rename": null, "kind": null, "target": null }]);
    let package = package("root", &["lib"], &dependency);
    let files = [("Cargo.toml", text(0)), ("perf.toml", text(1)), (".perf/.gitignore", text(2))];
    let second = plan(&wishes(), &ground(&[package], &files, "/w")).unwrap();
    assert_eq!((second.changes.len(), second.diff.as_str()), (0, ""));
    insta::assert_snapshot!(second.kept.join("\n"));
}

#[test]
fn a_workspace_shares_the_dependency_and_its_members_take_it() {
    let packages = ["app", "parser"].map(|name| package(name, &["lib"], &json!([])));
    let shared =
        "[workspace]\nmembers = [\"app\", \"parser\"]\n\n[workspace.dependencies]\nserde = \"1\"\n";
    let own = "[package]\nname = \"x\"\n\n[dependencies]\nserde.workspace = true\n";
    let files = [("Cargo.toml", shared), ("app/Cargo.toml", own), ("parser/Cargo.toml", own)];
    let whole = plan(&wishes(), &ground(&packages, &files, "/w")).unwrap();
    insta::assert_snapshot!(whole.diff.split("diff --git a/perf.toml").next().unwrap());
    let one = plan(&wishes(), &ground(&packages, &files, "/w/parser")).unwrap();
    assert_eq!(one.names, ["Cargo.toml", "parser/Cargo.toml", "perf.toml", ".perf/.gitignore"]);
    let alone = [("Cargo.toml", "[workspace]\nmembers = []\n"), files[1], files[2]];
    let plan = plan(&wishes(), &ground(&packages, &alone, "/w/app")).unwrap();
    let member = &plan.changes[1].after;
    assert!(member.contains("\nperf-runtime = { git = \"https://host/perf\" }\nserde"), "{member}");
}

#[test]
fn a_folder_is_named_from_the_manifest() {
    let from = |to: &str, from: &str| match relative(&Source::Path(to.to_owned()), Path::new(from))
    {
        Source::Path(path) => path,
        other => panic!("{other:?}"),
    };
    assert_eq!(from("/home/me/perf/perf-runtime", "/home/me/app"), "../perf/perf-runtime");
    assert_eq!(from("/home/me/app/vendor/p", "/home/me/app"), "vendor/p");
    assert_eq!(from("/home/me/app/vendor/p", "/home/me/app/crates/a"), "../../vendor/p");
    assert_eq!(from("/opt/p", "/home/me/app"), "/opt/p");
}

#[test]
fn what_is_there_is_said_and_stays() {
    let dependency =
        json!([{ "name": "perf-runtime", "rename": "pt", "kind": "dev", "target": "cfg(unix)" }]);
    let mut package = package("root", &["lib"], &dependency);
    package["rust_version"] = "1.70".into();
    package["edition"] = "2015".into();
    let files = [SINGLE[0], ("lib.rs", "#![no_std]\npub fn f() {}\n"), ("perf.toml", "")];
    let plan = plan(&wishes(), &ground(&[package], &files, "/w")).unwrap();
    insta::assert_snapshot!(plan.kept.join("\n"));
    insta::assert_snapshot!(plan.next);
    assert_eq!(plan.names, ["Cargo.toml", ".perf/.gitignore"]);
}

/// What is planned for a hook: the names of new files, and what is said.
fn hook(repository: Repository, files: &[(&str, &str)]) -> (Vec<String>, Vec<String>) {
    let files = [SINGLE, files].concat();
    let ground = Ground { repository: Some(repository), ..single(&files) };
    let plan = plan(&Wishes { hook: Some(Hook::PrePush), ..wishes() }, &ground).unwrap();
    (plan.names[3..].to_vec(), plan.kept)
}

#[test]
fn a_hook_is_made_where_none_is_in_the_way() {
    let (made, kept) = hook(repository(), &[]);
    assert_eq!((made.join(" ").as_str(), kept.len()), (".perf/hook.sh .git/hooks/pre-push", 0));
    let (made, kept) = hook(repository(), &[(".git/hooks/pre-push", "#!/bin/sh\nexit 0\n")]);
    assert_eq!(made, [".perf/hook.sh"]);
    assert_eq!(
        kept,
        [
            ".git/hooks/pre-push is a hook of yours, and stays: add to it the line `sh ./.perf/hook.sh || exit 1`"
        ]
    );
    let calls = (".git/hooks/pre-push", "sh ./.perf/hook.sh\n");
    let (made, kept) = hook(repository(), &[calls, (".perf/hook.sh", "")]);
    assert_eq!(made, [""; 0]);
    assert!(kept.last().unwrap().contains("is not executable"), "{kept:?}");
    let elsewhere = Repository { hooks: "/home/me/hooks".into(), ..repository() };
    assert!(hook(elsewhere, &[]).1[0].starts_with("core.hooksPath is /home/me/hooks, which other"));
    let husky = Repository { manager: Some(("husky", ".husky")), ..repository() };
    assert!(
        hook(husky, &[]).1[0].starts_with("husky manages the hooks here: add to .husky/pre-push")
    );
    let hidden = Repository { hides_baselines: true, ..repository() };
    assert!(hook(hidden, &[]).1[0].starts_with("a .gitignore hides .perf/baselines"));
}

#[test]
fn a_job_of_gitlab_stands_beside_those_that_are_there() {
    let planned = |own: &[(&str, &str)]| {
        let ground = single(&[SINGLE, own].concat());
        let plan = plan(&Wishes { ci: Some(Ci::GitLab), ..wishes() }, &ground).unwrap();
        (plan.names[3..].join(" "), plan.kept.join(" "))
    };
    assert_eq!(planned(&[]), (".gitlab-ci.yml".to_owned(), String::new()));
    let (made, kept) = planned(&[(".gitlab-ci.yml", "build: {}\n")]);
    assert_eq!(made, ".gitlab/perf.yml");
    assert!(kept.contains("add `include: [{ local: .gitlab/perf.yml }]` to it"), "{kept}");
    let (made, kept) = planned(&[(".gitlab-ci.yml", "script: perf-report check\n")]);
    assert_eq!((made.as_str(), kept.as_str()), ("", ".gitlab-ci.yml calls perf-report already"));
}
