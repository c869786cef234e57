//! The throughput of benchmarks with more and more threads.

use std::collections::HashSet;

use super::costs::Known;
use crate::model::{
    Benchmark, Cases, Function, Metric, RunDocument, Scaling, ScalingLaw, ScalingStep, time_of,
};
use crate::stats::{robust, scalability, student};

/// The least error of a throughput, as a share: that of the machine.
const LEAST_ERROR: f64 = 0.02;

/// Returns the scaling of each benchmark that the newest of `runs`, which were made together, measured with several
/// numbers of threads.
pub fn scaling(runs: &[RunDocument]) -> Vec<Scaling> {
    let Some(newest) = runs.last() else { return Vec::new() };
    let known = Known::of(runs);
    let families = newest.benchmarks_by_threads();
    let cores = newest.run.machine.cores;
    families.into_iter().filter_map(|(name, cases)| of(name, &cases, cores, &known)).collect()
}

fn of(benchmark: String, cases: &Cases<'_, u32>, cores: u32, known: &Known<'_>) -> Option<Scaling> {
    let measured: Vec<(u32, Throughput)> = cases
        .iter()
        .filter_map(|(threads, it)| Some((*threads, Throughput::of(*threads, &it.name, known)?)))
        .collect();
    let points: Vec<(f64, f64)> =
        measured.iter().map(|(threads, it)| (f64::from(*threads), it.value)).collect();
    let alone = points.iter().find(|it| it.0 <= 1.0).map(|it| it.1);
    let step = |(threads, it): &(u32, Throughput)| ScalingStep {
        threads: *threads,
        calls_per_s: it.value,
        interval: (it.value * (-it.error).exp(), it.value * it.error.exp()),
        efficiency: alone.map(|alone| it.value / (alone * f64::from(*threads))),
    };
    let steps: Vec<ScalingStep> = measured.iter().map(step).collect();
    let errors: Vec<f64> = measured.iter().map(|it| it.1.error).collect();
    let knee = steps.get(scalability::knee(&points, robust::median(&errors)?)?)?.threads;
    // Beyond its cores, threads wait for a processor, which is another law.
    let within = points.iter().filter(|it| cores == 0 || it.0 <= f64::from(cores));
    let law = scalability::fit(&within.copied().collect::<Vec<_>>()).map(law);
    (steps.len() > 1).then(|| Scaling {
        benchmark,
        cores,
        hurts_from: hurts_from(&steps),
        steps,
        knee,
        law,
    })
}

fn law(law: scalability::Law) -> ScalingLaw {
    ScalingLaw {
        serial: law.serial,
        serial_interval: law.serial_interval,
        crosstalk: law.crosstalk,
        crosstalk_interval: law.crosstalk_interval,
        best_threads: law.best,
    }
}

/// Returns the first number of threads that do less together than fewer of them, for sure.
fn hurts_from(steps: &[ScalingStep]) -> Option<u32> {
    let mut best = 0.0;
    for step in steps {
        if step.interval.1 < best {
            return Some(step.threads);
        }
        best = step.interval.0.max(best);
    }
    None
}

/// The iterations of all threads a second.
struct Throughput {
    value: f64,
    /// Half of the width of the interval of 95 % of its logarithm.
    error: f64,
}

impl Throughput {
    fn of(threads: u32, name: &str, known: &Known<'_>) -> Option<Self> {
        let values = known.values(name, |it| throughput(it, threads));
        let value = robust::median(&values)?;
        let inside = known.value(name, error_inside).unwrap_or(0.0);
        let logs: Vec<f64> = values.iter().map(|value| value.ln()).collect();
        let between = of_several(&logs).unwrap_or(0.0);
        Some(Self { value, error: inside.max(between).max(1.96 * LEAST_ERROR) })
    }
}

/// Returns the iterations of all threads a second, by the clock of the harness or by the time of one of them.
fn throughput(function: &Function, threads: u32) -> Option<f64> {
    let ns = time_of(function, Metric::MeanNs).filter(|ns| *ns > 0.0)?;
    let harness = function.harness();
    let told = harness.and_then(|it| it.calls_per_s).filter(|rate| *rate > 0.0);
    told.or_else(|| harness.is_none().then(|| f64::from(threads) * 1e9 / ns))
}

/// Returns half of the width of the interval of a value, on the log scale: of the medians of its processes where
/// there are several, which differ by more than the samples of one.
fn error_inside(function: &Function) -> Option<f64> {
    let benchmark = function.benchmark.as_ref()?;
    let value = function.mean_ns.filter(|ns| *ns > 0.0)?;
    let of_samples = benchmark.interval_ns.map(|(low, high)| (high - low) / 2.0 / value);
    let of_processes = of_several(&of_processes(benchmark));
    of_processes.into_iter().chain(of_samples).reduce(f64::max)
}

/// Returns half of the width of the interval of a mean of three or more: two say too little of how they differ.
fn of_several(logs: &[f64]) -> Option<f64> {
    student::half_of_mean(logs).filter(|_| logs.len() > 2)
}

/// Returns the logarithm of the middle sample of each process.
fn of_processes(benchmark: &Benchmark) -> Vec<f64> {
    let Some(harness) = &benchmark.harness else { return Vec::new() };
    let process = |round: &u64| round >> 32;
    let all: HashSet<u64> = harness.rounds.iter().map(process).collect();
    let mut all: Vec<u64> = all.into_iter().collect();
    all.sort_unstable();
    let middle = |number: &u64| {
        let of_it = harness.rounds.iter().zip(&benchmark.samples_ns);
        let of_it = of_it.filter(|(round, _)| process(round) == *number).map(|(_, ns)| *ns);
        robust::median(&of_it.collect::<Vec<_>>()).filter(|ns| *ns > 0.0).map(f64::ln)
    };
    all.iter().filter_map(middle).collect()
}
