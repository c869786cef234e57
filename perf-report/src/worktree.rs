//! A commit checked out beside the working tree, in a folder that goes away again.

use std::ffi::OsStr;
use std::io;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::error::{ExitCode, UserError};
use crate::facts;

/// A commit in a folder of its own, until it is dropped.
#[derive(Debug)]
pub struct Worktree {
    repository: PathBuf,
    root: PathBuf,
    commit: String,
    // Last, so that git has let go of what is in it.
    _folder: TempDir,
}

impl Worktree {
    /// Checks out `revision` of the repository that holds `dir`.
    ///
    /// # Errors
    /// When `dir` is in no repository, there is no such revision, or it cannot be checked out.
    pub fn create(dir: &Path, revision: &str) -> Result<Self, UserError> {
        let usage = |problem: String| UserError::new(ExitCode::Usage, problem);
        let repository = git(dir, ["rev-parse", "--show-toplevel"]).map_err(|error| {
            usage(format!("{} is in no git repository", dir.display()))
                .because(error)
                .help("call it where the commits are, or name commands with --a and --b")
        })?;
        let repository = PathBuf::from(repository);
        let wanted = format!("{revision}^{{commit}}");
        let commit =
            git(&repository, ["rev-parse", "--verify", "--quiet", "--end-of-options", &wanted])
                .map_err(|_| {
                    usage(format!("there is no commit {revision:?}"))
                        .help("name one that `git log` shows, a branch, or a tag")
                })?;
        let cannot = |error: io::Error| {
            usage(format!("commit {revision:?} cannot be checked out")).because(error)
        };
        let folder = tempfile::Builder::new().prefix("perf-track-ab-").tempdir().map_err(cannot)?;
        let root = folder.path().join("tree");
        // From here on, dropping it takes back whatever git has done by then.
        let worktree = Self { repository, root, commit, _folder: folder };
        let add = ["worktree", "add", "--quiet", "--detach"].map(OsStr::new);
        let place = [worktree.root.as_os_str(), OsStr::new(&worktree.commit)];
        git(&worktree.repository, add.into_iter().chain(place)).map_err(cannot)?;
        Ok(worktree)
    }

    /// The folder of the commit that corresponds to `dir` of the repository.
    ///
    /// # Errors
    /// When the commit has no such folder.
    pub fn at(&self, dir: &Path) -> Result<PathBuf, UserError> {
        let below = dir.strip_prefix(&self.repository).unwrap_or(Path::new(""));
        let folder = self.root.join(below);
        if folder.is_dir() {
            return Ok(folder);
        }
        let problem = format!("commit {} has no folder {}", self.commit, below.display());
        Err(UserError::new(ExitCode::Usage, problem)
            .help("call it in a folder that both sides have, such as the root"))
    }

    /// The root of the checked-out files.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Full hash of the commit.
    pub fn commit(&self) -> &str {
        &self.commit
    }
}

impl Drop for Worktree {
    fn drop(&mut self) {
        let remove = ["worktree", "remove", "--force"].map(OsStr::new);
        // What stays is a line in git's list, which it strikes by itself once the folder is gone.
        let _ = git(&self.repository, remove.into_iter().chain([self.root.as_os_str()]));
    }
}

/// What git says, without the end of the line. It does not see the Ctrl-C that ends us, so that
/// nothing is left half done.
fn git<A: AsRef<OsStr>>(dir: &Path, arguments: impl IntoIterator<Item = A>) -> io::Result<String> {
    let output = facts::git_command(dir).args(arguments).process_group(0).output()?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).trim_end().to_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr).trim_end().to_owned();
    Err(io::Error::other(if said.is_empty() { "git failed".to_owned() } else { said }))
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    fn sh(dir: &Path, script: &str) -> String {
        let output = Command::new("sh").args(["-c", script]).current_dir(dir).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    fn repository() -> TempDir {
        let folder = tempfile::tempdir().unwrap();
        let commit = "git -c user.name=a -c user.email=a@b commit -q -m one";
        let script = format!(
            "git init -q -b main . && mkdir sub && echo old > sub/file && git add . && {commit} \
             && echo new > sub/file"
        );
        sh(folder.path(), &script);
        folder
    }

    #[test]
    fn a_commit_is_checked_out_and_goes_away_again() {
        let folder = repository();
        let dir = folder.path().canonicalize().unwrap();
        let worktree = Worktree::create(&dir.join("sub"), "main").unwrap();
        let sub = worktree.at(&dir.join("sub")).unwrap();
        assert_eq!(std::fs::read_to_string(sub.join("file")).unwrap(), "old\n");
        assert_eq!(worktree.commit(), sh(&dir, "git rev-parse HEAD").trim());
        let root = worktree.root().to_owned();
        drop(worktree);
        assert!(!root.exists());
        assert_eq!(sh(&dir, "git worktree list").lines().count(), 1);
        assert_eq!(sh(&dir, "git status --porcelain"), " M sub/file\n");
    }

    #[test]
    fn what_cannot_be_checked_out_is_named() {
        let folder = repository();
        let dir = folder.path().canonicalize().unwrap();
        let error = Worktree::create(&dir, "mian").unwrap_err();
        assert_eq!(error.to_string(), "there is no commit \"mian\"");
        let error = Worktree::create(&dir, "--help").unwrap_err();
        assert_eq!(error.to_string(), "there is no commit \"--help\"");
        let worktree = Worktree::create(&dir, "HEAD").unwrap();
        let error = worktree.at(&dir.join("gone")).unwrap_err();
        assert!(error.to_string().ends_with("has no folder gone"), "{error}");
    }
}
