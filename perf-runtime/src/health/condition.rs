//! The health of the recording: the state of the breaker, losses, costs, and a score.

use super::answers::{BreakerStep, Concern, Health, State};
use crate::recorder;
use crate::snapshot::{BreakerState, Losses};

/// The recorder's account of itself.
pub(crate) struct Account {
    pub(crate) condition: Condition,
    pub(crate) losses: Losses,
    pub(crate) steps: Vec<BreakerStep>,
}

/// The present condition of the recorder.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Condition {
    /// Trouble with the segment's file, if there is any.
    pub(crate) file: Option<Concern>,
    pub(crate) breaker: BreakerState,
    pub(crate) functions_sampled: u32,
    pub(crate) functions_counted: u32,
    pub(crate) overhead: f64,
    pub(crate) overhead_budget: f64,
    pub(crate) segment_bytes: u64,
    pub(crate) segment_limit_bytes: u64,
    /// Error number that explains why the segment is not in its usual place, if that is so.
    pub(crate) fallback: Option<i32>,
}

impl Concern {
    /// Returns the points that it takes off the score.
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

/// Returns the health of this process's recording: a score from 100 to 0, with reasons.
///
/// It looks at memory only. It takes no lock, and allocates only where there are reasons or steps
/// to list, so it may be asked at each request of a health check. A call takes less than a
/// microsecond; since it looks at each thread that records, some microseconds with a thousand of
/// them. Once a second it looks for the segment's file, which takes some microseconds too. Where
/// somebody removed the file, it is recorded anew.
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

    fn texts(state: &State, condition: Condition, losses: Losses) -> Vec<String> {
        concerns(state, &condition, &losses).iter().map(Concern::to_string).collect()
    }

    #[test]
    fn nothing_is_wrong_with_an_exact_recording() {
        assert!(texts(&State::Recording, good(), Losses::default()).is_empty());
        let budget = Condition { overhead: 0.9, overhead_budget: 1.0, ..good() };
        assert!(texts(&State::Recording, budget, Losses::default()).is_empty(), "it may");
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
        let texts = texts(&State::Recording, condition, losses);
        assert_eq!(
            texts,
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
        let off = texts(&State::Off, Condition::default(), Losses::default());
        assert!(off.is_empty(), "as the user wants it");
    }
}
