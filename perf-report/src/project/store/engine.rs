//! The contract of a store: what an engine answers by itself, and what every store makes of the answers.

use std::collections::BTreeMap;
use std::fmt;

use super::entry::Entry;
use super::error::StoreError;
use super::query::{Filter, Query};
use super::reference::{FindError, RunRef};
use crate::error::UserError;
use crate::model::RunDocument;
use crate::record::collect::SegmentId;

/// The runs of a group that are looked for at once.
const PAGE: usize = 32;

/// The ids that are named where several begin alike.
const SEVERAL: usize = 4;

/// The newest runs that an unknown name is held against, to guess what was meant.
const GUESSED_AMONG: usize = 10_000;

/// A place that keeps runs and finds them again. A run is immutable once it is stored.
///
/// An engine has to bring the methods without a body. Filter, order and limit reach it as they are, so that it
/// hands over no more than was asked for. The other methods are made of these; an engine that knows a
/// shorter way brings its own.
pub trait Store: fmt::Debug {
    /// Stores a run and, in the same step, the ids of the segments of which it is made: all of it or, when
    /// it fails, nothing.
    ///
    /// # Errors
    /// When the store takes no more, holds a run of this id, or one that is made of one of these
    /// segments.
    fn save_made_of(&mut self, run: &RunDocument, segments: &[SegmentId])
    -> Result<(), StoreError>;

    /// Returns those of `segments` of which a stored run is made, each with the id of the run.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn made_of(&self, segments: &[SegmentId]) -> Result<BTreeMap<SegmentId, String>, StoreError>;

    /// Returns the runs for which `query` asks, in its order, without their documents.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn entries(&self, query: &Query) -> Result<Vec<Entry>, StoreError>;

    /// Counts the runs that are meant.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn count(&self, filter: &Filter) -> Result<usize, StoreError>;

    /// Returns the run of exactly this id.
    ///
    /// # Errors
    /// When the store cannot be read, the run is not there, or is damaged.
    fn load(&self, id: &str) -> Result<RunDocument, StoreError>;

    /// Returns stored runs as [`samples`](RunDocument::sample), in the order of `ids`, without those that
    /// cannot be read.
    fn samples(&self, ids: &[&str]) -> Vec<RunDocument> {
        ids.iter().filter_map(|id| Some(self.load(id).ok()?.sample())).collect()
    }

    /// Stores a run of unknown segments: all of it or, when it fails, nothing.
    ///
    /// # Errors
    /// As for [`save_made_of`](Self::save_made_of).
    fn save(&mut self, run: &RunDocument) -> Result<(), StoreError> {
        self.save_made_of(run, &[])
    }

