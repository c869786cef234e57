//! The memory that a benchmark keeps with each iteration.

use perf_runtime::snapshot::{self, Batch, Phase};

use super::super::super::Leak;
use crate::stats::number::float;
use crate::stats::{robust, theil_sen};

/// Less than that an iteration is no object that is kept.
const LEAST_BYTES: f64 = 0.9;
/// The share of the batches that must grow.
const MOST: f64 = 0.8;

/// Returns the growth of memory over the profile batches of a process, if it grows for sure.
///
/// What is kept an iteration shows in nearly every batch. What doubles, such as a list or a cache that still
/// fills, grows in few of them and stays in the others: its slope may be sure and is no leak.
pub(super) fn of(process: &snapshot::Benchmark) -> Option<Leak> {
    // The first batch also has what is made once.
    let profile = process.of_phase(Phase::Profile).skip(1);
    let (mut levels, mut iterations) = (Vec::new(), Vec::new());
    let (mut level, mut growing) = (0.0, 0_u64);
    for batch in profile {
        let kept = kept(batch)?;
        level += kept;
        growing += u64::from(kept > 0.0);
        levels.push(level);
        iterations.push(float(batch.iterations));
    }
    let each = robust::median(&iterations).filter(|each| *each > 0.0)?;
    let slope = theil_sen::slope(&levels)?;
    let leak = Leak { bytes: slope.value / each, low: slope.low / each, high: slope.high / each };
    let is_each = float(growing) >= MOST * float(levels.len() as u64);
    (is_each && leak.low > 0.0 && leak.bytes >= LEAST_BYTES).then_some(leak)
}

/// Returns the bytes that are kept of a batch, below 0 where it frees more; `None` where nobody knows.
fn kept(batch: &Batch) -> Option<f64> {
    let kept = batch.kept_bytes?;
    let bytes = float(kept.unsigned_abs());
    Some(if kept < 0 { -bytes } else { bytes })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::number::whole;
    use crate::stats::random::Stream;

    /// Returns what a case kept of so many batches, by the bytes that live after an iteration.
    fn kept(rounds: u64, live: impl FnMut(u64) -> f64) -> Option<Leak> {
        kept_after(40_000, rounds, live)
    }

    /// The same where so many iterations ran before.
    fn kept_after(mut at: u64, rounds: u64, mut live: impl FnMut(u64) -> f64) -> Option<Leak> {
        let mut before = live(at);
        let batches = (0..rounds).map(|round| {
            at += 1_000 + round % 3;
            let now = live(at);
            let (more, less) = (whole((now - before).max(0.0)), whole((before - now).max(0.0)));
            before = now;
            Batch {
                phase: Phase::Profile,
                iterations: 1_000 + round % 3,
                // What is freed elsewhere, or was made for the inputs, is no matter.
                alloc_bytes: 64_000,
                kept_bytes: Some(more.cast_signed() - less.cast_signed()),
                ..Batch::default()
            }
        });
        of(&snapshot::Benchmark { batches: batches.collect(), ..snapshot::Benchmark::default() })
    }

    #[test]
    fn a_byte_an_iteration_is_found_also_beside_what_comes_and_goes() {
        for rounds in [6, 12] {
            let leak = kept(rounds, float).unwrap();
            assert!((leak.bytes - 1.0).abs() < 0.01 && leak.low > 0.9, "{leak:?}");
            let mut stream = Stream::of(7);
            let noisy = kept(rounds, |at| float(at) + 20.0 * stream.share()).unwrap();
            assert!((noisy.bytes - 1.0).abs() < 0.05, "{noisy:?}");
        }
        assert!((kept(12, |at| 64.0 * float(at)).unwrap().bytes - 64.0).abs() < 0.1);
    }

    #[test]
    fn where_nobody_knows_what_is_kept_nothing_is_said() {
        let batch =
            Batch { phase: Phase::Profile, iterations: 9, alloc_bytes: 900, ..Batch::default() };
        let case =
            snapshot::Benchmark { batches: vec![batch; 12], ..snapshot::Benchmark::default() };
        assert_eq!(of(&case), None);
    }

    #[test]
    fn what_is_no_leak_is_none() {
        let doubling = |at: u64| float(at.max(1).next_power_of_two());
        for rounds in [6, 12] {
            for before in [0, 1, 500, 1_000, 7_777, 40_000, 1_000_000] {
                assert_eq!(kept_after(before, rounds, doubling), None, "doubles, from {before}");
                let map = |at: u64| float((at * 8 / 7).max(4).next_power_of_two()) * 17.0;
                assert_eq!(kept_after(before, rounds, map), None, "a table, from {before}");
            }
            let mut stream = Stream::of(3);
            assert_eq!(kept(rounds, |_| 50_000.0), None, "constant");
            assert_eq!(kept(rounds, |at| float(at % 5_000) * 8.0), None, "filled and emptied");
            assert_eq!(kept(rounds, |_| 1e5 * stream.share()), None, "comes and goes");
            assert_eq!(kept(rounds, |at| 1e9 - float(at)), None, "frees what was made before");
            assert_eq!(
                kept(rounds, |at| float(at) / 100.0),
                None,
                "a byte in a hundred iterations"
            );
            assert_eq!(kept(rounds, |at| if at > 45_000 { 1e6 } else { 0.0 }), None, "once");
            let two = |at: u64| f64::from(u32::from(at > 43_000) + u32::from(at > 47_000)) * 1e6;
            assert_eq!(kept(rounds, two), None, "twice");
        }
    }
}
