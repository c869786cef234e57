//! Files written so that nobody ever sees half of one.

use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use tempfile::NamedTempFile;

use crate::workspace;

/// What `.perf/` keeps out of version control: everything but the baselines.
const IGNORED: &str = "\
# Runs belong to this machine. Baselines, in baselines/, are made to be committed.
/perf.sqlite*
/sessions/
/.tmp*
";

/// Makes `folder` and its parents. A new `.perf/` gets a `.gitignore`.
///
/// # Errors
/// When the folder cannot be made.
pub fn make_folder(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    if folder.ends_with(workspace::FOLDER) {
        // Not worth failing for: it only spares the user a line of their own.
        let _ = fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(folder.join(".gitignore"))
            .and_then(|mut file| file.write_all(IGNORED.as_bytes()));
    }
    Ok(())
}

/// A new file in `folder` with the permissions that any new file would have; it goes away unless
/// it is persisted.
///
/// # Errors
/// When the file cannot be made.
pub fn temporary_in(folder: &Path) -> io::Result<NamedTempFile> {
    let permissions = fs::Permissions::from_mode(0o666);
    tempfile::Builder::new().prefix(".tmp").permissions(permissions).tempfile_in(folder)
}

/// Replaces the file at `path` by one that holds `text`: wholly, and on disk, or not at all.
///
/// # Errors
/// When the file cannot be written; the former one is still there then.
pub fn replace(path: &Path, text: &str) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = temporary_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    // The name is on disk only once its folder is; not every file system can do that.
    let _ = fs::File::open(folder).and_then(|folder| folder.sync_all());
    Ok(())
}
