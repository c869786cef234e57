//! Allocated and freed memory, and its sum. Pure data.

/// The memory that a function allocated and freed, in one context or over several. All zero where
/// the program has no [`crate::CountingAlloc`].
///
/// ```
/// use perf_runtime::snapshot::Memory;
///
/// let one = Memory { allocs: 3, alloc_bytes: 96, frees: 1, freed_bytes: 32, peak_bytes: 64 };
/// let mut both = one;
/// both.merge(&Memory { peak_bytes: 80, ..Memory::default() });
/// assert_eq!((both.allocs, both.grown_bytes(), both.peak_bytes), (3, 64, 80));
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Memory {
    /// Number of allocations; memory that grows or shrinks is one, and is freed once.
    pub allocs: u64,
    /// Bytes asked for by these.
    pub alloc_bytes: u64,
    /// Number of times that memory was freed, whoever had allocated it.
    pub frees: u64,
    /// Bytes that were freed.
    pub freed_bytes: u64,
    /// Peak of bytes allocated and not freed: of one call with all calls below it, or of the
    /// function itself in one context over all of its calls. Threads and contexts are not added up,
    /// for it is not known whether they had so much at the same time.
    pub peak_bytes: u64,
}

impl Memory {
    /// Adds the memory of `other`; of two peaks the larger stays.
    pub fn merge(&mut self, other: &Self) {
        self.allocs = self.allocs.saturating_add(other.allocs);
        self.alloc_bytes = self.alloc_bytes.saturating_add(other.alloc_bytes);
        self.frees = self.frees.saturating_add(other.frees);
        self.freed_bytes = self.freed_bytes.saturating_add(other.freed_bytes);
        self.peak_bytes = self.peak_bytes.max(other.peak_bytes);
    }

    /// Returns the bytes allocated and not freed: memory handed on, or leaked. Below zero for a
    /// function that frees the memory of others.
    pub fn grown_bytes(&self) -> i64 {
        let grown = i128::from(self.alloc_bytes) - i128::from(self.freed_bytes);
        i64::try_from(grown).unwrap_or(if grown < 0 { i64::MIN } else { i64::MAX })
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::measures::tests::amount;
    use super::*;
    use proptest::prelude::*;

    pub(in crate::snapshot) fn memory() -> impl Strategy<Value = Memory> {
        proptest::array::uniform5(amount()).prop_map(
            |[allocs, alloc_bytes, frees, freed_bytes, peak_bytes]| Memory {
                allocs,
                alloc_bytes,
                frees,
                freed_bytes,
                peak_bytes,
            },
        )
    }

    proptest! {
        #[test]
        fn merging_adds_up_and_keeps_the_peak(a in memory(), b in memory()) {
            let mut sum = a;
            sum.merge(&b);
            let counts = |it: &Memory| [it.allocs, it.alloc_bytes, it.frees, it.freed_bytes];
            let pairs = counts(&a).into_iter().zip(counts(&b));
            prop_assert!(pairs.map(|(a, b)| a.saturating_add(b)).eq(counts(&sum)));
            prop_assert_eq!(sum.peak_bytes, a.peak_bytes.max(b.peak_bytes));
        }

        #[test]
        fn growth_is_what_was_not_freed(alloc_bytes in 0_u64..1 << 62, freed_bytes in 0_u64..1 << 62) {
            let memory = Memory { alloc_bytes, freed_bytes, ..Memory::default() };
            let grown = memory.grown_bytes();
            prop_assert_eq!(freed_bytes.checked_add_signed(grown), Some(alloc_bytes));
        }
    }

    #[test]
    fn growth_beyond_all_bounds_stays_at_the_bound() {
        let all =
            |alloc_bytes, freed_bytes| Memory { alloc_bytes, freed_bytes, ..Memory::default() };
        assert_eq!(all(u64::MAX, 0).grown_bytes(), i64::MAX);
        assert_eq!(all(0, u64::MAX).grown_bytes(), i64::MIN);
    }
}
