//! Files of Windows.
//!
//! A file that somebody has open without letting others replace it cannot be replaced, as by an editor or a
//! scanner for viruses: that is tried again for a moment, and then told.

use std::borrow::Cow;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File, FileType, Metadata, OpenOptions};
use std::io;
use std::mem::MaybeUninit;
use std::os::windows::fs::{OpenOptionsExt as _, symlink_dir, symlink_file};
use std::os::windows::io::AsRawHandle as _;
use std::os::windows::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::ptr;
use std::thread;
use std::time::{Duration, Instant};

use perf_runtime::segment::{folder, life};
use tempfile::NamedTempFile;
use windows_sys::Win32::Foundation::{
    ERROR_ACCESS_DENIED, ERROR_DISK_FULL, ERROR_DISK_QUOTA_EXCEEDED, ERROR_HANDLE_DISK_FULL,
    ERROR_LOCK_VIOLATION, ERROR_SHARING_VIOLATION,
};
use windows_sys::Win32::Storage::FileSystem::{
    BY_HANDLE_FILE_INFORMATION, FILE_FLAG_BACKUP_SEMANTICS, FILE_FLAG_OPEN_REPARSE_POINT,
    FILE_READ_ATTRIBUTES, GetDiskFreeSpaceExW, GetFileInformationByHandle,
};

use super::handles::{as_error, check, wide};
use crate::system::Volume;

/// The errors of a file system that is full.
pub(crate) const FULL: &[i32] = &[
    as_error(ERROR_DISK_FULL),
    as_error(ERROR_HANDLE_DISK_FULL),
    as_error(ERROR_DISK_QUOTA_EXCEEDED),
];
/// The errors of a file that others have open.
const HELD: [i32; 3] = [
    as_error(ERROR_SHARING_VIOLATION),
    as_error(ERROR_LOCK_VIOLATION),
    as_error(ERROR_ACCESS_DENIED),
];
/// The endings of programs, and of scripts that can be started like one.
const PROGRAMS: [&str; 4] = ["exe", "com", "cmd", "bat"];
/// The longest wait for others to close a file, and the time between two tries.
const PATIENCE: Duration = Duration::from_secs(1);
const STEP: Duration = Duration::from_millis(5);
/// The unit of the space that files take of most volumes.
const CLUSTER: u64 = 4096;
/// The beginning of a path that the system takes as it is, and of one to another machine.
const VERBATIM: &str = r"\\?\";
const VERBATIM_UNC: &str = r"\\?\UNC\";

/// False: recordings are files.
pub(crate) const RECORDS_IN_MEMORY: bool = false;

/// Returns the number of this user.
pub(crate) fn user() -> u32 {
    folder::user()
}

/// Has a folder opened as well, so that it can be told what it is.
pub(crate) fn at_once(options: &mut OpenOptions) -> &mut OpenOptions {
    options.custom_flags(FILE_FLAG_BACKUP_SEMANTICS)
}

/// Has a file opened behind no link. It is as closed to others as the folder that it is in.
pub(crate) fn closed_to_others(options: &mut OpenOptions) -> &mut OpenOptions {
    options.custom_flags(FILE_FLAG_OPEN_REPARSE_POINT)
}

/// Names what is no regular file.
pub(crate) fn kind_of(kind: FileType) -> &'static str {
    if kind.is_dir() { "a folder" } else { "a device" }
}

/// Changes nothing: a temporary file has the rights of any new file in its folder.
pub(crate) fn as_any_new_file<'a, 'b, 'c>(
    builder: &'c mut tempfile::Builder<'a, 'b>,
) -> &'c mut tempfile::Builder<'a, 'b> {
    builder
}

/// Gives a finished file its name, in place of a former one.
///
/// # Errors
/// When that fails, as while others have the former one open; both files are what they were then.
pub(crate) fn persist(file: NamedTempFile, path: &Path) -> io::Result<()> {
    // Unlike the crate's own way, the standard library's replaces what others have open and let be replaced.
    let (file, kept) = file.keep().map_err(|error| error.error)?;
    drop(file);
    rename(&kept, path).inspect_err(|_| drop(fs::remove_file(&kept)))
}

/// Gives a file another name, in place of a former one.
///
/// # Errors
/// As for [`persist`].
pub(crate) fn rename(from: &Path, to: &Path) -> io::Result<()> {
    patiently(to, || fs::rename(from, to))
}

/// Tries again for a moment where others have the file at `path` open.
fn patiently(path: &Path, mut attempt: impl FnMut() -> io::Result<()>) -> io::Result<()> {
    let since = Instant::now();
    loop {
        let Err(error) = attempt() else { return Ok(()) };
        let is_held = error.raw_os_error().is_some_and(|number| HELD.contains(&number));
        // A folder, and a file that is marked as read-only, stay so. Where there is none, the other one is held.
        let may_change = || match fs::metadata(path) {
            Ok(it) => it.is_file() && !it.permissions().readonly(),
            Err(error) => error.kind() == io::ErrorKind::NotFound,
        };
        if !is_held || !may_change() {
            return Err(error);
        }
        if since.elapsed() >= PATIENCE {
            let why = format!("another program has it open, or it may not be changed ({error})");
            return Err(io::Error::new(error.kind(), why));
        }
        thread::sleep(STEP);
    }
}

