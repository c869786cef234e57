//! Keeps runs. A run is immutable once stored.
//!
//! [`Store`] is what commands see; [`Sqlite`] is the store of one machine. Judging and showing live
//! elsewhere: a store only keeps and finds.

mod entry;
mod error;
mod filter;
mod reference;
mod schema;
mod sqlite;

pub use entry::Entry;
pub use error::{Fault, StoreError};
pub use filter::Filter;
pub use reference::{FindError, RunRef};
pub use schema::{APPLICATION_ID, VERSION};
pub use sqlite::Sqlite;

use std::collections::BTreeMap;

use super::context::Context;
use crate::error::UserError;
use crate::model::RunDocument;
use crate::record::collect::SegmentId;

/// Keeps runs and finds them again.
pub trait Store {
    /// Stores a run: all of it or, when it fails, nothing.
    ///
    /// # Errors
    /// When the store takes no more, or holds a run of this id.
    fn save(&mut self, run: &RunDocument) -> Result<(), StoreError> {
        self.save_made_of(run, &[])
    }

    /// Stores a run and, in the same step, of which segments it is made.
    ///
    /// # Errors
    /// When the store takes no more, holds a run of this id, or one that is made of one of these
    /// segments.
    fn save_made_of(&mut self, run: &RunDocument, segments: &[SegmentId])
    -> Result<(), StoreError>;

    /// Those of `segments` that a stored run is made of, each with the id of the run.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn made_of(&self, segments: &[SegmentId]) -> Result<BTreeMap<SegmentId, String>, StoreError>;

    /// What is stored, newest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn entries(&self) -> Result<Vec<Entry>, StoreError>;

    /// The run of exactly this id.
    ///
    /// # Errors
    /// When the store cannot be read, the run is not there, or is damaged.
    fn load(&self, id: &str) -> Result<RunDocument, StoreError>;

    /// Stored runs as [`samples`](RunDocument::sample), in the order of `ids`, without those that
    /// cannot be read.
    fn samples(&self, ids: &[&str]) -> Vec<RunDocument> {
        ids.iter().filter_map(|id| Some(self.load(id).ok()?.sample())).collect()
    }

    /// The newest runs that `filter` lets through and that recorded something, at most `most`,
    /// oldest first. One that cannot be read is left out. The newest is whole, the others are samples,
    /// as in a baseline.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn recent(&self, filter: &Filter, most: usize) -> Result<Vec<RunDocument>, StoreError> {
        let entries = self.entries()?;
        let mut ids = entries.iter().filter(|entry| filter.admits(entry)).map(|it| it.id.as_str());
        let recorded = |run: &RunDocument| run.process.count > 0;
        let mut newest = || ids.find_map(|id| self.load(id).ok().filter(recorded));
        let newest = if most > 0 { newest() } else { None };
        let mut runs: Vec<RunDocument> = newest.into_iter().collect();
        while runs.len() < most {
            let ids: Vec<_> = ids.by_ref().take(most - runs.len()).collect();
            if ids.is_empty() {
                break;
            }
            runs.extend(self.samples(&ids).into_iter().filter(recorded));
        }
        runs.reverse();
        Ok(runs)
    }

    /// At most `most` comparable runs that were stored before `run`, oldest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn before(&self, run: &RunDocument, most: usize) -> Result<Vec<RunDocument>, StoreError> {
        let entries = self.entries()?;
        self.recent(&Filter::before(run, &entries), most)
    }

    /// `run` with all others that were made with it, by `run --repeat`, oldest first.
    ///
    /// # Errors
    /// As for [`load`](Self::load).
    fn with_group(&self, run: RunDocument) -> Result<Vec<RunDocument>, StoreError> {
        let Some(group) = run.run.group.clone() else { return Ok(vec![run]) };
        let entries = self.entries()?;
        let first = entries.iter().position(|entry| entry.id == group);
        let from = first.or_else(|| entries.iter().position(|entry| entry.id == run.run.id));
        // Newest first: whatever was made with the first one comes before it in the list.
        let newer = entries.iter().take(from.unwrap_or(0) + 1).rev();
        let mut runs = Vec::new();
        for entry in newer.filter(|entry| entry.label == run.run.label) {
            let document = self.load(&entry.id)?;
            if document.run.group.as_ref() != Some(&group) {
                break;
            }
            runs.push(document);
        }
        let is_among = runs.iter().any(|member| member.run.id == run.run.id);
        Ok(if is_among { runs } else { vec![run] })
    }

    /// The run that `reference` names.
    ///
    /// # Errors
    /// When there is no such run, more than one, or it cannot be read.
    fn find(&self, reference: &RunRef) -> Result<RunDocument, UserError> {
        let entries = self.entries()?;
        let entry = reference.resolve(&entries)?;
        Ok(self.load(&entry.id)?)
    }
}

/// Opens the store for reading; it must exist.
///
/// # Errors
/// When nothing has been stored yet, or the file is not a store that can be read. It is never
/// altered or deleted then.
pub fn open(context: &Context) -> Result<Sqlite, UserError> {
    Ok(Sqlite::open(&context.store)?)
}

/// Opens the store for writing, and makes it (with the folder that holds it) when there is none.
///
/// # Errors
/// When it can neither be opened nor made.
pub fn open_or_create(context: &Context) -> Result<Sqlite, UserError> {
    Ok(Sqlite::open_or_create(&context.store)?)
}
