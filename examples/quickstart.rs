//! The shortest useful program: three tracked functions, one of which may fail.

#![expect(clippy::print_stdout, reason = "its result")]

use std::collections::BTreeMap;
use std::num::ParseIntError;

use perf_runtime::{perf_count, perf_track};

/// `err` counts the calls that return an error; it changes nothing about them.
#[perf_track(err)]
fn parse(line: &str) -> Result<u64, ParseIntError> {
    line.trim().parse()
}

#[perf_track]
fn collatz_steps(mut n: u64) -> u64 {
    let mut steps = 0;
    while n > 1 {
        n = if n % 2 == 0 { n / 2 } else { 3 * n + 1 };
        steps += 1;
    }
    // How much work there was, whatever time it took: `perf-report show --metrics`.
    perf_count!("steps", steps);
    steps
}

#[perf_track]
fn longest(lines: impl Iterator<Item = String>) -> Option<(u64, u64)> {
    let numbers = lines.filter_map(|line| parse(&line).ok());
    let steps: BTreeMap<u64, u64> = numbers.map(|n| (collatz_steps(n), n)).collect();
    steps.last_key_value().map(|(&steps, &n)| (n, steps))
}

fn main() {
    let lines = (1..=100_000).map(|n| if n % 1_000 == 0 { "?".into() } else { n.to_string() });
    if let Some((n, steps)) = longest(lines) {
        println!("{n} takes {steps} steps to reach 1, the most of all");
    }
}
