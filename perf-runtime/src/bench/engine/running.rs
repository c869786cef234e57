//! A case while it is measured: what is known of it, how it goes on, and when it ends.

use std::time::Instant;

use super::super::bencher::{Task, Way, as_f64, whole};
use super::super::cases::Case;
use super::super::figures;
use super::super::ledger::Ledger;
use super::super::memory;
use super::super::meters::Meters;
use super::super::muting::Muted;
use super::super::yardstick;
use super::attempt::{self, Attempt, Outcome};
use super::{BATCH_NS, MOST_INPUTS_NS, SINGLE_FROM, Surroundings, TOGETHER};
use crate::snapshot::{Batch, Benchmark, Ending, Histogram, Latencies, Phase};

/// A case while it is measured.
#[derive(Debug)]
pub(super) struct Running<'a> {
    case: &'a Case,
    surroundings: &'a Surroundings,
    facts: Benchmark,
    ledger: Ledger,
    /// Time of an iteration, as far as it is known, in nanoseconds.
    estimate_ns: f64,
    /// Time that setting up takes beside a batch, in nanoseconds.
    beside_ns: f64,
    /// Time that making the input of an iteration takes, in nanoseconds.
    input_ns: f64,
    spent_ns: [u64; 3],
}

impl<'a> Running<'a> {
    pub(super) fn begin(case: &'a Case, index: u32, surroundings: &'a Surroundings) -> Self {
        let mut facts = case.facts();
        facts.loop_ps = whole(surroundings.costs.bare_loop * 1e3);
        facts.clock_ps = whole(surroundings.costs.clock * 1e3);
        yardstick::look();
        facts.yardstick_ns = yardstick::least_ns();
        let ledger = Ledger::of(index, &facts);
        Self {
            case,
            surroundings,
            facts,
            ledger,
            estimate_ns: 0.0,
            beside_ns: 0.0,
            input_ns: 0.0,
            spent_ns: [0; 3],
        }
    }

    /// Doubles the iterations until a batch takes long enough for the clock.
    pub(super) fn calibrate(&mut self) {
        /// Steps of the clock that are long enough.
        const ENOUGH: f64 = 4_000.0;
        let enough_ns = (self.surroundings.costs.clock * ENOUGH).clamp(20_000.0, BATCH_NS);
        let mut iterations = u64::from(self.case.threads.max(1));
        for round in 0..48 {
            let muted = Muted::all();
            self.attempt(&Attempt { iterations, round, phase: Phase::WarmUp, stack: 0 });
            drop(muted);
            let last = self.facts.batches.last();
            let wall = last.map_or(0, |batch| batch.wall_ns);
            if self.has_ended() || as_f64(wall) >= enough_ns {
                return;
            }
            iterations = iterations.saturating_mul(2);
        }
    }

    /// Returns the iterations of a batch of about `batch_ns`.
    pub(super) fn iterations(&self, batch_ns: f64) -> u64 {
        if let Some(all) = self.case.settings.iterations {
            return (all / 10).max(1);
        }
        if let Some(rate) = self.case.settings.rate_millihertz {
            let time = as_f64(self.case.settings.time_ns).min(2e8);
            return whole(as_f64(rate) * time / 1e12).max(10);
        }
        let threads = f64::from(self.case.threads.max(1));
        // Threads begin some ten microseconds apart, and on a busy machine some milliseconds.
        let batch_ns = if threads > 1.0 { batch_ns * TOGETHER } else { batch_ns };
        // Where setting up takes longer than the batch, the batch is made longer.
        let batch_ns = batch_ns.max(self.beside_ns.min(10.0 * BATCH_NS));
        // Where making inputs takes much longer than using them, there are as many as time allows.
        let most = MOST_INPUTS_NS * threads / self.input_ns.max(1e-3);
        let wanted = (batch_ns * threads / self.estimate_ns.max(0.05)).min(most);
        whole(wanted).max(u64::from(self.case.threads))
    }

    /// Returns the iterations that are left of those that were asked for.
    pub(super) fn left(&self) -> u64 {
        let done = self.timed().map(|batch| batch.iterations).sum();
        self.case.settings.iterations.map_or(u64::MAX, |all| all.saturating_sub(done))
    }

    fn has_ended(&self) -> bool {
        self.facts.ending != Ending::Running
    }

