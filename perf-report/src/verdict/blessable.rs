//! The values of a run that can be blessed.

use std::collections::BTreeMap;

use super::compare::compare;
use super::limits::{Limits, Thresholds};
use crate::model::{COMMAND, Extent, Metric, RunDocument, value_of_command};

/// Returns the values of `run` that can be blessed, by function and metric, those of the command among them.
pub fn values(run: &RunDocument) -> BTreeMap<(String, Metric), f64> {
    let limits = Limits::new(Metric::ALL, Thresholds::default());
    let rows = compare(run, run, &limits).functions.into_iter();
    let functions = rows.filter_map(|row| Some(((row.name, row.metric), row.current?)));
    let command = Metric::OF_COMMAND.into_iter().filter_map(|metric| {
        let value = value_of_command(&run.process, Extent::of([run]), metric)?;
        Some(((COMMAND.to_owned(), metric), value))
    });
    functions.chain(command).collect()
}
