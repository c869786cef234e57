//! Values of benchmarks in runs that were made together.

use std::collections::HashMap;

use crate::model::{Function, RunDocument};
use crate::stats::robust;

/// The functions of some runs, by name.
pub(super) struct Known<'a>(Vec<HashMap<&'a str, &'a Function>>);

impl<'a> Known<'a> {
    pub(super) fn of(runs: &'a [RunDocument]) -> Self {
        let by_name = |run: &'a RunDocument| {
            run.functions.iter().map(|function| (function.name.as_str(), function)).collect()
        };
        Self(runs.iter().map(by_name).collect())
    }

    /// Returns the values of a function in the runs that have one.
    pub(super) fn values(&self, name: &str, of: impl Fn(&Function) -> Option<f64>) -> Vec<f64> {
        self.0.iter().filter_map(|run| of(run.get(name)?)).collect()
    }

    /// Returns its middle value.
    pub(super) fn value(&self, name: &str, of: impl Fn(&Function) -> Option<f64>) -> Option<f64> {
        robust::median(&self.values(name, of))
    }
}
