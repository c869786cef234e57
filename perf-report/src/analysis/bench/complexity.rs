//! The growth of costs with the size of the work.

use super::costs::Known;
use crate::model::{Cases, Complexity, Cost, CostGrowth, RunDocument};
use crate::stats::forms;
use crate::stats::power::{FEWEST, LEAST_RANGE, Noise};
use crate::text::units;

/// Returns the growth of each benchmark that the newest of `runs`, which were made together, measured at several
/// sizes; of those with a few sizes or over a short range, why nothing is said.
pub fn complexity(runs: &[RunDocument]) -> Vec<Complexity> {
    let Some(newest) = runs.last() else { return Vec::new() };
    let known = Known::of(runs);
    let families = newest.benchmarks_by_size();
    families.into_iter().filter_map(|(name, cases)| of(name, &cases, &known)).collect()
}

fn of(benchmark: String, cases: &Cases<'_, f64>, known: &Known<'_>) -> Option<Complexity> {
    // A case that failed has no time.
    let timed = |name: &str| known.value(name, |it| Cost::Time.of(it)).is_some_and(|ns| ns > 0.0);
    let cases: Cases<'_, f64> = cases.iter().filter(|it| timed(&it.1.name)).copied().collect();
    let sizes: Vec<f64> = cases.iter().map(|it| it.0).collect();
    let unknown = unknown(&sizes);
    // Two or three cases are seldom meant as sizes.
    if unknown.is_some() && sizes.len() < FEWEST - 1 {
        return None;
    }
    let is_known = unknown.is_none();
    let of = |cost: &Cost| growth(*cost, &cases, known).filter(|_| is_known);
    let costs = Cost::ALL.iter().filter_map(of).collect();
    Some(Complexity { benchmark, sizes, unknown, costs })
}

/// Returns the reason for which nothing can be said of a growth over these sizes.
fn unknown(sizes: &[f64]) -> Option<String> {
    let (first, last) = (sizes.first()?, sizes.last()?);
    if sizes.len() < FEWEST {
        let sizes = units::plural(sizes.len() as u64, "size");
        return Some(format!("{sizes}; it takes {FEWEST} to tell a growth"));
    }
    let range = last / first;
    (range < LEAST_RANGE).then(|| {
        let range = units::rough_number(range);
        format!("the largest size is {range} times the smallest; it takes {LEAST_RANGE} times to tell a growth")
    })
}

fn growth(of: Cost, cases: &Cases<'_, f64>, known: &Known<'_>) -> Option<CostGrowth> {
    let value = |name: &str| known.value(name, |it| of.of(it));
    let points = cases.iter().map(|(size, it)| Some((*size, value(&it.name)?)));
    let points: Vec<(f64, f64)> = points.collect::<Option<_>>()?;
    let noise = if of == Cost::Time { Noise::OF_TIMES } else { Noise::OF_COUNTS };
    let found = forms::fit(&points, noise)?;
    let is_growing = found.flat.is_none();
    Some(CostGrowth {
        cost: of,
        values: points.iter().map(|it| it.1).collect(),
        forms: found.standing,
        exponent: Some(found.growth.power).filter(|_| is_growing),
        interval: Some(found.growth.interval).filter(|_| is_growing),
        fixed: found.fixed,
        constant_within_pct: found.flat.map(|share| share * 100.0),
    })
}
