//! A program with WASI: `command TURNS return|exit`.

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

fn main() {
    let mut arguments = std::env::args().skip(1);
    let turns = arguments.next().and_then(|turns| turns.parse().ok()).unwrap_or(0);
    for _ in 0..turns {
        branch(10);
    }
    let status = perf_runtime::status();
    println!("{:?} {}", status.state, status.segment.is_some());
    if arguments.next().as_deref() == Some("exit") {
        std::process::exit(7);
    }
}
