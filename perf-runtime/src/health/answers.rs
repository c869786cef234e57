//! The answers to those questions: plain data.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use crate::recorder::{self, Declared};
use crate::snapshot::{BreakerState, Function, Losses, Reason};

/// The state of this process's recorder.
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
    /// The segment could not be made, or cannot be written to any more; the program runs
    /// unrecorded.
    Failed {
        /// Error number of the operating system.
        error: i32,
    },
}

/// A short account of the recording: its state, its file, and the size of that.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Status {
    /// State of the recorder.
    pub state: State,
    /// File that is recorded into; `None` unless the state is `Recording`, or `Failed` because the
    /// file was made shorter. On WebAssembly, the file that is written when the program ends, if
    /// there will be one.
    pub segment: Option<PathBuf>,
    /// Bytes of the segment in use; 0 without one.
    pub segment_bytes: u64,
}

/// The health of the recording: a score, the reasons for it, and the figures behind both.
///
/// ```
/// let health = perf_runtime::health();
/// assert!(health.score <= 100);
/// println!("{:.1} % of the time, {} calls lost", health.overhead * 100.0, health.losses.lost_calls);
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Health {
    /// State of the recorder.
    pub recorder: State,
    /// State of its circuit breaker as a whole.
    pub state: BreakerState,
    /// From 100, when all is recorded exactly, to 0, when nothing is recorded although it should
    /// be. The `reasons` are what was taken off.
    pub score: u8,
    /// Reasons why the score is not 100, the gravest first; empty at 100.
    pub reasons: Vec<Concern>,
    /// Losses that are known. Durations without room in a histogram are not counted here;
    /// [`snapshot()`](crate::snapshot()) has them.
    pub losses: Losses,
    /// The latest steps of the breaker, the oldest first: 32 at most.
    pub steps: Vec<BreakerStep>,
    /// Share of the threads' time that recording takes, 0.05 for 5 %: of those threads that record,
    /// as of some milliseconds ago.
    pub overhead: f64,
    /// Share that it may take, from 0.0 to 1.0.
    pub overhead_budget: f64,
    /// Bytes of the segment in use.
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
    /// The program has rights that the user who started it lacks (setuid, setgid, capabilities of
    /// its file): nothing is recorded there.
    ActsForAnother,
    /// The segment was removed while it was written to, and cannot be written anew: the recording
    /// is lost.
    Lost,
    /// The segment was made shorter by somebody: nothing is recorded any more.
    Truncated,
    /// The segment was moved: perf-report finds it only where it is now.
    Elsewhere,
    /// The segment was removed while it was written to, and is recorded anew beside its old place:
    /// in copies, some seconds apart, so that a kill costs what came after the last one. Nothing is
    /// missing when the process ends by itself.
    Copied,
    /// The breaker is open: calls are counted, none is timed.
    Open,
    /// The breaker is half-open: calls are timed on trial.
    OnTrial,
    /// Calls that could not be recorded, and their number.
    LostCalls(u64),
    /// Updates of metrics that could not be recorded, and their number.
    LostMetrics(u64),
    /// More than nine tenths of the segment are in use.
    NearlyFull,
    /// Recording takes more than one and a half times its budget: its share of the threads' time,
    /// 0.05 for 5 %.
    OverBudget(f64),
    /// Functions whose calls a thread counts and does not time, each thread by itself.
    Counted(u32),
    /// Functions whose calls a thread samples, each thread by itself.
    Sampled(u32),
    /// Times that the clock ran backwards.
    ClockAnomalies(u64),
    /// The segment lies in the temporary folder, since it could not be made in shared memory: error
    /// number of the operating system. A disk there may hold up calls, when it writes back what
    /// they wrote.
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
    /// Time of the step since the recording began.
    pub at: Duration,
    /// State before: the name of a [`Step`](crate::snapshot::Step) of a function, or of a
    /// [`BreakerState`] of the recorder as a whole.
    pub from: &'static str,
    /// State after, named alike.
    pub to: &'static str,
    /// Reason for the step.
    pub reason: Reason,
    /// Calls for each timed one from then on: 1 where all are timed, 0 where none is.
    pub interval: u32,
    pub(crate) site: Option<u32>,
}

impl BreakerStep {
    /// Returns the name of the function; `None` for the recorder as a whole.
    ///
    /// ```
    /// for step in perf_runtime::health().steps {
    ///     let function = step.function().unwrap_or("the recorder as a whole");
    ///     println!("{:?} {function}: {} → {}", step.at, step.from, step.to);
    /// }
    /// ```
    pub fn function(&self) -> Option<&'static str> {
        self.site.and_then(recorder::name_of)
    }
}

/// A function that carries the attribute, and the number of its calls.
///
/// ```
/// use perf_runtime::perf_track;
///
/// #[perf_track]
/// fn parse() {}
///
/// parse();
/// let parse = perf_runtime::registry().into_iter().find(|it| it.name().ends_with("parse")).unwrap();
/// assert_eq!((parse.calls, parse.describe().exact), (1, false));
/// ```
#[derive(Clone, Copy)]
pub struct TrackedFunction {
    pub(super) declared: Declared,
    /// Finished calls so far, over all threads; since the last [`reset()`](crate::reset()), if
    /// there was one.
    pub calls: u64,
}

impl TrackedFunction {
    /// Returns its identity: `crate::module::Type::function`, or the label given in the attribute.
    pub fn name(&self) -> &'static str {
        recorder::name(self.declared)
    }

    /// Returns its declaration as plain data: where it stands, and its options. Allocates.
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
