//! Recordings as plain data: the boundary between recorder and reports.
//!
//! Values with public fields and the laws they obey (merging, percentiles). No IO, no clock, no
//! pointers into a segment. Times are nanoseconds, sizes bytes.
//!
//! Everything here merges: across threads, processes, machines and runs. Merging is associative
//! and commutative, and the empty [`Snapshot`] changes nothing. That is why durations are kept as
//! integer sums and histograms, never as percentiles or floating-point means.

mod bench;
mod breaker;
mod failures;
mod histogram;
mod measures;
mod memory;
mod merge;
mod metric;
mod polls;
mod since;

pub use bench::{Batch, Benchmark, Ending, Latencies, LeftOut, Phase};
pub use breaker::{BreakerState, Reason, Step, Transition};
pub use failures::{ErrorKind, Failures};
pub use histogram::Histogram;
pub use measures::Measures;
pub use memory::Memory;
pub use merge::Merger;
pub use metric::{Gauge, Metric, MetricKind, Ratio, Reading};
pub use polls::{Lifetimes, Polls};

/// Everything that one process, or any number of merged ones, recorded.
///
/// ```
/// use perf_runtime::perf_track;
///
/// #[perf_track]
/// fn work() {}
///
/// work();
/// let snapshot = perf_runtime::snapshot()?;
/// let called = &snapshot.contexts[0];
/// assert!(snapshot.functions[called.function].name.ends_with("work"));
/// assert_eq!(called.measures.calls, 1);
/// # Ok::<(), perf_runtime::segment::SegmentError>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Snapshot {
    /// Every known function, sorted by name, called or not.
    pub functions: Vec<Function>,
    /// The calling-context tree. A parent comes before its children; the children of one parent
    /// are sorted by function name.
    pub contexts: Vec<Context>,
    /// Times and kinds of failed calls, for each function that has any, in the order of `functions`.
    #[cfg_attr(feature = "serde", serde(default))]
    pub failures: Vec<Failures>,
    /// Numbers of the program's own, sorted by name and kind.
    pub metrics: Vec<Metric>,
    /// Cases of benchmarks, sorted by name, argument, threads and process.
    #[cfg_attr(feature = "serde", serde(default))]
    pub benchmarks: Vec<Benchmark>,
    /// Cases of benchmarks that the programs have and nobody asked for, sorted, each once.
    #[cfg_attr(feature = "serde", serde(default))]
    pub left_out: Vec<LeftOut>,
    /// The latest steps of the circuit breakers, sorted by time since the start of their process.
    pub transitions: Vec<Transition>,
    /// The processes that recorded, sorted by start time and process id.
    pub processes: Vec<Process>,
    /// Losses that are known.
    pub losses: Losses,
}

impl Snapshot {
    /// Returns the measures of each function over all contexts, in the order of
    /// [`Snapshot::functions`]: as many as these.
    ///
    /// Totals may be added up because recursion folds: no function is its own ancestor.
    ///
    /// ```
    /// let snapshot = perf_runtime::snapshot()?;
    /// for (function, measures) in snapshot.functions.iter().zip(snapshot.by_function()) {
    ///     println!("{}: {} calls, {} ns itself", function.name, measures.calls, measures.self_ns);
    /// }
    /// # Ok::<(), perf_runtime::segment::SegmentError>(())
    /// ```
    pub fn by_function(&self) -> Vec<Measures> {
        let mut sums = vec![Measures::default(); self.functions.len()];
        for context in &self.contexts {
            if let Some(sum) = sums.get_mut(context.function) {
                sum.merge(&context.measures);
            }
        }
        sums
    }

    /// Returns this snapshot and `other` as one.
    ///
    /// ```
    /// use perf_runtime::snapshot::Snapshot;
    ///
    /// let snapshot = perf_runtime::snapshot()?;
    /// assert_eq!(snapshot.merged(&Snapshot::default()), snapshot);
    /// # Ok::<(), perf_runtime::segment::SegmentError>(())
    /// ```
    #[must_use]
    pub fn merged(&self, other: &Self) -> Self {
        let mut merger = Merger::default();
        merger.add(self);
        merger.add(other);
        merger.finish()
    }
}

