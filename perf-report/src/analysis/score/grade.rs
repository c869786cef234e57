//! The grade of a run, A to F.

use super::{Settings, caps, reliability, success, targets};
use crate::model::{
    BudgetResult, Comparison, Grade, GradeBasis, GradeCap, Letter, RunDocument, Score,
};
use crate::stats::number::float;

/// The share of calls or tests below which there is no better grade than F.
const LEAST_SUCCESS: f64 = 0.8;

/// Returns the grade of the newest of `runs`: the mean of how far each target was attained, or without
/// targets the score before its caps. `None` where there is neither.
pub fn grade(
    runs: &[RunDocument],
    comparison: &Comparison,
    score: Option<&Score>,
    settings: &Settings,
) -> Option<Grade> {
    let newest = runs.last()?;
    let rows: Vec<&BudgetResult> = targets::known(comparison).collect();
    let (basis, points) = if rows.is_empty() {
        (GradeBasis::Score, score?.uncapped)
    } else {
        let sum: f64 = rows.iter().map(|row| attained(row)).sum();
        (GradeBasis::Targets, sum / float(rows.len() as u64))
    };
    let caps = caps_of(newest, comparison, settings);
    let best = caps.iter().map(|cap| cap.at_best).min().unwrap_or(Letter::A);
    Some(Grade {
        letter: Letter::of_points(points).min(best),
        points,
        basis,
        targets: rows.len() as u64,
        met: rows.iter().filter(|row| targets::is_met(row)).count() as u64,
        caps,
    })
}

/// Returns how far a target was attained: all of one that is met, of others what the scale says.
fn attained(row: &BudgetResult) -> f64 {
    if targets::is_met(row) {
        return 100.0;
    }
    row.actual.map_or(0.0, |actual| targets::points(row.limit, row.allowed, actual))
}

/// Returns the caps, worst first.
fn caps_of(run: &RunDocument, comparison: &Comparison, settings: &Settings) -> Vec<GradeCap> {
    let cap =
        |at_best: Letter, reason: Option<String>| reason.map(|reason| GradeCap { at_best, reason });
    let few = |tally: success::Tally, what: &str| {
        let share = super::share(tally.good, tally.of);
        let pct = crate::text::units::percent(share * 100.0);
        (share < LEAST_SUCCESS).then(|| format!("{pct} of the {what}, fewer than 80 %"))
    };
    let all = [
        cap(Letter::F, reliability::ended(run)),
        cap(Letter::F, few(success::tests(run), "tests passed")),
        cap(Letter::F, few(success::calls(run), "calls succeeded")),
        cap(
            Letter::D,
            reliability::failure(run, settings).filter(|_| reliability::ended(run).is_none()),
        ),
        cap(Letter::C, caps::budgets(comparison)),
        cap(Letter::C, caps::regressions(comparison)),
    ];
    all.into_iter().flatten().collect()
}
