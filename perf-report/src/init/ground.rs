//! What `init` finds, as plain data: the workspace, its repository, and the texts of files.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::packages::Workspace;
use crate::text::path;

/// The place in which `init` works.
#[derive(Debug)]
pub(crate) struct Ground {
    /// The workspace as cargo knows it.
    pub(super) workspace: Workspace,
    /// The folder in which the command was called.
    pub(super) dir: PathBuf,
    /// The folder that holds `perf.toml` and `.perf/`.
    pub(super) root: PathBuf,
    /// The repository, if there is one.
    pub(super) repository: Option<Repository>,
    /// Files that may be changed or are looked at, by the names under which they were asked for.
    pub(super) files: BTreeMap<PathBuf, File>,
}

/// A file that may not exist.
#[derive(Debug, Clone)]
pub(super) struct File {
    /// Its place, behind all links.
    pub(super) path: PathBuf,
    /// Its text, if it is there.
    pub(super) text: Option<String>,
    /// Permission to execute it.
    pub(super) is_executable: bool,
}

/// The repository of a workspace.
#[derive(Debug, Clone)]
pub(super) struct Repository {
    /// The folder that is checked out.
    pub(super) top: PathBuf,
    /// The folder of git that all its worktrees share.
    pub(super) common: PathBuf,
    /// The folder in which git looks for hooks.
    pub(super) hooks: PathBuf,
    /// The program that puts hooks there, and the file or folder by which it is known.
    pub(super) manager: Option<(&'static str, &'static str)>,
    /// The hiding of baselines from version control.
    pub(super) hides_baselines: bool,
}

impl Ground {
    /// Returns the folder that paths are shown from: that of the repository, else that of the workspace.
    pub(super) fn base(&self) -> &Path {
        self.repository.as_ref().map_or(&self.workspace.root, |repository| &repository.top)
    }

    /// Writes a path as `git diff` does, if it lies below [`base`](Self::base).
    pub(super) fn shown(&self, path: &Path) -> String {
        path::written(path.strip_prefix(self.base()).unwrap_or(path))
    }

    /// Returns whether a file is one of those that are checked out, or could be: git keeps its own files apart.
    pub(super) fn is_checked_out(&self, path: &Path) -> bool {
        let below = path.strip_prefix(self.base());
        below.is_ok_and(|below| below.components().all(|part| part.as_os_str() != ".git"))
    }

    /// Returns a file that was asked for; one that nobody asked for is taken for missing.
    pub(super) fn file(&self, path: &Path) -> File {
        let missing = || File { path: path.to_owned(), text: None, is_executable: false };
        self.files.get(path).cloned().unwrap_or_else(missing)
    }

    /// Returns the folder of the project, from the folder of the repository; empty where they are the same.
    pub(super) fn below(&self) -> &Path {
        self.root.strip_prefix(self.base()).unwrap_or(Path::new(""))
    }
}
