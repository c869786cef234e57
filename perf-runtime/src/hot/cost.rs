//! What recording costs on this machine: measured once a process, when it begins to record, on a
//! context of its own that no report sees. About 30 microseconds.

use std::hint::black_box;
use std::ptr::NonNull;
use std::sync::atomic::Ordering::Relaxed;

use super::thread::{self, Entry, page_for};
use super::{clock, span};
use crate::segment::layout::{NodeRecord, OUTSIDE, RING, ShardRecord};
use crate::site::Site;

/// Ticks that one call costs.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Cost {
    /// The part that the call's own duration holds.
    inside: f64,
    /// The part that only its caller's duration holds.
    outside: f64,
    /// A call that is counted and not timed.
    untimed: f64,
}

impl Cost {
    /// A call that is timed.
    pub(crate) fn timed(&self) -> f64 {
        self.inside + self.outside
    }

    /// The part that the call's own duration holds.
    pub(super) fn inside(&self) -> f64 {
        self.inside
    }

    /// In the order of the segment's header.
    pub(crate) fn all(&self) -> [f64; 3] {
        [self.inside, self.outside, self.untimed]
    }
}

/// Calls in a batch: few enough that no ring fills.
const CALLS: u32 = RING as u32 / 2;
/// Calls in a batch of those that are not timed: enough that what stands around them counts little,
/// since the processor does several of them at once.
const MANY_CALLS: u32 = 16 * CALLS;
const BATCHES: usize = 16;

static PROBE: Site = Site::new("", "", 0, 0, || "");

/// Measures the cost. All zero without memory for it.
pub(super) fn measure() -> Cost {
    measure_in_pages().unwrap_or_default()
}

fn measure_in_pages() -> Option<Cost> {
    let shard: NonNull<ShardRecord> = page_for(1)?;
    // SAFETY: a fresh page, aligned, zeroed, and never unmapped.
    let shard: &'static ShardRecord = unsafe { shard.as_ref() };
    let at: NonNull<NodeRecord> = page_for(1)?;
    let place: NonNull<Entry> = page_for(1)?;
    // SAFETY: a fresh page, aligned, zeroed, and known to nobody else yet.
    unsafe { (*at.as_ptr()).parent = OUTSIDE };
    let node = thread::node(at);
    // SAFETY: a fresh page, aligned and long enough for an entry.
    unsafe { place.write(Entry::of(OUTSIDE, node)) };
    // SAFETY: just written, and never unmapped.
    let entry: &'static Entry = unsafe { place.as_ref() };
    shard.current.store(OUTSIDE, Relaxed);
    Some(thread::handle().lend(shard, entry, || cost_in(node, entry)))
}

fn cost_in(node: &NodeRecord, entry: &Entry) -> Cost {
    let bare = [CALLS, MANY_CALLS].map(|calls| least(|| batch(calls, bare)));
    let timed = least(|| {
        node.head.store(0, Relaxed);
        batch(CALLS, tracked)
    });
    let ring = &node.ring[..CALLS as usize];
    let durations = ring.iter().map(|ticks| f64::from(ticks.load(Relaxed)));
    let shortest = durations.fold(f64::INFINITY, f64::min);
    let untimed = least(|| {
        entry.set_countdown(u32::MAX);
        batch(MANY_CALLS, tracked)
    });
    let inside = shortest.min(timed);
    let outside = (timed - bare[0] - inside).max(0.0);
    Cost { inside, outside, untimed: (untimed - bare[1]).max(0.0) }
}

/// The shortest of some batches: what is left when nothing interrupts.
fn least(batch: impl FnMut() -> f64) -> f64 {
    std::iter::repeat_with(batch).take(BATCHES).fold(f64::INFINITY, f64::min)
}

/// Ticks that one of a batch of so many calls takes.
#[expect(clippy::cast_precision_loss, reason = "small")]
fn batch(calls: u32, call: fn(u64) -> u64) -> f64 {
    let start = clock::now();
    for turn in 0..calls {
        black_box(call(u64::from(turn)));
    }
    clock::now().saturating_sub(start) as f64 / f64::from(calls)
}

#[inline(never)]
fn bare(x: u64) -> u64 {
    black_box(x)
}

#[inline(never)]
fn tracked(x: u64) -> u64 {
    let _span = span::enter(&PROBE);
    black_box(x)
}
