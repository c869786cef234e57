//! Test suites as CSV.

use super::{Column, float, number, table};
use crate::model::{SuiteRow, SuitesDocument};
use crate::render::words::suites as words;
use crate::text::sanitize;

/// Returns a line a suite, and one for all of them.
pub(crate) fn suites(document: &SuitesDocument) -> String {
    table(&COLUMNS, document.rows())
}

/// The columns of a suite.
const COLUMNS: [Column<SuiteRow>; 17] = [
    ("name", |row| sanitize::csv(&row.name)),
    ("target", |row| sanitize::csv(&row.target)),
    ("wall_ns", |row| float(row.wall_ns)),
    ("cpu_ns", |row| float(row.cpu_ns)),
    ("peak_rss_bytes", |row| number(row.peak_rss_bytes)),
    ("read_bytes", |row| number(row.read_bytes)),
    ("written_bytes", |row| number(row.written_bytes)),
    ("processes", |row| number(Some(row.processes))),
    ("exit_code", |row| number(row.exit_code)),
    ("signal", |row| number(row.signal)),
    ("passed", |row| number(row.passed)),
    ("failed", |row| number(row.failed)),
    ("ignored", |row| number(row.ignored)),
    ("filtered", |row| number(row.filtered)),
    ("flaky", |row| number(Some(row.flaky))),
    ("growth_pct", |row| float(row.growth.map(|growth| growth.change_pct))),
    ("targets", |row| sanitize::csv(&words::targets(row))),
];
