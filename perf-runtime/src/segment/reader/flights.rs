//! Calls of async functions that are in flight: suspended at least once, and not ended.
//!
//! Their number is in the nodes and tallies: each counts the first suspensions of calls there, less
//! the ends of suspended ones. Their ages are in the places that calls take as long as they are in
//! flight, if there is room; so some may be unknown.

use std::collections::BTreeMap;
use std::mem::offset_of;

use super::bytes::{Bytes, offset_of};
use super::links::{Links, Unclaimed};
use super::numbers::Map;
use crate::newer::Unsigned as _;
use crate::segment::SegmentError;
use crate::segment::layout::{FLIGHTS, FlightPage, FlightRecord, Header, TAKEN};
use crate::snapshot::Function;

/// Calls of an async function that are in flight.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InFlight {
    /// Name of the function.
    pub function: String,
    /// Number of its calls in flight.
    pub calls: u64,
    /// Times since the beginning of their first poll, in nanoseconds; the oldest first. Calls of
    /// unknown age are missing.
    pub ages_ns: Vec<u64>,
}

/// A function, by its place among the functions, and the first suspensions of its calls, less the
/// ends of suspended calls, modulo 2^64.
pub(super) type Flight = (usize, u64);

/// The futures in flight, by function.
#[derive(Debug, Default)]
pub(super) struct Flights(BTreeMap<usize, (u64, Vec<u64>)>);

impl Flights {
    /// Reads the beginnings of the calls in flight.
    pub(super) fn read(
        bytes: Bytes<'_>,
        function_of_site: &Map<u32, usize>,
    ) -> Result<Self, SegmentError> {
        let links = Links {
            previous: offset_of!(FlightPage, previous),
            record_bytes: size_of::<FlightPage>(),
            what: "page of futures",
        };
        let last = bytes.u32(offset_of!(Header, flights))?;
        let mut all = Self::default();
        for page in links.follow(bytes, &mut Unclaimed::of(bytes), last)? {
            let first = offset_of(page) + offset_of!(FlightPage, places);
            for at in (0..FLIGHTS).map(|number| first + number * size_of::<FlightRecord>()) {
                let began = bytes.u64(at + offset_of!(FlightRecord, began))?;
                let site = bytes.u32(at + offset_of!(FlightRecord, site))?;
                let function = function_of_site.get(&site).filter(|_| began > TAKEN);
                if let Some(&function) = function {
                    all.0.entry(function).or_default().1.push(began);
                }
            }
        }
        Ok(all)
    }

    /// Adds a shard's numbers of calls in flight.
    pub(super) fn add(&mut self, more: &[Flight]) {
        for &(function, calls) in more {
            let (sum, _) = self.0.entry(function).or_default();
            *sum = sum.wrapping_add(calls);
        }
    }

    /// Lists the functions with calls in flight, by their `age`.
    pub(super) fn in_words(
        &self,
        functions: &[Function],
        age: impl Fn(u64) -> u64,
    ) -> Vec<InFlight> {
        let all = self.0.iter().map(|(&at, (calls, began))| {
            let mut ages_ns: Vec<u64> = began.iter().map(|&began| age(began)).collect();
            ages_ns.sort_unstable_by_key(|&age| std::cmp::Reverse(age));
            // Below zero, and seen less often than there are places: it was read while some came and went.
            let calls = u64::try_from(calls.with_sign()).unwrap_or(0).max(ages_ns.len() as u64);
            let function = functions.get(at).map_or_else(String::new, |it| it.name.clone());
            InFlight { function, calls, ages_ns }
        });
        let mut all: Vec<InFlight> = all.filter(|it| it.calls > 0).collect();
        let oldest = |it: &InFlight| it.ages_ns.first().copied();
        all.sort_by_key(|it| std::cmp::Reverse((oldest(it), it.calls)));
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_counted_over_all_threads_and_aged_as_far_as_is_known() {
        let functions: Vec<Function> = ["a", "b", "c"]
            .map(|name| Function { name: name.to_owned(), ..Function::default() })
            .into();
        let mut flights = Flights::default();
        flights.0.insert(0, (0, vec![70, 90]));
        // Begun on one thread and ended on another.
        flights.add(&[(0, 5), (1, 4), (2, 1)]);
        flights.add(&[(0, 2_u64.wrapping_neg()), (2, 1_u64.wrapping_neg())]);
        let found = flights.in_words(&functions, |began| 100 - began);
        let of = |name: &str, calls, ages: &[u64]| InFlight {
            function: name.to_owned(),
            calls,
            ages_ns: ages.to_vec(),
        };
        assert_eq!(found, [of("a", 3, &[30, 10]), of("b", 4, &[])]);
    }
}
