//! The figures of a time: from the start, or between two readings. Pure.

use std::cmp::Reverse;

use perf_runtime::snapshot::{Process, Reading as Value, Snapshot};

use super::Reading;
use crate::model::{
    Function, MetricKind, ProcessSummary, Run, Since, TopDocument, TopFunction, TopMetric,
    TopProcess, convert,
};
use crate::record::facts;
use crate::stats::number::{float, share_pct};

/// Returns the figures of `now`: those since the reading `before`, or since the start of each process.
pub(crate) fn document(now: &Reading, before: Option<(&Reading, Since)>) -> TopDocument {
    let (earlier, since) = before.map_or((None, Since::Start), |(it, since)| (Some(it), since));
    let window_ns = match earlier {
        Some(earlier) => ns(now.at.saturating_sub(earlier.at)),
        None => now.end_unix_ns().saturating_sub(now.start_unix_ns()),
    };
    let difference = earlier.map(|earlier| since_reading(&now.snapshot, &earlier.snapshot));
    let snapshot = difference.as_ref().unwrap_or(&now.snapshot);
    let run = convert::document(
        snapshot,
        Run::default(),
        ProcessSummary::default(),
        now.problems.clone(),
    );
    let own_ns = run.own_ns();
    let per_s = |count: u64| rate(count, window_ns);
    let row = |function: Function| TopFunction {
        calls_per_s: per_s(function.calls),
        self_pct: share_pct(function.self_ns, own_ns),
        function,
    };
    let happened = run.functions.into_iter().filter(happened);
    let mut functions: Vec<TopFunction> = happened.map(row).collect();
    functions.sort_by_key(|row| Reverse((row.function.self_ns, row.function.calls)));
    let calls = functions.iter().fold(0_u64, |sum, row| sum.saturating_add(row.function.calls));
    let metric = |metric| TopMetric { per_s: metric_rate(&metric, window_ns), metric };
    let mut recording = run.recording;
    // What is lost stays lost.
    recording.lost_calls = now.snapshot.losses.lost_calls;
    let process = |it: &Process| TopProcess::of(it, now.is_running(it), now.unix_ns);
    TopDocument {
        time: facts::time(now.unix_ns),
        since,
        window_ns,
        command: now.command.clone(),
        processes: now.snapshot.processes.iter().map(process).collect(),
        calls,
        calls_per_s: per_s(calls),
        recording_pct: recording_pct(&now.snapshot, earlier.map(|it| &it.snapshot)),
        recording,
        functions,
        tree: run.tree,
        metrics: run.metrics.into_iter().map(metric).collect(),
        threads: now.threads.clone(),
        ..TopDocument::empty()
    }
}

/// Returns the difference of two snapshots, with gauges as they are: their value holds until the next one.
fn since_reading(now: &Snapshot, before: &Snapshot) -> Snapshot {
    let mut difference = now.since(before);
    for (metric, now) in difference.metrics.iter_mut().zip(&now.metrics) {
        if matches!(now.reading, Value::Gauge(_)) {
            metric.reading = now.reading;
        }
    }
    difference
}

/// Returns whether anything of a function is worth a row.
fn happened(function: &Function) -> bool {
    function.calls > 0
        || function.unfinished > 0
        || function.self_ns > 0
        || function.futures.as_ref().is_some_and(|futures| futures.polls > 0)
}

fn metric_rate(metric: &crate::model::CustomMetric, window_ns: u64) -> Option<f64> {
    let counted = metric.value.filter(|_| metric.kind == MetricKind::Count)?;
    (window_ns > 0).then(|| counted / float(window_ns) * 1e9)
}

fn rate(count: u64, window_ns: u64) -> f64 {
    if window_ns == 0 { 0.0 } else { float(count) / float(window_ns) * 1e9 }
}

/// Returns the recorder's share of the processor time; `None` where that time is not known.
fn recording_pct(now: &Snapshot, before: Option<&Snapshot>) -> Option<f64> {
    let before = |of: fn(&Process) -> u64| {
        before.map_or(0, |it| it.processes.iter().map(of).fold(0, u64::saturating_add))
    };
    let spent = |of: fn(&Process) -> u64| now.processes.iter().map(of).fold(0, u64::saturating_add);
    let is_known = now.processes.iter().all(|process| process.usage.is_some());
    let cpu = |process: &Process| {
        process.usage.as_ref().map_or(0, |usage| usage.user_ns.saturating_add(usage.system_ns))
    };
    let cpu_ns = spent(cpu).saturating_sub(before(cpu));
    let overhead = |process: &Process| process.overhead_ns;
    let overhead_ns = spent(overhead).saturating_sub(before(overhead));
    (is_known && cpu_ns > 0).then(|| share_pct(overhead_ns, cpu_ns).min(100.0))
}

fn ns(time: std::time::Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::live::top::samples;
    use std::time::Duration;

    #[test]
    fn rates_are_those_of_the_time_between_two_readings() {
        let (before, now) = (samples::reading(1), samples::reading(3));
        let document = document(&now, Some((&before, Since::Last)));
        let parse = &document.functions[0];
        assert_eq!(parse.function.name, "demo::parse");
        assert_eq!((document.window_ns, parse.function.calls), (2_000_000_000, 2_000));
        assert!((parse.calls_per_s - 1_000.0).abs() < 1e-9, "{parse:?}");
        assert!((document.calls_per_s - 1_020.0).abs() < 1e-9, "{document:?}");
        let shares: f64 = document.functions.iter().map(|row| row.self_pct).sum();
        assert!((shares - 100.0).abs() < 1e-9);
    }

    #[test]
    fn from_the_start_they_are_those_of_the_whole_time() {
        let document = document(&samples::reading(4), None);
        assert_eq!((document.since, document.window_ns), (Since::Start, 4_000_000_000));
        assert_eq!(document.functions[0].function.calls, 4_000);
        assert!(document.is_running());
        assert_eq!(document.processes[0].uptime_ns, 4_000_000_000);
    }

    #[test]
    fn of_an_ended_process_the_time_stands_still() {
        let mut reading = samples::reading(4);
        reading.running.clear();
        (reading.unix_ns, reading.at) = (reading.unix_ns + 9_000_000_000, Duration::from_secs(99));
        let document = document(&reading, None);
        assert_eq!((document.window_ns, document.is_running()), (4_000_000_000, false));
    }

    #[test]
    fn the_same_moment_twice_has_no_rates_and_no_functions() {
        let reading = samples::reading(2);
        let document = document(&reading, Some((&reading, Since::Mark)));
        assert_eq!((document.calls, document.functions.len()), (0, 0));
        assert!(document.calls_per_s.abs() < f64::EPSILON);
    }

    #[test]
    fn counts_have_a_rate_and_gauges_have_none() {
        let (before, now) = (samples::reading(1), samples::reading(3));
        let metrics = document(&now, Some((&before, Since::Last))).metrics;
        let rates: Vec<_> = metrics.iter().map(|it| it.per_s).collect();
        assert_eq!(rates, [None, Some(5.0)], "{metrics:?}");
        assert_eq!(
            metrics[0].metric.value,
            Some(3.0),
            "also of a gauge that was not set meanwhile"
        );
    }
}
