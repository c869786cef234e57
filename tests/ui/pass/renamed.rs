//! `crate = path`: perf-runtime under another name, or passed on by another crate.

extern crate perf_runtime as renamed;

mod facade {
    pub(crate) mod inner {
        pub(crate) use renamed::*;
        pub(crate) use renamed::__private;
    }
}

use facade::inner::perf_track;

#[perf_track(crate = renamed, err, budget(max = "1s"))]
fn by_name() -> Option<u32> {
    None
}

#[perf_track(crate = crate::facade::inner)]
fn by_path() {}

struct Subject;

#[perf_track(crate = facade::inner)]
impl Subject {
    fn method(&self) {}

    #[perf_track(crate = ::perf_runtime, name = "own")]
    fn own(&self) {}
}

fn main() {
    by_name();
    by_path();
    Subject.method();
    Subject.own();
}
