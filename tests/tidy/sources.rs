//! The repository's files, as text.

use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

/// A text file of the repository.
#[derive(Debug)]
pub(crate) struct Source {
    /// Path from the root, with `/` between.
    pub(crate) path: String,
    pub(crate) text: String,
}

impl Source {
    /// A source that rules are tested on.
    #[cfg(test)]
    pub(crate) fn made_up(path: &str, text: &str) -> Self {
        Self { path: path.to_owned(), text: text.to_owned() }
    }

    pub(crate) fn is_rust(&self) -> bool {
        Path::new(&self.path).extension().is_some_and(|end| end == "rs")
    }

    /// Whether the path begins with one of `prefixes`.
    pub(crate) fn is_below(&self, prefixes: &[&str]) -> bool {
        prefixes.iter().any(|prefix| self.path.starts_with(prefix))
    }

    /// The lines with their numbers, from 1.
    pub(crate) fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(before, line)| (before + 1, line))
    }
}

/// Root of the repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ is in the root").to_owned()
}

/// Every text file of the repository, sorted by path. Folders that are built, hidden or somebody's
/// data are passed over, except those of the CI.
pub(crate) fn all() -> Vec<Source> {
    let root = root();
    let mut sources: Vec<Source> = WalkDir::new(&root)
        .into_iter()
        .filter_entry(|entry| entry.depth() == 0 || is_ours(entry))
        .map(|entry| entry.expect("the repository can be walked"))
        .filter(|entry| entry.file_type().is_file())
        .filter_map(|entry| read(&root, entry.path()))
        .collect();
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    sources
}

/// A file at a path from the root, which must be there.
pub(crate) fn one(path: &str) -> Source {
    read(&root(), &root().join(path)).unwrap_or_else(|| panic!("{path} is not a text file"))
}

fn is_ours(entry: &DirEntry) -> bool {
    let name = entry.file_name().to_string_lossy();
    let hidden = name.starts_with('.') && !matches!(&*name, ".ci" | ".github" | ".clippy.toml");
    let made = matches!(&*name, "target" | "wip" | "Cargo.lock" | "proptest-regressions");
    !hidden && !made
}

fn read(root: &Path, path: &Path) -> Option<Source> {
    let from_root = path.strip_prefix(root).expect("the walk stays below the root");
    let parts: Vec<_> = from_root.iter().map(|part| part.to_string_lossy()).collect();
    // What is not text holds no rule to break.
    let text = std::fs::read_to_string(path).ok()?;
    Some(Source { path: parts.join("/"), text })
}
