//! No lint finds anything in what the attribute writes, however strict the crate is.

#![forbid(unsafe_code)]
#![deny(
    warnings,
    future_incompatible,
    keyword_idents,
    let_underscore,
    missing_docs,
    missing_debug_implementations,
    nonstandard_style,
    single_use_lifetimes,
    trivial_casts,
    unreachable_pub,
    unused,
    unused_braces,
    unused_import_braces,
    unused_lifetimes,
    unused_qualifications,
    unused_results,
    variant_size_differences
)]

use perf_runtime::{perf_count, perf_gauge, perf_track};

/// One expression: no braces too many.
#[perf_track(name = "one", exact, tags = ["a"], budget(max = "1s"))]
pub fn one() -> u32 {
    1
}

/// A closure of one expression.
#[perf_track(err)]
pub fn closure() -> Option<u32> {
    Some(1)
}

/// Documented.
#[derive(Debug)]
pub struct Documented;

#[perf_track]
impl Documented {
    /// Documented.
    pub fn method(&self) -> u32 {
        const ITEM: u32 = 1;
        ITEM
    }
}

/// Metrics of each kind, also in a match arm and by a name that is made at run time.
pub fn metrics(hits: usize) {
    match hits {
        0 => perf_count!("miss"),
        _ => perf_count!("hit", hits),
    }
    perf_count!(String::from("named"), 2);
    perf_gauge!("level", 0.5);
    perf_gauge!("rate", hits, of = 7,);
}

/// Unused, as expected.
#[perf_track]
#[expect(dead_code, reason = "the static of the site must not make it live")]
fn dead() {}

/// Diverges.
#[perf_track]
fn never() -> ! {
    std::process::exit(0)
}

/// Async, with every kind of argument.
#[perf_track]
pub async fn later(_: u32, _unused: u32, (left, mut right): (u32, u32), own: String) -> u32 {
    right += left;
    std::future::ready(right).await + own.len().try_into().unwrap_or(0)
}

/// Async, classified.
#[perf_track(err)]
pub async fn classified_later(x: u32) -> Result<u32, String> {
    if x == 0 {
        return Err(String::new());
    }
    Ok(x)
}

/// One expression.
#[perf_track]
pub async fn one_later() -> u32 {
    1
}

/// Diverges.
#[perf_track]
pub async fn never_later(x: u32) -> ! {
    panic!("{x}")
}

/// Diverges, though it need not.
#[perf_track(err)]
pub async fn panics_later(x: u32) -> Option<u32> {
    panic!("{x}")
}

/// Diverges in a closure.
#[perf_track(err)]
pub fn panics(x: u32) -> Option<u32> {
    panic!("{x}")
}

fn is_large(number: &u32) -> bool {
    *number > 4
}

/// Judged, for each type.
#[perf_track(err_if = is_large, per_type)]
pub fn judged<T>(x: u32, _: &T) -> u32 {
    x
}

/// A future of its own.
#[perf_track]
pub fn boxed(x: u32) -> std::pin::Pin<Box<dyn Future<Output = u32> + Send>> {
    Box::pin(async move { x })
}

/// A trait.
#[perf_track]
pub trait Provides {
    /// Documented.
    fn provided(&self, x: u32) -> u32 {
        x
    }
    #[doc(hidden)]
    fn required(&self);
}

/// A module.
#[perf_track(except = "quiet")]
pub mod module {
    use perf_runtime::perf_track;

    /// Documented.
    pub fn function() {}

    /// Documented.
    #[perf_track(skip)]
    pub fn skipped() {}

    /// Documented.
    pub fn quiet() {}
}

/// Scopes and futures.
pub async fn scoped() -> u32 {
    {
        let _scope = perf_runtime::perf_scope!("scope");
    }
    perf_runtime::perf_future!("future", async { 1 }).await
}

fn main() {
    assert_eq!(one() + Documented.method(), 2);
    assert_eq!(closure(), Some(1));
    metrics(3);
    never()
}
