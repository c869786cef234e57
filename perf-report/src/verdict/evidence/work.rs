//! The work of a run: its units of work, and what its functions counted.

use std::collections::{BTreeSet, HashMap};

use crate::model::{Function, Metric, RunDocument, count_of};
use crate::stats::number::{ends, float};
use crate::stats::robust;
use crate::verdict::limits::Limits;
use crate::verdict::sides::Sides;

/// The unit of work.
#[derive(Debug)]
pub(crate) enum Work<'a> {
    /// A call of one of these functions.
    Calls(BTreeSet<&'a str>),
    /// The count that the program records by this name.
    Count(&'a str),
}

impl<'a> Work<'a> {
    /// Returns what `limits` name, or the calls that no tracked function made in whatever run has a tree: a
    /// baseline of several runs has none.
    pub(crate) fn of(sides: Sides<'a>, limits: &'a Limits) -> Self {
        let runs = || sides.baseline.iter().chain(sides.current);
        if let Some(name) = limits.unit_of_work.as_deref() {
            let is_count = runs().any(|run| run.metrics.iter().any(|metric| metric.name == name));
            return if is_count { Self::Count(name) } else { Self::Calls([name].into()) };
        }
        let roots = runs().flat_map(|run| &run.tree).filter(|node| node.parent.is_none());
        Self::Calls(roots.map(|node| node.function.as_str()).collect())
    }

    /// Returns the units of work of a run; `None` where it did none.
    pub(crate) fn units(&self, run: &RunDocument) -> Option<f64> {
        let units = match self {
            Self::Calls(names) => {
                let functions = run.functions.iter().filter(|it| names.contains(it.name.as_str()));
                float(functions.fold(0, |sum, function| function.calls.saturating_add(sum)))
            }
            Self::Count(name) => run.metrics.iter().find(|metric| metric.name == *name)?.value?,
        };
        Some(units).filter(|units| *units > 0.0)
    }
}

/// The work that each run of a side did.
pub(crate) struct Done<'a> {
    runs: Vec<RunDone<'a>>,
}

/// The work that one run did: units of work, if any, and the functions by name.
struct RunDone<'a> {
    units: Option<f64>,
    functions: HashMap<&'a str, &'a Function>,
}

impl<'a> Done<'a> {
    pub(crate) fn of(runs: &'a [RunDocument], work: &Work<'_>) -> Self {
        let done = |run: &'a RunDocument| {
            let functions = run.functions.iter().map(|it| (it.name.as_str(), it));
            RunDone { units: work.units(run), functions: functions.collect() }
        };
        Self { runs: runs.iter().map(done).collect() }
    }

    /// Returns the units of work of the middle run, where any was done.
    pub(crate) fn units(&self) -> Option<f64> {
        robust::median(&self.runs.iter().filter_map(|run| run.units).collect::<Vec<_>>())
    }

    /// Returns whether one run did more than another, by more than a per cent.
    pub(crate) fn differs(&self) -> bool {
        const LEAST_TIMES: f64 = 1.01;
        let units = self.runs.iter().filter_map(|run| run.units);
        ends(units).is_some_and(|(least, most)| most > LEAST_TIMES * least)
    }

    /// Returns what each run counted of `metric` in a function, where all did any work and counted.
    pub(crate) fn counted(&self, name: &str, metric: Metric) -> Option<Vec<(f64, f64)>> {
        let counted = |run: &RunDone<'_>| {
            let count = float(count_of(run.functions.get(name)?, metric)?);
            Some((count, run.units?))
        };
        self.runs.iter().map(counted).collect()
    }
}
