//! The list of shards, and the tree of nodes that each of them holds.

use std::collections::HashMap;
use std::mem::offset_of;

use super::bytes::{Bytes, damaged, earlier, offset_of};
use super::header::Facts;
use super::node;
use crate::segment::SegmentError;
use crate::segment::layout::{NodeRecord, ShardRecord};
use crate::snapshot::{Context, Losses};

/// The trees of all shards, one after the other; parents come before their children.
#[derive(Debug)]
pub(super) struct Shards {
    pub(super) contexts: Vec<Context>,
    pub(super) losses: Losses,
}

/// Reads all shards.
pub(super) fn read(
    bytes: Bytes<'_>,
    facts: &Facts,
    function_of_site: &HashMap<u32, usize>,
) -> Result<Shards, SegmentError> {
    let losses = Losses { lost_calls: facts.lost_calls, ..Losses::default() };
    let mut all = Shards { contexts: Vec::new(), losses };
    for shard in places(bytes, facts.shards)? {
        all.add(bytes, shard, facts, function_of_site)?;
    }
    Ok(all)
}

/// Which count of folds.
#[derive(Debug, Clone, Copy)]
pub(super) enum Fold {
    Begun,
    Done,
}

/// How many folds all nodes had begun or done.
pub(super) fn folds(bytes: Bytes<'_>, facts: &Facts, which: Fold) -> Result<u64, SegmentError> {
    let field = match which {
        Fold::Begun => offset_of!(NodeRecord, folds_begun),
        Fold::Done => offset_of!(NodeRecord, folds_done),
    };
    let mut folds = 0_u64;
    for shard in places(bytes, facts.shards)? {
        for node in nodes(bytes, shard)? {
            folds += u64::from(bytes.u32(offset_of(node) + field)?);
        }
    }
    Ok(folds)
}

impl Shards {
    fn add(
        &mut self,
        bytes: Bytes<'_>,
        shard: u32,
        facts: &Facts,
        function_of_site: &HashMap<u32, usize>,
    ) -> Result<(), SegmentError> {
        let at = offset_of(shard);
        let last = bytes.u64(at + offset_of!(ShardRecord, last))?;
        self.losses.merge(&Losses {
            lost_calls: bytes.u64(at + offset_of!(ShardRecord, lost_calls))?,
            uncounted_durations: 0,
            clock_anomalies: bytes.u64(at + offset_of!(ShardRecord, clock_anomalies))?,
        });
        let mut seen: HashMap<u32, usize> = HashMap::new();
        for place in nodes(bytes, shard)? {
            let at = offset_of(place);
            let site = bytes.u32(at + offset_of!(NodeRecord, site))?;
            let function =
                *function_of_site.get(&site).ok_or(damaged(at, "site of a calling context"))?;
            let parent = match bytes.u32(at + offset_of!(NodeRecord, parent))? {
                0 => None,
                parent => Some(*seen.get(&parent).ok_or(damaged(at, "parent context"))?),
            };
            let (measures, uncounted) = node::read(bytes, at, last, facts)?;
            self.losses.uncounted_durations =
                self.losses.uncounted_durations.saturating_add(uncounted);
            seen.insert(place, self.contexts.len());
            self.contexts.push(Context { function, parent, measures });
        }
        Ok(())
    }
}

/// The shards, in the order they were made.
fn places(bytes: Bytes<'_>, last: u32) -> Result<Vec<u32>, SegmentError> {
    list(bytes, last, offset_of!(ShardRecord, previous), "shard")
}

/// The nodes of a shard, in the order they were made: a parent comes before its children.
fn nodes(bytes: Bytes<'_>, shard: u32) -> Result<Vec<u32>, SegmentError> {
    let last = bytes.u32(offset_of(shard) + offset_of!(ShardRecord, nodes))?;
    list(bytes, last, offset_of!(NodeRecord, previous), "calling context")
}

fn list(
    bytes: Bytes<'_>,
    last: u32,
    previous: usize,
    what: &'static str,
) -> Result<Vec<u32>, SegmentError> {
    let mut places = Vec::new();
    let mut place = last;
    while place != 0 {
        places.push(place);
        place = earlier(place, bytes.u32(offset_of(place) + previous)?, what)?;
    }
    places.reverse();
    Ok(places)
}
