//! Series whose changes are known, of the lengths that people have: what `changepoints` is held to, as a
//! test and as a benchmark.

use Height::{Noises, Times};
use Spread::{OfEach, OfFirst};

/// How high a level is.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Height {
    /// So many times the first.
    Times(f64),
    /// So many times the noise above the first.
    Noises(f64),
}

/// What the noise is a part of.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Spread {
    /// Of each level: a level so many times the noise higher is as many times as far on a scale of ratios.
    OfEach,
    /// Of the first level, and the same for all.
    OfFirst,
}

/// Both.
pub(crate) const SPREADS: [Spread; 2] = [OfEach, OfFirst];

/// Levels with so many values of each.
#[derive(Debug)]
pub(crate) struct Shape {
    pub(crate) name: &'static str,
    levels: &'static [(Height, usize)],
}

/// Steps of ten times the noise and more, with five values and more on each side; or of three times the
/// level, with four.
#[rustfmt::skip]
pub(crate) const SHAPES: &[Shape] = &[
    Shape { name: "a regression and its fix, 30", levels: &[(Times(16.0), 10), (Times(90.0), 10), (Times(16.0), 10)] },
    Shape { name: "a regression and its fix, 45", levels: &[(Times(16.0), 15), (Times(90.0), 15), (Times(16.0), 15)] },
    Shape { name: "7 + 7, 5.6 times", levels: &[(Times(1.0), 7), (Times(5.6), 7)] },
    Shape { name: "4 + 4, 3 times", levels: &[(Times(1.0), 4), (Times(3.0), 4)] },
    Shape { name: "5 + 4, 3 times", levels: &[(Times(1.0), 5), (Times(3.0), 4)] },
    Shape { name: "30 + 4, 3 times", levels: &[(Times(1.0), 30), (Times(3.0), 4)] },
    Shape { name: "5 + 5", levels: &[(Noises(0.0), 5), (Noises(10.0), 5)] },
    Shape { name: "5 + 7, down", levels: &[(Noises(10.0), 5), (Noises(0.0), 7)] },
    Shape { name: "5 + 35", levels: &[(Noises(0.0), 5), (Noises(10.0), 35)] },
    Shape { name: "35 + 5", levels: &[(Noises(0.0), 35), (Noises(10.0), 5)] },
    Shape { name: "20 + 20", levels: &[(Noises(0.0), 20), (Noises(10.0), 20)] },
    Shape { name: "a pulse of 6 of 16", levels: &[(Noises(0.0), 5), (Noises(10.0), 6), (Noises(0.0), 5)] },
    Shape { name: "a pulse of 6 of 40", levels: &[(Noises(0.0), 20), (Noises(10.0), 6), (Noises(0.0), 14)] },
    Shape { name: "a dip of 6 of 40", levels: &[(Noises(10.0), 20), (Noises(0.0), 6), (Noises(10.0), 14)] },
    Shape { name: "a pulse of 6 of 200", levels: &[(Noises(0.0), 100), (Noises(10.0), 6), (Noises(0.0), 94)] },
    Shape { name: "two steps up of 15", levels: &[(Noises(0.0), 5), (Noises(10.0), 5), (Noises(20.0), 5)] },
    Shape { name: "two steps up of 30", levels: &[(Noises(0.0), 10), (Noises(10.0), 10), (Noises(20.0), 10)] },
    Shape { name: "up, and half way down", levels: &[(Noises(0.0), 10), (Noises(20.0), 10), (Noises(10.0), 10)] },
    Shape { name: "up and down, 8 of 5", levels: &[
        (Noises(0.0), 5), (Noises(10.0), 5), (Noises(0.0), 5), (Noises(10.0), 5),
        (Noises(0.0), 5), (Noises(10.0), 5), (Noises(0.0), 5), (Noises(10.0), 5),
    ] },
];

impl Shape {
    /// The values, with noise of this part of a level; `random` gives what has a deviation of 1.
    pub(crate) fn values(
        &self,
        part: f64,
        spread: Spread,
        mut random: impl FnMut() -> f64,
    ) -> Vec<f64> {
        let each =
            self.levels.iter().flat_map(|&(height, count)| std::iter::repeat_n(height, count));
        each.map(|height| match (height, spread) {
            (Times(times), OfEach) => times * (part * random()).exp(),
            (Noises(above), OfEach) => (part * (above + random())).exp(),
            (Times(times), OfFirst) => times + part * first(self.levels) * random(),
            (Noises(above), OfFirst) => 1.0 + part * (above + random()),
        })
        .collect()
    }

    /// Whether these are the places of the steps, or the one beside.
    pub(crate) fn is_right(&self, found: &[usize]) -> bool {
        let mut place = 0;
        let (_, before) = self.levels.split_last().expect("a shape has a level");
        let steps = before.iter().map(|(_, count)| {
            place += count;
            place
        });
        found.len() == before.len() && found.iter().zip(steps).all(|(it, at)| it.abs_diff(at) <= 1)
    }
}

/// The first level where levels are given by how many times they are.
fn first(levels: &[(Height, usize)]) -> f64 {
    match levels.first() {
        Some((Times(times), _)) => *times,
        _ => 1.0,
    }
}

/// Noise with heavy tails: Student's distribution of three degrees of freedom, with a deviation of 1.
pub(crate) fn heavy(mut normal: impl FnMut() -> f64) -> f64 {
    let squares: f64 = (0..3).map(|_| normal().powi(2)).sum();
    normal() / squares.sqrt()
}