    /// Returns whether the times are not stable yet, and there is time left to wait for it.
    pub(super) fn wants_warm_up(&self) -> bool {
        /// Batches on either side that are compared, and the difference that is none.
        const SIDE: usize = 4;
        const SAME: f64 = 0.02;
        if self.has_ended() || self.case.settings.iterations.is_some() {
            return false;
        }
        if self.spent_ns[Phase::WarmUp as usize] >= self.case.settings.warm_up_ns {
            return false;
        }
        let means: Vec<f64> = self.means(Phase::WarmUp).collect();
        let Some(last) = means.len().checked_sub(2 * SIDE).and_then(|from| means.get(from..))
        else {
            return true;
        };
        let shortest = |side: &[f64]| side.iter().copied().fold(f64::INFINITY, f64::min);
        let (before, after) = (shortest(&last[..SIDE]), shortest(&last[SIDE..]));
        (before - after).abs() > SAME * after
    }

    /// Returns whether the case needs timed round number `round`, of which `(least, enough)` are
    /// the least in any case and those after which it may be precise enough.
    pub(super) fn wants_round(&self, round: u32, (least, enough): (u32, u32)) -> bool {
        if self.has_ended() {
            return false;
        }
        if self.case.settings.iterations.is_some() {
            return self.left() > 0;
        }
        if round < least {
            return true;
        }
        let is_late = self.is_late();
        let is_precise = round >= enough
            && self.facts.has_undisturbed()
            && self.half_width() <= self.case.settings.precision;
        !is_late && !is_precise
    }

    /// Returns whether its time is over. While the machine was disturbed for most of it, there is up to
    /// twice as much again.
    fn is_late(&self) -> bool {
        const AT_MOST: u64 = 3;
        let (spent, time) = (self.spent_ns[Phase::Timed as usize], self.case.settings.time_ns);
        spent >= time
            && (spent >= time.saturating_mul(AT_MOST) || self.facts.is_mostly_undisturbed())
    }

    /// Returns whether the case needs the profile round of this number.
    pub(super) fn wants_profile(&self, round: u32) -> bool {
        /// Slow cases have fewer, but enough to tell growth from a single step.
        const FEW: u32 = 4;
        let is_slow = self.estimate_ns > 50.0 * BATCH_NS;
        !self.has_ended() && (!is_slow || round < FEW)
    }

    /// Returns half the width of the interval of the median, as a share of it.
    fn half_width(&self) -> f64 {
        let means: Vec<f64> = self.facts.undisturbed().map(figures::mean).collect();
        figures::middle(&means).map_or(f64::INFINITY, |(middle, half)| half / middle.max(1e-9))
    }

    fn timed(&self) -> impl Iterator<Item = &Batch> {
        self.facts.of_phase(Phase::Timed)
    }

    fn means(&self, phase: Phase) -> impl Iterator<Item = f64> {
        self.facts.of_phase(phase).map(figures::mean)
    }

    /// Runs a batch, unless the case has ended, and writes down what came of it.
    pub(super) fn attempt(&mut self, attempt: &Attempt) {
        if self.has_ended() {
            return;
        }
        let began = Instant::now();
        let is_long = self.estimate_ns >= SINGLE_FROM * self.surroundings.costs.clock;
        let way = attempt::way(self.case, attempt, is_long);
        let task = Task {
            iterations: attempt.iterations,
            estimate_ns: self.estimate_ns,
            costs: self.surroundings.costs,
            // The first batch makes sites that nobody could mute before.
            is_recorded: attempt.phase == Phase::Profile || self.facts.batches.is_empty(),
            ..Task::default()
        };
        let counting = matches!(way, Way::Tracked(_)).then(memory::Counting::begin);
        self.ledger.begins();
        let yardstick = || if attempt.phase == Phase::Timed { yardstick::time_ns() } else { 0 };
        let before_ns = yardstick();
        let before = Meters::read();
        let outcome = attempt::run(self.case, task, &way, attempt.stack);
        let after = Meters::read();
        let yardstick_ns = yardstick().max(before_ns);
        self.ledger.pauses();
        let outcome = match outcome {
            Ok(outcome) => outcome,
            Err(message) => return self.end(Ending::Panicked, Some(message)),
        };
        let mut batch = batch_of(attempt, &outcome);
        batch.yardstick_ns = yardstick_ns;
        batch.began_ns = since(self.surroundings.began, began);
        after.note(&before, self.surroundings.own_use, &mut batch);
        if let Some(counting) = counting {
            counting.note(&mut batch);
        }
        let whole_ns = u64::try_from(began.elapsed().as_nanos()).unwrap_or(u64::MAX);
        self.spent_ns[attempt.phase as usize] += whole_ns;
        self.take(&batch, outcome, whole_ns);
        let limit = self.case.settings.memory_bytes;
        if limit.is_some_and(|limit| after.exceeds(&before, limit)) {
            let text = format!("its process had {} bytes", batch.peak_rss_bytes);
            return self.end(Ending::Memory, Some(text));
        }
        self.look_at_limits();
    }

