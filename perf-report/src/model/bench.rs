//! Benchmarks of `#[perf_bench]` as `bench` shows them: those of several processes as one, compared.

use serde::{Deserialize, Serialize};

use super::function::is_zero;
use super::{
    Advice, Beside, Command, Complexity, Function, Grade, Score, Shift, Side, TreeNode, Verdict,
};

/// Document `perf-track/bench`: the benchmarks of some processes of one command, each of which is a run.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct BenchDocument {
    /// [`super::BENCH_SCHEMA`].
    pub schema: String,
    /// [`super::BENCH_VERSION`] of the writer.
    pub version: u32,
    /// The command that each process ran.
    pub command: Command,
    /// The runs, oldest first: one a process of the command.
    pub runs: Vec<Side>,
    /// Name of the baseline, or id of the run in its place; `null` where there is neither.
    pub baseline: Option<String>,
    /// A change of all benchmarks at once; left out where there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shift: Option<Shift>,
    /// The benchmarks, sorted by name as people count: `sort/20` before `sort/1000`.
    pub benchmarks: Vec<BenchRow>,
    /// The groups whose members ran in turn, sorted in that way.
    pub groups: Vec<BenchGroup>,
    /// The ramps of threads, sorted in that way.
    pub ramps: Vec<BenchRamp>,
    /// The growth of costs with the size of the work, of benchmarks that were measured at several sizes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub complexity: Vec<Complexity>,
    /// Tracked functions that were recorded in the profile rounds, in the newest run.
    pub profiled: Vec<Function>,
    /// Their calls as a tree.
    pub tree: Vec<TreeNode>,
    /// The score of the runs together, as a report has it; left out where no part of it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<Score>,
    /// Their grade.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grade: Option<Grade>,
    /// The recommendations about benchmarks, those that can save most first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub advice: Vec<Advice>,
    /// Number of recommendations, also about others, that `[advice]` of `perf.toml` silences.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub silenced: u64,
    /// Sentences to read before a figure is believed.
    pub notes: Vec<String>,
    /// What else is worse than in the baseline, or than a budget allows: whatever has no row among the benchmarks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<BenchFinding>,
}

/// Something that is worse, beside the times of benchmarks: a count, a growth, a metric of the program's own, a budget.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct BenchFinding {
    /// Benchmark, function or metric.
    pub name: String,
    /// What is worse of it.
    pub what: String,
    /// The judgement.
    pub verdict: Verdict,
    /// The judgement in words.
    pub reason: String,
}

/// A benchmark, over all runs.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct BenchRow {
    /// Its figures: medians over the runs; counts are sums, memory and the longest call are the most, and the
    /// outcome is the worst. Its samples are the values of the runs, and its interval is by them.
    pub benchmark: Function,
    /// Its time against the baseline; `null` where the baseline has none.
    pub change: Option<BenchChange>,
}

/// The time of a benchmark, held against that of the baseline.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct BenchChange {
    /// Time in the baseline, in nanoseconds; `null` where it is not known.
    pub baseline_ns: Option<f64>,
    /// Change in per cent from that to the benchmark's time.
    pub change_pct: Option<f64>,
    /// Interval of 95 % of the change, in per cent.
    pub interval_pct: Option<(f64, f64)>,
    /// The change that was judged, where all benchmarks moved: the one beside that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beside: Option<Beside>,
    /// The judgement.
    pub verdict: Verdict,
    /// The judgement in words.
    pub reason: String,
}

/// Benchmarks that ran in turn, round by round.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct BenchGroup {
    /// Its name.
    pub name: String,
    /// Argument that its members have in common; left out where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub argument: Option<String>,
    /// Threads that they have in common.
    pub threads: u32,
    /// The members, fastest first; those without a time stand at the end.
    pub members: Vec<BenchMember>,
}

/// A benchmark of a group.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct BenchMember {
    /// Name of the benchmark.
    pub name: String,
    /// Its rank from 1. Those that cannot be told apart have the same; `null` without a time.
    pub rank: Option<u32>,
    /// True for the one that the others are held against.
    pub is_base: bool,
    /// Its time over that of the base, by the rounds in which both were measured; `null` without such.
    pub ratio: Option<f64>,
    /// Interval of 95 % of the ratio; `null` of the base, and where there are too few rounds.
    pub interval: Option<(f64, f64)>,
    /// Rounds in which it and the base were measured.
    pub rounds: u64,
    /// The answer.
    pub placing: Placing,
}

/// The place of a member of a group beside its base.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Placing {
    /// It is the base.
    Base,
    /// Faster for sure.
    Faster,
    /// Slower for sure.
    Slower,
    /// No difference that these rounds can tell.
    Alike,
    /// No time on one side.
    #[default]
    Unknown,
}

/// A benchmark on more and more threads.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct BenchRamp {
    /// Name of the benchmark without threads.
    pub name: String,
    /// Its steps, fewest threads first.
    pub steps: Vec<BenchStep>,
    /// The knee: the largest number of threads of which each does within 5 % of what one does at best, and within
    /// what noise leaves open. `null` of fewer than two steps.
    pub knee: Option<u32>,
    /// The fewest threads that do less together than fewer of them for sure; `null` where none do.
    pub hurts_from: Option<u32>,
}

/// A step of a ramp.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct BenchStep {
    /// Name of the benchmark with its threads.
    pub name: String,
    /// Threads.
    pub threads: u32,
    /// Iterations of all threads a second; `null` where it did not end well.
    pub calls_per_s: Option<f64>,
    /// Throughput over that of so many threads which do as much as one alone.
    pub efficiency: Option<f64>,
    /// 99th percentile of an iteration in nanoseconds, where iterations were timed one by one.
    pub p99_ns: Option<u64>,
}
