//! Threads against throughput.

use std::collections::BTreeMap;

use crate::model::{BenchRamp, BenchStep, Function};
use crate::stats::number::float;

/// A throughput below the best by more than this share is worse: less is noise.
const NEAR: f64 = 0.05;

/// Returns the ramps among `benchmarks`.
pub(super) fn ramps(benchmarks: impl Iterator<Item = Function>) -> Vec<BenchRamp> {
    let mut ramps: BTreeMap<String, Vec<BenchStep>> = BTreeMap::new();
    for function in benchmarks {
        let Some(harness) = function.harness().filter(|it| it.stress) else { continue };
        let argument = harness.argument.as_ref().map_or_else(String::new, |it| format!("/{it}"));
        ramps.entry(format!("{}{argument}", harness.benchmark)).or_default().push(BenchStep {
            threads: harness.threads,
            calls_per_s: harness.calls_per_s.filter(|_| !function.is_failure()),
            efficiency: None,
            p99_ns: function.p99_ns,
            name: function.name,
        });
    }
    ramps.into_iter().map(|(name, steps)| ramp(name, steps)).collect()
}

fn ramp(name: String, mut steps: Vec<BenchStep>) -> BenchRamp {
    steps.sort_by_key(|step| step.threads);
    let of_thread = |step: &BenchStep| Some(step.calls_per_s? / float(step.threads.max(1).into()));
    let first = steps.first().and_then(of_thread).filter(|rate| *rate > 0.0);
    for step in &mut steps {
        step.efficiency = first.and_then(|first| Some(of_thread(step)? / first));
    }
    let rates: Vec<(u32, f64)> =
        steps.iter().filter_map(|step| Some((step.threads, step.calls_per_s?))).collect();
    let best = rates.iter().copied().max_by(|a, b| a.1.total_cmp(&b.1));
    let knee = best.filter(|_| rates.len() > 1).and_then(|(_, best)| {
        rates.iter().find(|(_, rate)| *rate >= best * (1.0 - NEAR)).map(|(threads, _)| *threads)
    });
    let hurts_from = best.and_then(|(at, best)| {
        let worse = |(threads, rate): &&(u32, f64)| *threads > at && *rate < best * (1.0 - NEAR);
        rates.iter().find(worse).map(|(threads, _)| *threads)
    });
    BenchRamp { name, steps, knee, hurts_from }
}
