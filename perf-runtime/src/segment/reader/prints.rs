//! The fingerprints of functions: digests of all their records, by which those are known that nothing was added to.
//!
//! They are taken of the bytes, without a look at what these mean, so that it costs little to find that nothing has
//! changed. Histograms and rings are part of it by the counts of folds and calls beside them.

use std::collections::HashMap;
use std::mem::offset_of;

use super::Digest;
use super::bytes::{Bytes, offset_of};
use super::links::Unclaimed;
use super::numbers::Map;
use super::shards::{self, Source};
use super::tallies;
use crate::segment::SegmentError;
use crate::segment::layout::{AllocRecord, NodeRecord, TallyRecord, is_beside};
use crate::snapshot::Step;

/// The fingerprints of all functions.
#[derive(Debug, Default)]
pub(super) struct Prints {
    /// By function; of those with one name, at the first of them. Empty where the layout is one without tallies: there
    /// the time of a running call is in no record.
    pub(super) all: Vec<u64>,
    /// The first function of that name, for each.
    first: Vec<usize>,
    /// True where a call is running, by the place of `all`: its time is in records of others.
    is_running: Vec<bool>,
}

impl Prints {
    pub(super) fn read(source: Source<'_>) -> Result<Self, SegmentError> {
        let Source { bytes, facts, functions, function_of_site } = source;
        let mut read = Self::default();
        if !facts.has_tallies() {
            return Ok(read);
        }
        let mut first_of: HashMap<&str, usize> = HashMap::with_capacity(functions.len());
        let first = functions.iter().enumerate();
        read.first.extend(first.map(|(at, it)| *first_of.entry(&it.name).or_insert(at)));
        read.all.resize(functions.len(), 0);
        read.is_running.resize(functions.len(), false);
        let (mut of_nodes, mut of_tallies) = (Unclaimed::of(bytes), Unclaimed::of(bytes));
        for shard in shards::places(bytes, facts)? {
            // By the address of their nodes: records beside one name that.
            let mut function_of: Map<u64, usize> = Map::default();
            for at in shards::nodes(bytes, &mut of_nodes, shard)?.into_iter().map(offset_of) {
                let site = bytes.u32(at + offset_of!(NodeRecord, site))?;
                let function = if is_beside(site) {
                    function_of.get(&bytes.u64(at + offset_of!(NodeRecord, parent))?)
                } else {
                    function_of_site.get(&site)
                };
                let Some(&function) = function else { continue };
                function_of.insert(bytes.u64(at + offset_of!(NodeRecord, address))?, function);
                read.add_node(bytes, at, function)?;
            }
            for at in tallies::places(bytes, &mut of_tallies, shard)?.into_iter().map(offset_of) {
                let site = bytes.u32(at + offset_of!(TallyRecord, site))?;
                if let Some(&function) = function_of_site.get(&site) {
                    read.add_tally(bytes, at, function)?;
                }
            }
        }
        Ok(read)
    }

    fn add_node(
        &mut self,
        bytes: Bytes<'_>,
        at: usize,
        function: usize,
    ) -> Result<(), SegmentError> {
        self.add(function, bytes.slice(at, size_of::<NodeRecord>())?);
        let allocated = bytes.u32(at + offset_of!(NodeRecord, allocated))?;
        if allocated != 0 {
            self.add(function, bytes.slice(offset_of(allocated), size_of::<AllocRecord>())?);
        }
        let is_running = bytes.u64(at + offset_of!(NodeRecord, start))? != 0;
        self.is_running[self.first[function]] |= is_running;
        Ok(())
    }

    /// Adds what calls change in a tally, and its site: another site may have as many calls. The recorder looks at tallies
    /// now and then, and notes that.
    fn add_tally(
        &mut self,
        bytes: Bytes<'_>,
        at: usize,
        function: usize,
    ) -> Result<(), SegmentError> {
        let [counts, timed] = [
            [offset_of!(TallyRecord, calls), offset_of!(TallyRecord, step)],
            [offset_of!(TallyRecord, timed), offset_of!(TallyRecord, reserved)],
        ];
        for [from, to] in [counts, timed] {
            self.add(function, bytes.slice(at + from, to - from)?);
        }
        let step = Step::from_number(bytes.u32(at + offset_of!(TallyRecord, step))?);
        let sampled = bytes.u64(at + offset_of!(TallyRecord, sampled_ticks))?;
        self.add(function, &[u8::from(sampled > 0 || step == Step::Sampled)]);
        Ok(())
    }

    /// Adds some bytes to a function's fingerprint, whatever comes first.
    fn add(&mut self, function: usize, bytes: &[u8]) {
        let print = &mut self.all[self.first[function]];
        *print = print.wrapping_add(Digest::of(bytes).0);
    }

    /// Returns whether a function has another fingerprint than `before`, or a running call.
    pub(super) fn has_changed(&self, function: usize, before: &[u64]) -> bool {
        self.first
            .get(function)
            .is_none_or(|&at| self.is_running[at] || before.get(at) != self.all.get(at))
    }
}
