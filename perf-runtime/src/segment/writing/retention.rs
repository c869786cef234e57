//! The way to make room among the segments: those of ended processes that nobody collected give
//! way, and so do sessions whose `perf-report run` was killed, the oldest first. Whatever goes is
//! counted: see [`crate::segment::discarded`].
//!
//! Nobody removes a file that may still be written to. Nothing here allocates, since it is also
//! asked for when a call finds no room for its segment, and that call may be anywhere in its
//! program.

use std::ffi::CStr;
use std::fs::File;
use std::io::ErrorKind;
use std::path::PathBuf;

use super::system::{self, Folder};
use crate::segment::discarded::Ledger;
use crate::segment::life::{self, Life};
use crate::segment::locks;
use crate::segment::reader::Outline;
use crate::segment::retention::{Held, Limits, Reason};

/// The recordings that give way, and their place.
#[derive(Debug)]
pub(crate) struct Room {
    /// Folder of the sessions, and of segments of processes that are in none.
    pub(super) base: PathBuf,
    /// Limits on the recordings there.
    pub(super) limits: Limits,
    /// True if segments in no session give way: not where the user has put them, unless the user
    /// has also set limits.
    pub(super) has_segments: bool,
}

/// Recordings that are found in one go, the oldest of all.
const BATCH: usize = 32;

/// Times that a folder is gone through, in each of which a batch gives way.
const MOST_BATCHES: u32 = 64;

/// The seconds without change after which a session without a lock counts as ended: its `run` was
/// killed before it took the lock, or is of a version that took none.
const QUIET_SECONDS: i64 = 24 * 60 * 60;

/// Longest name of a file of interest.
const NAME_BYTES: usize = 64;

impl Room {
    /// Has the oldest recordings give way, until the others are within the limits and `needed`
    /// bytes are free; one at least, if the system has `refused` to give more. Returns whether it
    /// is worth another attempt.
    pub(crate) fn make(&self, needed: u64, refused: bool) -> bool {
        if system::is_quiet() {
            return false;
        }
        let Some(folder) = Folder::open(&self.base) else { return false };
        let usual = if is_read(&folder) { self.limits.while_read() } else { self.limits };
        // Unless it is there already, the new one will be one more.
        let coming = u64::from(!refused);
        let recordings = usual.recordings.saturating_sub(coming);
        let limits = Limits { recordings, ..usual };
        // At most as much as there is, whoever still writes to it.
        let all = self.all_in(&folder, &limits);
        if !refused && exceeded(&limits, &folder, all, needed).is_none() {
            return false;
        }
        let ledger = match folder.made_file(LEDGER).map(Ledger::lock) {
            Some(Ok(ledger)) => Some(ledger),
            // Somebody else is at it.
            Some(Err(error)) if error.kind() == ErrorKind::WouldBlock => return refused,
            // There may be no room for it, until something has given way.
            _ => None,
        };
        let discarding = Discarding { folder: &folder, ledger };
        self.discard(discarding, (limits, needed), refused)
    }

    fn discard(
        &self,
        mut discarding: Discarding<'_>,
        (whole, needed): (Limits, u64),
        refused: bool,
    ) -> bool {
        let folder = discarding.folder;
        let (mut limits, mut any) = (whole, false);
        let mut left = u64::MAX;
        for _ in 0..MOST_BATCHES {
            let Some(oldest) = self.oldest_in(folder) else { return any };
            let mut held = oldest.held;
            if held.recordings >= left {
                return any;
            }
            left = held.recordings;
            for recording in oldest.first.iter().flatten() {
                let forced = (refused && !any).then_some(Reason::Space);
                let Some(reason) = exceeded(&limits, folder, held, needed).or(forced) else {
                    return any;
                };
                limits = folder.space().map_or(limits, |space| whole.lowered(space));
                let Some(is_gone) = discarding.discard(recording, reason) else { continue };
                any |= is_gone;
                held.recordings = held.recordings.saturating_sub(1);
                held.bytes = held.bytes.saturating_sub(recording.bytes);
            }
        }
        any
    }

    /// Counts the recordings in a folder, those of processes that live included. Their bytes are
    /// counted only where `limits` may be exceeded: not where everything in the file system is
    /// less.
    fn all_in(&self, folder: &Folder, limits: &Limits) -> Held {
        let is_much = folder
            .space()
            .is_none_or(|space| space.total.saturating_sub(space.free) > limits.bytes_in(space));
        let mut held = Held::default();
        folder.each(|name| {
            if self.has_segments && is_segment(name) {
                held.add(if is_much { folder.bytes_of(name) } else { 0 });
            } else if is_session(name) {
                let session = if is_much { folder.own_folder(name) } else { None };
                held.add(session.map_or(0, |session| bytes_in(&session)));
            }
        });
        held
    }

