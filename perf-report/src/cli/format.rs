//! The formats of commands that show runs and comparisons.

/// How a result is written.
#[derive(Debug, Clone, Copy, Default, clap::ValueEnum)]
pub(super) enum TextFormat {
    /// For people at a terminal
    #[default]
    Human,
    /// For programs: the whole document, exact
    Json,
    /// For spreadsheets: a line a function
    Csv,
    /// For pull requests and job summaries
    Markdown,
}
