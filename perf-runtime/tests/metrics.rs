//! Numbers that a program tells of itself: they add up over threads, uses, and ways to name them.

use std::thread;

use perf_runtime::snapshot::{Gauge, MetricKind, Ratio, Reading};
use perf_runtime::{perf_count, perf_gauge, snapshot};

/// What the metric of that name and kind told.
fn reading(name: &str, kind: MetricKind) -> Option<Reading> {
    let metrics = snapshot().expect("the segment can be read").metrics;
    metrics.into_iter().find(|metric| metric.key() == (name, kind)).map(|metric| metric.reading)
}

fn count(name: &str) -> Option<u64> {
    match reading(name, MetricKind::Count)? {
        Reading::Count(count) => Some(count),
        other => panic!("{name} is {other:?}"),
    }
}

fn gauge(name: &str) -> Gauge {
    match reading(name, MetricKind::Gauge) {
        Some(Reading::Gauge(gauge)) => gauge,
        other => panic!("{name} is {other:?}"),
    }
}

#[test]
fn counts_of_all_threads_add_up() {
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| (0..10_000).for_each(|_| perf_count!("metrics.shared")));
        }
    });
    // Threads that begin later go on with what ended ones left.
    for _ in 0..20 {
        thread::spawn(|| perf_count!("metrics.shared", 5)).join().unwrap();
    }
    assert_eq!(count("metrics.shared"), Some(80_100));
}

#[test]
fn a_name_made_at_run_time_is_the_same_metric() {
    for shard in [1, 2, 1] {
        perf_count!(format!("metrics.shard {shard}"), 2_u8);
    }
    perf_count!("metrics.shard 1");
    assert_eq!((count("metrics.shard 1"), count("metrics.shard 2")), (Some(5), Some(2)));
}

#[test]
fn one_name_is_a_metric_of_each_kind() {
    perf_count!("metrics.both", 3);
    perf_gauge!("metrics.both", -7);
    perf_gauge!("metrics.both", 1, of = 4);
    assert_eq!(count("metrics.both"), Some(3));
    assert_eq!(gauge("metrics.both").last.to_string(), "-7");
    let ratio = Ratio { samples: 1, part: 1, whole: 4 };
    assert_eq!(reading("metrics.both", MetricKind::Ratio), Some(Reading::Ratio(ratio)));
}

#[test]
fn a_gauge_keeps_the_last_value_of_all_threads() {
    thread::spawn(|| perf_gauge!("metrics.level", 9.5)).join().unwrap();
    perf_gauge!("metrics.level", 2_u64);
    thread::spawn(|| perf_gauge!("metrics.level", 4.0_f32)).join().unwrap();
    let level = gauge("metrics.level");
    assert_eq!((level.last, level.min, level.max, level.samples), (4.0, 2.0, 9.5, 3));
    assert_eq!(level.mean(), Some(15.5 / 3.0));
    assert!(level.last_unix_ns > 1_700_000_000_000_000_000, "{level:?}");
}

#[test]
fn what_is_no_finite_number_is_lost_and_counted() {
    let before = snapshot().unwrap().losses.lost_metrics;
    perf_gauge!("metrics.finite", 1.0);
    perf_gauge!("metrics.finite", f64::NAN);
    perf_gauge!("metrics.finite", f64::INFINITY);
    assert_eq!(gauge("metrics.finite").samples, 1);
    assert_eq!(snapshot().unwrap().losses.lost_metrics - before, 2);
}

#[test]
fn a_count_that_is_never_reached_is_known() {
    if std::hint::black_box(false) {
        perf_count!("metrics.never");
    }
    perf_count!("metrics.now");
    assert_eq!(count("metrics.never"), Some(0));
}

#[test]
fn counts_are_never_taken_back_while_they_are_read() {
    thread::scope(|scope| {
        let counting = scope.spawn(|| {
            for _ in 0..300_000 {
                perf_count!("metrics.read");
                perf_gauge!("metrics.read", 1, of = 2);
            }
        });
        let mut before = 0;
        while !counting.is_finished() {
            let now = count("metrics.read").unwrap();
            assert!(now >= before, "{now} after {before}");
            before = now;
        }
    });
    let ratio = Ratio { samples: 300_000, part: 300_000, whole: 600_000 };
    assert_eq!(reading("metrics.read", MetricKind::Ratio), Some(Reading::Ratio(ratio)));
}
