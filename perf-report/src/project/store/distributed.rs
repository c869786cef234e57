//! A store whose distributed runs are one run each: its parts are stored as ordinary runs, and put together when they
//! are read. It stands above the engine, and costs one question more where a part is among what was asked for.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use super::engine::{IsWanted, Store};
use super::entry::{Entry, Names};
use super::error::{Fault, StoreError};
use super::query::{Filter, Made, Order, Query};
use crate::analysis::parts;
use crate::model::{PartKey, PartRun, Parts, RunDocument};
use crate::record::collect::SegmentId;

#[cfg(test)]
mod tests;

/// The sign between the keys of several kinds of machines.
const AND: char = '+';

/// A store whose distributed runs are one run each.
#[derive(Debug)]
pub(crate) struct Distributed {
    stored: Box<dyn Store>,
    /// The fault that the last reading of samples met.
    trouble: RefCell<Option<StoreError>>,
}

/// The stored parts of a distributed run, those included that were made again, oldest first.
#[derive(Debug, Clone)]
struct Members(Vec<(PartKey, Entry)>);

/// The facts by which the parts of a distributed run know each other: the beginning of their group, their command and
/// their source.
type Common = (String, String, Option<String>);

fn common(key: &PartKey, entry: &Entry) -> Common {
    (key.prefix(), entry.command.clone(), entry.source.clone())
}

fn key_of(entry: &Entry) -> Option<PartKey> {
    PartKey::parse(entry.group.as_deref()?)
}

fn key_of_run(run: &RunDocument) -> Option<PartKey> {
    PartKey::parse(run.run.group.as_deref()?)
}

impl Members {
    /// Returns the id of the whole: that of the first of all, so that it stays when a part is made again.
    fn id(&self) -> &str {
        self.0.first().map_or("", |(_, entry)| &entry.id)
    }

    /// Returns the newest run of each part, by their numbers.
    fn by_number(&self) -> BTreeMap<u32, &Entry> {
        self.0.iter().map(|(key, entry)| (key.index, entry)).collect()
    }

    /// Returns the same without their numbers.
    fn current(&self) -> Vec<&Entry> {
        self.by_number().into_values().collect()
    }

    /// Returns the ids of runs of parts that were made again.
    fn replaced(&self) -> Vec<String> {
        let current: BTreeSet<&str> = self.current().iter().map(|it| it.id.as_str()).collect();
        self.ids().filter(|id| !current.contains(id)).map(str::to_owned).collect()
    }

    fn ids(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(_, entry)| entry.id.as_str())
    }

    /// Returns the whole in a line. Its parts know no host, which only documents have; of functions it has as many as
    /// the part that has most.
    fn whole(&self) -> Entry {
        let current = self.current();
        let Some((key, _)) = self.0.first() else { return Entry::default() };
        let Some(first) = current.first() else { return Entry::default() };
        let tags: BTreeSet<&String> = current.iter().flat_map(|it| &it.tags).collect();
        let machines: BTreeSet<&str> = current.iter().map(|it| it.machine_key.as_str()).collect();
        let part = |(index, entry): (u32, &Entry)| PartRun {
            index,
            run: entry.id.clone(),
            host: String::new(),
            machine_key: entry.machine_key.clone(),
            exit_code: entry.exit_code,
            signal: entry.signal,
            wall_ns: entry.wall_ns,
        };
        let parts = self.by_number().into_iter().map(part).collect();
        let parts =
            Parts { replaced: self.replaced(), ..Parts::new(key.group.clone(), key.of, parts) };
        let (exit_code, signal) = parts.worst_end();
        Entry {
            id: self.id().to_owned(),
            time: current.iter().map(|it| &it.time).min().cloned().unwrap_or_default(),
            label: current.iter().find_map(|it| it.label.clone()),
            tags: tags.into_iter().cloned().collect(),
            branch: current.iter().find_map(|it| it.branch.clone()),
            dirty: current.iter().any(|it| it.dirty),
            machine_key: Vec::from_iter(machines).join(&AND.to_string()),
            group: key.group_of_rounds(),
            exit_code,
            signal,
            wall_ns: current.iter().filter_map(|it| it.wall_ns).max(),
            functions: current.iter().map(|it| it.functions).max().unwrap_or(0),
            parts: Some(Box::new(parts)),
            ..(*first).clone()
        }
    }

    /// Returns the id of the run at whose place the whole stands among others: the first that `filter` means.
    fn anchor(&self, filter: &Filter) -> Option<&str> {
        self.0.iter().find(|(_, entry)| filter.means(entry)).map(|(_, entry)| entry.id.as_str())
    }
}

