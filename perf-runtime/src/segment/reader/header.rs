//! The header: the version of the segment, its process, and the beginnings of its lists.

use std::fs::File;
use std::mem::offset_of;

use super::bytes::{Bytes, text};
use super::node::Writer;
use crate::segment::SegmentError;
use crate::segment::batch::HIGHEST_RATE;
use crate::segment::layout::{
    self, Anchor, BYTE_ORDER, CLOCK_ABSENT, CLOCK_COUNTER, FIRST_WITH_TALLIES, FORMAT_VERSION,
    HEADER_BYTES, HEADER_TEXT_BYTES, Header, MAGIC, OLDEST_READABLE, RING, ShardRecord, UNIT,
};
use crate::segment::life::{Copied, Owner};
use crate::segment::rate::{Moment, Rate};
use crate::segment::system;
use crate::snapshot::{BreakerState, Build, Clock, Process, Usage};

/// The facts in the header.
#[derive(Debug)]
pub(super) struct Facts {
    pub(super) process: Process,
    pub(super) rate: Rate,
    /// Both clocks at the beginning of the recording, and their newest reading.
    pub(super) first: Moment,
    pub(super) latest: Moment,
    /// Last site.
    pub(super) sites: u32,
    /// Last shard.
    pub(super) shards: u32,
    /// Last metric.
    pub(super) metrics: u32,
    /// Last case of a benchmark, last batch, last durations of iterations.
    pub(super) benches: u32,
    pub(super) batches: u32,
    pub(super) latencies: u32,
    /// Last note about a case.
    pub(super) bench_notes: u32,
    pub(super) lost_calls: u64,
    pub(super) lost_metrics: u64,
    /// Nanoseconds in a tick, by the writer's estimate for histograms.
    pub(super) fold_rate: f64,
    pub(super) cost: Cost,
    /// Step of the clock, in ticks: 0 where nobody asked.
    pub(super) clock_step: f64,
    /// Ticks of the recording's start.
    pub(super) start_ticks: u64,
    /// Version of the layout.
    pub(super) version: u32,
    pub(super) writer: Writer,
}

/// The cost of recording a call, in ticks: see [`Header::cost`].
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Cost {
    pub(super) inside: f64,
    pub(super) outside: f64,
    pub(super) untimed: f64,
    /// Part of it in the duration of a call that is tallied and timed.
    pub(super) sampled: f64,
}

impl Facts {
    pub(super) fn read(bytes: Bytes<'_>, writer: Writer) -> Result<Self, SegmentError> {
        check(bytes)?;
        let clock = match bytes.u32(offset_of!(Header, clock))? {
            CLOCK_COUNTER => Clock::Counter,
            CLOCK_ABSENT => Clock::Absent,
            _ => Clock::Monotonic,
        };
        let turn = bytes.u32(offset_of!(Header, latest_turn))? as usize & 1;
        let first = moment(bytes, offset_of!(Header, first))?;
        let latest = moment(bytes, offset_of!(Header, latest) + turn * size_of::<Anchor>())?;
        Ok(Self {
            process: process(bytes, clock)?,
            rate: rate(clock, first, latest),
            first,
            latest,
            sites: bytes.u32(offset_of!(Header, sites))?,
            shards: bytes.u32(offset_of!(Header, shards))?,
            metrics: bytes.u32(offset_of!(Header, metrics))?,
            benches: bytes.u32(offset_of!(Header, benches))?,
            batches: bytes.u32(offset_of!(Header, batches))?,
            latencies: bytes.u32(offset_of!(Header, latencies))?,
            bench_notes: bytes.u32(offset_of!(Header, bench_notes))?,
            lost_calls: bytes.u64(offset_of!(Header, lost_calls))?,
            lost_metrics: bytes.u64(offset_of!(Header, lost_metrics))?,
            fold_rate: number(bytes, offset_of!(Header, fold_rate))?.min(HIGHEST_RATE),
            cost: Cost {
                inside: number(bytes, offset_of!(Header, cost))?,
                outside: number(bytes, offset_of!(Header, cost) + 8)? + fold_share(bytes)?,
                untimed: number(bytes, offset_of!(Header, cost) + 16)?,
                sampled: number(bytes, offset_of!(Header, tallied_inside))?,
            },
            clock_step: number(bytes, offset_of!(Header, clock_step))?,
            start_ticks: bytes.u64(offset_of!(Header, start_ticks))?,
            version: bytes.u32(offset_of!(Header, version))?,
            writer,
        })
    }

    /// Returns whether the segment has own times and tallies.
    pub(super) fn has_tallies(&self) -> bool {
        self.version >= FIRST_WITH_TALLIES
    }

