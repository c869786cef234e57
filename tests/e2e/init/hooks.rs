//! The hook: where it is put, where it is not, and what it does to a push.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use perf_tests::Finished;

use super::{LIBRARY, Project, finish, manifest};

fn project() -> Option<Project> {
    Project::new("Cargo.lock", &[("Cargo.toml", &manifest("init-hooked")), ("src/lib.rs", "")])
}

/// What `init --hook` says, with what follows on one line.
#[track_caller]
fn hooked(project: &Project, hook: &str) -> String {
    let finished = project.init(&["--yes", "--hook", hook]);
    assert_eq!(finished.code, Some(0), "{finished:?}");
    finished.complaint()
}

/// Has what is called perf-report be `script`, and pushes.
fn push(project: &Project, script: &str) -> Finished {
    project.write("../bin/perf-report", &format!("#!/bin/sh\n{script}\n"));
    let program = project.path("../bin/perf-report");
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("it is ours");
    let mut path = program.parent().expect("it lies in a folder").as_os_str().to_owned();
    path.push(":");
    path.push(std::env::var_os("PATH").unwrap_or_default());
    let mut command = project.command("git");
    let report = perf_tests::program!("perf-report-under-test");
    command.env("REPORT", report).env("PATH", path).env("OUT", project.path("../out"));
    finish(command.args(["push", "-q", "../remote", "HEAD:main"]))
}

/// A project with the hook, and a repository to push to.
fn ready_to_push() -> Option<Project> {
    let project = project()?;
    project.sh("git init -q --bare ../remote");
    hooked(&project, "pre-push");
    project.sh("git add .; git commit -qm two");
    Some(project)
}

fn is_pushed(project: &Project) -> bool {
    !project.sh("git -C ../remote branch").is_empty()
}

#[test]
fn a_push_is_stopped_by_a_regression_and_by_nothing_else() {
    let Some(project) = ready_to_push() else { return };
    let stopped = push(&project, "case $1 in check) exit 3;; esac");
    assert_eq!((stopped.code, is_pushed(&project)), (Some(1), false), "{stopped:?}");
    assert!(stopped.stderr.contains("slower than the baseline"), "{stopped:?}");
    let stopped = push(&project, "case $1 in suite) exit 3;; esac");
    assert_eq!((stopped.code, is_pushed(&project)), (Some(1), false), "{stopped:?}");
    assert!(stopped.stderr.contains("a suite misses a target"), "{stopped:?}");
    for (script, words) in [
        ("case $1 in suite) exit 101;; esac", "`cargo test` ended with 101: nothing was judged"),
        ("case $1 in check) exit 4;; esac", "`perf-report check` ended with 4"),
        ("echo \"$* in $PWD, ${GIT_DIR-no}\" >> \"$OUT\"", ""),
    ] {
        let passed = push(&project, script);
        assert_eq!((passed.code, is_pushed(&project)), (Some(0), true), "{passed:?}");
        assert!(passed.stderr.contains(words), "{passed:?}");
        project.sh("git -C ../remote branch -D main -q");
    }
    let here = project.top.display();
    let called =
        format!("suite --quick --quiet -- cargo test in {here}, no\ncheck in {here}, no\n");
    assert_eq!(project.read("../out"), called);
}

#[test]
fn a_push_waits_for_so_long_and_leaves_nothing_running() {
    let Some(project) = ready_to_push() else { return };
    project.sh("sed -i s/^seconds=30$/seconds=1/ .perf/hook.sh; git commit -qam three");
    let passed = push(&project, "sleep 600 & echo $! > \"$OUT\"; wait");
    assert_eq!((passed.code, is_pushed(&project)), (Some(0), true), "{passed:?}");
    assert!(
        passed.stderr.contains("`cargo test` takes more than 1 s: nothing was judged"),
        "{passed:?}"
    );
    let ended = "i=0; while kill -0 $(cat ../out) 2> /dev/null; do sleep 0.1; i=$((i + 1)); test $i -lt 300; done";
    project.sh(ended);
}

#[test]
fn the_run_of_a_push_is_the_one_that_is_judged() {
    let files = [("Cargo.toml", &*manifest("init-pushed")), ("src/lib.rs", LIBRARY)];
    let Some(project) = Project::new("Cargo.lock", &files) else { return };
    project.sh("git init -q --bare ../remote");
    assert!(project.set_up(&["--hook", "pre-push"]).contains(".git/hooks/pre-push"));
    project.first_run("src/lib.rs", &[]);
    finish(&mut project.report(&["baseline", "save", "main"]));
    project.sh("sed -i s/^seconds=30$/seconds=600/ .perf/hook.sh; git add .; git commit -qm two");
    let passed = push(&project, "exec \"$REPORT\" \"$@\"");
    assert_eq!((passed.code, is_pushed(&project)), (Some(0), true), "{passed:?}");
    assert!(!passed.stderr.contains("perf-report hook:"), "{passed:?}");
    assert!(passed.stderr.contains("baseline main"), "{passed:?}");
    let worse = project
        .read("src/lib.rs")
        .replace("super::add(2, 2)", "super::add(1, 1) + super::add(1, 1)");
    project.write("src/lib.rs", &worse);
    project.sh("git commit -qam three");
    let stopped = push(&project, "exec \"$REPORT\" \"$@\"");
    assert_eq!(stopped.code, Some(1), "{stopped:?}");
    assert!(stopped.stderr.contains("init_pushed::add"), "{stopped:?}");
}

