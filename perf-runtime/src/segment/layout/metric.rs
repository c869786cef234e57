//! A metric of the program's own: its place in the source, and its values on one shard.

use std::sync::atomic::{AtomicU32, AtomicU64};

/// [`MetricSiteRecord::kind`]: goes up only.
pub(crate) const METRIC_COUNT: u32 = 1;
/// [`MetricSiteRecord::kind`]: goes up and down.
pub(crate) const METRIC_GAUGE: u32 = 2;
/// [`MetricSiteRecord::kind`]: a part of a whole.
pub(crate) const METRIC_RATIO: u32 = 3;

/// A place that updates a metric. Its text follows: name, file.
#[repr(C)]
pub(crate) struct MetricSiteRecord {
    /// Previous metric.
    pub(crate) previous: u32,
    /// Number by which [`MetricRecord`] names it.
    pub(crate) index: u32,
    pub(crate) kind: u32,
    pub(crate) line: u32,
    /// Lengths of the two texts in bytes.
    pub(crate) text_bytes: [u32; 2],
}

/// One metric of one shard. A count is [`MetricSlot::samples`] of the first slot; all other values
/// are in the slot of the turn.
#[repr(C, align(64))]
pub(crate) struct MetricRecord {
    /// Record of the shard that was made before this one.
    pub(crate) previous: u32,
    /// A [`MetricSiteRecord::index`].
    pub(crate) metric: u32,
    /// The number whose lowest bit shows the valid one of `slots`. Stored after the slot is
    /// complete.
    pub(crate) turn: AtomicU32,
    pub(crate) reserved: u32,
    pub(crate) slots: [MetricSlot; 2],
}

/// The values of a metric, as of one update.
#[repr(C)]
pub(crate) struct MetricSlot {
    /// Updates; of a count, the count.
    pub(crate) samples: AtomicU64,
    /// For a ratio, the sums of part and whole; for a gauge, the low and the high half of
    /// `snapshot::Gauge::sum`.
    pub(crate) sums: [AtomicU64; 2],
    /// Smallest and largest value of a gauge, as the bits of an `f64`.
    pub(crate) min: AtomicU64,
    pub(crate) max: AtomicU64,
    /// Its last value, and the time of that in ticks.
    pub(crate) last: AtomicU64,
    pub(crate) last_ticks: AtomicU64,
}
