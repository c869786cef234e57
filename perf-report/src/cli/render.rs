//! `perf-report render`: a document that was written before, in another format.

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::media::Shape;
use super::output::OutputArgs;
use super::write::ShapeArgs;
use crate::analysis;
use crate::error::{ExitCode as Code, UserError};
use crate::files;
use crate::model::AnyDocument;
use crate::project::context::Context;
use crate::render::{Document, Medium, RunView};
use crate::text::{units, values};

const EXAMPLES: &str = "\
Examples:
  perf-report check --format json --output check.json
  perf-report render check.json
  perf-report render check.json --format markdown --max-size 64KB
  perf-report render check.json --format github
  perf-report render check.json --format env >> \"$GITHUB_OUTPUT\"
  perf-report render - --format csv < run.json

It needs no store and no workspace. The document may be of any kind that perf-report writes; its \
schema and version are checked, and whatever it says is shown as text and never obeyed. So a \
document of somebody else, such as an artifact of a pull request from a fork, can be shown in a \
trusted place.

Exit codes: 0 written, 2 the kind of document has no such format, 6 it is no document.";

/// Write a document that was written as JSON before in another format
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// The document, as `--format json` wrote it; `-` for standard input
    #[arg(value_name = "FILE.json")]
    file: PathBuf,

    #[command(flatten)]
    shape: ShapeArgs,

    /// Refuse a document larger than SIZE
    #[arg(long, value_name = "SIZE", env = "PERF_TRACK_MAX_INPUT", hide_env_values = true)]
    #[arg(value_parser = input, default_value = "256MiB")]
    max_input: u64,

    #[command(flatten)]
    output: OutputArgs,
}

/// Reads the most bytes of a document.
fn input(text: &str) -> Result<u64, String> {
    let bytes = values::size_bytes(text)?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is in range")]
    let bytes = bytes.clamp(0.0, 1e15) as u64;
    Ok(bytes)
}

pub(super) fn run(args: &Args, context: &Context) -> Result<ExitCode, UserError> {
    let document = read(&args.file, args.max_input, context)?;
    match (&document, args.shape.format) {
        (AnyDocument::Comparison(comparison), _) => {
            args.shape.write(comparison, &args.output, context)?;
        }
        (_, Shape::Document(medium)) => match grown(&document).filter(|_| medium != Medium::Json) {
            Some(run) => write_other(args, &document, &run, medium)?,
            None => write_other(args, &document, &document, medium)?,
        },
        (_, shape) => return Err(lacks(&document, &shape.to_string())),
    }
    Ok(Code::Fine.into())
}

/// Reads a document from a file or from standard input.
fn read(file: &Path, largest: u64, context: &Context) -> Result<AnyDocument, UserError> {
    let text = if file == Path::new("-") {
        files::read_all(io::stdin().lock(), largest)
    } else {
        files::read_text(&context.dir.join(file), largest)
    };
    let text = text.map_err(|error| {
        let code = match error.kind() {
            io::ErrorKind::NotFound => Code::Usage,
            _ => Code::Unreadable,
        };
        UserError::new(code, format!("{} cannot be read", file.display())).because(error).help(
            "name a file that a command wrote with `--format json --output FILE`; --max-input \
             allows larger ones",
        )
    })?;
    AnyDocument::from_json(&text).map_err(|error| {
        let problem = format!("{} is no document of perf-report", file.display());
        let help = format!("its schema is to be one of {}", AnyDocument::SCHEMAS.join(", "));
        UserError::new(Code::Unreadable, problem).because(error).help(help)
    })
}

/// Returns the run of a document, with the growth of its benchmarks; of a baseline, the newest. `None` of others.
fn grown(document: &AnyDocument) -> Option<RunView<'_>> {
    let runs = match document {
        AnyDocument::Run(run) => std::slice::from_ref(&**run),
        AnyDocument::Baseline(baseline) => baseline.runs.as_slice(),
        _ => return None,
    };
    let growth = analysis::bench::growth(runs);
    Some(RunView { growth, ..RunView::whole(runs.last()?) })
}

/// Writes a document that is no comparison. Its Markdown is short anyway, and has no part that may be cut.
fn write_other(
    args: &Args,
    document: &AnyDocument,
    shown: &impl Document,
    medium: Medium,
) -> Result<(), UserError> {
    let length = match medium {
        Medium::Markdown => shown.markdown().map(|text| text.len()),
        Medium::Csv => shown.csv().map(|text| text.len()),
        Medium::Human | Medium::Json => Some(0),
    };
    let Some(length) = length else {
        return Err(lacks(document, if medium == Medium::Csv { "csv" } else { "markdown" }));
    };
    if let Some(most) =
        args.shape.max_size.filter(|most| medium == Medium::Markdown && length > *most)
    {
        let [length, most] = [length, most].map(|bytes| units::bytes(bytes as u64));
        let problem = format!("the document has {length}, and --max-size {most} was asked for");
        return Err(UserError::new(Code::Usage, problem).help("only comparisons can be cut"));
    }
    args.output.write(shown, medium)
}

/// Makes the error that a kind of document has no such format.
fn lacks(document: &AnyDocument, format: &str) -> UserError {
    let has = |text: Option<String>, name: &'static str| text.map(|_| name);
    let others = [has(document.csv(), "csv"), has(document.markdown(), "markdown")];
    let others: Vec<_> =
        ["human", "json"].into_iter().chain(others.into_iter().flatten()).collect();
    let problem = format!("{} has no --format {format}", document.schema());
    UserError::new(Code::Usage, problem).help(format!("it has {}", others.join(", ")))
}
