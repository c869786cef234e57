//! Puts the grounds of verdicts into words, once, when all of them are known. Every sentence here must read
//! well aloud.

mod budgets;
mod clause;
mod evidence;
mod grounds;
mod heads;
mod people;
mod values;

use rayon::prelude::*;

use self::clause::{Joint, Place};
use super::limits::MetricLimits;
use crate::model::{Because, BudgetResult, Change, Comparison, Metric, Verdict, Which};

/// Names of the two sides, and how many runs they are of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Words {
    /// Runs of the two sides.
    pub(crate) runs: [u64; 2],
    /// Names of the two sides.
    pub(crate) called: [&'static str; 2],
}

impl Words {
    /// Returns the words of a comparison of this many runs of each side.
    pub(crate) fn of(runs: [u64; 2]) -> Self {
        Self { runs, called: ["the baseline", "this run"] }
    }

    /// Returns the verdict's reason: the values of a row, and a clause for each ground that they do not show.
    pub(crate) fn reason(self, row: &Change) -> String {
        let head = row.because.first().and_then(|first| self.head(first, row));
        let rest = usize::from(head.is_some());
        let mut text = head.unwrap_or_else(|| values::of(row, self));
        for (joint, clause) in self.clauses(row.metric, &row.because, rest) {
            text += joint.text();
            text += &clause;
        }
        text
    }

    /// Returns the verdict's reason in two parts: the values, and what speaks for it, where they do not show it.
    pub(crate) fn parts(self, row: &Change) -> (String, Option<String>) {
        let head = row.because.first().and_then(|first| self.head(first, row));
        let rest = usize::from(head.is_some());
        let values = head.unwrap_or_else(|| values::of(row, self));
        (values, self.why_from(row.metric, &row.because, rest))
    }

    /// Returns the grounds without the values, as the end of a sentence: `but the median does not confirm it`.
    /// `None` of no grounds.
    pub(crate) fn why(self, metric: Metric, because: &[Because]) -> Option<String> {
        self.why_from(metric, because, 0)
    }

    fn why_from(self, metric: Metric, because: &[Because], first: usize) -> Option<String> {
        let mut text = String::new();
        for (joint, clause) in self.clauses(metric, because, first) {
            text += match (text.is_empty(), joint) {
                (true, Joint::Comma) => "",
                (true, _) => "but ",
                (false, joint) => joint.text(),
            };
            text += &clause;
        }
        Some(text).filter(|text| !text.is_empty())
    }

    /// Returns the clauses of the grounds from the one at `first` on, each with its joint.
    fn clauses(
        self,
        metric: Metric,
        because: &[Because],
        first: usize,
    ) -> impl Iterator<Item = (Joint, String)> {
        (first..because.len()).filter_map(move |at| {
            let (before, after) = (&because[..at], &because[at + 1..]);
            self.clause(&because[at], Place { metric, before, after })
        })
    }

    fn side(self, side: Which) -> &'static str {
        match side {
            Which::Baseline => self.called[0],
            Which::Current => self.called[1],
        }
    }
}

/// Puts the verdicts of a comparison into words.
pub(crate) fn put(comparison: &mut Comparison) {
    let words = Words::of([comparison.baseline_runs, comparison.current_runs]);
    comparison.functions.par_iter_mut().for_each(|row| row.reason = words.reason(row));
    for row in &mut comparison.budgets {
        row.reason = of_budget(row);
    }
}

/// Returns why a budget has its verdict.
pub(crate) fn of_budget(row: &BudgetResult) -> String {
    budgets::reason(row)
}

/// Returns how a value with this verdict lies to its limits: `over the limit of 3 %`.
pub(crate) fn against_limits(verdict: Verdict, limits: MetricLimits) -> String {
    let ground = limits.ground(verdict, None);
    Words::of([1, 1]).why(Metric::SelfNs, &[ground]).unwrap_or_default()
}
