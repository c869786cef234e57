//! Questions about stored runs, which an engine answers by itself: the runs that are meant, in which order,
//! and how many at most. Pure.

use std::collections::BTreeSet;

use super::entry::Entry;
use crate::model::{BuildKeys, GROUP_OF_PARTS, RunDocument, subject};

/// The stored runs that are meant: those of which everything given here is true.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// The id.
    pub id: Option<String>,
    /// The beginning of the id.
    pub id_prefix: Option<String>,
    /// The label.
    pub label: Option<String>,
    /// The key of the machine.
    pub machine_key: Option<String>,
    /// The keys of a build with whose times theirs may be compared.
    pub build: Option<BuildKeys>,
    /// The command, its words joined by spaces.
    pub command: Option<String>,
    /// The command without what chooses among its benchmarks, as [`subject`](crate::model::subject) has it.
    pub subject: Option<String>,
    /// A part of the command.
    pub command_part: Option<String>,
    /// The branch.
    pub branch: Option<String>,
    /// The beginning of the commit's hash.
    pub commit_prefix: Option<String>,
    /// A tag that they carry.
    pub tag: Option<String>,
    /// The source of an import; empty for runs that perf-report made by itself.
    pub source: Option<String>,
    /// The id of the first run of their group.
    pub group: Option<String>,
    /// The beginnings of groups, of which one is theirs; none for any group, and for none.
    pub groups: BTreeSet<String>,
    /// True for parts of distributed runs, false for the others.
    pub parts: Option<bool>,
    /// True for runs whose command failed, false for the others.
    pub failed: Option<bool>,
    /// True for runs of a changed copy of their commit, false for those of the commit itself.
    pub dirty: Option<bool>,
    /// The moment from which they started, in RFC 3339, UTC.
    pub since: Option<String>,
    /// The moment before which they started, in RFC 3339, UTC.
    pub until: Option<String>,
    /// The id of a stored run before which they were made.
    pub older_than: Option<String>,
    /// The id of a stored run after which they were made.
    pub newer_than: Option<String>,
    /// The ids of runs that are not meant.
    pub but: BTreeSet<String>,
}

impl Filter {
    /// Means the run of exactly this id.
    pub fn of_id(id: &str) -> Self {
        Self { id: Some(id.to_owned()), ..Self::default() }
    }

    /// Means the runs of exactly this label.
    pub fn of_label(label: &str) -> Self {
        Self { label: Some(label.to_owned()), ..Self::default() }
    }

    /// Means the runs of this branch.
    pub fn of_branch(branch: &str) -> Self {
        Self { branch: Some(branch.to_owned()), ..Self::default() }
    }

    /// Means the runs of the same command and source as `run`, whatever they chose among its benchmarks.
    pub fn of_command(run: &RunDocument) -> Self {
        Self {
            subject: Some(run.subject()),
            source: Some(run.run.source.clone().unwrap_or_default()),
            ..Self::default()
        }
    }

    /// Means other runs of the same command and source that may be compared with `run` by time.
    pub fn comparable(run: &RunDocument) -> Self {
        Self {
            machine_key: Some(run.run.machine_key().into_owned()),
            build: Some(run.build_keys()),
            but: BTreeSet::from([run.run.id.clone()]),
            ..Self::of_command(run)
        }
    }

    /// Means such runs that were made before `run`, which is stored itself.
    pub fn before(run: &RunDocument) -> Self {
        Self { older_than: Some(run.run.id.clone()), ..Self::comparable(run) }
    }

    /// Leaves these runs out.
    #[must_use]
    pub fn but(mut self, runs: &[RunDocument]) -> Self {
        self.but.extend(runs.iter().map(|run| run.run.id.clone()));
        self
    }

    /// Returns whether all is true of a run that is said of it here, but for its place among others.
    pub(crate) fn means(&self, entry: &Entry) -> bool {
        let is = |wanted: &Option<String>, value: Option<&String>| {
            wanted.as_ref().is_none_or(|wanted| Some(wanted) == value)
        };
        let begins = |wanted: &Option<String>, value: Option<&String>| {
            wanted
                .as_ref()
                .is_none_or(|it| value.is_some_and(|value| value.starts_with(it.as_str())))
        };
        let source = entry.source.clone().unwrap_or_default();
        let group = entry.group.as_deref().unwrap_or_default();
        let is_of_group = |beginning: &String| group.starts_with(beginning.as_str());
        is(&self.id, Some(&entry.id))
            && begins(&self.id_prefix, Some(&entry.id))
            && is(&self.label, entry.label.as_ref())
            && is(&self.machine_key, Some(&entry.machine_key))
            && self.build.as_ref().is_none_or(|build| build.match_those(&entry.build))
            && is(&self.command, Some(&entry.command))
            && is(&self.subject, Some(&subject(&entry.command)))
            && self.command_part.as_ref().is_none_or(|part| entry.command.contains(part))
            && is(&self.branch, entry.branch.as_ref())
            && begins(&self.commit_prefix, entry.commit.as_ref())
            && self.tag.as_ref().is_none_or(|tag| entry.tags.contains(tag))
            && is(&self.source, Some(&source))
            && is(&self.group, entry.group.as_ref())
            && (self.groups.is_empty() || self.groups.iter().any(is_of_group))
            && self.parts.is_none_or(|parts| parts == group.starts_with(GROUP_OF_PARTS))
            && self.failed.is_none_or(|failed| failed == entry.failed())
            && self.dirty.is_none_or(|dirty| dirty == entry.dirty)
            && self.since.as_ref().is_none_or(|since| entry.time >= *since)
            && self.until.as_ref().is_none_or(|until| entry.time < *until)
            && !self.but.contains(&entry.id)
    }
}

/// A question about stored runs. The default one asks for all of them, newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    /// The runs that are meant.
    pub filter: Filter,
    /// The order of the answer.
    pub order: Order,
    /// The number of runs at the beginning of the answer that are passed over.
    pub skip: usize,
    /// The most runs in the answer; `None` for all.
    pub most: Option<usize>,
}

/// The order in which runs were made, from either end; see [`Made`]. Runs of one moment are in the order in which
/// they were stored.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Order {
    /// The run made last comes first.
    #[default]
    NewestFirst,
    /// The run made first comes first.
    OldestFirst,
}

/// The reason for the place of a run among those that are stored.
///
/// Runs are in the order of the times that they say, but clocks may lie, and a run may be stored long after it was
/// made. So its place is decided when it is stored, and stays.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Made {
    /// It was made at the time that it says, or now if that is still to come.
    #[default]
    Then,
    /// It has ended just now, on this machine: nothing that is stored was made later, whatever the clock says.
    Now,
}

impl Query {
    /// Asks for the newest runs, at most `most`, newest first.
    pub fn newest(filter: Filter, most: usize) -> Self {
        Self { filter, most: Some(most), ..Self::default() }
    }

    /// Asks for the oldest runs, at most `most`, oldest first.
    pub fn oldest(filter: Filter, most: usize) -> Self {
        Self { order: Order::OldestFirst, ..Self::newest(filter, most) }
    }
}
