//! The records that a segment's own process adds to it: each is complete before it is linked.

use std::ptr::NonNull;
use std::sync::atomic::{AtomicU32, Ordering, fence};

use super::metric_text::MetricText;
use super::site_text::SiteText;
use super::system;
use super::writer::Segment;
use crate::segment::layout::{self, FlightPage, ShardRecord, UNIT};
use crate::sync::lock_briefly;

impl Segment {
    /// Writes a site and links it.
    pub(crate) fn add_site(&self, index: u32, site: &SiteText<'_>) -> Option<()> {
        let record = |previous| site.record(previous, index);
        let write_text = |text: &mut [u8]| site.write_text(text);
        self.append(&self.header().sites, record, site.text_bytes(), write_text).map(|_| ())
    }

    /// Writes a metric and links it.
    pub(crate) fn add_metric(&self, index: u32, metric: &MetricText<'_>) -> Option<()> {
        let record = |previous| metric.record(previous, index);
        let write_text = |text: &mut [u8]| metric.write_text(text);
        self.append(&self.header().metrics, record, metric.text_bytes(), write_text).map(|_| ())
    }

    /// Writes a record that is followed by text, and links it as the last of `list`.
    pub(crate) fn append<R>(
        &self,
        list: &AtomicU32,
        record: impl FnOnce(u32) -> R,
        text_bytes: usize,
        write_text: impl FnOnce(&mut [u8]),
    ) -> Option<NonNull<R>> {
        const { assert!(align_of::<R>() <= UNIT) };
        let mut space = lock_briefly(&self.space)?;
        let block = self.reserve_in(&mut space, size_of::<R>() + text_bytes)?;
        let start: NonNull<R> = block.start.cast();
        // SAFETY: the block is exclusively ours until it is linked below, aligned to 64 bytes, and
        // long enough for the record.
        unsafe { start.write(record(list.load(Ordering::Relaxed))) };
        // SAFETY: the block goes on for `text_bytes` bytes after the record.
        let text = unsafe { start.add(1).cast::<u8>() };
        // SAFETY: as above, and nobody else knows of these bytes yet.
        write_text(unsafe { std::slice::from_raw_parts_mut(text.as_ptr(), text_bytes) });
        list.store(block.place, Ordering::Release);
        Some(start)
    }

    /// Makes a shard and links it.
    pub(crate) fn add_shard(&self) -> Option<NonNull<ShardRecord>> {
        let mut space = lock_briefly(&self.space)?;
        let block = self.reserve_in(&mut space, size_of::<ShardRecord>())?;
        let shard: NonNull<ShardRecord> = block.start.cast();
        let previous = self.header().shards.load(Ordering::Relaxed);
        // SAFETY: the block is zeroed, a valid value for every field, aligned, long enough, and
        // ours alone until it is linked below.
        let record = unsafe { &mut *shard.as_ptr() };
        record.previous = previous;
        *record.current.get_mut() = layout::OUTSIDE;
        self.header().shards.store(block.place, Ordering::Release);
        Some(shard)
    }

    /// Makes a page of futures in flight and links it.
    pub(crate) fn add_flights(&self) -> Option<NonNull<FlightPage>> {
        let mut space = lock_briefly(&self.space)?;
        let block = self.reserve_in(&mut space, size_of::<FlightPage>())?;
        let page: NonNull<FlightPage> = block.start.cast();
        let previous = self.header().flights.load(Ordering::Relaxed);
        // SAFETY: the block is zeroed, a valid value for every field, aligned, long enough, and
        // ours alone until it is linked below.
        unsafe { (*page.as_ptr()).previous = previous };
        self.header().flights.store(block.place, Ordering::Release);
        Some(page)
    }

    /// Writes down a step of the breaker: before, after and reason are a byte each.
    #[expect(clippy::cast_possible_truncation, reason = "the low half")]
    pub(crate) fn log_transition(&self, site: u32, at_ticks: u64, what: [u32; 3], interval: u32) {
        let header = self.header();
        let number = header.transition_count.fetch_add(1, Ordering::Relaxed);
        let place = number % layout::TRANSITIONS as u64;
        let Some(record) = usize::try_from(place).ok().and_then(|at| header.transitions.get(at))
        else {
            return;
        };
        // A reader that sees one of the stores below also sees this one.
        record.end.store((number + 1) as u32, Ordering::Relaxed);
        fence(Ordering::Release);
        record.at_ticks.store(at_ticks, Ordering::Relaxed);
        record.site.store(site, Ordering::Relaxed);
        let [from, to, reason] = what.map(|it| it & 0xff);
        record.what.store(from | to << 8 | reason << 16, Ordering::Relaxed);
        record.interval.store(interval, Ordering::Relaxed);
        record.number.store(number + 1, Ordering::Release);
    }

    /// Writes down whether this process holds its lock.
    pub(crate) fn note_lock(&self) {
        if system::is_quiet() {
            return;
        }
        let is_locked = u32::from(self.lock().is_held());
        self.header().identity.is_locked.store(is_locked, Ordering::Relaxed);
    }
}
