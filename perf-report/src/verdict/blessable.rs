//! The values of a run that can be blessed.

use std::collections::BTreeMap;

use super::compare::compare;
use super::limits::{Limits, Thresholds};
use crate::model::{COMMAND, Extent, Metric, Names, RunDocument, value_of_command};

/// Returns the values of `run` that can be blessed, by function and metric, those of the command among them. What
/// shares its name with others in some run stands there by its full name, too.
pub fn values(run: &RunDocument) -> BTreeMap<(String, Metric), f64> {
    let metrics = Metric::ALL.into_iter().chain(Metric::EXPONENTS);
    let limits = Limits::new(metrics, Thresholds::default());
    let rows = compare(run, run, &limits).functions.into_iter();
    let names = Names::of_runs([run]);
    let by_both = |name: String, metric, value| {
        let full = names.full(&name).to_owned();
        let other = (full != name).then_some(((full, metric), value));
        std::iter::once(((name, metric), value)).chain(other)
    };
    let functions = rows.filter_map(|row| Some(by_both(row.name, row.metric, row.current?)));
    let functions = functions.flatten();
    let command = Metric::OF_COMMAND.into_iter().filter_map(|metric| {
        let value = value_of_command(&run.process, Extent::of([run]), metric)?;
        Some(((COMMAND.to_owned(), metric), value))
    });
    functions.chain(command).collect()
}
