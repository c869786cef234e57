//! Functions that became slower run by run, as CSV.

use super::{field_name, number, write};
use crate::model::DeclineDocument;
use crate::text::sanitize;

/// As CSV, a line a function.
pub(crate) fn decline(document: &DeclineDocument) -> String {
    const HEADER: [&str; 9] = [
        "name",
        "trend",
        "direction",
        "first",
        "last",
        "change_pct",
        "p_value",
        "adjusted_p_value",
        "reason",
    ];
    let rows = document.functions.iter().map(|row| {
        vec![
            sanitize::csv(&row.name),
            field_name(&row.trend),
            field_name(&row.direction),
            number(row.values.first().copied()),
            number(row.values.last().copied()),
            number(row.change_pct),
            row.p_value.to_string(),
            row.adjusted_p_value.to_string(),
            sanitize::csv(&row.reason),
        ]
    });
    write(&HEADER, rows)
}
