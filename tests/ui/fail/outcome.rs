//! `err` on a type that says nothing about success, and predicates that cannot be asked.

use perf_runtime::perf_track;

#[perf_track(err)]
fn number(x: u32) -> u32 {
    x
}

#[perf_track(err)]
fn hidden(x: u32) -> impl Fn() -> u32 {
    move || x
}

#[perf_track(err)]
async fn later(x: u32) -> u32 {
    x
}

fn is_even(number: u32) -> bool {
    number % 2 == 0
}

#[perf_track(err_if = is_even)]
fn by_value(x: u32) -> u32 {
    x
}

#[perf_track(ok_if = is_odd)]
fn unknown(x: u32) -> u32 {
    x
}

#[perf_track(ok_if = is_even)]
async fn by_value_later(x: u32) -> u32 {
    x
}

fn main() {
    let _ = (number(1), hidden(1), later(1), by_value(1), unknown(1), by_value_later(1));
}
