//! Documents of runs, made of snapshots.

use super::*;
use perf_runtime::snapshot::{Build, Context, Gauge, Histogram, Ratio};

fn measures(durations: &[u64]) -> Measures {
    let mut histogram = Histogram::default();
    for &ns in durations {
        histogram.record(ns, 1);
    }
    Measures {
        calls: durations.len() as u64,
        timed: durations.len() as u64,
        total_ns: durations.iter().sum(),
        self_ns: durations.iter().sum(),
        sum_ns: durations.iter().sum(),
        sum_of_squares_ns2: durations.iter().map(|&ns| u128::from(ns).pow(2)).sum(),
        min_ns: durations.iter().copied().min().unwrap_or(0),
        max_ns: durations.iter().copied().max().unwrap_or(0),
        histogram,
        ..Measures::default()
    }
}

fn snapshot() -> Snapshot {
    let function = |name: &str| snapshot::Function {
        name: name.to_owned(),
        budget: snapshot::Budget { max_regression_bp: Some(1050), ..snapshot::Budget::NONE },
        ..snapshot::Function::default()
    };
    let context = |function, parent, durations: &[u64]| Context {
        function,
        parent,
        measures: measures(durations),
    };
    Snapshot {
        functions: vec![function("a"), function("b"), function("never")],
        contexts: vec![
            context(0, None, &[100, 200]),
            context(1, None, &[10]),
            context(1, Some(0), &[20, 30]),
        ],
        ..Snapshot::default()
    }
}

fn convert(snapshot: &Snapshot) -> RunDocument {
    document(snapshot, Run::default(), ProcessSummary::default(), Vec::new())
}

#[test]
fn a_function_is_the_sum_of_its_contexts() {
    let functions = convert(&snapshot()).functions;
    let b = &functions[1];
    assert_eq!((b.calls, b.total_ns, b.min_ns, b.max_ns), (3, 60, Some(10), Some(30)));
    assert_eq!(b.mean_ns, Some(20.0));
    assert_eq!(b.p50_ns, Some(20));
    assert_eq!(b.histogram, [(10, 1), (20, 1), (30, 1)]);
    assert_eq!(b.budget.max_regression_pct, Some(10.5));
}

#[test]
fn a_function_that_was_never_called_has_no_times() {
    let never = &convert(&snapshot()).functions[2];
    assert_eq!(never.calls, 0);
    assert_eq!((never.min_ns, never.max_ns, never.p99_ns), (None, None, None));
    assert_eq!((never.mean_ns, never.stddev_ns), (None, None));
}

#[test]
fn what_follows_from_a_sample_is_marked() {
    let mut snapshot = snapshot();
    let below = &mut snapshot.contexts[2].measures;
    (below.timed, below.unmeasured, below.self_overhead_ns) = (1, 1, 9);
    let RunDocument { functions, tree, .. } = convert(&snapshot);
    let marks = |f: &Function| (f.sampled, f.self_estimated, f.untimed_calls);
    let expected = [(false, true, 0), (true, true, 1), (false, false, 0)];
    assert_eq!(functions.iter().map(marks).collect::<Vec<_>>(), expected);
    assert_eq!((functions[1].unmeasured_calls, functions[1].self_overhead_ns), (1, 9));
    let marks: Vec<_> = tree.iter().map(|node| (node.sampled, node.self_estimated)).collect();
    assert_eq!(marks, [(false, true), (false, false), (true, true)]);
}

#[test]
fn the_tree_names_callers_before_callees() {
    let tree = convert(&snapshot()).tree;
    let seen: Vec<_> =
        tree.iter().map(|node| (node.id, node.parent, node.function.as_str())).collect();
    assert_eq!(seen, [(0, None, "a"), (1, None, "b"), (2, Some(0), "b")]);
}

#[test]
fn builds_that_differ_are_joined() {
    let process = |profile: &str| snapshot::Process {
        build: Build { profile: profile.to_owned(), ..Build::default() },
        ..snapshot::Process::default()
    };
    let processes = [process("release"), process("debug"), process("release")];
    assert_eq!(toolchain(&processes).profile, "debug, release");
}

#[test]
fn metrics_of_each_kind_have_a_value() {
    let metric = |name: &str, reading| snapshot::Metric {
        name: name.to_owned(),
        file: "src/cache.rs".to_owned(),
        line: 7,
        reading,
    };
    let gauge = Gauge { samples: 2, sum: 3 << 48, min: 1.0, max: 2.0, last: 2.0, last_unix_ns: 9 };
    let snapshot = Snapshot {
        metrics: vec![
            metric("hits", Reading::Count(3)),
            metric("length", Reading::Gauge(gauge)),
            metric("never", Reading::Gauge(Gauge::default())),
            metric("rate", Reading::Ratio(Ratio { samples: 1, part: 3, whole: 4 })),
        ],
        ..Snapshot::default()
    };
    let metrics = convert(&snapshot).metrics;
    let values: Vec<_> = metrics.iter().map(|metric| (metric.value, metric.mean)).collect();
    assert_eq!(
        values,
        [(Some(3.0), None), (Some(2.0), Some(1.5)), (None, None), (Some(0.75), None)]
    );
    let json = serde_json::to_string(&metrics[1]).unwrap();
    assert!(json.contains(r#""kind":"gauge","value":2,"min":1,"max":2,"mean":1.5"#), "{json}");
}

#[test]
fn the_level_of_a_run_is_that_of_its_crates_and_not_of_its_recorder() {
    let process = |recorder: &str, crates: &[(&str, &str, bool)]| snapshot::Process {
        build: Build {
            opt_level: recorder.to_owned(),
            crates: crates
                .iter()
                .map(|&(name, level, debug_assertions)| snapshot::CrateBuild {
                    name: name.to_owned(),
                    opt_level: level.to_owned(),
                    debug_assertions,
                })
                .collect(),
            ..Build::default()
        },
        ..snapshot::Process::default()
    };
    let levels = |processes: &[snapshot::Process]| {
        let found = toolchain(processes);
        [found.opt_level, found.debug_assertions, found.recorder_opt_level]
    };
    let app = process("3", &[("app", "0", true)]);
    let both = process("3", &[("app", "0", true), ("lib", "3", false)]);
    assert_eq!(levels(std::slice::from_ref(&app)), ["0", "on", "3"]);
    assert_eq!(levels(&[both, app.clone()]), ["0, 3", "off, on", "3"]);
    assert_eq!(levels(&[process("1", &[("app", "1", false)])]), ["1", "off", ""]);
    assert_eq!(levels(&[process("3", &[])]), ["3", "", ""], "of an older recorder");
    assert_eq!(levels(&[process("3", &[]), app]), ["0", "on", "3"], "who knows, says it");
}
