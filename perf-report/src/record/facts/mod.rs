//! The facts of a run apart from its recording: its time, its commit, its machine.
//!
//! Reads the clock, git and the system; decides nothing.

pub(crate) mod ci;
mod git;
mod machine;
mod probe;

pub(crate) use crate::model::fnv1a;
pub(crate) use git::{
    VARIABLES as GIT_VARIABLES, ancestors as git_ancestors, command as git_command,
    commit as git_commit, git, of_its_folder, refusal as git_refusal,
};
pub(crate) use machine::{host, machine};
pub(crate) use probe::Prober;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// A fresh id and its time: sortable by time, unlike any other run's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Identity {
    /// The id: the second in UTC and 64 random bits, `20261120T234552-1a2b3c4d5e6f7081`. Thousands of machines
    /// may start a run in one second and store it in one place. Ids of before have 24 bits, and are as good.
    pub id: String,
    /// The time: RFC 3339 in UTC, to the millisecond.
    pub time: String,
}

impl Identity {
    /// Returns the identity of a run that begins now.
    pub(crate) fn now() -> Self {
        Self::at(Timestamp::now(), random())
    }

    /// Returns the identity of a run that somebody else made at `time`: the same for the same `content`, by
    /// its hash, so that it is stored once.
    pub(crate) fn of_content(time: Timestamp, content: &[u8]) -> Self {
        let utc = time.to_zoned(TimeZone::UTC);
        let hash = fnv1a(content);
        let id =
            format!("{}-{:010x}", utc.strftime("%Y%m%dT%H%M%S"), (hash >> 24) ^ (hash & 0xff_ffff));
        Self { id, time: rfc_3339(time) }
    }

    fn at(time: Timestamp, random: u64) -> Self {
        let utc = time.to_zoned(TimeZone::UTC);
        let id = format!("{}-{random:016x}", utc.strftime("%Y%m%dT%H%M%S"));
        Self { id, time: rfc_3339(time) }
    }
}

/// Returns this moment.
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}

/// Returns the day in UTC, so everybody agrees on the day on which something expires.
pub(crate) fn today() -> Date {
    Timestamp::now().to_zoned(TimeZone::UTC).date()
}

/// Writes a moment in nanoseconds since 1970 in RFC 3339, in UTC, to the millisecond. A moment
/// beyond the calendar becomes its last one.
pub(crate) fn time(unix_ns: u64) -> String {
    rfc_3339(Timestamp::from_nanosecond(unix_ns.into()).unwrap_or(Timestamp::MAX))
}

/// Writes a moment in RFC 3339, in UTC, to the millisecond, so that texts of moments are in their order.
pub(crate) fn rfc_3339(time: Timestamp) -> String {
    time.to_zoned(TimeZone::UTC).strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

/// Returns a number that nobody foresees: two runs that begin in the same second must not share an
/// id. The keys of a hash map are the standard library's source of randomness.
pub(crate) fn random() -> u64 {
    use std::hash::{BuildHasher as _, RandomState};
    RandomState::new().hash_one(std::process::id())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_by_time() {
        let identity = Identity::at(Timestamp::new(1_795_000_000, 120_000_000).unwrap(), 0x1_00ab);
        assert_eq!(identity.id, "20261118T110640-00000000000100ab");
        assert_eq!(identity.time, "2026-11-18T11:06:40.120Z");
        // Older ids, of the second before and after.
        assert!("20261118T110639-ffffff" < identity.id.as_str());
        assert!("20261118T110641-000000" > identity.id.as_str());
    }

    #[test]
    fn ids_of_one_second_are_not_alike() {
        let time = Timestamp::new(1_795_000_000, 0).unwrap();
        let ids: std::collections::BTreeSet<String> =
            (0..10_000).map(|_| Identity::at(time, random()).id).collect();
        assert_eq!(ids.len(), 10_000, "with 24 bits some 3 of them would be the same");
        let digits = |at: usize| {
            ids.iter().map(|id| &id[at..=at]).collect::<std::collections::BTreeSet<_>>()
        };
        assert!((16..32).all(|at| digits(at).len() == 16), "each of the 64 bits is random");
    }
}
