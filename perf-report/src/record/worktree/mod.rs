//! A commit checked out beside the working tree, with its submodules, in a folder that goes away
//! again.

mod place;
mod submodules;

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};

use super::facts;
use crate::error::{ExitCode, UserError};
use crate::system;
use place::Place;

/// A commit in a folder of its own, until it is dropped.
#[derive(Debug)]
pub(crate) struct Worktree {
    place: Place,
    repository: PathBuf,
    commit: String,
    left_out: Vec<PathBuf>,
}

impl Worktree {
    /// Checks out `revision` of the repository that holds `dir`. Relative paths out of the
    /// repository lead to the same places as in the working tree. The leftovers of earlier
    /// processes that were killed are removed.
    ///
    /// # Errors
    /// When `dir` is in no repository, there is no such revision, or it cannot be checked out as the
    /// working tree is.
    pub(crate) fn create(dir: &Path, revision: &str) -> Result<Self, UserError> {
        Self::make(dir, revision, Place::find)
    }

    /// Checks out `revision` as [`create`](Self::create) does, into the folder of this name, which is the
    /// same each time. It is an error while another process has it.
    ///
    /// # Errors
    /// As for [`create`](Self::create).
    pub(crate) fn named(dir: &Path, revision: &str, name: &str) -> Result<Self, UserError> {
        Self::make(dir, revision, |repository, common| Place::named(repository, common, name))
    }

    fn make(
        dir: &Path,
        revision: &str,
        place: impl FnOnce(&Path, &Path) -> Result<Place, UserError>,
    ) -> Result<Self, UserError> {
        let repository = top(dir)?;
        let commit = resolve(&repository, revision)?;
        let cannot = |error: io::Error| {
            let problem = format!("commit {revision:?} cannot be checked out");
            UserError::new(ExitCode::Usage, problem).because(error)
        };
        let common =
            PathBuf::from(git(&repository, ["rev-parse", "--git-common-dir"]).map_err(cannot)?);
        let place = place(&repository, &repository.join(common))?;
        // From here on, dropping it takes back whatever git has done by then.
        let mut worktree = Self { place, repository, commit, left_out: Vec::new() };
        let add = ["worktree", "add", "--quiet", "--detach"].map(OsStr::new);
        let what = [worktree.root().as_os_str(), OsStr::new(&worktree.commit)];
        git(&worktree.repository, add.into_iter().chain(what)).map_err(cannot)?;
        worktree.left_out = submodules::check_out(&worktree.repository, worktree.root())?;
        Ok(worktree)
    }

    /// Checks out another commit in the same folder. What builds left there stays, as far as git ignores
    /// it.
    ///
    /// # Errors
    /// When it cannot be checked out as the working tree is.
    pub(crate) fn switch(&mut self, commit: &str) -> Result<(), UserError> {
        let cannot = |error: io::Error| {
            let problem = format!("commit {commit:?} cannot be checked out");
            UserError::new(ExitCode::Usage, problem).because(error)
        };
        let switch = ["checkout", "--quiet", "--force", "--detach", commit];
        git(self.root(), switch).map_err(cannot)?;
        git(self.root(), ["clean", "--quiet", "--force", "-d"]).map_err(cannot)?;
        commit.clone_into(&mut self.commit);
        self.left_out = submodules::check_out(&self.repository, self.root())?;
        Ok(())
    }

    /// Returns the folder of the commit that corresponds to `dir` of the repository.
    ///
    /// # Errors
    /// When the commit has no such folder.
    pub(crate) fn at(&self, dir: &Path) -> Result<PathBuf, UserError> {
        let below = dir.strip_prefix(&self.repository).unwrap_or(Path::new(""));
        let folder = self.root().join(below);
        if folder.is_dir() {
            return Ok(folder);
        }
        let problem = format!("commit {} has no folder {}", self.commit, below.display());
        Err(UserError::new(ExitCode::Usage, problem)
            .help("call it in a folder that both sides have, such as the root"))
    }

    /// Returns the root of the checked-out files.
    pub(crate) fn root(&self) -> &Path {
        self.place.root()
    }

    /// Returns the root of the working tree that it lies beside.
    pub(crate) fn repository(&self) -> &Path {
        &self.repository
    }

    /// Returns the full hash of the commit.
    pub(crate) fn commit(&self) -> &str {
        &self.commit
    }

    /// Describes the gaps of the checked-out files, for when they cannot be built.
    pub(crate) fn lacks(&self) -> Option<String> {
        let apart = self.place.apart().map(str::to_owned);
        let left_out = (!self.left_out.is_empty()).then(|| {
            let names: Vec<_> = self.left_out.iter().map(|it| it.display().to_string()).collect();
            format!(
                "its submodules {} are missing, as in the working tree: `git submodule update --init \
                 --recursive` brings them",
                names.join(", ")
            )
        });
        let all: Vec<String> = [apart, left_out].into_iter().flatten().collect();
        (!all.is_empty()).then(|| all.join("; "))
    }
}

impl Drop for Worktree {
    fn drop(&mut self) {
        place::remove(&self.repository, self.place.root());
    }
}

