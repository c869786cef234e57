//! A store of several machines as one checkout sees it: with the runs that are on their way to it, and with `latest`
//! as the newest of this checkout.

use std::cell::{OnceCell, RefCell};
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use super::sending::{BUDGET, Open, Post, Sendable};
use super::waiting::Waiting;
use super::{Delivered, Letter, Outbox};
use crate::model::RunDocument;
use crate::project::latest::Latest;
use crate::project::store::{
    Entry, Fault, Filter, Made, Names, Order, Query, SegmentId, Store, StoreError, behind, is_same,
};

/// Noted runs that are looked for, at most.
const NOTED: usize = 10;

/// A store of several machines, its outbox, and the note of what this checkout stored.
pub(crate) struct Shared {
    name: String,
    open: Open,
    remote: OnceCell<Box<dyn Store>>,
    /// The reason for which it could not be opened.
    unreached: RefCell<Option<String>>,
    outbox: Outbox,
    waiting: RefCell<Option<Waiting>>,
    latest: Latest,
    post: Arc<Post>,
    budget: Duration,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Shared {
    /// Makes the view of the store `name`, which `open` opens once it is needed.
    pub(crate) fn new(
        name: String,
        open: Open,
        outbox: Outbox,
        (latest, post): (Latest, Arc<Post>),
    ) -> Self {
        Self {
            name,
            open,
            remote: OnceCell::new(),
            unreached: RefCell::new(None),
            outbox,
            waiting: RefCell::new(None),
            latest,
            post,
            budget: BUDGET,
        }
    }

    /// Sets the time that sending may take.
    #[cfg(test)]
    pub(super) fn within(self, budget: Duration) -> Self {
        Self { budget, ..self }
    }

    /// Returns the store itself; `None` where this command has stored a run and found that it takes nothing: what
    /// is left to say of the run is said without.
    fn remote(&self) -> Result<Option<&dyn Store>, StoreError> {
        if self.post.gave_up().is_some() {
            return Ok(None);
        }
        self.opened_within(None).map(Some)
    }

    /// Opens the store itself, in which everything has to be done within `time` where that is given, unless that has
    /// failed already: it is not waited for twice.
    fn opened_within(&self, time: Option<Duration>) -> Result<&dyn Store, StoreError> {
        if let Some(remote) = self.remote.get() {
            return Ok(&**remote);
        }
        if let Some(why) = self.unreached.borrow().as_ref() {
            return Err(self.failed(Fault::Other(why.clone().into())));
        }
        let opened = (self.open)(time).inspect_err(|error| {
            self.unreached.replace(Some(error.to_string()));
        })?;
        Ok(&**self.remote.get_or_init(|| opened))
    }

    /// Returns the store itself to change something in it.
    fn remote_mut(&mut self) -> Result<&mut Box<dyn Store>, StoreError> {
        if let Some(why) = self.post.gave_up() {
            return Err(self.failed(Fault::Other(why.into())));
        }
        let opened = match self.remote.take() {
            Some(remote) => remote,
            None => (self.open)(None)?,
        };
        let _ = self.remote.set(opened);
        self.remote.get_mut().ok_or_else(|| StoreError {
            store: self.name.clone(),
            fault: Fault::Other("it was closed".into()),
        })
    }

    fn failed(&self, fault: Fault) -> StoreError {
        StoreError { store: self.name.clone(), fault }
    }

    /// Does something with the runs that wait.
    fn waiting<T>(&self, with: impl FnOnce(&Waiting) -> T) -> T {
        let mut waiting = self.waiting.borrow_mut();
        with(waiting.get_or_insert_with(|| Waiting::read(&self.outbox, &self.name)))
    }

    /// Returns the filter in which no run stands that waits: by the time of that run instead.
    fn in_times(&self, filter: &Filter) -> Filter {
        let mut filter = filter.clone();
        let time = |id: &Option<String>| {
            let id = id.as_ref()?;
            self.waiting(|waiting| Some(waiting.run(id)?.run.time.clone()))
        };
        if let Some(time) = time(&filter.older_than) {
            filter.but.extend(filter.older_than.take());
            let until = behind(&time);
            let earlier = |known: String| until.clone().map_or(known.clone(), |it| it.min(known));
            filter.until = filter.until.map(earlier).or(until.clone());
        }
        if let Some(time) = time(&filter.newer_than) {
            filter.but.extend(filter.newer_than.take());
            filter.since = Some(filter.since.map_or(time.clone(), |known| known.max(time)));
        }
        filter
    }

    /// Returns the runs that wait and that are meant.
    fn waiting_entries(&self, filter: &Filter) -> Result<Vec<Entry>, StoreError> {
        if self.waiting(Waiting::is_empty) {
            return Ok(Vec::new());
        }
        let mut entries = self.waiting(|waiting| waiting.entries(filter));
        let beside =
            [(&filter.older_than, Ordering::Less), (&filter.newer_than, Ordering::Greater)];
        for (id, wanted) in beside {
            let Some(id) = id else { continue };
            let stored = self.remote()?.map(|it| it.newest(&Filter::of_id(id))).transpose()?;
            // What is not there has nothing before it, and nothing after.
            let Some(stored) = stored.flatten() else { return Ok(Vec::new()) };
            entries.retain(|it| (&it.time, &it.id).cmp(&(&stored.time, &stored.id)) == wanted);
        }
        Ok(entries)
    }

    /// Returns the newest run that this checkout stored, of those that are meant.
    fn noted(&self, filter: &Filter) -> Result<Option<Entry>, StoreError> {
        for id in self.latest.ids(&self.name).into_iter().take(NOTED) {
            if filter.but.contains(&id) {
                continue;
            }
            let this = Filter { id: Some(id), ..filter.clone() };
            if let Some(entry) = self.newest(&this)? {
                return Ok(Some(entry));
            }
        }
        Ok(None)
    }
}

impl Store for Shared {
    fn save_made_of(
        &mut self,
        run: &RunDocument,
        segments: &[SegmentId],
        made: Made,
    ) -> Result<(), StoreError> {
        let id = run.run.id.clone();
        let known = self.waiting(|waiting| waiting.run(&id).map(|known| is_same(known, run)));
        if let Some(is_same) = known {
            return Err(self.failed(Fault::Exists { id, is_same }));
        }
        if !self.waiting(|waiting| waiting.made_of(segments)).is_empty() {
            return Err(self.failed(Fault::Taken));
        }
        let mut letters: Vec<Sendable> =
            self.outbox.ids().into_iter().map(|id| Sendable { id, is_own: false }).collect();
        let letter = Letter::of(run, segments, made, &self.name);
        self.outbox.put(&letter).map_err(|error| StoreError {
            store: self.outbox.folder().display().to_string(),
            fault: Fault::Io(error),
        })?;
        self.post.remember(&id);
        letters.push(Sendable { id: id.clone(), is_own: true });
        let sent = self.post.send(&self.outbox, (letters, &self.name), &self.open, self.budget);
        self.waiting.take();
        match sent {
            // What has just been made is nowhere else: another command was faster, and sent it.
            Some(Ok(Delivered::Before)) if made == Made::Then => {
                Err(self.failed(Fault::Exists { id, is_same: true }))
            }
            None | Some(Ok(Delivered::Now | Delivered::Before)) => {
                // Nothing is worse without it.
                let _ = self.latest.note(&self.name, &id);
                Ok(())
            }
            Some(Ok(Delivered::AsAnother)) => Err(self.failed(Fault::Taken)),
            Some(Err(_)) => {
                // Who made it hears of it, and has it still.
                let _ = self.outbox.take_out(&id);
                let is_known = self
                    .remote()?
                    .is_some_and(|it| it.count(&Filter::of_id(&id)).is_ok_and(|count| count > 0));
                Err(self.failed(if is_known {
                    Fault::Exists { id, is_same: false }
                } else {
                    Fault::Taken
                }))
            }
        }
    }

