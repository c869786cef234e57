//! The place of this process's segment, and the note that is left when it cannot be made. Its
//! stand-in, where segments are in memory alone, is `place_memory`.

use std::io;
use std::path::{Path, PathBuf};

use super::retention::Room;
use super::session::{LEAST_MEMORY, given_memory, is_reserved, memory_limit, variable};
use super::system::{self, fault};
use super::{Made, Segment};
use crate::segment::folder::{self, FolderError};
use crate::segment::retention::Limits;
use crate::segment::{EXTENSION, UNRECORDED_PREFIX};

/// Makes the segment of this process in the session's folder, or, where the system does not let it,
/// in the one that takes its place. When that fails too, it returns the error number. It then
/// leaves an empty file in the former folder, with the number in its name, if even that can be
/// made.
///
/// In a folder that is not ours alone nothing is left at all: it may be a link to anywhere.
pub(crate) fn create_segment() -> Result<Made, i32> {
    let stem = format!("{}-{:x}", system::pid(), system::unix_ns());
    let (folder, is_named) = session_folder();
    let failure = match create_in(&folder, &stem, is_named) {
        Ok(segment) => return Ok(Made { segment, fallback: why_not_in_memory(&folder) }),
        Err(failure) => failure,
    };
    // A session whose folder somebody has put something else in the place of is nobody's any more.
    if !(is_named && failure.is_refused) {
        for other in folder::alternatives(&folder, system::user_id()) {
            let is_ready = !is_named || other.parent().is_some_and(|base| prepare(base).is_ok());
            if !is_ready {
                continue;
            }
            if let Ok(segment) = create_in(&other, &stem, is_named) {
                return Ok(Made { segment, fallback: Some(failure.number) });
            }
        }
    }
    if failure.is_prepared {
        let number = failure.number;
        leave_note(&file_path(&folder, &stem, &format!("{UNRECORDED_PREFIX}{number}")));
    }
    Err(failure.number)
}

/// Returns an error number if a folder that nobody named, or a session in it, is not in shared
/// memory, on a system that has one: the reason for that.
fn why_not_in_memory(folder: &Path) -> Option<i32> {
    let base = if folder::is_session(folder) { folder.parent()? } else { folder };
    let places = folder::places(system::user_id());
    let best = places.first()?;
    let is_elsewhere = places.iter().any(|place| place == base) && best != base;
    (cfg!(target_os = "linux") && is_elsewhere).then(|| match prepare(best) {
        Err(error) => error.errno(),
        Ok(()) => system::refusal(best).unwrap_or(fault::NO_SPACE),
    })
}

/// The failure to make a segment in a folder.
struct Failure {
    number: i32,
    /// True if there is a folder, or something in its place, that is not to be used.
    is_refused: bool,
    /// True if the folder is ours.
    is_prepared: bool,
}

fn create_in(folder: &Path, stem: &str, is_named: bool) -> Result<Segment, Failure> {
    prepare(folder).map_err(|error| Failure {
        number: error.errno(),
        is_refused: error.is_refused(),
        is_prepared: false,
    })?;
    let of_system = |error: io::Error| Failure {
        number: error.raw_os_error().unwrap_or(fault::DAMAGED),
        is_refused: false,
        is_prepared: true,
    };
    let room = room(folder, is_named);
    let limit = memory_limit_in(folder);
    let whole = is_reserved();
    if let Some(room) = &room {
        room.make(needed(folder, limit, whole), false);
    }
    let path = file_path(folder, stem, EXTENSION);
    Segment::create(&path, limit, whole, room).map_err(of_system)
}

/// Returns the bytes that should be free when a segment begins: an eighth of the file system, if
/// that is less than it may grow to, so that it is not in want soon.
fn needed(folder: &Path, limit: u64, whole: bool) -> u64 {
    let eighth = system::space(folder).map_or(0, |space| space.total / 8);
    if whole { limit } else { limit.min(eighth) }
}

/// Returns the room for a segment in `folder`, if anything gives way there.
fn room(folder: &Path, is_named: bool) -> Option<Room> {
    let text = |name| variable(name).and_then(|value| value.into_string().ok());
    let [bytes, count] = ["PERF_TRACK_RETENTION", "PERF_TRACK_RETENTION_COUNT"].map(text);
    let limits = Limits::given(bytes.as_deref(), count.as_deref());
    let base = if folder::is_session(folder) { folder.parent()? } else { folder };
    let is_place = !is_named || folder::places(system::user_id()).iter().any(|place| place == base);
    let has_segments = is_place || limits.are_set;
    (has_segments || base != folder).then(|| Room { base: base.to_owned(), limits, has_segments })
}

/// Returns the folder, and whether somebody named it.
fn session_folder() -> (PathBuf, bool) {
    match variable("PERF_TRACK_DIR").filter(|folder| !folder.is_empty()) {
        Some(folder) => (folder.into(), true),
        None => (folder::default_path(system::user_id()), false),
    }
}

fn prepare(folder: &Path) -> Result<(), FolderError> {
    folder::prepare(folder, system::user_id())
}

fn file_path(folder: &Path, stem: &str, extension: &str) -> PathBuf {
    folder.join(format!("{stem}.{extension}"))
}

/// Leaves an empty file, which may be possible where reserving space was not. If it is not either,
/// the reports have to find out for themselves.
fn leave_note(path: &Path) {
    let _ = std::fs::OpenOptions::new().write(true).create_new(true).open(path);
}

/// Returns the same for a segment in `folder`: without a value, no more than a quarter of a small
/// file system, which the program and others may need as well.
fn memory_limit_in(folder: &Path) -> u64 {
    let quarter = || system::space(folder).map_or(u64::MAX, |space| space.total / 4);
    match given_memory() {
        Some(_) => memory_limit(),
        None => memory_limit().min(quarter()).max(LEAST_MEMORY),
    }
}
