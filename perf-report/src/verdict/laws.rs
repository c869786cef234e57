//! Laws that every comparison obeys, whatever is compared.

mod moved;
mod runs;
mod series;

use proptest::collection::vec;
use proptest::prelude::*;

use super::{Better, CustomLimits, Limits, Thresholds, compare};
use crate::model::{
    Comparison, CustomMetric, Function, Metric, MetricKind, RunDocument, Verdict, samples,
};
use crate::stats::number::float;

/// Returns up to eight functions with any counts and times, and a caller for each.
fn run() -> impl Strategy<Value = RunDocument> {
    let node = (any::<prop::sample::Index>(), 0_u64..2_000, 0_u64..4_000_000_000);
    (vec(node, 0..8), metrics(0.0..1e9)).prop_map(|(nodes, metrics)| {
        let names: Vec<_> = (0..nodes.len()).map(|at| format!("demo::f{at}")).collect();
        let nodes: Vec<samples::Node<'_>> = names
            .iter()
            .enumerate()
            .zip(&nodes)
            .map(|((at, name), (parent, calls, own))| {
                let parent = (at > 0).then(|| u32::try_from(parent.index(at)).unwrap());
                (parent, name.as_str(), *calls, *own)
            })
            .collect();
        RunDocument { metrics, ..samples::of(&nodes) }
    })
}

/// Returns metrics of a program's own, some of them with the same name.
fn metrics(value: impl Strategy<Value = f64>) -> impl Strategy<Value = Vec<CustomMetric>> {
    let kinds = [MetricKind::Count, MetricKind::Gauge, MetricKind::Ratio];
    let metric = (0_u8..3, prop::sample::select(kinds.to_vec()), proptest::option::of(value));
    vec(metric, 0..6).prop_map(|metrics| {
        let mut metrics: Vec<_> = metrics
            .into_iter()
            .map(|(name, kind, value)| samples::metric(&format!("m{name}"), kind, value))
            .collect();
        metrics.sort_by(|a, b| (&a.name, a.kind).cmp(&(&b.name, b.kind)));
        metrics.dedup_by(|a, b| (&a.name, a.kind) == (&b.name, b.kind));
        metrics
    })
}

/// Returns any number at all, the worst ones often.
fn number() -> impl Strategy<Value = f64> {
    prop_oneof![
        any::<f64>(),
        Just(f64::NAN),
        Just(f64::INFINITY),
        Just(f64::MAX),
        Just(-1.0),
        Just(0.0)
    ]
}

/// Returns a function whose fields contradict each other.
fn nonsense() -> impl Strategy<Value = Function> {
    let count = prop_oneof![any::<u64>(), Just(0), Just(1), Just(u64::MAX)];
    (vec(count, 9), number(), number(), any::<bool>()).prop_map(|(n, mean, limit, classifies)| {
        let mut function = Function {
            name: "demo::f".to_owned(),
            calls: n[0],
            errors: n[1],
            panics: n[2],
            unfinished: n[3],
            total_ns: n[4],
            self_ns: n[5],
            p50_ns: Some(n[6]),
            p95_ns: Some(n[7]),
            p99_ns: Some(n[8]),
            mean_ns: Some(mean),
            classifies_errors: classifies,
            ..Function::default()
        };
        function.budget.max_regression_pct = Some(limit);
        function.budget.mean_ns = Some(n[8]);
        function
    })
}

fn without_floors() -> Limits {
    let limits = Limits::new(Metric::ALL, Thresholds::default());
    Limits { floor_ns: 0.0, run_floor_ns: 0.0, suite_ns: 0.0, interruptions_ns: 0.0, ..limits }
}

/// Returns what `perf.toml` may set for the metrics, the worst included.
fn custom() -> impl Strategy<Value = CustomLimits> {
    let better = proptest::option::of(prop::sample::select(vec![Better::Higher, Better::Lower]));
    let limit = || proptest::option::of(number());
    (better, limit(), limit(), limit()).prop_map(|(better, max_regression_pct, min, max)| {
        CustomLimits { better, max_regression_pct, min, max }
    })
}

