//! The values of a metric by function, a value a run.

use std::collections::BTreeMap;

use crate::model::{COMMAND, Columns, Extent, Function, FunctionKind, Metric, RunDocument};
use crate::text::order::natural;

/// A function over the runs.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Series {
    /// Its name.
    pub(super) name: String,
    /// Its value in each run; `None` where a run has none.
    pub(super) values: Vec<Option<f64>>,
}

/// Returns every function with a value in any of `runs`, most self time in the newest run first.
/// For a metric of the command, it returns the command alone.
pub(super) fn all(runs: &[RunDocument], metric: Metric) -> Vec<Series> {
    if !metric.is_of_function() {
        let extent = Extent::of(runs.last());
        let value =
            |run: &RunDocument| crate::model::value_of_command(&run.process, extent, metric);
        let values = runs.iter().map(value).collect();
        return vec![Series { name: COMMAND.to_owned(), values }];
    }
    let columns = Columns::of(runs);
    let mut by_column: Vec<Vec<Option<f64>>> = vec![vec![None; runs.len()]; columns.names.len()];
    for (at, (run, row)) in runs.iter().zip(&columns.rows).enumerate() {
        for (function, column) in run.functions.iter().zip(row) {
            if function.calls > 0 || function.unfinished > 0 {
                by_column[*column][at] = crate::model::value(function, metric);
            }
        }
    }
    let weights: BTreeMap<&str, u64> = runs
        .last()
        .map(|run| run.functions.iter().map(|it| (it.name.as_str(), weight_of(it))).collect())
        .unwrap_or_default();
    let weight = |name: &str| weights.get(name).copied().unwrap_or(0);
    let all = columns.names.into_iter().zip(by_column);
    let mut all: Vec<_> = all.filter(|(_, values)| values.iter().any(Option::is_some)).collect();
    // Names that nature holds for equal stay in the order of their letters.
    all.sort_by(|(a, _), (b, _)| {
        weight(b).cmp(&weight(a)).then_with(|| natural(a, b)).then_with(|| a.cmp(b))
    });
    all.into_iter().map(|(name, values)| Series { name: name.to_owned(), values }).collect()
}

/// Returns the time by which a function stands among others. Benchmarks stand before all, by name: they ran for as
/// long as was asked for.
fn weight_of(function: &Function) -> u64 {
    if function.kind == FunctionKind::Benchmark { u64::MAX } else { function.self_ns }
}
