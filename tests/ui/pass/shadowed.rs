//! Every name that generated code could have meant is somebody else's here.

#![allow(dead_code, non_camel_case_types, non_snake_case, unused_macros)]

mod core {}
mod std {}
mod alloc {}
mod inventory {}
mod perf_runtime {
    pub mod __private {}
}

struct Option;
struct Result;
struct Some;
struct None;
struct Site;
struct Entry;
struct Budget;
struct Declaration;
struct u32;
struct u64;
struct str;
struct bool;
struct usize;
trait Drop {}
trait Fn {}
trait FnOnce {}
fn enter() {}
fn observe() {}

macro_rules! module_path {
    ($($any:tt)*) => { compile_error!("shadowed") };
}
macro_rules! submit {
    ($($any:tt)*) => { compile_error!("shadowed") };
}
macro_rules! concat {
    ($($any:tt)*) => { compile_error!("shadowed") };
}

#[::perf_runtime::perf_track(name = "f", exact, tags = ["a"], budget(p95 = "1ms", calls = 1))]
fn function(__perf_track_span: char, site: char) -> char {
    let inventory = __perf_track_span;
    let _ = site;
    inventory
}

#[::perf_runtime::perf_track(err)]
fn classified() -> ::std::option::Option<char> {
    ::std::option::Option::None
}

struct Subject<T>(T);

#[::perf_runtime::perf_track]
impl<T> Subject<T> {
    fn method(&self) {}
}

fn main() {
    function('a', 'b');
    classified();
    Subject(Site).method();
}
