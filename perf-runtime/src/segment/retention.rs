//! The limits on recordings that nobody collected: segments of processes that have ended, and
//! sessions whose `perf-report run` was killed. Pure; recorder and reports share it.
//!
//! These take at most a share of their file system, so that a small one is not filled, and the
//! oldest give way where a new segment would find no room.

use super::limits::{parse_bytes, parse_share};

/// Recordings that may stay where `PERF_TRACK_RETENTION_COUNT` is not set.
pub const USUAL_RECORDINGS: u64 = 1_000;

/// Share of the file system, in millionths, that they may have together where
/// `PERF_TRACK_RETENTION` is not set; never more than [`USUAL_BYTES`].
pub const USUAL_SHARE: u32 = 250_000;

/// The most bytes of that share: see [`USUAL_SHARE`].
pub const USUAL_BYTES: u64 = 256 << 20;

/// The times as many recordings that may stay while an agent reads them: see
/// [`Limits::while_read`].
const MORE_WHILE_READ: u64 = 4;

/// Share of the file system, in millionths, and bytes at most, that they may have then.
const READ_SHARE: u32 = 500_000;
const READ_BYTES: u64 = 1 << 30;

/// The limits on recordings that nobody collected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Number of recordings: segments, and sessions.
    pub recordings: u64,
    /// Their bytes together.
    pub bytes: Amount,
    /// True if somebody has set one of these.
    pub are_set: bool,
}

/// Bytes, or a share of a file system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Amount {
    /// A number of bytes.
    Bytes(u64),
    /// A share of the file system, in millionths.
    Share(u32),
    /// The usual amount: see [`USUAL_SHARE`].
    Usual,
    /// The usual amount while an agent reads: see [`Limits::while_read`].
    WhileRead,
}

/// The recordings that are there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Held {
    /// Number of recordings.
    pub recordings: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// A file system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Space {
    /// Bytes in all.
    pub total: u64,
    /// Bytes that this user may still use.
    pub free: u64,
    /// False where no other file can be made, as far as is known.
    pub takes_files: bool,
}

/// A reason why a recording has to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// There were too many.
    Count,
    /// They were too large together.
    Size,
    /// There was no room for a new one.
    Space,
}

impl Limits {
    /// Reads the values of `PERF_TRACK_RETENTION` and `PERF_TRACK_RETENTION_COUNT`. A malformed one
    /// counts as not set.
    ///
    /// ```
    /// use perf_runtime::segment::retention::{Amount, Limits};
    /// let limits = Limits::given(Some("10%"), Some("50"));
    /// assert_eq!((limits.bytes, limits.recordings), (Amount::Share(100_000), 50));
    /// assert_eq!(Limits::given(Some("1GiB"), None).bytes, Amount::Bytes(1 << 30));
    /// assert_eq!(Limits::given(Some("much"), None), Limits::given(None, None));
    /// ```
    pub fn given(bytes: Option<&str>, recordings: Option<&str>) -> Self {
        let bytes = bytes.and_then(parse_amount);
        let recordings = recordings.and_then(parse_count);
        Self {
            recordings: recordings.unwrap_or(USUAL_RECORDINGS),
            bytes: bytes.unwrap_or(Amount::Usual),
            are_set: bytes.is_some() || recordings.is_some(),
        }
    }

    /// Returns the bytes that may be held in a file system.
    pub fn bytes_in(&self, space: Space) -> u64 {
        match self.bytes {
            Amount::Bytes(bytes) => bytes,
            Amount::Share(share) => share_of(space.total, share),
            Amount::Usual => share_of(space.total, USUAL_SHARE).min(USUAL_BYTES),
            Amount::WhileRead => share_of(space.total, READ_SHARE).min(READ_BYTES),
        }
    }

    /// Returns why the oldest recording has to go, if it has to: `held` is too much, or a segment
    /// that needs `needed` bytes finds no room; `None` where it may stay. The newest stays, however
    /// large it is, where it is not in the way.
    ///
    /// ```
    /// use perf_runtime::segment::retention::{Amount, Held, Limits, Reason, Space};
    /// let limits = Limits { recordings: 10, bytes: Amount::Bytes(1_000), are_set: true };
    /// let space = Space { total: 1_000_000, free: 900_000, takes_files: true };
    /// assert_eq!(limits.exceeded(Held { recordings: 11, bytes: 500 }, space, 0), Some(Reason::Count));
    /// assert_eq!(limits.exceeded(Held { recordings: 2, bytes: 500 }, space, 0), None);
    /// ```
    pub fn exceeded(&self, held: Held, space: Space, needed: u64) -> Option<Reason> {
        let most_bytes = self.bytes_in(space);
        let is_last = held.recordings == 1 && self.recordings > 0 && most_bytes > 0;
        match () {
            () if held.recordings == 0 => None,
            () if space.free < needed || !space.takes_files => Some(Reason::Space),
            () if is_last => None,
            () if held.recordings > self.recordings => Some(Reason::Count),
            () if held.bytes > most_bytes => Some(Reason::Size),
            () => None,
        }
    }

    /// Returns the limits that hold while an agent reads what lies there: four times as many
    /// recordings, and half of the file system, 1 GiB at most, so that a burst of processes that end
    /// is read before it gives way. Limits that somebody has set stay as they are.
    ///
    /// ```
    /// use perf_runtime::segment::retention::{Amount, Limits};
    /// assert_eq!(Limits::given(None, None).while_read().bytes, Amount::WhileRead);
    /// assert_eq!(Limits::given(None, Some("50")).while_read().recordings, 50);
    /// ```
    #[must_use]
    pub fn while_read(&self) -> Self {
        if self.are_set {
            return *self;
        }
        let recordings = self.recordings.saturating_mul(MORE_WHILE_READ);
        Self { recordings, bytes: Amount::WhileRead, are_set: false }
    }

