//! Functions that several parts called.

use std::collections::{BTreeMap, BTreeSet};

use perf_runtime::{buckets, snapshot};

use super::{index, named, sum, total};
use crate::analysis::bench;
use crate::model::{ErrorKind, Failures, Function, FunctionKind, Futures, Histogram, RunDocument};
use crate::stats::number::{float, whole};
use crate::text::units;

/// Returns the functions of all, by name, and tells which benchmarks several parts measured.
pub(super) fn merged(runs: &[&RunDocument]) -> (Vec<Function>, Vec<String>) {
    let mut of: BTreeMap<(&str, FunctionKind), Vec<(u32, &Function)>> = BTreeMap::new();
    for run in runs {
        for function in &run.functions {
            of.entry((&function.name, function.kind)).or_default().push((index(run), function));
        }
    }
    let mut twice: BTreeMap<Vec<u32>, Vec<&str>> = BTreeMap::new();
    let mut functions = Vec::with_capacity(of.len());
    for ((name, kind), all) in &of {
        if *kind == FunctionKind::Benchmark && all.len() > 1 {
            let parts = all.iter().map(|(part, _)| *part).collect();
            twice.entry(parts).or_default().push(name);
        }
        let all: Vec<&Function> = all.iter().map(|(_, function)| *function).collect();
        functions.extend(one(&all));
    }
    let told = twice.into_iter().map(|(parts, names)| {
        format!(
            "{} measured in {}, such as {}: each part is one value, as a process is",
            units::they_are(names.len() as u64, "benchmark"),
            named(&parts),
            names.first().copied().unwrap_or_default()
        )
    });
    let told = told.collect();
    (functions, told)
}

/// Returns one function over all parts that know it.
fn one(all: &[&Function]) -> Option<Function> {
    let first = *all.first()?;
    let was_called =
        |it: &&&Function| it.calls.max(it.unfinished).max(it.errors).max(it.total_ns) > 0;
    let called: Vec<&Function> = all.iter().filter(was_called).copied().collect();
    Some(match (first.kind, called.as_slice()) {
        (_, []) => first.clone(),
        (_, [alone]) => (*alone).clone(),
        (FunctionKind::Benchmark, several) => bench::pooled(several),
        (FunctionKind::Suite, several) => suite(several),
        (_, several) => function(several),
    })
}

/// Returns a suite whose tests several parts ran: once, and as long as all of them took.
fn suite(all: &[&Function]) -> Function {
    let ns = total(all.iter().map(|it| it.total_ns));
    Function {
        total_ns: ns,
        self_ns: ns,
        mean_ns: Some(float(ns)),
        min_ns: Some(ns),
        max_ns: Some(ns),
        errors: all.iter().map(|it| it.errors).max().unwrap_or(0),
        ..all.first().map_or_else(Function::default, |it| (*it).clone())
    }
}

fn function(all: &[&Function]) -> Function {
    let first = all.first().copied().cloned().unwrap_or_default();
    let add = |of: fn(&Function) -> u64| total(all.iter().map(|it| of(it)));
    let any = |is: fn(&Function) -> bool| all.iter().any(|it| is(it));
    let most = |of: fn(&Function) -> Option<u64>| all.iter().filter_map(|it| of(it)).max();
    let tags: BTreeSet<&String> = all.iter().flat_map(|it| &it.tags).collect();
    let budget = all.iter().map(|it| &it.budget).find(|budget| !budget.is_empty());
    let function = Function {
        calls: add(|it| it.calls),
        errors: add(|it| it.errors),
        panics: add(|it| it.panics),
        cancelled: add(|it| it.cancelled),
        unfinished: add(|it| it.unfinished),
        total_ns: add(|it| it.total_ns),
        self_ns: add(|it| it.self_ns),
        min_ns: all.iter().filter_map(|it| it.min_ns).min(),
        max_ns: most(|it| it.max_ns),
        sampled: any(|it| it.sampled),
        self_estimated: any(|it| it.self_estimated),
        untimed_calls: add(|it| it.untimed_calls),
        unmeasured_calls: add(|it| it.unmeasured_calls),
        lost_durations: add(|it| it.lost_durations),
        overhead_ns: add(|it| it.overhead_ns),
        self_overhead_ns: add(|it| it.self_overhead_ns),
        preempted_ns: add(|it| it.preempted_ns),
        self_preempted_ns: add(|it| it.self_preempted_ns),
        raw_total_ns: add(|it| it.raw_total_ns),
        raw_self_ns: add(|it| it.raw_self_ns),
        // Errors of machines that know nothing of each other.
        self_error_ns: whole(
            all.iter().map(|it| float(it.self_error_ns).powi(2)).sum::<f64>().sqrt(),
        ),
        resolution_ns: most(|it| Some(it.resolution_ns)).unwrap_or(0),
        active_ns: add(|it| it.active_ns),
        sampled_ns: add(|it| it.sampled_ns),
        counted_ns: add(|it| it.counted_ns),
        largest_interval: all.iter().map(|it| it.largest_interval).max().unwrap_or(0),
        classifies_errors: any(|it| it.classifies_errors),
        tags: tags.into_iter().cloned().collect(),
        budget: budget.cloned().unwrap_or_default(),
        histogram: histogram(all.iter().map(|it| &it.histogram)),
        ..first
    };
    let function = with_memory(function, all);
    let function = with_durations(function, all);
    Function { failures: failures(all, &function), futures: futures(all), ..function }
}

