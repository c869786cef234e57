//! How long it takes to collect the segments of many processes: `cargo bench -p perf-tests --bench
//! collect`. Records 200 functions, copies the segment once for each pretended process, and merges
//! the folder as `perf-report collect` does. Prints times; asserts only that no call is lost.

#![expect(clippy::print_stdout, reason = "prints what it measured")]

use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

use perf_report::measured::collect;

/// Calls of each function: enough that rings are folded and histograms have several pages.
const CALLS: u64 = 100;
const FUNCTIONS: u64 = 200;
const ROUNDS: usize = 5;

macro_rules! functions {
    ($($module:ident)*) => {
        $(mod $module {
            functions!(@ a b c d e f g h i j);
        })*
        fn call_all(work: u64) {
            $($module::call_all(work);)*
        }
    };
    (@ $($name:ident)*) => {
        $(#[perf_runtime::perf_track]
        fn $name(work: u64) {
            super::spin(work);
        })*
        pub(super) fn call_all(work: u64) {
            $($name(work);)*
        }
    };
}

functions!(m00 m01 m02 m03 m04 m05 m06 m07 m08 m09 m10 m11 m12 m13 m14 m15 m16 m17 m18 m19);

fn spin(work: u64) {
    (0..work).for_each(|step| {
        black_box(step);
    });
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    (0..CALLS).for_each(|call| call_all(1 << (call % 10)));
    let segment = perf_runtime::status().segment.ok_or("nothing was recorded")?;
    let bytes = std::fs::read(&segment)?;
    println!("segments of {FUNCTIONS} functions, {} KiB each", bytes.len() / 1024);
    for count in [1_000, 10_000] {
        let folder = tempfile::tempdir()?;
        fill(folder.path(), &bytes, count)?;
        let mut times = Vec::new();
        for _ in 0..ROUNDS {
            times.push(time(folder.path(), count)?);
        }
        times.sort_unstable();
        println!("{count:>6} segments: median {:.2?}, min {:.2?}", times[ROUNDS / 2], times[0]);
    }
    Ok(())
}

/// Writes `count` segments of processes that do not exist.
fn fill(folder: &Path, bytes: &[u8], count: u64) -> std::io::Result<()> {
    const BEYOND_ALL_PIDS: u64 = 1 << 22;
    (0..count).try_for_each(|number| {
        std::fs::write(folder.join(format!("{}-0.ptseg", BEYOND_ALL_PIDS + number)), bytes)
    })
}

fn time(folder: &Path, count: u64) -> std::io::Result<Duration> {
    let start = Instant::now();
    let collected = collect(folder)?;
    let elapsed = start.elapsed();
    let calls: u64 = collected.snapshot.by_function().iter().map(|measures| measures.calls).sum();
    assert_eq!(calls, count * CALLS * FUNCTIONS, "no call is lost");
    Ok(elapsed)
}