    /// Returns the length of a shard's record.
    pub(super) fn shard_bytes(&self) -> usize {
        if self.has_tallies() { size_of::<ShardRecord>() } else { UNIT }
    }

    /// Takes in a newer reading of both clocks. The recorder reads them seldom where few calls are
    /// made, and the rate over its first moments is off by half a per mille.
    pub(super) fn learn(&mut self, now: Moment) {
        if self.process.clock == Clock::Counter && now.ticks > self.latest.ticks {
            self.rate = Rate::between(self.first, now);
            self.latest = now;
        }
    }

    /// Returns the time from the start of the recording to `ticks` or the newest reading of the
    /// clocks, whichever is later, in nanoseconds.
    pub(super) fn since_start_ns(&self, ticks: u64) -> u64 {
        self.rate.ns(ticks.max(self.latest.ticks).saturating_sub(self.first.ticks))
    }

    /// Returns the ticks from the first moment of the process to `ticks`.
    pub(super) fn since_first(&self, ticks: u64) -> u64 {
        ticks.saturating_sub(self.first.ticks)
    }

    /// Returns the moment at which the clock showed `ticks`, in nanoseconds since 1970.
    pub(super) fn unix_ns(&self, ticks: u64) -> u64 {
        let since = self.rate.ns(ticks.saturating_sub(self.first.ticks));
        self.process.started_unix_ns.saturating_add(since)
    }

    /// Returns the moment at which the clock showed `ticks`, on the monotonic clock, counted from
    /// the newest reading of both.
    pub(super) fn monotonic_ns(&self, ticks: u64) -> u64 {
        let ns = |ticks| self.rate.ns(ticks);
        match ticks.checked_sub(self.latest.ticks) {
            Some(later) => self.latest.monotonic_ns.saturating_add(ns(later)),
            None => self.latest.monotonic_ns.saturating_sub(ns(self.latest.ticks - ticks)),
        }
    }

    /// Converts a moment on the monotonic clock to nanoseconds since 1970.
    pub(super) fn unix_ns_at(&self, monotonic_ns: u64) -> u64 {
        let since = monotonic_ns.saturating_sub(self.first.monotonic_ns);
        self.process.started_unix_ns.saturating_add(since)
    }

    #[cfg(test)]
    pub(super) fn for_test(rate: Rate, writer: Writer) -> Self {
        Self {
            process: Process::default(),
            rate,
            first: Moment::default(),
            latest: Moment::default(),
            sites: 0,
            shards: 0,
            metrics: 0,
            benches: 0,
            batches: 0,
            latencies: 0,
            bench_notes: 0,
            lost_calls: 0,
            lost_metrics: 0,
            fold_rate: 1.0,
            cost: Cost::default(),
            clock_step: 0.0,
            start_ticks: 0,
            version: FIRST_WITH_TALLIES - 1,
            writer,
        }
    }
}

/// Returns the cost of folding for each call, in ticks. The first fold of a process also makes the
/// pages it folds into, and there may be no other.
#[expect(clippy::cast_precision_loss, reason = "an estimate")]
fn fold_share(bytes: Bytes<'_>) -> Result<f64, SegmentError> {
    /// A few nanoseconds: several times the usual cost.
    const MOST: f64 = 16.0;
    Ok((bytes.u64(offset_of!(Header, fold_cost))? as f64 / RING as f64).min(MOST))
}

/// Reads a number that is not below zero; 0 where there is none.
fn number(bytes: Bytes<'_>, offset: usize) -> Result<f64, SegmentError> {
    let number = f64::from_bits(bytes.u64(offset)?);
    Ok(if number.is_finite() { number.max(0.0) } else { 0.0 })
}

/// Returns whether the process that wrote the segment may still be writing: yes, where that cannot
/// be known.
pub(super) fn may_be_running(bytes: &[u8]) -> bool {
    let Ok(pid) = Bytes(bytes).u32(offset_of!(Header, pid)) else { return false };
    let is_elsewhere = Owner::of_bytes(bytes).is_some_and(|owner| !owner.is_of_here());
    is_elsewhere || system::is_there(pid)
}

/// Returns the life of the writer at the moment that the bytes are from, for a file that nobody
/// writes to any more: a copy of a segment was taken while its process ran.
pub(super) fn last_writer(bytes: &[u8]) -> Writer {
    let is_copy = Owner::of_bytes(bytes).is_some_and(|owner| owner.copied != Copied::Not);
    if is_copy { Writer::Running } else { Writer::Ended }
}

/// Returns how many bytes of a segment's file are in use, by its beginning; `None` where that is of no segment.
pub(super) fn used(bytes: &[u8]) -> Option<u64> {
    bytes.starts_with(&MAGIC).then(|| Bytes(bytes).u64(offset_of!(Header, used)).ok()).flatten()
}

