//! Options that do not exist, or whose values make no sense: each error at its place, all at once.

use perf_runtime::perf_track;

#[perf_track(nam = "typo", exact, exact)]
fn misspelt() {}

#[perf_track("parse")]
fn bare() {}

#[perf_track(name = "", tags = ["a", 1, "a"], crate = "quoted")]
fn values() {}

#[perf_track(name = "a\tb")]
fn unprintable() {}

#[perf_track(skip = true, err(yes))]
fn flags() {}

#[perf_track(budget(
    p59 = "2ms",
    p50 = 2ms,
    p95 = "2 parsecs",
    p99 = "0ms",
    max = "99999999999s",
    calls = "10",
    max_regression = "10",
))]
fn limits() {}

#[perf_track(budget())]
fn no_limits() {}

#[perf_track(crate = nowhere::to_be_found)]
fn elsewhere() {}

#[perf_track(err, ok_if = Option::is_some)]
fn judged_twice() -> Option<u32> {
    None
}

#[perf_track(err_if = "quoted", per_type = true, only = 3)]
fn wrong_values() -> u32 {
    1
}

#[perf_track(errif = is_bad, pertype, exept = "new")]
fn near_misses() {}

fn main() {
    // The functions are there all the same: no error here.
    misspelt();
    bare();
    values();
    unprintable();
    flags();
    limits();
    no_limits();
    elsewhere();
    let _ = judged_twice();
    wrong_values();
    near_misses();
}
