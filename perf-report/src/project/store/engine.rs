//! The contract of a store: what an engine answers by itself, and what every store makes of the answers.

use std::collections::BTreeMap;
use std::fmt;

use super::entry::{Entry, Names};
use super::error::StoreError;
use super::find_error::Unfound;
use super::order;
use super::query::{Filter, Made, Query};
use super::reference::RunRef;
use super::resolve::Finder;
use super::revisions::Revisions;
use crate::error::UserError;
use crate::model::RunDocument;
use crate::record::collect::SegmentId;

/// The choice of functions by their names.
pub type IsWanted<'a> = dyn Fn(&str) -> bool + Sync + 'a;

/// A place that keeps runs and finds them again. A run is immutable once it is stored.
///
/// An engine has to bring the methods without a body. Filter, order and limit reach it as they are, so that it
/// hands over no more than was asked for. The other methods are made of these; an engine that knows a
/// shorter way brings its own.
pub trait Store: fmt::Debug {
    /// Stores a run and, in the same step, the ids of the segments of which it is made: all of it or, when
    /// it fails, nothing. `made` says where its place is among the others.
    ///
    /// # Errors
    /// When the store takes no more, holds a run of this id, or one that is made of one of these
    /// segments.
    fn save_made_of(
        &mut self,
        run: &RunDocument,
        segments: &[SegmentId],
        made: Made,
    ) -> Result<(), StoreError>;

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

    /// Returns stored runs as [`samples`](Self::samples) in which only the functions are that are wanted: all others may
    /// be one without a name, which has the sums of their own times. An engine that has no shorter way returns all.
    fn excerpts(&self, ids: &[&str], is_wanted: &IsWanted<'_>) -> Vec<RunDocument> {
        let _ = is_wanted;
        self.samples(ids)
    }

    /// Returns the fault that the last reading of samples met, where they are fewer than there should be: a network
    /// fails, and a verdict must not be made of what happened to arrive. It is told once.
    ///
    /// # Errors
    /// That fault.
    fn trouble(&self) -> Result<(), StoreError> {
        Ok(())
    }

    /// Removes these runs with all that is kept of them, so that their segments may be stored again: all of
    /// them or, when it fails, none. An id that no run has is passed over. Returns the number of runs removed.
    ///
    /// # Errors
    /// When the store cannot be written.
    fn remove(&mut self, ids: &[&str]) -> Result<usize, StoreError>;

    /// Gives the run of this id another label and other tags: those that `change` makes of its own, in one
    /// step, so that nobody's change is lost. Returns them. They stand beside what was recorded, and are
    /// all of a run that can be changed.
    ///
    /// # Errors
    /// When the store cannot be written, and when there is no such run.
    fn rename(&mut self, id: &str, change: &dyn Fn(&Names) -> Names) -> Result<Names, StoreError>;

    /// Gives space of what was removed back to the file system.
    ///
    /// # Errors
    /// When the store cannot be written; nothing is lost then.
    fn shrink(&mut self) -> Result<(), StoreError>;

    /// Stores a run of unknown segments, at the place of its time: all of it or, when it fails, nothing.
    ///
    /// # Errors
    /// As for [`save_made_of`](Self::save_made_of).
    fn save(&mut self, run: &RunDocument) -> Result<(), StoreError> {
        self.save_made_of(run, &[], Made::Then)
    }

