//! Nothing is taken from a prelude.

#![no_implicit_prelude]

#[::perf_runtime::perf_track(name = "f", exact, tags = ["a"], budget(p95 = "1ms"))]
fn function() -> u32 {
    1
}

#[::perf_runtime::perf_track(err)]
fn classified() -> ::std::option::Option<u32> {
    ::std::option::Option::None
}

struct Subject;

#[::perf_runtime::perf_track]
impl Subject {
    fn method(&self) {}
}

fn main() {
    function();
    classified();
    Subject.method();
    let _block = ::perf_runtime::perf_scope!("block");
    ::perf_runtime::perf_count!("count");
    ::perf_runtime::perf_gauge!("gauge", 1, of = 2);
}
