//! The file of accepted regressions: reading, adding, removing. Its text is the business of
//! [`crate::project::config`], the worth of an entry that of [`crate::verdict`].
//!
//! It lies beside `perf.toml`, in the root of the workspace, and not in `.perf/`: it is a decision
//! of the project, to be seen in the review of the change that needs it, and must also be committed
//! where `.perf/` is kept out of version control.

use std::io;
use std::path::PathBuf;

use super::config::{self, blessed};
use super::context::Context;
use super::workspace;
use crate::error::{ExitCode, UserError};
use crate::files;
use crate::model::Metric;
use crate::record::facts;
use crate::system;
use crate::verdict::{Blessed, Blessing};

/// Returns the path of the file, which may not exist yet.
pub(crate) fn path(context: &Context) -> PathBuf {
    context.root.join(workspace::BLESSED)
}

/// Loads all blessings, in the order of the file; none where there is no file.
///
/// # Errors
/// When the file cannot be read, or has a mistake; then with its line.
pub(crate) fn load(context: &Context) -> Result<Vec<Blessing>, UserError> {
    config::read(context, workspace::BLESSED, blessed::blessings)
}

/// Returns all blessings, to be asked today.
///
/// # Errors
/// As for [`load`].
pub(crate) fn of_today(context: &Context) -> Result<Blessed, UserError> {
    Ok(Blessed { list: load(context)?, today: facts::today() })
}

/// Adds blessings, each in the place of a former one for the same function and metric. Comments
/// that people wrote beside them stay.
///
/// # Errors
/// When the file is not understood or cannot be written; it is as it was then.
pub(crate) fn add(context: &Context, new: &[Blessing]) -> Result<(), UserError> {
    load(context)?;
    let text = config::read(context, workspace::BLESSED, |text| blessed::with(text, new))?;
    write(context, &text)
}

/// Removes the blessings of `function`, or the one for `metric`. Returns their number.
///
/// # Errors
/// As for [`add`].
pub(crate) fn remove(
    context: &Context,
    function: &str,
    metric: Option<Metric>,
) -> Result<usize, UserError> {
    let (text, removed) =
        config::read(context, workspace::BLESSED, |text| blessed::without(text, function, metric))?;
    if removed > 0 {
        write(context, &text)?;
    }
    Ok(removed)
}

fn write(context: &Context, text: &str) -> Result<(), UserError> {
    let path = path(context);
    // A file that is linked from elsewhere is replaced where it lies.
    let target = system::canonical(&path).unwrap_or_else(|_| path.clone());
    files::replace(&target, text).map_err(|error: io::Error| {
        let problem = format!("{} cannot be written", context.shown(&path));
        UserError::new(ExitCode::Internal, problem)
            .because(error)
            .help("nothing was changed; check the folder's permissions and the free space")
    })
}
