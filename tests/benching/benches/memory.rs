//! Benchmarks whose iterations make a known number of allocations, whatever stands around them, and
//! keep a known number of bytes.

use std::collections::HashMap;
use std::hint::black_box;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, mpsc};
use std::thread;

use perf_runtime::{Bench, perf_bench};

/// An input of a thousand allocations, and one.
fn input() -> Vec<Box<u64>> {
    (0..1_000).map(Box::new).collect()
}

fn three() -> [Box<u64>; 3] {
    [1, 2, 3].map(|n| Box::new(black_box(n)))
}

#[perf_bench(iterations = 20, threads = [1, 2])]
fn none_iter(b: &mut Bench) {
    let input = black_box(input());
    b.iter(|| input.len());
}

#[perf_bench(iterations = 20, threads = [1, 2])]
fn none_batched(b: &mut Bench) {
    b.iter_batched(input, |input| input);
}

#[perf_bench(iterations = 20, threads = [1, 2])]
fn none_batched_ref(b: &mut Bench) {
    b.iter_batched_ref(input, |input| input.pop());
}

#[perf_bench(iterations = 20, threads = [1, 2])]
fn none_try(b: &mut Bench) {
    let input = black_box(input());
    b.try_iter(|| input.first().ok_or(()));
}

#[perf_bench(iterations = 20, threads = [1, 2])]
fn none_try_batched(b: &mut Bench) {
    b.try_iter_batched(input, |input| if input.is_empty() { Err(()) } else { Ok(input) });
}

#[perf_bench(iterations = 20, threads = [1, 2])]
async fn none_async() -> u64 {
    black_box(1)
}

#[perf_bench(iterations = 20, threads = [1, 2])]
fn three_iter(b: &mut Bench) {
    let input = black_box(input());
    b.iter(|| (input.len(), three()));
}

#[perf_bench(iterations = 20, threads = [1, 2])]
fn three_batched(b: &mut Bench) {
    b.iter_batched(input, |input| (input, three()));
}

#[perf_bench(iterations = 20, threads = [1, 2])]
fn three_batched_ref(b: &mut Bench) {
    b.iter_batched_ref(input, |_| three());
}

#[perf_bench(iterations = 20, threads = [1, 2])]
fn three_try(b: &mut Bench) {
    b.try_iter(|| Ok::<_, ()>(three()));
}

#[perf_bench(iterations = 20, threads = [1, 2])]
fn three_try_batched(b: &mut Bench) {
    b.try_iter_batched_by_kind(input, |input| Ok::<_, ()>((input, three())), |()| "none");
}

#[perf_bench(iterations = 20, threads = [1, 2])]
async fn three_async() -> [Box<u64>; 3] {
    three()
}

/// Three on a thread of its own.
#[perf_bench(iterations = 20)]
fn clean_scope(b: &mut Bench) {
    b.iter(|| thread::scope(|scope| drop(scope.spawn(|| drop(three())).join())));
}

#[perf_bench(iterations = 20)]
fn clean_thread(b: &mut Bench) {
    b.iter(|| thread::spawn(three).join().unwrap());
}

/// What is made here is freed by a thread that lives on.
#[perf_bench(iterations = 20)]
fn clean_channel(b: &mut Bench) {
    let (sender, receiver) = mpsc::channel::<Vec<u8>>();
    let consumer = thread::spawn(move || receiver.into_iter().map(|it| it.len()).sum::<usize>());
    b.iter(|| sender.send(vec![1; 100]));
    drop(sender);
    let _ = consumer.join();
}

/// A table that doubles now and then.
#[perf_bench(iterations = 200)]
fn clean_map(b: &mut Bench) {
    static TABLE: Mutex<Option<HashMap<u64, u64>>> = Mutex::new(None);
    static NEXT: AtomicU64 = AtomicU64::new(0);
    b.iter(|| {
        let mut table = TABLE.lock().unwrap();
        let next = NEXT.fetch_add(1, Relaxed);
        table.get_or_insert_default().insert(next, next);
    });
}

#[perf_bench(iterations = 20, threads = [1, 2])]
fn leaks_1(b: &mut Bench) {
    b.iter(|| std::mem::forget(black_box(Box::new(1_u8))));
}

/// The input is kept, which the iteration did not allocate.
#[perf_bench(iterations = 20)]
fn leaks_input(b: &mut Bench) {
    b.iter_batched(|| vec![1_u8; 64], std::mem::forget);
}

#[perf_bench(iterations = 20)]
fn leaks_on_a_thread(b: &mut Bench) {
    b.iter(|| thread::spawn(|| std::mem::forget(vec![1_u8; 64])).join());
}

/// An error that has a kind, and a failure in words.
#[derive(Debug)]
enum Error {
    Timeout,
    Refused(#[expect(dead_code, reason = "it is formatted")] u8),
}

impl Error {
    fn kind(&self) -> &'static str {
        match self {
            Self::Timeout => "timed out",
            Self::Refused(_) => "refused",
        }
    }
}

/// Fails three times in four: twice one way, once another.
fn fails() -> Result<u32, Error> {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    match COUNT.fetch_add(1, Relaxed) % 4 {
        0 => Ok(1),
        1 => Err(Error::Timeout),
        _ => Err(Error::Refused(7)),
    }
}

#[perf_bench(iterations = 400, err_kind)]
fn kinds_by_debug() -> Result<u32, Error> {
    fails()
}

#[perf_bench(iterations = 400, err_kind = Error::kind)]
fn kinds_by_name() -> Result<u32, Error> {
    fails()
}

#[perf_bench(iterations = 400)]
fn kinds_of_a_bench(b: &mut Bench) {
    b.try_iter_by_kind(fails, Error::kind);
}

#[perf_bench(iterations = 20)]
fn ends_in_a_panic() {
    panic!("on\npurpose: {}", black_box(7));
}

#[perf_bench(iterations = 20)]
fn ends_in_an_error(_: &mut Bench) -> Result<(), Error> {
    Err(Error::Refused(9))
}

perf_runtime::bench_main!();
