//! Benchmarks that do to their process what no other one may notice.

use std::hint::black_box;
use std::thread::sleep;
use std::time::Duration;

use perf_runtime::{Bench, perf_bench, perf_scope, perf_track};

#[perf_bench(time = "50ms")]
fn changes_directory() {
    std::env::set_current_dir("/").unwrap();
}

#[perf_bench(time = "50ms")]
fn closes_streams() {
    // SAFETY: closes descriptors that nobody uses meanwhile; twice is an error that nobody minds.
    unsafe {
        libc::close(0);
        libc::close(1);
        libc::close(2);
    }
}

#[perf_bench(time = "50ms")]
fn installs_a_hook() {
    std::panic::set_hook(Box::new(|_| std::process::abort()));
}

#[perf_bench(iterations = 20)]
fn forks() {
    // SAFETY: the child returns from here at once, as the parent does.
    let child = unsafe { libc::fork() };
    if child > 0 {
        // SAFETY: waits for the child that was made just now.
        unsafe { libc::waitpid(child, std::ptr::null_mut(), 0) };
    }
}

/// Panics with a payload that panics when it is dropped.
#[perf_bench]
fn panics_twice() {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("once more");
        }
    }
    std::panic::panic_any(Bomb);
}

#[perf_bench(time = "10ms")]
fn slow() {
    sleep(Duration::from_millis(300));
}

#[perf_bench(time = "50ms")]
fn nothing() {}

#[perf_bench(time = "50ms")]
fn measures_itself(b: &mut Bench) {
    b.iter_custom(|iterations| Duration::from_nanos(3_000 * iterations));
}

#[perf_bench(time = "50ms")]
fn is_set_up_slowly(b: &mut Bench) {
    sleep(Duration::from_millis(5));
    b.iter(|| black_box(7_u64).pow(3));
}

/// Inputs of a mebibyte each, and work of a few nanoseconds.
#[perf_bench(time = "50ms")]
fn has_large_inputs(b: &mut Bench) {
    b.iter_batched_ref(|| vec![1_u8; 1 << 20], |bytes| bytes[77]);
}

/// Results of 64 KiB each.
#[perf_bench(time = "50ms")]
fn has_large_results() -> [u8; 1 << 16] {
    black_box([1; 1 << 16])
}

#[perf_track(per_type)]
fn typed<T: Default>() -> T {
    black_box(T::default())
}

/// Makes sites while it runs.
#[perf_bench(time = "50ms")]
fn tracks() -> u64 {
    let name = String::from("made at run time");
    let _scope = perf_scope!(&name);
    typed::<u64>() + u64::from(typed::<u8>())
}

#[perf_bench(args = 0..1000, iterations = 1)]
fn many(n: u32) -> u32 {
    n
}

perf_runtime::bench_main!();
