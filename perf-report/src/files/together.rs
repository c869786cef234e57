//! Several files that are written together: all of them, or none.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::{replace_bytes, temporary_in};
use crate::system;

/// A file that is to be made or replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Change {
    /// Its place, behind all links.
    pub path: PathBuf,
    /// Its text until now; `None` for a file that is not there.
    pub before: Option<String>,
    /// Its text from now on.
    pub after: String,
    /// Permission to execute it, for a new file.
    pub executable: bool,
}

/// The reason why files were not written, and what is left of the attempt.
#[derive(Debug)]
pub(crate) struct Unwritten {
    /// The file that could not be written.
    pub path: PathBuf,
    /// The cause.
    pub error: io::Error,
    /// Files that hold their new text all the same, since that could not be taken back.
    pub left: Vec<PathBuf>,
}

/// The way by which a finished file gets its name.
type Rename<'a> = &'a dyn Fn(NamedTempFile, &Path) -> io::Result<()>;

/// Writes all of `changes`, each wholly, or none of them. Folders are made where they are missing.
///
/// # Errors
/// When one cannot be written, or is no longer what it was; those before it are as they were then.
pub(crate) fn write_together(changes: &[Change]) -> Result<(), Unwritten> {
    write_by(changes, &system::persist)
}

fn write_by(changes: &[Change], rename: Rename<'_>) -> Result<(), Unwritten> {
    let mut made = Vec::new();
    let done = all(changes, &mut made, rename);
    if done.is_err() {
        // The inner ones first. One that somebody has put something into stays.
        for folder in made.iter().rev() {
            let _ = fs::remove_dir(folder);
        }
    }
    done
}

/// Writes all beside their places first, so that most of what can go wrong does so before anything is
/// changed.
fn all(changes: &[Change], made: &mut Vec<PathBuf>, rename: Rename<'_>) -> Result<(), Unwritten> {
    let mut ready = Vec::new();
    for change in changes {
        let file = prepare(change, made).map_err(|error| unwritten(change, error, Vec::new()))?;
        ready.push((change, file));
    }
    let mut written: Vec<&Change> = Vec::new();
    for (change, file) in ready {
        if let Err(error) = rename(file, &change.path) {
            return Err(unwritten(change, error, take_back(&written)));
        }
        written.push(change);
    }
    let folders = changes.iter().filter_map(|change| change.path.parent());
    // The names are on disk only once their folders are; not every file system can do that.
    folders.for_each(|folder| drop(fs::File::open(folder).and_then(|folder| folder.sync_all())));
    Ok(())
}

fn unwritten(change: &Change, error: io::Error, left: Vec<PathBuf>) -> Unwritten {
    Unwritten { path: change.path.clone(), error, left }
}

/// Writes the new text into a nameless neighbour of the file.
fn prepare(change: &Change, made: &mut Vec<PathBuf>) -> io::Result<NamedTempFile> {
    let folder = change.path.parent().unwrap_or(Path::new("."));
    make_folders(folder, made)?;
    let metadata = same(change)?;
    if !system::is_writable(&fs::metadata(folder)?) {
        return Err(denied("its folder is marked as read-only"));
    }
    let mut file = temporary_in(folder)?;
    file.write_all(change.after.as_bytes())?;
    if let Some(metadata) = metadata {
        file.as_file().set_permissions(metadata.permissions())?;
    } else if change.executable {
        system::make_executable(file.as_file())?;
    }
    file.as_file().sync_all()?;
    Ok(file)
}

/// Makes `folder` and those above it, and remembers them.
fn make_folders(folder: &Path, made: &mut Vec<PathBuf>) -> io::Result<()> {
    let missing: Vec<&Path> = folder.ancestors().take_while(|folder| !folder.exists()).collect();
    for folder in missing.into_iter().rev() {
        fs::create_dir(folder)?;
        made.push(folder.to_owned());
    }
    Ok(())
}

/// Returns what the system knows of the file if it is still what it was.
fn same(change: &Change) -> io::Result<Option<fs::Metadata>> {
    match (fs::symlink_metadata(&change.path), &change.before) {
        (Err(error), None) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        (Err(error), _) => Err(error),
        (Ok(_), None) => Err(io::Error::other("somebody has made it in the meantime")),
        (Ok(metadata), Some(before)) => {
            // Root may write it all the same, and whoever has marked it would not want that.
            if !system::is_writable(&metadata) {
                return Err(denied("it is marked as read-only"));
            }
            let is_same = fs::read(&change.path)? == before.as_bytes();
            let changed = || io::Error::other("somebody has changed it in the meantime");
            is_same.then_some(Some(metadata)).ok_or_else(changed)
        }
    }
}

fn denied(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::PermissionDenied, why)
}

