//! The counts, gauges and ratios of the program's own: one record in the segment for each thread
//! and metric, found through a private table.
//!
//! An update is loads and stores by the thread that owns the record, so none is lost to another
//! thread; an update in a signal handler, in the middle of another, may be. After a kill at any
//! point the record holds all finished updates: a count is one number, and everything else is
//! written to the invalid slot, which the turn then makes the valid one.

use std::cell::Cell;
use std::ptr::NonNull;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::{Relaxed, Release};

use super::clock;
use super::forked;
use super::process::{self, Recorder};
use super::thread::{self, Table, Thread};
use crate::metric_site::MetricSite;
use crate::newer::Unsigned as _;
use crate::number::{Amount, Level};
use crate::registry;
use crate::segment::layout::{MetricRecord, MetricSlot};
use crate::snapshot::Gauge;

/// The records of a thread, by the indices of their metrics.
#[derive(Debug)]
pub(super) struct Metrics(Table<Place>);

/// A place in the table; `None` until the thread first updates the metric.
type Place = Cell<Option<NonNull<MetricRecord>>>;

/// Adds `amount` to a count. The metric is `None` where the list of names could not be had.
#[inline]
pub fn count(metric: impl Into<Option<&'static MetricSite>>, amount: impl Amount) {
    let amount = amount.amount();
    if let Some(record) = record(metric.into()) {
        add(&record.slots[0].samples, &record.slots[0].samples, amount);
    }
}

/// Adds to the sums of a ratio.
#[inline]
pub fn ratio(
    metric: impl Into<Option<&'static MetricSite>>,
    part: impl Amount,
    whole: impl Amount,
) {
    let (part, whole) = (part.amount(), whole.amount());
    let Some(record) = record(metric.into()) else { return };
    update(record, |old, new| {
        add(&old.samples, &new.samples, 1);
        add(&old.sums[0], &new.sums[0], part);
        add(&old.sums[1], &new.sums[1], whole);
    });
}

/// Notes the value of a gauge.
pub fn gauge(metric: impl Into<Option<&'static MetricSite>>, value: impl Level) {
    let value = value.level();
    if !value.is_finite() {
        return lose();
    }
    if let Some(record) = record(metric.into()) {
        update(record, |old, new| note_value(old, new, value));
    }
}

#[expect(clippy::cast_sign_loss, reason = "the halves of a number as they are stored")]
fn note_value(old: &MetricSlot, new: &MetricSlot, value: f64) {
    let samples = old.samples.load(Relaxed);
    let bound = |bound: &AtomicU64, pick: fn(f64, f64) -> f64| {
        let so_far = f64::from_bits(bound.load(Relaxed));
        if samples == 0 { value } else { pick(so_far, value) }.to_bits()
    };
    let [low, high] = [0, 1].map(|half: usize| u128::from(old.sums[half].load(Relaxed)));
    // What is beyond the range stays at its end, here as in `Gauge`.
    let sum = (high << 64 | low).with_sign().saturating_add((value * Gauge::UNITS) as i128);
    new.samples.store(samples.saturating_add(1), Relaxed);
    new.sums[0].store(sum as u64, Relaxed);
    new.sums[1].store((sum >> 64) as u64, Relaxed);
    new.min.store(bound(&old.min, f64::min), Relaxed);
    new.max.store(bound(&old.max, f64::max), Relaxed);
    new.last.store(value.to_bits(), Relaxed);
    new.last_ticks.store(clock::now(), Relaxed);
}

/// Writes the successor of the valid slot to the other one, and makes that the valid one.
#[inline]
fn update(record: &MetricRecord, write: impl FnOnce(&MetricSlot, &MetricSlot)) {
    let turn = record.turn.load(Relaxed);
    let next = turn.wrapping_add(1);
    write(&record.slots[turn as usize & 1], &record.slots[next as usize & 1]);
    record.turn.store(next, Release);
}

#[inline]
fn add(old: &AtomicU64, new: &AtomicU64, amount: u64) {
    new.store(old.load(Relaxed).saturating_add(amount), Relaxed);
}

/// Returns this thread's record of `metric`; without one, the update is counted as lost.
#[inline]
fn record(metric: Option<&'static MetricSite>) -> Option<&'static MetricRecord> {
    let found = metric.and_then(|metric| thread::handle().thread()?.metrics.find(metric.slot()));
    if found.is_some() { found } else { find(metric) }
}

/// Finds the record for the first update of a metric on this thread, or for one that cannot be
/// recorded.
#[cold]
#[inline(never)]
fn find(metric: Option<&'static MetricSite>) -> Option<&'static MetricRecord> {
    if process::is_off() {
        return None;
    }
    forked::look_on_this_thread();
    let found = metric.and_then(|metric| thread::undisturbed(|| make(metric)));
    if found.is_none() {
        lose();
    }
    found
}

/// Counts an update that could not be recorded.
#[cold]
fn lose() {
    // Started for it, if this is the first update: so the reason is known why it is not recorded.
    thread::undisturbed(process::recorder).inspect(|recorder| recorder.lose_metric());
}

/// Gives this thread a shard, if it has none, and a record of `metric` in it.
fn make(metric: &'static MetricSite) -> Option<&'static MetricRecord> {
    let recorder = process::recorder()?;
    let thread = thread::take(recorder)?;
    let index = recorder.register_metric(metric)?;
    thread.metrics.0.reach(index + 1)?;
    match thread.metrics.find(index) {
        Some(record) => Some(record),
        None => thread.make_record(index),
    }
}

impl Thread {
    fn make_record(&self, index: u32) -> Option<&'static MetricRecord> {
        let place = self.metrics.0.place(index)?;
        let block = self.reserve(size_of::<MetricRecord>())?;
        let record: NonNull<MetricRecord> = block.start.cast();
        let previous = self.shard().metrics.load(Relaxed);
        // SAFETY: zeroed, valid for every field, aligned to 64 bytes, long enough, and unknown to
        // everyone else until it is linked below.
        let fields = unsafe { &mut *record.as_ptr() };
        (fields.previous, fields.metric) = (previous, index);
        self.shard().metrics.store(block.place, Release);
        place.set(Some(record));
        self.metrics.find(index)
    }
}

impl Metrics {
    pub(super) const fn new() -> Self {
        Self(Table::new())
    }

    /// Returns the record of the metric with this index, if the thread has one.
    #[inline]
    fn find(&self, index: u32) -> Option<&'static MetricRecord> {
        let record = self.0.place(index)?.get()?;
        // SAFETY: set by `make_record`, to a record in the segment: complete, aligned, never
        // unmapped, and after that changed through atomics.
        Some(unsafe { record.as_ref() })
    }
}

impl Recorder {
    /// Writes down every metric: those with an index already (after a fork), and those that the
    /// linker knows.
    pub(super) fn write_metrics(&self) {
        for (index, metric) in registry::registered_metrics() {
            self.segment.add_metric(index, &metric.text());
        }
        self.write_linked_metrics();
    }

    /// Writes down the metrics that the linker knows, as far as they are new.
    pub(super) fn write_linked_metrics(&self) {
        for metric in registry::linked_metrics() {
            self.register_metric(metric);
        }
    }

    /// Returns the index of `metric`, written down first if it is new.
    fn register_metric(&self, metric: &'static MetricSite) -> Option<u32> {
        registry::register_metric(metric, |index, text| self.segment.add_metric(index, text))
    }

    /// Counts an update of a metric that could not be recorded.
    fn lose_metric(&self) {
        self.segment.header().lost_metrics.fetch_add(1, Relaxed);
    }
}
