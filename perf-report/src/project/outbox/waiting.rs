//! The runs in the outbox as what they are for their checkout: stored runs.

use std::collections::BTreeMap;

use super::{Letter, Outbox};
use crate::model::{RunDocument, subject};
use crate::project::store::{Entry, Filter, Names, SegmentId};

/// The letters for one store.
#[derive(Debug, Default)]
pub(crate) struct Waiting {
    letters: Vec<Letter>,
}

impl Waiting {
    /// Reads the letters for the store of this name. Damaged ones are told by `push`.
    pub(crate) fn read(outbox: &Outbox, store: &str) -> Self {
        let mut letters = outbox.all().letters;
        letters.retain(|letter| letter.store == store);
        Self { letters }
    }

    /// Returns whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.letters.is_empty()
    }

    /// Returns the run of exactly this id.
    pub(crate) fn run(&self, id: &str) -> Option<&RunDocument> {
        self.letters.iter().map(|letter| &letter.document).find(|run| run.run.id == id)
    }

    /// Returns those of `segments` of which a run is made, each with the id of the run.
    pub(crate) fn made_of(&self, segments: &[SegmentId]) -> BTreeMap<SegmentId, String> {
        let all = self.letters.iter().flat_map(|letter| {
            letter.segments().into_iter().map(|segment| (segment, letter.id().to_owned()))
        });
        all.filter(|(segment, _)| segments.contains(segment)).collect()
    }

    /// Returns the runs that are meant. What the filter says of places among others is not looked at.
    pub(crate) fn entries(&self, filter: &Filter) -> Vec<Entry> {
        let entries = self.letters.iter().map(|letter| Entry::of(&letter.document));
        entries.filter(|entry| means(filter, entry)).collect()
    }

    /// Gives the run of this id other names, in its letter.
    pub(crate) fn renamed(
        &self,
        id: &str,
        change: &dyn Fn(&Names) -> Names,
    ) -> Option<(Letter, Names)> {
        let mut letter = self.letters.iter().find(|letter| letter.id() == id)?.clone();
        let run = &mut letter.document.run;
        let names = change(&Names { label: run.label.clone(), tags: run.tags.clone() });
        (run.label, run.tags) = (names.label.clone(), names.tags.clone());
        Some((letter, names))
    }
}

/// Returns whether all is true of a run that a filter says of it, but for its place among others.
pub(crate) fn means(filter: &Filter, entry: &Entry) -> bool {
    let is = |wanted: &Option<String>, value: Option<&String>| {
        wanted.as_ref().is_none_or(|wanted| Some(wanted) == value)
    };
    let begins = |wanted: &Option<String>, value: Option<&String>| {
        wanted.as_ref().is_none_or(|it| value.is_some_and(|value| value.starts_with(it.as_str())))
    };
    let source = entry.source.clone().unwrap_or_default();
    is(&filter.id, Some(&entry.id))
        && begins(&filter.id_prefix, Some(&entry.id))
        && is(&filter.label, entry.label.as_ref())
        && is(&filter.machine_key, Some(&entry.machine_key))
        && filter.build.as_ref().is_none_or(|build| build.match_those(&entry.build))
        && is(&filter.command, Some(&entry.command))
        && is(&filter.subject, Some(&subject(&entry.command)))
        && filter.command_part.as_ref().is_none_or(|part| entry.command.contains(part))
        && is(&filter.branch, entry.branch.as_ref())
        && begins(&filter.commit_prefix, entry.commit.as_ref())
        && filter.tag.as_ref().is_none_or(|tag| entry.tags.contains(tag))
        && is(&filter.source, Some(&source))
        && is(&filter.group, entry.group.as_ref())
        && filter.failed.is_none_or(|failed| failed == entry.failed())
        && filter.dirty.is_none_or(|dirty| dirty == entry.dirty)
        && filter.since.as_ref().is_none_or(|since| entry.time >= *since)
        && filter.until.as_ref().is_none_or(|until| entry.time < *until)
        && !filter.but.contains(&entry.id)
}
