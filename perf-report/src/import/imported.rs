//! The results of a file, before they become runs.

use std::collections::BTreeSet;
use std::fmt;

use jiff::Timestamp;

use super::notes::Notes;
use crate::model::{
    CustomMetric, Function, Machine, Names, ProcessSummary, Recording, Suite, Toolchain, TreeNode,
};
use crate::text::order::natural;

/// The choices of the user that a parser needs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// Unit of the values of a format that stores none.
    pub unit: Option<String>,
}

/// The results of a file.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Imported {
    /// Its independent runs, oldest first.
    pub runs: Vec<ImportedRun>,
    /// True where the runs were made one after the other for one answer, so that they are one group;
    /// otherwise they are a history.
    pub is_group: bool,
    /// Notes on what was left out.
    pub notes: Notes,
}

/// A run, as far as its file knows it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ImportedRun {
    /// Its time.
    pub time: Option<Timestamp>,
    /// Hash of its commit.
    pub commit: Option<String>,
    /// Its branch.
    pub branch: Option<String>,
    /// True if tracked files differed from the commit.
    pub dirty: bool,
    /// Exit code of the command that was measured.
    pub exit_code: Option<i32>,
    /// Wall time of the whole, in nanoseconds.
    pub wall_ns: Option<u64>,
    /// Largest resident memory, in bytes.
    pub peak_rss_bytes: Option<u64>,
    /// The machine, as far as it is known; without a key.
    pub machine: Machine,
    /// The benchmarks, tests and suites.
    pub functions: Vec<Function>,
    /// Further measures.
    pub metrics: Vec<CustomMetric>,
    /// The test suites.
    pub suites: Vec<Suite>,
    /// The rest of a run of which processes recorded; `None` of what others measured.
    pub recorded: Option<Box<Recorded>>,
}

/// The parts of a run that only recording makes.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Recorded {
    /// The processes as a whole.
    pub process: ProcessSummary,
    /// The calling-context tree.
    pub tree: Vec<TreeNode>,
    /// The account of how it was recorded.
    pub recording: Recording,
    /// The build of the programs.
    pub toolchain: Toolchain,
}

impl Imported {
    /// Returns the results of one run.
    pub(super) fn one(run: ImportedRun, notes: Notes) -> Self {
        Self { runs: vec![run], is_group: false, notes }
    }

    /// Returns whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.runs.iter().all(ImportedRun::is_empty)
    }

    /// Puts functions, metrics and suites in the order that documents have, with names that tell readers apart
    /// what is of one name, and leaves out runs without any.
    pub(super) fn in_order(mut self) -> Self {
        self.runs.retain(|run| !run.is_empty());
        let alike = named(self.runs.iter_mut());
        for name in alike {
            self.notes.aside("result", "of a name that others have too, told apart", &name);
        }
        self
    }
}

/// Gives the results of some runs the names that tell them apart, and puts all in the order that documents have.
/// Returns the names of those that share one.
pub(crate) fn named<'a>(runs: impl Iterator<Item = &'a mut ImportedRun>) -> BTreeSet<String> {
    let mut runs: Vec<_> = runs.collect();
    let names = Names::of(
        &runs
            .iter()
            .map(|run| (run.functions.as_slice(), run.metrics.as_slice()))
            .collect::<Vec<_>>(),
    );
    let mut alike = BTreeSet::new();
    for run in &mut runs {
        names.put(&mut run.functions, &mut run.metrics);
        let is_full = |it: &&Function| it.identity.as_ref().is_some_and(|own| own.name != it.name);
        alike.extend(run.functions.iter().filter(is_full).map(|it| it.name.clone()));
        run.functions.sort_by(|a, b| natural(&a.name, &b.name));
        run.metrics.sort_by(|a, b| (&a.name, a.kind).cmp(&(&b.name, b.kind)));
        run.suites.sort_by(|a, b| natural(&a.name, &b.name));
    }
    alike
}

impl ImportedRun {
    /// Returns whether nothing was measured in it.
    pub fn is_empty(&self) -> bool {
        self.functions.is_empty() && self.metrics.is_empty() && self.suites.is_empty()
    }
}

/// The reason for which a text cannot be imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mistake {
    /// It is not what it should be, or is damaged: the end of a sentence.
    Unreadable(String),
    /// Two results of this name, and nothing tells them apart.
    Alike(String),
    /// It is of a kind that is not read, with the way out.
    Refused {
        /// The kind.
        what: String,
        /// The way out.
        help: String,
    },
}

impl Mistake {
    pub(super) fn not(format: &str, why: impl fmt::Display) -> Self {
        Self::Unreadable(format!("it is not what {format} writes: {why}"))
    }

    pub(super) fn criterion_is_a_folder() -> Self {
        Self::Refused {
            what: "one file of criterion says only half".to_owned(),
            help: "name the folder instead: `perf-report import criterion target/criterion`"
                .to_owned(),
        }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(why) => f.write_str(why),
            Self::Alike(name) => {
                write!(f, "it has two results of the name {name:?}, and nothing tells them apart")
            }
            Self::Refused { what, .. } => f.write_str(what),
        }
    }
}

impl std::error::Error for Mistake {}
