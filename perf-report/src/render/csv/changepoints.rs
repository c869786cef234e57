//! Changes of series as CSV.

use super::write;
use crate::model::ChangePoints;
use crate::stats::segments::Kind;
use crate::text::sanitize;

/// Returns a line a change.
pub(crate) fn changepoints(document: &ChangePoints) -> String {
    const HEADER: [&str; 9] = [
        "series",
        "index",
        "before",
        "after",
        "change_pct",
        "p_value",
        "commit_before",
        "commit",
        "kind",
    ];
    let rows = document.series.iter().flat_map(|series| {
        series.change_points.iter().map(move |change| {
            let commit = |commit: &Option<String>| sanitize::csv(commit.as_deref().unwrap_or(""));
            vec![
                sanitize::csv(&series.name),
                change.index.to_string(),
                change.before.to_string(),
                change.after.to_string(),
                change.change_pct.map_or_else(String::new, |pct| pct.to_string()),
                change.p_value.to_string(),
                commit(&change.commit_before),
                commit(&change.commit),
                match change.kind {
                    Kind::Step => "step".to_owned(),
                    Kind::Drift => "drift".to_owned(),
                },
            ]
        })
    });
    write(&HEADER, rows)
}
