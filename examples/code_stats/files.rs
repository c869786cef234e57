//! From a folder to parsed files: everything here that can fail.

use std::path::{Path, PathBuf};
use std::{fs, io};

use perf_runtime::perf_track;
use walkdir::{DirEntry, WalkDir};

/// A file that could not be read, or not be parsed.
pub(crate) struct Unreadable;

/// All `.rs` files below `folder`, sorted, without what was built and what is hidden.
#[perf_track(err)]
pub(crate) fn below(folder: &Path) -> io::Result<Vec<PathBuf>> {
    fs::metadata(folder)?;
    let entries = WalkDir::new(folder)
        .sort_by_file_name()
        .into_iter()
        .filter_entry(|entry| entry.depth() == 0 || is_source(entry));
    // Folders that may not be entered are passed over, as a search of a whole disk would be.
    Ok(entries.flatten().filter(is_rust).map(DirEntry::into_path).collect())
}

fn is_source(entry: &DirEntry) -> bool {
    let name = entry.file_name().to_string_lossy();
    !name.starts_with('.') && name != "target"
}

fn is_rust(entry: &DirEntry) -> bool {
    entry.file_type().is_file() && entry.path().extension().is_some_and(|end| end == "rs")
}

#[perf_track(err)]
pub(crate) fn read(file: &Path) -> Result<String, Unreadable> {
    fs::read_to_string(file).map_err(|_| Unreadable)
}

#[perf_track(err)]
pub(crate) fn parse(text: &str) -> Result<syn::File, Unreadable> {
    syn::parse_file(text).map_err(|_| Unreadable)
}
