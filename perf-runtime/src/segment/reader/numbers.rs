//! Maps and sets of numbers that stand in a segment, such as sites and addresses.
//!
//! A reading looks numbers up many times for each context, and the hash of the standard library is made for keys of
//! any length. This one multiplies by an odd number that is drawn anew for each map, and folds both halves of the
//! product: nobody who writes a file knows which of its numbers will meet.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, Hasher, RandomState};

/// A map from numbers.
pub(super) type Map<K, V> = HashMap<K, V, Keyed>;

/// A set of numbers.
pub(super) type Set<K> = HashSet<K, Keyed>;

/// The key of a map.
#[derive(Debug, Clone, Copy)]
pub(super) struct Keyed {
    start: u64,
    factor: u64,
}

impl Default for Keyed {
    fn default() -> Self {
        let random = RandomState::new();
        Self { start: random.hash_one(0), factor: random.hash_one(1) | 1 }
    }
}

impl BuildHasher for Keyed {
    type Hasher = Mixed;

    fn build_hasher(&self) -> Mixed {
        Mixed { factor: self.factor, sum: self.start }
    }
}

/// The hash of the numbers so far.
#[derive(Debug)]
pub(super) struct Mixed {
    factor: u64,
    sum: u64,
}

impl Hasher for Mixed {
    /// Spreads what is in any of the bits over all of them: a pattern in the numbers may be one in the sum.
    fn finish(&self) -> u64 {
        /// An odd number with no pattern in its bits: the golden ratio's.
        const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
        let mixed = (self.sum ^ self.sum >> 32).wrapping_mul(FACTOR);
        mixed ^ mixed >> 32
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u32(&mut self, number: u32) {
        self.write_u64(u64::from(number));
    }

    fn write_usize(&mut self, number: usize) {
        self.write_u64(number as u64);
    }

    #[expect(clippy::cast_possible_truncation, reason = "the low half")]
    fn write_u64(&mut self, number: u64) {
        let product = u128::from(self.sum ^ number) * u128::from(self.factor);
        self.sum = product as u64 ^ (product >> 64) as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_a_pattern_are_spread_over_the_whole_table() {
        const NUMBERS: u64 = 1 << 12;
        for step in [1, 64, 640, 1 << 20, 1 << 40] {
            let key = Keyed::default();
            // A table of this length has nearly as many places in use as numbers drawn at random would have: 63 %.
            let places: HashSet<u64> =
                (0..NUMBERS).map(|at| key.hash_one(at * step) % NUMBERS).collect();
            assert!(places.len() as u64 > NUMBERS * 4 / 10, "{step}: {}", places.len());
        }
    }

    #[test]
    fn each_map_has_a_key_of_its_own() {
        assert_ne!(Keyed::default().hash_one(7_u32), Keyed::default().hash_one(7_u32));
        assert_ne!(
            Keyed::default().hash_one((1_u32, 2_usize)),
            Keyed::default().hash_one((2_u32, 1_usize))
        );
    }
}
