//! The state of the source, asked of the `git` executable.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::model::Git;

/// The state of the repository that holds `dir`; `None` outside of one, without a commit, and without
/// git.
pub fn git(dir: &Path) -> Option<Git> {
    let output = Command::new("git")
        // A status must not make a concurrent git wait for a lock.
        .args(["--no-optional-locks", "status", "--porcelain=v2", "--branch"])
        .args(["--untracked-files=no", "--ignore-submodules=none"])
        .current_dir(dir)
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    parse(&String::from_utf8_lossy(&output.stdout)).filter(|_| output.status.success())
}

/// Reads what `git status --porcelain=v2 --branch` prints.
fn parse(status: &str) -> Option<Git> {
    let header =
        |name: &str| status.lines().find_map(|line| line.strip_prefix("# ")?.strip_prefix(name));
    Some(Git {
        commit: header("branch.oid ").filter(|&commit| commit != "(initial)")?.to_owned(),
        branch: header("branch.head ").filter(|&branch| branch != "(detached)").map(str::to_owned),
        dirty: status.lines().any(|line| !line.starts_with('#')),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
