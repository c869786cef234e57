//! The operations whose cost is measured, each as a loop. They hold all tracked functions of
//! perf-report, and only a process that measures itself calls them.

use std::hint::black_box;

use perf_runtime::__private::BreakerProbe;
use perf_runtime::{health, perf_count, perf_gauge, perf_scope, perf_track, registry, status};

use super::Probe;
use crate::model::Operation;

/// Number of sites for [`Operation::Registry`].
const SITES: usize = 1_000;

/// An operation, repeated as often as asked for.
pub(super) type Repeat = Box<dyn Fn(u32) + Sync>;

/// Returns the operations for a process of this kind, the bare call first.
pub(super) fn of(probe: Probe) -> Vec<(Operation, Repeat)> {
    let mut operations = vec![(Operation::Bare, repeat(bare))];
    operations.extend(match probe {
        Probe::Exact => exact(),
        Probe::Sampled => vec![(Operation::CallSampled, repeat(tracked))],
        Probe::Off => vec![(Operation::CallOff, repeat(tracked))],
    });
    operations
}

fn exact() -> Vec<(Operation, Repeat)> {
    (0..SITES).for_each(|site| drop(perf_scope!(format!("overhead::site_{site}"))));
    let probe = BreakerProbe::new();
    vec![
        (Operation::Call, repeat(tracked)),
        (Operation::Error, repeat(|x| failing(x).unwrap_or_else(|x| x))),
        (Operation::Scope, repeat(scope)),
        (Operation::ScopeNamed, repeat(named_scope)),
        (Operation::Count, repeat(count)),
        (Operation::Gauge, repeat(gauge)),
        (Operation::Status, repeat(|x| x ^ status().segment_bytes)),
        (Operation::Health, repeat(|x| x ^ u64::from(health().score))),
        (Operation::Registry, repeat(|x| x ^ registry().len() as u64)),
        (Operation::Breaker, repeat(move |x| x ^ u64::from(black_box(&probe).decide()))),
    ]
}

/// Returns a loop over `operation`, in which each depends on the one before.
fn repeat(operation: impl Fn(u64) -> u64 + Sync + 'static) -> Repeat {
    Box::new(move |times| {
        black_box((0..times).fold(1, |x, _| operation(black_box(x))));
    })
}

#[inline(never)]
fn bare(x: u64) -> u64 {
    black_box(x).wrapping_mul(3)
}

#[perf_track]
#[inline(never)]
fn tracked(x: u64) -> u64 {
    black_box(x).wrapping_mul(3)
}

#[perf_track(err)]
#[inline(never)]
fn failing(x: u64) -> Result<u64, u64> {
    Err(black_box(x).wrapping_mul(3))
}

#[inline(never)]
fn scope(x: u64) -> u64 {
    let _scope = perf_scope!("overhead::scope");
    black_box(x).wrapping_mul(3)
}

#[inline(never)]
fn named_scope(x: u64) -> u64 {
    let _scope = perf_scope!(black_box("overhead::named"));
    black_box(x).wrapping_mul(3)
}

#[inline(never)]
fn count(x: u64) -> u64 {
    perf_count!("overhead::count");
    black_box(x).wrapping_mul(3)
}

#[inline(never)]
fn gauge(x: u64) -> u64 {
    perf_gauge!("overhead::gauge", x);
    black_box(x).wrapping_mul(3)
}
