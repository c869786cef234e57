//! Where the functions and metrics that are worse are declared. A comparison carries that, so that whoever has
//! its document alone can show findings in the source.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Comparison, Declaration, RunDocument, Verdict};

/// Returns the places of everything that is worse, sorted by name; `runs` know them, the one that is judged
/// last.
pub(super) fn of(comparison: &Comparison, runs: &[&RunDocument]) -> Vec<Declaration> {
    let rows = comparison.functions.iter().map(|row| (row.verdict, row.name.as_str()));
    let budgets = comparison.budgets.iter().map(|row| (row.verdict, row.name.as_str()));
    let worse = rows.chain(budgets).filter(|(verdict, _)| *verdict >= Verdict::Degraded);
    let worse: BTreeSet<&str> = worse.map(|(_, name)| name).collect();
    if worse.is_empty() {
        return Vec::new();
    }
    let is_known = |name: &str, file: &str| worse.contains(name) && !file.is_empty();
    let functions = runs.iter().flat_map(|run| &run.functions);
    let functions = functions.map(|it| (it.name.as_str(), false, it.file.as_str(), it.line));
    let metrics = runs.iter().flat_map(|run| &run.metrics);
    let metrics = metrics.map(|it| (it.name.as_str(), true, it.file.as_str(), it.line));
    // Those of the run that is judged come last, and win.
    let places: BTreeMap<(&str, bool), (&str, u32)> = functions
        .chain(metrics)
        .filter(|(name, _, file, _)| is_known(name, file))
        .map(|(name, is_metric, file, line)| ((name, is_metric), (file, line)))
        .collect();
    let place = |((name, is_metric), (file, line)): ((&str, bool), (&str, u32))| Declaration {
        name: name.to_owned(),
        is_metric,
        file: file.to_owned(),
        line,
    };
    places.into_iter().map(place).collect()
}

#[cfg(test)]
mod tests {
    use crate::model::samples;
    use crate::verdict::{Limits, compare};

    #[test]
    fn what_is_worse_has_its_place_and_nothing_else_has() {
        let comparison = compare(&samples::typical(), &samples::changed(), &Limits::default());
        let names: Vec<_> = comparison.places.iter().map(|place| place.name.as_str()).collect();
        assert_eq!(
            names,
            [
                "code_stats::cache::Store::lookup",
                "code_stats::parse::parse_file",
                "code_stats::parse::tokenize"
            ]
        );
        assert!(comparison.places.iter().all(|place| place.line > 0 && !place.is_metric));
        let same = compare(&samples::typical(), &samples::typical(), &Limits::default());
        assert_eq!(same.places, []);
    }
}
