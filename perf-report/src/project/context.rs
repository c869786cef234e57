//! Where a command works: the folder it was called in, the workspace, the store.

use std::path::{Path, PathBuf};

use super::workspace;

/// Name of the store inside [`workspace::FOLDER`].
const STORE: &str = "perf.sqlite";

/// Where a command works. Absolute paths; what they name need not exist.
#[derive(Debug, Clone)]
pub struct Context {
    /// Folder the command was called in.
    pub dir: PathBuf,
    /// Root of the workspace, which holds `perf.toml` and `.perf/`; see [`workspace::root`].
    pub root: PathBuf,
    /// Database that holds the runs.
    pub store: PathBuf,
}

impl Context {
    /// The context of a command called in `dir`, with the store at `store` (relative to `dir`) or
    /// in the workspace that `dir` belongs to.
    pub fn new(dir: PathBuf, store: Option<PathBuf>) -> Self {
        let root = workspace::root(&dir);
        let store =
            store.map_or_else(|| root.join(workspace::FOLDER).join(STORE), |path| dir.join(path));
        Self { dir, root, store }
    }

    /// The programs of the workspace.
    pub fn programs(&self) -> workspace::Programs {
        let target = std::env::var_os("CARGO_TARGET_DIR").map(|target| self.dir.join(target));
        workspace::Programs::of(&self.root, target.as_deref())
    }

    /// The folder `.perf/` of the workspace; it may not exist yet.
    pub fn folder(&self) -> PathBuf {
        self.root.join(workspace::FOLDER)
    }

    /// `path` as it is shortest to read: relative to the current folder when it lies below it.
    pub fn shown(&self, path: &Path) -> String {
        path.strip_prefix(&self.dir).unwrap_or(path).display().to_string()
    }
}
