//! A comparison as CSV.

use super::{Column, field_name, float, write};
use crate::model::{BudgetResult, Change, Comparison};
use crate::text::sanitize;

/// Returns a line a row, then a line a budget: its limit is the baseline, and its metric begins
/// with `budget.`.
pub(crate) fn comparison(comparison: &Comparison) -> String {
    let titles = COLUMNS.map(|(title, _)| title);
    let cells = |row: &Change| COLUMNS.iter().map(|(_, cell)| cell(row)).collect();
    let rows = comparison.functions.iter().map(cells);
    write(&titles, rows.chain(comparison.budgets.iter().map(budget)))
}

/// The columns of a row.
const COLUMNS: [Column<Change>; 13] = [
    ("name", |row| sanitize::csv(&row.name)),
    ("metric", |row| field_name(&row.metric)),
    ("baseline", |row| float(row.baseline)),
    ("current", |row| float(row.current)),
    ("change_pct", |row| float(row.change_pct)),
    ("verdict", |row| row.verdict.to_string()),
    ("reason", |row| sanitize::csv(&row.reason)),
    ("low_pct", |row| float(row.interval_pct.map(|interval| interval.0))),
    ("high_pct", |row| float(row.interval_pct.map(|interval| interval.1))),
    ("p_value", |row| float(row.p_value)),
    ("detectable_pct", |row| float(row.detectable_pct)),
    ("noise_pct", |row| float(row.noise_pct)),
    ("beside_pct", |row| float(row.beside.map(|it| it.change_pct))),
];

/// Returns the cells of a budget, as far as it has those of a row.
fn budget(row: &BudgetResult) -> Vec<String> {
    let mut cells = vec![
        sanitize::csv(&row.name),
        format!("budget.{}", field_name(&row.limit)),
        float(Some(row.allowed)),
        float(row.actual),
        String::new(),
        row.verdict.to_string(),
        sanitize::csv(&row.reason),
    ];
    cells.resize(COLUMNS.len(), String::new());
    cells
}