/// Gives files back what they were, the last first, and returns those for which that fails.
fn take_back(written: &[&Change]) -> Vec<PathBuf> {
    let fails = |change: &&&Change| {
        let back = match &change.before {
            None => fs::remove_file(&change.path),
            Some(before) => fs::metadata(&change.path).and_then(|metadata| {
                replace_bytes(&change.path, before.as_bytes())?;
                fs::set_permissions(&change.path, metadata.permissions())
            }),
        };
        back.is_err()
    };
    written.iter().rev().filter(fails).map(|change| change.path.clone()).collect()
}

// They look at the bits of permissions.
#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    /// A folder with a file `old`, which belongs to its owner alone.
    fn folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("old"), "one").unwrap();
        fs::set_permissions(folder.path().join("old"), fs::Permissions::from_mode(0o640)).unwrap();
        folder
    }

    fn change(folder: &tempfile::TempDir, name: &str, before: Option<&str>) -> Change {
        Change {
            path: folder.path().join(name),
            before: before.map(str::to_owned),
            after: "two".to_owned(),
            executable: before.is_none(),
        }
    }

    /// Everything below a folder, with texts and permissions.
    fn content(folder: &Path) -> Vec<(PathBuf, String, u32)> {
        let mut all = Vec::new();
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let mode = fs::metadata(&path).unwrap().permissions().mode();
            let text = fs::read_to_string(&path).unwrap_or_default();
            if path.is_dir() {
                all.extend(content(&path));
            }
            all.push((path, text, mode));
        }
        all.sort();
        all
    }

    #[test]
    fn all_are_written_with_the_permissions_that_they_had() {
        let folder = folder();
        let changes = [change(&folder, "old", Some("one")), change(&folder, "a/b/new", None)];
        write_together(&changes).unwrap();
        let mode = |name: &str| {
            let metadata = fs::metadata(folder.path().join(name)).unwrap();
            metadata.permissions().mode() & 0o777
        };
        assert_eq!(fs::read_to_string(folder.path().join("old")).unwrap(), "two");
        assert_eq!(fs::read_to_string(folder.path().join("a/b/new")).unwrap(), "two");
        assert_eq!(mode("old"), 0o640);
        assert_eq!(mode("a/b/new") & 0o100, 0o100);
        assert_eq!(content(folder.path()).len(), 4, "nothing else is left");
    }

    #[track_caller]
    fn refused(folder: &tempfile::TempDir, changes: &[Change], why: &str) {
        let before = content(folder.path());
        let refused = write_together(changes).unwrap_err();
        assert!(refused.error.to_string().contains(why), "{refused:?}");
        assert_eq!(refused.path, changes.last().unwrap().path);
        assert!(refused.left.is_empty());
        assert_eq!(content(folder.path()), before);
    }

    #[test]
    fn nothing_is_written_where_one_cannot_be() {
        let folder = folder();
        let new = change(&folder, "a/new", None);
        refused(&folder, &[new.clone(), change(&folder, "old", Some("zero"))], "changed it");
        refused(&folder, &[new.clone(), change(&folder, "old", None)], "made it");
        refused(&folder, &[new.clone(), change(&folder, "gone", Some("one"))], "No such file");
        let old = folder.path().join("old");
        refused(&folder, &[new.clone(), change(&folder, "old/in a file", None)], "ot a directory");
        fs::set_permissions(&old, fs::Permissions::from_mode(0o444)).unwrap();
        refused(&folder, &[new.clone(), change(&folder, "old", Some("one"))], "marked");
        let closed = folder.path().join("closed");
        fs::create_dir(&closed).unwrap();
        fs::set_permissions(&closed, fs::Permissions::from_mode(0o555)).unwrap();
        refused(&folder, &[new, change(&folder, "closed/new", None)], "its folder is marked");
    }

    #[test]
    fn what_was_written_is_taken_back_when_a_later_one_fails() {
        let folder = folder();
        let changes = ["old", "a/new", "last"]
            .map(|name| change(&folder, name, (name == "old").then_some("one")));
        let before = content(folder.path());
        let fails_at_last = |file: NamedTempFile, path: &Path| {
            if path.ends_with("last") {
                return Err(io::Error::other("no more room"));
            }
            file.persist(path).map(drop).map_err(|error| error.error)
        };
        let failed = write_by(&changes, &fails_at_last).unwrap_err();
        assert_eq!((failed.path, failed.left), (folder.path().join("last"), Vec::new()));
        assert_eq!(content(folder.path()), before);
    }

    #[test]
    fn what_cannot_be_taken_back_is_named() {
        let folder = folder();
        let changes = [change(&folder, "new", None), change(&folder, "last", None)];
        let fails_at_last = |file: NamedTempFile, path: &Path| {
            if path.ends_with("last") {
                fs::remove_file(folder.path().join("new"))?;
                return Err(io::Error::other("no more room"));
            }
            file.persist(path).map(drop).map_err(|error| error.error)
        };
        let failed = write_by(&changes, &fails_at_last).unwrap_err();
        assert_eq!(failed.left, [folder.path().join("new")]);
    }
}
