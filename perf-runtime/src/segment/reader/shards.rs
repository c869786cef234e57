//! The list of shards, and the tree of nodes that each of them holds.

use std::mem::offset_of;

use super::bytes::{Bytes, damaged, offset_of};
use super::header::Facts;
use super::links::{Links, Unclaimed};
use super::numbers::Map;
use super::tree::{Spare, Tree};
use crate::segment::SegmentError;
use crate::segment::layout::{NodeRecord, OVERFLOW, ShardRecord};
use crate::snapshot::{Context, Failures, Function, Histogram, Losses};

/// A taker of what is in shards.
pub(super) trait Taker {
    /// True if it has a use for [`take_failures`](Self::take_failures).
    const HAS_FAILURES: bool;

    /// Returns whether it has a use for the contexts of a function.
    fn wants(&self, _function: usize) -> bool {
        true
    }

    /// Takes a context. Those of all shards come one after the other, and parents before their children; where not all
    /// functions are wanted, its parent means nothing. Returns memory that may be used again, as that of its histogram.
    fn take(&mut self, context: Context) -> Histogram;

    /// Takes the failed calls of a function on a shard.
    fn take_failures(&mut self, failures: Failures);
}

/// The sums over all shards.
#[derive(Debug)]
pub(super) struct Shards {
    pub(super) losses: Losses,
    /// Last moment known to a shard.
    pub(super) latest: u64,
    /// Ticks that recording took.
    pub(super) overhead: f64,
    /// Number of contexts.
    contexts: usize,
    unclaimed: Unclaimed,
}

/// A segment with what is known of it before its shards are read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Source<'a> {
    pub(super) bytes: Bytes<'a>,
    pub(super) facts: &'a Facts,
    /// The functions, and the place among them for each site number.
    pub(super) functions: &'a [Function],
    pub(super) function_of_site: &'a Map<u32, usize>,
}

impl Source<'_> {
    /// Returns the function of a site that stands in a shard.
    fn function(&self, site: u32, shard: u32, what: &'static str) -> Result<usize, SegmentError> {
        self.function_of_site.get(&site).copied().ok_or_else(|| damaged(offset_of(shard), what))
    }
}

/// Hands all that is in shards to `taker`.
pub(super) fn read(
    source: Source<'_>,
    spare: &mut Spare,
    taker: &mut impl Taker,
) -> Result<Shards, SegmentError> {
    let Source { bytes, facts, .. } = source;
    let losses = Losses {
        lost_calls: facts.lost_calls,
        lost_metrics: facts.lost_metrics,
        ..Losses::default()
    };
    let unclaimed = Unclaimed::of(bytes);
    #[expect(clippy::cast_precision_loss, reason = "an estimate")]
    let overhead = facts.start_ticks as f64;
    let mut all = Shards { losses, latest: 0, overhead, contexts: 0, unclaimed };
    for shard in places(bytes, facts)? {
        all.add(source, shard, spare, taker)?;
    }
    Ok(all)
}

/// The two counts of folds.
#[derive(Debug, Clone, Copy)]
pub(super) enum Fold {
    Begun,
    Done,
}

/// Counts the folds that all nodes had begun or done.
pub(super) fn folds(bytes: Bytes<'_>, facts: &Facts, which: Fold) -> Result<u64, SegmentError> {
    folds_of(bytes, &all_nodes(bytes, facts)?, which)
}

/// Lists the nodes of all shards.
pub(super) fn all_nodes(bytes: Bytes<'_>, facts: &Facts) -> Result<Vec<u32>, SegmentError> {
    let (mut all, mut unclaimed) = (Vec::new(), Unclaimed::of(bytes));
    for shard in places(bytes, facts)? {
        all.append(&mut nodes(bytes, &mut unclaimed, shard)?);
    }
    Ok(all)
}

/// Counts the folds that some nodes had begun or done.
pub(super) fn folds_of(bytes: Bytes<'_>, nodes: &[u32], which: Fold) -> Result<u64, SegmentError> {
    let field = match which {
        Fold::Begun => offset_of!(NodeRecord, folds_begun),
        Fold::Done => offset_of!(NodeRecord, folds_done),
    };
    let mut folds = 0_u64;
    for &node in nodes {
        folds += u64::from(bytes.u32(offset_of(node) + field)?);
    }
    Ok(folds)
}

impl Shards {
    fn add(
        &mut self,
        source: Source<'_>,
        shard: u32,
        spare: &mut Spare,
        taker: &mut impl Taker,
    ) -> Result<(), SegmentError> {
        let Source { bytes, facts, functions, function_of_site } = source;
        let at = offset_of(shard);
        self.losses.merge(&Losses {
            lost_calls: bytes.u64(at + offset_of!(ShardRecord, lost_calls))?,
            clock_anomalies: bytes.u64(at + offset_of!(ShardRecord, clock_anomalies))?,
            lost_allocs: bytes.u64(at + offset_of!(ShardRecord, lost_allocs))?,
            ..Losses::default()
        });
        let is_wanted =
            |site| function_of_site.get(&site).is_none_or(|&function| taker.wants(function));
        let mut tree = Tree::read((bytes, shard), &mut self.unclaimed, facts, (spare, is_wanted))?;
        let function = |site| functions.get(*function_of_site.get(&site)?);
        tree.mark_polled(|site| function(site).is_some_and(|function| function.polled));
        self.latest = self.latest.max(tree.now);
        if facts.has_tallies() {
            self.add_measured(source, (&mut tree, shard), spare, taker)?;
        } else {
            self.add_older(source, (&tree, shard), taker)?;
        }
        spare.take(tree.nodes);
        Ok(())
    }

