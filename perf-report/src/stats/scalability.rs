//! The throughput of more and more threads by the universal scalability law.
//!
//! Gunther, "Guerrilla Capacity Planning", Springer (2007), chapters 4 and 5: throughput of n threads is
//! `n·x / (1 + s·(n − 1) + k·n·(n − 1))`, with `s` for what they do one after the other and `k` for what each pair
//! of them costs. Turned over, it is linear in its parts, so least squares with parts of 0 or more fit it
//! (Lawson and Hanson, "Solving Least Squares Problems" (1974), chapter 23). Its intervals are of a parametric
//! bootstrap (Efron and Tibshirani, "An Introduction to the Bootstrap" (1993), 6.5).

use super::number::float;
use super::power::Noise;
use super::random::Stream;

/// The fewest steps of which the law is told.
pub const FEWEST: usize = 5;
/// The share of the best throughput of a thread that is nearly as much.
pub const NEARLY: f64 = 0.95;
/// Fits to made-up throughputs.
const DRAWS: usize = 400;
/// The part by pairs of threads from which it is more than rounding.
const LEAST_CROSSTALK: f64 = 1e-9;

/// The law that a throughput follows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Law {
    /// The share that threads do one after the other, 0 to 1.
    pub serial: f64,
    /// Its ends, 19 times out of 20.
    pub serial_interval: (f64, f64),
    /// The cost of a pair of threads, as a share of the work.
    pub crosstalk: f64,
    /// Its ends, 19 times out of 20.
    pub crosstalk_interval: (f64, f64),
    /// The threads that do the most together; `None` where more always do more.
    pub best: Option<f64>,
}

/// Fits the law to threads and what they do together a second. `None` of fewer than [`FEWEST`] steps.
///
/// ```
/// use perf_report::stats::scalability;
/// let lock = |n: f64| (n, n / (1.0 + 0.2 * (n - 1.0)));
/// let law = scalability::fit(&[1.0, 2.0, 4.0, 8.0, 16.0].map(lock)).unwrap();
/// assert!((law.serial - 0.2).abs() < 1e-6 && law.best.is_none(), "{law:?}");
/// ```
pub fn fit(points: &[(f64, f64)]) -> Option<Law> {
    let is_usable = |(threads, done): &(f64, f64)| {
        *threads >= 1.0 && threads.is_finite() && *done > 0.0 && done.is_finite()
    };
    let mut threads: Vec<f64> = points.iter().map(|it| it.0).collect();
    threads.sort_by(f64::total_cmp);
    threads.dedup();
    if threads.len() < FEWEST || !points.iter().all(is_usable) {
        return None;
    }
    let parts = parts(points)?;
    let squares = points.iter().map(|it| (it.1 / parts.throughput(it.0)).ln().powi(2)).sum();
    let (variance, _) = Noise::OF_TIMES.variance(squares, float(points.len() as u64) - 3.0);
    let mut stream = Stream::of(points.len() as u64);
    let mut draw = || {
        let mut noisy =
            |threads: f64| parts.throughput(threads) * (variance.sqrt() * stream.normal()).exp();
        let drawn: Vec<_> = points.iter().map(|it| (it.0, noisy(it.0))).collect();
        self::parts(&drawn)
    };
    let drawn: Vec<Parts> = (0..DRAWS).filter_map(|_| draw()).collect();
    let (serial, crosstalk) = (parts.serial(), parts.crosstalk());
    let best = (crosstalk > LEAST_CROSSTALK).then(|| ((1.0 - serial).max(0.0) / crosstalk).sqrt());
    Some(Law {
        serial,
        serial_interval: ends(drawn.iter().map(|it| it.serial()), serial),
        crosstalk,
        crosstalk_interval: ends(drawn.iter().map(|it| it.crosstalk()), crosstalk),
        best: best.map(|best| best.max(1.0)),
    })
}

