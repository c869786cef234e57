//! Threads against throughput, step by step. Where a ramp turns is said by [`scaling`](super::scaling()).

use std::collections::BTreeMap;

use crate::model::{BenchRamp, BenchStep, Function, Scaling};
use crate::text::order::natural;

/// Returns the ramps among `benchmarks`: those of several numbers of threads, and those that were to be ramps.
pub(super) fn ramps<'a>(
    benchmarks: impl Iterator<Item = &'a Function>,
    scalings: &[Scaling],
) -> Vec<BenchRamp> {
    let mut ramps: BTreeMap<String, (Vec<BenchStep>, bool)> = BTreeMap::new();
    for function in benchmarks {
        let Some(harness) = function.harness() else { continue };
        let argument = harness.argument.as_ref().map_or_else(String::new, |it| format!("/{it}"));
        let ramp = ramps.entry(format!("{}{argument}", harness.benchmark)).or_default();
        ramp.1 |= harness.stress;
        ramp.0.push(BenchStep {
            threads: harness.threads,
            calls_per_s: harness.calls_per_s.filter(|_| !function.is_failure()),
            efficiency: None,
            p99_ns: function.p99_ns,
            name: function.name.clone(),
        });
    }
    let is_ramp = |(steps, stress): &(Vec<BenchStep>, bool)| *stress || steps.len() > 1;
    let ramps = ramps.into_iter().filter(|(_, it)| is_ramp(it));
    let mut ramps: Vec<_> = ramps.map(|(name, (steps, _))| ramp(name, steps, scalings)).collect();
    ramps.sort_by(|a, b| natural(&a.name, &b.name));
    ramps
}

fn ramp(name: String, mut steps: Vec<BenchStep>, scalings: &[Scaling]) -> BenchRamp {
    steps.sort_by_key(|step| step.threads);
    let scaling = scalings.iter().find(|it| it.benchmark == name);
    for step in &mut steps {
        let of_it = scaling.and_then(|it| it.steps.iter().find(|it| it.threads == step.threads));
        step.efficiency = of_it.and_then(|it| it.efficiency);
    }
    BenchRamp {
        name,
        steps,
        knee: scaling.map(|it| it.knee),
        hurts_from: scaling.and_then(|it| it.hurts_from),
    }
}
