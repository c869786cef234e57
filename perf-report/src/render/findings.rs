//! The rows of a comparison, gathered by function: what people read, worst first.

use std::collections::HashMap;

use crate::model::{Change, Comparison, Verdict};
use crate::units;

/// What a comparison found of one function.
#[derive(Debug)]
pub(super) struct Finding<'a> {
    /// The row that says most.
    pub(super) main: &'a Change,
    /// Other rows that are no news, in the order of metrics.
    pub(super) also: Vec<&'a Change>,
}

impl Finding<'_> {
    /// The other rows in a few words, those of another verdict after its name:
    /// `mean +40.0 %, p50 +40.0 %; degraded: p95 +21.0 %`.
    pub(super) fn also_in_words(&self) -> Option<String> {
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
            .map(|row| {
                let change = row.change_pct.map_or_else(|| "new".to_owned(), units::change);
                format!("{} {change}", crate::verdict::title(row.metric))
            })
            .collect();
        let title =
            if verdict == self.main.verdict { String::new() } else { format!("{verdict}: ") };
        (!words.is_empty()).then(|| format!("{title}{}", words.join(", ")))
    }
}

/// Everything that is not stable, a function each, worst first. Within a verdict, what changed most
/// comes first, as in the comparison.
pub(super) fn findings(comparison: &Comparison) -> Vec<Finding<'_>> {
    let mut order: Vec<Finding<'_>> = Vec::new();
    let mut places: HashMap<&str, usize> = HashMap::new();
    for row in comparison.functions.iter().filter(|row| row.verdict != Verdict::Stable) {
        if let Some(&at) = places.get(row.name.as_str()) {
            order[at].also.push(row);
        } else {
            places.insert(&row.name, order.len());
            order.push(Finding { main: row, also: Vec::new() });
        }
    }
    for finding in &mut order {
        choose_main(finding);
    }
    order
}

/// Functions of which nothing changed.
pub(super) fn stable(comparison: &Comparison) -> u64 {
    let mut worst: HashMap<&str, bool> = HashMap::new();
    for row in &comparison.functions {
        *worst.entry(&row.name).or_insert(true) &= row.verdict == Verdict::Stable;
    }
    worst.values().filter(|stable| **stable).count() as u64
}

/// Functions with this worst verdict.
pub(super) fn count(findings: &[Finding<'_>], verdict: Verdict) -> u64 {
    findings.iter().filter(|finding| finding.main.verdict == verdict).count() as u64
}

/// Of the rows of the worst verdict, the one with the lowest metric: a count before the time that it
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
