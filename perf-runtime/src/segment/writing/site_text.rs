//! The record of a site in a segment. Safe code: bytes in, bytes out.

use super::text::beginning;
use crate::segment::layout::{
    FLAG_CLASSIFIES_ERRORS, FLAG_EXACT, FLAG_NAMES_ERRORS, FLAG_POLLED, NO_LIMIT, SiteRecord,
};
use crate::snapshot::Budget;

/// Longest text of a site in bytes. A label may be any string; one this long names nothing.
const LONGEST_TEXT: usize = 16 << 10;

/// A site, borrowed for writing.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of the attribute")]
pub(crate) struct SiteText<'a> {
    pub(crate) name: &'a str,
    pub(crate) module: &'a str,
    pub(crate) file: &'a str,
    pub(crate) line: u32,
    pub(crate) column: u32,
    pub(crate) exact: bool,
    pub(crate) polled: bool,
    pub(crate) classifies_errors: bool,
    pub(crate) names_errors: bool,
    pub(crate) built: u8,
    pub(crate) budget: Budget,
    pub(crate) tags: &'a [&'a str],
}

impl SiteText<'_> {
    /// Returns the number of bytes that [`SiteText::write_text`] writes.
    pub(crate) fn text_bytes(&self) -> usize {
        self.lengths().iter().sum()
    }

    /// Makes the record for index `index`, linked to `previous`.
    pub(crate) fn record(&self, previous: u32, index: u32) -> SiteRecord {
        let flag = |on: bool, flag: u32| if on { flag } else { 0 };
        SiteRecord {
            previous,
            index,
            line: self.line,
            column: self.column,
            flags: flag(self.exact, FLAG_EXACT)
                | flag(self.polled, FLAG_POLLED)
                | flag(self.classifies_errors, FLAG_CLASSIFIES_ERRORS)
                | flag(self.names_errors, FLAG_NAMES_ERRORS),
            text_bytes: self.lengths().map(|length| u32::try_from(length).unwrap_or(0)),
            built: u32::from(self.built),
            budget: limits(&self.budget),
        }
    }

    /// Fills `text`, which is [`SiteText::text_bytes`] long.
    pub(crate) fn write_text(&self, text: &mut [u8]) {
        let mut rest = text;
        for part in [clip(self.name), clip(self.module), clip(self.file)] {
            rest = put(rest, part.as_bytes());
        }
        for tag in self.tags {
            rest = put(rest, clip(tag).as_bytes());
            rest = put(rest, b"\0");
        }
    }

    fn lengths(&self) -> [usize; 4] {
        let tags = self.tags.iter().map(|tag| clip(tag).len() + 1).sum();
        [clip(self.name).len(), clip(self.module).len(), clip(self.file).len(), tags]
    }
}

/// Writes `part` and returns what is left; nothing is written where it does not fit.
pub(crate) fn put<'a>(text: &'a mut [u8], part: &[u8]) -> &'a mut [u8] {
    match text.split_at_mut_checked(part.len()) {
        Some((place, rest)) => {
            place.copy_from_slice(part);
            rest
        }
        None => &mut [],
    }
}

/// Returns the beginning of `text`, at most [`LONGEST_TEXT`] bytes, whole characters.
pub(crate) fn clip(text: &str) -> &str {
    beginning(text, LONGEST_TEXT)
}

/// Lists the limits in the order in which a segment holds them.
pub(crate) fn limits(budget: &Budget) -> [u64; 8] {
    [
        budget.p50_ns,
        budget.p95_ns,
        budget.p99_ns,
        budget.mean_ns,
        budget.max_ns,
        budget.calls,
        budget.allocs,
        budget.max_regression_bp.map(u64::from),
    ]
    .map(|limit| limit.unwrap_or(NO_LIMIT))
}
