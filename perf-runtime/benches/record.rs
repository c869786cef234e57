//! What recording a call exactly costs, as a multiple of reading the clock twice around the same call.
//!
//! All candidates alternate in one run, since absolute times on shared machines drift: `cargo bench
//! -p perf-runtime --bench record`. Prints a table; asserts nothing.

#![expect(clippy::print_stdout, clippy::inline_always, reason = "prints what it measured")]

use std::hint::black_box;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use perf_runtime::{perf_count, perf_gauge, perf_track};

const CALLS: u32 = 2_000;
const BATCHES: usize = 2_000;

#[inline(never)]
fn plain(x: u64) -> u64 {
    black_box(x).wrapping_mul(3)
}

#[inline(never)]
fn two_clock_reads(x: u64) -> u64 {
    let start = clock();
    let result = black_box(x).wrapping_mul(3);
    black_box(clock().wrapping_sub(start));
    result
}

#[perf_track(exact)]
#[inline(never)]
fn tracked(x: u64) -> u64 {
    black_box(x).wrapping_mul(3)
}

#[perf_track(err, exact)]
#[inline(never)]
fn tracked_err(x: u64) -> Option<u64> {
    black_box(x).checked_add(3)
}

async fn plain_later(x: u64) -> u64 {
    Twice(false).await;
    black_box(x).wrapping_mul(3)
}

#[perf_track(exact)]
async fn tracked_later(x: u64) -> u64 {
    Twice(false).await;
    black_box(x).wrapping_mul(3)
}

/// Ready when it is polled again.
struct Twice(bool);

impl Future for Twice {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if std::mem::replace(&mut self.0, true) { Poll::Ready(()) } else { Poll::Pending }
    }
}

/// What a future that is polled twice gives.
#[inline(always)]
fn polled_twice(future: impl Future<Output = u64>) -> u64 {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    let _ = black_box(future.as_mut().poll(&mut context));
    match future.poll(&mut context) {
        Poll::Ready(value) => value,
        Poll::Pending => 0,
    }
}

#[inline(never)]
fn plain_async(x: u64) -> u64 {
    polled_twice(plain_later(x))
}

#[inline(never)]
fn tracked_async(x: u64) -> u64 {
    polled_twice(tracked_later(x))
}

#[inline(never)]
fn two_clock_reads_times_five(x: u64) -> u64 {
    let start = clock();
    let result = (0..4).fold(x, |x, _| two_clock_reads(x));
    black_box(clock().wrapping_sub(start));
    result
}

#[perf_track(exact)]
#[inline(never)]
fn tracked_parent_of_four(x: u64) -> u64 {
    (0..4).fold(x, |x, _| tracked(x))
}

#[perf_track(exact)]
#[inline(never)]
fn other_caller(x: u64) -> u64 {
    tracked(x)
}

#[inline(never)]
fn tracked_from_two_callers(x: u64) -> u64 {
    other_caller(tracked(x))
}

#[inline(never)]
fn two_clock_reads_times_three(x: u64) -> u64 {
    two_clock_reads(two_clock_reads(two_clock_reads(x)))
}

#[perf_track(exact)]
#[inline(never)]
fn recursive(depth: u64) -> u64 {
    if depth == 0 { black_box(depth) } else { recursive(depth - 1) }
}

#[inline(never)]
fn recursive_clock_reads(depth: u64) -> u64 {
    let start = clock();
    let result = if depth == 0 { black_box(depth) } else { recursive_clock_reads(depth - 1) };
    black_box(clock().wrapping_sub(start));
    result
}

#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn clock() -> u64 {
    // SAFETY: every x86-64 processor has RDTSC.
    unsafe { std::arch::x86_64::_rdtsc() }
}

#[cfg(not(target_arch = "x86_64"))]
#[inline(always)]
fn clock() -> u64 {
    static START: std::sync::LazyLock<Instant> = std::sync::LazyLock::new(Instant::now);
    u64::try_from(START.elapsed().as_nanos()).unwrap_or(u64::MAX)
}

#[inline(never)]
fn counted(x: u64) -> u64 {
    perf_count!("bench.count");
    black_box(x).wrapping_mul(3)
}

