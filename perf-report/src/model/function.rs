//! A tracked function over a whole run, as documents hold it.

use serde::{Deserialize, Serialize};

use super::{BenchOutcome, Benchmark, Failures, Futures, Harness, Identity};
use crate::stats::number::float;

/// A tracked function over the whole run.
///
/// `total_ns` and `self_ns` hold also the time of calls that never finished; all other times are
/// of finished calls only, and `null` when there are none. Of an async function they are all of the
/// time in which its futures were polled, but for those in `async`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Function {
    /// Identity: `crate::module::Type::function`, or its label.
    pub name: String,
    /// The name of its own with what tells it apart from others of that name; left out where the name is
    /// all. Functions are matched by it, and the name is for readers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<Box<Identity>>,
    /// The thing that was measured under this name.
    #[serde(default, skip_serializing_if = "FunctionKind::is_function")]
    pub kind: FunctionKind,
    /// Module of the declaration.
    pub module: String,
    /// Source file of the declaration.
    pub file: String,
    /// Line of the declaration, from 1.
    pub line: u32,
    /// Number of finished calls.
    pub calls: u64,
    /// Number of calls that returned an error; counted where the attribute has `err`.
    pub errors: u64,
    /// Number of calls that ended by unwinding.
    pub panics: u64,
    /// Number of futures dropped before they were ready.
    pub cancelled: u64,
    /// Number of calls that had not finished when the process ended; for an async function at least
    /// this many.
    #[serde(default)]
    pub unfinished: u64,
    /// Time between entry and exit in nanoseconds, children included; recursion counts by the
    /// outermost call.
    pub total_ns: u64,
    /// Time outside every tracked child, in nanoseconds.
    pub self_ns: u64,
    /// Mean duration of a call, in nanoseconds.
    pub mean_ns: Option<f64>,
    /// Standard deviation of the duration of a call, in nanoseconds.
    pub stddev_ns: Option<f64>,
    /// Shortest call, in nanoseconds.
    pub min_ns: Option<u64>,
    /// Longest call, in nanoseconds.
    pub max_ns: Option<u64>,
    /// Median in nanoseconds, within 1.6 %.
    pub p50_ns: Option<u64>,
    /// 90th percentile in nanoseconds, within 1.6 %.
    pub p90_ns: Option<u64>,
    /// 95th percentile in nanoseconds, within 1.6 %.
    pub p95_ns: Option<u64>,
    /// 99th percentile in nanoseconds, within 1.6 %.
    pub p99_ns: Option<u64>,
    /// True if times were estimated, since not all calls were timed.
    pub sampled: bool,
    /// True if `self_ns` is an estimate: calls of this function were sampled, or of one that it
    /// called.
    #[serde(default)]
    pub self_estimated: bool,
    /// Number of finished calls that were counted and not timed. Each timed one stands for the same
    /// share of them, but for `unmeasured_calls`.
    #[serde(default)]
    pub untimed_calls: u64,
    /// Number of calls that were counted while none was timed: they are in no time.
    #[serde(default)]
    pub unmeasured_calls: u64,
    /// Number of timed calls whose durations are in the sums and in no percentile, for want of
    /// space.
    #[serde(default)]
    pub lost_durations: u64,
    /// The part of `raw_total_ns` that recording took, of these calls and those made from there, in
    /// nanoseconds. Estimated.
    #[serde(default)]
    pub overhead_ns: u64,
    /// The part of `raw_self_ns` that recording took, in nanoseconds. Estimated.
    #[serde(default)]
    pub self_overhead_ns: u64,
    /// The part of `raw_total_ns` for which threads waited, against their will, for a processor
    /// that another thread had, in nanoseconds. Found on Linux, in waits of about 100 microseconds
    /// and more.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub preempted_ns: u64,
    /// The same part of `raw_self_ns`, in nanoseconds.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub self_preempted_ns: u64,
    /// The time that passed, in nanoseconds: `total_ns`, `overhead_ns` and `preempted_ns`. 0 in
    /// documents of earlier versions of perf-report, whose `total_ns` includes it.
    #[serde(default)]
    pub raw_total_ns: u64,
    /// The time that passed outside every tracked child, in nanoseconds: `self_ns`,
    /// `self_overhead_ns` and `self_preempted_ns`. 0 where `raw_total_ns` is.
    #[serde(default)]
    pub raw_self_ns: u64,
    /// The error of `self_ns`, one standard deviation, in nanoseconds: from the cost of recording
    /// and from the number of timed calls. 0 where it was not estimated.
    #[serde(default)]
    pub self_error_ns: u64,
    /// Step of the clock behind a single duration, in nanoseconds: shorter ones look the same. 0
    /// where it was not measured.
    #[serde(default)]
    pub resolution_ns: u64,
    /// Time since the first call, over all threads and contexts, in nanoseconds.
    #[serde(default)]
    pub active_ns: u64,
    /// The part of `active_ns` in which calls were sampled, in nanoseconds.
    #[serde(default)]
    pub sampled_ns: u64,
    /// The part of `active_ns` in which calls were only counted, in nanoseconds.
    #[serde(default)]
    pub counted_ns: u64,
    /// The largest interval of sampling: one call in this number was timed; 0 if calls were never
    /// sampled.
    #[serde(default)]
    pub largest_interval: u32,
    /// True if returned values were classified as success or error; otherwise `errors` has no
    /// meaning.
    #[serde(default)]
    pub classifies_errors: bool,
    /// Number of allocations, those of called tracked functions included; `null` when they were not
    /// counted, like every field about memory.
    pub allocs: Option<u64>,
    /// Size of these allocations, in bytes.
    pub alloc_bytes: Option<u64>,
    /// Bytes allocated and not freed by it and by those that it called: handed on, or leaked. Below
    /// zero where it frees the allocations of others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grown_bytes: Option<i64>,
    /// The most bytes that one call, with all its callees, had allocated and not freed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peak_bytes: Option<u64>,
    /// Number of allocations by the function itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub self_allocs: Option<u64>,
    /// Size of these allocations, in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub self_alloc_bytes: Option<u64>,
    /// Bytes allocated and not freed by the function itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub self_grown_bytes: Option<i64>,
    /// The most bytes that the function itself had allocated and not freed, in one context on one
    /// thread.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub self_peak_bytes: Option<u64>,
    /// The failed calls, apart from the others; left out where nothing is known of them but their number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failures: Option<Box<Failures>>,
    /// The measures of its futures; left out for functions that are not async.
    #[serde(rename = "async", default, skip_serializing_if = "Option::is_none")]
    pub futures: Option<Futures>,
    /// The figures of its harness; left out unless it is a benchmark. Boxed, since few functions are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub benchmark: Option<Box<Benchmark>>,
    /// Tags of the attribute.
    #[serde(default)]
    pub tags: Vec<String>,
    /// Limits of the attribute.
    #[serde(default, skip_serializing_if = "Budget::is_empty")]
    pub budget: Budget,
    /// `[lowest duration of the bucket in nanoseconds, calls]`, ascending; empty buckets are left
    /// out. A bucket is at most 3.2 % wide.
    pub histogram: Histogram,
}