#[test]
fn a_dry_run_is_a_patch_wherever_the_hook_is_put() {
    let Some(project) = project() else { return };
    let dry = project.init(&["--dry-run", "--hook", "pre-push"]);
    assert!(dry.stdout.contains("\n# .git/hooks/pre-push: an executable file, "), "{dry:?}");
    assert!(project.patched(&["--hook", "pre-push"]).contains(".perf/hook.sh"));
    project.sh("git config core.hooksPath tools/hooks");
    let dry = project.init(&["--dry-run", "--hook", "pre-push"]);
    let birth = "b/tools/hooks/pre-push\nnew file mode 100755\n";
    assert!(dry.stdout.contains(birth), "{dry:?}");
    assert!(project.patched(&["--hook", "pre-push"]).contains("tools/hooks/pre-push"));
    project.sh("git config --unset core.hooksPath; git worktree add -q ../linked");
    let linked = project.within("../linked");
    let linked = Project { top: linked.dir.clone(), ..linked };
    let patched = linked.patched(&["--hook", "pre-commit", "--ci", "gitlab"]);
    assert!(patched.contains(".perf/hook.sh"), "{patched:?}");
}

#[test]
fn a_commit_without_the_script_is_pushed() {
    let Some(project) = ready_to_push() else { return };
    project.sh("git rm -q .perf/hook.sh; git commit -qm three");
    let passed = push(&project, "exit 3");
    assert_eq!((passed.code, is_pushed(&project)), (Some(0), true), "{passed:?}");
}

#[test]
fn a_hook_of_theirs_stays() {
    let Some(project) = project() else { return };
    project.write(".git/hooks/pre-commit", "#!/bin/sh\nexit 0\n");
    let said = hooked(&project, "pre-commit");
    assert!(
        said.contains(
            ".git/hooks/pre-commit is a hook of yours, and stays: add to it the line `sh \
                           ./.perf/hook.sh || exit 1`"
        ),
        "{said}"
    );
    assert_eq!(project.read(".git/hooks/pre-commit"), "#!/bin/sh\nexit 0\n");
    project.write(".git/hooks/pre-commit", "#!/bin/sh\nsh ./.perf/hook.sh || exit 1\n");
    assert!(hooked(&project, "pre-commit").contains("`chmod +x .git/hooks/pre-commit`"));
}

#[test]
fn it_lies_where_git_looks_for_it() {
    let Some(project) = project() else { return };
    project.sh("git config core.hooksPath tools/hooks");
    let said = hooked(&project, "pre-push");
    assert!(said.contains("tools/hooks/pre-push"), "{said}");
    let mode = fs::metadata(project.path("tools/hooks/pre-push"))
        .expect("it is there")
        .permissions()
        .mode();
    assert_eq!(mode & 0o100, 0o100);
    assert!(!project.path(".git/hooks/pre-push").exists());
}

#[test]
fn a_folder_of_hooks_for_other_repositories_is_left_alone() {
    let Some(project) = project() else { return };
    let shared = project.lab.new_folder("shared");
    project.sh("git config core.hooksPath ../../shared");
    let said = hooked(&project, "pre-push");
    assert!(said.contains("which other repositories may use"), "{said}");
    assert_eq!(fs::read_dir(shared).expect("it is there").count(), 0);
}

#[test]
fn programs_that_manage_hooks_are_named() {
    let Some(project) = project() else { return };
    project.write("lefthook.yml", "");
    let said = hooked(&project, "pre-push");
    assert!(
        said.contains("lefthook manages the hooks here: add to the pre-push hooks in lefthook.yml"),
        "{said}"
    );
    assert!(!project.path(".git/hooks/pre-push").exists());
}

#[test]
fn worktrees_share_the_hook_and_submodules_have_their_own() {
    let Some(project) = project() else { return };
    project.sh("git worktree add -q ../linked");
    let linked = project.within("../linked");
    hooked(&linked, "pre-push");
    assert!(linked.path(".git/hooks/pre-push").exists());
    assert!(linked.path("../linked/.perf/hook.sh").exists() && !linked.path(".perf").exists());
    linked.sh("cd ..; git init -q outer; cd outer; git -c protocol.file.allow=always submodule --quiet add ../project sub");
    let inner = linked.within("../outer/sub");
    hooked(&inner, "pre-push");
    assert!(inner.path("../outer/.git/modules/sub/hooks/pre-push").exists());
}
