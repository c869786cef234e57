//! A document as text, whatever the medium.

use super::Screen;

/// A medium in which documents leave the program.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Medium {
    /// Text for people at a terminal.
    #[default]
    Human,
    /// The whole document for programs.
    Json,
    /// Lines for spreadsheets.
    Csv,
    /// Text for pull requests, issues and job summaries.
    Markdown,
}

/// A document that leaves the program, with a method a medium.
///
/// A new medium is a method here and a variant of [`Medium`]. Documents that do not have it have
/// `None`; a command offers only what its document has.
///
/// ```
/// use perf_report::model::{Check, ChecksDocument};
/// use perf_report::render::{Document as _, Medium, Screen};
///
/// let checks = ChecksDocument::of(vec![Check::good("clock", "the processor's counter")]);
/// assert_eq!(checks.human(Screen::default()), "✓ clock  the processor's counter\n");
/// assert_eq!(checks.text(Medium::Csv, Screen::default()), None, "a list for people has no rows");
/// ```
pub trait Document {
    /// Returns the text for people, within the columns of `screen`.
    fn human(&self, screen: Screen) -> String;

    /// Returns the whole document, exact and in base units.
    fn json(&self) -> String;

    /// Returns a line a row under a line of titles; `None` without rows of one kind.
    fn csv(&self) -> Option<String> {
        None
    }

    /// Returns Markdown that is short enough for a comment; `None` where nobody would paste it.
    fn markdown(&self) -> Option<String> {
        None
    }

    /// Returns the document in `medium`; `None` where it does not have it.
    fn text(&self, medium: Medium, screen: Screen) -> Option<String> {
        match medium {
            Medium::Human => Some(self.human(screen)),
            Medium::Json => Some(self.json()),
            Medium::Csv => self.csv(),
            Medium::Markdown => self.markdown(),
        }
    }
}
