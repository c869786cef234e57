//! The test suites of a run, judged by their targets.

use serde::{Deserialize, Serialize};

use super::{Command, Side, WatchedFolder};
use crate::stats::number::whole;
use crate::text::units;

/// Document `perf-track/suites`: the suites of one or several runs made together, and what became of their
/// targets.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SuitesDocument {
    /// [`super::SUITES_SCHEMA`].
    pub schema: String,
    /// [`super::SUITES_VERSION`] of the writer.
    pub version: u32,
    /// The name that was given, which is the label of the runs.
    pub name: Option<String>,
    /// The command.
    pub command: Command,
    /// The runs, oldest first. Times are medians over them, all else is of the newest.
    pub runs: Vec<Side>,
    /// Exit code of the command in the newest run; `null` when a signal ended it.
    pub exit_code: Option<i32>,
    /// True where something was not judged, to be quick.
    pub quick: bool,
    /// All suites together.
    pub total: SuiteRow,
    /// The suites, sorted by name.
    pub suites: Vec<SuiteRow>,
    /// The folders that were watched.
    pub folders: Vec<WatchedFolder>,
    /// Sentences to read before a figure is believed.
    pub notes: Vec<String>,
}

/// A suite, or all of them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SuiteRow {
    /// Its name.
    pub name: String,
    /// The kind of its target: `lib`, `bin`, `test`, `bench`, `example`, `doctest`; empty where it is not
    /// known, and for all suites together.
    pub target: String,
    /// Wall time in nanoseconds; `null` where it did not end.
    pub wall_ns: Option<f64>,
    /// Processor time in nanoseconds.
    pub cpu_ns: Option<f64>,
    /// Largest resident memory of one of its processes, in bytes.
    pub peak_rss_bytes: Option<u64>,
    /// Bytes read, those from the page cache included.
    pub read_bytes: Option<u64>,
    /// Bytes written, those that only reached the page cache included.
    pub written_bytes: Option<u64>,
    /// Number of its processes.
    pub processes: u64,
    /// Exit code; `null` when a signal ended it, or it did not end.
    pub exit_code: Option<i32>,
    /// Signal that ended it.
    pub signal: Option<i32>,
    /// True if it ended, in whatever way.
    pub ended: bool,
    /// Number of tests that passed, flaky ones among them; `null`, as the next three, where nobody counted.
    pub passed: Option<u64>,
    /// Number of tests that failed.
    pub failed: Option<u64>,
    /// Number of tests left out by `#[ignore]`.
    pub ignored: Option<u64>,
    /// Number of tests left out by a filter.
    pub filtered: Option<u64>,
    /// Number of tests that passed only after a failure.
    pub flaky: u64,
    /// Number of tracked functions that it called.
    pub functions: u64,
    /// The course of its peak memory over the stored runs; `null` where they are too few.
    pub growth: Option<Growth>,
    /// Its targets, in the order of `perf.toml`.
    pub targets: Vec<SuiteTarget>,
    /// Names of the tests that failed.
    pub failed_tests: Vec<String>,
    /// Names of the flaky tests.
    pub flaky_tests: Vec<String>,
    /// The slowest tests, where each had a process of its own.
    pub slowest_tests: Vec<SlowTest>,
    /// The runs before, at most five, oldest first.
    pub past: Vec<PastSuite>,
}

impl SuiteRow {
    /// Returns whether a test failed, or the suite did not end as it should.
    pub fn has_failed(&self) -> bool {
        self.exit_code != Some(0) || self.failed.is_some_and(|failed| failed > 0)
    }
}

/// A slow test.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlowTest {
    /// Its name.
    pub name: String,
    /// Its wall time in nanoseconds.
    pub wall_ns: u64,
    /// Largest resident memory, in bytes.
    pub peak_rss_bytes: Option<u64>,
    /// Number of tracked functions that it called.
    pub functions: u64,
}

/// A suite in an earlier run.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct PastSuite {
    /// Id of the run.
    pub run: String,
    /// Wall time in nanoseconds; `null`, as all others, where the run does not have the suite, or the figure.
    pub wall_ns: Option<f64>,
    /// Largest resident memory, in bytes.
    pub peak_rss_bytes: Option<u64>,
    /// Number of tests that passed.
    pub passed: Option<u64>,
    /// Number of tests that failed.
    pub failed: Option<u64>,
}

/// The growth of a figure over runs: the slope of a line through their logarithms that wild values do not
/// move, and between what it lies, 19 times out of 20.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Growth {
    /// Number of the runs.
    pub runs: u64,
    /// Change from the first to the last of them, in per cent.
    pub change_pct: f64,
    /// The least that it may be, in per cent.
    pub low_pct: f64,
    /// The most that it may be, in per cent.
    pub high_pct: f64,
}

impl Growth {
    /// Returns whether it certainly grows, or shrinks.
    pub fn is_certain(&self) -> bool {
        self.low_pct > 0.0 || self.high_pct < 0.0
    }
}

/// A target of a suite, and what became of it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SuiteTarget {
    /// The figure: `duration`, `peak-memory`, `success`, `improvement`, `growth`, or the name of a metric.
    pub figure: String,
    /// The unit of the values.
    pub unit: TargetUnit,
    /// The limit.
    pub limit: f64,
    /// True if values below the limit miss it; else values above it do.
    pub at_least: bool,
    /// The value; `null` where there is none.
    pub value: Option<f64>,
    /// Between what and what the value lies, 19 times out of 20; `null` where that is not known.
    pub interval: Option<(f64, f64)>,
    /// The outcome.
    pub outcome: TargetOutcome,
    /// The baseline, where it is held against one.
    pub baseline: Option<String>,
    /// The reason, where the values alone do not show it.
    pub reason: String,
    /// Line in `perf.toml`, from 1.
    pub line: u64,
}

/// The unit of a target.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TargetUnit {
    /// Nanoseconds.
    #[default]
    Ns,
    /// Bytes.
    Bytes,
    /// A part of a whole, 0.5 for half.
    Share,
    /// Per cent.
    Pct,
    /// The program's own.
    Own,
}

impl TargetUnit {
    /// Writes `value` as people read it.
    pub fn text(self, value: f64) -> String {
        match self {
            Self::Ns => units::duration(value),
            Self::Bytes => units::bytes(whole(value)),
            Self::Share => units::percent(value * 100.0),
            Self::Pct => units::percent(value),
            Self::Own => units::number(value),
        }
    }
}

/// The outcome of a target.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TargetOutcome {
    /// It is met.
    Met,
    /// It is missed.
    Missed,
    /// More runs are needed to tell.
    Undecided,
    /// There is no value, or nothing to hold it against.
    #[default]
    Unmeasured,
}

impl SuitesDocument {
    /// Returns all rows: the suites, and then all of them together.
    pub fn rows(&self) -> impl Iterator<Item = &SuiteRow> {
        self.suites.iter().chain([&self.total])
    }

    /// Returns the targets with this outcome, each with its row.
    pub fn targets(
        &self,
        outcome: TargetOutcome,
    ) -> impl Iterator<Item = (&SuiteRow, &SuiteTarget)> {
        self.rows().flat_map(move |row| {
            let targets = row.targets.iter().filter(move |target| target.outcome == outcome);
            targets.map(move |target| (row, target))
        })
    }
}
