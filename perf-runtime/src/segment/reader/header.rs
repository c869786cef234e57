//! The header: is this a segment, of which version, of which process, and where do its lists begin?

use std::mem::offset_of;
use std::path::Path;

use super::bytes::{Bytes, text};
use super::node::Writer;
use crate::segment::SegmentError;
use crate::segment::layout::{
    Anchor, BYTE_ORDER, CLOCK_COUNTER, FORMAT_VERSION, HEADER_BYTES, HEADER_TEXT_BYTES, Header,
    MAGIC, OLDEST_READABLE,
};
use crate::segment::rate::{Moment, Rate};
use crate::snapshot::{Build, Clock, Process};

/// What the header says.
#[derive(Debug)]
pub(super) struct Facts {
    pub(super) process: Process,
    pub(super) rate: Rate,
    /// Last site.
    pub(super) sites: u32,
    /// Last shard.
    pub(super) shards: u32,
    pub(super) lost_calls: u64,
    pub(super) writer: Writer,
}

impl Facts {
    pub(super) fn read(bytes: Bytes<'_>, writer: Writer) -> Result<Self, SegmentError> {
        check(bytes)?;
        let clock = match bytes.u32(offset_of!(Header, clock))? {
            CLOCK_COUNTER => Clock::Counter,
            _ => Clock::Monotonic,
        };
        Ok(Self {
            process: process(bytes, clock)?,
            rate: rate(bytes, clock)?,
            sites: bytes.u32(offset_of!(Header, sites))?,
            shards: bytes.u32(offset_of!(Header, shards))?,
            lost_calls: bytes.u64(offset_of!(Header, lost_calls))?,
            writer,
        })
    }

    #[cfg(test)]
    pub(super) fn for_test(rate: Rate, writer: Writer) -> Self {
        Self { process: Process::default(), rate, sites: 0, shards: 0, lost_calls: 0, writer }
    }
}

/// Whether the process that wrote the segment may still be writing. Yes, when that cannot be told.
pub(super) fn may_be_running(bytes: &[u8]) -> bool {
    let Ok(pid) = Bytes(bytes).u32(offset_of!(Header, pid)) else { return false };
    !Path::new("/proc/self").exists() || Path::new(&format!("/proc/{pid}")).exists()
}

/// Whether this is a complete segment of a version that can be read.
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
        },
        clock,
        threads: bytes.u32(offset_of!(Header, peak_threads))?,
        segment_bytes: bytes.u64(offset_of!(Header, used))?,
    })
}

fn rate(bytes: Bytes<'_>, clock: Clock) -> Result<Rate, SegmentError> {
    if clock == Clock::Monotonic {
        return Ok(Rate::ONE);
    }
    let turn = bytes.u32(offset_of!(Header, latest_turn))? as usize & 1;
    let latest = offset_of!(Header, latest) + turn * size_of::<Anchor>();
    Ok(Rate::between(moment(bytes, offset_of!(Header, first))?, moment(bytes, latest)?))
}

fn moment(bytes: Bytes<'_>, offset: usize) -> Result<Moment, SegmentError> {
    Ok(Moment {
        ticks: bytes.u64(offset + offset_of!(Anchor, ticks))?,
        monotonic_ns: bytes.u64(offset + offset_of!(Anchor, monotonic_ns))?,
    })
}
