//! The answers to those questions: plain data.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use crate::recorder::{self, Declared};
use crate::snapshot::{BreakerState, Function, Losses, Reason};

/// What the recorder of this process is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum State {
    /// The `record` feature is off.
    CompiledOut,
    /// No tracked function has been called yet.
    Idle,
    /// Tracked calls are recorded.
    Recording,
    /// `PERF_TRACK=off` was set at the first tracked call.
    Off,
    /// The segment could not be made, or cannot be written to any more; the program runs unrecorded.
    Failed {
        /// Error number of the operating system.
        error: i32,
    },
}

/// A short account of the recording, in less than a microsecond.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Status {
    /// What the recorder is doing.
    pub state: State,
    /// File that is recorded into.
    pub segment: Option<PathBuf>,
    /// Bytes of it that are in use.
    pub segment_bytes: u64,
}

/// How well the recording goes, in less than a microsecond.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Health {
    /// What the recorder is doing.
    pub recorder: State,
    /// State of its circuit breaker as a whole.
    pub state: BreakerState,
    /// From 100, when all is recorded exactly, to 0, when nothing is recorded although it should
    /// be. What is taken off is said by `reasons`.
    pub score: u8,
    /// Why the score is not 100, the gravest first.
    pub reasons: Vec<Concern>,
    /// What is known to be missing. Durations without room in a histogram are not counted here;
    /// [`snapshot()`](crate::snapshot()) has them.
    pub losses: Losses,
    /// The latest steps of the breaker, the oldest first: 32 at most.
    pub steps: Vec<BreakerStep>,
    /// What recording takes of the threads' time, 0.05 for 5 %: of those threads that record, as
    /// of some milliseconds ago.
    pub overhead: f64,
    /// What it may take.
    pub overhead_budget: f64,
    /// Bytes of the segment that are in use.
    pub segment_bytes: u64,
    /// Bytes that it may grow to.
    pub segment_limit_bytes: u64,
}

/// Something that keeps a recording from being exact and complete.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Concern {
    /// The segment could not be made: error number of the operating system.
    Failed(i32),
    /// The program may do what the user who started it may not (setuid, setgid, capabilities of its file):
    /// nothing is recorded there.
    ActsForAnother,
    /// The segment was removed while it was written to, and cannot be written anew: what is recorded is lost.
    Lost,
    /// The segment was made shorter by somebody: nothing is recorded any more.
    Truncated,
    /// The segment was moved: perf-report finds it only where it is now.
    Elsewhere,
    /// The segment was removed while it was written to, and is recorded anew beside where it was: in copies,
    /// some seconds apart, so that a kill costs what came after the last one. Nothing is missing when the
    /// process ends by itself.
    Copied,
    /// The breaker is open: calls are counted, none is timed.
    Open,
    /// The breaker is half-open: calls are timed on trial.
    OnTrial,
    /// So many calls could not be recorded.
    LostCalls(u64),
    /// So many updates of metrics could not be recorded.
    LostMetrics(u64),
    /// More than nine tenths of the segment are in use.
    NearlyFull,
    /// Recording takes more than one and a half times its budget: that share of the threads' time.
    OverBudget(f64),
    /// Functions of which a thread counts the calls and times none, each thread by itself.
    Counted(u32),
    /// Functions of which a thread samples the calls, each thread by itself.
    Sampled(u32),
    /// So many times the clock ran backwards.
    ClockAnomalies(u64),
    /// The segment lies in the temporary folder, since it could not be made in shared memory: error number of
    /// the operating system. A disk there may hold up calls, when it writes back what they wrote.
    Fallback(i32),
}

impl fmt::Display for Concern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed(error) => write!(f, "the segment could not be made: error {error}"),
            Self::ActsForAnother => f.write_str(
                "the program may do what the user who started it may not: nothing is recorded",
            ),
            Self::Lost => f.write_str(
                "the segment was removed, and cannot be written anew: what is recorded is lost",
            ),
            Self::Truncated => {
                f.write_str("the segment was made shorter: nothing is recorded any more")
            }
            Self::Elsewhere => {
                f.write_str("the segment was moved: perf-report finds it only where it is now")
            }
            Self::Copied => f.write_str("the segment was removed, and is recorded anew"),
            Self::Open => f.write_str("the breaker is open: no call is timed"),
            Self::OnTrial => f.write_str("the breaker is half-open: calls are timed on trial"),
            Self::LostCalls(calls) => write!(f, "calls that could not be recorded: {calls}"),
            Self::LostMetrics(updates) => {
                write!(f, "updates of metrics that could not be recorded: {updates}")
            }
            Self::NearlyFull => f.write_str("the segment is nearly full"),
            Self::OverBudget(share) => {
                write!(f, "recording takes {:.1} % of the threads' time", share * 100.0)
            }
            Self::Counted(functions) => {
                write!(f, "functions of threads whose calls are only counted: {functions}")
            }
            Self::Sampled(functions) => {
                write!(f, "functions of threads whose calls are sampled: {functions}")
            }
            Self::ClockAnomalies(times) => write!(f, "times that the clock ran backwards: {times}"),
            Self::Fallback(error) => write!(
                f,
                "the segment is in the temporary folder, not in shared memory: error {error}"
            ),
        }
    }
}

/// A step of the circuit breaker.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct BreakerStep {
    /// When, since the recording began.
    pub at: Duration,
    /// What it went from: the name of a [`Step`](crate::snapshot::Step) of a function, or of a
    /// [`BreakerState`] of the recorder as a whole.
    pub from: &'static str,
    /// What it went to.
    pub to: &'static str,
    /// Why.
    pub reason: Reason,
    /// Calls for each timed one from then on: 1 where all are timed, 0 where none is.
    pub interval: u32,
    pub(crate) site: Option<u32>,
}

impl BreakerStep {
    /// Name of the function; `None` for the recorder as a whole.
    pub fn function(&self) -> Option<&'static str> {
        self.site.and_then(recorder::name_of)
    }
}

/// A function that carries the attribute, and how often it was called.
#[derive(Clone, Copy)]
pub struct TrackedFunction {
    pub(super) declared: Declared,
    /// Finished calls so far, over all threads; since the last [`reset()`](crate::reset()), if
    /// there was one.
    pub calls: u64,
}

impl TrackedFunction {
    /// Its identity: `crate::module::Type::function`, or the label given in the attribute.
    pub fn name(&self) -> &'static str {
        recorder::name(self.declared)
    }

    /// How and where it was declared, as plain data.
    pub fn describe(&self) -> Function {
        recorder::describe(self.declared)
    }
}

impl fmt::Debug for TrackedFunction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { calls, .. } = self;
        f.debug_struct("TrackedFunction").field("name", &self.name()).field("calls", calls).finish()
    }
}
