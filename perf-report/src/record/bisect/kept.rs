//! Builds that are kept: what a command runs of a commit, by the hash of its bytes, in a folder with a limit.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use crate::text::hex;

/// A folder of builds.
#[derive(Debug)]
pub(crate) struct Kept {
    folder: PathBuf,
    /// Bytes that it may hold.
    limit: u64,
}

impl Kept {
    /// Takes `folder`, which need not exist, for builds of up to `limit` bytes together.
    pub(crate) fn at(folder: PathBuf, limit: u64) -> Self {
        Self { folder, limit }
    }

    /// Returns whether a build is here.
    pub(crate) fn has(&self, build: &str) -> bool {
        self.folder.join(build).is_dir()
    }

    /// Keeps copies of `files` below `root`, and returns the hash of their names and bytes and of
    /// `also`. Builds but those in `needed` are removed where there is no more room, the oldest first.
    ///
    /// # Errors
    /// When a file cannot be read, or the folder not be written.
    pub(crate) fn keep(
        &self,
        root: &Path,
        files: &[PathBuf],
        also: &str,
        needed: &[&str],
    ) -> io::Result<String> {
        let mut hash = Sha256::new();
        hash.update(also.as_bytes());
        for file in files {
            let bytes = fs::read(root.join(file))?;
            hash.update(file.as_os_str().as_encoded_bytes());
            hash.update([0]);
            hash.update((bytes.len() as u64).to_le_bytes());
            hash.update(&bytes);
        }
        let build = hex::digits(&hash.finalize(), 16);
        if self.has(&build) {
            return Ok(build);
        }
        fs::create_dir_all(&self.folder)?;
        // Under its own name only once it is whole: a process may be killed meanwhile.
        let half = tempfile::Builder::new().prefix(".tmp").tempdir_in(&self.folder)?;
        for file in files {
            copy(&root.join(file), &half.path().join(file))?;
        }
        fs::rename(half.keep(), self.folder.join(&build))?;
        let needed: Vec<&str> = needed.iter().copied().chain([build.as_str()]).collect();
        self.make_room(&needed);
        Ok(build)
    }

    /// Puts the files of a build to where they were below `root`.
    ///
    /// # Errors
    /// When one of them cannot be written.
    pub(crate) fn restore(&self, build: &str, root: &Path) -> io::Result<()> {
        let from = self.folder.join(build);
        for file in files_below(&from)? {
            if let Ok(below) = file.strip_prefix(&from) {
                copy(&file, &root.join(below))?;
            }
        }
        Ok(())
    }

    /// Removes the oldest builds until the others fit.
    fn make_room(&self, needed: &[&str]) {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let mut builds: Vec<(std::time::SystemTime, PathBuf, u64)> = entries
            .filter_map(|entry| {
                let path = entry.path();
                let files = files_below(&path).ok()?;
                let sizes = files.iter().filter_map(|file| file.metadata().ok());
                Some((
                    entry.metadata().ok()?.modified().ok()?,
                    path,
                    sizes.map(|it| it.len()).sum(),
                ))
            })
            .collect();
        builds.sort();
        let mut all: u64 = builds.iter().map(|(_, _, size)| size).sum();
        for (_, path, size) in builds {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let is_needed = needed.contains(&name.as_ref());
            // What cannot be removed takes room, and no more.
            if all > self.limit && !is_needed && fs::remove_dir_all(&path).is_ok() {
                all -= size;
            }
        }
    }
}

/// Copies a file with its permissions; in place of another one, never into it, since that may be one with
/// a third.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)?;
    }
    match fs::remove_file(to) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    fs::copy(from, to)?;
    fs::set_permissions(to, from.metadata()?.permissions())
}

/// Returns the regular files below a folder, sorted.
pub(super) fn files_below(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            let kind = entry.file_type()?;
            if kind.is_dir() {
                folders.push(entry.path());
            } else if kind.is_file() {
                files.push(entry.path());
            }
        }
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_bytes_are_kept_once_and_the_oldest_make_room() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("tree");
        fs::create_dir_all(root.join("out")).unwrap();
        let kept = Kept::at(folder.path().join("kept"), 250);
        let file = PathBuf::from("out/app");
        let build = |text: &str, needed: &[&str]| {
            fs::write(root.join(&file), text).unwrap();
            kept.keep(&root, std::slice::from_ref(&file), "", needed).unwrap()
        };
        let first = build(&"a".repeat(100), &[]);
        let second = build(&"b".repeat(100), &[&first]);
        assert_eq!(build(&"a".repeat(100), &[]), first);
        assert_ne!(first, second);
        let third = build(&"c".repeat(100), &[&first]);
        assert!(kept.has(&first) && !kept.has(&second) && kept.has(&third));
        // Another name of the same file is left as it is.
        fs::hard_link(root.join(&file), root.join("link")).unwrap();
        kept.restore(&first, &root).unwrap();
        assert_eq!(fs::read_to_string(root.join(&file)).unwrap(), "a".repeat(100));
        assert_eq!(fs::read_to_string(root.join("link")).unwrap(), "c".repeat(100));
    }
}
