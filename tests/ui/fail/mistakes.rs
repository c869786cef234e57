//! The user's own mistakes are reported where they are, as without the attribute.

#![deny(unused_variables)]

use perf_runtime::perf_track;

#[perf_track]
fn wrong_type() -> u32 {
    "text"
}

#[perf_track]
fn missing_value() -> u32 {
    1;
}

struct Mine;

#[perf_track(err)]
fn wrong_error() -> Result<u32, Mine> {
    let number: u32 = "1".parse()?;
    Ok(number)
}

#[perf_track]
fn unused(argument: u32) {
    let local = 1;
}

#[perf_track]
fn guard_is_out_of_reach() {
    drop(__perf_track_span);
}

fn main() {
    wrong_type();
    missing_value();
    let _ = wrong_error();
    unused(1);
    guard_is_out_of_reach();
}
