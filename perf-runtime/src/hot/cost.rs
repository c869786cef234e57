//! The cost of recording on this machine: measured when the process begins to record, and again now
//! and then, on a thread's bookkeeping of its own that no report sees.
//!
//! Means, since clocks have steps: where two successive readings differ by 1 or by 26 ticks, the
//! shortest difference is of no use, and the mean is right. Interrupted batches are left out.

use std::fmt;
use std::hint::black_box;
use std::ptr::NonNull;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicU32, AtomicU64};

use super::clock;
use super::process::Recorder;
use super::sampling::Mode;
use super::span::{self, Place};
use super::thread::{self, Entry, Thread, page_for};
use crate::segment::layout::{NodeRecord, OUTSIDE, RING, ShardRecord, TallyRecord};
use crate::site::Site;
use crate::snapshot::Step;
use crate::sync::Mutex;
use crate::sync::lock_briefly;

/// Ticks that one call costs.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Cost {
    /// The part that the call's own duration holds.
    inside: f64,
    /// The part that only its caller's duration holds.
    outside: f64,
    /// Cost of a call that is counted and not timed.
    tallied: f64,
    /// The part within the duration of a call that is counted and timed, in no context.
    sampled: f64,
}

/// The costs, as all threads see them.
#[derive(Debug, Default)]
pub(crate) struct Costs {
    timed: AtomicU64,
    tallied: AtomicU64,
    bench: Mutex<Option<Bench>>,
}

/// Sums over the measurements so far.
#[derive(Debug, Default)]
struct Bench {
    probe: Option<Probe>,
    sums: [f64; 4],
    squares: [f64; 4],
    count: f64,
}

/// A thread's bookkeeping that only probes are recorded in.
#[derive(Clone, Copy)]
struct Probe {
    thread: &'static Thread,
    node: &'static NodeRecord,
    tally: &'static TallyRecord,
    entry: &'static Entry,
}

impl fmt::Debug for Probe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Probe").finish_non_exhaustive()
    }
}

// SAFETY: reached through the mutex of `Costs` only, so by one thread at a time.
unsafe impl Send for Probe {}

/// The cost of a call in a program, as a part of its cost in a loop that does nothing else. Between
/// timed calls, processors work on the program while they wait for the clock. Tallied calls find
/// less in caches, and a function that holds one is inlined less often. Middle values over seven
/// libraries with every function tracked.
const IN_PROGRAMS_OUTSIDE: f64 = 0.75;
const IN_PROGRAMS_TALLIED: f64 = 1.1;

/// Calls in a batch: few enough that no ring fills.
const CALLS: u32 = RING as u32 / 2;
/// Calls in a batch of tallied ones: enough that the loop around them counts little, since the
/// processor does several of them at once.
const MANY_CALLS: u32 = 16 * CALLS;
const BATCHES: usize = 16;

static PROBE: Site = Site::new("", "", 0, 0, 0, || "");

impl Costs {
    /// Returns the cost of a timed call, in ticks.
    pub(super) fn timed(&self) -> f64 {
        f64::from_bits(self.timed.load(Relaxed))
    }

    /// Returns the cost of a tallied call, in ticks.
    pub(super) fn tallied(&self) -> f64 {
        f64::from_bits(self.tallied.load(Relaxed))
    }
}

impl Recorder {
    /// Measures what recording costs, and writes it into the segment. Without memory for it, or
    /// while another thread does the same, all stays as it was.
    #[cold]
    pub(super) fn measure_cost(&'static self) {
        let Some(mut bench) = lock_briefly(&self.costs.bench) else { return };
        let bench = bench.get_or_insert_default();
        bench.probe = bench.probe.or_else(|| Probe::make(self));
        let Some(probe) = bench.probe else { return };
        let measure = || thread::handle().lend(probe.thread, || probe.measure());
        // The first is looked at twice: all that disturbs it makes it longer.
        let cost = if bench.count > 0.0 { measure() } else { measure().least(measure()) };
        bench.add(cost);
        let mean = bench.mean();
        self.costs.timed.store((mean.inside + mean.outside).to_bits(), Relaxed);
        self.costs.tallied.store(mean.tallied.to_bits(), Relaxed);
        let header = self.segment.header();
        for (place, cost) in header.cost.iter().zip(mean.all()) {
            place.store(cost.to_bits(), Relaxed);
        }
        header.clock_step.store(clock_step().to_bits(), Relaxed);
        header.tallied_inside.store(mean.sampled.to_bits(), Relaxed);
        for (place, deviation) in header.probes.deviations.iter().zip(bench.deviations()) {
            place.store(deviation.to_bits(), Relaxed);
        }
        header.probes.count.store(header.probes.count.load(Relaxed) + 1, Relaxed);
    }
}

impl Bench {
    fn add(&mut self, cost: Cost) {
        // Old measurements fade, so that a clock or a load that changed is followed.
        const FADING: f64 = 0.98;
        const MOST_CHANGE: f64 = 1.25;
        let known = self.mean().all();
        let is_first = self.count <= 0.0;
        self.count = self.count * FADING + 1.0;
        let values = cost.all().into_iter().zip(known);
        // One that was disturbed all the time does not count for more than a change of the load would.
        let values = values.map(|(value, known)| {
            if is_first { value } else { value.clamp(known / MOST_CHANGE, known * MOST_CHANGE) }
        });
        for ((sum, square), value) in self.sums.iter_mut().zip(&mut self.squares).zip(values) {
            *sum = *sum * FADING + value;
            *square = *square * FADING + value * value;
        }
    }

    fn mean(&self) -> Cost {
        let [inside, outside, tallied, sampled] = self.sums.map(|sum| sum / self.count);
        Cost { inside, outside, tallied, sampled }
    }

