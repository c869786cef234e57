//! The order in which two sides run: at random, and the same for the same seed.

/// One of two sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// What is compared with.
    A,
    /// What is judged.
    B,
}

impl Side {
    /// The other one.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::A => Self::B,
            Self::B => Self::A,
        }
    }

    /// Its letter.
    pub fn letter(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::B => "B",
        }
    }
}

/// The order within each round, without end. Of two rounds in a row, the first a round with an odd
/// number, one begins with A and the other with B, and chance says which: whatever it does to a run
/// to be the first of its round, both sides get the same of it.
///
/// ```
/// use perf_report::interleave::{Order, Side};
/// let first: Vec<Side> = Order::new(7).take(4).map(|round| round[0]).collect();
/// assert_eq!(first.iter().filter(|side| **side == Side::A).count(), 2);
/// ```
#[derive(Debug, Clone)]
pub struct Order {
    state: u64,
    owed: Option<Side>,
}

impl Order {
    /// The order that belongs to `seed`, for ever.
    pub fn new(seed: u64) -> Self {
        Self { state: seed, owed: None }
    }

    /// The next random bit, of `SplitMix64` (Steele, Lea and Flood, OOPSLA 2014).
    fn bit(&mut self) -> bool {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.state ^ (self.state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed >> 63 == 1
    }

    /// Sides at random, with nothing owed from one to the next.
    pub fn coins(mut self) -> impl Iterator<Item = Side> {
        std::iter::repeat_with(move || if self.bit() { Side::A } else { Side::B })
    }
}

impl Iterator for Order {
    type Item = [Side; 2];

    fn next(&mut self) -> Option<[Side; 2]> {
        let first = self.owed.take().unwrap_or_else(|| {
            let first = if self.bit() { Side::A } else { Side::B };
            self.owed = Some(first.other());
            first
        });
        Some([first, first.other()])
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn letters(seed: u64, rounds: usize) -> String {
        let rounds = Order::new(seed).take(rounds);
        rounds.map(|round| round.map(Side::letter).concat()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn the_order_of_a_seed_is_the_same_for_ever() {
        assert_eq!(letters(42, 8), ORDER_OF_42);
        assert_ne!(letters(43, 8), ORDER_OF_42);
    }

    const ORDER_OF_42: &str = "AB BA BA AB BA AB BA AB";

    proptest! {
        #[test]
        fn each_side_runs_once_a_round_and_is_first_as_often(seed: u64, pairs in 1_usize..20) {
            let rounds: Vec<_> = Order::new(seed).take(2 * pairs).collect();
            prop_assert!(rounds.iter().all(|[first, second]| *second == first.other()));
            let led = rounds.iter().filter(|[first, _]| *first == Side::A).count();
            prop_assert_eq!(led, pairs);
        }
    }

    #[test]
    fn chance_leads_as_often_as_not() {
        let led = (0..1_000).filter(|seed| letters(*seed, 1) == "AB").count();
        assert!((430..570).contains(&led), "{led} of 1,000");
        let heads = Order::new(1).coins().take(1_000).filter(|side| *side == Side::A).count();
        assert!((430..570).contains(&heads), "{heads} of 1,000");
    }
}
