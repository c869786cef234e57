//! Questions about stored runs, which an engine answers by itself: the runs that are meant, in which order,
//! and how many at most. Pure.

use std::collections::BTreeSet;

use crate::model::RunDocument;

/// The stored runs that are meant: those of which everything given here is true.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// The id.
    pub id: Option<String>,
    /// The beginning of the id.
    pub id_prefix: Option<String>,
    /// The label.
    pub label: Option<String>,
    /// The comparability key.
    pub machine_key: Option<String>,
    /// The command, its words joined by spaces.
    pub command: Option<String>,
    /// The branch.
    pub branch: Option<String>,
    /// The id of a stored run before which they were stored.
    pub older_than: Option<String>,
    /// The id of a stored run after which they were stored.
    pub newer_than: Option<String>,
    /// The ids of runs that are not meant.
    pub but: BTreeSet<String>,
}

impl Filter {
    /// Means the run of exactly this id.
    pub fn of_id(id: &str) -> Self {
        Self { id: Some(id.to_owned()), ..Self::default() }
    }

    /// Means other runs of the same command that may be compared with `run` by time.
    pub fn comparable(run: &RunDocument) -> Self {
        Self {
            machine_key: Some(run.run.machine.key.clone()),
            command: Some(run.run.command.join(" ")),
            but: BTreeSet::from([run.run.id.clone()]),
            ..Self::default()
        }
    }

    /// Means such runs that were stored before `run`, which is stored itself.
    pub fn before(run: &RunDocument) -> Self {
        Self { older_than: Some(run.run.id.clone()), ..Self::comparable(run) }
    }

    /// Leaves these runs out.
    #[must_use]
    pub fn but(mut self, runs: &[RunDocument]) -> Self {
        self.but.extend(runs.iter().map(|run| run.run.id.clone()));
        self
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

/// The order in which runs were stored, from either end.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Order {
    /// The run stored last comes first.
    #[default]
    NewestFirst,
    /// The run stored first comes first.
    OldestFirst,
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