    /// Finds the recordings of ended processes, and the oldest of them.
    fn oldest_in(&self, folder: &Folder) -> Option<Oldest> {
        let mut oldest = Oldest { held: Held::default(), first: [None; BATCH] };
        folder.each(|name| {
            let found = if self.has_segments && is_segment(name) {
                folder.file(name).and_then(|file| Recording::of_segment(name, &file))
            } else if is_session(name) {
                folder.own_folder(name).and_then(|session| Recording::of_session(name, &session))
            } else {
                None
            };
            if let Some(found) = found {
                oldest.held.add(found.bytes);
                oldest.insert(found);
            }
        });
        (oldest.held.recordings > 0).then_some(oldest)
    }
}

/// Returns whether an agent reads what lies in the folder: it holds a lock there.
fn is_read(folder: &Folder) -> bool {
    folder.file(AGENT_LOCK).is_some_and(|lock| is_taken(&lock))
}

/// Returns whether somebody has the lock on `file` to himself, or it cannot be locked.
fn is_taken(file: &File) -> bool {
    let is_free = crate::segment::system::try_lock(file, false).is_ok();
    locks::release(file);
    !is_free
}

fn exceeded(limits: &Limits, folder: &Folder, held: Held, needed: u64) -> Option<Reason> {
    limits.exceeded(held, folder.space()?, needed)
}

impl Held {
    fn add(&mut self, bytes: u64) {
        self.recordings += 1;
        self.bytes = self.bytes.saturating_add(bytes);
    }
}

/// The recordings in a folder that may give way.
struct Oldest {
    held: Held,
    first: [Option<Recording>; BATCH],
}

impl Oldest {
    /// Inserts `found` in its place, if it is among the oldest.
    fn insert(&mut self, found: Recording) {
        let mut next = Some(found);
        for place in &mut self.first {
            let is_older = match (&next, &*place) {
                (Some(new), Some(known)) => new.changed < known.changed,
                _ => true,
            };
            if !is_older {
                continue;
            }
            std::mem::swap(place, &mut next);
            if next.is_none() {
                return;
            }
        }
    }
}

/// A segment of a process that has ended, or a session in which all have.
#[derive(Clone, Copy)]
struct Recording {
    name: [u8; NAME_BYTES],
    is_session: bool,
    /// Time of the last write, in seconds and nanoseconds.
    changed: (i64, i64),
    bytes: u64,
}

impl Recording {
    fn of_segment(name: &CStr, file: &File) -> Option<Self> {
        let facts = system::facts(file).ok()?;
        // An empty one may be locked by a process of another namespace in a moment.
        let is_dead = facts.bytes > 0 && has_ended(name, file);
        let name = is_dead.then(|| held_name(name))??;
        Some(Self { name, is_session: false, changed: facts.changed, bytes: facts.bytes_taken })
    }

    fn of_session(name: &CStr, session: &Folder) -> Option<Self> {
        let changed = is_over(session)?;
        let name = held_name(name)?;
        Some(Self { name, is_session: true, changed, bytes: bytes_in(session) })
    }

    fn name(&self) -> &CStr {
        CStr::from_bytes_until_nul(&self.name).unwrap_or_default()
    }
}

/// Returns whether the process of a segment has ended, as far as can be known.
fn has_ended(name: &CStr, file: &File) -> bool {
    let pid = name.to_str().ok().and_then(life::pid_in);
    life::life_of(file, pid, system::is_locked(file)) == Life::Ended
}

/// Returns the time of a session's last write, if it is over: its `run` has ended, and all
/// processes that record there.
fn is_over(session: &Folder) -> Option<(i64, i64)> {
    let is_without_run = if let Some(lock) = session.file(LOCK) {
        !is_taken(&lock)
    } else {
        let now = system::unix_ns() / 1_000_000_000;
        let now = i64::try_from(now).unwrap_or(0);
        session.changed() < now.saturating_sub(QUIET_SECONDS)
    };
    is_without_run.then_some(())?;
    let (mut is_over, mut changed) = (true, (session.changed(), 0));
    session.each(|name| {
        let is_asked = is_over && is_segment(name);
        if let Some(file) = is_asked.then(|| session.file(name)).flatten() {
            changed = changed.max(system::facts(&file).map_or((0, 0), |it| it.changed));
            is_over = has_ended(name, &file);
        }
    });
    is_over.then_some(changed)
}

