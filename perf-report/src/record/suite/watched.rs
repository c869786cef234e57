//! Folders that a suite may fill: how large they are before and after, and how much space is left.

use std::fs;
use std::path::{Path, PathBuf};

use crate::model::WatchedFolder;
use crate::system;

/// The most files that are looked at in a folder.
const MOST_FILES: u64 = 2_000_000;

/// The sizes of folders at one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Sizes(Vec<(String, Option<u64>)>);

/// Measures `folders`, which lie below `root` unless they are absolute.
pub(crate) fn sizes(root: &Path, folders: &[String]) -> Sizes {
    Sizes(folders.iter().map(|name| (name.clone(), size(&root.join(name)))).collect())
}

/// Measures the folders once more, and returns both sizes.
pub(super) fn watched(root: &Path, before: &Sizes) -> Vec<WatchedFolder> {
    let of = |(name, before_bytes): &(String, Option<u64>)| {
        let path = root.join(name);
        WatchedFolder {
            path: name.clone(),
            before_bytes: *before_bytes,
            after_bytes: size(&path),
            free_bytes: free(&path),
        }
    };
    before.0.iter().map(of).collect()
}

/// Sums up the space that the files in a folder take on disk; one with several names counts once. `None`
/// where there is no folder, or too much in it. Links are not followed.
fn size(folder: &Path) -> Option<u64> {
    fs::read_dir(folder).ok()?;
    let (mut bytes, mut files) = (0_u64, 0_u64);
    let mut linked = std::collections::HashSet::new();
    let mut open: Vec<PathBuf> = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        // What goes away meanwhile takes nothing.
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let Ok(metadata) = fs::symlink_metadata(entry.path()) else { continue };
            files += 1;
            if files > MOST_FILES {
                return None;
            }
            if metadata.is_dir() {
                open.push(entry.path());
            } else if let Some(file) = system::shared_by_names(&entry.path(), &metadata)
                && !linked.insert(file)
            {
                continue;
            }
            bytes = bytes.saturating_add(system::taken(&metadata));
        }
    }
    Some(bytes)
}

/// Returns the free space of the file system that `path` is on, or the nearest folder above it.
fn free(path: &Path) -> Option<u64> {
    path.ancestors().find_map(system::volume).map(|volume| volume.free)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_measured_before_and_after() {
        let root = tempfile::tempdir().unwrap();
        let names = ["target", "none"].map(str::to_owned);
        let target = root.path().join("target");
        fs::create_dir(&target).unwrap();
        let before = sizes(root.path(), &names);
        fs::write(target.join("a"), vec![1; 100_000]).unwrap();
        fs::hard_link(target.join("a"), target.join("b")).unwrap();
        system::link_folder(root.path().parent().unwrap(), &target.join("c")).unwrap();
        let [grown, none] = <[_; 2]>::try_from(watched(root.path(), &before)).unwrap();
        let by = grown.after_bytes.unwrap() - grown.before_bytes.unwrap();
        assert!((100_000..200_000).contains(&by), "{grown:?}");
        assert!(grown.free_bytes.is_some());
        assert_eq!((none.before_bytes, none.after_bytes), (None, None));
        assert!(none.free_bytes.is_some(), "the disk is known all the same");
    }
}
