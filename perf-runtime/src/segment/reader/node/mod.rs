//! One node: its counters, its histogram, and the durations in its ring. Times in ticks.
//!
//! The writer may have been killed in the middle of a fold. Then the sums are those before the
//! fold, since the new ones go to the other slot; and the histogram holds some of the additions
//! already. Their order is known (see [`batch`]), so the rest of them is made up for here.
//!
//! The writer may also be running, and fold while the node is copied, `head` first. The histogram
//! never lacks more than a ring, so its missing durations are in the ring, or were a moment ago: at
//! worst, up to 32 durations are those of neighbouring calls. The number of calls is exact in any
//! case.

mod durations;
mod parts;

use std::mem::offset_of;

use self::durations::{Durations, Fold};
use super::allocated::Allocated;
use super::bytes::{Bytes, damaged};
use super::header::Facts;
use crate::segment::SegmentError;
use crate::segment::layout::{CALLS, NodeRecord, OUTSIDE, RING, Sampling, UNTIMED, is_beside};
use crate::snapshot::Step;

pub(super) use self::durations::Sums;
pub(super) use self::parts::{Early, Exactness, Made, Own, Recursive};

/// The life of the writer while the segment was copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Writer {
    Ended,
    Running,
}

/// The contents of a node.
#[derive(Debug, Clone, Default)]
pub(super) struct Node {
    pub(super) address: u64,
    /// Address of the caller; 0 without.
    pub(super) parent: u64,
    pub(super) site: u32,
    /// Finished calls, timed or not.
    pub(super) calls: u64,
    pub(super) timed: u64,
    /// Calls that no timed one stands for.
    pub(super) unmeasured: u64,
    /// Durations that found no room in the histogram.
    pub(super) uncounted: u64,
    pub(super) errors: u64,
    pub(super) panics: u64,
    pub(super) cancelled: u64,
    /// Beginning of the outermost running call: 0 while none runs, 1 when it is not timed.
    pub(super) start: u64,
    pub(super) sums: Sums,
    /// Time of all finished calls: the sum, less the clock readings that untimed calls did without.
    pub(super) spent: u64,
    pub(super) histogram: Vec<(u32, u64)>,
    /// Time spent here and in no context below; see [`Facts::has_tallies`].
    pub(super) own: Own,
    /// Additional time, because the thread waited for a processor.
    pub(super) preempted: u64,
    /// Calls made from here.
    pub(super) made: Made,
    /// Figures from before its function was tallied.
    pub(super) early: Early,
    /// True where its calls were made by a tallied function somewhere below the caller.
    pub(super) is_loose: bool,
    /// Recursive calls in segments without own times: of this function, and made from here.
    pub(super) nested: Recursive,
    pub(super) callees: Recursive,
    pub(super) exactness: Exactness,
    pub(super) allocated: Allocated,
    /// For an async function: its calls. All other fields are of its polls then.
    pub(super) polled: Option<Box<Polled>>,
    /// False if nobody asks for its measures: its durations were not read then, only what others are estimated by.
    pub(super) is_wanted: bool,
}

/// The records beside the node of an async function, once a call has been suspended or has ended
/// there.
#[derive(Debug, Clone, Default)]
pub(super) struct Polled {
    pub(super) calls: Option<Node>,
    pub(super) lifetimes: Option<Node>,
}

