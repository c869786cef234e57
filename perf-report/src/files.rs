//! Files: written so that nobody ever sees half of one, and read without waiting for anything.

mod together;

use std::fs;
use std::io::{self, Read, Write as _};
use std::path::Path;

use tempfile::NamedTempFile;

use crate::system;

pub(crate) use together::{Change, Unwritten, write_together};

/// The largest document that is read, in bytes: a baseline, a table, what was left of a run.
pub(crate) const LARGEST_DOCUMENT: u64 = 256 << 20;

/// The largest file of settings that is read, in bytes.
pub(crate) const LARGEST_SETTINGS: u64 = 16 << 20;

/// Opens a regular file of at most `largest` bytes for reading. Waits for nothing: a pipe would be waited
/// for until somebody writes to it, and a device may have no end.
///
/// # Errors
/// When it cannot be opened, is something else, or is larger.
pub(crate) fn open(path: &Path, largest: u64) -> io::Result<fs::File> {
    let file = system::at_once(fs::OpenOptions::new().read(true)).open(path)?;
    let metadata = file.metadata()?;
    check_regular(&metadata)?;
    if metadata.len() > largest {
        return Err(too_large(largest));
    }
    Ok(file)
}

/// Returns whether somebody holds the lock on the file at `path` for himself; `None` where it cannot be opened.
pub(crate) fn is_locked(path: &Path) -> Option<bool> {
    let file = open(path, u64::MAX).ok()?;
    let is_free = file.try_lock_shared().is_ok();
    let _ = file.unlock();
    Some(!is_free)
}

/// Reads the text of a regular file of at most `largest` bytes, as [`open`] opens it.
///
/// # Errors
/// As for [`open`], and when it is no text.
pub(crate) fn read_text(path: &Path, largest: u64) -> io::Result<String> {
    read_all(open(path, largest)?, largest)
}

/// Reads a text of at most `largest` bytes to its end.
///
/// # Errors
/// When it cannot be read, is larger, or is no text.
pub(crate) fn read_all(from: impl Read, largest: u64) -> io::Result<String> {
    let mut text = String::new();
    // It may have grown since, or be a stream whose length nobody knows.
    let length = from.take(largest.saturating_add(1)).read_to_string(&mut text)?;
    if length as u64 > largest { Err(too_large(largest)) } else { Ok(text) }
}

fn too_large(largest: u64) -> io::Error {
    let largest = crate::text::units::bytes(largest);
    io::Error::other(format!("it is larger than {largest}, the most that is read"))
}

fn check_regular(metadata: &fs::Metadata) -> io::Result<()> {
    if metadata.is_file() {
        return Ok(());
    }
    let kind = system::kind_of(metadata.file_type());
    Err(io::Error::other(format!("it is {kind}, not a regular file")))
}

/// Makes a file in `folder` with the permissions that any new file would have; it goes away unless it is
/// persisted.
///
/// # Errors
/// When the file cannot be made.
pub(crate) fn temporary_in(folder: &Path) -> io::Result<NamedTempFile> {
    system::as_any_new_file(tempfile::Builder::new().prefix(".tmp")).tempfile_in(folder)
}

/// Replaces the file at `path` by one that holds `text`: wholly, and on disk, or not at all.
///
/// # Errors
/// When the file cannot be written; the former one is still there then.
pub(crate) fn replace(path: &Path, text: &str) -> io::Result<()> {
    replace_bytes(path, text.as_bytes())
}

/// Writes `bytes` to where a user wants them. A file is replaced as by [`replace`], behind a link too; a
/// pipe or device takes them as they come.
///
/// # Errors
/// When they cannot be written; a former file is still there then.
pub(crate) fn put(path: &Path, bytes: &[u8]) -> io::Result<()> {
    match fs::metadata(path) {
        Ok(found) if found.is_file() => replace_bytes(&system::canonical(path)?, bytes),
        Err(error) if error.kind() == io::ErrorKind::NotFound => replace_bytes(path, bytes),
        // A device; one of Windows, such as NUL, says nothing of itself.
        Ok(_) | Err(_) => fs::OpenOptions::new().write(true).open(path)?.write_all(bytes),
    }
}

/// Appends `bytes` to what others wrote to a regular file, which is made where there is none.
///
/// # Errors
/// When they cannot be written, or there is something else.
pub(crate) fn append(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    let mut file = system::at_once(options.append(true).create(true)).open(path)?;
    check_regular(&file.metadata()?)?;
    file.write_all(bytes)
}

fn replace_bytes(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = temporary_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    system::persist(file, path)?;
    // The name is on disk only once its folder is; not every file system can do that.
    let _ = fs::File::open(folder).and_then(|folder| folder.sync_all());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refused(path: &Path, largest: u64, why: &str) {
        let error = read_text(path, largest).unwrap_err().to_string();
        assert!(error.contains(why), "{error}");
    }

    #[test]
    fn only_regular_files_of_a_sane_size_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        refused(folder.path(), 9, "it is a folder, not a regular file");
        fs::write(path("file"), "123456789").unwrap();
        system::link_file(&path("file"), &path("link")).unwrap();
        assert_eq!(read_text(&path("link"), 9).unwrap(), "123456789");
        refused(&path("file"), 8, "it is larger than 8 B, the most that is read");
        fs::File::create(path("sparse")).unwrap().set_len(10 << 30).unwrap();
        refused(&path("sparse"), LARGEST_DOCUMENT, "it is larger than 256 MiB");
        assert!(read_all(io::repeat(b'x'), 1000).is_err(), "a stream has no size");
    }

    #[cfg(unix)]
    #[test]
    fn pipes_and_devices_are_not_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        refused(Path::new("/dev/zero"), 9, "it is a device, not a regular file");
        let pipe = folder.path().join("pipe");
        nix::unistd::mkfifo(&pipe, nix::sys::stat::Mode::S_IRWXU).unwrap();
        refused(&pipe, 9, "it is a pipe, not a regular file");
    }
}