    /// Returns the limits that hold once one was exceeded: a sixteenth less, so that the next
    /// recording does not exceed it again.
    #[must_use]
    pub fn lowered(&self, space: Space) -> Self {
        let lower = |limit: u64| limit - limit / 16;
        let bytes = Amount::Bytes(lower(self.bytes_in(space)));
        Self { recordings: lower(self.recordings), bytes, ..*self }
    }
}

/// Reads a value of `PERF_TRACK_RETENTION`: a share of the file system with `%`, or bytes.
pub fn parse_amount(text: &str) -> Option<Amount> {
    if text.trim().ends_with('%') {
        parse_share(text).map(Amount::Share)
    } else {
        parse_bytes(text).map(Amount::Bytes)
    }
}

/// Reads a value of `PERF_TRACK_RETENTION_COUNT`.
pub fn parse_count(text: &str) -> Option<u64> {
    text.trim().parse().ok()
}

fn share_of(bytes: u64, millionths: u32) -> u64 {
    let part = u128::from(bytes) * u128::from(millionths) / 1_000_000;
    u64::try_from(part).unwrap_or(u64::MAX)
}

impl Reason {
    const ALL: [(Self, &'static str); 3] =
        [(Self::Count, "count"), (Self::Size, "size"), (Self::Space, "space")];

    /// Returns its name in documents: `count`, `size` or `space`.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(reason, _)| *reason == self).map_or("", |(_, name)| name)
    }

    /// Returns the reason with this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == name).map(|&(reason, _)| reason)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1 << 20;
    /// The file system of a container.
    const SMALL: Space = Space { total: 64 * MIB, free: 60 * MIB, takes_files: true };

    fn exceeded(limits: &Limits, recordings: u64, bytes: u64, space: Space) -> Option<Reason> {
        limits.exceeded(Held { recordings, bytes }, space, 8 * MIB)
    }

    #[test]
    fn a_small_file_system_keeps_a_quarter_and_a_large_one_256_mib() {
        let usual = Limits::given(None, None);
        assert_eq!(exceeded(&usual, 2, 16 * MIB, SMALL), None);
        assert_eq!(exceeded(&usual, 2, 17 * MIB, SMALL), Some(Reason::Size));
        let large = Space { total: 1 << 40, free: 1 << 39, takes_files: true };
        assert_eq!(exceeded(&usual, 2, 256 * MIB, large), None);
        assert_eq!(exceeded(&usual, 2, 257 * MIB, large), Some(Reason::Size));
        assert_eq!(exceeded(&usual, 1_001, MIB, large), Some(Reason::Count));
    }

    #[test]
    fn the_newest_stays_unless_it_is_in_the_way_or_none_is_to_stay() {
        let usual = Limits::given(None, None);
        assert_eq!(exceeded(&usual, 1, 40 * MIB, SMALL), None);
        let full = Space { free: 7 * MIB, ..SMALL };
        assert_eq!(exceeded(&usual, 1, MIB, full), Some(Reason::Space));
        assert_eq!(exceeded(&usual, 0, 0, full), None, "there is nothing that could go");
        let without_files = Space { takes_files: false, ..SMALL };
        assert_eq!(exceeded(&usual, 1, MIB, without_files), Some(Reason::Space));
        let none = Limits::given(None, Some("0"));
        assert_eq!(exceeded(&none, 1, MIB, SMALL), Some(Reason::Count));
        let nothing = Limits::given(Some("0"), None);
        assert_eq!(exceeded(&nothing, 1, MIB, SMALL), Some(Reason::Size));
    }

    #[test]
    fn once_it_is_too_much_a_little_more_goes() {
        let lowered = Limits::given(None, None).lowered(SMALL);
        assert_eq!((lowered.recordings, lowered.bytes), (938, Amount::Bytes(15 * MIB)));
        assert_eq!(Limits::given(None, Some("5")).lowered(SMALL).recordings, 5);
    }

    #[test]
    fn while_an_agent_reads_more_may_stay_and_still_not_all() {
        let read = Limits::given(None, None).while_read();
        assert_eq!(exceeded(&read, 2, 32 * MIB, SMALL), None);
        assert_eq!(exceeded(&read, 2, 33 * MIB, SMALL), Some(Reason::Size));
        let large = Space { total: 1 << 40, free: 1 << 39, takes_files: true };
        assert_eq!(exceeded(&read, 4_000, 1_024 * MIB, large), None);
        assert_eq!(exceeded(&read, 4_001, MIB, large), Some(Reason::Count));
        assert_eq!(exceeded(&read, 2, 1_025 * MIB, large), Some(Reason::Size));
    }

    #[test]
    fn limits_are_read_as_people_write_them() {
        let given = |bytes| Limits::given(Some(bytes), None);
        assert_eq!(given("12.5 %").bytes_in(SMALL), 8 * MIB);
        assert_eq!(given("4 MiB").bytes_in(SMALL), 4 * MIB);
        assert!(given("4 MiB").are_set && Limits::given(None, Some("7")).are_set);
        for malformed in ["a lot", "101%", "", "-1"] {
            assert_eq!(given(malformed), Limits::given(None, None), "{malformed}");
            assert_eq!(Limits::given(None, Some(malformed)), Limits::given(None, None));
        }
    }

    #[test]
    fn reasons_have_names() {
        for (reason, name) in Reason::ALL {
            assert_eq!((reason.name(), Reason::named(name)), (name, Some(reason)));
        }
        assert_eq!(Reason::named("other"), None);
    }
}
