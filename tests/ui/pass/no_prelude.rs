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

#[::perf_runtime::perf_track]
async fn later(_: u32, (a, mut b): (u32, u32)) -> ::std::option::Option<u32> {
    b += a;
    ::std::option::Option::Some(b)
}

fn is_one(number: &u32) -> bool {
    *number == 1
}

#[::perf_runtime::perf_track(ok_if = is_one)]
async fn judged() -> u32 {
    1
}

#[::perf_runtime::perf_track(err_kind = kind)]
fn kinded() -> ::core::result::Result<(), u8> {
    ::core::result::Result::Err(1)
}

#[::perf_runtime::perf_track(err, err_kind)]
async fn kinded_later() -> ::core::result::Result<(), u8> {
    ::core::result::Result::Err(1)
}

fn kind(_: &u8) -> &'static str {
    "one"
}

#[::perf_runtime::perf_track(err_if = is_one, per_type)]
fn of_types<T>(_: T) -> u32 {
    1
}

#[::perf_runtime::perf_track]
async fn never() -> ! {
    ::std::panic!()
}

#[::perf_runtime::perf_track]
fn boxed() -> ::std::pin::Pin<::std::boxed::Box<dyn ::std::future::Future<Output = u32>>> {
    ::std::boxed::Box::pin(async { 1 })
}

#[::perf_runtime::perf_track]
trait Trait {
    fn provided(&self) {}
}

impl Trait for Subject {}

#[::perf_runtime::perf_track]
mod module {
    pub(crate) fn function() {}
}

fn main() {
    ::std::mem::drop((later(1, (2, 3)), judged(), never(), boxed(), of_types(1)));
    Trait::provided(&Subject);
    module::function();
    function();
    classified();
    Subject.method();
    ::std::mem::drop(::perf_runtime::perf_future!("future", async {}));
    let _block = ::perf_runtime::perf_scope!("block");
    ::perf_runtime::perf_count!("count");
    ::perf_runtime::perf_gauge!("gauge", 1, of = 2);
}
