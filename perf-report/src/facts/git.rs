//! The state of the source, asked of the `git` executable.

use std::io::Read as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::model::Git;

/// A question to git that has been answered, by a process that has not been waited for.
///
/// The resources of a command are those of all children waited for, so git must not be among them
/// until they were read. Its answer must nevertheless be of the time before the command.
#[derive(Debug)]
pub struct GitProbe {
    child: Option<Child>,
    answer: Option<Git>,
}

impl GitProbe {
    /// Asks for the state of the repository that holds `dir`, and reads the answer.
    pub fn of(dir: &Path) -> Self {
        let mut child = Command::new("git")
            // A status must not make a concurrent git wait for a lock.
            .args(["--no-optional-locks", "status", "--porcelain=v2", "--branch"])
            .args(["--untracked-files=no", "--ignore-submodules=none"])
            .current_dir(dir)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .ok();
        let mut text = Vec::new();
        if let Some(stdout) = child.as_mut().and_then(|child| child.stdout.as_mut()) {
            // An answer that breaks off lacks its commit, or what differs; the former is noticed.
            let _ = stdout.read_to_end(&mut text);
        }
        Self { child, answer: parse(&String::from_utf8_lossy(&text)) }
    }

    /// The answer so far as it was read.
    pub fn answer(&self) -> Option<&Git> {
        self.answer.as_ref()
    }

    /// The answer, if git stands by it; `None` outside a repository, without a commit, and without git.
    pub fn finish(mut self) -> Option<Git> {
        let ended_well = self
            .child
            .as_mut()
            .is_some_and(|child| child.wait().is_ok_and(|status| status.success()));
        self.answer.take().filter(|_| ended_well)
    }
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
