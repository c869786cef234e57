//! A folder by its path: its entries, its file system, and files opened and removed there.
//!
//! Nothing here allocates, since it is asked for when a call finds no room for its segment, and that
//! call may be anywhere in its program.

use std::ffi::CStr;
use std::fs::File;
use std::io;
use std::path::Path;

use windows_sys::Win32::Foundation::INVALID_HANDLE_VALUE;
use windows_sys::Win32::Storage::FileSystem::{
    DeleteFileW, FILE_ATTRIBUTE_NORMAL, FILE_FLAG_OPEN_REPARSE_POINT, FILE_GENERIC_READ,
    FILE_GENERIC_WRITE, FILE_READ_ATTRIBUTES, FindClose, FindFirstFileW, FindNextFileW,
    OPEN_ALWAYS, READ_CONTROL, RemoveDirectoryW, WIN32_FIND_DATAW,
};

use super::{create, facts, open, space_of};
use crate::segment::retention::Space;
use crate::segment::system::{Wide, fault_in_rights};

/// A folder, held open. Whoever may write to what is above it could put another in its place: what
/// is above is this user's, or closed to others.
pub(crate) struct Folder {
    path: Wide,
    folder: File,
}

impl Folder {
    /// Opens the folder at `path`, if there is one.
    pub(crate) fn open(path: &Path) -> Option<Self> {
        Self::at(Wide::of(path).ok()?)
    }

    fn at(path: Wide) -> Option<Self> {
        let folder = open(&path, READ_CONTROL | FILE_READ_ATTRIBUTES).ok()?;
        let kind = folder.metadata().ok()?.file_type();
        (kind.is_dir() && !kind.is_symlink()).then_some(Self { path, folder })
    }

    /// Opens the folder of this name in it, if it is of this user and closed to others.
    pub(crate) fn own_folder(&self, name: &CStr) -> Option<Self> {
        let folder = Self::at(self.below(name)?)?;
        matches!(fault_in_rights(&folder.folder), Ok(None)).then_some(folder)
    }

    /// Opens the regular file of this name in it, for reading.
    pub(crate) fn file(&self, name: &CStr) -> Option<File> {
        regular(open(&self.below(name)?, FILE_GENERIC_READ).ok()?)
    }

    /// Opens the same for reading and writing, made where it is missing.
    pub(crate) fn made_file(&self, name: &CStr) -> Option<File> {
        let path = self.below(name)?;
        let how = (OPEN_ALWAYS, FILE_ATTRIBUTE_NORMAL | FILE_FLAG_OPEN_REPARSE_POINT);
        regular(create(path.units(), FILE_GENERIC_READ | FILE_GENERIC_WRITE, how).ok()?)
    }

    /// Returns the bytes that the file of this name takes of the file system.
    pub(crate) fn bytes_of(&self, name: &CStr) -> u64 {
        let found = self.below(name).and_then(|path| open(&path, FILE_READ_ATTRIBUTES).ok());
        found.and_then(|file| facts(&file).ok()).map_or(0, |facts| facts.bytes_taken)
    }

    /// Returns the time at which an entry was last made or removed, in seconds since 1970.
    pub(crate) fn changed(&self) -> i64 {
        facts(&self.folder).map_or(i64::MAX, |facts| facts.changed.0)
    }

    /// Removes the file of this name, and returns whether it was this process that did. One that is
    /// mapped somewhere stays.
    pub(crate) fn remove(&self, name: &CStr) -> bool {
        let Some(path) = self.below(name) else { return false };
        // SAFETY: reads a text that ends with zero.
        unsafe { DeleteFileW(path.units().as_ptr()) != 0 }
    }

    /// Removes the empty folder of this name, and returns whether it was this process that did.
    pub(crate) fn remove_folder(&self, name: &CStr) -> bool {
        let Some(path) = self.below(name) else { return false };
        // SAFETY: reads a text that ends with zero.
        unsafe { RemoveDirectoryW(path.units().as_ptr()) != 0 }
    }

    /// Returns the size of the file system, and the free part; `None` where the system does not
    /// show it.
    pub(crate) fn space(&self) -> Option<Space> {
        space_of(&self.path)
    }

    /// Calls `look` with the name of everything in the folder that has one in letters.
    pub(crate) fn each(&self, mut look: impl FnMut(&CStr)) {
        let Some(all) = self.below(c"*") else { return };
        let mut entry = WIN32_FIND_DATAW::default();
        // SAFETY: reads a text that ends with zero, and writes to a record on this stack.
        let search = unsafe { FindFirstFileW(all.units().as_ptr(), &raw mut entry) };
        if search == INVALID_HANDLE_VALUE {
            return;
        }
        loop {
            let mut name = [0; 1024];
            if let Some(name) = as_text(&entry.cFileName, &mut name) {
                look(name);
            }
            // SAFETY: a search that was begun; writes to a record on this stack.
            if unsafe { FindNextFileW(search, &raw mut entry) } == 0 {
                break;
            }
        }
        // SAFETY: begun above.
        unsafe { FindClose(search) };
    }

    fn below(&self, name: &CStr) -> Option<Wide> {
        let name = name.to_str().ok()?;
        let mut path = self.path.clone();
        let joined: io::Result<()> = path.push("\\".encode_utf16().chain(name.encode_utf16()));
        joined.is_ok().then_some(path)
    }
}

fn regular(file: File) -> Option<File> {
    let kind = file.metadata().ok()?.file_type();
    kind.is_file().then_some(file)
}

/// Writes a name as UTF-8 with a zero at its end into `place`, if it fits.
fn as_text<'a>(name: &[u16], place: &'a mut [u8]) -> Option<&'a CStr> {
    let units = name.iter().copied().take_while(|&unit| unit != 0);
    let mut length = 0;
    for letter in char::decode_utf16(units) {
        let letter = letter.ok()?;
        let rest = place.get_mut(length..)?;
        if rest.len() <= letter.len_utf8() {
            return None;
        }
        length += letter.encode_utf8(rest).len();
    }
    CStr::from_bytes_until_nul(place.get(..=length)?).ok()
}
