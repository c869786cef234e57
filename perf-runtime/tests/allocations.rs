//! What functions allocate is counted exactly, with a global allocator that counts.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::hint::black_box;
use std::sync::Barrier;

use perf_runtime::snapshot::{Measures, Memory};
use perf_runtime::{CountingAlloc, perf_track};

#[global_allocator]
static ALLOCATOR: CountingAlloc = CountingAlloc::new();

/// What was measured of the function with this name by now, in all contexts.
fn measures(name: &str) -> Measures {
    let snapshot = perf_runtime::snapshot().unwrap();
    let name = format!("allocations::{name}");
    let at = snapshot.functions.iter().position(|function| function.name == name).unwrap();
    snapshot.by_function().swap_remove(at)
}

fn block(bytes: usize) -> Box<[u8]> {
    black_box(vec![1; bytes].into_boxed_slice())
}

#[perf_track]
fn frees_all(blocks: usize) {
    (0..blocks).for_each(|_| drop(block(100)));
}

#[test]
fn each_allocation_counts_with_its_size() {
    frees_all(7);
    frees_all(3);
    let expected =
        Memory { allocs: 10, alloc_bytes: 1000, frees: 10, freed_bytes: 1000, peak_bytes: 100 };
    let measures = measures("frees_all");
    assert_eq!((measures.memory, measures.self_memory), (expected, expected));
    assert_eq!(measures.memory.grown_bytes(), 0);
}

#[perf_track]
fn leaks(bytes: usize) {
    std::mem::forget(block(bytes));
    drop(block(bytes));
}

#[test]
fn what_is_not_freed_is_growth() {
    (0..50).for_each(|_| leaks(1000));
    let memory = measures("leaks").self_memory;
    assert_eq!((memory.allocs, memory.frees), (100, 50));
    assert_eq!(memory.grown_bytes(), 50_000);
    assert_eq!(memory.peak_bytes, 51_000, "over all calls");
    assert_eq!(measures("leaks").memory.peak_bytes, 2000, "of one call");
}

#[perf_track]
fn hands_on() -> Box<[u8]> {
    block(64)
}

#[perf_track]
fn takes(memory: Box<[u8]>) {
    drop(memory);
}

#[perf_track]
fn between() {
    takes(hands_on());
}

#[test]
fn who_frees_is_not_who_allocated() {
    (0..10).for_each(|_| between());
    assert_eq!(measures("hands_on").memory.grown_bytes(), 640);
    assert_eq!(measures("takes").memory.grown_bytes(), -640);
    let memory = measures("between").memory;
    assert_eq!((memory.allocs, memory.frees, memory.grown_bytes()), (10, 10, 0));
    assert_eq!(measures("between").self_memory, Memory::default());
    assert_eq!(memory.peak_bytes, 64);
}

#[perf_track]
fn grows() {
    let mut memory: Vec<u8> = Vec::with_capacity(10);
    memory.reserve_exact(100);
    memory.resize(50, 1);
    memory.shrink_to_fit();
    black_box(memory);
}

#[test]
fn growing_and_shrinking_are_each_an_allocation() {
    grows();
    let memory = measures("grows").memory;
    let bytes = 10 + 100 + 50;
    assert_eq!((memory.allocs, memory.alloc_bytes), (3, bytes));
    assert_eq!((memory.frees, memory.freed_bytes), (3, bytes));
    assert_eq!(memory.peak_bytes, 100, "the old and the new are not counted both");
}

#[perf_track]
fn high(bytes: usize) {
    drop(block(bytes));
}

#[perf_track]
fn middle(bytes: usize) {
    let kept = block(10);
    high(bytes);
    high(bytes / 2);
    drop(kept);
}

#[perf_track]
fn low(sizes: &[usize]) {
    let kept = block(1);
    for &bytes in sizes {
        middle(bytes);
    }
    drop(kept);
}

#[test]
fn the_peak_of_a_call_holds_those_of_its_callees() {
    low(&[100, 1000]);
    low(&[500]);
    assert_eq!(measures("high").memory.peak_bytes, 1000);
    assert_eq!(measures("middle").memory.peak_bytes, 1010);
    assert_eq!(measures("middle").self_memory.peak_bytes, 10);
    assert_eq!(measures("low").memory.peak_bytes, 1011);
    low(&[2000]);
    assert_eq!(measures("low").memory.peak_bytes, 2011);
}

#[perf_track]
fn waiting_callee(barrier: &Barrier) {
    let kept = block(300);
    drop(block(50));
    barrier.wait();
    barrier.wait();
    drop(kept);
}

#[perf_track]
fn waiting(barrier: &Barrier) {
    let kept = block(64);
    waiting_callee(barrier);
    drop(kept);
}

#[test]
fn running_calls_have_a_peak() {
    let barrier = Barrier::new(2);
    std::thread::scope(|scope| {
        scope.spawn(|| waiting(&barrier));
        barrier.wait();
        let measures = ["waiting_callee", "waiting"].map(measures);
        barrier.wait();
        assert_eq!(measures.each_ref().map(|it| it.memory.peak_bytes), [350, 414]);
        assert_eq!(measures.each_ref().map(|it| it.memory.grown_bytes()), [300, 364]);
    });
}

#[perf_track]
fn deep(depth: u64) -> u64 {
    let kept = block(8);
    let sum = if depth == 0 { 0 } else { deep(depth - 1) };
    sum + u64::from(kept[0])
}

#[test]
fn recursive_calls_count_for_the_outermost() {
    assert_eq!(deep(99), 100);
    let measures = measures("deep");
    assert_eq!((measures.memory.allocs, measures.memory.alloc_bytes), (100, 800));
    assert_eq!(measures.memory.peak_bytes, 800);
    assert_eq!(measures.memory, measures.self_memory);
}

#[perf_track]
fn on_a_thread(blocks: usize) {
    frees_some(blocks);
}

#[perf_track]
fn frees_some(blocks: usize) {
    for at in 0..blocks {
        let memory = block(32);
        if at % 2 == 0 {
            std::mem::forget(memory);
        }
    }
}

#[test]
fn threads_do_not_disturb_each_other() {
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| (0..10).for_each(|_| on_a_thread(1000)));
        }
    });
    let memory = measures("on_a_thread").memory;
    assert_eq!((memory.allocs, memory.alloc_bytes), (80_000, 80_000 * 32));
    assert_eq!((memory.frees, memory.freed_bytes), (40_000, 40_000 * 32));
    assert_eq!(memory.peak_bytes, 501 * 32, "of one call on one thread");
    assert_eq!(measures("on_a_thread").self_memory.allocs, 0);
}

#[test]
fn a_program_tells_that_it_counts() {
    frees_all(0);
    let snapshot = perf_runtime::snapshot().unwrap();
    assert!(snapshot.processes.iter().all(|process| process.counts_allocs));
    assert_eq!(snapshot.losses.lost_allocs, 0);
}
