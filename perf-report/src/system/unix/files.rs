//! Files of Unix.

use std::borrow::Cow;
use std::ffi::{OsStr, OsString};
use std::fs::{self, DirBuilder, File, FileType, Metadata, OpenOptions, Permissions};
use std::io;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::os::unix::fs::{
    DirBuilderExt as _, FileTypeExt as _, MetadataExt as _, OpenOptionsExt as _,
    PermissionsExt as _,
};
use std::path::{Path, PathBuf};

use nix::libc;
use nix::sys::statvfs::statvfs;
use nix::unistd::{AccessFlags, Uid, access};
use tempfile::NamedTempFile;

use crate::system::Volume;

/// The errors of a file system that is full.
pub(crate) const FULL: &[i32] = &[libc::ENOSPC, libc::EDQUOT];

/// True if recordings should be in memory: in the first of the places where processes record.
pub(crate) const RECORDS_IN_MEMORY: bool = cfg!(target_os = "linux");

/// The bits by which somebody may write to a file, and by which somebody may execute it.
const WRITABLE: u32 = 0o222;
const EXECUTABLE: u32 = 0o111;
/// The bits by which a program acts for its owner.
const FOR_ANOTHER: u32 = 0o6000;
/// The unit of the space that files take.
const BLOCK: u64 = 512;

/// Returns the number of this user.
pub(crate) fn user() -> u32 {
    Uid::current().as_raw()
}

/// Has a file opened without waiting for anything: a pipe would be waited for until somebody writes to it.
pub(crate) fn at_once(options: &mut OpenOptions) -> &mut OpenOptions {
    options.custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY)
}

/// Has a file opened that its user alone may open if it is made, behind no link, and without waiting.
pub(crate) fn closed_to_others(options: &mut OpenOptions) -> &mut OpenOptions {
    options.mode(0o600).custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK)
}

/// Names what is no regular file.
pub(crate) fn kind_of(kind: FileType) -> &'static str {
    if kind.is_dir() {
        "a folder"
    } else if kind.is_fifo() {
        "a pipe"
    } else if kind.is_socket() {
        "a socket"
    } else {
        "a device"
    }
}

/// Gives a temporary file the permissions that any new file would have.
pub(crate) fn as_any_new_file<'a, 'b, 'c>(
    builder: &'c mut tempfile::Builder<'a, 'b>,
) -> &'c mut tempfile::Builder<'a, 'b> {
    builder.permissions(Permissions::from_mode(0o666))
}

/// Gives a finished file its name, in place of a former one.
///
/// # Errors
/// When that fails; both files are what they were then.
pub(crate) fn persist(file: NamedTempFile, path: &Path) -> io::Result<()> {
    file.persist(path).map(drop).map_err(|error| error.error)
}

/// Gives a file another name, in place of a former one.
///
/// # Errors
/// When that fails; both files are what they were then.
pub(crate) fn rename(from: &Path, to: &Path) -> io::Result<()> {
    fs::rename(from, to)
}

/// Returns whether somebody may write to what is not marked as read-only.
pub(crate) fn is_writable(metadata: &Metadata) -> bool {
    metadata.permissions().mode() & WRITABLE != 0
}

/// Returns whether a file may be executed by somebody.
pub(crate) fn is_executable(_path: &Path, metadata: &Metadata) -> bool {
    metadata.permissions().mode() & EXECUTABLE != 0
}

/// Returns the file of a program that is named by this path.
pub(crate) fn program_at(path: &Path) -> PathBuf {
    path.to_owned()
}

/// Returns whether this user may execute the file at `path`.
pub(crate) fn may_execute(path: &Path) -> bool {
    path.is_file() && access(path, AccessFlags::X_OK).is_ok()
}

/// Has whoever may read the file execute it.
pub(crate) fn make_executable(file: &File) -> io::Result<()> {
    let bits = file.metadata()?.permissions().mode();
    file.set_permissions(Permissions::from_mode(bits | ((bits >> 2) & EXECUTABLE)))
}

/// Returns whether a program may do what its user may not: it acts for its owner, or has capabilities.
pub(crate) fn acts_for_another(path: &Path) -> bool {
    let Ok(metadata) = fs::metadata(path) else { return false };
    metadata.permissions().mode() & FOR_ANOTHER != 0 || has_capabilities(path)
}