/// Returns the place of the knee: the last step at which a thread does nearly as much as it does at best, as far as
/// can be told where each is known to `error`, half of the interval of its logarithm. What a thread
/// does never rises with the threads but by noise, which is smoothed away so (Barlow, Bartholomew, Bremner and
/// Brunk, "Statistical Inference under Order Restrictions", Wiley (1972), 1.2: pooling adjacent violators).
///
/// ```
/// let lock = |n: f64| (n, n / (1.0 + 0.02 * (n - 1.0)));
/// assert_eq!(perf_report::stats::scalability::knee(&[1.0, 2.0, 4.0, 8.0].map(lock), 0.0), Some(1));
/// ```
pub fn knee(points: &[(f64, f64)], error: f64) -> Option<usize> {
    // Levels of the logarithm: the mean of some steps, and how many.
    let mut levels: Vec<(f64, u32)> = Vec::new();
    for (threads, done) in points {
        let mut level = ((done / threads).ln(), 1);
        while let Some(before) = levels.pop_if(|before| before.0 < level.0) {
            let (one, other) = (f64::from(before.1), f64::from(level.1));
            level = ((before.0 * one + level.0 * other) / (one + other), before.1 + level.1);
        }
        levels.push(level);
    }
    let least = levels.first()?.0 + NEARLY.ln() - error;
    let near = levels.iter().filter(|it| it.0 >= least).map(|it| it.1).sum::<u32>();
    usize::try_from(near).ok()?.checked_sub(1)
}

/// The parts of the time of an iteration.
#[derive(Debug, Clone, Copy)]
struct Parts {
    /// Alone.
    own: f64,
    /// For each other thread.
    waited: f64,
    /// For each pair.
    paired: f64,
}

impl Parts {
    fn throughput(self, threads: f64) -> f64 {
        let others = threads - 1.0;
        threads / (self.own + self.waited * others + self.paired * threads * others)
    }

    fn serial(self) -> f64 {
        (self.waited / self.own).min(1.0)
    }

    fn crosstalk(self) -> f64 {
        self.paired / self.own
    }
}

/// Returns the parts that fit best, none of them below 0: the best of the fits that leave out some of them.
fn parts(points: &[(f64, f64)]) -> Option<Parts> {
    let subsets = [[true, true], [true, false], [false, true], [false, false]];
    let fits = subsets.into_iter().filter_map(|with| {
        let parts = least_squares(points, with)?;
        let is_allowed = parts.own > 0.0 && parts.waited >= 0.0 && parts.paired >= 0.0;
        let squares = |it: &(f64, f64)| (1.0 - it.1 / parts.throughput(it.0)).powi(2);
        is_allowed.then(|| (parts, points.iter().map(squares).sum::<f64>()))
    });
    fits.min_by(|a, b| a.1.total_cmp(&b.1)).map(|it| it.0)
}

/// Returns the parts that fit best with those left out that `with` has not: weighted, so that each step counts by
/// what it is off as a share.
fn least_squares(points: &[(f64, f64)], with: [bool; 2]) -> Option<Parts> {
    let row = |&(threads, done): &(f64, f64)| {
        let (weight, others) = (done / threads, threads - 1.0);
        let of = |is: bool, value: f64| if is { weight * value } else { 0.0 };
        [weight, of(with[0], others), of(with[1], threads * others)]
    };
    let mut matrix = [[0.0; 4]; 3];
    for row in points.iter().map(row) {
        for (at, line) in matrix.iter_mut().enumerate() {
            for (cell, value) in line.iter_mut().zip(row.into_iter().chain([1.0])) {
                *cell += row[at] * value;
            }
        }
    }
    for (at, is) in [(1, with[0]), (2, with[1])] {
        if !is {
            matrix[at][at] = 1.0;
        }
    }
    let [own, waited, paired] = solve(matrix)?;
    Some(Parts { own, waited, paired })
}

/// Solves three equations by elimination; `None` where they do not tell.
fn solve(mut matrix: [[f64; 4]; 3]) -> Option<[f64; 3]> {
    for at in 0..3 {
        let pivot = (at..3).max_by(|a, b| matrix[*a][at].abs().total_cmp(&matrix[*b][at].abs()))?;
        matrix.swap(at, pivot);
        let line = matrix[at];
        if line[at].abs() < f64::MIN_POSITIVE {
            return None;
        }
        for other in (0..3).filter(|other| *other != at) {
            let factor = matrix[other][at] / line[at];
            for (cell, value) in matrix[other].iter_mut().zip(line) {
                *cell -= factor * value;
            }
        }
    }
    let solved = [0, 1, 2].map(|at| matrix[at][3] / matrix[at][at]);
    solved.iter().all(|value| value.is_finite()).then_some(solved)
}

