//! Measuring a group of cases in this process.
//!
//! First each member is calibrated: iterations are doubled until a batch is long enough for the
//! clock. Then the members warm up until their times are stable. In the timed rounds each member has
//! one batch a round, in random order, with a jittered number of iterations and a shifted stack: so
//! whatever happens to the machine meanwhile happens to all of them. Tracked functions inside are
//! recorded in the profile rounds only, whose times are not used.

mod attempt;
mod running;

use std::process::ExitCode;
use std::time::Instant;

use self::attempt::Attempt;
use self::running::Running;
use super::bencher::{Costs, as_f64, costs, whole};
use super::cases::{Case, Cases};
use super::meters::OwnUse;
use super::muting::Muted;
use super::random::Random;
use super::{ledger, memory, screen};
use crate::snapshot::{Benchmark, Phase};

/// Target of a batch's time, in nanoseconds. The clock's step is a ten thousandth of it.
const BATCH_NS: f64 = 1_000_000.0;
/// Longest time for making the inputs of a batch, in nanoseconds.
const MOST_INPUTS_NS: f64 = 10_000_000.0;
/// Factor by which that is longer where several threads run together.
const TOGETHER: f64 = 20.0;
/// The most by which the iterations of a batch differ from those that it would have.
const JITTER: f64 = 0.2;
/// Times of reading the clock from which on iterations are timed one by one.
const SINGLE_FROM: f64 = 50.0;
/// Rounds at least, and those after which measuring may end before its time.
const ROUNDS: [(u32, u32); 2] = [(5, 30), (3, 10)];
/// Profile rounds.
const PROFILE_ROUNDS: [u32; 2] = [12, 6];
/// The longest profile of a case, in nanoseconds.
const PROFILE_NS: [f64; 2] = [150_000_000.0, 20_000_000.0];

/// The circumstances of a measurement.
#[derive(Debug)]
pub(super) struct Surroundings {
    pub(super) costs: Costs,
    pub(super) own_use: OwnUse,
    pub(super) began: Instant,
}

/// Measures the cases of one group, and returns them with their batches.
pub(super) fn measure(cases: &[Case], is_quick: bool) -> Vec<Benchmark> {
    let _engine = memory::engine();
    ledger::start();
    memory::probe();
    let surroundings =
        Surroundings { costs: costs(), own_use: OwnUse::measured(), began: Instant::now() };
    let mut random = Random::new(seed());
    let mut running: Vec<Running<'_>> = cases
        .iter()
        .zip(0..)
        .map(|(case, index)| Running::begin(case, index, &surroundings))
        .collect();
    // As in timed rounds: else what is warmed up is another thing than what is measured, and functions that
    // only benchmarks call would have calls outside of profile rounds.
    let muted = Muted::all();
    for one in &mut running {
        one.calibrate();
    }
    warm_up(&mut running, &mut random);
    drop(muted);
    timed(&mut running, &mut random, is_quick);
    profile(&mut running, &mut random, is_quick);
    running.into_iter().map(Running::finish).collect()
}

/// Runs batches until the times of each member are stable, or it has had its time.
fn warm_up(running: &mut [Running<'_>], random: &mut Random) {
    let mut round = 0;
    while running.iter().any(Running::wants_warm_up) {
        random.shuffle(running);
        let muted = Muted::all();
        for one in running.iter_mut().filter(|one| one.wants_warm_up()) {
            let iterations = one.iterations(BATCH_NS);
            one.attempt(&Attempt { iterations, round, phase: Phase::WarmUp, stack: 0 });
        }
        drop(muted);
        round += 1;
    }
}

fn timed(running: &mut [Running<'_>], random: &mut Random, is_quick: bool) {
    let rounds = ROUNDS[usize::from(is_quick)];
    let mut round = 0;
    while running.iter().any(|one| one.wants_round(round, rounds)) {
        random.shuffle(running);
        let muted = Muted::all();
        for one in running.iter_mut() {
            let jitter = 1.0 - JITTER + 2.0 * JITTER * random.share();
            let iterations = whole(as_f64(one.iterations(BATCH_NS)) * jitter);
            let iterations = iterations.clamp(1, one.left().max(1));
            let stack = random.below(32);
            one.attempt(&Attempt { iterations, round, phase: Phase::Timed, stack });
        }
        drop(muted);
        round += 1;
    }
}

fn profile(running: &mut [Running<'_>], random: &mut Random, is_quick: bool) {
    let rounds = PROFILE_ROUNDS[usize::from(is_quick)];
    let batch_ns = PROFILE_NS[usize::from(is_quick)] / f64::from(rounds);
    for round in 0..rounds {
        random.shuffle(running);
        for one in running.iter_mut().filter(|one| one.wants_profile(round)) {
            let iterations = one.iterations(batch_ns.min(BATCH_NS));
            one.attempt(&Attempt { iterations, round, phase: Phase::Profile, stack: 0 });
        }
    }
}

/// Runs each case once, as a test of whether it works. Returns the code for the end of the process.
pub(super) fn test(all: &Cases) -> ExitCode {
    /// What a failing test ends its process with.
    const FAILED: u8 = 101;
    let cases = all.wanted.as_slice();
    // None of them is measured.
    let unmeasured = cases.iter().map(|case| (case.facts(), false));
    ledger::leave_out(unmeasured.chain(all.facts_left_out()));
    screen::tests_begin(cases.len());
    let mut failed = Vec::new();
    for case in cases {
        let outcome = attempt::once(case);
        screen::test(case, outcome.is_ok());
        failed.extend(outcome.err().map(|message| (case, message)));
    }
    screen::tests_end(all, &failed);
    if failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(FAILED) }
}

/// Returns a number that differs from process to process.
fn seed() -> u64 {
    use std::hash::{BuildHasher, RandomState};
    RandomState::new().hash_one(std::process::id())
}