    fn made_of(&self, segments: &[SegmentId]) -> Result<BTreeMap<SegmentId, String>, StoreError> {
        let mut known = self.waiting(|waiting| waiting.made_of(segments));
        // A store that does not answer now looks itself when the run arrives: nobody waits longer for it than for
        // sending.
        if self.post.gave_up().is_none()
            && let Ok(remote) = self.opened_within(Some(self.budget))
            && let Ok(stored) = remote.made_of(segments)
        {
            known.extend(stored);
        }
        Ok(known)
    }

    fn entries(&self, query: &Query) -> Result<Vec<Entry>, StoreError> {
        let filter = self.in_times(&query.filter);
        let waiting = self.waiting_entries(&filter)?;
        let is_found = filter.id.is_some() && !waiting.is_empty();
        let remote = if is_found { None } else { self.remote()? };
        let Some(remote) = remote else { return Ok(part(waiting, query)) };
        if waiting.is_empty() {
            return remote.entries(&Query { filter, ..query.clone() });
        }
        let most = query.most.map(|most| most.saturating_add(query.skip));
        let mut all = remote.entries(&Query { filter, skip: 0, most, ..query.clone() })?;
        let known: BTreeSet<String> = all.iter().map(|entry| entry.id.clone()).collect();
        all.extend(waiting.into_iter().filter(|entry| !known.contains(&entry.id)));
        Ok(part(all, query))
    }

