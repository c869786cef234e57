//! metrics with its Prometheus exporter: a histogram looked up by name at every call.
//!
//! A thread does the upkeep every five seconds, as the exporter's own installer has it done; what
//! a scrape would return is rendered before the process ends.

use std::hint::black_box;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use metrics_exporter_prometheus::PrometheusBuilder;

use super::{Candidate, Finish, keep, kept, repeat};
use crate::Result;

pub(super) const CANDIDATE: Candidate = Candidate {
    title: "metrics, Prometheus exporter",
    package: Some("metrics"),
    environment: &[],
    start,
    call: |times| repeat(times, tracked),
    reported: kept,
};

const UPKEEP: Duration = Duration::from_secs(5);

#[inline(never)]
fn tracked(x: u64) -> u64 {
    let start = Instant::now();
    let result = black_box(x).wrapping_mul(3);
    metrics::histogram!("tracked").record(start.elapsed());
    result
}

fn start(folder: &Path) -> Result<Finish> {
    let handle = PrometheusBuilder::new().install_recorder()?;
    let for_upkeep = handle.clone();
    thread::spawn(move || {
        loop {
            thread::sleep(UPKEEP);
            for_upkeep.run_upkeep();
        }
    });
    let folder = folder.to_owned();
    Ok(Box::new(move || {
        let scrape = handle.render();
        let count = scrape.lines().find_map(|line| line.strip_prefix("tracked_count "));
        keep(&folder, count.ok_or("nothing to scrape")?.parse()?)
    }))
}
