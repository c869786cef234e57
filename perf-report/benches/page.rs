//! What a page costs: `cargo bench -p perf-report --bench page`.
//!
//! Of runs of 1,000 and 10,000 functions, and of one with a past of 1,000 runs: the size of the page, the
//! time to make it, the most memory that the process had, and what each part of the data takes. Prints what
//! it measured, and asserts nothing. `PAGES=FOLDER` keeps the pages; what they take in a browser is measured
//! by `node tests/consumers/page/time.mjs file://FOLDER/50000-60.html`.

#![expect(clippy::print_stdout, reason = "prints what it measured")]
#![expect(clippy::cast_precision_loss, reason = "numbers of a benchmark")]

use std::time::Instant;

use nix::sys::resource::{UsageWho, getrusage};
use perf_report::render::html::{Assets, Page};

#[path = "common/large.rs"]
mod large;

use large::Large;

/// Functions, contexts, runs of the past.
const SIZES: [(usize, usize, usize); 5] = [
    (40, 200, 20),
    (1_000, 5_000, 60),
    (10_000, 50_000, 60),
    (10_000, 100_000, 60),
    (1_000, 5_000, 1_000),
];

fn main() {
    println!("functions  contexts  past      page   made in, of processors   peak before, after");
    for (functions, nodes, runs) in SIZES {
        let large = Large::of(functions, nodes, runs);
        let all = Page {
            run: &large.run,
            baseline: Some(&large.baseline),
            comparison: Some(&large.comparison),
            history: Some(&large.history),
            report: None,
        };
        let before = peak();
        let html = all.html(Assets::Inline);
        let size = html.len();
        if let Some(folder) = std::env::var_os("PAGES") {
            let path = std::path::Path::new(&folder).join(format!("{nodes}-{runs}.html"));
            std::fs::write(path, &html).unwrap_or_else(|error| println!("not kept: {error}"));
        }
        drop(html);
        let mut times: Vec<[f64; 2]> = (0..5).map(|_| time(&all)).collect();
        times.sort_by(|a, b| a[1].total_cmp(&b[1]));
        println!(
            "{functions:>9}  {nodes:>8}  {runs:>4}  {:>8}  {:>7.0} ms, {:>7.0} ms    {:.0} MiB, {:.0} MiB",
            kib(size),
            times[2][0],
            times[2][1],
            before,
            peak()
        );
        parts(&large, size);
    }
}

/// Prints what the page would be without each of its parts.
fn parts(large: &Large, all: usize) {
    let mut run = large.run.clone();
    run.tree.clear();
    let page = |run, baseline, comparison, history| {
        Page { run, baseline, comparison, history, report: None }.html(Assets::Inline).len()
    };
    let (of, baseline) = (&large.run, Some(&large.baseline));
    let (comparison, history) = (Some(&large.comparison), Some(&large.history));
    println!(
        "    of that: tree {}, baseline {}, comparison {}, past {}; without all of them {}",
        kib(all.saturating_sub(page(&run, baseline, comparison, history))),
        kib(all.saturating_sub(page(of, None, comparison, history))),
        kib(all.saturating_sub(page(of, baseline, None, history))),
        kib(all.saturating_sub(page(of, baseline, comparison, None))),
        kib(page(&run, None, None, None)),
    );
}

/// Returns the time to make a page, in milliseconds: on the wall, and that of the processors, which other
/// programs do not change.
fn time(page: &Page<'_>) -> [f64; 2] {
    let (began, used) = (Instant::now(), used());
    let html = page.html(Assets::Inline);
    let took = [began.elapsed().as_secs_f64() * 1e3, self::used() - used];
    assert!(!html.is_empty());
    took
}

/// Returns the time of the processors that the process used, in milliseconds.
fn used() -> f64 {
    getrusage(UsageWho::RUSAGE_SELF).map_or(0.0, |usage| {
        [usage.user_time(), usage.system_time()]
            .map(|time| time.tv_sec() as f64 * 1e3 + time.tv_usec() as f64 / 1e3)
            .iter()
            .sum()
    })
}

/// Returns the most memory that the process had, in MiB.
fn peak() -> f64 {
    getrusage(UsageWho::RUSAGE_SELF).map_or(0.0, |usage| usage.max_rss() as f64 / 1024.0)
}

fn kib(bytes: usize) -> String {
    format!("{:.0} KiB", bytes as f64 / 1024.0)
}
