//! Functions that cannot be tracked, or not with these options.

use perf_runtime::perf_track;

#[perf_track]
const fn constant() -> u32 {
    1
}
const ONE: u32 = constant();

#[perf_track]
unsafe extern "C" fn variadic(_: u32, _rest: ...) {}

#[perf_track]
#[unsafe(naked)]
extern "C" fn naked() {
    core::arch::naked_asm!("")
}

trait Declares {
    #[perf_track]
    fn without_body(&self);
}

unsafe extern "C" {
    #[perf_track]
    fn abs(x: i32) -> i32;
}

#[perf_track(exact)]
#[perf_track]
fn twice() {}

#[perf_track(err)]
fn returns_nothing() {}

#[perf_track(err)]
fn never_returns() -> ! {
    panic!()
}

#[perf_track(err)]
#[track_caller]
fn caller_matters() -> Option<u32> {
    None
}

#[perf_track(err)]
async fn returns_nothing_later() {}

#[perf_track(name = "one", per_type)]
fn of_many_types<T>(_: T) {}

#[perf_track(only = "parse_*", except = ["new"])]
fn alone() {}

fn main() {
    let _ = (ONE, caller_matters(), returns_nothing_later());
    of_many_types(1);
    alone();
    twice();
    returns_nothing();
    naked();
    let _ = never_returns as fn() -> !;
}
