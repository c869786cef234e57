//! The allocations and frees of one context, out of their record.

use std::mem::offset_of;

use super::bytes::{Bytes, offset_of};
use crate::newer::Unsigned as _;
use crate::segment::SegmentError;
use crate::segment::layout::{AllocRecord, NodeRecord};
use crate::snapshot::Memory;

/// A node's record of allocations; all zero where there is none.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Allocated {
    /// Place of the record; 0 without one.
    pub(super) place: u32,
    /// Memory of the function itself.
    pub(super) own: Memory,
    /// Peak of earlier calls, with all calls below them.
    peak: u64,
    /// Bytes of the thread when the latest call began, and at most since then.
    base: i64,
    pub(super) highest: i64,
}

impl Allocated {
    /// Reads the allocations of the node at byte `at`.
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
            base: field(offset_of!(AllocRecord, base))?.with_sign(),
            highest: field(offset_of!(AllocRecord, highest))?.with_sign(),
        })
    }

    /// Returns the most bytes that a call, with all calls below it, had allocated and not freed.
    pub(super) fn peak(&self) -> u64 {
        let latest = self.highest.saturating_sub(self.base);
        self.peak.max(u64::try_from(latest).unwrap_or(0))
    }
}