/// Returns the root of the working tree that holds `dir`.
pub(crate) fn top(dir: &Path) -> Result<PathBuf, UserError> {
    let error = match git(dir, ["rev-parse", "--show-toplevel"]) {
        Ok(top) => return Ok(PathBuf::from(top)),
        Err(error) => error,
    };
    let usage = |problem: String| UserError::new(ExitCode::Usage, problem);
    let shown = dir.display();
    if error.kind() == io::ErrorKind::NotFound {
        return Err(usage("there is no git executable in PATH".to_owned())
            .help("install git, or name commands with --a and --b"));
    }
    if let Some(refusal) = facts::git_refusal(dir) {
        return Err(usage(refusal));
    }
    if git(dir, ["rev-parse", "--is-bare-repository"]).is_ok_and(|answer| answer == "true") {
        return Err(usage(format!("{shown} is a bare repository, which has no working tree"))
            .help("call it in one of those that `git worktree list` shows"));
    }
    Err(usage(format!("{shown} is in no git repository"))
        .because(error)
        .help("call it where the commits are, or name commands with --a and --b"))
}

/// Returns the full hash of the commit `revision`.
pub(crate) fn resolve(repository: &Path, revision: &str) -> Result<String, UserError> {
    let hash = |revision: &str| {
        let wanted = format!("{revision}^{{commit}}");
        git(repository, ["rev-parse", "--verify", "--quiet", "--end-of-options", &wanted])
    };
    hash(revision).map_err(|_| {
        let is_shallow = git(repository, ["rev-parse", "--is-shallow-repository"]);
        let remote = format!("origin/{revision}");
        let help = if hash(&remote).is_ok() {
            format!("there is {remote:?}, which may be the one that is meant")
        } else if is_shallow.is_ok_and(|answer| answer == "true") {
            "this clone is shallow and has the newest commits only: `git fetch --unshallow`, or in CI a \
             checkout with all of them (`fetch-depth: 0`)"
                .to_owned()
        } else {
            "name one that `git log` shows, a branch, or a tag".to_owned()
        };
        UserError::new(ExitCode::Usage, format!("there is no commit {revision:?}")).help(help)
    })
}

/// Returns the output of git, without the end of the line. Git does not see the Ctrl-C that ends
/// us, so nothing is left half done; nor does it call hooks, which are not made for this.
pub(crate) fn git<A: AsRef<OsStr>>(
    dir: &Path,
    arguments: impl IntoIterator<Item = A>,
) -> io::Result<String> {
    let mut command = facts::git_command(dir);
    command.args(["-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false"]);
    let output = system::apart(command.args(arguments)).output()?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).trim_end_matches('\n').to_owned());
    }
    let message = String::from_utf8_lossy(&output.stderr).trim_end().to_owned();
    Err(io::Error::other(if message.is_empty() { "git failed".to_owned() } else { message }))
}

// The commands in them are scripts of `sh`.
#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::*;

    fn sh(dir: &Path, script: &str) -> String {
        let mut command = std::process::Command::new("sh");
        let output = facts::of_its_folder(&mut command)
            .args(["-c", script])
            .current_dir(dir)
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    fn repository() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let commit = "git -c user.name=a -c user.email=a@b commit -q -m one";
        let script = format!(
            "mkdir -p here/sub && cd here && git init -q -b main . && echo old > sub/file && git add . \
             && {commit} && echo new > sub/file"
        );
        sh(folder.path(), &script);
        folder
    }

    #[test]
    fn a_commit_is_checked_out_beside_the_working_tree_and_goes_away_again() {
        let folder = repository();
        let dir = folder.path().canonicalize().unwrap().join("here");
        let worktree = Worktree::create(&dir.join("sub"), "main").unwrap();
        let sub = worktree.at(&dir.join("sub")).unwrap();
        assert_eq!(std::fs::read_to_string(sub.join("file")).unwrap(), "old\n");
        assert_eq!(worktree.commit(), sh(&dir, "git rev-parse HEAD").trim());
        assert_eq!(worktree.root().parent(), dir.parent());
        assert_eq!(worktree.lacks(), None);
        let root = worktree.root().to_owned();
        drop(worktree);
        assert!(!root.exists());
        assert_eq!(sh(&dir, "git worktree list").lines().count(), 1);
        assert_eq!(sh(&dir, "git status --porcelain"), " M sub/file\n");
    }

    #[test]
    fn what_cannot_be_checked_out_is_named() {
        let folder = repository();
        let dir = folder.path().canonicalize().unwrap().join("here");
        let error = Worktree::create(&dir, "mian").unwrap_err();
        assert_eq!(error.to_string(), "there is no commit \"mian\"");
        let error = Worktree::create(&dir, "--help").unwrap_err();
        assert_eq!(error.to_string(), "there is no commit \"--help\"");
        let worktree = Worktree::create(&dir, "HEAD").unwrap();
        let error = worktree.at(&dir.join("gone")).unwrap_err();
        assert!(error.to_string().ends_with("has no folder gone"), "{error}");
    }
}
