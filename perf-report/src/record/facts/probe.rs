//! The speed and steadiness of the machine: the time of work that is always the same, done a few
//! times before and after a command.
//!
//! Most of the work waits for the processor, in a chain of multiplications of which each needs the
//! last. The rest waits for memory, in a walk of which each address comes from the last, over more
//! than the first cache holds. (Over more than the second it would mostly measure the traces of
//! idling in the caches.) It is timed by the clock on the wall, since a run is disturbed not only
//! by a slower processor, but also by whoever else runs on it.

use std::hint::black_box;
use std::time::{Duration, Instant};

use crate::model::Probe;
use crate::stats::robust;

/// The most times that the work is done: some 5 ms in all on a processor of 2020.
const REPEATS: usize = 24;
/// The fewest times that it is done, however slow the machine.
const FEWEST: usize = 7;
/// The times that it is done before that, untimed, to wake the processor and fill its caches.
const WARM_UP: usize = 3;
/// The longest time for it, once it was done [`FEWEST`] times.
const LONGEST: Duration = Duration::from_millis(12);
/// Links of the chain, some 135 µs, and steps of the walk, some 70 µs.
const LINKS: u32 = 100_000;
const STEPS: u32 = 25_000;
/// Places of the walk, a power of two; 64 KiB of them.
const PLACES: u32 = 1 << 14;

/// The look before a command, with the means to look again after it.
#[derive(Debug)]
pub(crate) struct Prober {
    walk: Vec<u32>,
    before: Reading,
    system: System,
}

/// One look: the median of the times, their spread, and the share of their sum that is no work.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Reading {
    median_ns: f64,
    spread_pct: f64,
    lost_pct: f64,
}

impl Prober {
    /// Looks now.
    pub(crate) fn before() -> Self {
        let walk = walk();
        let before = Reading::take(&walk);
        Self { walk, before, system: System::now() }
    }

    /// Returns the probe as known before the command.
    pub(crate) fn so_far(&self) -> Probe {
        probe(self.before, None, &self.system, None)
    }

    /// Looks again, and returns the whole probe.
    pub(crate) fn after(self) -> Probe {
        let system = System::now();
        let after = Reading::take(&self.walk);
        probe(self.before, Some(after), &self.system, Some(&system))
    }
}

fn probe(
    before: Reading,
    after: Option<Reading>,
    at_first: &System,
    later: Option<&System>,
) -> Probe {
    let worse = |of: fn(Reading) -> f64| decimals(after.map_or(0.0, of).max(of(before)));
    Probe {
        before_ns: rounded(before.median_ns),
        after_ns: after.map(|after| rounded(after.median_ns)),
        spread_pct: worse(|reading| reading.spread_pct),
        lost_pct: worse(|reading| reading.lost_pct),
        steal_pct: later.and_then(|later| at_first.steal_pct(later)),
        load: at_first.load,
    }
}

impl Reading {
    fn take(walk: &[u32]) -> Self {
        (0..WARM_UP).for_each(|_| work(walk));
        let mut times = Vec::with_capacity(REPEATS);
        let began = Instant::now();
        while times.len() < FEWEST || (times.len() < REPEATS && began.elapsed() < LONGEST) {
            let start = Instant::now();
            work(walk);
            times.push(start.elapsed().as_secs_f64() * 1e9);
        }
        Self::of(&times)
    }

    /// Sums up the times of one look. The spread is that of the nine tenths nearest to the fastest,
    /// so it takes more than one interruption to be called unsteady.
    fn of(times: &[f64]) -> Self {
        let mut sorted = times.to_vec();
        sorted.sort_unstable_by(f64::total_cmp);
        let median_ns = robust::median(&sorted).unwrap_or(0.0);
        let at = sorted.len() * 9 / 10;
        let (low, high) = (sorted.first(), sorted.get(at.saturating_sub(1)));
        let apart = high.zip(low).map_or(0.0, |(high, low)| high - low);
        let sum: f64 = sorted.iter().sum();
        if median_ns <= 0.0 || sum <= 0.0 {
            return Self::default();
        }
        let work = median_ns * crate::stats::number::float(sorted.len() as u64);
        let lost_pct = ((1.0 - work / sum) * 100.0).max(0.0);
        Self { median_ns, spread_pct: apart / median_ns * 100.0, lost_pct }
    }
}