    /// Returns the run stored last of those that are meant.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn newest(&self, filter: &Filter) -> Result<Option<Entry>, StoreError> {
        Ok(self.entries(&Query::newest(filter.clone(), 1))?.pop())
    }

    /// Returns the newest runs that are meant and that recorded something, at most `most`, oldest first.
    /// One that cannot be read is left out. The newest is whole, the others are samples, as in a baseline.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn recent(&self, filter: &Filter, most: usize) -> Result<Vec<RunDocument>, StoreError> {
        let mut filter = filter.clone();
        let mut runs: Vec<RunDocument> = Vec::new();
        while runs.len() < most {
            let query = Query::newest(filter.clone(), most - runs.len());
            let entries = self.entries(&query)?;
            let Some(oldest) = entries.last() else { break };
            filter.older_than = Some(oldest.id.clone());
            let mut ids = entries.iter().map(|entry| entry.id.as_str());
            if runs.is_empty() {
                runs.extend(ids.find_map(|id| self.load(id).ok().filter(recorded)));
            }
            let rest: Vec<&str> = ids.collect();
            runs.extend(self.samples(&rest).into_iter().filter(recorded));
        }
        runs.reverse();
        Ok(runs)
    }

    /// Returns at most `most` comparable runs that were stored before `run`, oldest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn before(&self, run: &RunDocument, most: usize) -> Result<Vec<RunDocument>, StoreError> {
        self.recent(&Filter::before(run), most)
    }

    /// Returns `run` with all others that were made with it, by `run --repeat`, oldest first.
    ///
    /// # Errors
    /// As for [`load`](Self::load).
    fn with_group(&self, run: RunDocument) -> Result<Vec<RunDocument>, StoreError> {
        let Some(group) = run.run.group.clone() else { return Ok(vec![run]) };
        let first = match self.newest(&Filter::of_id(&group))? {
            Some(first) => Some(first),
            None => self.newest(&Filter::of_id(&run.run.id))?,
        };
        // Whatever was made with the first one was stored after it, in a row.
        let mut page: Vec<Entry> = first.into_iter().collect();
        let mut runs = Vec::new();
        while let Some(last) = page.last() {
            let newer = Filter { newer_than: Some(last.id.clone()), ..Filter::default() };
            let members = page.iter().filter(|entry| entry.label == run.run.label);
            if !extend_group(self, &mut runs, members, &group)? {
                break;
            }
            page = self.entries(&Query::oldest(newer, PAGE))?;
        }
        let is_among = runs.iter().any(|member| member.run.id == run.run.id);
        Ok(if is_among { runs } else { vec![run] })
    }

    /// Returns the run that `reference` names.
    ///
    /// # Errors
    /// When there is no such run, more than one, or it cannot be read.
    fn find(&self, reference: &RunRef) -> Result<RunDocument, UserError> {
        Ok(self.load(&self.resolve(reference)?.id)?)
    }

    /// Returns the entry of the run that `reference` names. An exact id comes before a label (the newest run
    /// that carries it), and a label before the beginning of an id.
    ///
    /// # Errors
    /// When there is no such run, or more than one.
    fn resolve(&self, reference: &RunRef) -> Result<Entry, UserError> {
        match reference {
            RunRef::Latest(back) => latest(self, *back),
            RunRef::Runs(name) => named(self, name),
        }
    }
}

fn recorded(run: &RunDocument) -> bool {
    !run.is_empty()
}

/// Adds the runs of these entries as long as they are of the group; returns whether all were.
fn extend_group<'a>(
    store: &(impl Store + ?Sized),
    runs: &mut Vec<RunDocument>,
    entries: impl Iterator<Item = &'a Entry>,
    group: &str,
) -> Result<bool, StoreError> {
    for entry in entries {
        let document = store.load(&entry.id)?;
        if document.run.group.as_deref() != Some(group) {
            return Ok(false);
        }
        runs.push(document);
    }
    Ok(true)
}

fn latest(store: &(impl Store + ?Sized), back: usize) -> Result<Entry, UserError> {
    let query = Query { skip: back, ..Query::newest(Filter::default(), 1) };
    if let Some(entry) = store.entries(&query)?.pop() {
        return Ok(entry);
    }
    Err(match store.count(&Filter::default())? {
        0 => FindError::NothingStored,
        stored => FindError::TooFarBack { stored },
    }
    .into())
}

fn named(store: &(impl Store + ?Sized), name: &str) -> Result<Entry, UserError> {
    let labelled = Filter { label: Some(name.to_owned()), ..Filter::default() };
    for exact in [Filter::of_id(name), labelled] {
        if let Some(entry) = store.newest(&exact)? {
            return Ok(entry);
        }
    }
    let mut found = Vec::new();
    if !name.is_empty() {
        let alike = Filter { id_prefix: Some(name.to_owned()), ..Filter::default() };
        found = store.entries(&Query::newest(alike, SEVERAL))?;
    }
    match found.len() {
        0 => {
            let all = store.entries(&Query::newest(Filter::default(), GUESSED_AMONG))?;
            Err(FindError::unknown(name, &all).into())
        }
        1 => Ok(found.remove(0)),
        _ => {
            let ids = found.into_iter().map(|entry| entry.id).collect();
            Err(FindError::Ambiguous { name: name.to_owned(), ids }.into())
        }
    }
}