/// Adds what the parts know of memory.
fn with_memory(function: Function, all: &[&Function]) -> Function {
    let add = |of: fn(&Function) -> Option<u64>| sum(all.iter().map(|it| of(it)));
    let most = |of: fn(&Function) -> Option<u64>| all.iter().filter_map(|it| of(it)).max();
    let grown = |of: fn(&Function) -> Option<i64>| {
        all.iter().filter_map(|it| of(it)).reduce(i64::saturating_add)
    };
    Function {
        allocs: add(|it| it.allocs),
        alloc_bytes: add(|it| it.alloc_bytes),
        grown_bytes: grown(|it| it.grown_bytes),
        peak_bytes: most(|it| it.peak_bytes),
        self_allocs: add(|it| it.self_allocs),
        self_alloc_bytes: add(|it| it.self_alloc_bytes),
        self_grown_bytes: grown(|it| it.self_grown_bytes),
        self_peak_bytes: most(|it| it.self_peak_bytes),
        ..function
    }
}

/// Adds mean, deviation and percentiles of the calls of all parts.
fn with_durations(function: Function, all: &[&Function]) -> Function {
    let known = || {
        let of = |it: &&Function| {
            Some((float(it.measured_calls()), it.mean_ns?, it.stddev_ns.unwrap_or(0.0)))
        };
        all.iter().filter_map(of).filter(|(calls, ..)| *calls > 0.0)
    };
    let calls: f64 = known().map(|(calls, ..)| calls).sum();
    let mean = known().map(|(calls, mean, _)| calls * mean).sum::<f64>() / calls;
    // About the common mean, so that nothing cancels.
    let spread = |(calls, own, deviation): (f64, f64, f64)| {
        calls * (deviation.powi(2) + (own - mean).powi(2))
    };
    let deviation = (known().map(spread).sum::<f64>() / calls).sqrt();
    // A sample has no histogram, and of several nobody knows a percentile.
    let is_known = all.iter().all(|it| it.measured_calls() == 0 || !it.histogram.is_empty());
    let ends = (function.min_ns, function.max_ns);
    let [p50_ns, p90_ns, p95_ns, p99_ns] =
        quantiles(&function.histogram, [0.50, 0.90, 0.95, 0.99], ends)
            .map(|quantile| quantile.filter(|_| is_known));
    Function {
        mean_ns: Some(mean).filter(|mean| mean.is_finite()),
        stddev_ns: Some(deviation).filter(|it| it.is_finite()),
        p50_ns,
        p90_ns,
        p95_ns,
        p99_ns,
        ..function
    }
}

/// Adds histograms up.
fn histogram<'a>(all: impl Iterator<Item = &'a Histogram>) -> Histogram {
    let mut sums: BTreeMap<u64, u64> = BTreeMap::new();
    for (ns, count) in all.flatten() {
        let sum = sums.entry(*ns).or_default();
        *sum = sum.saturating_add(*count);
    }
    sums.into_iter().collect()
}