    fn count(&self, filter: &Filter) -> Result<usize, StoreError> {
        let filter = self.in_times(filter);
        let waiting = self.waiting_entries(&filter)?;
        if filter.id.is_some() && !waiting.is_empty() {
            return Ok(1);
        }
        let count = waiting.len();
        let Some(remote) = self.remote()? else { return Ok(count) };
        // One that waits may be there already, when its answer was lost.
        let mut others = filter;
        others.but.extend(waiting.into_iter().map(|entry| entry.id));
        Ok(count + remote.count(&others)?)
    }

    fn load(&self, id: &str) -> Result<RunDocument, StoreError> {
        if let Some(run) = self.waiting(|waiting| waiting.run(id).cloned()) {
            return Ok(run);
        }
        match self.remote()? {
            Some(remote) => remote.load(id),
            None => Err(self.failed(Fault::NoRun { id: id.to_owned() })),
        }
    }

    fn samples(&self, ids: &[&str]) -> Vec<RunDocument> {
        let is_there = |id: &&str| self.waiting(|waiting| waiting.run(id).is_none());
        let there: Vec<&str> = ids.iter().copied().filter(is_there).collect();
        let remote = self.remote().ok().flatten().filter(|_| !there.is_empty());
        let stored = remote.map_or_else(Vec::new, |it| it.samples(&there));
        let mut stored: BTreeMap<String, RunDocument> =
            stored.into_iter().map(|run| (run.run.id.clone(), run)).collect();
        let here = |id: &str| self.waiting(|it| it.run(id).map(RunDocument::sample));
        ids.iter().filter_map(|id| here(id).or_else(|| stored.remove(*id))).collect()
    }

    fn trouble(&self) -> Result<(), StoreError> {
        self.remote()?.map_or(Ok(()), Store::trouble)
    }

    fn remove(&mut self, ids: &[&str]) -> Result<usize, StoreError> {
        let (here, there): (Vec<&str>, Vec<&str>) =
            ids.iter().partition(|id| self.waiting(|waiting| waiting.run(id).is_some()));
        let mut removed = if there.is_empty() { 0 } else { self.remote_mut()?.remove(&there)? };
        for id in here {
            self.outbox.take_out(id).map_err(|error| self.failed(Fault::Io(error)))?;
            removed += 1;
        }
        self.waiting.take();
        Ok(removed)
    }

    fn rename(&mut self, id: &str, change: &dyn Fn(&Names) -> Names) -> Result<Names, StoreError> {
        let Some((letter, names)) = self.waiting(|waiting| waiting.renamed(id, change)) else {
            return self.remote_mut()?.rename(id, change);
        };
        self.outbox.put(&letter).map_err(|error| self.failed(Fault::Io(error)))?;
        self.waiting.take();
        Ok(names)
    }

    fn shrink(&mut self) -> Result<(), StoreError> {
        self.remote_mut()?.shrink()
    }

    fn is_shared(&self) -> bool {
        true
    }

    fn own_newest(&self, filter: &Filter) -> Result<Option<Entry>, StoreError> {
        match self.noted(filter)? {
            Some(entry) => Ok(Some(entry)),
            None => self.newest(filter),
        }
    }
}

/// Returns the part of the runs for which a query asks, in its order.
fn part(mut entries: Vec<Entry>, query: &Query) -> Vec<Entry> {
    entries.sort_by(|one, other| (&one.time, &one.id).cmp(&(&other.time, &other.id)));
    if query.order == Order::NewestFirst {
        entries.reverse();
    }
    entries.into_iter().skip(query.skip).take(query.most.unwrap_or(usize::MAX)).collect()
}
