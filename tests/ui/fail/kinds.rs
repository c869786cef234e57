//! Kinds of errors where there are no errors to look at, or nobody who could name them.

use perf_runtime::{Bench, perf_bench, perf_track};

pub struct Silent;

fn kind(_: &std::num::ParseIntError) -> &'static str {
    "number"
}

fn not_a_name(_: &std::num::ParseIntError) -> u32 {
    1
}

#[perf_track(err_kind = "quoted")]
fn quoted() -> Result<(), std::num::ParseIntError> {
    Ok(())
}

#[perf_track(err_kind)]
fn returns_nothing() {}

#[perf_track(err_kind)]
fn returns_no_result() -> Option<u32> {
    None
}

#[perf_track(err_kind)]
fn cannot_be_formatted() -> Result<(), Silent> {
    Err(Silent)
}

#[perf_track(err_kind = kind)]
fn of_another_type() -> Result<(), std::fmt::Error> {
    Ok(())
}

#[perf_track(err_kind = not_a_name)]
fn named_by_a_number() -> Result<(), std::num::ParseIntError> {
    Ok(())
}

#[perf_bench(err_kind = "quoted")]
fn benched_quoted() -> Result<(), std::num::ParseIntError> {
    Ok(())
}

#[perf_bench(err_kind)]
fn benched_nothing() {}

#[perf_bench(err_kind)]
fn benched_never() -> ! {
    loop {}
}

#[perf_bench(err_kind = kind)]
fn benched_with_a_bench(b: &mut Bench) -> Result<(), std::num::ParseIntError> {
    b.iter(|| 1);
    Ok(())
}

#[perf_bench(err_kind)]
fn benched_no_result() -> Option<u32> {
    None
}

#[perf_bench(err_kind)]
fn benched_silent() -> Result<(), Silent> {
    Err(Silent)
}

#[perf_bench(err_kind = kind)]
fn benched_another_type() -> Result<(), std::fmt::Error> {
    Ok(())
}

fn main() {}