/// A tracked function: its identity, its declaration, and its options.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of the attribute")]
pub struct Function {
    /// Identity: `crate::module::Type::function`, or the label given in the attribute.
    pub name: String,
    /// Path of the module that holds the declaration.
    pub module: String,
    /// Source file as the compiler was given it.
    pub file: String,
    /// Line of the declaration, from 1. Metadata only: moved code keeps its history.
    pub line: u32,
    /// Column of the declaration, from 1.
    pub column: u32,
    /// True if it is never sampled, whatever the load.
    pub exact: bool,
    /// True if its calls are futures: an async function, or something like it.
    #[cfg_attr(feature = "serde", serde(default))]
    pub polled: bool,
    /// True if the returned value is classified as success or error.
    pub classifies_errors: bool,
    /// True if its errors have kinds.
    #[cfg_attr(feature = "serde", serde(default))]
    pub names_errors: bool,
    /// Limits given in the attribute.
    pub budget: Budget,
    /// Tags given in the attribute.
    pub tags: Vec<String>,
}

/// Limits given in `budget(…)`. A limit that was not given is `None`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Budget {
    /// Median of the duration of a call, in nanoseconds.
    pub p50_ns: Option<u64>,
    /// 95th percentile of the duration of a call, in nanoseconds.
    pub p95_ns: Option<u64>,
    /// 99th percentile of the duration of a call, in nanoseconds.
    pub p99_ns: Option<u64>,
    /// Mean duration of a call, in nanoseconds.
    pub mean_ns: Option<u64>,
    /// Longest call, in nanoseconds.
    pub max_ns: Option<u64>,
    /// Calls in a run.
    pub calls: Option<u64>,
    /// Allocations in a run.
    pub allocs: Option<u64>,
    /// Largest slow-down against the baseline, in hundredths of a per cent (10 % is 1000).
    pub max_regression_bp: Option<u32>,
}

impl Budget {
    /// The budget without any limit.
    pub const NONE: Self = Self {
        p50_ns: None,
        p95_ns: None,
        p99_ns: None,
        mean_ns: None,
        max_ns: None,
        calls: None,
        allocs: None,
        max_regression_bp: None,
    };
}

/// One node of the calling-context tree: a function as called on one path from a root.
///
/// ```
/// use perf_runtime::snapshot::Snapshot;
///
/// /// Names from the root down.
/// fn path(snapshot: &Snapshot, at: usize) -> Vec<&str> {
///     let up = std::iter::successors(Some(at), |at| snapshot.contexts[*at].parent);
///     let functions = up.map(|at| snapshot.contexts[at].function);
///     let mut names: Vec<_> = functions.map(|it| snapshot.functions[it].name.as_str()).collect();
///     names.reverse();
///     names
/// }
///
/// let snapshot = perf_runtime::snapshot()?;
/// for (at, context) in snapshot.contexts.iter().enumerate() {
///     println!("{}: {} calls", path(&snapshot, at).join(" → "), context.measures.calls);
/// }
/// # Ok::<(), perf_runtime::segment::SegmentError>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Context {
    /// Index into [`Snapshot::functions`].
    pub function: usize,
    /// Index of the caller into [`Snapshot::contexts`], smaller than this node's own; `None` for a
    /// root.
    pub parent: Option<usize>,
    /// Measures of the function in this context.
    pub measures: Measures,
}

/// A process that recorded.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Process {
    /// Beginning of the recording, in nanoseconds since 1970.
    pub started_unix_ns: u64,
    /// Process id.
    pub pid: u32,
    /// Process id of the parent when recording began.
    pub parent_pid: u32,
    /// Path of the program, with unprintable bytes replaced.
    pub program: String,
    /// Build of the program.
    pub build: Build,
    /// Clock of the times.
    pub clock: Clock,
    /// Peak of threads that recorded at the same time.
    pub threads: u32,
    /// Size of the segment in bytes.
    pub segment_bytes: u64,
    /// True if its global allocator is [`crate::CountingAlloc`].
    pub counts_allocs: bool,
    /// Time of the recording, from its first tracked call to the last moment that is known, in
    /// nanoseconds.
    pub recorded_ns: u64,
    /// Time that recording took, over all threads, in nanoseconds. Estimated from the cost of a
    /// call, which each process measures.
    pub overhead_ns: u64,
    /// Share of a thread's time that recording may take, in millionths.
    pub overhead_budget_ppm: u32,
    /// State of the breaker for the recorder as a whole, when it was read.
    pub breaker: BreakerState,
    /// Time and memory of the process; `None` where they are not known.
    #[cfg_attr(feature = "serde", serde(default))]
    pub usage: Option<Usage>,
}