/// Returns the middle 95 % of some values, and `value` among them.
fn ends(values: impl Iterator<Item = f64>, value: f64) -> (f64, f64) {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let outer = values.len() / 40;
    let low = values.get(outer).copied().unwrap_or(value);
    let high = values.iter().rev().nth(outer).copied().unwrap_or(value);
    (low.min(value), high.max(value))
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use proptest::prelude::*;

    use super::*;

    const STEPS: [u32; 6] = [1, 2, 4, 8, 16, 32];

    /// Returns what threads do of which each holds one lock for a share of its work: by simulation.
    fn lock(threads: u32, serial: f64, seed: u64) -> f64 {
        let mut stream = Stream::of(seed);
        let mut draw = |mean: f64| -mean * (1.0 - stream.share()).ln();
        // When each of them comes to the lock, and when the lock is free.
        let mut arrivals: Vec<f64> = (0..threads).map(|_| draw(1.0 - serial)).collect();
        let (mut free, done) = (0.0_f64, 20_000);
        for _ in 0..done {
            let Some(first) =
                (0..arrivals.len()).min_by(|a, b| arrivals[*a].total_cmp(&arrivals[*b]))
            else {
                return 0.0;
            };
            free = free.max(arrivals[first]) + draw(serial);
            arrivals[first] = free + draw(1.0 - serial);
        }
        f64::from(done) / free
    }

    #[test]
    fn the_knee_of_a_lock_is_found_within_a_step() {
        let mut table = String::from("serial share, true knee: found knees\n");
        for serial in [0.001, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.5] {
            let middle =
                |threads| (1..=8).map(|seed| lock(threads, serial, seed)).sum::<f64>() / 8.0;
            let points = STEPS.map(|threads| (f64::from(threads), middle(threads)));
            let due = knee(&points, 0.0).unwrap();
            let mut found = [0; STEPS.len()];
            for seed in 0..200 {
                let mut stream = Stream::of(seed);
                let noisy = points.map(|(n, done)| (n, done * (0.02 * stream.normal()).exp()));
                found[knee(&noisy, 1.96 * 0.02).unwrap()] += 1;
            }
            let _ = writeln!(table, "{serial}, {}: {found:?}", STEPS[due]);
            let far = found.iter().enumerate().filter(|(at, _)| at.abs_diff(due) > 1);
            assert_eq!(far.map(|it| it.1).sum::<u64>(), 0, "{table}");
        }
    }

    #[test]
    fn a_law_is_found_through_noise_and_its_intervals_hold() {
        let (mut serial, mut crosstalk) = (0, 0);
        for seed in 0..100 {
            let mut stream = Stream::of(seed);
            let done = |n: f64| n / (1.0 + 0.05 * (n - 1.0) + 0.002 * n * (n - 1.0));
            let points =
                STEPS.map(f64::from).map(|n| (n, done(n) * (0.02 * stream.normal()).exp()));
            let law = fit(&points).unwrap();
            let holds =
                |(low, high): (f64, f64), value: f64| u32::from(low <= value && value <= high);
            serial += holds(law.serial_interval, 0.05);
            crosstalk += holds(law.crosstalk_interval, 0.002);
        }
        assert!(serial >= 92 && crosstalk >= 92, "{serial} {crosstalk}");
    }

    #[test]
    fn too_little_is_not_told() {
        assert_eq!(fit(&[(1.0, 1.0), (2.0, 2.0), (4.0, 4.0), (8.0, 8.0)]), None);
        assert_eq!(fit(&STEPS.map(|n| (f64::from(n), 0.0))), None);
        assert_eq!(fit(&[(1.0, 1.0); 6]), None);
        assert_eq!(knee(&[], 0.0), None);
    }

    proptest! {
        #[test]
        fn parts_are_never_below_nothing_and_lie_in_their_intervals(
            done in prop::collection::vec(0.001..1e9, STEPS.len()),
        ) {
            let points: Vec<_> = STEPS.map(f64::from).into_iter().zip(done).collect();
            if let Some(law) = fit(&points) {
                prop_assert!(law.serial >= 0.0 && law.crosstalk >= 0.0, "{:?}", law);
                prop_assert!(law.serial_interval.0 <= law.serial && law.serial <= law.serial_interval.1);
                prop_assert!(law.best.is_none_or(|best| best >= 1.0));
            }
        }
    }
}
