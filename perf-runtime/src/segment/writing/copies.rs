//! The fate of a segment's file while it is written to, and the remedy.
//!
//! Whoever cleans up may take its name away: the file is there as long as it is mapped, but nobody
//! finds it any more, and it is gone with the process. No file without a name can be given one
//! again. So it is copied to a new one beside it, again and again while the process records, and
//! for the last time when it ends: then nothing is missing. A copy is complete before it has its
//! name.
//!
//! A file that somebody made shorter is another matter: to touch the missing part ends the process
//! by a signal (SIGBUS). Nobody can look before each touch; where it is seen in time, private
//! memory takes its place, and nothing is recorded any more.

use std::fs::{self, File};
use std::io;
use std::mem::offset_of;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::Ordering::{Acquire, Relaxed};
use std::sync::atomic::{AtomicU8, AtomicU32};

use super::Segment;
use super::fate::Fate;
use super::granules::GRANULE;
use super::map::Mapping;
use super::system::{self, Facts, Lock};
use crate::segment::layout::{COPIED_AT_END, COPIED_WHILE_RUNNING, Header, Identity, NodeRecord};
use crate::segment::system::write_all_at;
use crate::segment::{COPYING_EXTENSION, EXTENSION, MARK_EXTENSION, folder};
use crate::sync::lock_briefly;

/// Times that a segment is copied until no ring was folded meanwhile.
const MOST_COPIES: u32 = 4;

/// The copies of a segment, of which there is one at a time.
#[derive(Debug)]
pub(super) struct Copies {
    fate: AtomicU8,
    /// Path of the copy, and of the next one.
    path: PathBuf,
    new: PathBuf,
    /// The lock on the copy.
    lock: Mutex<Option<Lock>>,
    /// Mark from which figures count, if there is one: see [`super::mark`].
    mark: Mutex<Option<Mapping>>,
    /// Paths of the mark, beside the segment and beside the copy.
    mark_paths: [PathBuf; 2],
}

impl Copies {
    /// Makes the copies beside the segment at `path`.
    pub(super) fn beside(path: &Path) -> Self {
        let copy = name_after(path);
        Self {
            fate: AtomicU8::new(Fate::Kept as u8),
            new: copy.with_extension(COPYING_EXTENSION),
            mark_paths: [path, &copy].map(|path| path.with_extension(MARK_EXTENSION)),
            path: copy,
            lock: Mutex::default(),
            mark: Mutex::default(),
        }
    }

    /// Leaves the lock to the parent, in a fork's child. Where a thread of the parent was just
    /// taking it, it is held until this process ends, too.
    pub(super) fn let_go(&self) {
        if let Ok(held) = self.lock.try_lock() {
            held.iter().for_each(Lock::let_go);
        }
    }
}

/// The present sight of the file.
enum Seen {
    There,
    Moved,
    Removed,
    Shorter,
    /// Nobody can know, as where this process may not look into the folder any more.
    Unclear,
}

impl Segment {
    /// Returns the fate of the file at the last look.
    pub(crate) fn fate(&self) -> Fate {
        Fate::of_number(self.copies.fate.load(Relaxed))
    }

    /// Returns the path of the file, or of its copy.
    pub(crate) fn path(&self) -> &Path {
        if self.fate() == Fate::Copied { &self.copies.path } else { self.first_path() }
    }

    /// Looks after the file, and copies it where it was removed. With `is_last`, nothing will be
    /// recorded any more.
    ///
    /// Allocates nothing as long as all goes well.
    pub(crate) fn look_after(&self, is_last: bool) {
        if self.is_cut_off() || system::is_quiet() {
            return;
        }
        let fate = match self.see() {
            Seen::There => Fate::Kept,
            Seen::Moved => Fate::Elsewhere,
            Seen::Unclear => return,
            Seen::Removed => match self.copy(is_last) {
                Ok(()) => Fate::Copied,
                // Somebody else is at it, and will say.
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                Err(_) => Fate::Lost,
            },
            Seen::Shorter => {
                self.cut_off();
                Fate::Truncated
            }
        };
        self.copies.fate.store(fate as u8, Relaxed);
        match fate {
            Fate::Kept => self.renew_mark(&self.copies.mark_paths[0]),
            Fate::Copied => self.renew_mark(&self.copies.mark_paths[1]),
            Fate::Elsewhere | Fate::Lost | Fate::Truncated => {}
        }
    }

    /// Keeps the mark in `file` at hand, should somebody remove that.
    pub(super) fn keep_mark(&self, file: &File) {
        let (Some(mut held), Ok(mark)) =
            (lock_briefly(&self.copies.mark), Mapping::of_contents(file))
        else {
            return;
        };
        if let Some(earlier) = held.replace(mark) {
            // SAFETY: nobody but who holds the lock knows of it.
            unsafe { earlier.unmap() };
        }
    }

    /// Writes the mark anew, if somebody removed it: the figures before it would be counted.
    fn renew_mark(&self, path: &Path) {
        let Ok(held) = self.copies.mark.try_lock() else { return };
        let Some(mark) = *held else { return };
        if fs::symlink_metadata(path).is_ok() {
            return;
        }
        let new = &self.copies.new;
        let written = new_file(new).and_then(|file| mark.write_to(&file, 0));
        if written.and_then(|()| fs::rename(new, path)).is_err() {
            let _ = fs::remove_file(new);
        }
    }

