//! Windows: see the table in the module above. What the standard library lacks is asked of the system
//! itself.
//!
//! Others may read, write, rename and remove a file that is open, as on Unix; a file that is mapped
//! can be neither removed nor made shorter.

use std::ffi::c_void;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::windows::ffi::OsStrExt as _;
use std::os::windows::fs::{FileExt as _, OpenOptionsExt as _};
use std::os::windows::io::{AsRawHandle as _, FromRawHandle as _, OwnedHandle};
use std::path::{Path, PathBuf};
use std::ptr::{self, NonNull};

use windows_sys::Win32::Foundation::{
    ERROR_ACCESS_DENIED, ERROR_INVALID_PARAMETER, ERROR_LOCK_VIOLATION, FILETIME, GENERIC_ALL,
    GENERIC_WRITE, HANDLE, LocalFree, WAIT_OBJECT_0,
};
use windows_sys::Win32::Security::Authorization::{
    ConvertSidToStringSidW, ConvertStringSecurityDescriptorToSecurityDescriptorW, GetSecurityInfo,
    SE_FILE_OBJECT,
};
use windows_sys::Win32::Security::{
    ACCESS_ALLOWED_ACE, ACE_HEADER, ACL, CopySid, DACL_SECURITY_INFORMATION, EqualSid, GetAce,
    GetSidSubAuthority, GetSidSubAuthorityCount, GetTokenInformation, INHERIT_ONLY_ACE,
    IsWellKnownSid, OWNER_SECURITY_INFORMATION, PSID, SECURITY_ATTRIBUTES, TOKEN_OWNER,
    TOKEN_QUERY, TOKEN_USER, TokenOwner, TokenUser, WinBuiltinAdministratorsSid,
    WinCreatorOwnerRightsSid, WinLocalSystemSid,
};
use windows_sys::Win32::Storage::FileSystem::{
    CreateDirectoryW, DELETE, FILE_ADD_FILE, FILE_ADD_SUBDIRECTORY, FILE_DELETE_CHILD,
    FILE_FLAG_BACKUP_SEMANTICS, FILE_FLAG_OPEN_REPARSE_POINT, FILE_READ_ATTRIBUTES,
    GetFullPathNameW, LOCKFILE_EXCLUSIVE_LOCK, LOCKFILE_FAIL_IMMEDIATELY, LockFileEx, READ_CONTROL,
    UnlockFileEx, WRITE_DAC, WRITE_OWNER,
};
use windows_sys::Win32::System::IO::OVERLAPPED;
use windows_sys::Win32::System::Threading::{
    GetCurrentProcess, GetProcessTimes, OpenProcess, OpenProcessToken,
    PROCESS_QUERY_LIMITED_INFORMATION, PROCESS_SYNCHRONIZE, WaitForSingleObject,
};

use super::FolderFault;
use crate::segment::life::Life;

/// `ERROR_ACCESS_DENIED`
pub(crate) const PERMISSION_DENIED: i32 = as_error(ERROR_ACCESS_DENIED);

/// Returns the number of an error as the standard library has it.
#[expect(clippy::cast_possible_wrap, reason = "they are small")]
pub(crate) const fn as_error(number: u32) -> i32 {
    number as i32
}

/// Has a file opened behind no link.
pub(crate) fn follow_no_link(options: &mut OpenOptions) -> &mut OpenOptions {
    options.custom_flags(FILE_FLAG_OPEN_REPARSE_POINT)
}

/// Changes nothing: a file is as open as the folder that it is made in.
pub(crate) fn closed_to_others(options: &mut OpenOptions) -> &mut OpenOptions {
    options
}

