//! The rows of a judgement as reports of tests and of quality show them: each with its place in the source,
//! and with what `check` makes of it. Nothing is judged here.

use std::collections::{BTreeSet, HashMap};

use super::Source;
use crate::model::{
    Because, BudgetKind, BudgetResult, Change, Comparison, CustomMetric, Function, Origin,
    RunDocument, Verdict,
};
use crate::verdict::{self, Failure};

/// A row of a comparison.
#[derive(Debug)]
pub(super) struct Judged<'a> {
    /// Function, metric of the program's own, or `(command)`.
    pub(super) name: &'a str,
    /// The thing that was judged: `self time`, `budget for p99`.
    pub(super) what: String,
    /// The same in one word that never changes: `self`, `budget-p99`.
    pub(super) key: String,
    pub(super) outcome: Outcome,
    pub(super) verdict: Verdict,
    /// Why, in words.
    pub(super) reason: &'a str,
    /// True if it is about a limit of the run itself.
    pub(super) is_budget: bool,
    pub(super) subject: Subject,
    /// The function, where it is of one.
    pub(super) function: Option<&'a Function>,
    /// Its source file and line, where they are known.
    pub(super) place: Option<(&'a str, u32)>,
}

/// What a row is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Subject {
    Function,
    /// The command as a whole.
    Command,
    /// A metric of the program's own.
    Metric,
}

/// What `check` makes of a row; the worst comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Outcome {
    /// It fails.
    Failed,
    /// It is worse, and advice only, for the runs differ in more than the code.
    Advice,
    /// It could not be judged.
    Open,
    /// It is somewhat worse.
    Worse,
    /// It is worse, and somebody accepted that.
    Accepted,
    /// It is fine, or no matter of better and worse.
    Fine,
}

/// Returns all rows, the worst first; none where nothing was judged.
pub(super) fn rows<'a>(source: &Source<'a>) -> Vec<Judged<'a>> {
    let Some(comparison) = source.comparison else { return Vec::new() };
    // Those of the run come last, and so win over those of the baseline.
    of(comparison, source.baseline.into_iter().chain([source.run]))
}

/// Returns the rows of a comparison, the worst first. More is known of functions that `runs` have.
pub(super) fn of<'a>(
    comparison: &'a Comparison,
    runs: impl Iterator<Item = &'a RunDocument> + Clone,
) -> Vec<Judged<'a>> {
    let context = Context::new(comparison, runs);
    let budgets = comparison.budgets.iter().map(|row| context.of_budget(row));
    let changes = comparison.functions.iter().map(|row| context.of_change(row));
    let mut rows: Vec<Judged<'a>> = budgets.chain(changes).collect();
    // Stable: within an outcome the order is that of the comparison.
    rows.sort_by_key(|row| row.outcome);
    rows
}

/// What is known beside the rows.
struct Context<'a> {
    functions: HashMap<&'a str, &'a Function>,
    metrics: HashMap<&'a str, &'a CustomMetric>,
    /// The places that the comparison itself knows, of functions (false) and metrics (true).
    noted: HashMap<(&'a str, bool), (&'a str, u32)>,
    failures: BTreeSet<Failure<'a>>,
    waived: BTreeSet<Failure<'a>>,
}

impl<'a> Context<'a> {
    fn new(
        comparison: &'a Comparison,
        runs: impl Iterator<Item = &'a RunDocument> + Clone,
    ) -> Self {
        let noted = comparison.places.iter();
        let waived = comparison.waived.iter();
        let waived =
            waived.map(|it| Failure { name: &it.name, metric: it.metric, limit: it.limit });
        Self {
            functions: runs
                .clone()
                .flat_map(|run| &run.functions)
                .map(|function| (function.name.as_str(), function))
                .collect(),
            metrics: runs
                .flat_map(|run| &run.metrics)
                .map(|metric| (metric.name.as_str(), metric))
                .collect(),
            noted: noted
                .map(|it| ((it.name.as_str(), it.is_metric), (it.file.as_str(), it.line)))
                .collect(),
            failures: verdict::failures(comparison, &BTreeSet::new()).into_iter().collect(),
            waived: waived.collect(),
        }
    }

