//! Benchmarks of which each goes wrong in a way of its own, in a group with one that does not, and
//! one before and after them all.

use std::hint::black_box;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::thread::sleep;
use std::time::Duration;

use perf_runtime::{Bench, perf_bench};

/// Iterations after which something happens: more than are needed before the first timed round.
fn is_due(count: &AtomicU32) -> bool {
    count.fetch_add(1, Relaxed) > 40
}

fn pause() {
    sleep(Duration::from_micros(500));
}

macro_rules! fine {
    ($($name:ident $group:literal)*) => {$(
        #[perf_bench(compare = $group)]
        fn $name() -> u64 {
            (0..black_box(50_u64)).sum()
        }
    )*};
}

fine! {
    aa_before "alone before"
    with_panic "panic"
    with_late "late"
    with_stuck "stuck"
    with_hungry "hungry"
    with_killed "killed"
    with_segfault "segfault"
    with_failing "failing"
    with_busy "busy"
    with_exit "exit"
    zz_after "alone after"
}

#[perf_bench(compare = "panic", iterations = 100)]
fn panics() {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    pause();
    assert!(!is_due(&COUNT), "on purpose");
}

/// Each iteration ends, and together they take too long.
#[perf_bench(compare = "late", timeout = "100ms")]
fn late() {
    sleep(Duration::from_millis(20));
}

/// An iteration that never ends.
#[perf_bench(compare = "stuck", iterations = 100, timeout = "2s")]
fn stuck() {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    pause();
    while is_due(&COUNT) {
        pause();
    }
}

/// More memory with each iteration.
#[perf_bench(compare = "hungry", iterations = 100, memory = "24MiB")]
fn hungry() {
    pause();
    std::mem::forget(black_box(vec![1_u8; 1 << 20]));
}

/// More memory than there may be, in one iteration.
#[perf_bench(args = [0, 1], iterations = 100, memory = "64MiB")]
fn greedy(is_greedy: u64) -> usize {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    pause();
    let mut all = Vec::new();
    while is_greedy == 1 && is_due(&COUNT) {
        all.push(black_box(vec![1_u8; 32 << 20]));
    }
    all.len()
}

#[perf_bench(compare = "killed", iterations = 100)]
fn killed() {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    pause();
    if is_due(&COUNT) {
        // SAFETY: ends this process, and touches nothing.
        unsafe { libc::kill(libc::getpid(), libc::SIGKILL) };
        sleep(Duration::from_secs(10));
    }
}

#[perf_bench(compare = "segfault", iterations = 100)]
fn segfault() {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    pause();
    if is_due(&COUNT) {
        // SAFETY: none: nothing is there, and that is the point.
        unsafe { std::ptr::without_provenance_mut::<u8>(black_box(16)).write_volatile(1) };
    }
}

#[perf_bench(compare = "failing", errors = "10%")]
fn failing(b: &mut Bench) {
    let mut count = 0;
    b.try_iter(|| {
        count += 1;
        if count % 2 == 0 { Err(()) } else { Ok(()) }
    });
}

#[perf_bench(compare = "busy", cpu = "1%", time = "100ms")]
fn busy() -> u64 {
    (0..black_box(1_000_u64)).fold(0, |sum, n| black_box(sum + n))
}

#[perf_bench(compare = "exit", iterations = 100)]
fn exits() {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    pause();
    if is_due(&COUNT) {
        std::process::exit(0);
    }
}

perf_runtime::bench_main!();