const LOCK: &CStr = c"alive";
const LEDGER: &CStr = c"discarded";
/// [`crate::segment::folder::AGENT_LOCK`]
const AGENT_LOCK: &CStr = c"agent";

/// The removal of recordings from a folder, with its file of counts.
struct Discarding<'a> {
    folder: &'a Folder,
    ledger: Option<Ledger>,
}

impl Discarding<'_> {
    /// Removes a recording, and counts it. Returns whether it was there; `None` if it must stay.
    fn discard(&mut self, recording: &Recording, reason: Reason) -> Option<bool> {
        let name = recording.name();
        if !recording.is_session {
            let Some(file) = self.folder.file(name) else { return Some(false) };
            let is_dead = has_ended(name, &file);
            drop(file);
            let folder = self.folder;
            return is_dead.then(|| self.discard_segment(folder, name, reason));
        }
        let Some(session) = self.folder.own_folder(name) else { return Some(false) };
        is_over(&session)?;
        for _ in 0..2 {
            // What is removed may shift what follows, so that it is gone through again.
            session.each(|inside| {
                if is_segment(inside) {
                    self.discard_segment(&session, inside, reason);
                } else if !inside.to_bytes().starts_with(b".") {
                    session.remove(inside);
                }
            });
        }
        Some(self.folder.remove_folder(name))
    }

    /// Removes a segment. It is counted first: if the process ends in between, the count is too
    /// high rather than too low. If the file system is too full for that, it is counted after its
    /// removal.
    fn discard_segment(&mut self, folder: &Folder, name: &CStr, reason: Reason) -> bool {
        let Some(file) = folder.file(name) else { return false };
        let outline = Outline::of(&file);
        // While it is open, its space is not free.
        drop(file);
        // What was recorded before a reset does not count.
        let before = mark_of(name).and_then(|mark| folder.file(mark.name()));
        let before = before.map_or(0, |file| Outline::of(&file).calls);
        let calls = outline.calls.saturating_sub(before);
        let is_counted = self.count(outline.program(), reason, calls);
        let is_gone = folder.remove(name);
        if let Some(mark) = mark_of(name) {
            folder.remove(mark.name());
        }
        if is_gone && !is_counted {
            self.count(outline.program(), reason, calls);
        }
        is_gone
    }

    fn count(&mut self, program: &[u8], reason: Reason, calls: u64) -> bool {
        if self.ledger.is_none() {
            self.ledger = self.folder.made_file(LEDGER).and_then(|file| Ledger::lock(file).ok());
        }
        let ledger = self.ledger.as_ref();
        ledger.is_some_and(|ledger| ledger.add(program, reason, (1, calls)).is_ok())
    }
}

/// Returns the name of the mark beside the segment `name`, from which its figures count.
fn mark_of(name: &CStr) -> Option<Recording> {
    let stem = name.to_bytes().strip_suffix(SEGMENT_END)?;
    let mut mark = [0; NAME_BYTES];
    let end = [stem.len(), stem.len() + MARK_END.len()];
    mark.get_mut(..end[0])?.copy_from_slice(stem);
    mark.get_mut(end[0]..end[1])?.copy_from_slice(MARK_END);
    (end[1] < NAME_BYTES).then_some(Recording {
        name: mark,
        is_session: false,
        changed: (0, 0),
        bytes: 0,
    })
}

const SEGMENT_END: &[u8] = b".ptseg";
const MARK_END: &[u8] = b".before";

fn held_name(name: &CStr) -> Option<[u8; NAME_BYTES]> {
    let mut held = [0; NAME_BYTES];
    let bytes = name.to_bytes_with_nul();
    held.get_mut(..bytes.len())?.copy_from_slice(bytes);
    Some(held)
}

fn is_segment(name: &CStr) -> bool {
    name.to_bytes().ends_with(SEGMENT_END)
}

fn is_session(name: &CStr) -> bool {
    name.to_bytes().starts_with(crate::segment::folder::SESSION_PREFIX.as_bytes())
}

fn bytes_in(session: &Folder) -> u64 {
    let mut bytes = 0_u64;
    session.each(|name| {
        if !name.to_bytes().starts_with(b".") {
            bytes = bytes.saturating_add(session.bytes_of(name));
        }
    });
    bytes
}

#[cfg(test)]
mod tests;
