//! Boundaries by binary segmentation: the split that explains most, then those of its two parts.

use crate::units::float;

/// The shortest part.
const LEAST: usize = 2;
/// A part longer than this, of which no split explains enough, is looked at through windows: an
/// excursion up and down is no single split.
const WINDOWED: usize = 40;
/// Halves of these windows.
const HALVES: [usize; 2] = [8, 16];

/// Boundaries, as indices of the first value of a part, ascending.
pub(super) fn boundaries(series: &[f64], sigma: f64, penalty: f64) -> Vec<usize> {
    let sums = Sums::of(series);
    let least_gain = penalty * sigma * sigma * float(series.len().max(2) as u64).ln();
    let mut open = vec![(0, series.len())];
    let mut found = Vec::new();
    while let Some((from, to)) = open.pop() {
        let best = best(&sums, from, to);
        let best = best.filter(|(_, gain)| *gain > least_gain);
        if let Some((at, _)) = best.or_else(|| windowed(&sums, from, to, least_gain)) {
            found.push(at);
            open.extend([(from, at), (at, to)]);
        }
    }
    found.sort_unstable();
    found
}

/// The best split of a part, and what it explains.
fn best(sums: &Sums, from: usize, to: usize) -> Option<(usize, f64)> {
    let splits = (from + LEAST)..(to + 1).saturating_sub(LEAST);
    splits.map(|at| (at, sums.gain(from, at, to))).max_by(|a, b| a.1.total_cmp(&b.1))
}

/// The best split of any window.
fn windowed(sums: &Sums, from: usize, to: usize, least_gain: f64) -> Option<(usize, f64)> {
    if to - from <= WINDOWED {
        return None;
    }
    let of = |half: usize| {
        let splits = (from + half)..=(to - half);
        splits.map(move |at| (at, sums.gain(at - half, at, at + half)))
    };
    let best = HALVES.into_iter().flat_map(of).max_by(|a, b| a.1.total_cmp(&b.1));
    best.filter(|(_, gain)| *gain > least_gain)
}

/// Sums of all beginnings of a series.
struct Sums(Vec<f64>);

impl Sums {
    fn of(series: &[f64]) -> Self {
        let mut sums = vec![0.0];
        // About the first value, so that little is lost where all are large.
        let origin = series.first().copied().unwrap_or(0.0);
        sums.extend(series.iter().scan(0.0, |sum, value| {
            *sum += value - origin;
            Some(*sum)
        }));
        Self(sums)
    }

    /// By how much a split reduces the sum of squares.
    fn gain(&self, from: usize, at: usize, to: usize) -> f64 {
        let [left, right] = [at - from, to - at].map(|count| float(count as u64));
        let difference = (self.0[to] - self.0[at]) / right - (self.0[at] - self.0[from]) / left;
        difference * difference * left * right / (left + right)
    }
}
