//! What counting costs an allocation: the time to allocate and free, with the system's allocator
//! and with one that counts, in turns, since absolute times on shared machines drift.
//!
//! `cargo bench -p perf-runtime --bench alloc`. Prints a table; asserts nothing.

#![expect(clippy::print_stdout, reason = "prints what it measured")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::hint::black_box;
use std::time::Instant;

use perf_runtime::{CountingAlloc, perf_track};

#[global_allocator]
static COUNTING: CountingAlloc = CountingAlloc::new();

const PAIRS: u32 = 2_000;
const BATCHES: usize = 2_000;

/// Allocates and frees `count` times.
#[inline(always)]
#[expect(clippy::inline_always, reason = "the allocator is to be known where it is called")]
fn pairs(allocator: &impl GlobalAlloc, count: u32, bytes: usize) {
    let layout = Layout::from_size_align(black_box(bytes), 8).unwrap_or(Layout::new::<u64>());
    for _ in 0..count {
        // SAFETY: the layout is not empty.
        let memory = black_box(unsafe { allocator.alloc(layout) });
        // SAFETY: allocated above with this layout, if at all.
        unsafe { allocator.dealloc(memory, layout) };
    }
}

/// Memory that grows once between its allocation and its end.
#[inline(always)]
#[expect(clippy::inline_always, reason = "as above")]
fn growing(allocator: &impl GlobalAlloc, count: u32, bytes: usize) {
    let layout = Layout::from_size_align(black_box(bytes), 8).unwrap_or(Layout::new::<u64>());
    let Ok(larger) = Layout::from_size_align(2 * layout.size(), 8) else { return };
    for _ in 0..count {
        // SAFETY: the layout is not empty.
        let memory = black_box(unsafe { allocator.alloc(layout) });
        // SAFETY: allocated above with this layout; the new size is not zero.
        let memory = black_box(unsafe { allocator.realloc(memory, layout, larger.size()) });
        // SAFETY: of the new size since then.
        unsafe { allocator.dealloc(memory, larger) };
    }
}

#[inline(never)]
fn system(bytes: usize) {
    pairs(&System, PAIRS, bytes);
}

#[inline(never)]
fn counting(bytes: usize) {
    pairs(&COUNTING, PAIRS, bytes);
}

#[perf_track]
#[inline(never)]
fn tracked_system(bytes: usize) {
    pairs(&System, PAIRS, bytes);
}

#[perf_track]
#[inline(never)]
fn tracked_counting(bytes: usize) {
    pairs(&COUNTING, PAIRS, bytes);
}

#[perf_track]
#[inline(never)]
fn growing_system(bytes: usize) {
    growing(&System, PAIRS, bytes);
}

#[perf_track]
#[inline(never)]
fn growing_counting(bytes: usize) {
    growing(&COUNTING, PAIRS, bytes);
}

#[perf_track]
#[inline(never)]
fn one_pair_system(bytes: usize) {
    pairs(&System, 1, bytes);
}

#[perf_track]
#[inline(never)]
fn one_pair_counting(bytes: usize) {
    pairs(&COUNTING, 1, bytes);
}

#[inline(never)]
fn calls_system(bytes: usize) {
    (0..PAIRS).for_each(|_| one_pair_system(bytes));
}

#[inline(never)]
fn calls_counting(bytes: usize) {
    (0..PAIRS).for_each(|_| one_pair_counting(bytes));
}

#[perf_track]
#[inline(never)]
fn caller_system(bytes: usize) {
    for _ in 0..PAIRS {
        one_pair_system(bytes);
        pairs(&System, 1, bytes);
    }
}

#[perf_track]
#[inline(never)]
fn caller_counting(bytes: usize) {
    for _ in 0..PAIRS {
        one_pair_counting(bytes);
        pairs(&COUNTING, 1, bytes);
    }
}

/// The same work with both allocators.
struct Candidate {
    name: &'static str,
    bytes: usize,
    /// Allocations in each of the pairs of a batch.
    allocs: f64,
    work: [fn(usize); 2],
    ns: [Vec<f64>; 2],
}

fn candidate(name: &'static str, bytes: usize, allocs: f64, work: [fn(usize); 2]) -> Candidate {
    Candidate { name, bytes, allocs, work, ns: Default::default() }
}

fn main() {
    let tracked: [fn(usize); 2] = [tracked_system, tracked_counting];
    let mut candidates = [
        candidate("outside of tracked functions, 64 B", 64, 1.0, [system, counting]),
        candidate("in a tracked function, 16 B", 16, 1.0, tracked),
        candidate("in a tracked function, 64 B", 64, 1.0, tracked),
        candidate("in a tracked function, 4 KiB", 4096, 1.0, tracked),
        candidate("growing once, 64 to 128 B", 64, 2.0, [growing_system, growing_counting]),
        candidate("one in each call, 64 B", 64, 1.0, [calls_system, calls_counting]),
        candidate("caller and callee in turns, 64 B", 64, 2.0, [caller_system, caller_counting]),
    ];
    for batch in 0..BATCHES + BATCHES / 10 {
        for candidate in &mut candidates {
            for which in 0..2 {
                let ns = time(candidate.work[which], candidate.bytes);
                // The first tenth warms up.
                if batch >= BATCHES / 10 {
                    candidate.ns[which].push(ns);
                }
            }
        }
    }
    report(&mut candidates);
    on_all_processors();
}

/// The same on as many threads as there are processors: none waits for another.
fn on_all_processors() {
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let [system, counting] = [caller_system, caller_counting].map(|work: fn(usize)| {
        let mut medians: Vec<f64> = std::thread::scope(|scope| {
            let running: Vec<_> =
                (0..threads).map(|_| scope.spawn(move || median_of_batches(work))).collect();
            running.into_iter().filter_map(|thread| thread.join().ok()).collect()
        });
        medians.sort_unstable_by(f64::total_cmp);
        medians.get(medians.len() / 2).copied().unwrap_or(f64::NAN) / 2.0
    });
    let (name, more) = (format!("the last, on {threads} threads"), counting - system);
    println!("{name:<34} {system:>10.2} {counting:>10.2} {more:>10.2} {:>14.2}", more / 2.0);
}

fn median_of_batches(work: fn(usize)) -> f64 {
    let mut ns: Vec<f64> = (0..BATCHES).map(|_| time(work, 64)).collect();
    ns.sort_unstable_by(f64::total_cmp);
    ns[ns.len() / 2]
}

/// Nanoseconds for each pair of a batch.
fn time(work: fn(usize), bytes: usize) -> f64 {
    let start = Instant::now();
    work(bytes);
    start.elapsed().as_secs_f64() * 1e9 / f64::from(PAIRS)
}

fn report(candidates: &mut [Candidate]) {
    println!(
        "{:<34} {:>10} {:>10} {:>10} {:>14}",
        "ns to allocate and free", "system", "counting", "more", "each of both"
    );
    for Candidate { name, allocs, ns, .. } in candidates {
        let [system, counting] = ns.each_mut().map(|ns| {
            ns.sort_unstable_by(f64::total_cmp);
            ns[ns.len() / 2] / *allocs
        });
        let more = counting - system;
        println!("{name:<34} {system:>10.2} {counting:>10.2} {more:>10.2} {:>14.2}", more / 2.0);
    }
}
