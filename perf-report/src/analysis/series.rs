//! Several runs of one command as a series of values for each function, with their middle and their
//! spread. Pure.

use std::collections::BTreeMap;

use crate::model::{Extent, RepeatRow, RepeatSummary, RunDocument};
use crate::stats::number::{deviation, float};
use crate::stats::robust;

use crate::verdict::unsteady;

/// A function over all runs, a value a run, in their order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Series {
    /// Its name.
    pub name: String,
    /// Its self time in each run, in nanoseconds; of a benchmark, a suite or a test its value.
    pub self_ns: Vec<f64>,
    /// Its calls in each run.
    pub calls: Vec<u64>,
}

impl Series {
    /// Returns the median of the self times, in nanoseconds.
    pub fn median_ns(&self) -> f64 {
        robust::median(&self.self_ns).unwrap_or(0.0)
    }

    /// Returns the number of calls, if each run made as many.
    pub fn steady_calls(&self) -> Option<u64> {
        let first = *self.calls.first()?;
        self.calls.iter().all(|calls| *calls == first).then_some(first)
    }
}

/// Sums up `runs` of one command.
pub fn summary(runs: &[RunDocument]) -> RepeatSummary {
    let walls = walls(runs);
    let row = |series: Series| RepeatRow {
        calls: series.steady_calls(),
        self_ns: series.median_ns(),
        spread_pct: variation_pct(&series.self_ns),
        name: series.name,
    };
    RepeatSummary {
        command: runs.first().map(|run| run.run.command.clone()).unwrap_or_default(),
        runs: runs.len(),
        wall_ns: robust::median(&walls),
        wall_spread_pct: variation_pct(&walls),
        functions: functions(runs).into_iter().map(row).collect(),
        unsteady: unsteady(runs),
    }
}

/// Returns every function that was called in all of `runs`, most self time first.
pub fn functions(runs: &[RunDocument]) -> Vec<Series> {
    let mut by_name: BTreeMap<&str, Series> = BTreeMap::new();
    for function in runs.iter().flat_map(|run| &run.functions).filter(|it| it.calls > 0) {
        let series = by_name.entry(&function.name).or_default();
        // Its harness chose how long to run a benchmark, so that its value is that of an iteration.
        let value = if function.kind.is_function() {
            Some(float(function.self_ns))
        } else {
            function.mean_ns
        };
        let Some(value) = value else { continue };
        series.self_ns.push(value);
        series.calls.push(function.calls);
    }
    let everywhere = by_name.into_iter().filter(|(_, it)| it.calls.len() == runs.len());
    let mut all: Vec<Series> =
        everywhere.map(|(name, series)| Series { name: name.to_owned(), ..series }).collect();
    all.sort_by(|a, b| b.median_ns().total_cmp(&a.median_ns()).then_with(|| a.name.cmp(&b.name)));
    all
}

/// Returns the wall times of the runs that have one, in nanoseconds.
pub fn walls(runs: &[RunDocument]) -> Vec<f64> {
    let extent = Extent::of(runs);
    let walls = runs.iter().filter_map(|run| run.process.usage(extent).wall_ns);
    walls.map(float).collect()
}

/// Returns the coefficient of variation in per cent: the standard deviation of a sample over its
/// mean. `None` for fewer than two values, and for a mean that is not above 0.
///
/// ```
/// use perf_report::analysis::series::variation_pct;
/// assert_eq!(variation_pct(&[9.0, 10.0, 11.0]), Some(10.0));
/// assert_eq!(variation_pct(&[9.0]), None);
/// ```
pub fn variation_pct(values: &[f64]) -> Option<f64> {
    let mean = values.iter().sum::<f64>() / float(values.len() as u64);
    let pct = deviation(values)? / mean * 100.0;
    (mean > 0.0 && pct.is_finite()).then_some(pct)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Function, samples};

    fn run(functions: &[(&str, u64, u64)]) -> RunDocument {
        let mut run = samples::empty();
        let rows = functions.iter().map(|&(name, calls, self_ns)| Function {
            name: name.to_owned(),
            calls,
            self_ns,
            ..Function::default()
        });
        run.functions = rows.collect();
        run
    }

    #[test]
    fn what_every_run_called_is_a_series() {
        let runs = [
            run(&[("a", 1, 10), ("b", 2, 50), ("never", 0, 0), ("once", 1, 5)]),
            run(&[("a", 1, 12), ("b", 3, 40), ("never", 0, 0)]),
        ];
        let found = functions(&runs);
        assert_eq!(found.iter().map(|it| it.name.as_str()).collect::<Vec<_>>(), ["b", "a"]);
        assert_eq!((found[0].median_ns(), found[0].steady_calls()), (45.0, None));
        assert_eq!(found[1].steady_calls(), Some(1));
        assert_eq!(functions(&[]), []);
    }

    #[test]
    fn nothing_varies_by_nothing() {
        assert_eq!(variation_pct(&[]), None);
        assert_eq!(variation_pct(&[0.0, 0.0]), None);
        assert_eq!(variation_pct(&[4.0, 4.0]), Some(0.0));
    }
}
