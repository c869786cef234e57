//! The times of operations in batches, in a process that was set up for it.
//!
//! Every thread follows one timetable: a slice of time for each operation, then all of them again.
//! So candidates alternate, all threads do the same at the same time, and nobody waits for anybody.
//! Batches are timed by the processor time of their thread, since the time of other programs is no
//! cost of recording.

use std::thread;
use std::time::{Duration, Instant};

use perf_runtime::State;

use super::operations::{self, Repeat};
use super::{Batches, Measured, Plan, Probe};
use crate::error::{ExitCode, UserError};
use crate::model::Operation;
use crate::stats::number::float;
use crate::system;

/// Rounds of the timetable; the first warms up.
const ROUNDS: u32 = 6;

/// Processor time of a batch: long beside the reading of its clock.
const BATCH: Duration = Duration::from_micros(50);

/// Processor time of tracked calls after which a thread samples them.
const UNTIL_SAMPLED: Duration = Duration::from_millis(80);

/// Measures the operations for a process of this kind, on one thread and on several.
///
/// # Errors
/// When the recorder of this process does not do what `probe` asks for.
pub(crate) fn measure(probe: Probe, plan: Plan) -> Result<Measured, UserError> {
    let clock = Clock::new();
    let candidates: Vec<Candidate> = operations::of(probe)
        .into_iter()
        .map(|(operation, repeat)| Candidate::new(operation, repeat, &clock))
        .collect();
    check(probe)?;
    let several = (plan.threads > 1).then_some(plan.threads);
    let time = if several.is_some() { plan.time / 2 } else { plan.time };
    let warm_up = if probe == Probe::Sampled { UNTIL_SAMPLED } else { Duration::ZERO };
    let mut measured = Measured::default();
    for threads in [Some(1), several].into_iter().flatten() {
        measured.batches.extend(phase(&candidates, threads, time, warm_up));
    }
    measured.sampled_interval = largest_interval();
    Ok(measured)
}

/// Checks that the recorder does what `probe` asks for.
fn check(probe: Probe) -> Result<(), UserError> {
    let state = perf_runtime::status().state;
    let expected = if probe == Probe::Off { State::Off } else { State::Recording };
    if state == expected {
        return Ok(());
    }
    let problem = format!("the recorder does not do what is to be measured: it is {state:?}");
    Err(UserError::new(ExitCode::Internal, problem)
        .help("`perf-report doctor` checks what recording depends on"))
}

fn largest_interval() -> u32 {
    let measures = perf_runtime::snapshot().unwrap_or_default().by_function();
    measures.iter().map(|measures| measures.largest_interval).max().unwrap_or(0)
}

/// An operation, and the number of it in a batch.
struct Candidate {
    operation: Operation,
    repeat: Repeat,
    in_batch: u32,
}

impl Candidate {
    fn new(operation: Operation, repeat: Repeat, clock: &Clock) -> Self {
        let mut candidate = Self { operation, repeat, in_batch: 1 };
        // The first of all starts the recorder.
        candidate.batch(clock);
        while candidate.batch(clock) < BATCH && candidate.in_batch < 1 << 24 {
            candidate.in_batch *= 2;
        }
        candidate
    }

    /// Measures the processor time of a batch.
    fn batch(&self, clock: &Clock) -> Duration {
        let start = clock.now();
        (self.repeat)(self.in_batch);
        clock.now().saturating_sub(start).saturating_sub(clock.own)
    }

    /// Measures the processor time of one operation in a batch, in nanoseconds.
    fn each_ns(&self, clock: &Clock) -> f64 {
        self.batch(clock).as_secs_f64() * 1e9 / f64::from(self.in_batch)
    }
}

/// A clock of this thread's processor time.
struct Clock {
    /// The time of a reading.
    own: Duration,
    start: Instant,
}

impl Clock {
    fn new() -> Self {
        let mut clock = Self { own: Duration::ZERO, start: Instant::now() };
        let readings = (0..100).map(|_| {
            let first = clock.now();
            clock.now().saturating_sub(first)
        });
        clock.own = readings.min().unwrap_or_default();
        clock
    }

    fn now(&self) -> Duration {
        system::thread_time().unwrap_or_else(|| self.start.elapsed())
    }
}

/// The turns of each operation.
#[derive(Clone, Copy)]
struct Timetable {
    start: Instant,
    slice: Duration,
}

impl Timetable {
    /// Returns the end of the turn with this number.
    fn end(&self, turn: u32) -> Instant {
        self.start + self.slice * (turn + 1)
    }
}

/// Measures all candidates on `threads` threads.
fn phase(
    candidates: &[Candidate],
    threads: u32,
    time: Duration,
    warm_up: Duration,
) -> Vec<Batches> {
    let operations = u32::try_from(candidates.len()).unwrap_or(u32::MAX);
    let slice = time / operations.saturating_mul(ROUNDS);
    let lead = Duration::from_millis(5) + warm_up * threads;
    let timetable = Timetable { start: Instant::now() + lead, slice };
    let taken: Vec<Vec<Vec<f64>>> = thread::scope(|scope| {
        let work = || work(candidates, timetable, warm_up);
        let spawn = |_| thread::Builder::new().spawn_scoped(scope, work).ok();
        let workers: Vec<_> = (0..threads).filter_map(spawn).collect();
        workers.into_iter().filter_map(|worker| worker.join().ok()).collect()
    });
    let turns = (slice * (ROUNDS - 1)).as_secs_f64();
    let of_candidate = |(at, candidate): (usize, &Candidate)| {
        let ns: Vec<f64> = taken.iter().flat_map(|taken| taken[at].iter().copied()).collect();
        let operations = ns.len() as u64 * u64::from(candidate.in_batch);
        let threads = u32::try_from(taken.len()).unwrap_or(threads);
        let per_second = float(operations) / turns;
        Batches { operation: candidate.operation, threads, operations, per_second, ns }
    };
    candidates.iter().enumerate().map(of_candidate).collect()
}

/// Measures on one thread. Returns the batches of each candidate, each as the time of one
/// operation.
fn work(candidates: &[Candidate], timetable: Timetable, warm_up: Duration) -> Vec<Vec<f64>> {
    let clock = Clock::new();
    for candidate in candidates.iter().filter(|it| it.operation != Operation::Bare) {
        let start = clock.now();
        while clock.now().saturating_sub(start) < warm_up {
            candidate.batch(&clock);
        }
    }
    thread::sleep(timetable.start.saturating_duration_since(Instant::now()));
    let mut taken = vec![Vec::new(); candidates.len()];
    let mut turn = 0;
    for round in 0..ROUNDS {
        for (candidate, taken) in candidates.iter().zip(&mut taken) {
            while Instant::now() < timetable.end(turn) {
                let ns = candidate.each_ns(&clock);
                if round > 0 {
                    taken.push(ns);
                }
            }
            turn += 1;
        }
    }
    // Those whose turns others took up, which only happens when there is little time.
    for (candidate, taken) in candidates.iter().zip(&mut taken) {
        if taken.is_empty() {
            taken.push(candidate.each_ns(&clock));
        }
    }
    taken
}
