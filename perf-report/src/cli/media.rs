//! The media as options of the command line.

use clap::ValueEnum;
use clap::builder::PossibleValue;

use crate::render::Medium;

/// The media of documents that nobody would put into a spreadsheet or a pull request.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub(super) enum Format {
    /// For people
    #[default]
    Human,
    /// For programs
    Json,
}

impl From<Format> for Medium {
    fn from(format: Format) -> Self {
        match format {
            Format::Human => Self::Human,
            Format::Json => Self::Json,
        }
    }
}

impl ValueEnum for Medium {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Human, Self::Json, Self::Csv, Self::Markdown]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let (name, help) = match self {
            Self::Human => ("human", "For people at a terminal"),
            Self::Json => ("json", "For programs: the whole document, exact"),
            Self::Csv => ("csv", "For spreadsheets: a line a function, or a call"),
            Self::Markdown => ("markdown", "For pull requests, issues and job summaries"),
        };
        Some(PossibleValue::new(name).help(help))
    }
}
