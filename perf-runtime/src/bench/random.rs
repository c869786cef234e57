//! Random numbers that need not be secret.

/// A sequence of random numbers: `xorshift64*` (Vigna, "An experimental exploration of Marsaglia's
/// xorshift generators", 2016).
#[derive(Debug)]
pub(super) struct Random(u64);

impl Random {
    /// Begins a sequence; the same seed begins the same one.
    pub(super) fn new(seed: u64) -> Self {
        Self(seed | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 32
    }

    /// Returns a number below `end`, and 0 where that is 0.
    pub(super) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next()).unwrap_or(0).checked_rem(end).unwrap_or(0)
    }

    /// Returns a number from 0 to 1.
    #[expect(clippy::cast_precision_loss, reason = "32 bits")]
    pub(super) fn share(&mut self) -> f64 {
        self.next() as f64 / f64::from(u32::MAX)
    }

    /// Puts `items` in a random order (Fisher and Yates).
    pub(super) fn shuffle<T>(&mut self, items: &mut [T]) {
        for end in (1..items.len()).rev() {
            items.swap(end, self.below(end + 1));
        }
    }
}