/// Reads the node at byte `at`. `histogram` is memory for its counts; without, they are of no interest.
pub(super) fn read(
    bytes: Bytes<'_>,
    at: usize,
    facts: &Facts,
    histogram: Option<Vec<(u32, u64)>>,
) -> Result<Node, SegmentError> {
    let field = |offset: usize| bytes.u64(at + offset);
    let exactness = Exactness::read(bytes, at + offset_of!(NodeRecord, sampling))?;
    let head = field(offset_of!(NodeRecord, head))?;
    let start = field(offset_of!(NodeRecord, start))?;
    // One that is not timed is counted when it begins.
    let untimed =
        field(offset_of!(NodeRecord, untimed))?.saturating_sub(u64::from(start == UNTIMED));
    let uncounted = field(offset_of!(NodeRecord, uncounted))?;
    let apart = field(offset_of!(NodeRecord, unmeasured))?;
    let passed = field(offset_of!(NodeRecord, passed))?;
    let is_wanted = histogram.is_some();
    let mut read = Durations::read(bytes, at, uncounted.saturating_add(apart), histogram)?;
    let fold = Fold::read(bytes, at)?;
    if facts.writer == Writer::Ended && fold.is_under_way && is_wanted {
        read.finish(&fold, facts.fold_rate);
    }
    let timed = head.max(read.sums.folded);
    let site = bytes.u32(at + offset_of!(NodeRecord, site))?;
    // What stands beside a poll stands for all calls; others are not timed for want of a clock.
    let waiting = match facts.has_tallies() {
        true if timed > 0 && is_beside(site) => 0,
        true => untimed,
        false => stood_for_by_none(exactness.steps.step, timed, untimed, read.sums.covered),
    };
    let measured = timed.saturating_add(untimed).saturating_sub(waiting).max(read.counted);
    if facts.writer == Writer::Ended {
        check_calls(at, head, &read, [timed, untimed, apart, uncounted], facts)?;
    }
    if is_wanted {
        read.add_rest(timed, measured, facts.fold_rate);
    }
    Ok(Node {
        address: field(offset_of!(NodeRecord, address))?,
        parent: parent(bytes, at)?,
        site,
        calls: measured.saturating_add(waiting).saturating_add(passed),
        timed,
        unmeasured: apart.saturating_add(waiting).saturating_add(passed),
        uncounted,
        errors: field(offset_of!(NodeRecord, errors))?,
        panics: field(offset_of!(NodeRecord, panics))?,
        cancelled: field(offset_of!(NodeRecord, cancelled))?,
        start,
        spent: read.sums.spent(timed, measured, facts.cost.inside),
        sums: read.sums,
        histogram: read.histogram,
        own: Own::read(bytes, at + offset_of!(NodeRecord, own))?,
        early: Early::read(bytes, at + offset_of!(NodeRecord, sampling))?,
        preempted: field(offset_of!(NodeRecord, sampling) + offset_of!(Sampling, preempted_ticks))?,
        made: Made::read(bytes, at + offset_of!(NodeRecord, made))?,
        is_loose: facts.has_tallies() && bytes.u32(at + offset_of!(NodeRecord, is_loose))? != 0,
        nested: Recursive::read(bytes, at + offset_of!(NodeRecord, own))?,
        callees: Recursive::read(bytes, at + offset_of!(NodeRecord, made))?,
        exactness,
        allocated: Allocated::read(bytes, at)?,
        polled: None,
        is_wanted,
    })
}

/// Checks the counts of calls of the node at byte `at`, to which nobody writes any more: the first are those that were
/// timed. More durations than calls are those of two writers.
fn check_calls(
    at: usize,
    head: u64,
    read: &Durations,
    calls: [u64; 4],
    facts: &Facts,
) -> Result<(), SegmentError> {
    let timed = calls[0];
    let most = calls.into_iter().fold(RING as u64, u64::saturating_add);
    if facts.has_tallies() && read.counted > most {
        return Err(SegmentError::SeveralWriters { offset: at as u64 });
    } else if timed != head || timed - read.sums.folded > 2 * RING as u64 {
        return Err(damaged(at, "number of calls"));
    }
    Ok(())
}

/// Returns the calls that were not timed and for which no timed one stands, in a segment without tallies:
/// while calls are counted only, and where none was timed, as when the futures that ended here had all
/// begun on another thread.
fn stood_for_by_none(step: Step, timed: u64, untimed: u64, covered: u64) -> u64 {
    match step {
        Step::Counted => untimed.saturating_sub(covered),
        _ if timed == 0 => untimed,
        _ => 0,
    }
}

/// Reads the address of the caller of the node at byte `at`; 0 without.
pub(super) fn parent(bytes: Bytes<'_>, at: usize) -> Result<u64, SegmentError> {
    let parent = bytes.u64(at + offset_of!(NodeRecord, parent))?;
    Ok(if parent == OUTSIDE { 0 } else { parent })
}

impl Node {
    /// Returns the calls that were recorded in a window.
    pub(super) fn calls_in_windows(&self) -> u64 {
        self.timed.saturating_sub(self.own.partial_calls)
    }

    /// Returns the durations that found no room in a histogram, with those of the records beside
    /// it.
    pub(super) fn all_uncounted(&self) -> u64 {
        let beside = self.polled.iter().flat_map(|it| it.calls.iter().chain(&it.lifetimes));
        beside.fold(self.uncounted, |sum, node| sum.saturating_add(node.uncounted))
    }

    /// Makes the node's own calls polls; its calls are in the records beside it, if there are any.
    pub(super) fn is_of_polls(&mut self) -> &mut Polled {
        self.polled.get_or_insert_default()
    }

    /// Takes a record beside it.
    pub(super) fn take_beside(&mut self, other: Node) {
        let polled = self.is_of_polls();
        let place = if other.site == CALLS { &mut polled.calls } else { &mut polled.lifetimes };
        *place = Some(other);
    }
}

#[cfg(test)]
mod tests;
