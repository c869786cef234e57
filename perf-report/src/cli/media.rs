//! The media as options of the command line.

use std::fmt;

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

/// The media of documents that people put into a pull request, and not into a spreadsheet.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub(super) enum Report {
    /// For people at a terminal
    #[default]
    Human,
    /// For programs: the whole document, exact
    Json,
    /// For pull requests, issues and job summaries
    Markdown,
}

impl From<Report> for Medium {
    fn from(format: Report) -> Self {
        match format {
            Report::Human => Self::Human,
            Report::Json => Self::Json,
            Report::Markdown => Self::Markdown,
        }
    }
}

/// The ways in which a judgement is written: a medium of documents, or what a CI server reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// A document.
    Document(Medium),
    /// Annotations of GitHub Actions.
    Github,
    /// Lines of variables.
    Variables,
}

impl Default for Shape {
    fn default() -> Self {
        Self::Document(Medium::default())
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.to_possible_value().as_ref().map_or("", PossibleValue::get_name))
    }
}

impl ValueEnum for Shape {
    fn value_variants<'a>() -> &'a [Self] {
        &[
            Self::Document(Medium::Human),
            Self::Document(Medium::Json),
            Self::Document(Medium::Csv),
            Self::Document(Medium::Markdown),
            Self::Github,
            Self::Variables,
        ]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let (name, help) = match self {
            Self::Document(medium) => return medium.to_possible_value(),
            Self::Github => {
                ("github", "For GitHub Actions: annotations at the lines of the change")
            }
            Self::Variables => ("env", "For scripts: verdict and counts as NAME=VALUE lines"),
        };
        Some(PossibleValue::new(name).help(help))
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