/// A filter as the engine takes it, and what is left to look at in whole runs.
#[derive(Debug)]
struct Wanted {
    /// The filter of the engine.
    stored: Filter,
    /// The same, for what a whole stands at the place of.
    anchor: Filter,
    /// The filter of whole runs: what one part alone is enough for is not in it.
    whole: Filter,
    but: BTreeSet<String>,
}

impl Wanted {
    fn of(filter: &Filter) -> Self {
        let mut stored = filter.clone();
        if filter.machine_key.as_ref().is_some_and(|key| key.contains(AND)) {
            // No part is of several kinds of machines.
            stored.machine_key = None;
        }
        let whole = Filter {
            id: None,
            id_prefix: None,
            label: None,
            tag: None,
            group: None,
            groups: BTreeSet::new(),
            parts: None,
            older_than: None,
            newer_than: None,
            but: BTreeSet::new(),
            ..filter.clone()
        };
        let anchor = Filter { but: BTreeSet::new(), ..stored.clone() };
        Self { stored, anchor, whole, but: filter.but.clone() }
    }

    /// Returns whether a run that is no part is meant.
    fn admits(&self, entry: &Entry) -> bool {
        self.stored.machine_key == self.whole.machine_key || self.whole.means(entry)
    }

    /// Returns the whole, if it is meant.
    fn admitted(&self, members: &Members) -> Option<Entry> {
        let is_left_out = members.ids().any(|id| self.but.contains(id));
        Some(members.whole()).filter(|whole| !is_left_out && self.whole.means(whole))
    }
}

impl Distributed {
    /// Makes the view of a store.
    pub(crate) fn over(stored: Box<dyn Store>) -> Self {
        Self { stored, trouble: RefCell::new(None) }
    }

