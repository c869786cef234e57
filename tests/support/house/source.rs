//! The text files of a checkout.

use std::path::Path;

use walkdir::{DirEntry, WalkDir};

/// A text file of the repository.
#[derive(Debug)]
pub struct Source {
    /// Path from the root, with `/` between.
    pub path: String,
    /// Text of the whole file.
    pub text: String,
}

impl Source {
    /// Makes up a source, for tests of rules.
    pub fn made_up(path: &str, text: &str) -> Self {
        Self { path: path.to_owned(), text: text.to_owned() }
    }

    /// Reads the file at `path`, unless it is no text. What is not text holds no rule to break.
    ///
    /// # Panics
    ///
    /// If `path` is not below `root`.
    pub fn read(root: &Path, path: &Path) -> Option<Self> {
        let from_root = path.strip_prefix(root).expect("the walk stays below the root");
        let parts: Vec<_> = from_root.iter().map(|part| part.to_string_lossy()).collect();
        let text = std::fs::read_to_string(path).ok()?;
        Some(Self { path: parts.join("/"), text })
    }

    /// Reads every text file below `root`, sorted by path. Folders that are built, hidden or
    /// somebody's data are passed over, except those of the CI.
    ///
    /// # Panics
    ///
    /// If a folder cannot be read.
    pub fn all_below(root: &Path) -> Vec<Self> {
        let mut sources: Vec<Self> = WalkDir::new(root)
            .into_iter()
            .filter_entry(|entry| entry.depth() == 0 || is_ours(entry))
            .map(|entry| entry.expect("the repository can be walked"))
            .filter(|entry| entry.file_type().is_file())
            .filter_map(|entry| Self::read(root, entry.path()))
            .collect();
        sources.sort_by(|a, b| a.path.cmp(&b.path));
        sources
    }

    /// Returns whether it is a Rust source.
    pub fn is_rust(&self) -> bool {
        Path::new(&self.path).extension().is_some_and(|end| end == "rs")
    }

    /// Returns whether the path begins with one of `prefixes`.
    pub fn is_below(&self, prefixes: &[&str]) -> bool {
        prefixes.iter().any(|prefix| self.path.starts_with(prefix))
    }

    /// Returns the lines with their numbers, from 1.
    pub fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(before, line)| (before + 1, line))
    }
}

fn is_ours(entry: &DirEntry) -> bool {
    let name = entry.file_name().to_string_lossy();
    let hidden = name.starts_with('.') && !matches!(&*name, ".ci" | ".github" | ".clippy.toml");
    let made = matches!(&*name, "target" | "wip" | "Cargo.lock" | "proptest-regressions");
    !hidden && !made
}
