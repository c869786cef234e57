//! `err` on a type that says nothing about success.

use perf_runtime::perf_track;

#[perf_track(err)]
fn number(x: u32) -> u32 {
    x
}

#[perf_track(err)]
fn hidden(x: u32) -> impl Fn() -> u32 {
    move || x
}

fn main() {
    let _ = (number(1), hidden(1));
}
