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

fn main() {
    assert_eq!(one() + Documented.method(), 2);
    assert_eq!(closure(), Some(1));
    metrics(3);
    never()
}
