//! The suites of stored runs, held against the targets of `perf.toml`. Nothing is printed here.

use std::collections::BTreeMap;

use super::context::Context;
use super::named::Runs;
use crate::analysis::suites::{self, Question, SuiteRules, WINDOW};
use crate::error::UserError;
use crate::model::{RunDocument, SuitesDocument};

/// The wishes for a judgement.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Order<'a> {
    /// The name that was given.
    pub name: Option<&'a str>,
    /// The baseline where no table names one.
    pub baseline: Option<&'a str>,
    /// The targets.
    pub rules: &'a SuiteRules,
    /// True to leave out what needs other runs.
    pub quick: bool,
}

/// Judges the suites of `runs`, which are stored and were made together. `None` where there is no run; the second
/// value has the baselines that could not be read, whose targets are not measured then.
///
/// # Errors
/// When the store cannot be read.
pub(crate) fn judge(
    context: &Context,
    runs: &[RunDocument],
    order: Order<'_>,
) -> Result<(Option<SuitesDocument>, Vec<String>), UserError> {
    let Some(first) = runs.first() else { return Ok((None, Vec::new())) };
    let past = context.open()?.before(first, WINDOW)?;
    let named = order.rules.baselines().into_iter().chain(order.baseline);
    let (mut baselines, mut problems) = (BTreeMap::new(), Vec::new());
    for name in named.filter(|_| !order.quick) {
        match Runs::reference(context, name, runs) {
            Ok(found) => drop(baselines.insert(name.to_owned(), found.runs)),
            Err(error) => problems.push(error.to_string()),
        }
    }
    let label = runs.last().and_then(|run| run.run.label.as_deref());
    let question = Question {
        name: order.name.or(label),
        runs,
        past: &past,
        baselines: &baselines,
        baseline: order.baseline,
        rules: order.rules,
        quick: order.quick,
    };
    Ok((suites::judge(question), problems))
}
