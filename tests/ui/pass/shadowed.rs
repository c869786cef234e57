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

struct Options;
struct Future;
struct Tracked;
struct Judge;
struct Box;
struct Pin;
trait Send {}
fn never() {}
fn unreachable() {}
fn track_future() {}
fn per_type() {}

macro_rules! site {
    ($($any:tt)*) => { compile_error!("shadowed") };
}
macro_rules! span {
    ($($any:tt)*) => { compile_error!("shadowed") };
}

#[::perf_runtime::perf_track]
async fn later(_0: char, _: char, (_1, _2): (char, char)) -> char {
    let (__perf_track_span, track_future, never) = (_0, _1, _2);
    let _ = (__perf_track_span, track_future, never);
    _0
}

#[::perf_runtime::perf_track(err)]
async fn classified_later() -> ::std::result::Result<char, char> {
    ::std::result::Result::Err('a')?;
    ::std::result::Result::Ok('b')
}

#[::perf_runtime::perf_track(per_type)]
fn of_types<T>(_: T) {}

#[::perf_runtime::perf_track]
mod module {
    pub struct Option;
    pub fn function(_: Option) {}
    pub async fn later() {}
}

#[::perf_runtime::perf_track]
trait Trait {
    fn provided(&self) {}
}

impl Trait for Site {}

fn main() {
    ::std::mem::drop((later('a', 'b', ('c', 'd')), classified_later(), module::later()));
    of_types(Site);
    module::function(module::Option);
    Site.provided();
    function('a', 'b');
    classified();
    Subject(Site).method();
}
