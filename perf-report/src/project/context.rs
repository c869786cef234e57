//! The place where a command works: the folder in which it was called, the workspace, the store.

use std::path::{Path, PathBuf};

use super::config;
use super::revisions::Repository;
use super::store::Location;
use super::workspace;
use crate::error::UserError;
use crate::record::programs::Programs;

/// The name of the store inside [`workspace::FOLDER`].
const STORE: &str = "perf.sqlite";

/// The place where a command works. Absolute paths; what they name need not exist.
#[derive(Debug, Clone)]
pub(crate) struct Context {
    /// The folder in which the command was called.
    pub dir: PathBuf,
    /// The root of the workspace, which holds `perf.toml` and `.perf/`; see [`workspace::root`].
    pub root: PathBuf,
    /// The store that holds the runs.
    pub store: Location,
}

impl Context {
    /// Makes the context of a command called in `dir`, with the store that is given, else the one that the
    /// workspace's `perf.toml` names, else the file in its `.perf/`.
    ///
    /// # Errors
    /// When `perf.toml` is needed and cannot be read.
    pub(crate) fn with(dir: PathBuf, store: Option<Location>) -> Result<Self, UserError> {
        let is_given = store.is_some();
        let mut context = Self::new(dir, store);
        if !is_given && let Some(store) = config::store(&context)? {
            context.store = store;
        }
        Ok(context)
    }

    /// Makes the context of a command called in `dir`, with this store or the file of the workspace to which
    /// `dir` belongs.
    pub(crate) fn new(dir: PathBuf, store: Option<Location>) -> Self {
        let root = workspace::root(&dir);
        let own = || Location::Sqlite(root.join(workspace::FOLDER).join(STORE));
        let store = store.unwrap_or_else(own);
        Self { dir, root, store }
    }

    /// Returns the programs of the workspace.
    pub(crate) fn programs(&self) -> Programs {
        let target = std::env::var_os("CARGO_TARGET_DIR").map(|target| self.dir.join(target));
        workspace::programs(&self.root, target.as_deref())
    }

    /// Returns the repository that names of runs are looked up in.
    pub(crate) fn revisions(&self) -> Repository<'_> {
        Repository(&self.dir)
    }

    /// Returns the folder `.perf/` of the workspace; it may not exist yet.
    pub(crate) fn folder(&self) -> PathBuf {
        self.root.join(workspace::FOLDER)
    }

    /// Writes `path` as it is shortest to read: relative to the current folder when it lies below it.
    pub(crate) fn shown(&self, path: &Path) -> String {
        path.strip_prefix(&self.dir).unwrap_or(path).display().to_string()
    }

    /// Returns the size of the store, where it is a file.
    pub(crate) fn stored_bytes(&self) -> Option<u64> {
        match &self.store {
            Location::Sqlite(path) => std::fs::metadata(path).ok().map(|file| file.len()),
            Location::ClickHouse(_) => None,
        }
    }

    /// Writes the place of the store as it is shortest to read.
    pub(crate) fn shown_store(&self) -> String {
        match &self.store {
            Location::Sqlite(path) => self.shown(path),
            Location::ClickHouse(remote) => remote.to_string(),
        }
    }
}
