//! What perf-track's own harness finds of a benchmark, beside the time of an iteration.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Histogram;

/// The figures of a benchmark of `#[perf_bench]`. Quantities are of an iteration, where nothing else
/// is said, and of all processes of the run.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Harness {
    /// Its end. Anything but `ok` judges no time.
    pub outcome: BenchOutcome,
    /// The reason for it, where there is one: the message of a panic, an error, the value that was beyond
    /// a limit. Text of the program, 1 000 bytes at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Benchmark without argument and threads: the name that its cases have in common.
    pub benchmark: String,
    /// Argument as text; left out where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub argument: Option<String>,
    /// Threads that ran it at the same time.
    pub threads: u32,
    /// True where a tenth of the time was asked for.
    #[serde(default, skip_serializing_if = "is_false")]
    pub quick: bool,
    /// True for a step of a ramp of threads.
    #[serde(default, skip_serializing_if = "is_false")]
    pub stress: bool,
    /// Intended operations a second; left out where each waits for the one before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate_per_s: Option<f64>,
    /// Group whose members ran in turn; empty where it ran alone.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub group: String,
    /// True for the member with which the others of the group are compared.
    #[serde(default, skip_serializing_if = "is_false")]
    pub is_base: bool,
    /// Round of each sample, in the order of `samples_ns`. Samples of one round and one group were
    /// taken one after the other.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rounds: Vec<u64>,
    /// Cost of the loop around an iteration in nanoseconds, which was subtracted.
    pub loop_ns: f64,
    /// Cost of reading the clock in nanoseconds, which was subtracted.
    pub clock_ns: f64,
    /// Iterations of all threads a second, by the time that passed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calls_per_s: Option<f64>,
    /// Processor time in user mode, in nanoseconds.
    pub user_ns: f64,
    /// Processor time in the kernel, in nanoseconds.
    pub system_ns: f64,
    /// Processor time over the time that passed: 1 is one processor in full use.
    pub utilisation: f64,
    /// Share of the timed batches in which a thread had to leave its processor to another, 0 to 1.
    pub preempted: f64,
    /// Share of the timed batches that the time is not known by, 0 to 1: a fixed piece of work beside them
    /// was slower than it is on a machine that nobody disturbs.
    #[serde(default, skip_serializing_if = "is_none_of_it")]
    pub disturbed: f64,
    /// Durations of single iterations; empty where they were too short to be timed one by one. At a
    /// rate they count from the intended beginning.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub latencies: Histogram,
    /// Memory.
    pub memory: BenchMemory,
    /// Files and network; left out where the system does not show them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub io: Option<BenchIo>,
    /// Reasons to doubt the time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub doubts: Vec<BenchDoubt>,
}

/// The end of a benchmark.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BenchOutcome {
    /// It was measured.
    #[default]
    Ok,
    /// It took longer than its limit.
    Timeout,
    /// Its process had more memory than its limit.
    Memory,
    /// It used more of the processors than its limit.
    Cpu,
    /// More of its iterations failed than its limit allows.
    Errors,
    /// It panicked.
    Panicked,
    /// Its process ended in the middle of it.
    Killed,
}

impl fmt::Display for BenchOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

impl BenchOutcome {
    /// Returns the word for it in documents and on the screen.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Timeout => "timeout",
            Self::Memory => "memory",
            Self::Cpu => "cpu",
            Self::Errors => "errors",
            Self::Panicked => "panicked",
            Self::Killed => "killed",
        }
    }

    /// Returns it as a sentence: `it took longer than its limit`.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Ok => "it ended well",
            Self::Timeout => "it took longer than its limit",
            Self::Memory => "its process had more memory than its limit",
            Self::Cpu => "it used more of the processors than its limit",
            Self::Errors => "more of its iterations failed than its limit allows",
            Self::Panicked => "it panicked",
            Self::Killed => "its process ended in the middle of it",
        }
    }
}

/// The memory of a benchmark.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct BenchMemory {
    /// Allocations of an iteration; `null` where they were not counted, like the next two.
    pub allocs: Option<f64>,
    /// Their size, in bytes.
    pub alloc_bytes: Option<f64>,
    /// Growth of the memory that is allocated and not freed, with its interval of 95 %, in bytes an
    /// iteration; left out where it does not grow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leak: Option<Leak>,
    /// Largest resident memory of the process, in bytes; 0 where it is not known.
    pub peak_rss_bytes: u64,
}

/// The growth of memory with the iterations, in bytes for each of them: a slope by Theil and Sen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Leak {
    /// Bytes an iteration.
    pub bytes: f64,
    /// Lower end of the interval of 95 %.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// The use of files and of the network by an iteration. Sockets count in `network_bytes` alone,
/// which are those of everything in the network namespace of the process.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct BenchIo {
    /// Bytes read, from caches also.
    pub read_bytes: f64,
    /// Bytes written, to caches also.
    pub written_bytes: f64,
    /// System calls that read.
    pub reads: f64,
    /// System calls that write.
    pub writes: f64,
    /// Bytes read from a device.
    pub device_read_bytes: f64,
    /// Bytes written to a device.
    pub device_written_bytes: f64,
    /// Bytes over the network, of everything in the namespace.
    pub network_bytes: f64,
    /// Those that did not leave the machine.
    pub loopback_bytes: f64,
}

/// A reason to doubt the time of a benchmark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BenchDoubt {
    /// Its times go up or down from round to round.
    Drift,
    /// Its times differ so much that the interval is wide.
    Unstable,
    /// Nothing is left of it: the compiler may have removed what it does.
    OptimisedAway,
    /// Other programs took the processor.
    Busy,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde wants it so")]
fn is_false(value: &bool) -> bool {
    !value
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_none_of_it(share: &f64) -> bool {
    *share <= 0.0
}
