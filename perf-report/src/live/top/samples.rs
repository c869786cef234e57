//! Readings for tests: a process that does the same each second.

use std::time::Duration;

use perf_runtime::snapshot::{
    Context, Function, Gauge, Histogram, Measures, Metric, Process, Reading as Value, Snapshot,
    Usage,
};

use super::Reading;
use super::reading::identity;
use crate::model::{Frame, ProcessStacks, ThreadStack};

/// The start of the process.
const START_NS: u64 = 1_795_000_000_000_000_000;

/// Returns the reading after a number of seconds.
pub(crate) fn reading(seconds: u64) -> Reading {
    let process = Process {
        pid: 4711,
        started_unix_ns: START_NS,
        program: "/srv/bin/demo".to_owned(),
        threads: 3,
        recorded_ns: seconds * 1_000_000_000,
        overhead_ns: seconds * 10_000_000,
        usage: Some(Usage { user_ns: seconds * 800_000_000, ..Usage::default() }),
        ..Process::default()
    };
    let running = [identity(&process)].into_iter().collect();
    let snapshot = Snapshot {
        functions: ["demo::handle", "demo::parse", "demo::store::write"].map(function).to_vec(),
        contexts: contexts(seconds),
        metrics: vec![
            metric(
                "demo.queue",
                Value::Gauge(Gauge {
                    samples: 1,
                    min: 1.0,
                    max: 9.0,
                    last: 3.0,
                    ..Gauge::default()
                }),
            ),
            metric("demo.requests", Value::Count(seconds * 5)),
        ],
        processes: vec![process],
        ..Snapshot::default()
    };
    Reading {
        unix_ns: START_NS + seconds * 1_000_000_000,
        at: Duration::from_secs(seconds),
        snapshot,
        running,
        threads: vec![threads()],
        ..Reading::default()
    }
}

fn contexts(seconds: u64) -> Vec<Context> {
    let context = |function, parent, calls: u64, own: u64, all: u64| {
        let mut histogram = Histogram::default();
        histogram.record(all, calls - calls / 10);
        histogram.record(all * 3, calls / 10);
        let measures = Measures {
            calls,
            timed: calls,
            errors: if function == 2 { calls / 4 } else { 0 },
            self_ns: own * calls,
            total_ns: all * calls,
            sum_ns: all * calls,
            min_ns: all,
            max_ns: all * 3,
            histogram,
            ..Measures::default()
        };
        Context { function, parent, measures }
    };
    vec![
        context(0, None, seconds * 10, 1_000_000, 60_000_000),
        context(1, Some(0), seconds * 1_000, 500_000, 500_000),
        context(2, Some(0), seconds * 8, 1_200_000, 1_200_000),
        context(2, None, seconds * 2, 4_200_000, 4_200_000),
    ]
}

fn function(name: &str) -> Function {
    Function {
        name: name.to_owned(),
        file: "src/demo.rs".to_owned(),
        line: 7,
        classifies_errors: name.ends_with("write"),
        ..Function::default()
    }
}

fn metric(name: &str, reading: Value) -> Metric {
    Metric { name: name.to_owned(), file: "src/demo.rs".to_owned(), line: 9, reading }
}

fn threads() -> ProcessStacks {
    let frame = |function: &str, ns| Frame {
        function: function.to_owned(),
        running_ns: Some(ns),
        ..Frame::default()
    };
    let thread = |id, name: &str, frames| ThreadStack { id, name: Some(name.to_owned()), frames };
    ProcessStacks {
        pid: 4711,
        program: "/srv/bin/demo".to_owned(),
        running: true,
        threads: vec![
            thread(4711, "main", Vec::new()),
            thread(
                4712,
                "worker-1",
                vec![frame("demo::handle", 12_400_000), frame("demo::parse", 310_000)],
            ),
            thread(4713, "worker-2", vec![frame("demo::store::write", 900_000)]),
        ],
        ..ProcessStacks::default()
    }
}
