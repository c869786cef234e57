//! The summary of a step of a CI job: a file to which the step appends Markdown.

use std::path::{Path, PathBuf};

use super::output;
use crate::files;
use crate::project::context::Context;

/// The most bytes of a summary: GitHub shows nothing of a step's whose writers together have more than 1 MiB.
pub(super) const LONGEST: usize = 64_000;
/// The variable in which GitHub Actions names the file of the step's summary.
const OF_GITHUB: &str = "GITHUB_STEP_SUMMARY";

/// Returns the file of the summary in a step of GitHub Actions.
pub(super) fn of_github() -> Option<PathBuf> {
    std::env::var_os(OF_GITHUB).filter(|name| !name.is_empty()).map(PathBuf::from)
}

/// Appends Markdown to the summary. What it sums up is written already, and counts more: where the file cannot be
/// written, that is a warning.
pub(super) fn append(context: &Context, path: &Path, markdown: &str) {
    let text = format!("{markdown}\n");
    if let Err(error) = files::append(&context.dir.join(path), text.as_bytes()) {
        output::warning(&format!("no summary in {}: {error}", path.display()));
    }
}
