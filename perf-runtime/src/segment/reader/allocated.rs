//! What was allocated and freed in one context, as its record tells.

use std::mem::offset_of;

use super::bytes::{Bytes, offset_of};
use crate::segment::SegmentError;
use crate::segment::layout::{AllocRecord, NodeRecord};
use crate::snapshot::Memory;

/// What a node's record of allocations says; all zero where there is none.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Allocated {
    /// Where the record is; 0 without one.
    pub(super) place: u32,
    /// By the function itself.
    pub(super) own: Memory,
    /// Of earlier calls, with all that they called.
    peak: u64,
    /// Of the latest call: what the thread had when it began, and at most since then.
    base: i64,
    pub(super) highest: i64,
}

impl Allocated {
    /// What was allocated in the node at byte `at`.
    pub(super) fn read(bytes: Bytes<'_>, at: usize) -> Result<Self, SegmentError> {
        let place = bytes.u32(at + offset_of!(NodeRecord, allocated))?;
        if place == 0 {
            return Ok(Self::default());
        }
        let field = |offset: usize| bytes.u64(offset_of(place) + offset);
        Ok(Self {
            place,
            own: Memory {
                allocs: field(offset_of!(AllocRecord, allocs))?,
                alloc_bytes: field(offset_of!(AllocRecord, alloc_bytes))?,
                frees: field(offset_of!(AllocRecord, frees))?,
                freed_bytes: field(offset_of!(AllocRecord, freed_bytes))?,
                peak_bytes: field(offset_of!(AllocRecord, self_peak))?,
            },
            peak: field(offset_of!(AllocRecord, peak))?,
            base: field(offset_of!(AllocRecord, base))?.cast_signed(),
            highest: field(offset_of!(AllocRecord, highest))?.cast_signed(),
        })
    }

    /// Most bytes that a call, with all that it called, had allocated and not freed.
    pub(super) fn peak(&self) -> u64 {
        let latest = self.highest.saturating_sub(self.base);
        self.peak.max(u64::try_from(latest).unwrap_or(0))
    }
}
