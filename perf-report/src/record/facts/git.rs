//! The state of the source, asked of the `git` executable.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::model::Git;

/// Variables by which git names a repository, an index or objects, as it does for the hooks that it
/// calls. The repository in them is not the one that a folder is in. Further variables of `git
/// rev-parse --local-env-vars` are settings, which stay.
pub(crate) const VARIABLES: [&str; 14] = [
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_COMMON_DIR",
    "GIT_INDEX_FILE",
    "GIT_PREFIX",
    "GIT_NAMESPACE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_QUARANTINE_PATH",
    "GIT_SHALLOW_FILE",
    "GIT_GRAFT_FILE",
    "GIT_NO_REPLACE_OBJECTS",
    "GIT_REPLACE_REF_BASE",
];

/// Variables of CI systems with the branch that they build, for a checkout on no branch: of GitHub
/// (of a pull request first), GitLab, Buildkite, and Jenkins.
const OF_CI: [&str; 5] =
    ["GITHUB_HEAD_REF", "GITHUB_REF_NAME", "CI_COMMIT_REF_NAME", "BUILDKITE_BRANCH", "BRANCH_NAME"];

/// Removes the variables that would lead `command` to another repository than that of its folder.
pub(crate) fn of_its_folder(command: &mut Command) -> &mut Command {
    for name in VARIABLES {
        command.env_remove(name);
    }
    command
}

/// Returns a call of `git` in `dir`, about the repository there and no other. Every call of git
/// begins with it.
pub(crate) fn command(dir: &Path) -> Command {
    let mut command = Command::new("git");
    of_its_folder(&mut command).current_dir(dir).stdin(Stdio::null());
    command
}

/// Returns the state of the repository that holds `dir`; `None` outside of one, without a commit,
/// and without git. The branch is `branch`, else the one checked out, else the one in the
/// environment of a CI system.
pub(crate) fn git(dir: &Path, branch: Option<&str>) -> Option<Git> {
    let output = status(dir).ok()?;
    let found = parse(&String::from_utf8_lossy(&output.stdout));
    let mut git = found.filter(|_| output.status.success())?;
    let named = branch.map(|branch| (branch.to_owned(), "--branch"));
    let by_ci = || of_ci(|name| std::env::var(name).ok()).filter(|_| git.branch.is_none());
    if let Some((branch, from)) = named.or_else(by_ci) {
        (git.branch, git.branch_from) = (Some(branch), Some(from.to_owned()));
    }
    Some(git)
}

/// The ancestors of a commit that are looked at, at most.
const ANCESTORS: usize = 10_000;

/// Returns the full hash of the commit that `revision` names in the repository that holds `dir`; `None` where
/// git knows none, and without git.
pub(crate) fn commit(dir: &Path, revision: &str) -> Option<String> {
    let verify = |revision: &str| {
        asked(dir, &["rev-parse", "--verify", "--quiet", "--end-of-options", revision])
    };
    // In two steps: git takes what follows `:/` for words of a message, to the end.
    let found = verify(revision)?;
    verify(&format!("{}^{{commit}}", found.trim_end())).map(|hash| hash.trim_end().to_owned())
}

/// Returns the hashes of the commits before `commit`, the nearest first.
pub(crate) fn ancestors(dir: &Path, commit: &str) -> Vec<String> {
    let most = format!("--max-count={ANCESTORS}");
    let listed = asked(dir, &["rev-list", "--topo-order", &most, "--end-of-options", commit]);
    let listed = listed.unwrap_or_default();
    listed.lines().skip(1).map(str::to_owned).collect()
}

