//! The version of a server, and what servers of a version know. Pure.

use std::fmt;

/// The version of a server: the year and the month of its release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Version(u32, u32);

/// Settings that newer servers know. What lies in one partition is not merged with what lies in another, since a run
/// lies in one alone. A part that was sent again is stored again, and merged away: a server that remembers parts
/// would drop those of a run that was removed and comes back. And what goes through a distributed table, or is
/// gathered with what others send, is there when the answer comes: the row of a run has to be the last. From 26.2 on
/// only the last one decides whether parts are remembered.
const NEWEST: &[(&str, &str)] = &[
    NEWER[0],
    NEWER[1],
    NEWER[2],
    ("wait_for_async_insert", "1"),
    ("deduplicate_insert", "disable"),
];

/// The same, of servers that gather nothing.
const NEWER: &[(&str, &str)] = &[
    ("do_not_merge_across_partitions_select_final", "1"),
    ("insert_deduplicate", "0"),
    ("insert_distributed_sync", "1"),
];

/// Settings of old servers, for which the types of some columns are an experiment.
const OLDER: &[(&str, &str)] =
    &[("allow_experimental_low_cardinality_type", "1"), ("insert_distributed_sync", "1")];

impl Version {
    /// The oldest that is spoken to.
    pub(super) const OLDEST: Self = Self(18, 12);

    /// One that knows everything that is made use of.
    pub(super) const NEWEST: Self = Self(26, 9);

    /// Reads what `SELECT version()` says.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('.').map(str::parse);
        Some(Self(parts.next()?.ok()?, parts.next()?.ok()?))
    }

    /// Returns the settings that it knows beside those that every server knows.
    pub(super) fn settings(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self(27.., _) | Self(26, 2..) => NEWEST,
            Self(22.., _) => &NEWEST[..4],
            Self(21, _) => NEWER,
            Self(..20, _) => OLDER,
            Self(20, _) => &OLDER[1..],
        }
    }

    /// Returns whether columns may have codecs, and tables a time after which rows are deleted.
    pub(super) fn has_codecs(self) -> bool {
        self >= Self(20, 10)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.0, self.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_in_order_and_know_more_and_more() {
        let [old, new] = ["18.16.1", "26.9.2.1"].map(|text| Version::parse(text).unwrap());
        assert!(Version::OLDEST < old && old < new);
        assert!(old.settings().len() == 2 && !old.has_codecs());
        assert!(new.settings().len() == 5 && new.has_codecs());
        assert_eq!(Version(26, 1).settings().len(), 4);
        assert_eq!(new.to_string(), "26.9");
        assert!(["", "x", "18", "v18.1"].iter().all(|text| Version::parse(text).is_none()));
    }
}
