//! The sums over all processes of a fleet's programs, as an agent keeps them: what both texts of metrics and
//! OTLP are written from. Plain data, no document of its own.

use serde::{Deserialize, Serialize};

/// The sums of all that an agent has seen, at one moment. No counter in it ever falls from one reading of the
/// same agent to the next, a restart of the agent included.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct FleetTotals {
    /// The moment, in nanoseconds since 1970.
    pub unix_ns: u64,
    /// The moment from which counters count: the start of the oldest recording that was there when the agent
    /// looked for the first time, else that look. It stays as it is.
    pub start_unix_ns: u64,
    /// The programs, sorted by name.
    pub programs: Vec<FleetProgram>,
    /// The agent's own figures.
    pub agent: AgentFigures,
}

/// The sums over the processes of one program.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct FleetProgram {
    /// Name: the last part of the path of its file.
    pub name: String,
    /// Build, as far as its newest process tells it.
    pub build: FleetBuild,
    /// Processes that run now.
    pub running: u64,
    /// Processes that have ended, since the agent looks. Never falls.
    pub ended: u64,
    /// Running processes whose recorder takes no times now, or on trial only: its breaker is not closed.
    pub open_breakers: u64,
    /// Calls that were made but could not be recorded. Never falls.
    pub lost_calls: u64,
    /// Time that recording took over all threads, estimated, in nanoseconds. Never falls.
    pub recording_ns: u64,
    /// Functions that were called, sorted by name.
    pub functions: Vec<FleetFunction>,
    /// The program's own counts, by name. Never fall.
    pub counts: Vec<(String, u64)>,
    /// The latest values of the program's own gauges, and the values of its ratios, by name.
    pub gauges: Vec<(String, f64)>,
}

/// The build of a program.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FleetBuild {
    /// Output of `rustc --version`.
    pub rustc: String,
    /// Target triple.
    pub target: String,
    /// Cargo profile, `debug` or `release`.
    pub profile: String,
    /// Version of the recorder.
    pub recorder: String,
    /// Commit of the program, where the agent was told.
    pub commit: Option<String>,
}

/// The sums of one function over the processes of its program. Counters never fall.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FleetFunction {
    /// Name: its identity within the program.
    pub name: String,
    /// Finished calls.
    pub calls: u64,
    /// Calls that returned an error; `None` where errors are not told apart.
    pub errors: Option<u64>,
    /// Calls that ended by unwinding.
    pub panics: u64,
    /// Futures dropped before they were ready; `None` where it is no async function.
    pub cancelled: Option<u64>,
    /// Time outside tracked callees, in nanoseconds.
    pub self_ns: u64,
    /// Time between entry and exit, tracked callees included, in nanoseconds; recursive calls count once.
    pub total_ns: u64,
    /// Allocations by the function itself; `None` where the program does not count them.
    pub allocs: Option<u64>,
    /// Their bytes.
    pub alloc_bytes: Option<u64>,
    /// Calls that have begun and not ended, in running processes. A gauge.
    pub in_flight: u64,
    /// Sum of the durations in `histogram`, in nanoseconds.
    pub sum_ns: u64,
    /// Durations of finished calls: pairs of a bucket's number on the recorder's scale
    /// ([`perf_runtime::buckets`]) and a count, sorted, none twice, no count zero.
    pub histogram: Vec<(u32, u64)>,
    /// Shortest call, in nanoseconds; `None` without calls.
    pub min_ns: Option<u64>,
    /// Longest call, in nanoseconds; `None` without calls.
    pub max_ns: Option<u64>,
}

/// The agent's own figures.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct AgentFigures {
    /// Time that the last reading of all segments took, in nanoseconds.
    pub read_ns: u64,
    /// The moment of the last reading, in nanoseconds since 1970.
    pub last_read_unix_ns: u64,
    /// Segments that cannot be read, as of the last reading.
    pub damaged_segments: u64,
    /// Recordings that were discarded before anybody read them.
    pub discarded_recordings: u64,
    /// Series left out of the metrics, for there may be only so many.
    pub dropped_series: u64,
    /// Attempts to send something that failed: OTLP, and runs to the store. Never falls.
    pub push_failures: u64,
}

impl FleetFunction {
    /// Returns the number of durations in the histogram.
    pub fn timed(&self) -> u64 {
        self.histogram.iter().fold(0, |sum, (_, count)| sum.saturating_add(*count))
    }
}
