//! The figures of what is no tracked function, as every medium shows them: of benchmarks, tests and suites.

use crate::model::{Function, FunctionKind, Statistic};
use crate::text::{sanitize, units};

/// Counts some results by their kinds: `3 benchmarks, 1 test`.
pub(crate) fn counted(kinds: impl Iterator<Item = FunctionKind>) -> String {
    let mut counts = std::collections::BTreeMap::<FunctionKind, u64>::new();
    kinds.for_each(|kind| *counts.entry(kind).or_default() += 1);
    let each = counts.into_iter().map(|(kind, count)| units::plural(count, kind.noun()));
    each.collect::<Vec<_>>().join(", ")
}

/// Counts what is not shown: `3 more benchmarks, 1 more test`; `None` of nothing.
pub(crate) fn more(kinds: impl Iterator<Item = FunctionKind>) -> Option<String> {
    let mut counts = std::collections::BTreeMap::<FunctionKind, u64>::new();
    kinds.for_each(|kind| *counts.entry(kind).or_default() += 1);
    let each = counts.into_iter();
    let each = each.map(|(kind, count)| units::plural(count, &format!("more {}", kind.noun())));
    let all = each.collect::<Vec<_>>().join(", ");
    (!all.is_empty()).then_some(all)
}

/// Returns the time of an iteration as people read it; `None` where there is none.
pub(crate) fn value(function: &Function) -> Option<String> {
    function.mean_ns.map(units::duration)
}

/// Returns the interval of the value, `41.0 to 41.2 ns`, where its harness reports one.
pub(crate) fn interval(function: &Function) -> Option<String> {
    // One that did not end well has no value, and no interval of it.
    function.mean_ns?;
    function.benchmark.as_ref()?.interval_ns.map(units::durations)
}

/// Returns how much the samples differ, where nothing says more: `± 7 ns`, or their standard deviation, `σ 7 ns`.
pub(crate) fn spread(function: &Function) -> Option<String> {
    let benchmark = function.benchmark.as_ref()?;
    if benchmark.interval_ns.is_some() {
        return None;
    }
    if let Some(spread) = benchmark.spread_ns {
        return Some(format!("± {}", units::duration(spread)));
    }
    function.stddev_ns.map(|deviation| format!("σ {}", units::duration(deviation)))
}

/// Returns the statistic that the value is.
pub(crate) fn statistic(function: &Function) -> &'static str {
    match function.benchmark.as_ref().map(|it| it.statistic) {
        Some(Statistic::Mean) => "mean",
        Some(Statistic::Median) => "median",
        Some(Statistic::Slope) => "slope",
        Some(Statistic::Single) | None => "single",
    }
}

/// Returns the number of its samples; `None` where its harness reports none.
pub(crate) fn samples(function: &Function) -> Option<u64> {
    function.benchmark.as_ref().map(|it| it.samples_ns.len() as u64).filter(|count| *count > 0)
}

/// Returns the number of its iterations, where it is known.
pub(crate) fn iterations(function: &Function) -> Option<u64> {
    match &function.benchmark {
        Some(benchmark) => benchmark.iterations,
        None => Some(function.calls),
    }
}

/// Returns the work a second, where the work of an iteration was declared: `1.45 GiB/s`.
pub(crate) fn throughput(function: &Function) -> Option<String> {
    let benchmark = function.benchmark.as_ref()?;
    let seconds = function.mean_ns.filter(|ns| *ns > 0.0)? / 1e9;
    let rate = |(unit, work): (&String, &f64)| {
        let rate = work / seconds;
        match unit.as_str() {
            "bytes" => format!("{}/s", units::rough_bytes(rate)),
            unit => format!("{} {unit}/s", units::rough_count(rate)),
        }
    };
    let all: Vec<_> = benchmark.throughput.iter().map(rate).collect();
    (!all.is_empty()).then(|| all.join(", "))
}

/// Returns all that is known of one: kind, value, interval, samples, iterations, throughput, parameters.
pub(crate) fn facts(function: &Function) -> Vec<String> {
    let mut items = vec![function.kind.noun().to_owned()];
    items.extend(value(function).map(|value| format!("{value} ({})", statistic(function))));
    items.extend(interval(function).or_else(|| spread(function)));
    items.extend(throughput(function));
    items.extend(samples(function).map(|count| units::plural(count, "sample")));
    items.extend(iterations(function).map(|count| units::plural(count, "iteration")));
    let parameters = function.benchmark.iter().flat_map(|it| &it.parameters);
    items.extend(
        parameters.map(|(name, value)| sanitize::screen(&format!("{name}={value}")).into_owned()),
    );
    items
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Benchmark;

    #[test]
    fn work_a_second_is_in_the_unit_that_fits() {
        let shown = |unit: &str, work: f64, ns: f64| {
            let throughput = std::collections::BTreeMap::from([(unit.to_owned(), work)]);
            let benchmark = Some(Box::new(Benchmark { throughput, ..Benchmark::default() }));
            super::throughput(&Function { mean_ns: Some(ns), benchmark, ..Function::default() })
                .unwrap()
        };
        assert_eq!(shown("bytes", 64.0, 41.0), "1.45 GiB/s");
        assert_eq!(shown("elements", 7.0, 1e6), "7.00 k elements/s");
        assert_eq!(shown("bytes", 1.0, 1e9), "1 B/s");
    }
}
