//! The runs in the outbox as what they are for their checkout: stored runs.

use std::collections::BTreeMap;

use super::{Letter, Outbox};
use crate::model::RunDocument;
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
        entries.filter(|entry| filter.means(entry)).collect()
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
