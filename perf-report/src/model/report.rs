//! A report on a run: its score and grade, how reliable its command is, what went well and what did not,
//! and what to do next. Every sentence stands beside the figures it rests on.

mod advice;
mod score;

use serde::{Deserialize, Serialize};

use super::{Command, Complexity, Scaling, Side};

pub use advice::{Advice, Place, RuleId};
pub use score::{
    Cap, Category, Grade, GradeBasis, GradeCap, Left, Letter, Reliability, ReliabilityWord, Scale,
    Score, ScorePart, ScoreWord,
};

/// Document `perf-track/report`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// [`super::REPORT_SCHEMA`].
    pub schema: String,
    /// [`super::REPORT_VERSION`] of the writer.
    pub version: u32,
    /// The command of the run.
    pub command: Command,
    /// The run that is reported on, the newest of those made with it.
    pub run: Side,
    /// Name of the baseline, or id of the run, that it was judged by; `null` where there was none.
    pub baseline: Option<String>,
    /// The score; `null` where no part of it is known.
    pub score: Option<Score>,
    /// The grade; `null` where there is neither a target nor a score.
    pub grade: Option<Grade>,
    /// The reliability of the command over its last runs.
    pub reliability: Reliability,
    /// The report in two or three sentences.
    pub summary: Vec<Statement>,
    /// Good news, the largest first; may be empty.
    pub went_well: Vec<Statement>,
    /// Bad news, the costliest first; may be empty.
    pub went_badly: Vec<Statement>,
    /// Recommendations, those that can save most first. The first three are the next steps.
    pub advice: Vec<Advice>,
    /// Number of recommendations that `[advice]` of `perf.toml` silences.
    #[serde(default)]
    pub silenced: u64,
    /// Budgets that will be exceeded at the pace of the last runs.
    #[serde(default)]
    pub breaches: Vec<Breach>,
    /// The growth of its benchmarks with the size of their work; of those measured at several sizes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub complexity: Vec<Complexity>,
    /// The scaling of its benchmarks with threads; of those measured with several numbers of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scaling: Vec<Scaling>,
    /// The figures behind all of it.
    pub details: Details,
    /// Sentences to read before a figure is believed.
    #[serde(default)]
    pub notes: Vec<String>,
}

impl Report {
    /// Number of recommendations that are next steps.
    pub const NEXT_STEPS: usize = 3;

    /// Returns the recommendations to follow first.
    pub fn next_steps(&self) -> &[Advice] {
        self.advice.get(..Self::NEXT_STEPS).unwrap_or(&self.advice)
    }

    /// Returns the bad news of one kind.
    pub fn bad(&self, kind: StatementKind) -> impl Iterator<Item = &Statement> {
        self.went_badly.iter().filter(move |it| it.kind == kind)
    }
}

/// A sentence with its evidence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Statement {
    /// The kind of news.
    pub kind: StatementKind,
    /// The sentence.
    pub text: String,
    /// The figures that it rests on, in words.
    pub evidence: String,
    /// The function, metric or suite that it is about; `null` of the run as a whole.
    #[serde(default)]
    pub name: Option<String>,
    /// Its cost in nanoseconds a run, below zero where it saves; `null` where it is not known.
    #[serde(default)]
    pub cost_ns: Option<f64>,
    /// The change in per cent of the baseline, where there is one.
    #[serde(default)]
    pub change_pct: Option<f64>,
    /// The probability of such a change by chance, 0 to 1; `null` of what is exact.
    #[serde(default)]
    pub p_value: Option<f64>,
}

/// The kind of news.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StatementKind {
    /// The score, the grade and the reliability.
    Score,
    /// The verdict of the comparison.
    Verdict,
    /// The first recommendation.
    Advice,
    /// A command that did not end well.
    Failure,
    /// Tests that failed.
    Tests,
    /// A change for the worse that is certain and beyond its limit.
    Regression,
    /// A change for the worse that is certain and fails nothing.
    Degradation,
    /// A change for the better that is certain.
    Improvement,
    /// A target that was missed, or all that were met.
    Target,
    /// Errors or panics that are new, or gone.
    Errors,
}

/// A budget that will be exceeded at the pace of the last runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Breach {
    /// The function, or `(command)`.
    pub name: String,
    /// The key of the budget in `perf.toml`: `p99`.
    pub limit: String,
    /// The value now, in the unit of the budget.
    pub value: f64,
    /// The budget, in nanoseconds, bytes or as a number.
    pub allowed: f64,
    /// The growth from run to run in per cent.
    pub slope_pct: f64,
    /// The ends of that growth in per cent, 19 times out of 20.
    pub slope_interval_pct: (f64, f64),
    /// The first and the last run, from the next one on, at which the budget is reached.
    pub in_runs: (u64, u64),
    /// Number of runs since the last change of level, from which the pace is known.
    pub runs: u64,
    /// The sentence.
    pub text: String,
}

/// The figures behind a report.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Details {
    /// Number of stored runs of the command, those that recorded nothing included.
    pub stored_runs: u64,
    /// Start of the oldest of them, RFC 3339, UTC; `null` where none is stored.
    pub first_time: Option<String>,
    /// Start of the newest of them.
    pub latest_time: Option<String>,
    /// Number of runs that were judged.
    pub runs: u64,
    /// Number of runs in the baseline; 0 without one.
    pub baseline_runs: u64,
    /// Wall time of the processes that recorded, in nanoseconds, or of the command where that is not known;
    /// `null` where neither is.
    pub wall_ns: Option<u64>,
    /// Processor time in user mode and in the kernel, in nanoseconds.
    pub cpu_ns: Option<u64>,
    /// Largest resident memory of one process, in bytes.
    pub peak_rss_bytes: Option<u64>,
    /// Self time of all tracked functions, in nanoseconds.
    pub self_ns: u64,
    /// Number of tracked functions that were called.
    pub functions: u64,
    /// Number of their calls.
    pub calls: u64,
    /// The benchmarks of the run; left out where it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub benchmarks: Option<BenchDetails>,
    /// Number of calls that returned an error.
    pub errors: u64,
    /// Number of calls that ended by unwinding.
    pub panics: u64,
    /// Number of tests that passed; `null` where the run has none.
    pub tests_passed: Option<u64>,
    /// Number of tests that failed.
    pub tests_failed: Option<u64>,
    /// Number of tests that were ignored.
    pub tests_ignored: Option<u64>,
    /// Number of tests that passed only after a failure.
    pub tests_flaky: Option<u64>,
    /// Number of targets.
    pub targets: u64,
    /// Number of targets that were met.
    pub targets_met: u64,
    /// Number of values that were judged by the baseline.
    pub judged: u64,
    /// Number of values that could be.
    pub of: u64,
    /// Commit of the run; `null` where it is not known.
    pub commit: Option<String>,
    /// The processor, and the number of its cores that the command could use.
    pub machine: String,
    /// Cargo profile and optimisation level.
    pub build: String,
}

/// The figures of the benchmarks of a run, with those that were made with it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct BenchDetails {
    /// Number of benchmarks.
    pub count: u64,
    /// Number of those that did not end well.
    pub ended_badly: u64,
    /// The one with the longest iteration; `null` where none has a time.
    pub slowest: Option<Slowest>,
    /// Number of those that became slower for certain.
    pub slower: u64,
    /// Number of those that became faster for certain.
    pub faster: u64,
}

/// The benchmark with the longest iteration.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Slowest {
    /// Its name.
    pub name: String,
    /// Its time in nanoseconds.
    pub mean_ns: f64,
}