    /// Finds the members of the distributed runs of which these are parts.
    fn members<'a>(
        &self,
        keys: impl Iterator<Item = &'a PartKey>,
    ) -> Result<BTreeMap<Common, Members>, StoreError> {
        let groups: BTreeSet<String> = keys.map(PartKey::prefix).collect();
        if groups.is_empty() {
            return Ok(BTreeMap::new());
        }
        let filter = Filter { groups: groups.clone(), ..Filter::default() };
        let mut members = self.members_in(filter)?;
        members.retain(|(prefix, ..), _| groups.contains(prefix));
        Ok(members)
    }

    /// Finds the members of all distributed runs of which a part is meant.
    fn members_in(&self, filter: Filter) -> Result<BTreeMap<Common, Members>, StoreError> {
        let mut members: BTreeMap<Common, Members> = BTreeMap::new();
        for entry in self.stored.entries(&Query::oldest(filter, usize::MAX))? {
            let Some(key) = key_of(&entry) else { continue };
            let of = members.entry(common(&key, &entry)).or_insert_with(|| Members(Vec::new()));
            of.0.push((key, entry));
        }
        for of in members.values_mut() {
            // By their own times, as documents are: a part that began first may have been stored last.
            of.0.sort_by(|(_, a), (_, b)| (&a.time, &a.id).cmp(&(&b.time, &b.id)));
        }
        Ok(members)
    }

    /// Returns the members of the run of which this is a part; `None` of one that is whole by itself.
    fn members_of(&self, entry: &Entry) -> Result<Option<Members>, StoreError> {
        let Some(key) = key_of(entry) else { return Ok(None) };
        Ok(self.members(std::iter::once(&key))?.remove(&common(&key, entry)))
    }

    /// Finds the members of all rounds that `run --repeat` made of the distributed run `of`, in their order. One round
    /// may be gone, and the others are still there.
    fn rounds(&self, key: &PartKey, of: &RunDocument) -> Result<Vec<Members>, StoreError> {
        let groups = BTreeSet::from([key.prefix_of_rounds()]);
        let found = self.members_in(Filter { groups, ..Filter::default() })?;
        let command = of.run.command.join(" ");
        let rounds = found.into_iter().filter_map(|((_, its, source), members)| {
            let (first, _) = members.0.first()?;
            let is_meant = (&first.group, first.of) == (&key.group, key.of)
                && (&its, &source) == (&command, &of.run.source);
            is_meant.then_some((first.round, members))
        });
        let rounds: BTreeMap<Option<u32>, Members> = rounds.collect();
        Ok(rounds.into_values().collect())
    }

    /// Returns the members of the runs of these ids, and the ids of the runs that are whole by themselves.
    fn expanded(&self, ids: &[&str]) -> Result<(Vec<Members>, Vec<String>), StoreError> {
        let all = self.members_in(Filter { parts: Some(true), ..Filter::default() })?;
        let mut alone: BTreeSet<&str> = ids.iter().copied().collect();
        let mut is_meant = |members: &Members| {
            let before = alone.len();
            members.ids().for_each(|id| {
                alone.remove(id);
            });
            alone.len() < before
        };
        let mut wholes: Vec<Members> = all.into_values().collect();
        wholes.retain(|members| is_meant(members));
        Ok((wholes, alone.into_iter().map(str::to_owned).collect()))
    }

    /// Loads the parts, and puts them together.
    fn load_members(&self, members: &Members) -> Result<RunDocument, StoreError> {
        self.load_whole(members, self.stored.load(members.id())?)
    }

    /// Loads the parts, of which `known` is loaded already, and puts them together.
    fn load_whole(&self, members: &Members, known: RunDocument) -> Result<RunDocument, StoreError> {
        let mut runs = Vec::new();
        let mut unreadable = Vec::new();
        for entry in members.current() {
            if entry.id == known.run.id {
                continue;
            }
            match self.stored.load(&entry.id) {
                Ok(run) => runs.push(run),
                // What has been kept of it longer than the document.
                Err(StoreError { fault: Fault::NoRun { .. } | Fault::Document { .. }, store }) => {
                    match self.stored.samples(&[&entry.id]).pop() {
                        Some(sample) => runs.push(sample),
                        None => unreadable.push((entry.id.clone(), store)),
                    }
                }
                Err(error) => return Err(error),
            }
        }
        if members.current().iter().any(|entry| entry.id == known.run.id) {
            runs.push(known.clone());
        }
        let Some(mut whole) = parts::whole(members.id(), runs) else { return Ok(known) };
        if let Some(parts) = &mut whole.run.parts {
            parts.replaced = members.replaced();
        }
        for (id, store) in unreadable {
            let problem =
                format!("the part in run {id} of {store} cannot be read, and counts as missing");
            whole.recording.problems.push(problem);
        }
        Ok(whole)
    }

    /// Puts each sample that is of a part together with the other parts of its run.
    fn whole_samples(&self, samples: Vec<RunDocument>) -> Result<Vec<RunDocument>, StoreError> {
        let keys: Vec<PartKey> = samples.iter().filter_map(key_of_run).collect();
        if keys.is_empty() {
            return Ok(samples);
        }
        let members = self.members(keys.iter())?;
        let mut seen = BTreeSet::new();
        let mut wholes = Vec::with_capacity(samples.len());
        for sample in samples {
            let common = key_of_run(&sample).map(|key| common(&key, &Entry::of(&sample)));
            let Some(members) = common.and_then(|common| members.get(&common)) else {
                wholes.push(sample);
                continue;
            };
            if !seen.insert(members.id().to_owned()) {
                continue;
            }
            // A percentile needs the histograms of all parts, which a sample has not.
            let known = match self.stored.load(&sample.run.id) {
                Err(StoreError { fault: Fault::NoRun { .. } | Fault::Document { .. }, .. }) => {
                    self.stored.samples(&[&sample.run.id]).pop().unwrap_or(sample)
                }
                loaded => loaded?,
            };
            wholes.push(self.load_whole(members, known)?.sample());
        }
        Ok(wholes)
    }

    fn whole_or_trouble(&self, samples: Vec<RunDocument>) -> Vec<RunDocument> {
        self.whole_samples(samples).unwrap_or_else(|error| {
            self.trouble.replace(Some(error));
            Vec::new()
        })
    }

    /// Returns the wholes of what the engine answered, each at the place of its anchor.
    fn wholes(&self, entries: Vec<Entry>, wanted: &Wanted) -> Result<Vec<Entry>, StoreError> {
        let keys: Vec<PartKey> = entries.iter().filter_map(key_of).collect();
        let members = self.members(keys.iter())?;
        let whole = |entry: Entry| match key_of(&entry) {
            None => Some(entry).filter(|entry| wanted.admits(entry)),
            Some(key) => {
                let members = members.get(&common(&key, &entry))?;
                let is_anchor = members.anchor(&wanted.anchor) == Some(entry.id.as_str());
                is_anchor.then(|| wanted.admitted(members)).flatten()
            }
        };
        Ok(entries.into_iter().filter_map(whole).collect())
    }
}

impl Store for Distributed {
    fn save_made_of(
        &mut self,
        run: &RunDocument,
        segments: &[SegmentId],
        made: Made,
    ) -> Result<(), StoreError> {
        self.stored.save_made_of(run, segments, made)
    }

    fn made_of(&self, segments: &[SegmentId]) -> Result<BTreeMap<SegmentId, String>, StoreError> {
        self.stored.made_of(segments)
    }

