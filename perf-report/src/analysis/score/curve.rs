//! The scales: from a figure to 0 to 100, through four thresholds.
//!
//! Between two points, a score is straight in the logarithm of the figure: twice as slow costs the same at
//! 1 ms and at 1 s.

use super::Thresholds;

/// A scale on which less is better.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Curve {
    /// Figures in ascending order, with their scores.
    points: [(f64, f64); 6],
}

impl Curve {
    /// Returns the scale through these thresholds, which are the ends of 90, 75, 60 and 40 points. A tenth of
    /// the first has 100, four times the last has none.
    ///
    /// ```
    /// use perf_report::analysis::score::Curve;
    /// let seconds = Curve::through([0.1, 0.5, 1.0, 2.0]);
    /// assert_eq!([0.1, 0.5, 1.0, 2.0].map(|x| seconds.at(x).round()), [90.0, 75.0, 60.0, 40.0]);
    /// assert_eq!((seconds.at(0.31) * 10.0).round() / 10.0, 79.5);
    /// ```
    pub fn through([a, b, c, d]: Thresholds) -> Self {
        Self {
            points: [(a / 10.0, 100.0), (a, 90.0), (b, 75.0), (c, 60.0), (d, 40.0), (4.0 * d, 0.0)],
        }
    }

    /// Returns the scale of a target: half of it has 90 points, four fifths have 75, all of it has 60.
    pub fn of_target(allowed: f64) -> Self {
        Self::through([0.5, 0.8, 1.0, 1.5].map(|part| part * allowed))
    }

    /// Returns the scale of ratios to a baseline: none where it takes twice as much.
    pub fn of_baseline() -> Self {
        let mut curve = Self::through([1.0, 1.03, 1.10, 1.25]);
        curve.points[5].0 = 2.0;
        curve
    }

    /// Returns the score of a figure, 0 to 100.
    pub fn at(&self, figure: f64) -> f64 {
        let [(first, most), .., (end, none)] = self.points;
        if figure.is_nan() || figure >= end {
            return none;
        }
        if figure <= first {
            return most;
        }
        let pairs = self.points.iter().zip(self.points.iter().skip(1));
        let mut around = pairs.filter(|((from, _), (to, _))| (*from..=*to).contains(&figure));
        around.next().map_or(none, |(&(from, high), &(to, low))| {
            let part = (figure / from).ln() / (to / from).ln();
            // A point that is met comes out exactly.
            if figure >= to { low } else { high + (low - high) * part.clamp(0.0, 1.0) }
        })
    }
}

/// Returns the score of a share that succeeded, 0 to 1: straight between the points.
///
/// ```
/// use perf_report::analysis::score::success_points;
/// assert_eq!([1.0, 0.99, 0.95, 0.80, 0.5].map(success_points), [100.0, 90.0, 75.0, 40.0, 0.0]);
/// ```
pub fn success_points(share: f64) -> f64 {
    const POINTS: [(f64, f64); 5] =
        [(0.5, 0.0), (0.8, 40.0), (0.95, 75.0), (0.99, 90.0), (1.0, 100.0)];
    if share.is_nan() || share <= 0.5 {
        return 0.0;
    }
    let mut pairs = POINTS.iter().zip(POINTS.iter().skip(1));
    let around = pairs.find(|((from, _), (to, _))| (*from..*to).contains(&share));
    around.map_or(100.0, |(&(from, low), &(to, high))| {
        low + (high - low) * (share - from) / (to - from)
    })
}