    fn of_change(&self, row: &'a Change) -> Judged<'a> {
        let subject = match row.metric {
            metric if metric.is_custom() => Subject::Metric,
            metric if metric.is_of_function() => Subject::Function,
            _ => Subject::Command,
        };
        let function = self.function(&row.name).filter(|_| subject == Subject::Function);
        let metric = self.metrics.get(row.name.as_str()).filter(|_| subject == Subject::Metric);
        let place = function.map(|it| (it.file.as_str(), it.line));
        let failure = Failure { name: &row.name, metric: Some(row.metric), limit: None };
        Judged {
            name: &row.name,
            what: row.metric.title().to_owned(),
            key: row.metric.word().to_owned(),
            outcome: self.outcome(row.verdict, failure),
            verdict: row.verdict,
            reason: &row.reason,
            is_budget: false,
            subject,
            function,
            place: known(
                place
                    .or(metric.map(|it| (it.file.as_str(), it.line)))
                    .or_else(|| self.noted(&row.name, subject)),
            ),
        }
    }

    fn of_budget(&self, row: &'a BudgetResult) -> Judged<'a> {
        let is_bound = matches!(row.limit, BudgetKind::Min | BudgetKind::Max);
        let subject = match row.limit {
            _ if is_bound => Subject::Metric,
            limit if BudgetKind::OF_COMMAND.contains(&limit) => Subject::Command,
            _ => Subject::Function,
        };
        let function = self.function(&row.name).filter(|_| subject == Subject::Function);
        let metric = self.metrics.get(row.name.as_str()).filter(|_| is_bound);
        let place = function.map(|it| (it.file.as_str(), it.line));
        let place = place.or(metric.map(|it| (it.file.as_str(), it.line)));
        let place = place.or_else(|| self.noted(&row.name, subject));
        let failure = Failure { name: &row.name, metric: None, limit: Some(row.limit) };
        let kind = if is_bound { "bound" } else { "budget" };
        Judged {
            name: &row.name,
            what: format!("{kind} for {}", row.limit.title()),
            key: format!("{kind}-{}", row.limit.key()),
            outcome: self.outcome(row.verdict, failure),
            verdict: row.verdict,
            reason: &row.reason,
            is_budget: true,
            subject,
            function,
            place: known(place).or_else(|| in_config(&row.because)),
        }
    }

    /// Returns the place that the comparison notes of a row.
    fn noted(&self, name: &str, subject: Subject) -> Option<(&'a str, u32)> {
        let is_metric = match subject {
            Subject::Function => false,
            Subject::Metric => true,
            Subject::Command => return None,
        };
        self.noted.get(&(name, is_metric)).copied()
    }

    fn function(&self, name: &str) -> Option<&'a Function> {
        self.functions.get(name).copied()
    }

    fn outcome(&self, verdict: Verdict, row: Failure<'_>) -> Outcome {
        match verdict {
            _ if self.failures.contains(&row) => Outcome::Failed,
            Verdict::Regression | Verdict::Degraded if self.waived.contains(&row) => {
                Outcome::Accepted
            }
            Verdict::Regression => Outcome::Advice,
            Verdict::Degraded => Outcome::Worse,
            Verdict::Inconclusive => Outcome::Open,
            _ => Outcome::Fine,
        }
    }
}

fn known(place: Option<(&str, u32)>) -> Option<(&str, u32)> {
    place.filter(|(file, _)| !file.is_empty())
}

/// Returns the line of `perf.toml` that gives a budget.
fn in_config(because: &[Because]) -> Option<(&'static str, u32)> {
    because.iter().find_map(|ground| match ground {
        Because::OverBudget { origin: Origin::File(line) }
        | Because::WithinBudget { origin: Origin::File(line) }
        | Because::BudgetOfUncalled { origin: Origin::File(line) }
        | Because::BudgetOfUnmeasured { origin: Origin::File(line) } => {
            Some(("perf.toml", u32::try_from(*line).ok()?))
        }
        _ => None,
    })
}

/// Returns the reason for which nothing was judged.
pub(super) fn nothing(source: &Source<'_>) -> String {
    let note = source.comparison.and_then(|comparison| comparison.notes.first());
    let why = note.map_or("no baseline was named, and there is no budget", String::as_str);
    format!("nothing was judged: {why}")
}