    fn entries(&self, query: &Query) -> Result<Vec<Entry>, StoreError> {
        let wanted = Wanted::of(&query.filter);
        let needed = query.most.map(|most| most.saturating_add(query.skip));
        let mut found = Vec::new();
        let (mut skip, mut page) = (0, needed);
        loop {
            let filter = wanted.stored.clone();
            let asked = Query { filter, order: query.order, skip, most: page };
            let entries = self.stored.entries(&asked)?;
            let is_last = page.is_none_or(|page| entries.len() < page);
            skip += entries.len();
            found.extend(self.wholes(entries, &wanted)?);
            if is_last || needed.is_some_and(|needed| found.len() >= needed) {
                break;
            }
            page = page.map(|page| page.saturating_mul(4).max(64));
        }
        Ok(found.into_iter().skip(query.skip).take(query.most.unwrap_or(usize::MAX)).collect())
    }

    fn count(&self, filter: &Filter) -> Result<usize, StoreError> {
        let of_parts = Filter { parts: Some(true), ..filter.clone() };
        let wholes = Query { filter: of_parts, order: Order::OldestFirst, ..Query::default() };
        let wanted = Wanted::of(filter);
        if wanted.stored.machine_key != wanted.whole.machine_key {
            return Ok(self.entries(&wholes)?.len());
        }
        let alone = Filter { parts: Some(false), ..filter.clone() };
        Ok(self.stored.count(&alone)? + self.entries(&wholes)?.len())
    }

    fn load(&self, id: &str) -> Result<RunDocument, StoreError> {
        let run = self.stored.load(id)?;
        if key_of_run(&run).is_none() {
            return Ok(run);
        }
        match self.members_of(&Entry::of(&run))? {
            Some(members) => self.load_whole(&members, run),
            None => Ok(run),
        }
    }

    fn samples(&self, ids: &[&str]) -> Vec<RunDocument> {
        self.whole_or_trouble(self.stored.samples(ids))
    }

    fn excerpts(&self, ids: &[&str], is_wanted: &IsWanted<'_>) -> Vec<RunDocument> {
        self.whole_or_trouble(self.stored.excerpts(ids, is_wanted))
    }

    fn trouble(&self) -> Result<(), StoreError> {
        match self.trouble.take() {
            Some(error) => Err(error),
            None => self.stored.trouble(),
        }
    }

    fn remove(&mut self, ids: &[&str]) -> Result<usize, StoreError> {
        let (wholes, alone) = self.expanded(ids)?;
        let of_parts = wholes.iter().flat_map(Members::ids);
        let all: Vec<&str> = alone.iter().map(String::as_str).chain(of_parts).collect();
        let parts = all.len() - alone.len();
        let removed = self.stored.remove(&all)?;
        Ok((removed + wholes.len()).saturating_sub(parts))
    }

    fn rename(&mut self, id: &str, change: &dyn Fn(&Names) -> Names) -> Result<Names, StoreError> {
        let entry = self.stored.newest(&Filter::of_id(id))?;
        let members = entry.map(|entry| self.members_of(&entry)).transpose()?.flatten();
        let Some(members) = members else { return self.stored.rename(id, change) };
        let whole = members.whole();
        let names = change(&Names { label: whole.label, tags: whole.tags });
        for id in members.ids() {
            self.stored.rename(id, &|_| names.clone())?;
        }
        Ok(names)
    }

    fn shrink(&mut self) -> Result<(), StoreError> {
        self.stored.shrink()
    }

    fn own_newest(&self, filter: &Filter) -> Result<Option<Entry>, StoreError> {
        let wanted = Wanted::of(filter);
        let Some(entry) = self.stored.own_newest(&wanted.stored)? else { return Ok(None) };
        let own = match self.members_of(&entry)? {
            Some(members) => wanted.admitted(&members),
            None => Some(entry).filter(|entry| wanted.admits(entry)),
        };
        own.map_or_else(|| self.newest(filter), |own| Ok(Some(own)))
    }

    fn is_shared(&self) -> bool {
        self.stored.is_shared()
    }

    fn with_group(&self, run: RunDocument) -> Result<Vec<RunDocument>, StoreError> {
        let (Some(parts), Some(_)) = (&run.run.parts, run.run.round) else {
            return super::engine::with_group(self, run);
        };
        let key = PartKey { group: parts.group.clone(), of: parts.of, round: None, index: 1 };
        let mut rounds = Vec::new();
        for members in self.rounds(&key, &run)? {
            let is_known = members.id() == run.run.id;
            rounds.push(if is_known { run.clone() } else { self.load_members(&members)? });
        }
        Ok(if rounds.iter().any(|it| it.run.id == run.run.id) { rounds } else { vec![run] })
    }
}
