//! The reports of a job of CI: files, and the summary of the job.

use std::path::Path;

use crate::cli::summary;
use crate::error::{ExitCode as Code, UserError};
use crate::model::SuitesDocument;
use crate::project::context::Context;
use crate::project::reports;
use crate::render::{Document as _, Medium, Screen};

/// Writes the document as JSON and Markdown into `folder`, or else below `.perf/`, and adds it to the
/// summary of the job. Returns the paths of the files.
pub(super) fn write(
    folder: Option<&Path>,
    context: &Context,
    document: &SuitesDocument,
) -> Result<Vec<String>, UserError> {
    let id = document.runs.last().map_or("", |run| &run.id);
    let path = reports::folder(context, folder).join(format!("suite-{id}"));
    let json = document.text(Medium::Json, Screen::default()).unwrap_or_default();
    let markdown = document.markdown().unwrap_or_default();
    let written = reports::write(context, &path, &[("json", &json), ("md", &markdown)])
        .map_err(|(path, error)| unwritable(&path, error))?;
    if let Some(path) = summary::of_github() {
        summary::append(context, &path, &document.to_markdown_within(summary::LONGEST));
    }
    Ok(written.iter().map(|path| context.shown(path)).collect())
}

fn unwritable(path: &Path, error: std::io::Error) -> UserError {
    UserError::new(Code::Usage, format!("{} cannot be written", path.display()))
        .because(error)
        .help("name another folder with --report-dir")
}