/// Returns quantiles of a histogram, within the shortest and the longest call, as the recorder finds them.
fn quantiles<const N: usize>(
    histogram: &Histogram,
    qs: [f64; N],
    ends: (Option<u64>, Option<u64>),
) -> [Option<u64>; N] {
    let pairs = histogram.iter().map(|(ns, count)| (buckets::of(*ns), *count));
    let all = snapshot::Histogram::from_buckets(pairs);
    let low = ends.0.unwrap_or(0);
    let high = ends.1.unwrap_or(u64::MAX).max(low);
    qs.map(|q| Some(all.quantile_ns(q)?.clamp(low, high)))
}

/// Returns the failed calls of all; `None` where no part knows more than their number.
fn failures(all: &[&Function], function: &Function) -> Option<Box<Failures>> {
    let known: Vec<&Failures> = all.iter().filter_map(|it| it.failures.as_deref()).collect();
    known.first()?;
    let mut kinds: BTreeMap<&str, u64> = BTreeMap::new();
    for kind in known.iter().flat_map(|it| &it.kinds) {
        let count = kinds.entry(&kind.name).or_default();
        *count = count.saturating_add(kind.count);
    }
    let timed = total(known.iter().map(|it| it.timed_calls));
    let means = known.iter().filter_map(|it| Some(it.mean_ns? * float(it.timed_calls)));
    let mean_ns = (timed > 0).then(|| means.sum::<f64>() / float(timed));
    let errors = function.errors.min(function.measured_calls());
    let others = function.measured_calls() - errors;
    let all_ns = function.mean_ns.map(|mean| mean * float(function.measured_calls()));
    let others_ns = all_ns.zip(mean_ns).map(|(all, mean)| (all - mean * float(errors)).max(0.0));
    Some(Box::new(Failures {
        timed_calls: timed,
        mean_ns,
        total_ns: sum(known.iter().map(|it| it.total_ns)),
        others_mean_ns: others_ns.filter(|_| others > 0).map(|ns| ns / float(others)),
        estimated: known.iter().any(|it| it.estimated),
        counts_kinds: known.iter().any(|it| it.counts_kinds),
        kinds: most_frequent(kinds),
    }))
}

/// Returns the most frequent kinds, and one for all others.
fn most_frequent(mut counts: BTreeMap<&str, u64>) -> Vec<ErrorKind> {
    let other = counts.remove(Failures::OTHER_KINDS).unwrap_or(0);
    let kind = |(name, count): (&str, u64)| ErrorKind { name: name.to_owned(), count };
    Failures::most_frequent(counts.into_iter().map(kind).collect(), other)
}

/// Returns the futures of all; `None` of a function that is not async.
fn futures(all: &[&Function]) -> Option<Futures> {
    let known: Vec<&Futures> = all.iter().filter_map(|it| it.futures.as_ref()).collect();
    let (first, rest) = known.split_first()?;
    if rest.is_empty() {
        return Some((*first).clone());
    }
    let add = |of: fn(&Futures) -> u64| total(known.iter().map(|it| of(it)));
    let most = |of: fn(&Futures) -> Option<u64>| known.iter().filter_map(|it| of(it)).max();
    let calls = |it: &Futures| float(total(it.lifetime_histogram.iter().map(|(_, count)| *count)));
    let weighted = || known.iter().filter_map(|it| Some((it.lifetime_mean_ns?, calls(it))));
    let weights: f64 = weighted().map(|(_, calls)| calls).sum();
    let mean = weighted().map(|(mean, calls)| mean * calls).sum::<f64>() / weights;
    let lifetimes = histogram(known.iter().map(|it| &it.lifetime_histogram));
    let longest = most(|it| it.lifetime_max_ns);
    let [p50, p95, p99] = quantiles(&lifetimes, [0.50, 0.95, 0.99], (None, longest));
    Some(Futures {
        polls: add(|it| it.polls),
        unmeasured_polls: add(|it| it.unmeasured_polls),
        max_poll_ns: most(|it| it.max_poll_ns),
        in_flight: add(|it| it.in_flight),
        lifetime_mean_ns: Some(mean).filter(|mean| mean.is_finite()),
        lifetime_p50_ns: p50,
        lifetime_p95_ns: p95,
        lifetime_p99_ns: p99,
        lifetime_max_ns: longest,
        lifetime_histogram: lifetimes,
    })
}
