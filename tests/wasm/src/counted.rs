//! A module whose embedder has the clock, and takes what was recorded out of its memory: see
//! `module.mjs`.

use std::hint::black_box;

use perf_runtime::perf_track;

#[perf_track]
fn leaf(number: u64) -> u64 {
    black_box(number) + 1
}

#[perf_track]
fn branch(leaves: u64) -> u64 {
    (0..leaves).map(leaf).sum()
}

#[perf_track]
fn never_called() {}

#[link(wasm_import_module = "embedder")]
unsafe extern "C" {
    fn now() -> f64;
}

/// Reads the embedder's clock, which is in milliseconds.
fn clock() -> u64 {
    // SAFETY: the embedder has the function.
    (unsafe { now() } * 1e6) as u64
}

/// Uses the embedder's clock, and returns whether that could be done.
#[unsafe(no_mangle)]
extern "C" fn use_clock() -> u32 {
    perf_runtime::set_clock(clock).into()
}

#[unsafe(no_mangle)]
extern "C" fn work(leaves: u64) -> u64 {
    black_box(never_called as fn());
    branch(leaves)
}

/// Counts the functions that are known, called or not.
#[unsafe(no_mangle)]
extern "C" fn known() -> usize {
    perf_runtime::registry().len()
}

/// Counts the calls since figures began.
#[unsafe(no_mangle)]
extern "C" fn calls() -> u64 {
    let snapshot = perf_runtime::snapshot();
    snapshot.map_or(u64::MAX, |it| it.by_function().iter().map(|function| function.calls).sum())
}

#[unsafe(no_mangle)]
extern "C" fn health() -> u32 {
    perf_runtime::health().score.into()
}

#[unsafe(no_mangle)]
extern "C" fn reset() -> u32 {
    perf_runtime::reset().is_ok().into()
}

/// Returns the place of the bytes of the segment, behind their number.
#[unsafe(no_mangle)]
extern "C" fn segment() -> *const u8 {
    let segment = perf_runtime::segment_bytes().unwrap_or_default();
    let bytes = [&(segment.len() as u32).to_le_bytes(), segment.as_slice()].concat();
    bytes.leak().as_ptr()
}
