//! Runs for tests: of given names, and of anything that a document may hold.

use proptest::collection::vec;
use proptest::prelude::*;

use crate::model::{CustomMetric, Function, Futures, MetricKind, RunDocument, samples};

/// Returns a run of functions of these names, each of which was called.
pub(crate) fn named(names: &[String]) -> RunDocument {
    let mut run = samples::empty();
    run.functions = (1..).zip(names).map(|(at, name)| function(name, at)).collect();
    run.process.count = 1;
    run
}

fn function(name: &str, at: u64) -> Function {
    Function {
        name: name.to_owned(),
        module: "app".to_owned(),
        file: "src/lib.rs".to_owned(),
        line: 7,
        calls: at,
        total_ns: at * 2_000,
        self_ns: at * 1_000,
        mean_ns: Some(2_000.0),
        p50_ns: Some(1_900),
        p90_ns: Some(2_100),
        p95_ns: Some(2_200),
        p99_ns: Some(2_400),
        ..Function::default()
    }
}

/// Makes texts that are hostile, and equal more often than by chance.
fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => prop::sample::select(vec!["demo::f", "demo::g", "f", "", "a\"b", "a\\", "\n", "x|y", "é"])
            .prop_map(str::to_owned),
        1 => any::<String>(),
    ]
}

/// Makes any number that a document can hold, and some that it cannot.
fn number() -> impl Strategy<Value = Option<f64>> {
    proptest::option::of(prop_oneof![Just(0.0), 0.0..1e12, any::<f64>()])
}

fn time() -> impl Strategy<Value = Option<u64>> {
    proptest::option::of(prop_oneof![Just(0), 0_u64..10_000_000_000, any::<u64>()])
}

fn any_function() -> impl Strategy<Value = Function> {
    let counts = proptest::array::uniform8(0_u64..100_000);
    let times = proptest::array::uniform5(time());
    let names = (name(), name(), name(), any::<u32>());
    let flags = proptest::array::uniform3(any::<bool>());
    (names, counts, times, number(), flags).prop_map(
        |((name, module, file, line), counts, times, mean_ns, [sampled, classifies, is_async])| {
            let [calls, errors, panics, unfinished, untimed, unmeasured, allocs, bytes] = counts;
            let [p50_ns, p90_ns, p99_ns, own, resolution] = times;
            let futures = Futures { polls: calls, lifetime_mean_ns: mean_ns, ..Futures::default() };
            Function {
                name,
                module,
                file,
                line,
                calls,
                errors,
                panics,
                unfinished,
                sampled,
                classifies_errors: classifies,
                untimed_calls: untimed,
                unmeasured_calls: unmeasured,
                total_ns: own.unwrap_or(0),
                self_ns: own.unwrap_or(0),
                mean_ns,
                p50_ns,
                p90_ns,
                p99_ns,
                resolution_ns: resolution.unwrap_or(0),
                self_allocs: resolution.map(|_| allocs),
                self_alloc_bytes: resolution.map(|_| bytes),
                futures: is_async.then_some(futures),
                ..Function::default()
            }
        },
    )
}

fn metric() -> impl Strategy<Value = CustomMetric> {
    let kind = prop::sample::select(vec![MetricKind::Count, MetricKind::Gauge, MetricKind::Ratio]);
    (name(), kind, number()).prop_map(|(name, kind, value)| samples::metric(&name, kind, value))
}

/// Makes a run of up to eight functions and four metrics.
pub(crate) fn run() -> impl Strategy<Value = RunDocument> {
    (vec(any_function(), 0..8), vec(metric(), 0..4), name(), number()).prop_map(
        |(functions, metrics, text, wall)| {
            let mut run = samples::empty();
            run.functions = functions;
            run.metrics = metrics;
            run.run.label = Some(text.clone());
            run.run.command = vec![text];
            run.process.wall_ns = wall.map(crate::stats::number::whole);
            run
        },
    )
}
