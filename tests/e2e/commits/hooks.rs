//! What a hook of git leaves in the environment names another repository or index than the one asked for.

use super::{Project, finish, says, succeeded};

/// Says which commit it is, and what a hook would have left.
const BUILD: &str = "(git rev-parse HEAD; cat text; env | grep -cE '^GIT_(DIR|INDEX_FILE|WORK_TREE|COMMON_DIR|\
                     OBJECT_DIRECTORY|PREFIX)=' || true) | paste -sd' ' > built";

fn expected(project: &Project) -> Vec<String> {
    let commit = |name: &str| project.sh(&format!("git rev-parse {name}"));
    let mut lines =
        vec![format!("{} old 0", commit("main~1")), format!("{} new 0", commit("main"))];
    lines.sort();
    lines
}

#[test]
fn variables_of_another_repository_reach_neither_git_nor_a_build() {
    let Some(project) = Project::with_text() else { return };
    let other = project.lab.folder().join("other");
    let shown = other.display();
    project.sh(&format!(
        "git init -q -b other {shown}; cd {shown}; echo other > text; git add .; git commit -qm other"
    ));
    let state =
        || project.sh(&format!("cd {shown}; git status --porcelain; git worktree list; ls .git"));
    let before = state();
    let mut command = project.ab_of_builds(BUILD);
    for (name, value) in [
        ("GIT_DIR", ".git"),
        ("GIT_WORK_TREE", ""),
        ("GIT_INDEX_FILE", ".git/index"),
        ("GIT_COMMON_DIR", ".git"),
        ("GIT_OBJECT_DIRECTORY", ".git/objects"),
    ] {
        command.env(name, other.join(value));
    }
    succeeded(command.env("GIT_PREFIX", "sub/"));
    assert_eq!(project.said(), expected(&project));
    assert_eq!(state(), before);
    project.is_left_clean(project.parent());
    assert_eq!(project.sh("git status --porcelain"), "?? built");
}

#[test]
fn a_hook_can_call_it() {
    let Some(project) = Project::with_text() else { return };
    // In a linked worktree git names the repository to its hooks, and with `commit -a` another index.
    project.sh("git switch -q --detach; git worktree add -q ../linked main");
    let hook = format!(
        "#!/bin/sh\nenv | grep ^GIT_DIR= > \"$OUT.hook\" || exit 1\nexec \"$REPORT\" ab --rounds 1 --warmup 0 \
         --metrics calls --a-commit main~1 --build \"$BUILD\" -- sh -c '{}'\n",
        says("cat built")
    );
    project.write(".git/hooks/pre-commit", &hook);
    let mut commit = project.command("git");
    let script = "chmod +x .git/hooks/pre-commit";
    project.sh(script);
    let linked = project.parent().join("linked");
    commit.current_dir(&linked).args(["commit", "-qam", "three", "--allow-empty"]);
    let before = expected(&project);
    let finished = finish(commit.env("BUILD", BUILD));
    assert_eq!(finished.code, Some(0), "{finished:?}");
    assert_eq!(project.said(), before);
    assert_eq!(project.sh("git log --format=%s main"), "three\ntwo\none");
    project.is_left_clean(project.parent());
}

#[test]
fn hooks_are_not_called_for_what_is_checked_out() {
    let Some(project) = Project::with_text() else { return };
    project.write(".git/hooks/post-checkout", "#!/bin/sh\necho called >> \"$OUT\"\nexit 1\n");
    project.sh("chmod +x .git/hooks/post-checkout");
    succeeded(&mut project.ab_of_builds("cp text built"));
    assert_eq!(project.said(), ["new", "old"]);
}
