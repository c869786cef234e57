//! The order of two sides: at random, and the same for the same seed.

use crate::stats::random::Stream;

/// One of two sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The side to compare with.
    A,
    /// The side that is judged.
    B,
}

impl Side {
    /// Returns the other side.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::A => Self::B,
            Self::B => Self::A,
        }
    }

    /// Returns its letter.
    pub fn letter(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::B => "B",
        }
    }
}

/// The order within each round, without end. Rounds come in pairs: one of the two begins with A,
/// the other with B, and chance decides which. So both sides are the first of a round equally
/// often, whatever that does to a run.
///
/// ```
/// use perf_report::analysis::interleave::{Order, Side};
/// let first: Vec<Side> = Order::new(7).take(4).map(|round| round[0]).collect();
/// assert_eq!(first.iter().filter(|side| **side == Side::A).count(), 2);
/// ```
#[derive(Debug, Clone)]
pub struct Order {
    chance: Stream,
    owed: Option<Side>,
}

impl Order {
    /// Returns the order that belongs to `seed`, for ever.
    pub fn new(seed: u64) -> Self {
        Self { chance: Stream::of(seed), owed: None }
    }

    /// Returns a side, either with the same probability.
    fn toss(&mut self) -> Side {
        if self.chance.number() >> 63 == 1 { Side::A } else { Side::B }
    }

    /// Returns sides at random, each independent of the others.
    pub fn coins(mut self) -> impl Iterator<Item = Side> {
        std::iter::repeat_with(move || self.toss())
    }
}

impl Iterator for Order {
    type Item = [Side; 2];

    fn next(&mut self) -> Option<[Side; 2]> {
        let first = self.owed.take().unwrap_or_else(|| {
            let first = self.toss();
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