/// Returns what git answers, where it does.
fn asked(dir: &Path, arguments: &[&str]) -> Option<String> {
    let output = command(dir).args(arguments).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Explains why git refuses a repository that is there, and how to allow it: it belongs to another
/// user.
pub(crate) fn refusal(dir: &Path) -> Option<String> {
    // In English, whatever the user reads: the words are looked for.
    let asked = command(dir).env("LC_ALL", "C").args(["rev-parse", "--git-dir"]).output();
    let output = asked.ok().filter(|output| !output.status.success())?;
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    message.contains("dubious ownership").then(|| {
        let root = refused_root(&message).map_or_else(|| dir.display().to_string(), str::to_owned);
        format!(
            "the repository belongs to another user, and git says nothing of it; allow it with `git \
             config --global --add safe.directory {root}`"
        )
    })
}

/// Returns the root of the repository in git's refusal, which need not be the folder that was asked
/// about.
fn refused_root(message: &str) -> Option<&str> {
    let (_, rest) = message.split_once("in repository at '")?;
    rest.split_once("'\n").map(|(root, _)| root)
}

fn status(dir: &Path) -> std::io::Result<Output> {
    command(dir)
        // A status must not make a concurrent git wait for a lock.
        .args(["--no-optional-locks", "status", "--porcelain=v2", "--branch"])
        .args(["--untracked-files=no", "--ignore-submodules=none"])
        .output()
}

/// Returns the branch that CI builds, and the variable with its name.
fn of_ci(variable: impl Fn(&str) -> Option<String>) -> Option<(String, &'static str)> {
    let is_tag = variable("GITHUB_REF_TYPE").as_deref() == Some("tag");
    let names = OF_CI.into_iter().filter(|name| !(is_tag && *name == "GITHUB_REF_NAME"));
    names.filter_map(|name| Some((variable(name)?, name))).find(|(value, _)| !value.is_empty())
}

/// Reads the output of `git status --porcelain=v2 --branch`.
fn parse(status: &str) -> Option<Git> {
    let header =
        |name: &str| status.lines().find_map(|line| line.strip_prefix("# ")?.strip_prefix(name));
    Some(Git {
        commit: header("branch.oid ").filter(|&commit| commit != "(initial)")?.to_owned(),
        branch: header("branch.head ").filter(|&branch| branch != "(detached)").map(str::to_owned),
        branch_from: None,
        dirty: status.lines().any(|line| !line.starts_with('#')),
    })
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn ci_names_the_branch_of_a_detached_checkout() {
        let of = |set: &[(&str, &str)]| {
            of_ci(|name| set.iter().find(|it| it.0 == name).map(|it| it.1.to_owned()))
        };
        let pull_request = [("GITHUB_HEAD_REF", "faster"), ("GITHUB_REF_NAME", "12/merge")];
        for (set, expected) in [
            (&[][..], None),
            (&pull_request[..], Some(("faster", "GITHUB_HEAD_REF"))),
            (
                &[("GITHUB_HEAD_REF", ""), ("GITHUB_REF_NAME", "main")],
                Some(("main", "GITHUB_REF_NAME")),
            ),
            (&[("GITHUB_REF_NAME", "v1"), ("GITHUB_REF_TYPE", "tag")], None),
            (&[("CI_COMMIT_REF_NAME", "dev")], Some(("dev", "CI_COMMIT_REF_NAME"))),
            (&[("BUILDKITE_BRANCH", "dev")], Some(("dev", "BUILDKITE_BRANCH"))),
            (&[("BRANCH_NAME", "dev")], Some(("dev", "BRANCH_NAME"))),
        ] {
            let expected = expected.map(|(branch, from)| (branch.to_owned(), from));
            assert_eq!(of(set), expected);
        }
    }

    #[test]
    fn the_root_of_a_repository_of_another_is_the_one_that_git_names() {
        let message = "fatal: detected dubious ownership in repository at '/it's here'\nTo add an exception\n";
        assert_eq!(refused_root(message), Some("/it's here"));
        assert_eq!(refused_root("fatal: not a git repository"), None);
    }

    #[test]
    fn a_clean_branch() {
        let git = parse("# branch.oid 4f2c\n# branch.head main\n# branch.ab +0 -0\n").unwrap();
        assert_eq!((git.commit.as_str(), git.branch.as_deref()), ("4f2c", Some("main")));
        assert!(!git.dirty);
    }

    #[test]
    fn a_changed_file_on_no_branch() {
        let status = "# branch.oid 4f2c\n# branch.head (detached)\n1 .M N... 1 1 1 a a src/x.rs\n";
        let git = parse(status).unwrap();
        assert_eq!((git.branch, git.dirty), (None, true));
    }

    #[test]
    fn a_repository_without_a_commit_has_no_state() {
        assert_eq!(parse("# branch.oid (initial)\n# branch.head main\n"), None);
        assert_eq!(parse(""), None);
    }

    #[test]
    fn whatever_git_calls_local_to_a_repository_is_kept_from_it() {
        let Ok(output) = Command::new("git").args(["rev-parse", "--local-env-vars"]).output()
        else {
            let _ = writeln!(std::io::stderr().lock(), "skipped: git is not installed");
            return;
        };
        let settings = ["GIT_CONFIG", "GIT_CONFIG_PARAMETERS", "GIT_CONFIG_COUNT"];
        let is_known = |name: &&str| VARIABLES.contains(name) || settings.contains(name);
        let local = String::from_utf8_lossy(&output.stdout);
        let unknown: Vec<_> = local.lines().filter(|name| !is_known(name)).collect();
        assert!(unknown.is_empty(), "{unknown:?}");
    }
}
