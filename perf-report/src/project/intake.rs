//! The way of what processes recorded into the store: each segment becomes part of one stored run, once.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::context::Context;
use super::store::{Fault, Filter, Made, Store, StoreError};
use crate::error::UserError;
use crate::model::RunDocument;
use crate::record::collect::{self, Collected, Listing, SegmentId};
use crate::text::shell::shell_word;

/// The process that stored a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stored {
    /// This one.
    Now,
    /// Another one, or one that was killed before it cleared the folder: some of it at least.
    Before,
}

/// The segments in a folder, each with the id by which it is known.
pub(crate) type Ids = BTreeMap<PathBuf, SegmentId>;

/// Finds the ids of the segments at `paths`. `run` is the id of the run to which their folder belongs.
pub(crate) fn ids<'a>(paths: impl Iterator<Item = &'a PathBuf>, run: Option<&str>) -> Ids {
    paths.map(|path| (path.clone(), collect::id_of(path, run))).collect()
}

/// Stores the run that was made of what was `collected`, once. When that fails its segments stay where they
/// are, and the error explains how to store it later.
///
/// # Errors
/// When the store takes no more.
pub(crate) fn store(
    context: &Context,
    folder: &Path,
    (document, made): (&RunDocument, Made),
    (collected, ids): (&Collected, &Ids),
) -> Result<Stored, UserError> {
    let segments: BTreeSet<_> = collected.taken().filter_map(|path| ids.get(path)).collect();
    let segments: Vec<SegmentId> = segments.into_iter().copied().collect();
    match save(context, document, (&segments, made)) {
        Err(StoreError { fault: Fault::Taken, .. }) => Ok(Stored::Before),
        stored => stored.map_err(|error| not_stored(error.into(), folder)),
    }
}

/// Stores a run that was made of no segments that others could store too: once, whoever tries it again.
///
/// # Errors
/// When the store takes no more.
pub(crate) fn store_run(context: &Context, document: &RunDocument) -> Result<Stored, UserError> {
    save(context, document, (&[], Made::Then)).map_err(UserError::from)
}

/// Stores a run, once.
fn save(
    context: &Context,
    document: &RunDocument,
    (segments, made): (&[SegmentId], Made),
) -> Result<Stored, StoreError> {
    let mut store = context.open_or_create()?;
    match store.save_made_of(document, segments, made) {
        Err(StoreError { fault: Fault::Exists { is_same, .. }, .. })
            if is_same || is_stored(&*store, document) =>
        {
            Ok(Stored::Before)
        }
        result => result.map(|()| Stored::Now),
    }
}

/// Returns whether the stored run of this id is this one: ids are made up, and could be the same by chance.
fn is_stored(store: &dyn Store, document: &RunDocument) -> bool {
    let is_same = |run: RunDocument| {
        run.run.time == document.run.time && run.run.command == document.run.command
    };
    store.load(&document.run.id).is_ok_and(is_same)
}

/// The segments that lie in a folder although they are stored: whoever stored them was killed before it had
/// cleared the folder, or was asked to leave them there.
#[derive(Debug, Default)]
pub(crate) struct Before {
    /// The segments of which stored runs are made.
    pub listing: Listing,
    /// The ids of these runs.
    pub runs: BTreeSet<String>,
}

/// Divides `listing` into what is stored and what is not. `pending` is the id of the run to which `folder`
/// belongs.
///
/// # Errors
/// When the store cannot be read; that there is none is no error.
pub(crate) fn stored_before(
    context: &Context,
    listing: Listing,
    ids: &Ids,
    (pending, folder): (Option<&str>, &Path),
) -> Result<(Before, Listing), UserError> {
    let find = || -> Result<_, StoreError> {
        let store = match context.open_stored() {
            Err(StoreError { fault: Fault::Missing, .. }) => return Ok(None),
            store => store?,
        };
        let segments: Vec<SegmentId> = ids.values().copied().collect();
        let made_of = store.made_of(&segments)?;
        let known = match pending.map(|id| store.newest(&Filter::of_id(id))).transpose() {
            // A store of several machines that does not answer now sees itself what it has.
            Err(_) if context.store.is_remote() => None,
            known => known?.flatten(),
        };
        Ok(Some((made_of, known)))
    };
    let found = find().map_err(|error| not_stored(error.into(), folder))?;
    let Some((made_of, known)) = found else {
        return Ok((Before::default(), listing));
    };
    let runs = made_of.values().cloned().chain(known.map(|entry| entry.id)).collect();
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
