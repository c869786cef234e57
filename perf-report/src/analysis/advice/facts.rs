//! The figures that rules look at, and what they find.

use std::collections::HashMap;

use crate::analysis::bench;
use crate::model::{Advice, Function, Place, RuleId, RunDocument};
use crate::stats::number::{float, share_pct};
use crate::text::units;

/// The least share of the whole that is worth a sentence, in per cent.
pub(super) const LEAST_PCT: f64 = 1.0;

/// A run with what rules ask of it.
pub(super) struct Facts<'a> {
    pub(super) run: &'a RunDocument,
    /// That run and those that were made with it.
    pub(super) runs: &'a [RunDocument],
    /// Their benchmarks, each as one.
    pub(super) benchmarks: Vec<Function>,
    /// Comparable runs before it, oldest first.
    pub(super) past: &'a [RunDocument],
    /// Its tracked functions that were called, by name.
    pub(super) called: Vec<&'a Function>,
    /// Self time of all of them, in nanoseconds.
    pub(super) own_ns: u64,
    by_name: HashMap<&'a str, &'a Function>,
}

impl<'a> Facts<'a> {
    /// Gathers the facts of the newest of `runs`; `None` of none.
    pub(super) fn of(runs: &'a [RunDocument], past: &'a [RunDocument]) -> Option<Self> {
        let run = runs.last()?;
        let is_called = |it: &&Function| it.kind.is_function() && (it.calls > 0 || it.self_ns > 0);
        let mut called: Vec<&Function> = run.functions.iter().filter(is_called).collect();
        called.sort_by(|a, b| a.name.cmp(&b.name));
        let by_name = run.functions.iter().map(|it| (it.name.as_str(), it)).collect();
        let benchmarks = bench::merged(runs);
        Some(Self { run, runs, benchmarks, past, called, own_ns: run.own_ns(), by_name })
    }

    pub(super) fn function(&self, name: &str) -> Option<&'a Function> {
        self.by_name.get(name).copied()
    }

    /// Returns the share of all self time that is the function's own, in per cent.
    pub(super) fn share_pct(&self, function: &Function) -> f64 {
        share_pct(function.self_ns, self.own_ns)
    }

    /// Returns the functions whose self time is worth a sentence.
    pub(super) fn notable(&self) -> impl Iterator<Item = &'a Function> {
        let own_ns = self.own_ns;
        self.called.iter().copied().filter(move |it| share_pct(it.self_ns, own_ns) >= LEAST_PCT)
    }

    /// Returns whether all that is known of the function's times is exact.
    pub(super) fn is_exact(function: &Function) -> bool {
        !function.sampled && function.unmeasured_calls == 0
    }

    /// Makes the recommendation of what a rule found.
    pub(super) fn advice(&self, found: Found) -> Advice {
        let function = found.function.as_deref().and_then(|name| self.function(name));
        let place = function.filter(|it| !it.file.is_empty());
        let place = place.map(|it| Place { file: it.file.clone(), line: it.line });
        Advice {
            silence: silence(found.rule, found.function.as_deref()),
            rule: found.rule,
            function: found.function,
            place,
            evidence: found.evidence,
            at_most_pct: found.at_most_pct,
            saves: found.saves,
            todo: found.todo,
        }
    }
}

/// Returns the lines that silence a rule, for a function or everywhere.
fn silence(rule: RuleId, function: Option<&str>) -> String {
    // What a basic string of TOML holds as it is.
    let is_plain = |name: &&str| !name.contains(['"', '\\']) && !name.chars().any(char::is_control);
    match function.filter(is_plain) {
        Some(name) => format!("[advice.\"{name}\"]\nallow = [\"{rule}\"]"),
        None => format!("[advice]\nallow = [\"{rule}\"]"),
    }
}

/// The finding of a rule.
pub(super) struct Found {
    pub(super) rule: RuleId,
    /// The function or benchmark; `None` of the run as a whole.
    pub(super) function: Option<String>,
    pub(super) evidence: String,
    pub(super) at_most_pct: Option<f64>,
    pub(super) saves: String,
    pub(super) todo: String,
}

impl Found {
    /// Returns a finding about a function that can save at most this share of the tracked time.
    pub(super) fn of_time(
        rule: RuleId,
        function: &Function,
        at_most_pct: f64,
        evidence: String,
        todo: &str,
    ) -> Self {
        Self {
            rule,
            function: Some(function.name.clone()),
            evidence,
            at_most_pct: Some(at_most_pct),
            saves: at_most(at_most_pct, "the tracked time"),
            todo: todo.to_owned(),
        }
    }
}

/// Writes the most that can be saved: `at most 92 % of the tracked time`.
pub(super) fn at_most(pct: f64, of: &str) -> String {
    format!("at most {} of {of}", units::coarse_percent(pct))
}

/// Returns the mean of values with its standard error; `None` of fewer than two.
pub(super) fn mean_and_error(values: &[f64]) -> Option<(f64, f64)> {
    let count = float(values.len() as u64);
    let mean = values.iter().sum::<f64>() / count;
    let squares: f64 = values.iter().map(|it| (it - mean).powi(2)).sum();
    let error = (squares / (count - 1.0) / count).sqrt();
    (values.len() > 1 && mean.is_finite() && error.is_finite()).then_some((mean, error))
}
