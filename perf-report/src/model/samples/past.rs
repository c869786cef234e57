//! Runs one after the other, with a known time of a call of each function.

use super::{Node, of};
use crate::model::{Git, RunDocument};

/// Calls of each function in each run.
const CALLS: u64 = 100;

/// Returns a run for each value, oldest first, a day apart and each with a commit of its own. Every
/// function makes 100 calls, each with that value as its self time in nanoseconds.
pub(crate) fn past(functions: &[(&str, Vec<u64>)]) -> Vec<RunDocument> {
    let runs = functions.iter().map(|(_, times)| times.len()).min().unwrap_or(0);
    (0..runs).map(|at| on_day(at, functions)).collect()
}

fn on_day(at: usize, functions: &[(&str, Vec<u64>)]) -> RunDocument {
    let nodes: Vec<Node<'_>> =
        functions.iter().map(|(name, times)| (None, *name, CALLS, CALLS * times[at])).collect();
    let mut run = of(&nodes);
    let (month, day) = (1 + at / 28 % 12, at % 28 + 1);
    run.run.id = format!("2026{month:02}{day:02}T101500-0001");
    run.run.time = format!("2026-{month:02}-{day:02}T10:15:00.000Z");
    run.run.git = Some(Git {
        commit: format!("{:07x}9d8e7f6a5b4c3d2e1f0a9b8c7d6e5f4a3", 0x3f_a9c1 + at * 0x1_0101),
        branch: Some("main".to_owned()),
        branch_from: None,
        dirty: false,
    });
    run.process.wall_ns = Some(nodes.iter().map(|node| node.3).sum());
    run
}

/// Returns `count` values of about `level`, in whole nanoseconds, within `noise` per mille of it.
/// The same `seed` gives the same values.
pub(crate) fn noisy(seed: u64, count: usize, level: u64, noise: u64) -> Vec<u64> {
    let mut stream = crate::stats::random::Stream::of(seed);
    let spread = crate::stats::number::float(level * noise) / 1_000.0;
    let value = |_| {
        let off = (stream.share() + stream.share() - 1.0) * spread;
        #[expect(clippy::cast_possible_truncation, reason = "far below 2^63")]
        let off = off.round() as i64;
        level.saturating_add_signed(off)
    };
    (0..count).map(value).collect()
}
