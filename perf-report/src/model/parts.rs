//! The parts of a distributed run: what a stored part says of itself, what a whole run says of its parts, and the
//! words of a command by which a machine takes its share. Pure.

mod words;

use serde::{Deserialize, Serialize};

use super::{Command, Run};

pub(crate) use words::shared;

/// The beginning of the group of a stored part.
pub(crate) const GROUP: &str = "parts:";

/// The place of a run among the parts of a distributed one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Name that all parts have in common: that of `--group`, or one made of what a CI server says of its job.
    pub group: String,
    /// Number of the part, from 1.
    pub index: u32,
    /// Number of parts.
    pub of: u32,
    /// Name of the machine in its network; empty when it is not known.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub host: String,
    /// The command as it was run, where it says which part this is: in [`Run::command`] that is a `*`, so that all
    /// parts are of one command. Left out where it is the same.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub command: Command,
}

/// The parts of which a distributed run is made, those that are there and those that are not.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parts {
    /// Name that all parts have in common.
    pub group: String,
    /// Number of parts that there should be.
    pub of: u32,
    /// The parts that are there, by their numbers. Of a part that was run again it is the newest run.
    pub parts: Vec<PartRun>,
    /// Numbers of the parts that are not there.
    pub missing: Vec<u32>,
    /// Ids of runs of parts that were run again, and are not in it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replaced: Vec<String>,
}

/// A part of a distributed run: a stored run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartRun {
    /// Number of the part, from 1.
    pub index: u32,
    /// Id of the run.
    pub run: String,
    /// Name of the machine in its network; empty when it is not known.
    #[serde(default)]
    pub host: String,
    /// Key of the machine.
    #[serde(default)]
    pub machine_key: String,
    /// Exit code of its command; `null` when a signal ended it or there was no command.
    pub exit_code: Option<i32>,
    /// Signal that ended its command.
    #[serde(default)]
    pub signal: Option<i32>,
    /// Wall time of its command, in nanoseconds.
    #[serde(default)]
    pub wall_ns: Option<u64>,
}

impl Part {
    /// Returns the group under which the part is stored: all of what finds the others of its distributed run, and the
    /// number of the part. `round` is that of `run --repeat`.
    pub(crate) fn stored_group(&self, round: Option<u32>) -> String {
        let key = self.key(round);
        format!("{}{}", key.prefix(), key.index)
    }

    /// Returns the facts in that group.
    pub(crate) fn key(&self, round: Option<u32>) -> PartKey {
        PartKey { group: self.group.clone(), of: self.of, round, index: self.index }
    }
}

impl Parts {
    /// Makes the list of these parts, of which there should be `of`, and finds those that are not there.
    pub(crate) fn new(group: String, of: u32, parts: Vec<PartRun>) -> Self {
        let is_missing = |index: &u32| parts.iter().all(|part| part.index != *index);
        Self {
            missing: (1..=of).filter(is_missing).collect(),
            group,
            of,
            parts,
            replaced: Vec::new(),
        }
    }

    /// Returns the worst end of all, as exit code and signal: a signal, then the highest exit code.
    pub(crate) fn worst_end(&self) -> (Option<i32>, Option<i32>) {
        let signal = self.parts.iter().filter_map(|part| part.signal).max();
        let codes = self.parts.iter().filter_map(|part| part.exit_code);
        let code = codes.max_by_key(|code| (*code != 0, *code));
        (code.filter(|_| signal.is_none()), signal)
    }

    /// Describes the parts that are not there: `part 3 of 4 is missing`; `None` where all are.
    pub fn lacking(&self) -> Option<String> {
        let numbers: Vec<String> = self.missing.iter().map(u32::to_string).collect();
        match numbers.as_slice() {
            [] => None,
            [one] => Some(format!("part {one} of {} is missing", self.of)),
            [first @ .., last] => {
                Some(format!("parts {} and {last} of {} are missing", first.join(", "), self.of))
            }
        }
    }