#[cfg(any(target_os = "linux", target_os = "android"))]
fn has_capabilities(path: &Path) -> bool {
    let output = std::process::Command::new("getcap").arg(path).output();
    output.is_ok_and(|output| !output.stdout.is_empty())
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn has_capabilities(_path: &Path) -> bool {
    false
}

/// Returns the number of the user that something belongs to.
pub(crate) fn owner(metadata: &Metadata) -> u32 {
    metadata.uid()
}

/// Explains why nothing can be made in `folder`, if that is so.
pub(crate) fn refusal(folder: &Path) -> Option<String> {
    access(folder, AccessFlags::W_OK).err().map(|errno| errno.desc().to_owned())
}

/// Makes a folder that its user alone may enter.
pub(crate) fn make_own_folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().mode(0o700).create(path)
}

/// Makes `link` lead to a file.
pub(crate) fn link_file(to: &Path, link: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(to, link)
}

/// Makes `link` lead to a folder.
pub(crate) fn link_folder(to: &Path, link: &Path) -> io::Result<()> {
    link_file(to, link)
}

/// Returns the bytes that a file takes of its file system.
pub(crate) fn taken(metadata: &Metadata) -> u64 {
    metadata.blocks().saturating_mul(BLOCK)
}

/// Returns what tells a file that has several names from all others; `None` for one that has a single name.
pub(crate) fn shared_by_names(_path: &Path, metadata: &Metadata) -> Option<(u64, u64)> {
    (metadata.nlink() > 1).then(|| (metadata.dev(), metadata.ino()))
}

/// Measures the file system that `path` is on; `None` where the system does not know, or nothing is there.
pub(crate) fn volume(path: &Path) -> Option<Volume> {
    let found = statvfs(path).ok()?;
    // The types differ between systems.
    #[expect(clippy::allow_attributes, reason = "needed on some systems only")]
    #[allow(clippy::useless_conversion, reason = "the types are u64 on some systems only")]
    let (unit, all, free, all_files, free_files) = (
        u64::from(found.fragment_size()),
        u64::from(found.blocks()),
        u64::from(found.blocks_available()),
        u64::from(found.files()),
        u64::from(found.files_available()),
    );
    let takes_files = all_files == 0 || free_files > 0;
    Some(Volume { total: all.saturating_mul(unit), free: free.saturating_mul(unit), takes_files })
}

/// Returns whether somebody holds the lock of a recorder on an open file; `None` where that cannot be found
/// out.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(crate) fn is_locked_by_recorder(file: &File) -> Option<bool> {
    use nix::fcntl::{FcntlArg, fcntl};
    let mut lock = libc::flock {
        l_type: libc::c_short::try_from(libc::F_WRLCK).ok()?,
        l_whence: libc::c_short::try_from(libc::SEEK_SET).ok()?,
        l_start: 0,
        l_len: 0,
        l_pid: 0,
    };
    fcntl(file, FcntlArg::F_OFD_GETLK(&mut lock)).ok()?;
    Some(i32::from(lock.l_type) != libc::F_UNLCK)
}

/// Returns whether somebody holds the lock of a recorder on an open file; `None` where that cannot be found
/// out.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(crate) fn is_locked_by_recorder(file: &File) -> Option<bool> {
    perf_runtime::segment::life::is_locked(file)
}

/// Returns the folder of this user.
pub(crate) fn home() -> Option<OsString> {
    std::env::var_os("HOME")
}

/// Returns the bytes of a name or a path.
pub(crate) fn bytes_of(text: &OsStr) -> Cow<'_, [u8]> {
    Cow::Borrowed(text.as_bytes())
}

/// Returns the address of a file, whose path `encoded` writes as addresses have it.
pub(crate) fn address_of(path: &Path, encoded: impl Fn(&[u8]) -> String) -> String {
    format!("file://{}", encoded(path.as_os_str().as_bytes()))
}

/// Makes a name or a path of its bytes.
pub(crate) fn of_bytes(bytes: Vec<u8>) -> OsString {
    OsString::from_vec(bytes)
}

/// Returns a path without links.
pub(crate) fn canonical(path: &Path) -> io::Result<PathBuf> {
    path.canonicalize()
}
