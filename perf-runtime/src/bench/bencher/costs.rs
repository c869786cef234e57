//! The cost of measuring.

use std::time::Instant;

use super::{Bench, Costs, Task, as_ns};

/// Measures the cost of measuring.
pub(in crate::gate::bench) fn costs() -> Costs {
    let least = |times: u32, measure: &mut dyn FnMut() -> f64| {
        (0..times).map(|_| measure()).fold(f64::INFINITY, f64::min)
    };
    let clock = least(1_000, &mut || as_ns(Instant::now().elapsed()));
    let run = |code: &mut dyn FnMut(&mut Bench)| {
        let task = Task { iterations: 10_000, estimate_ns: 1.0, ..Task::default() };
        let mut bench = Bench::new(task);
        code(&mut bench);
        bench.measured.map_or(0.0, |it| (it.ns - clock).max(0.0) / 10_000.0)
    };
    let bare_loop = least(100, &mut || run(&mut |bench| bench.iter(|| 1_u64)));
    // What needs to be dropped needs a place; nothing is dropped here.
    let storing_loop = least(100, &mut || run(&mut |bench| bench.iter(|| None::<Box<u64>>)));
    Costs { bare_loop, storing_loop, clock }
}
