//! Repositories that are no plain clone: bare ones with worktrees, shallow ones, ones in others.

use perf_tests::Run;

use super::{Project, finish, refused, succeeded};

#[test]
fn worktrees_of_a_bare_repository_are_working_trees() {
    let Some(project) = Project::with_text() else { return };
    project
        .sh("git clone -q --bare . ../bare.git; git -C ../bare.git worktree add -q ../linked main");
    let [bare, linked] = ["bare.git", "linked"].map(|name| project.parent().join(name));
    succeeded(project.ab_of_builds("cp text built").current_dir(linked));
    assert_eq!(project.said(), ["new", "old"]);
    let words = ["is a bare repository, which has no working tree", "git worktree list"];
    refused(project.ab_of_builds("cp text built").current_dir(&bare), &words);
    project.is_left_clean(project.parent());
    assert_eq!(project.sh("git -C ../bare.git worktree list | wc -l"), "2");
}

#[test]
fn a_shallow_clone_says_what_it_lacks() {
    let Some(project) = Project::with_text() else { return };
    project
        .sh("git clone -q --depth 1 file://$PWD ../shallow; git -C ../shallow switch -q -c work; \
                git -C ../shallow branch -qD main");
    let shallow = project.parent().join("shallow");
    let of = |revision| project.ab(&["--a-commit", revision, "--", "true"]);
    let words = ["there is no commit \"HEAD~1\"", "git fetch --unshallow", "`fetch-depth: 0`"];
    refused(of("HEAD~1").current_dir(&shallow), &words);
    let words =
        ["there is no commit \"main\"", "\"origin/main\", which may be the one that is meant"];
    refused(of("main").current_dir(&shallow), &words);
    refused(of("mian").current_dir(&project.dir), &["name one that `git log` shows"]);
}

#[test]
fn a_submodule_is_a_repository_of_its_own() {
    let Some(project) = Project::with_text() else { return };
    project.sh("git init -q ../above; cd ../above; git -c protocol.file.allow=always submodule --quiet add \
                ../project libs/project 2>/dev/null; git commit -qm one");
    let inside = project.parent().join("above/libs/project");
    succeeded(project.ab_of_builds("cp text built").current_dir(&inside));
    assert_eq!(project.said(), ["new", "old"]);
    assert_eq!(
        project.sh("cd ../above; git status --porcelain --ignore-submodules; ls -A libs"),
        "project"
    );
    assert_eq!(project.sh("cd ../above/libs/project; git status --porcelain"), "?? built");
}

#[test]
fn a_commit_is_on_no_branch_whatever_ci_builds() {
    let Some(project) = Project::with_text() else { return };
    project.sh("git switch -q --detach");
    let mut command = project.ab(&["--keep", "--a-commit", "main~1", "--build", "true"]);
    command.args(["--", "sh", "-c", "exec $RECORDS"]).env("GITHUB_REF_NAME", "faster");
    succeeded(&mut command);
    let mut branches = ["ab-a", "ab-b"].map(|label| {
        let mut show = project.command(perf_tests::program!("perf-report-under-test"));
        let shown = finish(show.args(["show", label, "--format", "json"]));
        Run::parse(&shown.stdout).at("/run/git/branch").as_str().map(str::to_owned)
    });
    branches.sort();
    assert_eq!(branches, [None, Some("faster".to_owned())]);
}
