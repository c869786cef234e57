//! How many bytes a second does the parser take, and where does its time go?

use perf_benchmarks::parser::{parse, text};
use perf_runtime::{Bench, perf_bench};

#[perf_bench(errors = "0%")]
fn settings(b: &mut Bench) {
    let text = text(1_000);
    b.bytes(text.len() as u64);
    b.try_iter(|| parse(&text).map(|settings| settings.len()));
}
