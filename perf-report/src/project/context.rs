//! The place where a command works: the folder in which it was called, the workspace, the store.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::config;
use super::latest::Latest;
use super::outbox::sending::Post;
use super::outbox::{Outbox, Shared};
use super::revisions::Repository;
use super::store::{self, Distributed, Location, Store, StoreError};
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
    /// The post office through which runs go to a store of several machines.
    pub post: Arc<Post>,
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
        Self { dir, root, store, post: Arc::default() }
    }

    /// Opens the store for reading; it must exist. In one of several machines there is also what this checkout has
    /// not sent yet. Parts of a distributed run are one run there.
    ///
    /// # Errors
    /// When nothing has been stored yet, or it is not a store that can be read.
    pub(crate) fn open(&self) -> Result<Box<dyn Store>, StoreError> {
        Ok(Box::new(Distributed::over(self.open_stored()?)))
    }

    /// Opens the store in which a part of a distributed run is a run of its own, as it is stored.
    ///
    /// # Errors
    /// As for [`open`](Self::open).
    pub(crate) fn open_stored(&self) -> Result<Box<dyn Store>, StoreError> {
        if self.store.is_remote() { Ok(self.shared()) } else { store::open(&self.store) }
    }

    /// Opens the store for storing runs, and makes it when there is none. One of several machines gets them by way
    /// of the outbox, whether it answers or not.
    ///
    /// # Errors
    /// When it can neither be opened nor made.
    pub(crate) fn open_or_create(&self) -> Result<Box<dyn Store>, StoreError> {
        if self.store.is_remote() { Ok(self.shared()) } else { store::open_or_create(&self.store) }
    }

    fn shared(&self) -> Box<dyn Store> {
        let location = self.store.clone();
        let open = move |within: Option<Duration>| {
            let location = match (&location, within) {
                (Location::ClickHouse(remote), Some(within)) => {
                    Location::ClickHouse(remote.clone().within(within))
                }
                (location, _) => location.clone(),
            };
            store::open_or_create(&location)
        };
        let own = (Latest::of(&self.folder()), Arc::clone(&self.post));
        Box::new(Shared::new(self.store.to_string(), Arc::new(open), self.outbox(), own))
    }

    /// Returns the outbox of the workspace; its folder may not exist yet.
    pub(crate) fn outbox(&self) -> Outbox {
        Outbox::of(&self.folder())
    }

    /// Returns sentences about what this command could not send.
    pub(crate) fn unsent(&self) -> Vec<String> {
        self.post.problems(&self.outbox())
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

    /// Writes the place where the run of this id is now: the store, or the outbox on its way there.
    pub(crate) fn shown_place_of(&self, id: &str) -> String {
        let outbox = self.outbox();
        let waits = self.store.is_remote() && outbox.holds(id);
        if waits { self.shown(outbox.folder()) } else { self.shown_store() }
    }

    /// Writes the place of the store as it is shortest to read.
    pub(crate) fn shown_store(&self) -> String {
        match &self.store {
            Location::Sqlite(path) => self.shown(path),
            Location::ClickHouse(remote) => remote.to_string(),
        }
    }
}
