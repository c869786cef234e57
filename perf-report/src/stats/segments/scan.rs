//! The places where the values before and after differ most, in whatever way: a smooth test of ranks for
//! every place at once.
//!
//! Each value becomes the cosines 1 to [`WAVES`] of its rank; without a change their sums are
//! uncorrelated, and the weighted sum of squares is Neyman's smooth test (Neyman 1937; Rayner and
//! Best, "Smooth Tests of Goodness of Fit", 1989). The weights fall slowly, so that values that
//! gather in a few places are seen as well as a shift of all. Running sums make it linear in the
//! length.

use std::sync::OnceLock;

use super::ties::Ties;

/// Cosines that are looked at.
const WAVES: usize = 16;
/// The ranks that are held apart.
const CELLS: usize = 512;

type Waves = [f32; WAVES];

/// The values of a segment as waves of their ranks.
#[derive(Debug)]
pub(super) struct Ranked {
    cells: Vec<u16>,
}

/// A place between values, and how much those on either side differ.
#[derive(Debug, Clone, Copy)]
pub(super) struct Candidate {
    /// The first value after it, counted from the segment's first.
    pub(super) at: usize,
    /// The smooth test's statistic; about 7 without a change.
    pub(super) score: f32,
}

impl Ranked {
    /// Values that are equal are ordered as by chance.
    pub(super) fn new(values: &[f64]) -> Self {
        let ties = Ties::of(values);
        let mut order: Vec<(f64, u64, u32)> = values
            .iter()
            .zip(0u32..)
            .map(|(&value, at)| (value, ties.rank(at as usize), at))
            .collect();
        order.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let mut cells = vec![0; values.len()];
        for (rank, (.., at)) in order.into_iter().enumerate() {
            if let Some(cell) = cells.get_mut(at as usize) {
                *cell = u16::try_from((2 * rank + 1) * CELLS / (2 * values.len())).unwrap_or(0);
            }
        }
        Self { cells }
    }

    /// Scores every place between the values of the segment.
    pub(super) fn places(&self) -> Vec<Candidate> {
        self.places_within(0, self.cells.len())
    }

    /// Returns the score of a place in the segment.
    pub(super) fn score(&self, at: usize) -> f32 {
        self.places().get(at - 1).map_or(0.0, |place| place.score)
    }

    /// Scores every place between the values from `from` to `to`, among these.
    pub(super) fn places_within(&self, from: usize, to: usize) -> Vec<Candidate> {
        let waves = waves();
        let cells = self.cells.get(from..to).unwrap_or_default();
        let mut whole = [0f32; WAVES];
        for &cell in cells {
            add(&mut whole, &waves[usize::from(cell)]);
        }
        let count = as_f32(cells.len());
        let mean = whole.map(|sum| sum / count);
        let mut sum = [0f32; WAVES];
        let place = |(before, &cell): (usize, &u16)| {
            add(&mut sum, &waves[usize::from(cell)]);
            let steps = as_f32(before);
            let mut square = 0f32;
            for (sum, mean) in sum.iter().zip(&mean) {
                let excess = sum - steps * mean;
                square += excess * excess;
            }
            let score = square * count / (steps * (count - steps));
            Candidate { at: from + before, score }
        };
        (1..cells.len()).zip(cells).map(place).collect()
    }
}

/// Finds the first of the places that score most, with at least `side` values before and after it.
pub(super) fn best(places: &[Candidate], side: usize) -> Option<Candidate> {
    let places = places.get(side - 1..=places.len().checked_sub(side)?)?;
    let better =
        |best: Candidate, place: Candidate| if place.score > best.score { place } else { best };
    places.iter().copied().reduce(better)
}

fn add(sum: &mut Waves, waves: &Waves) {
    for (sum, wave) in sum.iter_mut().zip(waves) {
        *sum += wave;
    }
}

/// Returns the weighted cosines of each rank.
#[expect(clippy::cast_possible_truncation, reason = "precision is all that is lost")]
fn waves() -> &'static [Waves] {
    static TABLE: OnceLock<Vec<Waves>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let wave = |rank: f64, wave: u32| {
            let weight = 1.0 / f64::from(wave).sqrt();
            ((2.0 * weight).sqrt() * (std::f64::consts::PI * f64::from(wave) * rank).cos()) as f32
        };
        (0u16..)
            .take(CELLS)
            .map(|cell| {
                let rank = (f64::from(cell) + 0.5) / f64::from(as_f32(CELLS));
                std::array::from_fn(|index| wave(rank, index as u32 + 1))
            })
            .collect()
    })
}

#[expect(clippy::cast_precision_loss, reason = "lengths beyond 2^24 lose their last digits only")]
fn as_f32(length: usize) -> f32 {
    length as f32
}
