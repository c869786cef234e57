//! The parts of a node beside its durations, a type for each part of its record.

use std::mem::offset_of;

use super::super::bytes::Bytes;
use super::super::steps::Steps;
use crate::newer::Unsigned as _;
use crate::segment::SegmentError;
use crate::segment::layout::{self, Recursion, Sampling};
use crate::snapshot::Step;

/// Time spent in a context and in none below.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::segment::reader) struct Own {
    /// Time while everything was recorded.
    pub(in crate::segment::reader) whole: u64,
    /// Time while some functions were tallied, with that of their calls below.
    pub(in crate::segment::reader) partial: u64,
    /// Calls that ended then; see [`CALLS`] for records beside a node.
    pub(in crate::segment::reader) partial_calls: u64,
}

impl Own {
    pub(super) fn read(bytes: Bytes<'_>, at: usize) -> Result<Self, SegmentError> {
        Ok(Self {
            whole: bytes.u64(at + offset_of!(layout::Own, whole))?,
            partial: bytes.u64(at + offset_of!(layout::Own, partial))?,
            partial_calls: bytes.u64(at + offset_of!(layout::Own, partial_calls))?,
        })
    }
}

/// The figures of a context from before its function was tallied.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::segment::reader) struct Early {
    /// Time spent here and in no context below.
    pub(in crate::segment::reader) own: u64,
    pub(in crate::segment::reader) calls: u64,
    /// Calls made from here.
    pub(in crate::segment::reader) made: u64,
}

impl Early {
    pub(super) fn read(bytes: Bytes<'_>, at: usize) -> Result<Self, SegmentError> {
        Ok(Self {
            own: bytes.u64(at + offset_of!(Sampling, early_ticks))?,
            calls: bytes.u32(at + offset_of!(Sampling, early_calls))?.into(),
            made: bytes.u32(at + offset_of!(Sampling, early_made))?.into(),
        })
    }
}

/// Calls made from a context.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::segment::reader) struct Made {
    /// Calls made while everything was recorded.
    pub(in crate::segment::reader) whole: u64,
    /// Calls made while some functions were tallied.
    pub(in crate::segment::reader) partial: u64,
    /// Recursive calls of this function while everything was recorded, made somewhere below.
    pub(in crate::segment::reader) nested: u64,
}

impl Made {
    /// Returns all of them.
    pub(in crate::segment::reader) fn all(&self) -> u64 {
        self.whole.saturating_add(self.partial)
    }

    pub(super) fn read(bytes: Bytes<'_>, at: usize) -> Result<Self, SegmentError> {
        Ok(Self {
            whole: bytes.u64(at + offset_of!(layout::Made, whole))?,
            partial: bytes.u64(at + offset_of!(layout::Made, partial))?,
            nested: bytes.u64(at + offset_of!(layout::Made, nested))?,
        })
    }
}

/// Recursive calls.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::segment::reader) struct Recursive {
    pub(super) ticks: u64,
    pub(super) starts: u64,
    pub(super) running: u64,
}

impl Recursive {
    pub(super) fn read(bytes: Bytes<'_>, at: usize) -> Result<Self, SegmentError> {
        Ok(Self {
            ticks: bytes.u64(at + offset_of!(Recursion, ticks))?,
            starts: bytes.u64(at + offset_of!(Recursion, starts))?,
            running: bytes.u64(at + offset_of!(Recursion, running))?,
        })
    }

    /// Returns the time of the finished ones.
    pub(in crate::segment::reader) fn finished(&self) -> u64 {
        self.ticks
    }

    /// Returns the time of the running ones until `now`.
    pub(in crate::segment::reader) fn unfinished(&self, now: u64) -> u64 {
        let taken = |running: u64| running.wrapping_mul(now).wrapping_sub(self.starts);
        match taken(self.running) {
            // The writer was stopped between its two stores: one more runs than it says.
            torn if torn.with_sign() < 0 => taken(self.running.wrapping_add(1)).min(now),
            taken => taken,
        }
    }
}

/// The exactness of a recording, with the time of each step.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::segment::reader) struct Exactness {
    /// Ticks since the first moment of the process.
    pub(in crate::segment::reader) created: u64,
    pub(in crate::segment::reader) steps: Steps,
    pub(in crate::segment::reader) largest_interval: u32,
    pub(in crate::segment::reader) transitions: u32,
}

impl Exactness {
    pub(super) fn read(bytes: Bytes<'_>, at: usize) -> Result<Self, SegmentError> {
        Ok(Self {
            created: u64::from(bytes.u32(at + offset_of!(Sampling, created))?) << 20,
            steps: Steps {
                step: Step::from_number(bytes.u32(at + offset_of!(Sampling, step))?),
                since: bytes.u64(at + offset_of!(Sampling, since))?,
                sampled: bytes.u64(at + offset_of!(Sampling, sampled_ticks))?,
                counted: bytes.u64(at + offset_of!(Sampling, counted_ticks))?,
            },
            largest_interval: bytes.u32(at + offset_of!(Sampling, largest_interval))?,
            transitions: bytes.u32(at + offset_of!(Sampling, transitions))?,
        })
    }
}
