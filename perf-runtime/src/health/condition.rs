//! How well the recording goes: the state of the breaker, what is lost, what it costs, and a score.

use std::fmt;
use std::time::Duration;

use super::State;
use crate::recorder;
use crate::snapshot::{BreakerState, Losses, Reason};

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

/// What the recorder says of itself.
pub(crate) struct Account {
    pub(crate) condition: Condition,
    pub(crate) losses: Losses,
    pub(crate) steps: Vec<BreakerStep>,
}

/// How it is now.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Condition {
    /// What became of the segment's file, if that is no good.
    pub(crate) file: Option<Concern>,
    pub(crate) breaker: BreakerState,
    pub(crate) functions_sampled: u32,
    pub(crate) functions_counted: u32,
    pub(crate) overhead: f64,
    pub(crate) overhead_budget: f64,
    pub(crate) segment_bytes: u64,
    pub(crate) segment_limit_bytes: u64,
    /// Why the segment is not where it should be, if that is so.
    pub(crate) fallback: Option<i32>,
}

impl BreakerStep {
    /// Name of the function; `None` for the recorder as a whole.
    pub fn function(&self) -> Option<&'static str> {
        self.site.and_then(recorder::name_of)
    }
}

impl Concern {
    /// What is taken off the score for it.
    fn points(self) -> u8 {
        match self {
            Self::Failed(_) | Self::ActsForAnother | Self::Lost | Self::Truncated => 100,
            Self::Open => 50,
            Self::LostCalls(_) | Self::Elsewhere => 30,
            Self::OnTrial | Self::Counted(_) | Self::Copied => 20,
            Self::NearlyFull | Self::OverBudget(_) | Self::LostMetrics(_) => 10,
            Self::Sampled(_) | Self::ClockAnomalies(_) | Self::Fallback(_) => 5,
        }
    }
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

/// How well the recording of this process goes.
///
/// Looks at memory only: no lock, and no allocation unless there is something to tell, so
/// it may be asked at each request of a health check. It does look at something of each thread
/// that records; with a thousand of them it takes some microseconds. Once a second it looks whether the
/// segment's file is still there, which takes some microseconds too, and where somebody removed it, records it
/// anew.
///
/// ```
/// let health = perf_runtime::health();
/// if health.score < 80 {
///     for reason in &health.reasons {
///         eprintln!("perf-track: {reason}");
///     }
/// }
/// ```
pub fn health() -> Health {
    let state = recorder::state();
    let Account { condition, losses, steps } = recorder::account().unwrap_or(Account {
        condition: Condition::default(),
        losses: Losses::default(),
        steps: Vec::new(),
    });
    let reasons = concerns(&state, &condition, &losses);
    let points = reasons.iter().map(|reason| reason.points());
    Health {
        state: condition.breaker,
        recorder: state,
        score: points.fold(100, u8::saturating_sub),
        reasons,
        losses,
        steps,
        overhead: condition.overhead,
        overhead_budget: condition.overhead_budget,
        segment_bytes: condition.segment_bytes,
        segment_limit_bytes: condition.segment_limit_bytes,
    }
}

fn concerns(state: &State, condition: &Condition, losses: &Losses) -> Vec<Concern> {
    let failed = match state {
        State::Failed { .. } if recorder::is_prohibited() => Some(Concern::ActsForAnother),
        State::Failed { error } if condition.file.is_none() => Some(Concern::Failed(*error)),
        _ => None,
    };
    let breaker = match condition.breaker {
        BreakerState::Closed => None,
        BreakerState::HalfOpen => Some(Concern::OnTrial),
        BreakerState::Open => Some(Concern::Open),
    };
    let is_nearly_full = condition.segment_bytes > condition.segment_limit_bytes / 10 * 9;
    // With half as much again to spare, since it takes the breaker a moment.
    let is_over =
        condition.overhead > condition.overhead_budget * 1.5 && condition.overhead_budget < 1.0;
    let some = |count: u64| Some(count).filter(|count| *count > 0);
    let functions = |count: u32| Some(count).filter(|count| *count > 0);
    let all = [
        failed,
        condition.file,
        breaker,
        some(losses.lost_calls).map(Concern::LostCalls),
        functions(condition.functions_counted).map(Concern::Counted),
        some(losses.lost_metrics).map(Concern::LostMetrics),
        is_nearly_full.then_some(Concern::NearlyFull),
        is_over.then_some(Concern::OverBudget(condition.overhead)),
        functions(condition.functions_sampled).map(Concern::Sampled),
        some(losses.clock_anomalies).map(Concern::ClockAnomalies),
        condition.fallback.map(Concern::Fallback),
    ];
    let mut all: Vec<_> = all.into_iter().flatten().collect();
    all.sort_by_key(|concern| std::cmp::Reverse(concern.points()));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good() -> Condition {
        Condition {
            overhead: 0.01,
            overhead_budget: 0.05,
            segment_bytes: 10,
            segment_limit_bytes: 1000,
            ..Condition::default()
        }
    }

    fn said(state: &State, condition: Condition, losses: Losses) -> Vec<String> {
        concerns(state, &condition, &losses).iter().map(Concern::to_string).collect()
    }

    #[test]
    fn nothing_is_wrong_with_an_exact_recording() {
        assert!(said(&State::Recording, good(), Losses::default()).is_empty());
        let budget = Condition { overhead: 0.9, overhead_budget: 1.0, ..good() };
        assert!(said(&State::Recording, budget, Losses::default()).is_empty(), "it may");
    }

    #[test]
    fn the_gravest_concern_comes_first() {
        let condition = Condition {
            breaker: BreakerState::Open,
            functions_sampled: 2,
            functions_counted: 1,
            overhead: 0.081,
            segment_bytes: 901,
            fallback: Some(28),
            ..good()
        };
        let losses =
            Losses { lost_calls: 3, lost_metrics: 4, clock_anomalies: 5, ..Losses::default() };
        let said = said(&State::Recording, condition, losses);
        assert_eq!(
            said,
            [
                "the breaker is open: no call is timed",
                "calls that could not be recorded: 3",
                "functions of threads whose calls are only counted: 1",
                "updates of metrics that could not be recorded: 4",
                "the segment is nearly full",
                "recording takes 8.1 % of the threads' time",
                "functions of threads whose calls are sampled: 2",
                "times that the clock ran backwards: 5",
                "the segment is in the temporary folder, not in shared memory: error 28",
            ]
        );
    }

    #[test]
    fn a_recorder_that_could_not_start_has_no_health() {
        let concerns =
            concerns(&State::Failed { error: 28 }, &Condition::default(), &Losses::default());
        assert_eq!((concerns.len(), concerns[0].points()), (1, 100));
        let off = said(&State::Off, Condition::default(), Losses::default());
        assert!(off.is_empty(), "as the user wants it");
    }
}
