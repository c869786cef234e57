//! The folder of a commit that is checked out. Nothing is left of it, whatever ends this process.
//!
//! While it is there, a file beside the repository's objects is locked and holds its path. A
//! process that was killed loses the lock, and the next one removes its leftovers.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use super::git;
use crate::error::{ExitCode, UserError};
use crate::files;
use crate::record::facts;
use crate::system;

/// The beginning of the folders' names: hidden, and with the name of their maker.
const PREFIX: &str = ".perf-track-ab-";
/// The beginning and the end of the locks' names.
const LOCK: (&str, &str) = ("perf-track-ab-", ".lock");

/// Files that cargo and rustup look for in the folders above a project, beside the manifest of a
/// workspace.
const ABOVE: [&str; 4] =
    [".cargo/config.toml", ".cargo/config", "rust-toolchain.toml", "rust-toolchain"];

/// A new, empty folder for a commit.
#[derive(Debug)]
pub(super) struct Place {
    root: PathBuf,
    /// The reason for which it is not beside the working tree, if it is not.
    apart: Option<String>,
    /// The lock, held until the folder is gone.
    _lock: Lock,
}

impl Place {
    /// Makes a folder beside the working tree `repository`, so paths that lead out of it hold.
    /// Where that fails, and nothing above the working tree counts for a build, it makes one in the
    /// temporary folder.
    pub(super) fn find(repository: &Path, common: &Path) -> Result<Self, UserError> {
        Self::named(repository, common, &format!("{:08x}", facts::random() & 0xffff_ffff))
    }

    /// Makes a folder as [`find`](Self::find) does, with a name that is the same each time, so that what
    /// is built in it has the same bytes.
    pub(super) fn named(repository: &Path, common: &Path, name: &str) -> Result<Self, UserError> {
        sweep(repository, common);
        let mut lock = Lock::take(common, name).map_err(|error| {
            if error.kind() == io::ErrorKind::AlreadyExists {
                let problem = "another process checks the same commits out, and is still at work";
                return UserError::new(ExitCode::Usage, problem).help("wait for it, or end it");
            }
            let problem = format!("{} cannot be written to", common.display());
            UserError::new(ExitCode::Usage, problem)
                .because(error)
                .help("a commit is checked out by `git worktree`, which writes there")
        })?;
        let folder = format!("{PREFIX}{name}");
        let parent = repository.parent().unwrap_or(repository);
        let beside = parent.join(&folder);
        if beside.exists() {
            // Nobody else has the lock of this name.
            remove(repository, &beside);
        }
        match lock.make(&beside) {
            Ok(()) => Ok(Self { root: beside, apart: None, _lock: lock }),
            Err(error) => Self::elsewhere(repository, lock, &folder, &error),
        }
    }

    /// Makes the folder in the temporary folder, since it cannot be made beside the working tree.
    fn elsewhere(
        repository: &Path,
        mut lock: Lock,
        folder: &str,
        error: &io::Error,
    ) -> Result<Self, UserError> {
        let parent = repository.parent().unwrap_or(repository);
        let cannot = format!("{} cannot be written to ({error})", parent.display());
        let temporary = std::env::temp_dir();
        let temporary = system::canonical(&temporary).unwrap_or(temporary);
        if let Some(found) = above(repository, &temporary) {
            let problem =
                format!("{cannot}, and {} counts for what is there only", found.display());
            return Err(UserError::new(ExitCode::Usage, problem).help(
                "a commit is checked out beside the working tree, so that it is built alike",
            ));
        }
        let root = temporary.join(folder);
        lock.make(&root).map_err(|error| {
            let problem = format!("{cannot}, nor can the temporary folder");
            UserError::new(ExitCode::Usage, problem).because(error)
        })?;
        let apart = format!(
            "it was checked out to {}, since {cannot}: paths that lead out of the repository, such as \
             those of dependencies beside it, do not hold there",
            root.display()
        );
        Ok(Self { root, apart: Some(apart), _lock: lock })
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// Returns the reason for which it is not beside the working tree, and the paths that do not
    /// hold there.
    pub(super) fn apart(&self) -> Option<&str> {
        self.apart.as_deref()
    }
}

/// Returns the first file about builds above the working tree, and not above `other` as well.
fn above(repository: &Path, other: &Path) -> Option<PathBuf> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(PathBuf::from(system::home()?).join(".cargo")));
    let folders = repository.ancestors().skip(1).filter(|folder| !other.starts_with(folder));
    let files = folders.flat_map(|folder| ABOVE.map(|name| folder.join(name)));
    // What is in cargo's own folder counts everywhere.
    let mut files = files.filter(|file| file.parent() != home.as_deref());
    files.find(|file| file.is_file())
}

/// Removes a worktree, or its remains.
pub(super) fn remove(repository: &Path, root: &Path) {
    let by_git = || {
        let remove = ["worktree", "remove", "--force", "--force"].map(OsStr::new);
        git(repository, remove.into_iter().chain([root.as_os_str()]))
    };
    if by_git().is_err() && fs::remove_dir_all(root).is_ok() {
        // Git refuses what it did not finish; of what is gone it strikes the name. Where it knows none,
        // nothing is left to do.
        let _ = by_git();
    }
}

/// Removes the worktrees of processes that were killed.
fn sweep(repository: &Path, common: &Path) {
    let entries = fs::read_dir(common).into_iter().flatten().flatten();
    let is_lock = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with(LOCK.0) && name.ends_with(LOCK.1)
    };
    for path in entries.map(|entry| entry.path()).filter(is_lock) {
        let Some(root) = abandoned(&path) else { continue };
        remove(repository, &root);
        let _ = fs::remove_file(path);
    }
}

/// Returns the folder in a lock that nobody holds. A lock without a folder is about to be taken.
fn abandoned(lock: &Path) -> Option<PathBuf> {
    let mut file = files::open(lock, files::LARGEST_SETTINGS).ok()?;
    file.try_lock().ok()?;
    let mut root = Vec::new();
    file.read_to_end(&mut root).ok()?;
    let root = PathBuf::from(system::of_bytes(root));
    let is_ours =
        root.file_name().is_some_and(|name| system::bytes_of(name).starts_with(PREFIX.as_bytes()));
    is_ours.then_some(root)
}

/// A file that is locked as long as this process lives, and gone when it is dropped.
#[derive(Debug)]
struct Lock {
    path: PathBuf,
    file: File,
}

impl Lock {
    fn take(common: &Path, name: &str) -> io::Result<Self> {
        let path = common.join(format!("{}{name}{}", LOCK.0, LOCK.1));
        let file = File::create_new(&path)?;
        let lock = Self { path, file };
        // Where files cannot be locked, nobody else can lock this one either, and takes it for ours.
        let _ = lock.file.lock();
        Ok(lock)
    }

    /// Makes a folder that only its owner may enter, and writes its path to the lock first.
    fn make(&mut self, root: &Path) -> io::Result<()> {
        self.file.set_len(0)?;
        io::Seek::rewind(&mut self.file)?;
        self.file.write_all(&system::bytes_of(root.as_os_str()))?;
        system::make_own_folder(root)
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}