/// Returns whether somebody may write to what is not marked as read-only. The mark of a folder means
/// something else.
pub(crate) fn is_writable(metadata: &Metadata) -> bool {
    metadata.is_dir() || !metadata.permissions().readonly()
}

/// Returns whether a file is a program, by the ending of its name.
pub(crate) fn is_executable(path: &Path, _metadata: &Metadata) -> bool {
    let ending = path.extension().and_then(OsStr::to_str).unwrap_or_default();
    PROGRAMS.iter().any(|program| program.eq_ignore_ascii_case(ending))
}

/// Returns the file of a program that is named by this path, which may lack the ending.
pub(crate) fn program_at(path: &Path) -> PathBuf {
    let with = |ending: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(".");
        name.push(ending);
        PathBuf::from(name)
    };
    let mut named = std::iter::once(path.to_owned()).chain(PROGRAMS.iter().map(|it| with(it)));
    named.find(|path| path.is_file()).unwrap_or_else(|| path.to_owned())
}

/// Returns whether this user may execute the file at `path`.
pub(crate) fn may_execute(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| metadata.is_file() && is_executable(path, &metadata))
}

/// Changes nothing: what can be executed has a name that says so.
pub(crate) fn make_executable(_file: &File) -> io::Result<()> {
    Ok(())
}

/// Returns false: no file makes a program act for somebody else.
pub(crate) fn acts_for_another(_path: &Path) -> bool {
    false
}

/// Returns the number of this user: what is looked at lies in folders of the user's own.
pub(crate) fn owner(_metadata: &Metadata) -> u32 {
    user()
}

/// Explains why nothing can be made in `folder`, if that is so: by making something, since rights come from
/// too many places.
pub(crate) fn refusal(folder: &Path) -> Option<String> {
    tempfile::tempfile_in(folder).err().map(|error| error.to_string())
}

