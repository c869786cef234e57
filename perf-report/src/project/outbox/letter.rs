//! A run on its way, with all that its store has to know, and its delivery.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::model::{RUN_SCHEMA, RUN_VERSION, RunDocument};
use crate::project::store::{Fault, Made, SegmentId, Store, StoreError};

/// The name of the schema of a letter's file.
const SCHEMA: &str = "perf-track/outbox";

/// The newest version of [`SCHEMA`].
const VERSION: u32 = 1;

/// A run on its way to a store.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Letter {
    schema: String,
    version: u32,
    /// The store that it is for, as people write it.
    pub store: String,
    /// True if the command that made it has stored it as it ended.
    just_made: bool,
    /// The ids of the segments of which it is made, as text: they have more digits than some readers of JSON keep.
    segments: Vec<String>,
    /// The run.
    pub document: RunDocument,
}

impl Letter {
    /// Makes the letter about a run that is made of these segments.
    pub(crate) fn of(run: &RunDocument, segments: &[SegmentId], made: Made, store: &str) -> Self {
        Self {
            schema: SCHEMA.to_owned(),
            version: VERSION,
            store: store.to_owned(),
            just_made: made == Made::Now,
            segments: segments.iter().map(|segment| segment.0.to_string()).collect(),
            document: run.clone(),
        }
    }

    /// Reads the text of a letter.
    ///
    /// # Errors
    /// A text that says why it is none.
    pub(super) fn from_json(text: &str) -> Result<Self, String> {
        let letter: Self = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let Self { schema, version, document, .. } = &letter;
        if schema != SCHEMA || document.schema != RUN_SCHEMA {
            return Err("it is no run on its way to a store".to_owned());
        }
        if *version > VERSION || document.version > RUN_VERSION {
            return Err("it is of a newer perf-report".to_owned());
        }
        Ok(letter)
    }

    /// Returns the id of the run.
    pub(crate) fn id(&self) -> &str {
        &self.document.run.id
    }

    /// Returns the ids of the segments of which the run is made.
    pub(crate) fn segments(&self) -> Vec<SegmentId> {
        self.segments.iter().filter_map(|text| text.parse().ok().map(SegmentId)).collect()
    }

    /// Returns the reason for its place among the stored runs, where it is sent by the command that made it.
    pub(crate) fn made(&self) -> Made {
        if self.just_made { Made::Now } else { Made::Then }
    }
}

/// The answer of a store that has a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Delivered {
    /// It was stored.
    Now,
    /// It was there.
    Before,
    /// What it is made of was there, as part of another run.
    AsAnother,
}

/// The reason for which a run was not delivered.
#[derive(Debug)]
pub(crate) enum Undelivered {
    /// The store holds another run of this id.
    Conflict,
    /// The store holds a part of what it is made of, as part of another run.
    Partly {
        /// The id of that run.
        other: String,
    },
    /// The store did not take it.
    Store(StoreError),
}

impl fmt::Display for Undelivered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Conflict => f.write_str("the store holds another run of this id"),
            Self::Partly { other } => {
                write!(f, "a part of what it is made of is stored already, as run {other}")
            }
            Self::Store(error) => error.fmt(f),
        }
    }
}

/// Delivers a run: however often, it is stored once.
///
/// # Errors
/// When the store does not take it, or holds another one of this id.
pub(crate) fn deliver(
    store: &mut dyn Store,
    (run, segments): (&RunDocument, &[SegmentId]),
    made: Made,
) -> Result<Delivered, Undelivered> {
    match store.save_made_of(run, segments, made) {
        Ok(()) => Ok(Delivered::Now),
        Err(taken @ StoreError { fault: Fault::Taken, .. }) => {
            let mut known = store.made_of(segments).map_err(Undelivered::Store)?;
            let is_all = segments.iter().all(|segment| known.contains_key(segment));
            if is_all && known.values().all(|id| *id == run.run.id) {
                return Ok(Delivered::Before);
            }
            match known.pop_first() {
                _ if is_all => Ok(Delivered::AsAnother),
                Some((_, other)) => Err(Undelivered::Partly { other }),
                // What was in its way has been removed meanwhile: it is stored by the next try.
                None => Err(Undelivered::Store(taken)),
            }
        }
        Err(StoreError { fault: Fault::Exists { is_same, .. }, .. }) => {
            is_same.then_some(Delivered::Before).ok_or(Undelivered::Conflict)
        }
        Err(error) => Err(Undelivered::Store(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::samples;
    use crate::project::store::{Filter, Sqlite};

    #[test]
    fn a_run_is_stored_once_however_often_it_is_delivered_and_another_of_its_id_never() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Sqlite::open_or_create(&folder.path().join("perf.sqlite")).unwrap();
        let run = samples::typical();
        let mut deliver = |run: &RunDocument| deliver(&mut store, (run, &[]), Made::Then);
        assert_eq!(deliver(&run).unwrap(), Delivered::Now);
        assert_eq!(deliver(&run).unwrap(), Delivered::Before);
        let mut renamed = run.clone();
        renamed.run.tags = vec!["gpu".to_owned()];
        assert_eq!(deliver(&renamed).unwrap(), Delivered::Before);
        let mut other = run.clone();
        other.functions[0].calls += 1;
        assert!(matches!(deliver(&other), Err(Undelivered::Conflict)));
        assert_eq!(store.count(&Filter::default()).unwrap(), 1);
        assert_eq!(store.load(&run.run.id).unwrap(), run);
    }

    #[test]
    fn what_is_made_of_stored_segments_is_stored_already() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Sqlite::open_or_create(&folder.path().join("perf.sqlite")).unwrap();
        let run = samples::typical();
        let mut other = run.clone();
        other.run.id = "other".to_owned();
        let segments = [SegmentId(5)];
        let mut deliver = |run| deliver(&mut store, (run, &segments), Made::Then).unwrap();
        assert_eq!(deliver(&run), Delivered::Now);
        assert_eq!(deliver(&run), Delivered::Before);
        assert_eq!(deliver(&other), Delivered::AsAnother);
        // Nothing of what is new may be lost with what is known.
        let both = super::deliver(&mut store, (&other, &[SegmentId(6), SegmentId(5)]), Made::Then);
        assert!(matches!(both, Err(Undelivered::Partly { other }) if other == run.run.id));
    }

    #[test]
    fn a_letter_of_another_kind_or_version_is_refused() {
        let letter = Letter::of(&samples::typical(), &[SegmentId(-3)], Made::Now, "s");
        let text = serde_json::to_string(&letter).unwrap();
        assert_eq!(Letter::from_json(&text).unwrap(), letter);
        assert_eq!((letter.segments(), letter.made()), (vec![SegmentId(-3)], Made::Now));
        let newer = text.replacen("\"version\":1", "\"version\":9", 1);
        assert_eq!(Letter::from_json(&newer).unwrap_err(), "it is of a newer perf-report");
        let other = text.replacen(SCHEMA, "perf-track/inbox", 1);
        assert!(Letter::from_json(&other).unwrap_err().contains("no run"));
    }
}