/// The kind of what a function of a run stands for: all are kept, judged and shown alike.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum FunctionKind {
    /// A tracked function.
    #[default]
    Function,
    /// A benchmark: its value is `mean_ns`, and its harness chose how often to call it.
    Benchmark,
    /// A test suite: one process, or one for each of its tests.
    Suite,
    /// A test.
    Test,
    /// A tracked function that was recorded in the profile rounds of benchmarks only: its calls are
    /// as many as the harness chose, and it is shown and not judged.
    Profiled,
}

impl FunctionKind {
    /// Returns whether it is a tracked function.
    pub fn is_function(&self) -> bool {
        *self == Self::Function
    }

    /// Returns the word for one of them.
    pub fn noun(self) -> &'static str {
        match self {
            Self::Function => "function",
            Self::Benchmark => "benchmark",
            Self::Suite => "suite",
            Self::Test => "test",
            Self::Profiled => "profiled function",
        }
    }
}

impl Function {
    /// Returns the number of calls that were timed.
    pub fn timed_calls(&self) -> u64 {
        self.calls.saturating_sub(self.untimed_calls)
    }

    /// Returns the number of calls that are in the times.
    pub fn measured_calls(&self) -> u64 {
        self.calls.saturating_sub(self.unmeasured_calls)
    }

