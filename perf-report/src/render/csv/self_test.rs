//! The self-test of a gate as CSV.

use super::{Column, field_name, float, number, table};
use crate::model::{SelfTestDocument, SelfTestRow};
use crate::text::sanitize;

/// Returns a line a function.
pub(crate) fn self_test(document: &SelfTestDocument) -> String {
    table(&COLUMNS, &document.functions)
}

/// The columns of a function.
const COLUMNS: [Column<SelfTestRow>; 7] = [
    ("name", |row| sanitize::csv(&row.name)),
    ("share_pct", |row| float(Some(row.share_pct))),
    ("smallest_pct", |row| number(row.smallest_pct.map(u64::from))),
    ("caught_by", caught_by),
    ("extra_call", |row| field_name(&row.extra_call)),
    ("extra_error", |row| field_name(&row.extra_error)),
    ("reason", |row| sanitize::csv(&row.reason)),
];

fn caught_by(row: &SelfTestRow) -> String {
    row.caught_by.as_ref().map_or_else(String::new, |by| sanitize::csv(&by.name))
}