    fn deviations(&self) -> [f64; 4] {
        std::array::from_fn(|at| {
            let mean = self.sums[at] / self.count;
            (self.squares[at] / self.count - mean * mean).max(0.0).sqrt()
        })
    }
}

impl Probe {
    fn make(recorder: &'static Recorder) -> Option<Self> {
        let shard: NonNull<ShardRecord> = page_for(1)?;
        let node: NonNull<NodeRecord> = page_for(1)?;
        let tally: NonNull<TallyRecord> = page_for(1)?;
        // SAFETY: a fresh page, aligned, zeroed, and known to nobody else yet.
        unsafe { (*shard.as_ptr()).current.store(OUTSIDE, Relaxed) };
        // SAFETY: as above.
        unsafe { (*node.as_ptr()).parent = OUTSIDE };
        let thread = thread::make(recorder, shard)?;
        thread.reach(1)?;
        let entry = thread.entry(0)?;
        let node = thread::node(node);
        entry.remember(node, OUTSIDE);
        // SAFETY: a fresh page, aligned, zeroed, and known to nobody else yet.
        unsafe { (*tally.as_ptr()).step = AtomicU32::new(Step::Sampled.number()) };
        // SAFETY: as above; no index, so that its slot is 0, as that of the probe's site is.
        unsafe { (*tally.as_ptr()).site = u32::MAX };
        entry.set_tally(tally);
        Some(Self { thread, node, entry, tally: entry.tally()? })
    }

    fn measure(&self) -> Cost {
        let (node, entry) = (self.node, self.entry);
        let bare = typical(|| batch(MANY_CALLS, bare));
        self.thread.sampler.set_mode(Mode::Tallying);
        thread::handle().set_tallying(true);
        let tallied = typical(|| {
            entry.countdown.set(u32::MAX);
            batch(MANY_CALLS, tracked)
        });
        thread::handle().set_tallying(false);
        let mut sampled = [0.0; BATCHES];
        for mean in &mut sampled {
            let before = [&self.tally.timed, &self.tally.timed_ticks].map(|it| it.load(Relaxed));
            batch(CALLS, tracked);
            let [calls, ticks] =
                [&self.tally.timed, &self.tally.timed_ticks].map(|it| it.load(Relaxed));
            #[expect(clippy::cast_precision_loss, reason = "small")]
            let of = |after: u64, before: u64| after.wrapping_sub(before) as f64;
            *mean = of(ticks, before[1]) / of(calls, before[0]).max(1.0);
        }
        self.thread.sampler.set_mode(Mode::Exact);
        entry.countdown.set(0);
        let mut inside = [0.0; BATCHES];
        let mut at = 0;
        let timed = typical(|| {
            node.head.store(0, Relaxed);
            let each = batch(CALLS, tracked);
            let ring = &node.ring[..CALLS as usize];
            let durations = ring.iter().map(|ticks| f64::from(ticks.load(Relaxed)));
            inside[at % BATCHES] = durations.sum::<f64>() / f64::from(CALLS);
            at += 1;
            each
        });
        let inside = middle(inside).min(timed);
        let outside = (timed - bare - inside).max(0.0) * IN_PROGRAMS_OUTSIDE;
        let tallied = (tallied - bare).max(0.0) * IN_PROGRAMS_TALLIED;
        Cost { inside, outside, tallied, sampled: middle(sampled) }
    }
}

impl Cost {
    /// Takes the lesser of each part.
    fn least(self, other: Self) -> Self {
        Self {
            inside: self.inside.min(other.inside),
            outside: self.outside.min(other.outside),
            tallied: self.tallied.min(other.tallied),
            sampled: self.sampled.min(other.sampled),
        }
    }

    /// Lists the parts in the order of the segment's header, the last in a field of its own.
    fn all(&self) -> [f64; 4] {
        [self.inside, self.outside, self.tallied, self.sampled]
    }
}

/// Runs some batches and returns the middle of their costs, without those that were interrupted.
fn typical(mut batch: impl FnMut() -> f64) -> f64 {
    middle(std::array::from_fn(|_| batch()))
}

/// Returns the mean without the smallest and the largest quarter.
#[expect(clippy::cast_precision_loss, reason = "small")]
fn middle(mut values: [f64; BATCHES]) -> f64 {
    const LEFT_OUT: usize = BATCHES / 4;
    values.sort_unstable_by(f64::total_cmp);
    let kept = &values[LEFT_OUT..BATCHES - LEFT_OUT];
    kept.iter().sum::<f64>() / kept.len() as f64
}

/// Returns the ticks of one call in a batch of `calls`.
#[inline(always)]
#[expect(clippy::cast_precision_loss, reason = "small")]
fn batch(calls: u32, call: impl Fn(u64) -> u64) -> f64 {
    let start = clock::now();
    for turn in 0..calls {
        black_box(call(u64::from(turn)));
    }
    clock::now().saturating_sub(start) as f64 / f64::from(calls)
}

/// Returns the usual difference between two successive readings of the clock, in ticks: durations
/// that differ by less cannot be told apart.
#[expect(clippy::cast_precision_loss, reason = "small")]
fn clock_step() -> f64 {
    let mut steps: [u64; 4 * BATCHES] = std::array::from_fn(|_| {
        let before = clock::now();
        clock::now().saturating_sub(before)
    });
    steps.sort_unstable();
    steps[steps.len() / 2] as f64
}

/// Does what a small function comes to after the compiler has inlined it.
#[inline(always)]
fn bare(x: u64) -> u64 {
    black_box(x)
}

#[inline(never)]
fn tracked(x: u64) -> u64 {
    let mut place = Place::EMPTY;
    let _span = span::enter(&PROBE, &mut place);
    black_box(x)
}