/// Fills `bytes` from `file`, beginning at `offset`.
pub(crate) fn read_exact_at(file: &File, bytes: &mut [u8], offset: u64) -> io::Result<()> {
    let mut read = 0;
    while read < bytes.len() {
        match file.seek_read(&mut bytes[read..], offset + read as u64) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(more) => read += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Writes `bytes` into `file`, beginning at `offset`.
pub(crate) fn write_all_at(file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
    let mut written = 0;
    while written < bytes.len() {
        match file.seek_write(&bytes[written..], offset + written as u64) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(more) => written += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// A path as the system takes it: from the root on, of any length. Allocates nothing.
#[derive(Clone)]
pub(crate) struct Wide {
    units: [u16; Self::MOST],
    /// Units before the zero at the end.
    length: usize,
}

impl Wide {
    /// Units of the longest path, with its end: some more than a long one has.
    const MOST: usize = 4096;

    /// Makes that of `path`; an error for one that is longer, or has a zero in it.
    pub(crate) fn of(path: &Path) -> io::Result<Self> {
        let mut given = [0_u16; Self::MOST];
        let mut length = 0;
        for unit in path.as_os_str().encode_wide() {
            let place = given[..Self::MOST - 1].get_mut(length).filter(|_| unit != 0);
            *place.ok_or(io::ErrorKind::InvalidInput)? = unit;
            length += 1;
        }
        let mut full = [0_u16; Self::MOST];
        // SAFETY: reads a text that ends with zero, and writes at most as many units as there are.
        let whole = unsafe {
            GetFullPathNameW(given.as_ptr(), Self::MOST as u32, full.as_mut_ptr(), ptr::null_mut())
        };
        match full.get(..whole as usize) {
            Some([]) => Err(io::Error::last_os_error()),
            Some(full) => Self::without_limit(full),
            None => Err(io::ErrorKind::InvalidInput.into()),
        }
    }

    /// Begins a path so that it may be longer than 260 units, if it does not begin so already.
    fn without_limit(full: &[u16]) -> io::Result<Self> {
        const SEPARATOR: u16 = b'\\' as u16;
        let (start, rest): (&str, &[u16]) = match full {
            [SEPARATOR, SEPARATOR, mark, SEPARATOR, ..]
                if [u16::from(b'?'), u16::from(b'.')].contains(mark) =>
            {
                ("", full)
            }
            [SEPARATOR, SEPARATOR, rest @ ..] => (r"\\?\UNC\", rest),
            _ => (r"\\?\", full),
        };
        let mut path = Self { units: [0; Self::MOST], length: 0 };
        path.push(start.encode_utf16().chain(rest.iter().copied())).map(|()| path)
    }

    /// Adds units at the end.
    pub(crate) fn push(&mut self, units: impl Iterator<Item = u16>) -> io::Result<()> {
        for unit in units {
            let place = self.units[..Self::MOST - 1].get_mut(self.length);
            *place.ok_or(io::ErrorKind::InvalidInput)? = unit;
            self.length += 1;
        }
        Ok(())
    }

    /// Returns its units, and a zero.
    pub(crate) fn units(&self) -> &[u16] {
        &self.units[..=self.length]
    }
}

/// A user or a group, as the system knows it.
#[repr(C, align(8))]
struct Sid([u8; Self::BYTES]);

impl Sid {
    /// Length of the longest.
    const BYTES: usize = 72;

    /// Returns the user that this process acts for, or, `of_new_files`, whose its files are: of an
    /// administrator, these may be all administrators'.
    fn own(of_new_files: bool) -> io::Result<Self> {
        let mut token: HANDLE = ptr::null_mut();
        // SAFETY: writes to a handle on this stack.
        check(unsafe { OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &raw mut token) })?;
        // SAFETY: just opened, and nobody else knows it.
        let token = unsafe { OwnedHandle::from_raw_handle(token) };
        let mut answer = [0_u64; 32];
        let class = if of_new_files { TokenOwner } else { TokenUser };
        let (place, room) = (answer.as_mut_ptr().cast(), size_of_val(&answer) as u32);
        let mut needed = 0;
        // SAFETY: writes at most as many bytes as there are.
        check(unsafe {
            GetTokenInformation(token.as_raw_handle(), class, place, room, &raw mut needed)
        })?;
        let sid = if of_new_files {
            // SAFETY: written as the class says, and aligned.
            unsafe { answer.as_ptr().cast::<TOKEN_OWNER>().read() }.Owner
        } else {
            // SAFETY: as above.
            unsafe { answer.as_ptr().cast::<TOKEN_USER>().read() }.User.Sid
        };
        let mut own = Self([0; Self::BYTES]);
        // SAFETY: the system's answer points into itself; writes at most as many bytes as there are.
        check(unsafe { CopySid(Self::BYTES as u32, own.0.as_mut_ptr().cast(), sid) })?;
        Ok(own)
    }

    fn pointer(&self) -> PSID {
        self.0.as_ptr().cast_mut().cast()
    }

    /// Returns the last number in it, by which users of one authority differ.
    fn last_number(&self) -> u32 {
        // SAFETY: the system wrote it, or it is zeroes, which is one without numbers.
        let count = unsafe { *GetSidSubAuthorityCount(self.pointer()) };
        // SAFETY: as above, and there is such a number.
        if count == 0 {
            0
        } else {
            unsafe { *GetSidSubAuthority(self.pointer(), u32::from(count) - 1) }
        }
    }
}

/// Returns a number for the user that this process acts for.
pub(crate) fn user() -> u32 {
    Sid::own(false).map_or(0, |own| own.last_number())
}

/// Makes an error of the answer of a call.
fn check(answer: i32) -> io::Result<()> {
    if answer == 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// Memory that the system has handed out.
struct Local(NonNull<c_void>);

impl Drop for Local {
    fn drop(&mut self) {
        // SAFETY: the system's, and nobody else's.
        unsafe { LocalFree(self.0.as_ptr()) };
    }
}

/// Writes a user or a group as the system does.
///
/// # Safety
/// It is one that the system has made.
unsafe fn text_of(sid: PSID) -> String {
    let mut text: *mut u16 = ptr::null_mut();
    // SAFETY: as the caller says; writes to a pointer on this stack.
    unsafe { ConvertSidToStringSidW(sid, &raw mut text) };
    let Some(memory) = NonNull::new(text.cast()).map(Local) else { return "unknown".to_owned() };
    // SAFETY: the system ends it with zero.
    let units = (0..).map(|at| unsafe { *text.add(at) }).take_while(|&unit| unit != 0);
    let units: Vec<u16> = units.collect();
    drop(memory);
    String::from_utf16_lossy(&units)
}

/// Makes a folder that only its user, the system and administrators may open, and what is made in
/// it is closed so, too.
pub(crate) fn make_folder(path: &Path) -> io::Result<()> {
    let own = Sid::own(false)?;
    // SAFETY: made by the system.
    let user = unsafe { text_of(own.pointer()) };
    let rights = format!("D:P(A;OICI;FA;;;{user})(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)\0");
    let rights: Vec<u16> = rights.encode_utf16().collect();
    let mut descriptor = ptr::null_mut();
    // SAFETY: reads a text that ends with zero, and writes to a pointer on this stack.
    check(unsafe {
        ConvertStringSecurityDescriptorToSecurityDescriptorW(
            rights.as_ptr(),
            1,
            &raw mut descriptor,
            ptr::null_mut(),
        )
    })?;
    let memory = NonNull::new(descriptor).map(Local);
    let attributes = SECURITY_ATTRIBUTES {
        nLength: size_of::<SECURITY_ATTRIBUTES>() as u32,
        lpSecurityDescriptor: descriptor,
        bInheritHandle: 0,
    };
    let path = Wide::of(path)?;
    // SAFETY: reads a text that ends with zero, and a record on this stack.
    let made = check(unsafe { CreateDirectoryW(path.units().as_ptr(), &raw const attributes) });
    drop(memory);
    made
}

/// Returns the reason why what is at `path` is not a folder of this process's user alone, if there
/// is one.
pub(crate) fn fault_of(path: &Path, _uid: u32) -> io::Result<Option<FolderFault>> {
    let mut options = OpenOptions::new();
    let folder = options
        .access_mode(READ_CONTROL | FILE_READ_ATTRIBUTES)
        .custom_flags(FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OPEN_REPARSE_POINT)
        .open(path)?;
    let kind = folder.metadata()?.file_type();
    if kind.is_symlink() {
        return Ok(Some(FolderFault::Link));
    }
    if !kind.is_dir() {
        return Ok(Some(FolderFault::NotAFolder));
    }
    fault_in_rights(&folder)
}

/// Returns the reason why an open file or folder is not this process's user's alone, if there is
/// one. The system and administrators can do everything in any case.
pub(crate) fn fault_in_rights(file: &File) -> io::Result<Option<FolderFault>> {
    let (mut owner, mut rights): (PSID, *mut ACL) = (ptr::null_mut(), ptr::null_mut());
    let mut descriptor = ptr::null_mut();
    // SAFETY: a call on a handle that is open; writes to pointers on this stack.
    let error = unsafe {
        GetSecurityInfo(
            file.as_raw_handle(),
            SE_FILE_OBJECT,
            OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION,
            &raw mut owner,
            ptr::null_mut(),
            &raw mut rights,
            ptr::null_mut(),
            &raw mut descriptor,
        )
    };
    if error != 0 {
        return Err(io::Error::from_raw_os_error(as_error(error)));
    }
    let memory = NonNull::new(descriptor).map(Local);
    let own = [Sid::own(false)?, Sid::own(true)?];
    // SAFETY: all are made by the system, and live as long as `memory`.
    let is_own = |sid: PSID| own.iter().any(|own| unsafe { EqualSid(own.pointer(), sid) } != 0);
    let fault = if !is_own(owner) {
        // SAFETY: as above.
        let words = [owner, own[0].pointer()].map(|sid| unsafe { text_of(sid) });
        let [owner, user] = words;
        Some(FolderFault::Owner(owner, user))
    } else if rights.is_null() {
        Some(FolderFault::OpenToOthers("everybody".to_owned()))
    } else {
        // SAFETY: as above.
        unsafe { writer_in(rights, is_own) }.map(FolderFault::OpenToOthers)
    };
    drop(memory);
    Ok(fault)
}

/// Finds somebody else who may change what is in a folder of these rights.
///
/// # Safety
/// They are made by the system.
unsafe fn writer_in(rights: *const ACL, is_own: impl Fn(PSID) -> bool) -> Option<String> {
    const WRITING: u32 = FILE_ADD_FILE
        | FILE_ADD_SUBDIRECTORY
        | FILE_DELETE_CHILD
        | DELETE
        | WRITE_DAC
        | WRITE_OWNER
        | GENERIC_WRITE
        | GENERIC_ALL;
    /// `ACCESS_ALLOWED_ACE_TYPE`, and the same with a condition.
    const ALLOWING: [u8; 2] = [0, 9];
    const TRUSTED: [i32; 3] =
        [WinLocalSystemSid, WinBuiltinAdministratorsSid, WinCreatorOwnerRightsSid];
    // SAFETY: as the caller says.
    let count = unsafe { (*rights).AceCount };
    for at in 0..u32::from(count) {
        let mut entry: *mut c_void = ptr::null_mut();
        // SAFETY: as the caller says; writes to a pointer on this stack.
        if unsafe { GetAce(rights, at, &raw mut entry) } == 0 {
            continue;
        }
        // SAFETY: each begins with a header.
        let header = unsafe { entry.cast::<ACE_HEADER>().read() };
        if !ALLOWING.contains(&header.AceType) || u32::from(header.AceFlags) & INHERIT_ONLY_ACE != 0
        {
            continue;
        }
        let entry: *mut ACCESS_ALLOWED_ACE = entry.cast();
        // SAFETY: it is of this kind.
        let mask = unsafe { (*entry).Mask };
        // SAFETY: the user or group begins where this field is.
        let sid: PSID = unsafe { (&raw mut (*entry).SidStart).cast() };
        // SAFETY: as above.
        let is_trusted = TRUSTED.iter().any(|&kind| unsafe { IsWellKnownSid(sid, kind) } != 0);
        if mask & WRITING != 0 && !is_trusted && !is_own(sid) {
            // SAFETY: as above.
            return Some(unsafe { text_of(sid) });
        }
    }
    None
}

/// Lists the folders in which a user's folder for segments may be, the best first: that for data of
/// the user on this machine, which no cleaner empties, and the temporary one.
pub(crate) fn bases() -> Vec<PathBuf> {
    let own = std::env::var_os("LOCALAPPDATA").map(PathBuf::from);
    own.into_iter().chain([std::env::temp_dir()]).collect()
}

/// Judges a process, which began at `started` unless that is 0.
pub(crate) fn life_of(pid: u32, started: u64) -> Life {
    match opened(pid, PROCESS_SYNCHRONIZE | PROCESS_QUERY_LIMITED_INFORMATION) {
        Ok(process) => {
            let is_it =
                started == 0 || began(process.as_raw_handle()).is_none_or(|it| it == started);
            // SAFETY: a call on a handle that is open, which waits for nothing.
            let has_ended =
                unsafe { WaitForSingleObject(process.as_raw_handle(), 0) } == WAIT_OBJECT_0;
            if is_it && !has_ended { Life::Alive } else { Life::Ended }
        }
        // No process of this id.
        Err(error) if error.raw_os_error() == Some(as_error(ERROR_INVALID_PARAMETER)) => {
            Life::Ended
        }
        // One of another user, or of the system.
        Err(_) => Life::Unknown,
    }
}

/// Opens the process of this id with some rights.
pub(crate) fn opened(pid: u32, rights: u32) -> io::Result<OwnedHandle> {
    // SAFETY: a call on integers.
    let handle = unsafe { OpenProcess(rights, 0, pid) };
    if handle.is_null() {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: just opened, and nobody else knows it.
    Ok(unsafe { OwnedHandle::from_raw_handle(handle) })
}

/// Returns whether there is a process of this id: yes, where that cannot be known.
pub(crate) fn is_there(pid: u32) -> bool {
    life_of(pid, 0) != Life::Ended
}

/// Returns the start of this process, as the system counts it; 0 where it does not show it.
pub(crate) fn started() -> u64 {
    // SAFETY: takes nothing, cannot fail.
    began(unsafe { GetCurrentProcess() }).unwrap_or(0)
}

fn began(process: HANDLE) -> Option<u64> {
    times_of(process).map(|times| number(times[0]))
}

/// Returns when a process began and when it ended, and its times in the system and in itself.
pub(crate) fn times_of(process: HANDLE) -> Option<[FILETIME; 4]> {
    let mut times = [FILETIME::default(); 4];
    let [began, ended, of_system, of_user] = &mut times;
    // SAFETY: a call on a handle that is open; writes to records on this stack.
    let answer = unsafe { GetProcessTimes(process, began, ended, of_system, of_user) };
    (answer != 0).then_some(times)
}

/// Returns a time, or a length of time, in units of 100 nanoseconds.
pub(crate) fn number(time: FILETIME) -> u64 {
    u64::from(time.dwHighDateTime) << 32 | u64::from(time.dwLowDateTime)
}

/// Returns 0: there are no namespaces.
pub(crate) fn namespace() -> u64 {
    0
}

/// Locks an open file, `to_oneself` or together with others, if that can be done at once.
///
/// What is locked cannot be read by others, so it is a byte where no file has any. The standard
/// library locks all bytes there can be, and so this one, too.
///
/// # Errors
/// [`io::ErrorKind::WouldBlock`] when somebody has it; others when the file cannot be locked.
pub(crate) fn try_lock(file: &File, to_oneself: bool) -> io::Result<()> {
    let kind = if to_oneself { LOCKFILE_EXCLUSIVE_LOCK } else { 0 };
    let (flags, mut place) = (kind | LOCKFILE_FAIL_IMMEDIATELY, locked_byte());
    // SAFETY: a call on a handle that is open, which waits for nothing; a record on this stack.
    let answer = unsafe { LockFileEx(file.as_raw_handle(), flags, 0, 1, 0, &raw mut place) };
    check(answer).map_err(|error| match error.raw_os_error() {
        Some(number) if number == as_error(ERROR_LOCK_VIOLATION) => {
            io::ErrorKind::WouldBlock.into()
        }
        _ => error,
    })
}

/// Lets the lock go.
pub(crate) fn unlock(file: &File) {
    let mut place = locked_byte();
    // SAFETY: a call on a handle that is open; a record on this stack.
    unsafe { UnlockFileEx(file.as_raw_handle(), 0, 1, 0, &raw mut place) };
}

fn locked_byte() -> OVERLAPPED {
    let mut place = OVERLAPPED::default();
    place.Anonymous.Anonymous.Offset = u32::MAX;
    place.Anonymous.Anonymous.OffsetHigh = u32::MAX >> 1;
    place
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_told_by_its_id_and_its_start() {
        let (pid, start) = (std::process::id(), started());
        assert!(start > 0);
        assert_eq!(life_of(pid, start), Life::Alive);
        assert_eq!(life_of(pid, start + 1), Life::Ended, "the id was given to another");
        assert_eq!(life_of(u32::MAX - 3, 0), Life::Ended);
    }

    #[test]
    fn a_path_may_be_as_long_as_it_likes_wherever_it_begins() {
        let wide = |path: &str| {
            let path = Wide::of(Path::new(path)).unwrap();
            let units = path.units();
            assert_eq!(units.last(), Some(&0));
            String::from_utf16(&units[..units.len() - 1]).unwrap()
        };
        assert_eq!(wide(r"C:\a b\ü/c"), r"\\?\C:\a b\ü\c");
        assert_eq!(wide(r"C:\a\..\b"), r"\\?\C:\b");
        assert_eq!(wide(r"\\server\share\a"), r"\\?\UNC\server\share\a");
        assert_eq!(wide(r"\\?\C:\a"), r"\\?\C:\a");
        assert!(wide("a").ends_with(r"\a") && wide("a").starts_with(r"\\?\"));
        let long = format!(r"C:\{}", "x\\".repeat(1_000));
        assert_eq!(wide(&long), format!(r"\\?\{long}"));
        assert!(Wide::of(Path::new(&"x".repeat(5_000))).is_err());
        assert!(Wide::of(Path::new("a\0b")).is_err());
    }

    #[test]
    fn a_folder_that_was_made_for_its_user_alone_is_that() {
        let folder = std::env::temp_dir().join(format!("perf-track-own-{}", std::process::id()));
        make_folder(&folder).unwrap();
        assert!(
            make_folder(&folder).is_err_and(|error| error.kind() == io::ErrorKind::AlreadyExists)
        );
        let fault = fault_of(&folder, 0).unwrap();
        assert!(fault.is_none(), "{fault:?}");
        std::fs::write(folder.join("file"), "").unwrap();
        assert!(matches!(fault_of(&folder.join("file"), 0), Ok(Some(FolderFault::NotAFolder))));
        std::fs::remove_dir_all(&folder).unwrap();
        assert!(fault_of(&folder, 0).is_err());
    }
}