fn work(walk: &[u32]) {
    let mut value = 0x9e37_79b9_7f4a_7c15_u64;
    for _ in 0..LINKS {
        value = (value ^ (value >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    }
    black_box(value);
    let mut place = 0_u32;
    for _ in 0..STEPS {
        place = walk.get(place as usize).copied().unwrap_or(0);
    }
    black_box(place);
}

/// Returns one circle through all places, in an order that no processor foresees.
fn walk() -> Vec<u32> {
    // A linear congruential generator whose period is the number of places (Hull and Dobell): its
    // increment is odd, and its multiplier less one is a multiple of four.
    let next = |place: u32| place.wrapping_mul(1_664_525).wrapping_add(1_013_904_223) % PLACES;
    (0..PLACES).map(next).collect()
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a time of some µs")]
fn rounded(ns: f64) -> u64 {
    ns.round() as u64
}

/// Rounds to two decimals: more would be no information.
fn decimals(pct: f64) -> f64 {
    (pct * 100.0).round() / 100.0
}

/// The counters of the operating system, where it is Linux.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct System {
    /// Ticks of all processors, and those of them that went to other virtual machines.
    ticks: Option<(u64, u64)>,
    /// Processes that ran or wanted to, on average over the last minute.
    load: Option<f64>,
}

impl System {
    fn now() -> Self {
        let read = |path| std::fs::read_to_string(path).unwrap_or_default();
        Self::of(&read("/proc/stat"), &read("/proc/loadavg"))
    }

    fn of(stat: &str, load: &str) -> Self {
        /// The column of stolen time of a processor, the eighth; guests come after, and are in the
        /// others already.
        const STEAL: usize = 7;
        let columns = stat.lines().next().and_then(|line| line.strip_prefix("cpu "));
        let ticks: Vec<u64> = columns
            .into_iter()
            .flat_map(str::split_whitespace)
            .map_while(|column| column.parse().ok())
            .take(STEAL + 1)
            .collect();
        Self {
            ticks: ticks.get(STEAL).map(|steal| (ticks.iter().sum(), *steal)),
            load: load.split_whitespace().next().and_then(|load| load.parse().ok()),
        }
    }

    /// Returns the share of processor time since then that went to other virtual machines, in per
    /// cent.
    fn steal_pct(&self, later: &Self) -> Option<f64> {
        let ((ticks, steal), (all, stolen)) = (self.ticks?, later.ticks?);
        let share = crate::stats::number::share_pct(
            stolen.saturating_sub(steal),
            all.saturating_sub(ticks),
        );
        Some(decimals(share))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_walk_comes_by_every_place_once() {
        let walk = walk();
        let mut seen = vec![false; walk.len()];
        let mut place = 0;
        for _ in 0..walk.len() {
            assert!(!std::mem::replace(&mut seen[place as usize], true), "{place}");
            place = walk[place as usize];
        }
        assert_eq!(place, 0, "and ends where it began");
    }

    #[test]
    fn an_interruption_is_time_lost_and_no_spread() {
        let calm = [100.0, 101.0, 102.0, 100.0, 101.0, 102.0, 100.0, 101.0, 102.0, 103.0];
        let mut interrupted = calm;
        interrupted[4] = 4_000.0;
        let (calm, interrupted) = (Reading::of(&calm), Reading::of(&interrupted));
        assert!((calm.spread_pct - 2.0).abs() < 0.1, "{calm:?}");
        assert!(interrupted.spread_pct < 3.0, "{interrupted:?}");
        assert!(
            calm.lost_pct < 1.0 && (interrupted.lost_pct - 79.4).abs() < 1.0,
            "{interrupted:?}"
        );
        assert_eq!(Reading::of(&[]), Reading::default());
    }

    #[test]
    fn the_stolen_time_is_that_between_two_looks() {
        let at_first =
            System::of("cpu  100 0 50 800 10 0 5 35 7 0\ncpu0 1\n", "0.52 0.4 0.3 1/2 3");
        assert_eq!(at_first, System { ticks: Some((1_000, 35)), load: Some(0.52) });
        let later = System::of("cpu  190 0 50 800 10 0 5 45 9 0\n", "");
        assert_eq!(at_first.steal_pct(&later), Some(10.0));
        assert_eq!(System::of("", ""), System::default());
        assert_eq!(System::default().steal_pct(&later), None);
    }
}
