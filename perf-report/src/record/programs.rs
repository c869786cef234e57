//! Programs that are a project's own, by the folders that hold them.

use std::path::{Path, PathBuf};

use crate::system;

/// The folders of a project's programs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Programs {
    folders: Vec<PathBuf>,
}

impl Programs {
    /// Takes the programs below these folders.
    pub(crate) fn below(folders: impl IntoIterator<Item = PathBuf>) -> Self {
        // Processes know their program by its path without links.
        let real = |path: PathBuf| system::canonical(&path).unwrap_or(path);
        Self { folders: folders.into_iter().map(real).collect() }
    }

    /// Returns whether the program at `path` is one of them.
    pub(crate) fn contain(&self, path: &str) -> bool {
        self.folders.iter().any(|folder| Path::new(path).starts_with(folder))
    }
}
