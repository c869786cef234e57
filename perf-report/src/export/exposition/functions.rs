//! The series of functions.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::{Family, Kind, Labelled, Metric, Value, family, labels};
use crate::export::functions::{Ranked, crate_of};
use crate::model::{Function, Futures};
use crate::render::Mark;
use crate::stats::number::{float, whole};

const METRICS: &[Metric<Function>] = &[
    (Kind::Counter, "perf_track_function_calls", "Finished calls.", |it| {
        Some(Value::Count(it.calls))
    }),
    (
        Kind::Counter,
        "perf_track_function_self_seconds",
        "Time outside tracked callees, over all calls and threads.",
        |it| Some(Value::Ns(it.self_ns)),
    ),
    (
        Kind::Counter,
        "perf_track_function_errors",
        "Calls that returned an error; only of functions whose errors are counted.",
        |it| it.counts_errors().then_some(Value::Count(it.errors)),
    ),
    (Kind::Counter, "perf_track_function_panics", "Calls that ended by unwinding.", |it| {
        Some(Value::Count(it.panics))
    }),
    (
        Kind::Counter,
        "perf_track_function_allocations",
        "Allocations by the function itself, without those of tracked callees.",
        |it| it.self_allocs.map(Value::Count),
    ),
    (
        Kind::Counter,
        "perf_track_function_allocated_bytes",
        "Size of the allocations by the function itself, without those of tracked callees.",
        |it| it.self_alloc_bytes.map(Value::Count),
    ),
    (
        Kind::Gauge,
        "perf_track_function_unfinished_calls",
        "Calls that had not finished when the recording ended.",
        |it| (it.unfinished > 0).then_some(Value::Count(it.unfinished)),
    ),
    (
        Kind::Counter,
        "perf_track_function_unmeasured_calls",
        "Calls that were counted while none was timed: they are in no time.",
        |it| (it.unmeasured_calls > 0).then_some(Value::Count(it.unmeasured_calls)),
    ),
    (
        Kind::Gauge,
        "perf_track_function_self_error_seconds",
        "Possible error of the self time, one standard deviation, where it was estimated.",
        |it| (it.self_error_ns > 0).then_some(Value::Ns(it.self_error_ns)),
    ),
    (
        Kind::Counter,
        "perf_track_function_cancelled",
        "Futures of an async function that were dropped before they were ready.",
        |it| it.futures.as_ref().map(|_| Value::Count(it.cancelled)),
    ),
    (Kind::Counter, "perf_track_function_polls", "Polls of an async function.", |it| {
        it.futures.as_ref().map(|futures| Value::Count(futures.polls))
    }),
    (
        Kind::Gauge,
        "perf_track_function_longest_poll_seconds",
        "Longest poll of an async function.",
        |it| it.futures.as_ref()?.max_poll_ns.map(Value::Ns),
    ),
    (
        Kind::Gauge,
        "perf_track_function_in_flight",
        "Calls of an async function that had begun and not ended.",
        |it| it.futures.as_ref().map(|futures| Value::Count(futures.in_flight)),
    ),
];

/// Returns the families of functions, and those that count what is not written.
pub(super) fn families(ranked: &Ranked<'_>) -> Vec<Family> {
    let (labelled, twice) = labelled(&ranked.shown);
    let mut families: Vec<Family> =
        METRICS.iter().map(|metric| family(metric, &labelled)).collect();
    families.push(durations(&labelled));
    families.push(lifetimes(&labelled));
    families.push(inexact(&labelled));
    let beyond: Vec<&Function> = ranked.beyond.iter().copied().chain(twice).collect();
    families.extend(counts(labelled.len() as u64, &beyond, ranked.never_called));
    families
}

/// Returns functions with their labels. Of functions whose labels would be the same, all but the first come
/// back by themselves: two series of the same labels make a file that nobody reads.
fn labelled<'a>(functions: &[&'a Function]) -> (Vec<Labelled<'a, Function>>, Vec<&'a Function>) {
    let mut count: HashMap<(&str, &str), usize> = HashMap::with_capacity(functions.len());
    for function in functions {
        *count.entry((&function.name, crate_of(function))).or_default() += 1;
    }
    let mut seen: HashSet<Rc<str>> = HashSet::with_capacity(functions.len());
    let (mut first, mut twice) = (Vec::with_capacity(functions.len()), Vec::new());
    for function in functions {
        let crate_of = crate_of(function);
        let line = function.line.to_string();
        let named = [("function", function.name.as_str()), ("crate", crate_of)];
        let labels = if count[&(function.name.as_str(), crate_of)] == 1 {
            labels(&named)
        } else {
            labels(&[named[0], named[1], ("file", &function.file), ("line", &line)])
        };
        if seen.insert(Rc::clone(&labels)) {
            first.push((*function, labels));
        } else {
            twice.push(*function);
        }
    }
    (first, twice)
}

