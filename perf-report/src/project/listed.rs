//! Stored runs by what they have in common: to list them, and to remove them. Groups are removed whole.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::context::Context;
use super::store::{Entry, Filter, Query, RunRef, Store};
use crate::error::UserError;
use crate::model::{RunRow, RunsDocument};
use crate::record::facts;
use crate::text::moment::Moment;

/// The facts by which a user means stored runs: those of which all that is given is true.
#[derive(Debug, Clone, Default)]
pub(crate) struct Choice {
    /// A part of the command.
    pub command: Option<String>,
    /// The label.
    pub label: Option<String>,
    /// A tag.
    pub tag: Option<String>,
    /// The branch.
    pub branch: Option<String>,
    /// The beginning of the commit's hash, or a revision of git.
    pub commit: Option<String>,
    /// The source of an import.
    pub source: Option<String>,
    /// True for runs whose command failed alone.
    pub failed: bool,
    /// The moment from which on they started.
    pub since: Option<Moment>,
    /// The moment up to which they started.
    pub until: Option<Moment>,
}

impl Choice {
    /// Returns the filter for it at this moment.
    pub(crate) fn filter(&self, context: &Context, now: Timestamp) -> Filter {
        Filter {
            command_part: self.command.clone(),
            label: self.label.clone(),
            tag: self.tag.clone(),
            branch: self.branch.clone(),
            commit_prefix: self.commit.as_deref().map(|commit| hash(context, commit)),
            source: self.source.clone(),
            failed: self.failed.then_some(true),
            since: self.since.map(|since| facts::rfc_3339(since.first(now))),
            until: self.until.map(|until| facts::rfc_3339(until.last(now))),
            ..Filter::default()
        }
    }

    /// Returns whether nothing is given, so that every run is meant.
    pub(crate) fn is_empty(&self) -> bool {
        let texts =
            [&self.command, &self.label, &self.tag, &self.branch, &self.commit, &self.source];
        let moments = [self.since, self.until];
        !self.failed && texts.iter().all(|it| it.is_none()) && moments.iter().all(Option::is_none)
    }
}

/// Returns the beginning of a hash as it is, and the hash of whatever else git takes for a commit. What git
/// does not know is the beginning of none.
fn hash(context: &Context, commit: &str) -> String {
    use super::store::Revisions as _;
    let is_hash = commit.chars().all(|c| c.is_ascii_hexdigit());
    let found = || context.revisions().commit(commit).unwrap_or_else(|| commit.to_owned());
    if is_hash { commit.to_ascii_lowercase() } else { found() }
}

/// Lists the runs that are meant, at most `most`.
///
/// # Errors
/// When the store cannot be read.
pub(crate) fn list(
    store: &dyn Store,
    filter: &Filter,
    most: Option<usize>,
    now: Timestamp,
) -> Result<RunsDocument, UserError> {
    let query = Query { most, ..Query::newest(filter.clone(), usize::MAX) };
    let entries = store.entries(&query)?;
    let is_all = most.is_none_or(|most| entries.len() < most);
    let found = if is_all { entries.len() } else { store.count(filter)? };
    Ok(document(entries, found, now))
}

/// Makes the list of these runs, newest first.
pub(crate) fn document(entries: Vec<Entry>, found: usize, now: Timestamp) -> RunsDocument {
    let rows = entries.into_iter().map(row).collect();
    RunsDocument::of(rows, found as u64, facts::rfc_3339(now))
}

fn row(entry: Entry) -> RunRow {
    RunRow {
        id: entry.id,
        time: entry.time,
        label: entry.label,
        tags: entry.tags,
        command: entry.command,
        source: entry.source,
        commit: entry.commit,
        branch: entry.branch,
        dirty: entry.dirty,
        group: entry.group,
        exit_code: entry.exit_code,
        signal: entry.signal,
        wall_ns: entry.wall_ns,
        functions: entry.functions,
        machine_key: entry.machine_key,
        parts: entry.parts,
    }
}

/// Finds the runs that are to go, newest first: those that are named, each with its group.
///
/// # Errors
/// When one of them is not there.
pub(crate) fn named(
    context: &Context,
    store: &dyn Store,
    names: &[RunRef],
) -> Result<Vec<Entry>, UserError> {
    let mut meant = BTreeSet::new();
    let mut groups = BTreeSet::new();
    for name in names {
        let entry = store.resolve(name, &context.revisions())?;
        groups.extend(entry.group);
        meant.insert(entry.id);
    }
    with_groups(store, &meant, &groups)
}

/// Finds the runs that are to go, newest first: those that are meant but for the newest `keep`. A group of
/// which one is meant goes whole, and one of which one is kept stays whole.
///
/// # Errors
/// When the store cannot be read.
pub(crate) fn beyond(
    store: &dyn Store,
    filter: &Filter,
    keep: Option<usize>,
) -> Result<Vec<Entry>, UserError> {
    let found = store.entries(&Query { filter: filter.clone(), ..Query::default() })?;
    let (kept, rest) = found.split_at(keep.unwrap_or(0).min(found.len()));
    let staying: BTreeSet<&String> = kept.iter().filter_map(|entry| entry.group.as_ref()).collect();
    let goes = |entry: &&Entry| !entry.group.as_ref().is_some_and(|it| staying.contains(it));
    let going: Vec<&Entry> = rest.iter().filter(goes).collect();
    let meant = going.iter().map(|entry| entry.id.clone()).collect();
    let groups = going.iter().filter_map(|entry| entry.group.clone()).collect();
    with_groups(store, &meant, &groups)
}

fn with_groups(
    store: &dyn Store,
    meant: &BTreeSet<String>,
    groups: &BTreeSet<String>,
) -> Result<Vec<Entry>, UserError> {
    if meant.is_empty() {
        return Ok(Vec::new());
    }
    let mut all = store.entries(&Query::default())?;
    all.retain(|entry| {
        meant.contains(&entry.id) || entry.group.as_ref().is_some_and(|it| groups.contains(it))
    });
    Ok(all)
}
