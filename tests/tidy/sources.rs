//! The repository's files, as text.

use std::path::{Path, PathBuf};

pub(crate) use perf_tests::house::Source;

/// Root of the repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ is in the root").to_owned()
}

/// Returns every text file of the repository, sorted by path.
pub(crate) fn all() -> Vec<Source> {
    Source::all_below(&root())
}

/// Returns the file at a path from the root, which must be there.
pub(crate) fn one(path: &str) -> Source {
    let source = Source::read(&root(), &root().join(path));
    source.unwrap_or_else(|| panic!("{path} is not a text file"))
}
