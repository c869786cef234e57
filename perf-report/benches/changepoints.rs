//! How long it takes to find the changes of many series: `cargo bench -p perf-report --bench
//! changepoints`. 10,000 series of 1,000 values on two threads; one in ten has a step.

#![expect(clippy::print_stdout, reason = "prints what it measured")]

use std::time::Instant;

use perf_report::stats::random::Stream;
use perf_report::stats::segments::{Settings, change_points};

const SERIES: u64 = 10_000;
const LENGTH: usize = 1_000;
const THREADS: usize = 2;

fn main() {
    for (noise, spread) in [("quiet", 0.01), ("noisy", 0.15)] {
        let all: Vec<Vec<f64>> = (0..SERIES).map(|seed| series(seed, spread)).collect();
        let mut times: Vec<_> = (0..3)
            .map(|_| {
                let start = Instant::now();
                let found: usize = std::thread::scope(|scope| {
                    let threads: Vec<_> = all
                        .chunks(all.len().div_ceil(THREADS))
                        .map(|share| scope.spawn(move || changed(share)))
                        .collect();
                    threads.into_iter().filter_map(|thread| thread.join().ok()).sum()
                });
                (start.elapsed(), found)
            })
            .collect();
        times.sort_unstable();
        let (median, found) = times[1];
        println!("{noise}: {SERIES} series, median {median:.2?}, {found} with a change");
    }
}

fn changed(share: &[Vec<f64>]) -> usize {
    share.iter().filter(|values| !change_points(values, Settings::DEFAULT).is_empty()).count()
}

fn series(seed: u64, spread: f64) -> Vec<f64> {
    let mut stream = Stream::of(seed);
    let step = if seed.is_multiple_of(10) { 1.1 } else { 1.0 };
    (0..LENGTH)
        .map(|at| {
            // Twelve uniform numbers are nearly normal.
            let noise = (0..12).map(|_| stream.share()).sum::<f64>() - 6.0;
            (1.0 + spread * noise).max(0.01) * if at < 600 { 1.0 } else { step }
        })
        .collect()
}