    /// Adds a shard without own times and tallies.
    fn add_older(
        &mut self,
        source: Source<'_>,
        (tree, shard): (&Tree, u32),
        taker: &mut impl Taker,
    ) -> Result<(), SegmentError> {
        let facts = source.facts;
        let mut places: Vec<Option<usize>> = Vec::with_capacity(tree.nodes.len());
        self.overhead += tree.cost(facts);
        for (at, measures) in tree.measures(facts).into_iter().enumerate() {
            let node = &tree.nodes[at];
            if node.site == OVERFLOW && measures.calls == 0 && measures.unfinished == 0 {
                places.push(None);
                continue;
            }
            places.push(Some(self.contexts));
            let function = source.function(node.site, shard, "site of a calling context")?;
            self.losses.uncounted_durations =
                self.losses.uncounted_durations.saturating_add(node.all_uncounted());
            let parent = tree.parents[at].and_then(|parent| places[parent]);
            taker.take(Context { function, parent, measures });
            self.contexts += 1;
        }
        Ok(())
    }

    fn add_measured<T: Taker>(
        &mut self,
        source: Source<'_>,
        (tree, shard): (&mut Tree, u32),
        spare: &mut Spare,
        taker: &mut T,
    ) -> Result<(), SegmentError> {
        let first = self.contexts;
        let take = |site, parent: Option<usize>, measures| {
            let function = source.function(site, shard, "site of a calling context")?;
            let parent = parent.map(|parent| first + parent);
            self.contexts += 1;
            Ok(taker.take(Context { function, parent, measures }))
        };
        let measured = tree.measured(source.facts, (T::HAS_FAILURES, spare), take)?;
        self.overhead += measured.overhead;
        self.losses.uncounted_durations =
            self.losses.uncounted_durations.saturating_add(measured.uncounted);
        for (site, failures) in measured.failures.into_iter().filter(|(site, _)| *site != OVERFLOW)
        {
            let function = source.function(site, shard, "site of failed calls")?;
            taker.take_failures(Failures { function, ..failures });
        }
        Ok(())
    }
}

/// Lists the shards, in the order they were made.
pub(super) fn places(bytes: Bytes<'_>, facts: &Facts) -> Result<Vec<u32>, SegmentError> {
    let links = Links {
        previous: offset_of!(ShardRecord, previous),
        record_bytes: facts.shard_bytes(),
        what: "shard",
    };
    links.follow(bytes, &mut Unclaimed::of(bytes), facts.shards)
}

/// Lists the nodes of a shard, in the order they were made: a parent comes before its children.
pub(super) fn nodes(
    bytes: Bytes<'_>,
    unclaimed: &mut Unclaimed,
    shard: u32,
) -> Result<Vec<u32>, SegmentError> {
    let last = bytes.u32(offset_of(shard) + offset_of!(ShardRecord, nodes))?;
    let links = Links {
        previous: offset_of!(NodeRecord, previous),
        record_bytes: size_of::<NodeRecord>(),
        what: "calling context",
    };
    links.follow(bytes, unclaimed, last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segment::layout::UNIT;
    use crate::segment::rate::Rate;
    use crate::segment::reader::node::Writer;

    #[test]
    fn shards_do_not_share_their_nodes() {
        let node = u32::try_from(size_of::<NodeRecord>() / UNIT).unwrap();
        let mut bytes = vec![0; 4 * size_of::<NodeRecord>()];
        for shard in 2..node {
            let at = offset_of(shard);
            let previous = at + offset_of!(ShardRecord, previous);
            bytes[previous..previous + 4].copy_from_slice(&(shard - 1).to_ne_bytes());
            let nodes = at + offset_of!(ShardRecord, nodes);
            bytes[nodes..nodes + 4].copy_from_slice(&node.to_ne_bytes());
        }
        let nodes_of_all_up_to = |shard| {
            let mut unclaimed = Unclaimed::of(Bytes(&bytes));
            let facts = Facts { shards: shard, ..Facts::for_test(Rate::ONE, Writer::Ended) };
            places(Bytes(&bytes), &facts)?.iter().try_fold(0, |sum, &shard| {
                nodes(Bytes(&bytes), &mut unclaimed, shard).map(|nodes| sum + nodes.len())
            })
        };
        assert_eq!(nodes_of_all_up_to(2).unwrap(), 1);
        assert!(nodes_of_all_up_to(node - 1).is_err(), "no more nodes than there is room for");
    }
}
