//! What `run` and `collect` share: a collected folder becomes a stored run and a summary.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::output;
use crate::error::{ExitCode, UserError};
use crate::model::RunDocument;
use crate::project::context::Context;
use crate::project::store::{self, Entry, Fault, Sqlite, Store as _, StoreError};
use crate::record::collect::{self, Collected, Listing, SegmentId};
use crate::render;
use crate::text::shell::shell_word;

/// What a run is to say of itself.
#[derive(Debug, clap::Args)]
pub(super) struct NameArgs {
    /// Name to find the run by later
    #[arg(long, short, env = "PERF_TRACK_LABEL", hide_env_values = true)]
    #[arg(value_parser = label)]
    pub(super) label: Option<String>,

    /// The branch that the run is of [default: the one checked out, or the one that CI names]
    #[arg(long, value_name = "NAME", env = "PERF_TRACK_BRANCH", hide_env_values = true)]
    #[arg(value_parser = branch)]
    pub(super) branch: Option<String>,
}

/// Checks a label given by the user.
pub(super) fn label(text: &str) -> Result<String, String> {
    if text == "latest" || text.starts_with("latest~") {
        return Err("`latest` always stands for the newest run".to_owned());
    }
    line(text)
}

/// Checks the name of a branch given by the user.
pub(super) fn branch(text: &str) -> Result<String, String> {
    line(text)
        .map_err(|problem| format!("{problem}; leave it out for the branch that is checked out"))
}

/// Checks that a name is a line of text, of which something can be seen.
fn line(text: &str) -> Result<String, String> {
    const LONGEST: usize = 200;
    if text.trim().is_empty() {
        Err("it is empty".to_owned())
    } else if text.chars().count() > LONGEST {
        Err(format!("it is longer than {LONGEST} characters"))
    } else if text.chars().any(char::is_control) {
        Err("it has control characters".to_owned())
    } else {
        Ok(text.to_owned())
    }
}

/// Which process stored the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stored {
    /// This one.
    Now,
    /// Another one, or one that was killed before it cleared the folder: some of it at least.
    Before,
}

/// What the segments in a folder are known by.
pub(super) type Ids = BTreeMap<PathBuf, SegmentId>;

/// What these are known by. `run` is the id of the run that their folder is of.
pub(super) fn ids<'a>(paths: impl Iterator<Item = &'a PathBuf>, run: Option<&str>) -> Ids {
    paths.map(|path| (path.clone(), collect::id_of(path, run))).collect()
}

/// Stores the run that was made of what was `collected`, once. When that fails its segments stay where
/// they are, and the error says how to store it later.
pub(super) fn store(
    context: &Context,
    folder: &Path,
    document: &RunDocument,
    (collected, ids): (&Collected, &Ids),
) -> Result<Stored, UserError> {
    let segments: BTreeSet<_> = collected.taken().filter_map(|path| ids.get(path)).collect();
    let segments: Vec<SegmentId> = segments.into_iter().copied().collect();
    let save = |mut store: Sqlite| match store.save_made_of(document, &segments) {
        Err(StoreError { fault: Fault::Taken, .. }) => Ok(Stored::Before),
        Err(StoreError { fault: Fault::Exists { .. }, .. }) if is_stored(&store, document) => {
            Ok(Stored::Before)
        }
        result => Ok(result.map(|()| Stored::Now)?),
    };
    store::open_or_create(context).and_then(save).map_err(|error| not_stored(error, folder))
}

/// Whether the stored run of this id is this one: ids are made up, and could be the same by chance.
fn is_stored(store: &Sqlite, document: &RunDocument) -> bool {
    let is_same = |run: RunDocument| {
        run.run.time == document.run.time && run.run.command == document.run.command
    };
    store.load(&document.run.id).is_ok_and(is_same)
}

/// What lies in a folder although it is stored: whoever stored it was killed before it had cleared the
/// folder, or was asked to keep it.
#[derive(Debug, Default)]
pub(super) struct Before {
    /// What a stored run is made of.
    pub(super) listing: Listing,
    /// Ids of the runs.
    pub(super) runs: BTreeSet<String>,
}

/// Tells what of `listing` is stored from what is not. `pending` is the id of the run that `folder` is of.
pub(super) fn stored_before(
    context: &Context,
    listing: Listing,
    ids: &Ids,
    (pending, folder): (Option<&str>, &Path),
) -> Result<(Before, Listing), UserError> {
    let find = || -> Result<_, UserError> {
        let store = match Sqlite::open(&context.store) {
            Err(StoreError { fault: Fault::Missing, .. }) => return Ok(None),
            store => store?,
        };
        let segments: Vec<SegmentId> = ids.values().copied().collect();
        let is_pending = |entry: &Entry| pending == Some(entry.id.as_str());
        let known = pending.is_some() && store.entries()?.iter().any(is_pending);
        Ok(Some((store.made_of(&segments)?, known)))
    };
    let found = find().map_err(|error| not_stored(error, folder))?;
    let Some((made_of, is_pending_known)) = found else {
        return Ok((Before::default(), listing));
    };
    let runs = made_of.values().cloned();
    let runs = runs.chain(pending.filter(|_| is_pending_known).map(str::to_owned)).collect();
    let (listing, rest) =
        listing.partition(|path| ids.get(path).is_some_and(|id| made_of.contains_key(id)));
    Ok((Before { listing, runs }, rest))
}

fn not_stored(error: UserError, folder: &Path) -> UserError {
    let later = format!("perf-report collect --dir {}", shell_word(folder));
    let help = match &error.help {
        Some(help) => format!("{help}; nothing is lost, store the run later with\n  {later}"),
        None => format!("nothing is lost, store the run later with\n  {later}"),
    };
    let code = error.code;
    UserError::new(code, "the run was not stored").because(error).help(help)
}

/// Tells what the run holds, what is missing from it, and where it is.
pub(super) fn tell(
    context: &Context,
    document: &RunDocument,
    collected: &Collected,
    left: &[String],
) {
    let recorded = document.process.count > 0;
    // The summary names the problems by itself.
    let problems = if recorded { Vec::new() } else { collected.problems() };
    for problem in problems.iter().chain(left) {
        output::warning(problem);
    }
    if recorded {
        output::message(&format!("\n{}", render::summary(document, output::message_screen())));
    }
    let store = context.shown(&context.store);
    output::message(&format!("stored as run {} in {store}", document.run.id));
}

/// There is nothing in `folder` to collect.
pub(super) fn no_data(folder: &Path) -> UserError {
    let problem = format!("no process has recorded in {}", folder.display());
    UserError::new(ExitCode::NothingToJudge, problem)
        .help("record a command with `perf-report run -- COMMAND`, or name the folder with --dir")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_a_line_of_text_that_is_not_taken() {
        for good in ["before", "v1.2 (release)", "größer"] {
            assert_eq!(label(good).as_deref(), Ok(good));
        }
        let long = "x".repeat(201);
        for bad in ["", " ", "a\nb", "\u{1b}[31m", &long] {
            assert!(label(bad).is_err() && branch(bad).is_err(), "{bad:?}");
        }
        for taken in ["latest", "latest~1"] {
            assert!(label(taken).is_err() && branch(taken).is_ok(), "{taken:?}");
        }
    }
}