    fn take(&mut self, batch: &Batch, outcome: Outcome, whole_ns: u64) {
        if batch.phase == Phase::WarmUp {
            self.estimate_ns = figures::mean(batch);
            let inputs_ns: f64 = outcome.measured.iter().map(|it| it.inputs_ns).sum();
            self.input_ns = inputs_ns / as_f64(batch.iterations.max(1));
            self.beside_ns = as_f64(whole_ns.saturating_sub(batch.wall_ns));
            (self.facts.bytes, self.facts.items) = (outcome.bytes, outcome.items);
            self.ledger.note_work(outcome.bytes, outcome.items);
        }
        self.ledger.add(batch);
        self.facts.batches.push(*batch);
        if batch.phase == Phase::Timed {
            outcome.measured.iter().for_each(|it| self.ledger.add_kinds(&it.kinds));
        }
        for tally in outcome.measured.into_iter().filter_map(|it| it.latencies) {
            self.ledger.add_latencies(&tally);
            self.facts.latencies.merge(&Latencies {
                histogram: Histogram::from_buckets((0..).zip(tally.counts)),
                max_ns: tally.max_ns,
                sum_ns: tally.sum_ns,
            });
        }
    }

    /// Ends the case if it is beyond one of its limits.
    fn look_at_limits(&mut self) {
        let settings = &self.case.settings;
        let spent: u64 = self.spent_ns.iter().sum();
        if settings.timeout_ns.is_some_and(|limit| spent > limit) {
            let text = format!("took {:.3} s so far", as_f64(spent) / 1e9);
            return self.end(Ending::Timeout, Some(text));
        }
        let sum = |of: fn(&Batch) -> u64| self.facts.batches.iter().map(of).sum::<u64>();
        let (errors, iterations) = (sum(|it| it.errors), sum(|it| it.iterations));
        let share = as_f64(errors) / as_f64(iterations.max(1));
        if settings.errors_bp.is_some_and(|limit| share > as_f64(limit) / 1e4) {
            let text = format!("{errors} of {iterations} iterations failed");
            self.end(Ending::Errors, Some(text));
        }
    }

    fn end(&mut self, ending: Ending, message: Option<String>) {
        self.facts.ending = ending;
        self.ledger.end(ending, message.as_deref().unwrap_or_default());
        self.facts.message = message;
    }

    /// Ends the case, and returns it.
    pub(super) fn finish(mut self) -> Benchmark {
        if !self.has_ended() {
            let used: u64 = self.timed().map(|batch| batch.user_ns + batch.system_ns).sum();
            let wall: u64 = self.timed().map(|batch| batch.wall_ns).sum();
            let share = as_f64(used) / as_f64(wall.max(1));
            let is_over = self.case.settings.cpu_bp.is_some_and(|it| share > as_f64(it) / 1e4);
            let text = format!("used {:.0} % of a processor", share * 100.0);
            self.end(if is_over { Ending::Cpu } else { Ending::Ok }, is_over.then_some(text));
        }
        self.facts
    }
}

fn batch_of(attempt: &Attempt, outcome: &Outcome) -> Batch {
    let sum =
        |of: fn(&super::super::bencher::Measured) -> u64| outcome.measured.iter().map(of).sum();
    Batch {
        round: attempt.round,
        phase: attempt.phase,
        iterations: sum(|it| it.iterations),
        ns: whole(outcome.measured.iter().map(|it| it.ns).sum::<f64>().max(0.0)),
        wall_ns: attempt::wall_ns(&outcome.measured),
        errors: sum(|it| it.errors),
        preemptions: sum(|it| it.preemptions),
        ..Batch::default()
    }
}

fn since(first: Instant, moment: Instant) -> u64 {
    let since = moment.saturating_duration_since(first);
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}
