//! All runs of a command in the columns of trackers of test runs: a summary, and a file a function.

use std::fs;

use super::Args;
use crate::analysis::history::TrendRules;
use crate::analysis::tracked::{file_name, tracked};
use crate::error::{ExitCode as Code, UserError};
use crate::files;
use crate::model::RunDocument;
use crate::project::context::Context;
use crate::render::{csv_of_tracked, json};

/// Writes what was asked for, each file wholly or not at all.
pub(super) fn write(
    args: &Args,
    context: &Context,
    rules: TrendRules,
    runs: &[RunDocument],
) -> Result<(), UserError> {
    let documents = tracked(runs, rules);
    let unwritable = |path: &std::path::Path, error: std::io::Error| {
        let problem = format!("{} cannot be written", context.shown(path));
        UserError::new(Code::Usage, problem).because(error)
    };
    if let Some(file) = &args.summary {
        let path = context.dir.join(file);
        let text = csv_of_tracked(&documents);
        files::put(&path, text.as_bytes()).map_err(|error| unwritable(&path, error))?;
    }
    if let Some(folder) = &args.histories {
        let folder = context.dir.join(folder);
        fs::create_dir_all(&folder).map_err(|error| unwritable(&folder, error))?;
        for document in &documents {
            let path = folder.join(file_name(&document.summary.name));
            let text = json::json(document).unwrap_or_default();
            files::replace(&path, &text).map_err(|error| unwritable(&path, error))?;
        }
    }
    Ok(())
}
