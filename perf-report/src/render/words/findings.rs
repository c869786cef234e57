//! The rows of a comparison, gathered by function or metric: what people read, worst first.

use std::collections::HashMap;

use crate::model::{COMMAND, Change, Comparison, Metric, Verdict};
use crate::text::units;

/// The verdicts of findings in the order of reading: what needs a decision, then what is good, then the
/// rest.
pub(crate) const IN_ORDER_OF_READING: [Verdict; 8] = [
    Verdict::Regression,
    Verdict::Degraded,
    Verdict::Inconclusive,
    Verdict::Improved,
    Verdict::Changed,
    Verdict::Renamed,
    Verdict::Added,
    Verdict::Removed,
];

/// The news about one function, or about one metric of the program's own.
#[derive(Debug)]
pub(crate) struct Finding<'a> {
    /// The row that says most.
    pub(crate) main: &'a Change,
    /// Other rows that are no news, in the order of metrics.
    pub(crate) also: Vec<&'a Change>,
}

impl Finding<'_> {
    /// Returns the other rows in a few words, those of another verdict after its name: `mean +40.0
    /// %, p50 +40.0 %; degraded: p95 +21.0 %`.
    pub(crate) fn also_in_words(&self) -> Option<String> {
        let groups: Vec<_> = [self.main.verdict]
            .into_iter()
            .chain(Verdict::WORST_FIRST.into_iter().filter(|verdict| *verdict != self.main.verdict))
            .filter_map(|verdict| self.group(verdict))
            .collect();
        (!groups.is_empty()).then(|| groups.join("; "))
    }

    fn group(&self, verdict: Verdict) -> Option<String> {
        let words: Vec<_> = self
            .also
            .iter()
            .filter(|row| row.verdict == verdict)
            .map(|row| format!("{} {}", row.metric.title(), change(row)))
            .collect();
        let title =
            if verdict == self.main.verdict { String::new() } else { format!("{verdict}: ") };
        (!words.is_empty()).then(|| format!("{title}{}", words.join(", ")))
    }
}

/// Returns `+40.0 %`, `new`, or of a rate `98 % → 93 %`: a change of a rate in per cent would be
/// mistaken for its points.
fn change(row: &Change) -> String {
    match (row.metric, row.baseline, row.current) {
        (Metric::Success, Some(old), Some(new)) => {
            let [old, new] = [old, new].map(|rate| row.metric.number(rate));
            format!("{old} → {new}")
        }
        _ => row.in_words().unwrap_or_else(|| "new".to_owned()),
    }
}

/// Returns everything that is not stable, a function or a metric each, worst first. Within a
/// verdict, the largest change comes first, as in the comparison.
pub(crate) fn findings(comparison: &Comparison) -> Vec<Finding<'_>> {
    let mut order: Vec<Finding<'_>> = Vec::new();
    let mut places: HashMap<_, usize> = HashMap::new();
    for row in comparison.functions.iter().filter(|row| row.verdict != Verdict::Stable) {
        if let Some(&at) = places.get(&subject(row)) {
            order[at].also.push(row);
        } else {
            places.insert(subject(row), order.len());
            order.push(Finding { main: row, also: Vec::new() });
        }
    }
    for finding in &mut order {
        choose_main(finding);
    }
    order
}

/// Returns the subject of a row: a function with all of its metrics, or one metric of the program's
/// own.
fn subject(row: &Change) -> (&str, Option<Metric>) {
    (&row.name, Some(row.metric).filter(|metric| metric.is_custom()))
}

/// Counts the functions and metrics of which nothing changed.
pub(crate) fn stable(comparison: &Comparison) -> String {
    let mut worst: HashMap<_, bool> = HashMap::new();
    for row in &comparison.functions {
        *worst.entry(subject(row)).or_insert(true) &= row.verdict == Verdict::Stable;
    }
    let stable = || worst.iter().filter(|(_, stable)| **stable).map(|(subject, _)| subject);
    let is_metric = |subject: &&(&str, Option<Metric>)| subject.1.is_some() || subject.0 == COMMAND;
    let metrics = stable().filter(is_metric).count() as u64;
    numbers(stable().count() as u64 - metrics, metrics)
}

/// Counts the functions and metrics with this worst verdict.
pub(crate) fn count(findings: &[Finding<'_>], verdict: Verdict) -> u64 {
    of(findings, verdict).count() as u64
}

/// Returns the findings with this worst verdict.
pub(crate) fn of<'a, 'b>(
    findings: &'b [Finding<'a>],
    verdict: Verdict,
) -> impl Iterator<Item = &'b Finding<'a>> {
    findings.iter().filter(move |finding| finding.main.verdict == verdict)
}

/// Counts functions and metrics: `2 functions`, `1 function and 3 metrics`.
pub(crate) fn in_words<'a>(findings: impl Iterator<Item = &'a Finding<'a>>) -> String {
    let (mut functions, mut metrics) = (0, 0);
    for finding in findings {
        *(if finding.main.metric.is_of_function() { &mut functions } else { &mut metrics }) += 1;
    }
    numbers(functions, metrics)
}

fn numbers(functions: u64, metrics: u64) -> String {
    let (some, own) = (units::plural(functions, "function"), units::plural(metrics, "metric"));
    match (functions, metrics) {
        (_, 0) => some,
        (0, _) => own,
        _ => format!("{some} and {own}"),
    }
}

/// Puts the row with the lowest metric of the worst verdict first: a count before the time that it
/// explains, self time before the times that hold it.
fn choose_main(finding: &mut Finding<'_>) {
    let mut rows = std::mem::take(&mut finding.also);
    rows.push(finding.main);
    rows.sort_by_key(|row| row.metric);
    let worst = rows.iter().map(|row| row.verdict).max().unwrap_or_default();
    if let Some(at) = rows.iter().position(|row| row.verdict == worst) {
        finding.main = rows.remove(at);
    }
    finding.also = rows;
}