fn findings(comparison: &Comparison) -> Vec<(String, Metric)> {
    let quiet = [Verdict::Stable, Verdict::Inconclusive];
    comparison
        .functions
        .iter()
        .filter(|row| !quiet.contains(&row.verdict))
        .map(|row| (row.name.clone(), row.metric))
        .collect()
}

fn verdicts(comparison: &Comparison) -> Vec<(String, Metric, Verdict)> {
    let mut rows: Vec<_> = comparison
        .functions
        .iter()
        .map(|row| (row.name.clone(), row.metric, row.verdict))
        .collect();
    rows.sort();
    rows
}

/// Returns all times of a run `factor` times as long. A power of two, so that no rounding interferes.
fn scaled(mut run: RunDocument, factor: u64) -> RunDocument {
    let scale = |time: &mut Option<u64>| *time = time.map(|ns| ns * factor);
    for function in &mut run.functions {
        function.total_ns *= factor;
        function.self_ns *= factor;
        for time in [&mut function.mean_ns, &mut function.stddev_ns] {
            *time = time.map(|ns| ns * float(factor));
        }
        let percentiles = [
            &mut function.p50_ns,
            &mut function.p90_ns,
            &mut function.p95_ns,
            &mut function.p99_ns,
        ];
        percentiles.into_iter().for_each(scale);
    }
    for node in &mut run.tree {
        node.total_ns *= factor;
        node.self_ns *= factor;
    }
    let process = &mut run.process;
    let times = [&mut process.wall_ns, &mut process.user_ns, &mut process.system_ns];
    times.into_iter().for_each(scale);
    run
}

proptest! {
    #[test]
    fn identical_runs_have_no_findings(run in run()) {
        let comparison = compare(&run, &run, &without_floors());
        prop_assert_eq!(findings(&comparison), []);
    }

    #[test]
    fn the_order_of_functions_does_not_matter(old in run(), new in run()) {
        let turned = |mut run: RunDocument| {
            run.functions.reverse();
            run.metrics.reverse();
            run
        };
        let expected = compare(&old, &new, &Limits::default());
        prop_assert_eq!(compare(&turned(old), &turned(new), &Limits::default()), expected);
    }

    #[test]
    fn scaling_both_runs_changes_no_verdict(old in run(), new in run()) {
        let before = compare(&old, &new, &without_floors());
        let after = compare(&scaled(old, 8), &scaled(new, 8), &without_floors());
        prop_assert_eq!(verdicts(&before), verdicts(&after));
    }

    #[test]
    fn a_wider_floor_never_adds_findings(
        old in run(), new in run(), floor in 0.0..1e7, run_floor in 0.0..1e9,
    ) {
        let narrow = compare(&old, &new, &without_floors());
        let limits = Limits { floor_ns: floor, run_floor_ns: run_floor, ..without_floors() };
        let wide = compare(&old, &new, &limits);
        let before = findings(&narrow);
        prop_assert!(findings(&wide).iter().all(|finding| before.contains(finding)));
        prop_assert!(wide.verdict <= narrow.verdict);
    }

    #[test]
    fn every_input_has_an_answer(
        old in (nonsense(), metrics(number())),
        new in (nonsense(), metrics(number())),
        custom in custom(),
    ) {
        let with = |(function, metrics)| {
            RunDocument { functions: vec![function], metrics, ..samples::empty() }
        };
        let limits = Limits { custom: [("m1".to_owned(), custom)].into(), ..without_floors() };
        let comparison = compare(&with(old), &with(new), &limits);
        prop_assert_eq!(comparison.of, comparison.functions.len() as u64);
        prop_assert!(comparison.judged <= comparison.of);
        prop_assert!(comparison.functions.iter().all(|row| !row.reason.is_empty()));
        let numbers = comparison.functions.iter().flat_map(|row| [row.current, row.change_pct]);
        prop_assert!(numbers.flatten().all(f64::is_finite));
    }
}