    /// Counts the parts: `4 of 4`.
    pub fn counted(&self) -> String {
        format!("{} of {}", self.parts.len(), self.of)
    }
}

impl Run {
    /// Describes the parts of a distributed run that are not there; `None` of any other run.
    pub fn lacking(&self) -> Option<String> {
        match (&self.part, &self.parts) {
            (Some(part), _) if part.of > 1 => {
                Some(format!("only part {} of {} is here", part.index, part.of))
            }
            (_, parts) => parts.as_ref()?.lacking(),
        }
    }
}

/// The facts in the group of a stored part, in the order in which they stand there:
/// `parts:GROUP/OF@ROUND#INDEX`, or without the round.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct PartKey {
    /// The name that all parts have in common.
    pub(crate) group: String,
    /// The number of parts.
    pub(crate) of: u32,
    /// The round of `run --repeat`.
    pub(crate) round: Option<u32>,
    /// The number of the part.
    pub(crate) index: u32,
}

impl PartKey {
    /// Reads the group of a stored run; `None` of one that is no part.
    pub(crate) fn parse(group: &str) -> Option<Self> {
        let (rest, index) = group.strip_prefix(GROUP)?.rsplit_once('#')?;
        let (group, of) = rest.rsplit_once('/')?;
        let (of, round) = match of.split_once('@') {
            Some((of, round)) => (of, Some(round.parse().ok()?)),
            None => (of, None),
        };
        let (of, index) = (of.parse().ok()?, index.parse().ok()?);
        (1..=of).contains(&index).then(|| Self { group: group.to_owned(), of, round, index })
    }

    /// Returns the beginning of the groups of all parts of the distributed run.
    pub(crate) fn prefix(&self) -> String {
        let round = self.round.map_or_else(String::new, |round| format!("@{round}"));
        format!("{GROUP}{}/{}{round}#", self.group, self.of)
    }

    /// Returns the beginning of the groups of all parts of all rounds.
    pub(crate) fn prefix_of_rounds(&self) -> String {
        format!("{GROUP}{}/{}@", self.group, self.of)
    }

    /// Returns the group of the whole runs that `run --repeat` made one after the other; `None` of a single one.
    pub(crate) fn group_of_rounds(&self) -> Option<String> {
        self.round.map(|_| format!("{GROUP}{}/{}", self.group, self.of))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_missing_is_said_in_a_sentence() {
        let said = |missing: &[u32]| {
            Parts { of: 4, missing: missing.to_vec(), ..Parts::default() }.lacking()
        };
        assert_eq!(said(&[]), None);
        assert_eq!(said(&[3]).as_deref(), Some("part 3 of 4 is missing"));
        assert_eq!(said(&[1, 2, 4]).as_deref(), Some("parts 1, 2 and 4 of 4 are missing"));
    }

    #[test]
    fn what_is_no_part_has_no_key() {
        for none in
            ["", "20261120T234552-1a2b3c", "parts:", "parts:a/4", "parts:a/4#5", "parts:a/x#1"]
        {
            assert_eq!(PartKey::parse(none), None, "{none}");
        }
    }

    proptest! {
        #[test]
        fn the_group_of_a_part_tells_all_of_it(
            group in ".{0,12}",
            of in 1_u32..9,
            index in 1_u32..9,
            round in proptest::option::of(1_u32..9),
        ) {
            let part = Part { group: group.clone(), index: index.min(of), of, ..Part::default() };
            let stored = part.stored_group(round);
            let key = PartKey::parse(&stored).unwrap();
            prop_assert_eq!(&key, &PartKey { group, of, round, index: index.min(of) });
            prop_assert_eq!(key.round.is_some(), key.prefix().starts_with(&key.prefix_of_rounds()));
            prop_assert_eq!(format!("{}{}", key.prefix(), key.index), stored);
        }
    }
}
