//! The forms that a cost's growth may have: 1, lg n, n, n lg n, n², n³, and those of them that cannot be told apart.
//!
//! Each is fitted as `a + c·f(n)` with `a ≥ 0` on the logarithms, as [`super::power`] does. A form stands unless it
//! fits worse than the best one by more than noise: a likelihood-ratio test by Student's t (Bates and Watts, 1988),
//! at a level that even thousands of benchmarks do not exceed by chance. Others take the least error (Google
//! Benchmark, `complexity.cc`), which is wrong without a word where noise or a fixed cost decides.

use serde::{Deserialize, Serialize};

use super::number::float;
use super::power::{self, Growth, Noise};
use super::student;

/// The level at which a form that is right falls.
const LEVEL: f64 = 0.0001;
/// The level at which a cost that is called constant grows by more than is said.
const FLAT_LEVEL: f64 = 0.001;
/// Growth over all sizes below which it is called constant, as a share.
const FLAT: f64 = 0.25;
/// The error of the best form, as a share of the cost, beyond which none of them fits.
const MISFIT: f64 = 0.2;

/// A form of growth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// No growth.
    Constant,
    /// lg n.
    Logarithmic,
    /// n.
    Linear,
    /// n lg n.
    Linearithmic,
    /// n².
    Quadratic,
    /// n³.
    Cubic,
}

impl Form {
    /// Every form, the slowest growth first.
    pub const ALL: [Self; 6] = [
        Self::Constant,
        Self::Logarithmic,
        Self::Linear,
        Self::Linearithmic,
        Self::Quadratic,
        Self::Cubic,
    ];

    /// Returns its text: `n lg n`.
    pub fn text(self) -> &'static str {
        match self {
            Self::Constant => "constant",
            Self::Logarithmic => "lg n",
            Self::Linear => "n",
            Self::Linearithmic => "n lg n",
            Self::Quadratic => "n²",
            Self::Cubic => "n³",
        }
    }

    /// Returns what it is of a size.
    pub fn of(self, size: f64) -> f64 {
        // Of one there is something to do, too.
        let lg = size.log2().max(1.0);
        match self {
            Self::Constant => 1.0,
            Self::Logarithmic => lg,
            Self::Linear => size,
            Self::Linearithmic => size * lg,
            Self::Quadratic => size * size,
            Self::Cubic => size.powi(3),
        }
    }
}

/// The growth of a cost over sizes.
#[derive(Debug, Clone, PartialEq)]
pub struct Forms {
    /// The forms that cannot be told apart, the slowest growth first; none where none of them fits.
    pub standing: Vec<Form>,
    /// The most that it may grow from the smallest size to the largest, as a share, where that is so little that it
    /// is constant for all purposes; then nothing can be said of a form.
    pub flat: Option<f64>,
    /// The power of its growth.
    pub growth: Growth,
    /// The fixed part in the unit of the costs, by the best form, where there is one for sure.
    pub fixed: Option<f64>,
}

/// Finds the forms that fit sizes and costs, all above 0. `None` where there are too few, as of [`power::fit`].
///
/// ```
/// use perf_report::stats::forms::{self, Form};
/// use perf_report::stats::power::Noise;
/// let square: Vec<(f64, f64)> = [1.0, 10.0, 30.0, 100.0, 300.0].map(|n| (n, 7.0 + 3.0 * n * n)).to_vec();
/// assert_eq!(forms::fit(&square, Noise::OF_COUNTS).unwrap().standing, [Form::Quadratic]);
/// ```
pub fn fit(points: &[(f64, f64)], noise: Noise) -> Option<Forms> {
    let growth = power::fit(points, noise)?;
    let fits = Form::ALL.map(|form| (form, power::best(points, |size| form.of(size))));
    let (best, fitted) = fits.iter().min_by(|a, b| a.1.squares.total_cmp(&b.1.squares))?;
    let count = float(points.len() as u64);
    let least = fitted.squares.min(growth.squares);
    let (variance, degrees) = noise.variance(least, count - 3.0);
    let reach = |level: f64| student::quantile(1.0 - level, degrees);
    let most = least + reach(LEVEL / 2.0).powi(2) * variance;
    let fits_at_all = (fitted.squares / count).sqrt() <= MISFIT;
    let standing = || fits.iter().filter(|it| fits_at_all && it.1.squares <= most).map(|it| it.0);
    let is_flat = standing().any(|form| form == Form::Constant);
    let flat = growth_at_most(points, reach(FLAT_LEVEL) * variance.sqrt());
    let free = free_squares(points, *best);
    Some(Forms {
        standing: standing().collect(),
        flat: flat.filter(|flat| is_flat && *flat <= FLAT),
        growth,
        fixed: Some(fitted.fixed)
            .filter(|_| !is_flat && free - fitted.squares > reach(0.025).powi(2) * variance),
    })
}

/// Returns the costs that a form has, fitted to `points`: what is drawn through them.
///
/// ```
/// use perf_report::stats::forms::{self, Form};
/// let square: Vec<(f64, f64)> = [1.0, 10.0, 30.0, 100.0, 300.0].map(|n| (n, 7.0 + 3.0 * n * n)).to_vec();
/// let cost = forms::curve(&square, Form::Quadratic);
/// assert!((cost(50.0) / 7507.0 - 1.0).abs() < 0.01);
/// ```
pub fn curve(points: &[(f64, f64)], form: Form) -> impl Fn(f64) -> f64 {
    let fit = power::best(points, |size| form.of(size));
    move |size| fit.fixed + fit.factor * form.of(size)
}

