//! A clause: the words for one ground, and how it is joined to the sentence before it.

use crate::model::{Because, Metric};

/// The place of a ground among all of its row.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) metric: Metric,
    pub(super) before: &'a [Because],
    pub(super) after: &'a [Because],
}

/// A clause with its joint.
pub(super) type Clause = Option<(Joint, String)>;

/// The joint between a clause and the sentence before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Joint {
    Comma,
    But,
    And,
    Semicolon,
    Colon,
}

impl Joint {
    /// Returns what stands between the two.
    pub(super) fn text(self) -> &'static str {
        match self {
            Self::Comma => ", ",
            Self::But => ", but ",
            Self::And => ", and ",
            Self::Semicolon => "; ",
            Self::Colon => ": ",
        }
    }
}
