//! The failed calls of a function, apart from the others: their time, and their kinds.

use serde::{Deserialize, Serialize};

/// The failed calls of a function. Their number is in [`super::Function::errors`].
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Failures {
    /// Number of failed calls that were timed.
    pub timed_calls: u64,
    /// Mean duration of a failed call in nanoseconds; `null` when none was timed. Of an async function
    /// that of its polls.
    pub mean_ns: Option<f64>,
    /// Time of all failed calls in nanoseconds, those included that were not timed; `null` when none was
    /// timed.
    pub total_ns: Option<u64>,
    /// Mean duration of a call that did not fail, in nanoseconds; `null` when it is not known.
    pub others_mean_ns: Option<f64>,
    /// True if these times are estimates, since not all failed calls were timed, or not all others.
    #[serde(default)]
    pub estimated: bool,
    /// True if errors are counted by kind: the attribute has `err_kind`.
    #[serde(default)]
    pub counts_kinds: bool,
    /// Kinds of error, most frequent first: 16 at most, and `(other kinds)` at the end.
    #[serde(default)]
    pub kinds: Vec<ErrorKind>,
}

/// A kind of error.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorKind {
    /// Name, as the program has it.
    pub name: String,
    /// Number of calls that failed this way.
    pub count: u64,
}

impl Failures {
    /// Kinds of error that are told apart.
    pub const MOST_KINDS: usize = 16;
    /// Name of all other kinds together.
    pub const OTHER_KINDS: &str = "(other kinds)";

    /// Returns the most frequent kinds, and one for the rest and `other` kinds.
    pub(crate) fn most_frequent(mut kinds: Vec<ErrorKind>, other: u64) -> Vec<ErrorKind> {
        kinds.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.name.cmp(&b.name)));
        let beyond = kinds.split_off(kinds.len().min(Self::MOST_KINDS));
        let other = beyond.iter().fold(other, |sum, kind| sum.saturating_add(kind.count));
        if other > 0 {
            kinds.push(ErrorKind { name: Self::OTHER_KINDS.to_owned(), count: other });
        }
        kinds
    }

    /// Returns the kinds that have names, without what stands for all others.
    pub fn named(&self) -> impl Iterator<Item = &ErrorKind> {
        self.kinds.iter().filter(|kind| kind.name != Self::OTHER_KINDS)
    }

    /// Returns how often a kind was counted.
    pub fn count(&self, name: &str) -> u64 {
        self.kinds.iter().find(|kind| kind.name == name).map_or(0, |kind| kind.count)
    }

    /// Returns the failed calls that are of no kind: those whose error has no name.
    pub fn unnamed(&self, errors: u64) -> u64 {
        errors.saturating_sub(self.kinds.iter().fold(0, |sum, kind| sum.saturating_add(kind.count)))
    }

    /// Returns how many times as long as the others failed calls take; `None` where that is not known.
    pub fn times_as_long(&self) -> Option<f64> {
        let others = self.others_mean_ns.filter(|ns| *ns > 0.0)?;
        self.mean_ns.map(|mean| mean / others)
    }
}