/// Returns the most by which the cost of the largest size can be above that of the smallest, as a share, where each
/// is known to `error`.
fn growth_at_most(points: &[(f64, f64)], error: f64) -> Option<f64> {
    let first = points.iter().min_by(|a, b| a.0.total_cmp(&b.0))?;
    let last = points.iter().max_by(|a, b| a.0.total_cmp(&b.0))?;
    let most = (last.1 / first.1).ln() + error * std::f64::consts::SQRT_2;
    Some(most.max(0.0).exp_m1())
}

/// Returns the squares that a form leaves without a fixed part.
fn free_squares(points: &[(f64, f64)], form: Form) -> f64 {
    let logs = || points.iter().map(|(size, cost)| (cost / form.of(*size)).ln());
    let mean = logs().sum::<f64>() / float(points.len() as u64);
    logs().map(|it| (it - mean).powi(2)).sum()
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use proptest::prelude::*;
    use rayon::prelude::*;

    use super::*;
    use crate::stats::random::Stream;

    const TRIES: u64 = 200;
    const FOUR: [f64; 5] = [64.0, 256.0, 1_024.0, 4_096.0, 16_384.0];
    const TENTHS: [f64; 5] = [100.0, 316.0, 1_000.0, 3_162.0, 10_000.0];
    const NINE: [f64; 9] = [1.0, 3.0, 10.0, 32.0, 100.0, 316.0, 1_000.0, 3_162.0, 10_000.0];

    fn noisy(sizes: &[f64], seed: u64, noise: f64, cost: impl Fn(f64) -> f64) -> Vec<(f64, f64)> {
        let mut stream = Stream::of(seed);
        sizes.iter().map(|&size| (size, cost(size) * (noise * stream.normal()).exp())).collect()
    }

    /// Counts the tries in which the right form is told, cannot be told, and is denied.
    fn tries(form: Form, sizes: &[f64], fixed: f64, noise: f64) -> [u64; 3] {
        let cost = |size: f64| fixed * form.of(sizes[0]) + form.of(size);
        let grows = cost(sizes[sizes.len() - 1]) / cost(sizes[0]) - 1.0;
        let of = |seed| {
            let found = fit(&noisy(sizes, seed, noise, cost), Noise::OF_TIMES).unwrap();
            let is_right = match found.flat {
                Some(most) => grows <= most,
                None => found.standing == [form],
            };
            let is_open = found.flat.is_none() && found.standing.contains(&form);
            if is_right {
                0
            } else if is_open {
                1
            } else {
                2
            }
        };
        let ends: Vec<usize> = (0..TRIES).into_par_iter().map(of).collect();
        [0, 1, 2].map(|end| ends.iter().filter(|it| **it == end).count() as u64)
    }

    fn table(all_sizes: &[&[f64]], all_fixed: &[f64], noise: f64) -> (String, u64) {
        let mut table = String::from("form, sizes, fixed cost: right, cannot tell, wrong\n");
        let mut wrong = 0;
        for form in Form::ALL {
            for sizes in all_sizes {
                for &fixed in all_fixed {
                    let [right, open, denied] = tries(form, sizes, fixed, noise);
                    wrong += denied;
                    let (first, last) = (sizes[0], sizes[sizes.len() - 1]);
                    let _ = writeln!(
                        table,
                        "{form:?}, {} from {first} to {last}, {fixed} ×: {right}, {open}, {denied}",
                        sizes.len(),
                    );
                }
            }
        }
        (table, wrong)
    }

    #[test]
    fn the_right_form_or_none_but_never_a_wrong_one() {
        let (table, wrong) = table(&[&FOUR, &TENTHS], &[0.0, 20.0], 0.03);
        assert_eq!(wrong, 0, "{table}");
    }

    /// Run by `cargo test -p perf-report --lib forms -- --ignored`.
    #[test]
    #[ignore = "takes a minute"]
    fn never_a_wrong_one_at_other_sizes_and_of_other_noise() {
        for noise in [0.003, 0.01, 0.03, 0.06] {
            let (table, wrong) = table(&[&FOUR, &TENTHS, &NINE], &[0.0, 1.0, 5.0, 20.0], noise);
            assert_eq!(wrong, 0, "{table}");
        }
    }

    #[test]
    fn counts_have_their_form_without_doubt() {
        for form in Form::ALL {
            for fixed in [0.0, 20.0] {
                let cost = |size: f64| fixed * form.of(FOUR[0]) + 3.0 * form.of(size);
                let found = fit(&FOUR.map(|size| (size, cost(size))), Noise::OF_COUNTS).unwrap();
                if form == Form::Constant {
                    assert!(found.flat.is_some_and(|most| most < 0.1), "{found:?}");
                } else {
                    assert_eq!(found.standing, [form], "{fixed}: {found:?}");
                    assert_eq!(found.fixed.is_some(), fixed > 0.0, "{form:?}: {found:?}");
                }
            }
        }
    }

    #[test]
    fn what_has_no_form_is_given_none() {
        let cliff = FOUR.map(|size| (size, if size > 1_000.0 { size * 50.0 } else { size }));
        assert_eq!(fit(&cliff, Noise::OF_TIMES).unwrap().standing, []);
    }

    proptest! {
        #[test]
        fn another_unit_changes_no_form(
            costs in prop::collection::vec(1.0..1e6, FOUR.len()), factor in 1e-3..1e3,
        ) {
            let points = |by: f64| -> Vec<(f64, f64)> {
                FOUR.into_iter().zip(costs.iter().map(|cost| cost * by)).collect()
            };
            let [one, other] = [1.0, factor].map(|by| fit(&points(by), Noise::OF_TIMES).unwrap());
            prop_assert_eq!(&one.standing, &other.standing);
            prop_assert!((one.growth.power - other.growth.power).abs() < 1e-3);
            let (low, high) = one.growth.interval;
            prop_assert!(low <= one.growth.power && one.growth.power <= high);
        }
    }
}
