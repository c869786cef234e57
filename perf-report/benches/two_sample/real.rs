//! Comparisons from the CI histories of public projects.

use perf_report::stats::robust::{mad_sigma, median};

use crate::cases::Case;
use crate::histories::{STRETCH, looks_stationary};

/// In stretches of a hundred runs that look stationary by a rule that knows no detector: every
/// seventh place from the fifteenth on. The history reaches back before the stretch.
pub(crate) fn stationary(series: &[Vec<f64>], k: usize, m: usize) -> Vec<Case> {
    let places = |start: usize| (start + 15..start + STRETCH - 2).step_by(7);
    stretches(series)
        .flat_map(|(values, start)| places(start).filter_map(move |at| Case::at(values, at, k, m)))
        .collect()
}

/// The same stretches, with their noise drawn to five sizes about 3 %, as spread as the noise of
/// public benchmarks is: the shape is real, the size is not.
pub(crate) fn quieter(series: &[Vec<f64>], k: usize, m: usize) -> Vec<Case> {
    let sizes = [-1.28, -0.52, 0.0, 0.52, 1.28].map(|off: f64| 0.03 * (1.5 * off).exp());
    let mut cases = Vec::new();
    for (values, start) in stretches(series) {
        let logs: Vec<f64> =
            values[start..start + STRETCH].iter().map(|value| value.ln()).collect();
        let (Some(middle), Some(noise)) = (median(&logs), mad_sigma(&logs)) else { continue };
        for size in sizes {
            let drawn: Vec<f64> =
                logs.iter().map(|value| ((value - middle) / noise * size).exp()).collect();
            cases.extend([60, 80].into_iter().filter_map(|at| Case::at(&drawn, at, k, m)));
        }
    }
    cases
}

/// Anywhere: every twentieth place from the sixtieth on, in series that are not constant.
pub(crate) fn any(series: &[Vec<f64>], k: usize, m: usize) -> Vec<Case> {
    let moves = |case: &Case| {
        let logs: Vec<f64> = case.known().iter().map(|value| value.ln()).collect();
        mad_sigma(&logs).is_some_and(|sigma| sigma > 1e-6)
    };
    let places = |values: &Vec<f64>| (60..values.len()).step_by(20);
    let cases = series.iter().flat_map(|values| places(values).map(move |at| (values, at)));
    cases.filter_map(|(values, at)| Case::at(values, at, k, m)).filter(moves).collect()
}

fn stretches(series: &[Vec<f64>]) -> impl Iterator<Item = (&Vec<f64>, usize)> {
    let starts = |values: &Vec<f64>| (0..=values.len().saturating_sub(STRETCH)).step_by(STRETCH);
    let all =
        series.iter().flat_map(move |values| starts(values).map(move |start| (values, start)));
    all.filter(|(values, start)| values.get(*start..start + STRETCH).is_some_and(looks_stationary))
}