/// Makes a folder that its user alone may enter.
pub(crate) fn make_own_folder(path: &Path) -> io::Result<()> {
    if fs::symlink_metadata(path).is_ok() {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    folder::prepare(path, user()).map_err(|error| io::Error::other(error.to_string()))
}

/// Makes `link` lead to a file. Where users may make no links, it becomes another name of the file, or a copy.
pub(crate) fn link_file(to: &Path, link: &Path) -> io::Result<()> {
    if fs::symlink_metadata(link).is_ok() {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    symlink_file(to, link)
        .and_then(|()| fs::symlink_metadata(link).map(drop))
        .or_else(|_| fs::hard_link(to, link))
        .or_else(|_| fs::copy(to, link).map(drop))
}

/// Makes `link` lead to a folder. Where users may make no links, it becomes a junction, which every user may
/// make on a volume of this machine.
pub(crate) fn link_folder(to: &Path, link: &Path) -> io::Result<()> {
    let made = symlink_dir(to, link).and_then(|()| fs::symlink_metadata(link).map(drop));
    made.or_else(|error| {
        let mut mklink = Command::new("cmd");
        let words = format!("/d /c mklink /j \"{}\" \"{}\"", link.display(), to.display());
        let made = mklink.raw_arg(words).stdin(Stdio::null()).output();
        let is_made = made.is_ok_and(|output| output.status.success()) && link.is_dir();
        if is_made { Ok(()) } else { Err(error) }
    })
}

/// Returns the bytes that a file takes of its volume, about.
pub(crate) fn taken(metadata: &Metadata) -> u64 {
    if metadata.is_file() {
        metadata.len().checked_next_multiple_of(CLUSTER).unwrap_or(u64::MAX)
    } else {
        0
    }
}

/// Returns what tells a file that has several names from all others; `None` for one that has a single name.
pub(crate) fn shared_by_names(path: &Path, metadata: &Metadata) -> Option<(u64, u64)> {
    metadata.is_file().then_some(())?;
    let mut options = OpenOptions::new();
    let options = options.access_mode(FILE_READ_ATTRIBUTES);
    let file = options.custom_flags(FILE_FLAG_OPEN_REPARSE_POINT).open(path).ok()?;
    let mut found = MaybeUninit::<BY_HANDLE_FILE_INFORMATION>::uninit();
    // SAFETY: a call on a handle that is open; writes to a record on this stack.
    check(unsafe { GetFileInformationByHandle(file.as_raw_handle(), found.as_mut_ptr()) }).ok()?;
    // SAFETY: the call has filled it.
    let found = unsafe { found.assume_init() };
    let index = u64::from(found.nFileIndexHigh) << 32 | u64::from(found.nFileIndexLow);
    (found.nNumberOfLinks > 1).then(|| (found.dwVolumeSerialNumber.into(), index))
}

/// Measures the volume that `path` is on; `None` where the system does not know, or nothing is there.
pub(crate) fn volume(path: &Path) -> Option<Volume> {
    let folder = if path.is_file() { path.parent()? } else { path };
    let (mut free, mut total) = (0, 0);
    let name = wide(folder);
    let (to_free, to_total) = (&raw mut free, &raw mut total);
    // SAFETY: reads a text that ends with zero, and writes to numbers on this stack.
    let answer = unsafe { GetDiskFreeSpaceExW(name.as_ptr(), to_free, to_total, ptr::null_mut()) };
    check(answer).ok()?;
    Some(Volume { total, free, takes_files: true })
}

/// Returns whether somebody holds the lock of a recorder on an open file; `None` where that cannot be found
/// out.
pub(crate) fn is_locked_by_recorder(file: &File) -> Option<bool> {
    life::is_locked(file)
}

/// Returns the folder of this user.
pub(crate) fn home() -> Option<OsString> {
    std::env::var_os("HOME").or_else(|| std::env::var_os("USERPROFILE"))
}

/// Returns the bytes of a name or a path, in UTF-8.
pub(crate) fn bytes_of(text: &OsStr) -> Cow<'_, [u8]> {
    match text.to_string_lossy() {
        Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
        Cow::Owned(text) => Cow::Owned(text.into_bytes()),
    }
}

/// Makes a name or a path of its bytes.
pub(crate) fn of_bytes(bytes: Vec<u8>) -> OsString {
    String::from_utf8_lossy(&bytes).into_owned().into()
}

/// Returns the address of a file, whose path `encoded` writes as addresses have it.
pub(crate) fn address_of(path: &Path, encoded: impl Fn(&[u8]) -> String) -> String {
    let path = plain(path.to_owned());
    let text = path.to_string_lossy().replace('\\', "/");
    match (text.strip_prefix("//"), text.split_once(':')) {
        (Some(elsewhere), _) => format!("file://{}", encoded(elsewhere.as_bytes())),
        (None, Some((drive, rest))) => format!("file:///{drive}:{}", encoded(rest.as_bytes())),
        (None, None) => format!("file:///{}", encoded(text.as_bytes())),
    }
}

/// Returns a path without links, written as people and other programs write it. Volumes that do not tell where
/// something lies have no links.
pub(crate) fn canonical(path: &Path) -> io::Result<PathBuf> {
    let found = path.canonicalize().or_else(|error| match fs::metadata(path) {
        Ok(_) => std::path::absolute(path),
        Err(_) => Err(error),
    });
    found.map(plain)
}

/// Takes away what has the system take a path as it is. Where a name ends with a dot or a blank, that is
/// needed.
fn plain(path: PathBuf) -> PathBuf {
    let Some(text) = path.to_str() else { return path };
    let is_odd = |name: &str| name.ends_with(['.', ' ']);
    let plain = match (text.strip_prefix(VERBATIM_UNC), text.strip_prefix(VERBATIM)) {
        (Some(elsewhere), _) => format!(r"\\{elsewhere}"),
        (None, Some(here)) if here.as_bytes().get(1) == Some(&b':') => here.to_owned(),
        _ => return path,
    };
    if plain.split('\\').any(is_odd) { path } else { plain.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_written_as_people_write_it() {
        let of = |path: &str| plain(path.into()).to_string_lossy().into_owned();
        assert_eq!(of(r"\\?\C:\a b\ü"), r"C:\a b\ü");
        assert_eq!(of(r"\\?\UNC\server\share\a"), r"\\server\share\a");
        assert_eq!(of(r"\\?\C:\odd.\a"), r"\\?\C:\odd.\a");
        assert_eq!(of(r"\\?\Volume{1}\a"), r"\\?\Volume{1}\a");
        assert_eq!(of(r"C:\a"), r"C:\a");
    }

    #[test]
    fn an_address_has_its_drive_and_slashes() {
        let of = |path: &str| {
            address_of(Path::new(path), |bytes| String::from_utf8_lossy(bytes).replace(' ', "%20"))
        };
        assert_eq!(of(r"C:\a b\c.html"), "file:///C:/a%20b/c.html");
        assert_eq!(of(r"\\?\C:\c.html"), "file:///C:/c.html");
        assert_eq!(of(r"\\server\share\c.html"), "file://server/share/c.html");
    }

    #[test]
    fn a_file_that_others_have_open_is_replaced_once_they_close_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        fs::write(&path, "one").unwrap();
        let hold = || OpenOptions::new().read(true).share_mode(0).open(&path).unwrap();
        let replace = || {
            let file = NamedTempFile::new_in(folder.path()).unwrap();
            fs::write(file.path(), "two").unwrap();
            persist(file, &path)
        };
        let held = hold();
        let closing = thread::spawn(move || {
            thread::sleep(Duration::from_millis(200));
            drop(held);
        });
        replace().unwrap();
        closing.join().unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "two");
        let held = hold();
        let error = replace().unwrap_err().to_string();
        assert!(error.starts_with("another program has it open"), "{error}");
        drop(held);
    }
}
