//! The data of benchmarks in the page: the figures of each beside its time, and what is drawn of those that were
//! measured at several sizes or with several numbers of threads.

use std::collections::HashMap;

use serde::Serialize;

use super::Page;
use crate::model::{
    BenchOutcome, Complexity, CostGrowth, Function, Leak, Scaling, ScalingStep, Unit,
};
use crate::render::words::bench as words;
use crate::render::words::{bench_growth, bench_scaling, benchmarks};
use crate::stats::forms;

/// The figures of a benchmark that its row of functions lacks. Numbers are to sort by and to write as any other;
/// what the words of other media say stands here as they say it.
#[derive(Debug, Serialize)]
pub(super) struct Figures<'a> {
    statistic: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    interval: Option<String>,
    /// Half of the interval over the time, to sort by.
    #[serde(skip_serializing_if = "Option::is_none")]
    spread: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    throughput: Option<String>,
    /// Work a second, to sort by.
    #[serde(skip_serializing_if = "Option::is_none")]
    work_per_s: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    samples: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    iterations: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    success: Option<f64>,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    own: Option<Own<'a>>,
}

/// The figures that perf-track's own harness has.
#[derive(Debug, Serialize)]
struct Own<'a> {
    outcome: &'static str,
    /// How it ended, in a sentence, where it did not end well.
    #[serde(skip_serializing_if = "Option::is_none")]
    end: Option<&'static str>,
    threads: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    rate_per_s: Option<f64>,
    #[serde(skip_serializing_if = "str::is_empty")]
    group: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    calls_per_s: Option<f64>,
    user_ns: f64,
    system_ns: f64,
    utilisation: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    allocs: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    alloc_bytes: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    leak: Option<&'a Leak>,
    #[serde(skip_serializing_if = "Option::is_none")]
    peak_rss_bytes: Option<u64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    doubts: Vec<String>,
}

/// Returns the figures of a benchmark; `None` of anything else.
pub(super) fn figures(function: &Function) -> Option<Figures<'_>> {
    let benchmark = function.benchmark.as_deref()?;
    let seconds = function.mean_ns.filter(|ns| *ns > 0.0).map(|ns| ns / 1e9);
    let work = benchmark.throughput.values().next();
    let half = |(low, high): (f64, f64)| Some((high - low) / 2.0 / function.mean_ns?);
    Some(Figures {
        statistic: benchmarks::statistic(function),
        interval: benchmarks::interval(function),
        spread: benchmark.interval_ns.and_then(half).filter(|it| it.is_finite()),
        throughput: benchmarks::throughput(function),
        work_per_s: work.zip(seconds).map(|(work, seconds)| work / seconds),
        samples: benchmarks::samples(function),
        iterations: benchmarks::iterations(function),
        success: function.harness().and_then(|_| function.success_rate()),
        own: own(function),
    })
}

fn own(function: &Function) -> Option<Own<'_>> {
    let harness = function.harness()?;
    let memory = &harness.memory;
    let outcome = Some(harness.outcome).filter(|outcome| *outcome != BenchOutcome::Ok);
    Some(Own {
        outcome: harness.outcome.word(),
        // Empty where the word says it.
        end: outcome.map(|it| if it == BenchOutcome::Panicked { "" } else { it.sentence() }),
        threads: harness.threads,
        rate_per_s: harness.rate_per_s,
        group: &harness.group,
        calls_per_s: harness.calls_per_s.filter(|_| !function.is_failure()),
        user_ns: harness.user_ns,
        system_ns: harness.system_ns,
        utilisation: harness.utilisation,
        allocs: memory.allocs,
        alloc_bytes: memory.alloc_bytes,
        leak: memory.leak.as_ref(),
        peak_rss_bytes: Some(memory.peak_rss_bytes).filter(|bytes| *bytes > 0),
        doubts: words::doubts_of(function).collect(),
    })
}

/// The growth of a benchmark with the size of its work.
#[derive(Debug, Serialize)]
pub(super) struct Growth {
    benchmark: String,
    /// The places of its cases among the functions, the smallest size first.
    cases: Vec<usize>,
    /// What is known of it, a sentence each.
    sentences: Vec<String>,
    costs: Vec<Curve>,
}

