//! A comparison as CSV.

use super::{field_name, float, write};
use crate::model::Comparison;
use crate::text::sanitize;

/// The rows of a comparison, then its budgets: those have the limit for a baseline, and a metric
/// that begins with `budget.`.
pub(crate) fn comparison(comparison: &Comparison) -> String {
    const HEADER: [&str; 12] = [
        "name",
        "metric",
        "baseline",
        "current",
        "change_pct",
        "verdict",
        "reason",
        "low_pct",
        "high_pct",
        "p_value",
        "detectable_pct",
        "noise_pct",
    ];
    let rows = comparison.functions.iter().map(|row| {
        vec![
            sanitize::csv(&row.name),
            field_name(&row.metric),
            float(row.baseline),
            float(row.current),
            float(row.change_pct),
            row.verdict.to_string(),
            sanitize::csv(&row.reason),
            float(row.interval_pct.map(|interval| interval.0)),
            float(row.interval_pct.map(|interval| interval.1)),
            float(row.p_value),
            float(row.detectable_pct),
            float(row.noise_pct),
        ]
    });
    let nothing = || std::iter::repeat_with(String::new).take(5);
    let budgets = comparison.budgets.iter().map(|row| {
        let cells = vec![
            sanitize::csv(&row.name),
            format!("budget.{}", field_name(&row.limit)),
            float(Some(row.allowed)),
            float(row.actual),
            String::new(),
            row.verdict.to_string(),
            sanitize::csv(&row.reason),
        ];
        cells.into_iter().chain(nothing()).collect()
    });
    write(&HEADER, rows.chain(budgets))
}
