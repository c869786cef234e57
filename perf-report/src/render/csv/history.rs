//! The history of functions as CSV.

use super::{field_name, write};
use crate::model::HistoryDocument;
use crate::text::sanitize;

/// Returns a line a function and run, oldest first: the input of `changepoints`.
pub(crate) fn history(document: &HistoryDocument) -> String {
    const HEADER: [&str; 8] =
        ["series", "index", "value", "commit", "time", "run", "metric", "branch"];
    let metric = field_name(&document.metric);
    let metric = metric.as_str();
    let text = |text: Option<&str>| sanitize::csv(text.unwrap_or_default());
    let rows = document.functions.iter().flat_map(|function| {
        document.runs.iter().zip(&function.values).enumerate().filter_map(move |(at, it)| {
            let (run, value) = (it.0, (*it.1)?);
            Some(vec![
                sanitize::csv(&function.name),
                at.to_string(),
                value.to_string(),
                text(run.commit.as_deref()),
                text(Some(&run.time)),
                text(Some(&run.id)),
                metric.to_owned(),
                text(run.branch.as_deref()),
            ])
        })
    });
    write(&HEADER, rows)
}