/// A cost over the sizes, and what is drawn through it.
#[derive(Debug, Serialize)]
struct Curve {
    title: &'static str,
    unit: &'static str,
    /// Sizes and costs.
    points: Vec<(f64, f64)>,
    /// The form that is drawn: of those that cannot be told apart, the slowest growth; `None` where none fits.
    form: Option<&'static str>,
    line: Vec<(f64, f64)>,
}

/// Returns the growth of the benchmarks of a page.
pub(super) fn growth(page: &Page<'_>) -> Vec<Growth> {
    let found = page.report.map(|report| report.complexity.as_slice()).unwrap_or_default();
    let places = Places::of(page);
    let families = page.run.benchmarks_by_size();
    let of = |it: &Complexity| Growth {
        benchmark: it.benchmark.clone(),
        cases: families
            .get(&it.benchmark)
            .map_or_else(Vec::new, |cases| places.of_all(cases.iter().map(|case| case.1))),
        sentences: bench_growth::sentences(it),
        costs: it.costs.iter().map(|growth| curve(&it.sizes, growth)).collect(),
    };
    found.iter().map(of).collect()
}

fn curve(sizes: &[f64], growth: &CostGrowth) -> Curve {
    /// Points of a line, which has no corners that anybody sees.
    const POINTS: u32 = 48;
    let points: Vec<(f64, f64)> =
        sizes.iter().copied().zip(growth.values.iter().copied()).collect();
    let form = growth.forms.first().copied();
    let ends = sizes.first().zip(sizes.last());
    let line = form.zip(ends).map_or_else(Vec::new, |(form, (first, last))| {
        let cost = forms::curve(&points, form);
        let size = |at: u32| first * (last / first).powf(f64::from(at) / f64::from(POINTS));
        (0..=POINTS).map(size).map(|size| (short(size), short(cost(size)))).collect()
    });
    Curve {
        title: growth.cost.title(),
        unit: match growth.cost.unit() {
            Unit::Time => "ns",
            Unit::Size => "bytes",
            _ => "count",
        },
        points,
        form: form.map(forms::Form::text),
        line,
    }
}

/// Returns a number with as many digits as a line on a screen has.
fn short(value: f64) -> f64 {
    format!("{value:.4e}").parse().unwrap_or(value)
}

/// A benchmark with more and more threads.
#[derive(Debug, Serialize)]
pub(super) struct Ramp {
    benchmark: String,
    /// The places of its cases among the functions, the fewest threads first.
    cases: Vec<usize>,
    cores: u32,
    steps: Vec<ScalingStep>,
    knee: u32,
    hurts_from: Option<u32>,
    /// What the steps amount to, a sentence each.
    sentences: Vec<String>,
}

/// Returns the ramps of the benchmarks of a page.
pub(super) fn ramps(page: &Page<'_>) -> Vec<Ramp> {
    let found = page.report.map(|report| report.scaling.as_slice()).unwrap_or_default();
    let places = Places::of(page);
    let families = page.run.benchmarks_by_threads();
    let of = |it: &Scaling| Ramp {
        cases: families
            .get(&it.benchmark)
            .map_or_else(Vec::new, |cases| places.of_all(cases.iter().map(|case| case.1))),
        sentences: bench_scaling::sentences(it),
        benchmark: it.benchmark.clone(),
        cores: it.cores,
        steps: it.steps.clone(),
        knee: it.knee,
        hurts_from: it.hurts_from,
    };
    found.iter().map(of).collect()
}

/// The place of each function in the page.
struct Places<'a>(HashMap<&'a str, usize>);

impl<'a> Places<'a> {
    fn of(page: &Page<'a>) -> Self {
        let all = page.run.functions.iter().enumerate();
        Self(all.map(|(at, it)| (it.name.as_str(), at)).collect())
    }

    fn of_all<'f>(&self, functions: impl Iterator<Item = &'f Function>) -> Vec<usize> {
        functions.filter_map(|it| self.0.get(it.name.as_str()).copied()).collect()
    }
}
