//! Turns documents into text: pure functions from a document to a `String`.
//!
//! One file a medium: [`human`] and [`tree`] for screens, [`markdown`] for pull requests, [`csv`]
//! for spreadsheets, [`json`] for programs. Names come from programs that are not trusted, so
//! whatever is put into text passes [`sanitize`](crate::text::sanitize) first. Nothing here prints, reads, or judges.

pub mod changepoints;
pub mod csv;
pub mod decline;
pub mod history;
pub mod human;
pub mod json;
pub mod markdown;
pub mod tree;

mod costs;
mod estimates;
mod evidence;
mod facts;
mod findings;
mod folding;
mod futures;
mod interleaved;
mod memory;
mod paint;
mod select;
mod self_test;
mod sentences;
mod sparkline;
mod table;
mod text;

#[cfg(test)]
mod accepted_tests;
#[cfg(test)]
mod tests;

pub use human::summary::summary;
pub use select::{Selection, Sort};

/// The screen that text is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Screen {
    /// Columns to keep within, as far as that is possible.
    pub width: usize,
    /// Whether ANSI colours may be used.
    pub styled: bool,
}

impl Default for Screen {
    fn default() -> Self {
        Self { width: 100, styled: false }
    }
}

impl crate::model::Comparison {
    /// Writes the comparison for a pull request or a job summary, as `check --format markdown` does.
    pub fn to_markdown(&self) -> String {
        markdown::comparison(self)
    }

    /// Writes the comparison for a terminal of 100 columns, without colours.
    pub fn to_text(&self) -> String {
        human::comparison(self, human::Verbosity::Brief, Screen::default())
    }

    /// Writes the comparison as a document `perf-track/comparison`.
    pub fn to_json(&self) -> String {
        // Plain data always becomes JSON: only maps with keys that are no text do not.
        json::json(self).unwrap_or_default()
    }
}