    fn see(&self) -> Seen {
        // First, since a file is made longer before it is mapped further.
        let mapped = (self.pieces().count() * GRANULE) as u64;
        // The descriptor says what became of the file, where the program left it alone.
        let open = self.lock().facts();
        let named = system::facts_at(self.first_path());
        let is_there = |found: &&Facts| found.identity == self.identity();
        let named_so = named.as_ref().ok().filter(is_there);
        if open.as_ref().or(named_so).is_some_and(|found| found.bytes < mapped) {
            return Seen::Shorter;
        }
        if named_so.is_some() {
            return Seen::There;
        }
        let is_hidden = named.is_err_and(|error| {
            !matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
        });
        match open {
            Some(open) if open.names == 0 => Seen::Removed,
            Some(_) => match self.lock().with_name(|name| self.is_found_at(name)) {
                Some(true) => Seen::There,
                Some(false) => Seen::Moved,
                // As in a program that changed its root.
                None => Seen::Unclear,
            },
            None if is_hidden => Seen::Unclear,
            None => Seen::Removed,
        }
    }

    /// Returns whether whoever looks for segments finds this one under `name`.
    fn is_found_at(&self, name: &Path) -> bool {
        let is_segment = name.extension().is_some_and(|extension| extension == EXTENSION);
        is_segment && name.parent() == self.first_path().parent()
    }

    /// Copies the segment to the path of its copy.
    fn copy(&self, is_last: bool) -> io::Result<()> {
        let copies = &self.copies;
        let held = if is_last { lock_briefly(&copies.lock) } else { copies.lock.try_lock().ok() };
        let mut held = held.ok_or(io::ErrorKind::WouldBlock)?;
        copies.path.parent().map_or(Ok(()), make_folders)?;
        let file = new_file(&copies.new)?;
        let lock = Lock::take(&file, system::facts(&file)?.identity);
        let written = self
            .write_copy(&file, (is_last, lock.is_held()))
            .and_then(|()| fs::rename(&copies.new, &copies.path));
        let unused = match written {
            Ok(()) => held.replace(lock),
            Err(_) => Some(lock),
        };
        unused.iter().for_each(Lock::let_go);
        written.inspect_err(|_| {
            // The error that matters is the first one.
            let _ = fs::remove_file(&copies.new);
        })
    }

    /// Writes a copy, as of one moment if there is one in which no ring is folded.
    fn write_copy(&self, file: &File, (is_last, is_locked): (bool, bool)) -> io::Result<()> {
        for _ in 0..MOST_COPIES {
            let done = self.folds(|node| &node.folds_done);
            self.write_pieces(file)?;
            if self.folds(|node| &node.folds_begun) == done {
                break;
            }
        }
        let of_identity = |field: usize| (offset_of!(Header, identity) + field) as u64;
        let copied = if is_last { COPIED_AT_END } else { COPIED_WHILE_RUNNING };
        write_all_at(file, &copied.to_ne_bytes(), of_identity(offset_of!(Identity, copied)))?;
        let is_locked = u32::from(is_locked).to_ne_bytes();
        write_all_at(file, &is_locked, of_identity(offset_of!(Identity, is_locked)))
    }

    /// Writes all bytes in use, from the beginning on. Records linked meanwhile may lie behind
    /// these.
    fn write_pieces(&self, file: &File) -> io::Result<()> {
        for (piece, offset) in self.pieces().zip((0_u64..).step_by(GRANULE)) {
            let used = self.used();
            if offset >= used {
                break;
            }
            piece.write_to(file, offset)?;
        }
        Ok(())
    }

    /// Counts the folds that the nodes have done, or begun, altogether.
    fn folds(&self, count: impl Fn(&NodeRecord) -> &AtomicU32) -> u64 {
        let nodes = self.shards().flat_map(|shard| self.nodes(shard));
        nodes.fold(0, |sum, node| sum.wrapping_add(count(node).load(Acquire).into()))
    }
}

/// Makes a new file, in place of one that an earlier attempt left.
pub(super) fn new_file(path: &Path) -> io::Result<File> {
    let _ = fs::remove_file(path);
    system::new_file(path)
}

/// Returns the path of the copy: the name of a segment begun a nanosecond later.
fn name_after(path: &Path) -> PathBuf {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let later = stem.rsplit_once('-').and_then(|(pid, began)| {
        let began = u64::from_str_radix(began, 16).ok()?;
        Some(format!("{pid}-{:x}.{EXTENSION}", began.wrapping_add(1)))
    });
    path.with_file_name(later.unwrap_or_else(|| format!("{stem}-1.{EXTENSION}")))
}

/// Makes the folder once more, and the one above it, if somebody took them away.
fn make_folders(folder: &Path) -> io::Result<()> {
    let user = system::user_id();
    let prepare = |folder: &Path| {
        folder::prepare(folder, user).map_err(|error| io::Error::from_raw_os_error(error.errno()))
    };
    match (prepare(folder), folder.parent()) {
        (Err(error), Some(above)) if error.kind() == io::ErrorKind::NotFound => {
            prepare(above)?;
            prepare(folder)
        }
        (result, _) => result,
    }
}