    /// Returns the run made last of those that are meant.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn newest(&self, filter: &Filter) -> Result<Option<Entry>, StoreError> {
        Ok(self.entries(&Query::newest(filter.clone(), 1))?.pop())
    }

    /// Returns the run of this checkout that was made last, of those that are meant; where it has made none, the
    /// newest of all. In a store of one machine that is the same.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn own_newest(&self, filter: &Filter) -> Result<Option<Entry>, StoreError> {
        self.newest(filter)
    }

    /// Returns whether other checkouts store their runs here, too, so that the newest of all is mostly somebody
    /// else's.
    fn is_shared(&self) -> bool {
        false
    }

    /// Returns the newest runs that are meant and that recorded something, at most `most`, oldest first.
    /// One that cannot be read is left out, and so is a distributed run that lacks a part. The newest is whole, the others are samples, as in a baseline.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn recent(&self, filter: &Filter, most: usize) -> Result<Vec<RunDocument>, StoreError> {
        back(self, filter, most, Newest::Whole, &|ids| self.samples(ids))
    }

    /// Returns the same runs, all of them as samples: those that lie behind a run which is loaded already.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn recent_samples(&self, filter: &Filter, most: usize) -> Result<Vec<RunDocument>, StoreError> {
        back(self, filter, most, Newest::Sample, &|ids| self.samples(ids))
    }

    /// Returns the same runs as [`excerpts`](Self::excerpts).
    ///
    /// # Errors
    /// When the store cannot be read.
    fn recent_excerpts(
        &self,
        filter: &Filter,
        most: usize,
        is_wanted: &IsWanted<'_>,
    ) -> Result<Vec<RunDocument>, StoreError> {
        back(self, filter, most, Newest::Sample, &|ids| self.excerpts(ids, is_wanted))
    }

    /// Means the comparable runs that were made before `run`, whether it is stored or not. Its verdict must not
    /// depend on what was made later, or is still to come.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn behind(&self, run: &RunDocument) -> Result<Filter, StoreError> {
        if self.count(&Filter::of_id(&run.run.id))? > 0 {
            return Ok(Filter::before(run));
        }
        Ok(Filter { until: order::behind(&run.run.time), ..Filter::comparable(run) })
    }

    /// Returns at most `most` comparable runs that were made before `run`, oldest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn before(&self, run: &RunDocument, most: usize) -> Result<Vec<RunDocument>, StoreError> {
        self.recent(&self.behind(run)?, most)
    }

    /// Returns `run` with all others that were made with it, by `run --repeat`, oldest first.
    ///
    /// # Errors
    /// As for [`load`](Self::load).
    fn with_group(&self, run: RunDocument) -> Result<Vec<RunDocument>, StoreError> {
        with_group(self, run)
    }

    /// Returns the run that `reference` names.
    ///
    /// # Errors
    /// When there is no such run, more than one, or it cannot be read.
    fn find(
        &self,
        reference: &RunRef,
        revisions: &dyn Revisions,
    ) -> Result<RunDocument, UserError> {
        Ok(self.load(&self.resolve(reference, revisions)?.id)?)
    }

    /// Returns the entry of the run that `reference` names. Of a bare word, an exact id comes before a label
    /// (the newest run that carries it), a label before the beginning of an id, and that before a commit, a
    /// branch and a tag of git, which must not mean different runs. `revisions` is asked only for names that
    /// need it.
    ///
    /// # Errors
    /// When there is no such run, or more than one.
    fn resolve(&self, reference: &RunRef, revisions: &dyn Revisions) -> Result<Entry, Unfound> {
        Finder { store: self, revisions }.resolve(reference)
    }
}

/// Loads the other runs of the group of `run`, oldest first, with it among them.
pub(super) fn with_group<S: Store + ?Sized>(
    store: &S,
    run: RunDocument,
) -> Result<Vec<RunDocument>, StoreError> {
    let Some(group) = run.run.group.clone() else { return Ok(vec![run]) };
    let members = Filter { group: Some(group), ..Filter::default() };
    let entries = store.entries(&Query::oldest(members, usize::MAX))?;
    let mut known = Some(run);
    let mut runs = Vec::with_capacity(entries.len());
    for entry in &entries {
        let is_known = |run: &mut RunDocument| run.run.id == entry.id;
        runs.push(known.take_if(is_known).map_or_else(|| store.load(&entry.id), Ok)?);
    }
    Ok(known.map_or(runs, |run| vec![run]))
}

/// The form of the newest of several runs; the others are samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Newest {
    Whole,
    Sample,
}

/// Goes back over the runs that are meant until `most` have recorded something; oldest first.
fn back<S: Store + ?Sized>(
    store: &S,
    filter: &Filter,
    most: usize,
    newest: Newest,
    samples: &dyn Fn(&[&str]) -> Vec<RunDocument>,
) -> Result<Vec<RunDocument>, StoreError> {
    let mut filter = filter.clone();
    let mut runs: Vec<RunDocument> = Vec::new();
    while runs.len() < most {
        let query = Query::newest(filter.clone(), most - runs.len());
        let entries = store.entries(&query)?;
        let Some(oldest) = entries.last() else { break };
        filter.older_than = Some(oldest.id.clone());
        let mut ids = entries.iter().map(|entry| entry.id.as_str());
        if runs.is_empty() && newest == Newest::Whole {
            runs.extend(ids.find_map(|id| store.load(id).ok().filter(recorded)));
        }
        let rest: Vec<&str> = ids.collect();
        runs.extend(samples(&rest).into_iter().filter(recorded));
        store.trouble()?;
    }
    runs.reverse();
    Ok(runs)
}

fn recorded(run: &RunDocument) -> bool {
    !run.is_empty() && run.run.lacking().is_none()
}