/// Returns how many bytes of a segment's file are in use by now.
pub(super) fn used_by(file: &File) -> Option<u64> {
    let mut number = [0; 8];
    system::read_exact_at(file, &mut number, offset_of!(Header, used) as u64).ok()?;
    Some(u64::from_ne_bytes(number))
}

/// Checks that this is a complete segment of a readable version.
fn check(bytes: Bytes<'_>) -> Result<(), SegmentError> {
    let length = bytes.0.len() as u64;
    if length == 0 {
        return Err(SegmentError::Empty);
    }
    let begins = bytes.0.len().min(MAGIC.len());
    if bytes.0[..begins] != MAGIC[..begins] {
        let unwritten = bytes.0.iter().take(HEADER_BYTES).all(|&byte| byte == 0);
        return Err(if unwritten { SegmentError::Unfinished } else { SegmentError::NotASegment });
    }
    if bytes.0.len() < HEADER_BYTES {
        return Err(SegmentError::Truncated { length, needed: HEADER_BYTES as u64 });
    }
    match bytes.u32(offset_of!(Header, version))? {
        0 => return Err(SegmentError::Unfinished),
        found if found < OLDEST_READABLE => {
            return Err(SegmentError::Older { found, oldest: OLDEST_READABLE });
        }
        found if found > FORMAT_VERSION => {
            return Err(SegmentError::Newer { found, newest: FORMAT_VERSION });
        }
        _ => {}
    }
    if bytes.u32(offset_of!(Header, byte_order))? != BYTE_ORDER {
        return Err(SegmentError::ForeignByteOrder);
    }
    let needed = bytes.u64(offset_of!(Header, used))?;
    if needed > length { Err(SegmentError::Truncated { length, needed }) } else { Ok(()) }
}

fn process(bytes: Bytes<'_>, clock: Clock) -> Result<Process, SegmentError> {
    let used = bytes.u32(offset_of!(Header, text_bytes))? as usize;
    let all = bytes.slice(offset_of!(Header, text), used.min(HEADER_TEXT_BYTES))?;
    let mut texts = all.split(|&byte| byte == 0).map(text);
    let mut next = || texts.next().unwrap_or_default();
    Ok(Process {
        started_unix_ns: bytes.u64(offset_of!(Header, started_unix_ns))?,
        pid: bytes.u32(offset_of!(Header, pid))?,
        parent_pid: bytes.u32(offset_of!(Header, parent_pid))?,
        program: next(),
        build: Build {
            rustc: next(),
            target: next(),
            profile: next(),
            opt_level: next(),
            runtime: next(),
            crates: Vec::new(),
        },
        clock,
        threads: bytes.u32(offset_of!(Header, peak_threads))?,
        segment_bytes: bytes.u64(offset_of!(Header, used))?,
        counts_allocs: bytes.u32(offset_of!(Header, counts_allocs))? != 0,
        recorded_ns: 0,
        overhead_ns: 0,
        overhead_budget_ppm: bytes.u32(offset_of!(Header, overhead_budget))?,
        breaker: BreakerState::from_number(bytes.u32(offset_of!(Header, breaker))?),
        usage: usage(bytes)?,
    })
}

/// Reads the time and memory of the process, if they were written down.
fn usage(bytes: Bytes<'_>) -> Result<Option<Usage>, SegmentError> {
    let at = |offset: usize| bytes.u64(offset_of!(Header, usage) + offset);
    let peak = at(offset_of!(layout::Usage, peak_rss_bytes))?;
    let usage = Usage {
        loaded_monotonic_ns: at(offset_of!(layout::Usage, loaded_monotonic_ns))?,
        latest_monotonic_ns: at(offset_of!(layout::Usage, latest_monotonic_ns))?,
        user_ns: at(offset_of!(layout::Usage, user_ns))?,
        system_ns: at(offset_of!(layout::Usage, system_ns))?,
        peak_rss_bytes: (peak > 0).then_some(peak),
    };
    Ok((usage.loaded_monotonic_ns > 0).then_some(usage))
}

fn rate(clock: Clock, first: Moment, latest: Moment) -> Rate {
    match clock {
        Clock::Monotonic | Clock::Absent => Rate::ONE,
        Clock::Counter => Rate::between(first, latest),
    }
}

fn moment(bytes: Bytes<'_>, offset: usize) -> Result<Moment, SegmentError> {
    Ok(Moment {
        ticks: bytes.u64(offset + offset_of!(Anchor, ticks))?,
        monotonic_ns: bytes.u64(offset + offset_of!(Anchor, monotonic_ns))?,
    })
}
