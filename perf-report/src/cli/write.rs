//! The options of commands that write a judgement, and its writing: for people, for programs, and for the CI
//! server that runs the command.

use std::path::PathBuf;

use clap::builder::FalseyValueParser;

use super::media::Shape;
use super::output::OutputArgs;
use super::summary;
use crate::error::{ExitCode as Code, UserError};
use crate::export;
use crate::model::{Comparison, SelfTestDocument};
use crate::project::context::Context;
use crate::project::repository::Repository;
use crate::render::{ComparisonView, Medium, Verbosity};
use crate::text::values;

/// The least limit of Markdown, in bytes: the verdict and some rows find room in it.
const LEAST: usize = 4_000;
/// The word for no summary.
const OFF: &str = "off";

/// How to write a comparison.
#[derive(Debug, clap::Args)]
pub(super) struct WriteArgs {
    #[command(flatten)]
    shape: ShapeArgs,

    /// Append the result to FILE as Markdown of at most 64 KB; `off` for none [default: where the format is
    /// `human`, the file that `$GITHUB_STEP_SUMMARY` names]
    #[arg(long, value_name = "FILE", env = "PERF_TRACK_STEP_SUMMARY", hide_env_values = true)]
    step_summary: Option<PathBuf>,

    #[command(flatten)]
    output: OutputArgs,
}

/// The form in which a comparison is written.
#[derive(Debug, clap::Args)]
pub(super) struct ShapeArgs {
    /// Show every function that changed
    #[arg(long, env = "PERF_TRACK_ALL", hide_env_values = true)]
    #[arg(value_parser = FalseyValueParser::new())]
    all: bool,

    /// How to write it
    #[arg(long, short, env = "PERF_TRACK_FORMAT", hide_env_values = true)]
    #[arg(value_enum, default_value_t)]
    pub(super) format: Shape,

    /// Cut Markdown at SIZE, such as 64KB: the worst is kept, and what is left out is counted
    #[arg(long, value_name = "SIZE", env = "PERF_TRACK_MAX_SIZE", hide_env_values = true)]
    #[arg(value_parser = size)]
    pub(super) max_size: Option<usize>,
}

/// Reads a limit of Markdown.
fn size(text: &str) -> Result<usize, String> {
    let bytes = values::size_bytes(text)?;
    // Not even a pretence of more is needed: nothing in memory is larger.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is in range")]
    let bytes = bytes.clamp(0.0, 1e15) as usize;
    if bytes < LEAST { Err("at least 4KB, which the verdict takes".to_owned()) } else { Ok(bytes) }
}

impl WriteArgs {
    /// Writes the document of a self-test.
    pub(super) fn write_self_test(&self, document: &SelfTestDocument) -> Result<(), UserError> {
        match self.shape.format {
            Shape::Document(medium) => self.output.write(document, medium),
            other => {
                Err(UserError::new(Code::Usage, format!("a self-test has no --format {other}"))
                    .help("choose human, json, csv or markdown"))
            }
        }
    }

    /// Writes a comparison, and its summary where one is wanted.
    pub(super) fn write(
        &self,
        comparison: &Comparison,
        context: &Context,
    ) -> Result<(), UserError> {
        self.shape.write(comparison, &self.output, context)?;
        if let Some(path) = self.summary_file() {
            let most = self.shape.max_size.unwrap_or(summary::LONGEST).min(summary::LONGEST);
            summary::append(context, &path, &comparison.to_markdown_within(most));
        }
        Ok(())
    }

    /// Returns the file of the summary. What is written in another format is for a program, which makes its own.
    fn summary_file(&self) -> Option<PathBuf> {
        let is_human = self.shape.format == Shape::Document(Medium::Human);
        let of_github = || summary::of_github().filter(|_| is_human);
        let file = self.step_summary.clone().or_else(of_github);
        file.filter(|file| file.as_os_str() != OFF)
    }
}

impl ShapeArgs {
    /// Writes a comparison in this form.
    pub(super) fn write(
        &self,
        comparison: &Comparison,
        output: &OutputArgs,
        context: &Context,
    ) -> Result<(), UserError> {
        match self.format {
            Shape::Document(medium) => {
                let verbosity = if self.all { Verbosity::All } else { Verbosity::Brief };
                let view = ComparisonView { comparison, verbosity, most: self.max_size };
                output.write(&view, medium)
            }
            Shape::Github => {
                let repository = Repository::of(context);
                let annotations = export::annotations(comparison, |file| repository.path(file));
                output.write_bytes(annotations.as_bytes())
            }
            Shape::Variables => output.write_bytes(export::variables(comparison).as_bytes()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_has_room_for_the_verdict() {
        assert_eq!(size("64KB"), Ok(64_000));
        assert_eq!(size("1MiB"), Ok(1 << 20));
        assert!(size("3999").is_err() && size("x").is_err() && size("-1").is_err());
    }
}
