//! The place of this process's segment, the facts in its header, and the note that is left when it
//! cannot be made. Reads the environment; knows nothing of calls.

use std::ffi::OsString;
use std::io;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use once_cell::race::OnceNonZeroUsize;

use super::Segment;
use super::retention::Room;
use super::system::{self, fault};
use super::text::beginning;
use crate::budget::DEFAULT_BUDGET_PPM;
use crate::segment::folder::{self, FolderError};
use crate::segment::layout::{BYTE_ORDER, CLOCK_COUNTER, Header, MAGIC};
use crate::segment::limits::{parse_bytes, parse_share};
use crate::segment::retention::Limits;
use crate::segment::{EXTENSION, UNRECORDED_PREFIX, life};

/// Largest segment where `PERF_TRACK_MEMORY` is not set.
const DEFAULT_MEMORY: u64 = 64 << 20;

/// Smallest segment that holds anything.
const LEAST_MEMORY: u64 = 64 << 10;

/// Largest segment, whatever is in `PERF_TRACK_MEMORY`: the table of its pieces, which is made at
/// the start, takes 1 MiB then.
const MOST_MEMORY: u64 = 4 << 30;

/// More than the bytes allocated until a process records, mostly names of files, and the first list
/// of sites.
const START_BYTES: usize = 256 << 10;

/// Returns whether there is memory for a start.
pub(crate) fn has_memory() -> bool {
    has_memory_for(START_BYTES)
}

/// Returns whether `bytes` bytes can be allocated, in several pieces. The standard library ends a
/// process that asks for a name's few bytes in vain, and here that process is somebody else's.
pub(crate) fn has_memory_for(bytes: usize) -> bool {
    let mut room: Vec<u8> = Vec::new();
    let is_there = room.try_reserve_exact(bytes).is_ok();
    // Memory that nobody looks at is not asked for.
    std::hint::black_box(&mut room);
    is_there
}

/// Reads a variable of the environment. Nothing where the process acts for another user than the
/// one who made its environment.
pub(crate) fn variable(name: &str) -> Option<OsString> {
    heeded(system::acts_for_another(), || std::env::var_os(name))
}

fn heeded(acts_for_another: bool, variable: impl FnOnce() -> Option<OsString>) -> Option<OsString> {
    if acts_for_another { None } else { variable() }
}

/// Returns the error number that explains why this process must not record, if that is so.
///
/// In a program with rights that its user lacks, no place is safe: the user's own folder can be
/// turned into a link to anywhere while a file is made in it, and that of the program's owner would
/// be filled by whoever runs it. So nothing is recorded there.
pub(crate) fn prohibition() -> Option<i32> {
    prohibited(system::acts_for_another())
}

fn prohibited(acts_for_another: bool) -> Option<i32> {
    acts_for_another.then_some(fault::NOT_PERMITTED)
}

/// Returns whether `PERF_TRACK` switches recording off.
pub(crate) fn is_switched_off() -> bool {
    is_one_of("PERF_TRACK", ["off", "0", "false", "no"])
}

fn is_one_of(name: &str, words: [&str; 4]) -> bool {
    variable(name).is_some_and(|value| words.iter().any(|word| value.eq_ignore_ascii_case(word)))
}

/// The segment that was made.
#[derive(Debug)]
pub(crate) struct Made {
    pub(crate) segment: Segment,
    /// Error number that explains why it does not lie in its usual place, if that is so.
    pub(crate) fallback: Option<i32>,
}