    /// Returns the self time of a call in nanoseconds, over the calls that are in the times; `None`
    /// where there are none. Of a benchmark, a suite or a test it is its value.
    pub fn self_ns_a_call(&self) -> Option<f64> {
        if !self.kind.is_function() {
            return self.mean_ns;
        }
        let calls = self.measured_calls();
        (calls > 0).then(|| float(self.self_ns) / float(calls))
    }

    /// Returns whether its errors are counted: its returned values are classified, or an error was
    /// counted.
    pub fn counts_errors(&self) -> bool {
        self.classifies_errors || self.errors > 0
    }

    /// Returns the share of the calls that returned no error, 0 to 1; `None` where errors are not
    /// counted, or nothing was called.
    pub fn success_rate(&self) -> Option<f64> {
        let is_known = self.counts_errors() && self.calls > 0;
        is_known.then(|| 1.0 - float(self.errors.min(self.calls)) / float(self.calls))
    }

    /// Returns whether it is a benchmark, a suite or a test of which nothing succeeded, or a benchmark that did not
    /// end well: how long a failure takes is no time of what was measured.
    pub fn is_failure(&self) -> bool {
        let all_failed = !self.kind.is_function() && self.errors > 0 && self.errors >= self.calls;
        all_failed || self.outcome().is_some_and(|outcome| outcome != BenchOutcome::Ok)
    }

    /// Returns what perf-track's own harness finds of a benchmark; `None` of anything else.
    pub fn harness(&self) -> Option<&Harness> {
        self.benchmark.as_ref()?.harness.as_ref()
    }

    /// Returns how a benchmark of `#[perf_bench]` ended; `None` of anything else.
    pub fn outcome(&self) -> Option<BenchOutcome> {
        self.harness().map(|harness| harness.outcome)
    }

    /// Returns the number of polls that are in no time; 0 unless it is async.
    pub fn unmeasured_polls(&self) -> u64 {
        self.futures.as_ref().map_or(0, |futures| futures.unmeasured_polls)
    }

    /// Returns whether the times of calls are estimates: not all calls were timed, or recording
    /// took a notable part of the time, which was subtracted.
    pub fn has_estimated_times(&self) -> bool {
        /// The part of the time that is notable, in per cent.
        const NOTABLE_PCT: f64 = 5.0;
        let recording = crate::stats::number::share_pct(self.overhead_ns, self.raw_total_ns);
        self.sampled || (self.is_corrected() && recording > NOTABLE_PCT)
    }

    /// Returns the part of the self time that recording took, in per cent.
    pub fn recorder_pct(&self) -> f64 {
        let beside = if self.is_corrected() { self.self_overhead_ns } else { 0 };
        crate::stats::number::share_pct(self.self_overhead_ns, self.self_ns.saturating_add(beside))
    }

    /// Returns whether the cost of recording was subtracted from the times.
    pub fn is_corrected(&self) -> bool {
        self.raw_total_ns > 0
    }
}

/// `[lower bound in nanoseconds, calls]` for each bucket that holds calls, ascending.
pub type Histogram = Vec<(u64, u64)>;

/// Limits given in the attribute; see `perf_runtime::snapshot::Budget`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Budget {
    /// Limit of the median, in nanoseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p50_ns: Option<u64>,
    /// Limit of the 95th percentile, in nanoseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p95_ns: Option<u64>,
    /// Limit of the 99th percentile, in nanoseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p99_ns: Option<u64>,
    /// Limit of the mean, in nanoseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mean_ns: Option<u64>,
    /// Limit of the longest call, in nanoseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_ns: Option<u64>,
    /// Limit of the number of calls.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calls: Option<u64>,
    /// Limit of the number of allocations.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allocs: Option<u64>,
    /// Largest slow-down against the baseline, in per cent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_regression_pct: Option<f64>,
}

impl Budget {
    /// Returns whether no limit was given.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde wants it so")]
pub(super) fn is_zero(count: &u64) -> bool {
    *count == 0
}