#[inline(never)]
fn ratio(x: u64) -> u64 {
    perf_gauge!("bench.ratio", x, of = 4);
    black_box(x).wrapping_mul(3)
}

#[inline(never)]
fn gauge(x: u64) -> u64 {
    perf_gauge!("bench.gauge", x);
    black_box(x).wrapping_mul(3)
}

struct Candidate {
    name: &'static str,
    /// Name of the candidate that only reads the clock.
    against: &'static str,
    call: fn(u64) -> u64,
    ns: Vec<f64>,
}

fn candidate(name: &'static str, against: &'static str, call: fn(u64) -> u64) -> Candidate {
    Candidate { name, against, call, ns: Vec::with_capacity(BATCHES) }
}

fn main() {
    let mut candidates = [
        candidate("plain call", "two clock reads", plain),
        candidate("two clock reads", "two clock reads", two_clock_reads),
        candidate("tracked", "two clock reads", tracked),
        candidate("tracked, err", "two clock reads", |x| tracked_err(x).unwrap_or(x)),
        candidate(
            "5 x two clock reads, nested",
            "5 x two clock reads, nested",
            two_clock_reads_times_five,
        ),
        candidate("tracked parent of four", "5 x two clock reads, nested", tracked_parent_of_four),
        candidate("3 x two clock reads", "3 x two clock reads", two_clock_reads_times_three),
        candidate("tracked from two callers", "3 x two clock reads", tracked_from_two_callers),
        candidate("async, polled twice", "3 x two clock reads", plain_async),
        candidate("tracked async, polled twice", "3 x two clock reads", tracked_async),
        candidate("9 x two clock reads, recursive", "9 x two clock reads, recursive", |_| {
            recursive_clock_reads(8)
        }),
        candidate("perf_count!", "plain call", counted),
        candidate("perf_gauge!, ratio", "plain call", ratio),
        candidate("perf_gauge!", "plain call", gauge),
        candidate("tracked, recursive 8 deep", "9 x two clock reads, recursive", |_| recursive(8)),
    ];
    for batch in 0..BATCHES + BATCHES / 10 {
        for candidate in &mut candidates {
            let ns = time(candidate.call);
            // The first tenth warms up.
            if batch >= BATCHES / 10 {
                candidate.ns.push(ns);
            }
        }
    }
    report(&mut candidates);
    memory();
}

/// Nanoseconds for each of a batch of calls.
fn time(call: fn(u64) -> u64) -> f64 {
    let start = Instant::now();
    let mut x = 1;
    for _ in 0..CALLS {
        x = call(black_box(x));
    }
    black_box(x);
    start.elapsed().as_secs_f64() * 1e9 / f64::from(CALLS)
}

fn report(candidates: &mut [Candidate]) {
    println!("{:<32} {:>10} {:>10} {:>10}", "ns a call", "median", "min", "ratio");
    for candidate in candidates.iter_mut() {
        candidate.ns.sort_unstable_by(f64::total_cmp);
    }
    let median = |name: &str| {
        let found = candidates.iter().find(|candidate| candidate.name == name);
        found.map_or(f64::NAN, |candidate| candidate.ns[candidate.ns.len() / 2])
    };
    for candidate in candidates.iter() {
        let ratio = median(candidate.name) / median(candidate.against);
        println!(
            "{:<32} {:>10.2} {:>10.2} {:>9.2}x",
            candidate.name,
            median(candidate.name),
            candidate.ns[0],
            ratio
        );
    }
}

/// Memory before and after 20 million calls.
fn memory() {
    let before = resident_bytes();
    let start = Instant::now();
    (0..20_000_000_u64).for_each(|x| {
        black_box(tracked(x));
    });
    let elapsed: Duration = start.elapsed();
    let grown = resident_bytes().saturating_sub(before);
    println!("\n20 million calls in {elapsed:.2?}: resident memory grew by {grown} bytes");
}

fn resident_bytes() -> u64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = statm.split_whitespace().nth(1).and_then(|pages| pages.parse::<u64>().ok());
    pages.unwrap_or(0) * 4096
}
