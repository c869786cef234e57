//! The facts in the header of this process's segment, and what the user wants of it. Reads the
//! environment; knows nothing of calls.

use std::ffi::OsString;
use std::num::NonZeroUsize;

use once_cell::race::OnceNonZeroUsize;

use super::system::{self, fault};
use super::text::beginning;
use crate::budget::DEFAULT_BUDGET_PPM;
use crate::segment::layout::{BYTE_ORDER, CLOCK_ABSENT, CLOCK_COUNTER, Header, MAGIC};
use crate::segment::life;
use crate::segment::limits::{parse_bytes, parse_share};

/// Largest segment where `PERF_TRACK_MEMORY` is not set.
const DEFAULT_MEMORY: u64 = 64 << 20;

/// Smallest segment that holds anything.
pub(super) const LEAST_MEMORY: u64 = 64 << 10;

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

/// Fills in the header, but for the clocks' first moment and the version.
pub(crate) fn write_facts(header: &mut Header, clock_is_counter: bool) {
    let of_system = if system::has_clock() { 0 } else { CLOCK_ABSENT };
    header.magic = MAGIC;
    header.byte_order = BYTE_ORDER;
    header.pid = system::pid();
    header.parent_pid = system::parent_pid();
    header.started_unix_ns = system::unix_ns();
    header.identity.namespace = life::namespace();
    header.identity.started = life::started();
    header.clock = if clock_is_counter { CLOCK_COUNTER } else { of_system };
    let program = system::program();
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

/// Returns whether `PERF_TRACK_RESERVE` asks for all of it at once, so that later the system is
/// asked for nothing but the indispensable.
pub(crate) fn is_reserved() -> bool {
    is_one_of("PERF_TRACK_RESERVE", ["on", "1", "true", "yes"])
}

/// Returns the bytes that a segment may grow to. A malformed value is reported by `perf-report
/// doctor`.
pub(super) fn memory_limit() -> u64 {
    given_memory().unwrap_or(DEFAULT_MEMORY).clamp(LEAST_MEMORY, MOST_MEMORY)
}

pub(super) fn given_memory() -> Option<u64> {
    let given = variable("PERF_TRACK_MEMORY").and_then(|value| value.into_string().ok());
    given.and_then(|text| parse_bytes(&text))
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