/// Makes the segment of this process in the session's folder, or, where the system does not let it,
/// in the one that takes its place. When that fails too, it returns the error number. It then
/// leaves an empty file in the former folder, with the number in its name, if even that can be
/// made.
///
/// In a folder that is not ours alone nothing is left at all: it may be a link to anywhere.
pub(crate) fn create_segment() -> Result<Made, i32> {
    let stem = format!("{}-{:x}", std::process::id(), system::unix_ns());
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

/// Fills in the header, but for the clocks' first moment and the version.
pub(crate) fn write_facts(header: &mut Header, clock_is_counter: bool) {
    header.magic = MAGIC;
    header.byte_order = BYTE_ORDER;
    header.pid = std::process::id();
    header.parent_pid = system::parent_pid();
    header.started_unix_ns = system::unix_ns();
    header.identity.namespace = life::namespace();
    header.identity.started = life::started();
    header.clock = if clock_is_counter { CLOCK_COUNTER } else { 0 };
    let program = std::env::current_exe().unwrap_or_default();
    let program = program.to_string_lossy();
    let texts = [
        program.as_ref(),
        env!("PERF_TRACK_RUSTC"),
        env!("PERF_TRACK_TARGET"),
        env!("PERF_TRACK_PROFILE"),
        env!("PERF_TRACK_OPT_LEVEL"),
        env!("CARGO_PKG_VERSION"),
    ];
    let mut used = 0;
    for text in texts {
        used += put_text(&mut header.text[used..], text);
    }
    header.text_bytes = u32::try_from(used).unwrap_or(0);
}

/// Writes `text` and a zero byte, and returns the bytes written; a text that is too long is cut.
fn put_text(place: &mut [u8], text: &str) -> usize {
    /// Bytes that no single text may exceed.
    const LONGEST: usize = 2048;
    let room = place.len().saturating_sub(1).min(LONGEST);
    let text = beginning(text, room).as_bytes();
    let Some(place) = place.get_mut(..=text.len()) else { return 0 };
    place[..text.len()].copy_from_slice(text);
    place[text.len()] = 0;
    text.len() + 1
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

/// Returns whether `PERF_TRACK_RESERVE` asks for all of it at once, so that later the system is
/// asked for nothing but the indispensable.
pub(crate) fn is_reserved() -> bool {
    is_one_of("PERF_TRACK_RESERVE", ["on", "1", "true", "yes"])
}

/// Returns the bytes that a segment may grow to. A malformed value is reported by `perf-report
/// doctor`.
fn memory_limit() -> u64 {
    given_memory().unwrap_or(DEFAULT_MEMORY).clamp(LEAST_MEMORY, MOST_MEMORY)
}

fn given_memory() -> Option<u64> {
    let given = variable("PERF_TRACK_MEMORY").and_then(|value| value.into_string().ok());
    given.and_then(|text| parse_bytes(&text))
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

/// Returns the bytes that names made at run time may take, in private memory: a quarter of the
/// segment's limit, but room for a thousand or two.
pub(crate) fn memory_for_names() -> u64 {
    const LEAST: u64 = 2 << 20;
    static BYTES: OnceNonZeroUsize = OnceNonZeroUsize::new();
    let bytes = || {
        let quarter = usize::try_from((memory_limit() / 4).max(LEAST)).unwrap_or(usize::MAX);
        NonZeroUsize::new(quarter).unwrap_or(NonZeroUsize::MIN)
    };
    BYTES.get_or_init(bytes).get() as u64
}

/// Returns the share of a thread's time that recording may take, in millionths. A malformed value
/// is reported by `perf-report doctor`.
pub(crate) fn overhead_budget() -> u32 {
    let given = variable("PERF_TRACK_OVERHEAD").and_then(|value| value.into_string().ok());
    given.and_then(|text| parse_share(&text)).unwrap_or(DEFAULT_BUDGET_PPM)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_acts_for_another_heeds_no_variable_and_records_nothing() {
        let given = || Some(OsString::from("given"));
        assert_eq!((heeded(true, given), prohibited(true)), (None, Some(fault::NOT_PERMITTED)));
        assert_eq!((heeded(false, given), prohibited(false)), (given(), None));
    }

    #[test]
    fn a_text_that_is_too_long_is_cut_between_characters() {
        let mut place = [1; 8];
        assert_eq!(put_text(&mut place, "äöüäöü"), 7);
        assert_eq!(&place[..7], "äöü\0".as_bytes());
        assert_eq!(put_text(&mut [], "a"), 0);
    }
}
