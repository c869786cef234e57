//! Functions that became slower run by run, as CSV.

use super::{Column, field_name, number, table};
use crate::model::{Decline, DeclineDocument};
use crate::text::sanitize;

/// Returns a line a function.
pub(crate) fn decline(document: &DeclineDocument) -> String {
    table(&COLUMNS, &document.functions)
}

/// The columns of a function.
const COLUMNS: [Column<Decline>; 9] = [
    ("name", |row| sanitize::csv(&row.name)),
    ("trend", |row| field_name(&row.trend)),
    ("direction", |row| field_name(&row.direction)),
    ("first", |row| number(row.values.first().copied())),
    ("last", |row| number(row.values.last().copied())),
    ("change_pct", |row| number(row.change_pct)),
    ("p_value", |row| row.p_value.to_string()),
    ("adjusted_p_value", |row| row.adjusted_p_value.to_string()),
    ("reason", |row| sanitize::csv(&row.reason)),
];
