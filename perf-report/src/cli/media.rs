//! The formats of commands that show runs, comparisons and stacks.

/// How a result is written.
#[derive(Debug, Clone, Copy, Default, clap::ValueEnum)]
pub(super) enum TextFormat {
    /// For people at a terminal
    #[default]
    Human,
    /// For programs: the whole document, exact
    Json,
    /// For spreadsheets: a line a function, or a call
    Csv,
    /// For pull requests, issues and job summaries
    Markdown,
}
