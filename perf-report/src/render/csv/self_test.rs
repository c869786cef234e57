//! What a gate would catch, as CSV.

use super::{field_name, float, number, write};
use crate::model::SelfTestDocument;
use crate::text::sanitize;

/// What a gate would catch, a line a function.
pub(crate) fn self_test(document: &SelfTestDocument) -> String {
    const HEADER: [&str; 7] =
        ["name", "share_pct", "smallest_pct", "caught_by", "extra_call", "extra_error", "reason"];
    let rows = document.functions.iter().map(|row| {
        let caught_by = row.caught_by.as_ref().map_or_else(String::new, |by| by.name.clone());
        vec![
            sanitize::csv(&row.name),
            float(Some(row.share_pct)),
            number(row.smallest_pct.map(u64::from)),
            sanitize::csv(&caught_by),
            field_name(&row.extra_call),
            field_name(&row.extra_error),
            sanitize::csv(&row.reason),
        ]
    });
    write(&HEADER, rows)
}
