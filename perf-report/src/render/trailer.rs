//! A report as a trailer of a commit message: one line, as `git interpret-trailers` reads it.

use super::words::{fit, report as words};
use crate::model::{Report, Statement, StatementKind};
use crate::text::{sanitize, units};

/// Functions that are named.
const NAMED: usize = 3;
/// Columns of a name.
const NAME: usize = 60;

/// Returns the line: `Perf-Track: 81 GOOD, grade B; 2 regressions; app::tokenize +12.0 % (p 0.002)`.
pub fn trailer(report: &Report) -> String {
    let mut items = vec![score(report)];
    if report.bad(StatementKind::Failure).next().is_some() {
        items.push("the run failed".to_owned());
    }
    items.extend(report.bad(StatementKind::Tests).next().map(|it| it.text.clone()));
    items.push(counted(report));
    let missed = report.bad(StatementKind::Target).count() as u64;
    items.extend((missed > 0).then(|| format!("{} missed", units::plural(missed, "target"))));
    let named = report.bad(StatementKind::Regression).take(NAMED);
    items.extend(named.map(change));
    let text = items.iter().map(|item| sanitize::screen(item)).collect::<Vec<_>>().join("; ");
    format!("Perf-Track: {text}\n")
}

fn score(report: &Report) -> String {
    let score = report.score.as_ref().map(|it| format!("{} {}", words::value(it), it.word));
    let grade = report.grade.as_ref().map(|it| format!("grade {}", it.letter));
    let both: Vec<String> = score.into_iter().chain(grade).collect();
    if both.is_empty() { "no score".to_owned() } else { both.join(", ") }
}

fn counted(report: &Report) -> String {
    if report.baseline.is_none() {
        return "no baseline".to_owned();
    }
    let regressions = report.bad(StatementKind::Regression).count() as u64;
    let better = report.went_well.iter().filter(|it| it.kind == StatementKind::Improvement);
    match (regressions, better.count() as u64) {
        (0, 0) => "no regression".to_owned(),
        (0, better) => format!("no regression, {}", units::plural(better, "improvement")),
        (worse, _) => units::plural(worse, "regression"),
    }
}

fn change(said: &Statement) -> String {
    let name = said.name.as_deref().map(|name| fit::name(name, NAME)).unwrap_or_default();
    let by = said.change_pct.map_or_else(|| "new".to_owned(), units::change);
    let p = said.p_value.map_or_else(String::new, |p| format!(" ({})", probability(p)));
    format!("{name} {by}{p}")
}

/// Writes a probability: `p 0.002`, `p < 0.0001`.
fn probability(p: f64) -> String {
    if p < 1e-4 { "p < 0.0001".to_owned() } else { format!("p {}", units::rough_number(p)) }
}
