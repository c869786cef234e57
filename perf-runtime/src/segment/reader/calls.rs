//! The number of calls in a segment, without reading all of it: for segments that are discarded by
//! someone with neither time nor memory for more. Allocates nothing, and errs on the low side only.

use std::fs::File;
use std::mem::offset_of;

use super::bytes::offset_of as place_of;
use crate::segment::layout::{
    CALLS, FLAG_POLLED, Header, NodeRecord, ShardRecord, SiteRecord, TallyRecord, UNTIMED,
    is_beside,
};
use crate::segment::life::{u32_at, u64_at};
use crate::segment::system::read_exact_at;

/// Records that are looked at.
const MOST_RECORDS: u32 = 20_000;

/// Functions that are remembered to have futures as calls, at most.
const FUNCTIONS: usize = 4_096;

/// The little that has to be known about a segment's process.
#[derive(Debug, Clone, Copy)]
pub struct Outline {
    /// Finished calls, or as many of them as were found in good time.
    pub calls: u64,
    program: [u8; 464],
}

impl Outline {
    /// Outlines an open segment. One that cannot be read holds no calls, of an unknown program.
    pub fn of(file: &File) -> Self {
        let mut outline = Self { calls: 0, program: [0; 464] };
        // A segment is longer than its header.
        let _ = read_exact_at(file, &mut outline.program, offset_of!(Header, text) as u64);
        let mut counter = Counter { file, polled: [0; FUNCTIONS / 64], left: MOST_RECORDS };
        outline.calls = counter.calls().unwrap_or(0);
        outline
    }

    /// Returns the path of the program, or its beginning.
    pub fn program(&self) -> &[u8] {
        let length = self.program.iter().position(|&byte| byte == 0);
        &self.program[..length.unwrap_or(self.program.len())]
    }
}

struct Counter<'a> {
    file: &'a File,
    /// Bits for the sites, by their index: set where its calls are polled.
    polled: [u64; FUNCTIONS / 64],
    left: u32,
}

impl Counter<'_> {
    fn calls(&mut self) -> Option<u64> {
        let mut header = [0; offset_of!(Header, lost_calls)];
        read_exact_at(self.file, &mut header, 0).ok()?;
        self.learn_sites(u32_at(&header, offset_of!(Header, sites))?);
        let (mut calls, mut place) = (0_u64, u32_at(&header, offset_of!(Header, shards))?);
        while let Some(shard) = self.record::<{ size_of::<ShardRecord>() }>(place) {
            let link = |at: usize| u32_at(&shard, at).unwrap_or(0);
            let of_nodes = self.of_nodes(link(offset_of!(ShardRecord, nodes)));
            let of_tallies = self.of_tallies(link(offset_of!(ShardRecord, tallies)));
            calls = calls.saturating_add(of_nodes).saturating_add(of_tallies);
            place = earlier(place, link(offset_of!(ShardRecord, previous)));
        }
        Some(calls)
    }

    fn learn_sites(&mut self, mut place: u32) {
        while let Some(site) = self.record::<{ offset_of!(SiteRecord, text_bytes) }>(place) {
            let number = |at: usize| u32_at(&site, at).unwrap_or(0);
            let index = number(offset_of!(SiteRecord, index)) as usize;
            let is_polled = number(offset_of!(SiteRecord, flags)) & FLAG_POLLED != 0;
            if let Some(bits) = self.polled.get_mut(index / 64) {
                *bits |= u64::from(is_polled) << (index % 64);
            }
            place = earlier(place, number(offset_of!(SiteRecord, previous)));
        }
    }

    /// Counts the calls in a list of nodes. Those of an async function are in the record beside its
    /// node, whose own are polls.
    fn of_nodes(&mut self, mut place: u32) -> u64 {
        const BYTES: usize = offset_of!(NodeRecord, passed) + 8;
        let mut calls = 0_u64;
        while let Some(node) = self.record::<BYTES>(place) {
            let number = |at: usize| u64_at(&node, at).unwrap_or(0);
            let link = |at: usize| u32_at(&node, at).unwrap_or(0);
            let site = link(offset_of!(NodeRecord, site));
            let is_of_calls = if is_beside(site) { site == CALLS } else { !self.is_polled(site) };
            if is_of_calls {
                let is_running = u64::from(number(offset_of!(NodeRecord, start)) == UNTIMED);
                let untimed = number(offset_of!(NodeRecord, untimed)).saturating_sub(is_running);
                let timed = number(offset_of!(NodeRecord, head));
                let passed = number(offset_of!(NodeRecord, passed));
                let all = timed.saturating_add(untimed).saturating_add(passed);
                calls = calls.saturating_add(all);
            }
            place = earlier(place, link(offset_of!(NodeRecord, previous)));
        }
        calls
    }

    fn of_tallies(&mut self, mut place: u32) -> u64 {
        const BYTES: usize = offset_of!(TallyRecord, ended) + 8;
        let mut calls = 0_u64;
        while let Some(tally) = self.record::<BYTES>(place) {
            let link = |at: usize| u32_at(&tally, at).unwrap_or(0);
            let is_polled = self.is_polled(link(offset_of!(TallyRecord, site)));
            let at = if is_polled {
                offset_of!(TallyRecord, ended)
            } else {
                offset_of!(TallyRecord, calls)
            };
            calls = calls.saturating_add(u64_at(&tally, at).unwrap_or(0));
            place = earlier(place, link(offset_of!(TallyRecord, previous)));
        }
        calls
    }

    fn is_polled(&self, site: u32) -> bool {
        let bits = self.polled.get(site as usize / 64);
        bits.is_some_and(|bits| bits >> (site % 64) & 1 == 1)
    }

    /// Reads the record at `place`; `None` where a list ends, or none can be read.
    fn record<const N: usize>(&mut self, place: u32) -> Option<[u8; N]> {
        if place == 0 {
            return None;
        }
        self.left = self.left.checked_sub(1)?;
        let mut record = [0; N];
        read_exact_at(self.file, &mut record, place_of(place) as u64).ok()?;
        Some(record)
    }
}

/// Follows a link, which must lead further back, or the list ends.
fn earlier(place: u32, previous: u32) -> u32 {
    if previous < place { previous } else { 0 }
}
