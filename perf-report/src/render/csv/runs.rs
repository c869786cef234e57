//! Stored runs as CSV.

use super::{Column, number, table};
use crate::model::{RunRow, RunsDocument};
use crate::text::sanitize;

/// Returns a line a run, newest first.
pub(crate) fn runs(document: &RunsDocument) -> String {
    table(&COLUMNS, &document.runs)
}

/// The columns of a run. Tags are separated by commas, which they do not have.
const COLUMNS: [Column<RunRow>; 16] = [
    ("id", |row| text(Some(&row.id))),
    ("time", |row| text(Some(&row.time))),
    ("label", |row| text(row.label.as_ref())),
    ("tags", |row| text(Some(&row.tags.join(",")))),
    ("command", |row| text(Some(&row.command))),
    ("source", |row| text(row.source.as_ref())),
    ("commit", |row| text(row.commit.as_ref())),
    ("branch", |row| text(row.branch.as_ref())),
    ("dirty", |row| row.dirty.to_string()),
    ("group", |row| text(row.group.as_ref())),
    ("exit_code", |row| number(row.exit_code)),
    ("signal", |row| number(row.signal)),
    ("wall_ns", |row| number(row.wall_ns)),
    ("functions", |row| row.functions.to_string()),
    ("machine_key", |row| text(Some(&row.machine_key))),
    ("parts", |row| row.parts.as_ref().map_or_else(String::new, |parts| parts.counted())),
];

fn text(value: Option<&String>) -> String {
    value.map_or_else(String::new, |value| sanitize::csv(value))
}
