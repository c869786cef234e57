//! Documents as text: pure functions from a document to a `String`.
//!
//! A folder a medium: `human` for screens, `markdown` for pull requests, `csv` for spreadsheets, and
//! [`json`] for programs. [`html`] makes a page of several documents, [`message`] the body of a message. `words` holds what all of them say. Names come from programs that are not
//! trusted, so whatever is put into text passes [`sanitize`](crate::text::sanitize) first. Nothing
//! here prints, reads, or judges.

mod csv;
mod document;
pub mod html;
mod human;
pub mod json;
mod markdown;
pub mod message;
mod trailer;
mod views;
pub(crate) mod words;

#[cfg(test)]
mod tests;

pub(crate) use csv::tracked as csv_of_tracked;
pub use document::{Document, Medium};
pub(crate) use human::columns;
pub use human::{series, summary};
pub use trailer::trailer;
pub use views::{BenchView, ComparisonView, HistoryView, Part, RunView, Verbosity};
pub use words::bench::{BenchDetail, BenchFacet};
pub(crate) use words::changepoints::left_out;
pub(crate) use words::estimates::Mark;
pub(crate) use words::facts::{command as command_line, short_commit};
pub(crate) use words::fit;
pub(crate) use words::notes::{has_exact_times, notes};
pub use words::select::{Selection, Shown, Sort};
pub(crate) use words::sentences::headline;

/// The screen that text is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Screen {
    /// Columns to keep within, as far as that is possible.
    pub width: usize,
    /// Permission to use ANSI colours.
    pub styled: bool,
}

impl Default for Screen {
    fn default() -> Self {
        Self { width: 100, styled: false }
    }
}

impl crate::model::SuitesDocument {
    /// Writes it as Markdown in at most `most` bytes: whole rows and findings, and how many are left out. The verdict
    /// itself takes a few hundred.
    pub fn to_markdown_within(&self, most: usize) -> String {
        markdown::suites_within(self, most)
    }
}

impl crate::model::Comparison {
    /// Writes the comparison for a pull request or a job summary, as `check --format markdown` does.
    pub fn to_markdown(&self) -> String {
        markdown::comparison(self)
    }

    /// Writes the same in at most `most` bytes: whole rows, the worst first, and how many are left out. In less
    /// than 4 KB there may be no room for any.
    pub fn to_markdown_within(&self, most: usize) -> String {
        markdown::comparison_within(self, most)
    }

    /// Writes the comparison for a terminal of 100 columns, without colours.
    pub fn to_text(&self) -> String {
        human::comparison(self, Verbosity::Brief, Screen::default())
    }

    /// Writes the comparison as a document `perf-track/comparison`.
    pub fn to_json(&self) -> String {
        json::exact(self)
    }
}
