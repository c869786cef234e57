//! The reports of a job of CI: files, and the summary of the job.

use std::fs;
use std::path::{Path, PathBuf};

use crate::cli::output;
use crate::error::{ExitCode as Code, UserError};
use crate::files;
use crate::model::SuitesDocument;
use crate::project::context::Context;
use crate::project::workspace;
use crate::render::{Document as _, Medium, Screen};

/// The folder for reports inside `.perf/`.
const FOLDER: &str = "reports";
/// The variable with the file to which a job of GitHub adds its summary.
const SUMMARY: &str = "GITHUB_STEP_SUMMARY";

/// Writes the document as JSON and Markdown into `folder`, or else below `.perf/`, and adds it to the
/// summary of the job. Returns the paths of the files.
pub(super) fn write(
    folder: Option<&Path>,
    context: &Context,
    document: &SuitesDocument,
) -> Result<Vec<String>, UserError> {
    let own = context.folder();
    let folder = folder.map_or_else(|| own.join(FOLDER), |folder| context.dir.join(folder));
    if folder.starts_with(&own) {
        workspace::make_folder(&own).map_err(|error| unwritable(&own, error))?;
    }
    fs::create_dir_all(&folder).map_err(|error| unwritable(&folder, error))?;
    let id = document.runs.last().map_or("", |run| &run.id);
    let mut written = Vec::new();
    for (medium, ending) in [(Medium::Json, "json"), (Medium::Markdown, "md")] {
        let path = folder.join(format!("suite-{id}.{ending}"));
        let text = document.text(medium, Screen::default()).unwrap_or_default();
        files::replace(&path, &text).map_err(|error| unwritable(&path, error))?;
        written.push(context.shown(&path));
    }
    if let Some(path) = std::env::var_os(SUMMARY).filter(|path| !path.is_empty()) {
        let path = PathBuf::from(path);
        let text = document.text(Medium::Markdown, Screen::default()).unwrap_or_default();
        // The report is written already, and counts more than a summary of it.
        if let Err(error) = files::append(&path, format!("{text}\n").as_bytes()) {
            output::warning(&format!("no summary in {}: {error}", path.display()));
        }
    }
    Ok(written)
}

fn unwritable(path: &Path, error: std::io::Error) -> UserError {
    UserError::new(Code::Usage, format!("{} cannot be written", path.display()))
        .because(error)
        .help("name another folder with --report-dir")
}