/// The time and memory of a process from the loading of its program to its end. For one that was
/// killed, to the last moment that is known: at most some 50 ms before its last tracked call.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Usage {
    /// Time of loading, on the monotonic clock of the machine, in nanoseconds.
    pub loaded_monotonic_ns: u64,
    /// Last moment that is known, on the same clock.
    pub latest_monotonic_ns: u64,
    /// Processor time in user mode, in nanoseconds.
    pub user_ns: u64,
    /// Processor time in the kernel, in nanoseconds.
    pub system_ns: u64,
    /// Largest resident memory, in bytes; `None` where it is not known.
    pub peak_rss_bytes: Option<u64>,
}

/// The build of a recorded program: of the perf-runtime linked into it, and of the crates that hold
/// tracked functions.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Build {
    /// Output of `rustc --version`.
    pub rustc: String,
    /// Target triple.
    pub target: String,
    /// Cargo profile the runtime was built in, `debug` or `release`.
    pub profile: String,
    /// Optimisation level of perf-runtime, `0` to `3`, `s` or `z`. A profile may give the crates
    /// of the program another one.
    pub opt_level: String,
    /// Version of perf-runtime.
    pub runtime: String,
    /// Builds of the crates that hold tracked functions, sorted, each once; none from recorders
    /// before this field.
    #[cfg_attr(feature = "serde", serde(default))]
    pub crates: Vec<CrateBuild>,
}

/// The build of a crate that holds tracked functions.
///
/// A generic or inlined function may be compiled once more, and differently, in a crate that calls
/// it.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct CrateBuild {
    /// Name of the crate, as in paths.
    pub name: String,
    /// Optimisation level, `0` to `3`, `s` or `z`.
    pub opt_level: String,
    /// True if its debug assertions are checked.
    pub debug_assertions: bool,
}

/// The clock that times were read from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Clock {
    /// The operating system's monotonic clock.
    #[default]
    Monotonic,
    /// The processor's invariant time-stamp counter.
    Counter,
    /// None, as in a module of WebAssembly that was given none: calls are counted, and all times
    /// are 0.
    Absent,
}

/// The losses of a snapshot, as far as they are known.
///
/// ```
/// let losses = perf_runtime::snapshot()?.losses;
/// if losses != perf_runtime::snapshot::Losses::default() {
///     eprintln!("incomplete: {losses:?}");
/// }
/// # Ok::<(), perf_runtime::segment::SegmentError>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Losses {
    /// Calls that were made but could not be recorded at all.
    pub lost_calls: u64,
    /// Calls that were counted but are in no histogram, for want of space.
    pub uncounted_durations: u64,
    /// Number of times that the clock ran backwards.
    pub clock_anomalies: u64,
    /// Updates of metrics that could not be recorded, or whose value was no finite number.
    pub lost_metrics: u64,
    /// Allocations and frees that are in no context for want of space.
    pub lost_allocs: u64,
    /// Steps of the circuit breaker that are in no [`Snapshot::transitions`], since a process keeps
    /// its latest few.
    pub forgotten_transitions: u64,
}

impl Losses {
    /// Adds the losses of `other`.
    pub fn merge(&mut self, other: &Self) {
        self.lost_calls = self.lost_calls.saturating_add(other.lost_calls);
        self.uncounted_durations =
            self.uncounted_durations.saturating_add(other.uncounted_durations);
        self.clock_anomalies = self.clock_anomalies.saturating_add(other.clock_anomalies);
        self.lost_metrics = self.lost_metrics.saturating_add(other.lost_metrics);
        self.lost_allocs = self.lost_allocs.saturating_add(other.lost_allocs);
        self.forgotten_transitions =
            self.forgotten_transitions.saturating_add(other.forgotten_transitions);
    }
}