fn durations(labelled: &[Labelled<'_, Function>]) -> Family {
    let help = "Duration of a call, tracked callees included; of calls that are in the times.";
    let mut family = Family::new(Kind::Summary, "perf_track_function_duration_seconds", help);
    for (it, labels) in labelled {
        let quantiles = [
            ("quantile=\"0.5\"", it.p50_ns),
            ("quantile=\"0.9\"", it.p90_ns),
            ("quantile=\"0.99\"", it.p99_ns),
        ];
        summary(&mut family, labels, quantiles, it.mean_ns, it.measured_calls());
    }
    family
}

fn lifetimes(labelled: &[Labelled<'_, Function>]) -> Family {
    let help = "Time from the first poll of a call of an async function to its end, waiting included; of \
                calls that were timed.";
    let mut family = Family::new(Kind::Summary, "perf_track_function_lifetime_seconds", help);
    for (it, labels) in labelled {
        let Some(futures) = &it.futures else { continue };
        let quantiles = [
            ("quantile=\"0.5\"", futures.lifetime_p50_ns),
            ("quantile=\"0.95\"", futures.lifetime_p95_ns),
            ("quantile=\"0.99\"", futures.lifetime_p99_ns),
        ];
        summary(&mut family, labels, quantiles, futures.lifetime_mean_ns, timed(futures));
    }
    family
}

/// Counts the lifetimes that are known.
fn timed(futures: &Futures) -> u64 {
    futures.lifetime_histogram.iter().fold(0, |sum, (_, calls)| sum.saturating_add(*calls))
}

/// Adds the series of a summary; none where nothing was timed.
fn summary(
    family: &mut Family,
    labels: &Rc<str>,
    quantiles: [(&'static str, Option<u64>); 3],
    mean_ns: Option<f64>,
    count: u64,
) {
    let Some(mean) = mean_ns.filter(|mean| mean.is_finite() && *mean >= 0.0) else { return };
    for (quantile, ns) in quantiles {
        if let Some(ns) = ns {
            family.push("", labels, quantile, Value::Ns(ns));
        }
    }
    family.push("_sum", labels, "", Value::Ns(whole((mean * float(count)).round())));
    family.push("_count", labels, "", Value::Count(count));
}

/// Returns a series for each figure that is not exact.
fn inexact(labelled: &[Labelled<'_, Function>]) -> Family {
    let help = "1 for each time that is not exact. how: estimate, from some of the calls; at_least, without \
                calls that were not timed; below_clock, a median below the step of the clock.";
    let mut family = Family::new(Kind::Gauge, "perf_track_function_inexact", help);
    for (it, labels) in labelled {
        let own = match Mark::of_self(it) {
            Mark::Exact => None,
            Mark::AtLeast => Some("figure=\"self\",how=\"at_least\""),
            _ => Some("figure=\"self\",how=\"estimate\""),
        };
        let has_durations = it.mean_ns.is_some();
        let is_below = it.p50_ns.is_some_and(|ns| ns < it.resolution_ns);
        let duration = match Mark::of_calls(it) {
            _ if !has_durations => None,
            _ if is_below => Some("figure=\"duration\",how=\"below_clock\""),
            Mark::Exact if it.lost_durations == 0 => None,
            _ => Some("figure=\"duration\",how=\"estimate\""),
        };
        for extra in own.into_iter().chain(duration) {
            family.push("", labels, extra, Value::Count(1));
        }
    }
    family
}

/// Counts all functions of the run, and what those that are not written did.
fn counts(shown: u64, beyond: &[&Function], never_called: u64) -> Vec<Family> {
    let help = "Tracked functions. state: exported; omitted, since others have more self time; \
                never_called.";
    let mut functions = Family::new(Kind::Gauge, "perf_track_functions", help);
    for (state, count) in
        [("exported", shown), ("omitted", beyond.len() as u64), ("never_called", never_called)]
    {
        functions.add(&labels(&[("state", state)]), Value::Count(count));
    }
    let sum = |of: fn(&Function) -> u64| {
        beyond.iter().fold(0_u64, |sum, function| sum.saturating_add(of(function)))
    };
    let calls = Family::single(
        Kind::Counter,
        "perf_track_omitted_calls",
        "Finished calls of functions that are omitted.",
        Value::Count(sum(|it| it.calls)),
    );
    let own = Family::single(
        Kind::Counter,
        "perf_track_omitted_self_seconds",
        "Self time of functions that are omitted.",
        Value::Ns(sum(|it| it.self_ns)),
    );
    vec![functions, calls, own]
}
