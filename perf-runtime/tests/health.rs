//! How a program sees its own recording, and how it has it begin anew. One test after the other,
//! since what is forgotten is the whole process's.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, in its helpers too")]

use std::hint::black_box;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::thread;

use perf_runtime::snapshot::{BreakerState, Losses, Measures, Reading};
use perf_runtime::{State, health, perf_count, perf_gauge, perf_track, registry, reset, snapshot};

#[perf_track(name = "health::inner")]
fn inner(x: u64) -> u64 {
    black_box(x) + 1
}

#[perf_track(name = "health::outer")]
fn outer(x: u64) -> u64 {
    inner(x) + inner(x)
}

#[perf_track(name = "health::waits")]
fn waits(entered: &mpsc::Sender<()>, release: &mpsc::Receiver<()>) {
    entered.send(()).unwrap();
    release.recv().unwrap();
}

#[perf_track(name = "health::never")]
#[expect(dead_code, reason = "that is what it is for")]
fn never() {}

fn measures(name: &str) -> Measures {
    let snapshot = snapshot().unwrap();
    let at = snapshot.functions.iter().position(|function| function.name == name);
    at.map(|at| snapshot.by_function()[at].clone()).unwrap_or_default()
}

fn calls(name: &str) -> u64 {
    registry().iter().find(|tracked| tracked.name() == name).unwrap().calls
}

fn metric(name: &str) -> Option<Reading> {
    let metrics = snapshot().unwrap().metrics;
    metrics.iter().find(|metric| metric.name == name).map(|metric| metric.reading)
}

#[test]
fn a_program_asks_and_begins_anew() {
    nothing_yet();
    healthy();
    begins_at_zero();
    running_calls_go_on();
    many_threads_lose_no_call();
}

fn nothing_yet() {
    let health = health();
    assert_eq!((health.recorder, health.score, health.segment_bytes), (State::Idle, 100, 0));
    assert_eq!(calls("health::outer"), 0);
    reset().unwrap();
}

fn healthy() {
    for x in 0..100 {
        black_box(outer(x));
    }
    let health = health();
    assert_eq!((health.recorder, health.state), (State::Recording, BreakerState::Closed));
    assert_eq!((health.score, health.losses), (100, Losses::default()));
    assert!(health.reasons.is_empty() && health.steps.is_empty());
    assert!(health.segment_bytes > 4096 && health.segment_bytes < health.segment_limit_bytes);
    assert!(health.overhead >= 0.0 && health.overhead_budget > 0.0);
    assert_eq!((calls("health::outer"), calls("health::inner")), (100, 200));
    assert_eq!(calls("health::never"), 0);
}

fn begins_at_zero() {
    perf_count!("health.count", 5);
    perf_gauge!("health.rate", 1, of = 4);
    reset().unwrap();
    assert_eq!(calls("health::outer"), 0);
    assert_eq!(measures("health::outer"), Measures::default());
    assert!(snapshot().unwrap().contexts.is_empty());
    assert!(snapshot().unwrap().functions.iter().any(|it| it.name == "health::outer"), "known");
    assert_eq!(metric("health.count"), Some(Reading::Count(0)));
    outer(1);
    perf_count!("health.count", 2);
    perf_gauge!("health.rate", 3, of = 4);
    assert_eq!(metric("health.count"), Some(Reading::Count(2)));
    let Some(Reading::Ratio(rate)) = metric("health.rate") else { panic!("no ratio") };
    assert_eq!((rate.part, rate.whole), (3, 4));
    assert_eq!((calls("health::outer"), calls("health::inner")), (1, 2));
    let inner = measures("health::inner");
    assert_eq!((inner.calls, inner.histogram.count()), (2, 2));
    assert!(inner.min_ns <= inner.max_ns && inner.total_ns <= measures("health::outer").total_ns);
}

fn running_calls_go_on() {
    let (entered, is_in) = mpsc::channel();
    let (release, released) = mpsc::channel();
    thread::scope(|scope| {
        scope.spawn(move || waits(&entered, &released));
        is_in.recv().unwrap();
        reset().unwrap();
        let running = measures("health::waits");
        assert_eq!((running.calls, running.unfinished), (0, 1));
        release.send(()).unwrap();
    });
    let ended = measures("health::waits");
    assert_eq!((ended.calls, ended.unfinished), (1, 0));
    assert!(ended.total_ns <= ended.sum_ns, "only what came after: {ended:?}");
    assert_eq!(calls("health::waits"), 1);
}

/// Lets threads end also when the test fails.
struct StopAtEnd<'a>(&'a AtomicBool);

impl Drop for StopAtEnd<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn many_threads_lose_no_call() {
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        let work = || {
            while !stop.load(Ordering::Relaxed) {
                black_box(outer(1));
            }
        };
        let threads = [scope.spawn(work), scope.spawn(work)];
        let stop_at_end = StopAtEnd(&stop);
        for _ in 0..20 {
            reset().unwrap();
            assert_eq!(health().recorder, State::Recording);
            let (before, after) = (calls("health::inner"), calls("health::inner"));
            assert!(before <= after, "calls are never taken back: {before}, {after}");
            snapshot().unwrap();
        }
        drop(stop_at_end);
        for thread in threads {
            thread.join().unwrap();
        }
        reset().unwrap();
        outer(1);
        assert_eq!((calls("health::outer"), calls("health::inner")), (1, 2));
        assert_eq!(measures("health::inner").calls, 2);
    });
}
