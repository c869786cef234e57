//! A search for the commits that changed a metric: its question, its evidence so far, its answer.
//!
//! The document is also the state from which an interrupted search goes on.

use serde::{Deserialize, Serialize};

/// Document `perf-track/bisect`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct BisectDocument {
    /// [`super::BISECT_SCHEMA`].
    pub schema: String,
    /// [`super::BISECT_VERSION`] of the writer.
    pub version: u32,
    /// The commits and the metric that the search is about.
    pub question: BisectQuestion,
    /// The state of the search.
    pub state: BisectState,
    /// True if the metric is a count that is the same in every run, so that one run shows it.
    #[serde(default)]
    pub exact: bool,
    /// The commits, each after its parents: first the good end, last the bad end.
    pub commits: Vec<BisectCommit>,
    /// Every measurement, oldest first.
    pub rounds: Vec<BisectRound>,
    /// Commits, by their place in `commits`, at which the search was divided, since there the metric
    /// was at neither level.
    #[serde(default)]
    pub splits: Vec<usize>,
    /// The changes that were found, oldest first.
    #[serde(default)]
    pub steps: Vec<BisectStep>,
    /// The effort so far, beside that of plain bisection.
    pub cost: BisectCost,
    /// Sentences about what a reader must know.
    #[serde(default)]
    pub notes: Vec<String>,
}

/// The commits and the metric that a search is about.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct BisectQuestion {
    /// Full hash of the good end.
    pub good: String,
    /// The good end as it was named.
    pub good_name: String,
    /// Full hash of the bad end.
    pub bad: String,
    /// The bad end as it was named.
    pub bad_name: String,
    /// The function; `null` for the command as a whole.
    pub function: Option<String>,
    /// The metric: its word on the command line, or the name of one of the program's own.
    pub metric: String,
    /// The command that is run.
    pub command: Vec<String>,
    /// The command that builds a commit, for a shell.
    pub build: String,
    /// The folder of the repository in which both run; empty for its root.
    pub dir: String,
    /// True if merges count as one commit.
    pub first_parent: bool,
    /// Further files and folders that runs need from a build.
    #[serde(default)]
    pub artifacts: Vec<String>,
}

/// The state of a search.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BisectState {
    /// Not at its end: it can go on.
    #[default]
    Open,
    /// At its end, with one commit for each change that counts.
    Found,
    /// At its end, with several commits that cannot be told apart.
    Range,
    /// At its end, since the ends do not differ.
    NotReproduced,
}

/// A commit, and the knowledge of it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct BisectCommit {
    /// Its full hash.
    pub commit: String,
    /// The places of its parents in the list, as far as they are in it.
    pub parents: Vec<usize>,
    /// The first line of its message.
    pub subject: String,
    /// Its author.
    pub author: String,
    /// The time at which it was written, RFC 3339.
    pub date: String,
    /// The probability that it made the change, before anything was measured: by the files that it
    /// touches.
    pub prior: f64,
    /// The probability that it made a change that counts, by all that was measured.
    pub posterior: f64,
    /// The progress of its build.
    pub state: CommitState,
    /// The reason for which it cannot be built or measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// Hash of what was built; two commits with the same one run the same bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub build: Option<String>,
    /// Time that the build took, nanoseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub build_ns: Option<u64>,
    /// The change from the good end to it, in per cent; `null` if it was not measured.
    pub change_pct: Option<f64>,
    /// Number of its runs.
    pub runs: u64,
}

/// The progress of a commit's build.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CommitState {
    /// Not built.
    #[default]
    Untouched,
    /// Built.
    Built,
    /// A build that failed.
    Unbuildable,
    /// Built, but its runs failed or lack the metric.
    Unmeasurable,
}

impl CommitState {
    /// Returns whether it cannot be measured.
    pub fn is_skipped(self) -> bool {
        matches!(self, Self::Unbuildable | Self::Unmeasurable)
    }
}

/// One measurement: a commit, and mostly another one beside it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct BisectRound {
    /// The purpose of the measurement.
    pub purpose: Purpose,
    /// The place of the commit in the list.
    pub commit: usize,
    /// The place of the commit that ran in turn with it; `null` if it ran alone.
    pub beside: Option<usize>,
    /// The value of the metric, in its base unit.
    pub value: f64,
    /// The value of the other commit.
    pub value_beside: Option<f64>,
    /// Time that the runs took, nanoseconds.
    pub elapsed_ns: u64,
}

/// The purpose of a measurement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// The difference between both ends.
    Ends,
    /// The side of a commit.
    Search,
    /// The difference between a suspect and the commit before it.
    Confirm,
}

/// A change that was found.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct BisectStep {
    /// The places of the commits that may have made it, oldest first; one if it is known.
    pub commits: Vec<usize>,
    /// The place of the last commit before it that was measured.
    pub before: usize,
    /// The place of the first commit with it that was measured.
    pub after: usize,
    /// The probability that it is one of `commits`.
    pub posterior: f64,
    /// Its size in per cent of the level before; `null` where there is nothing to divide by.
    pub change_pct: Option<f64>,
    /// The 95 % confidence interval of the size; `null` of a count, and where it was not measured.
    pub interval_pct: Option<(f64, f64)>,
    /// Mean value before it, in the base unit of the metric.
    pub value_before: f64,
    /// Mean value with it.
    pub value_after: f64,
    /// True if the commits before and after were run in turn, and differ as they should.
    pub confirmed: bool,
}

/// The effort of a search.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct BisectCost {
    /// Number of builds, those that failed included.
    pub builds: u64,
    /// Number of builds that failed.
    pub failed_builds: u64,
    /// Number of builds whose bytes were those of another commit, so that they needed no run.
    pub identical_builds: u64,
    /// Number of runs.
    pub runs: u64,
    /// Time that all of it took, nanoseconds.
    pub elapsed_ns: u64,
    /// Number of builds of plain bisection.
    pub plain_builds: u64,
    /// Number of runs of plain bisection with 95 % certainty, on this machine and between the same ends.
    pub plain_runs: u64,
}
