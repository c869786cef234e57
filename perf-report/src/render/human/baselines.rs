//! The list of baselines for a screen.

use super::columns;
use crate::model::{BaselineRow, BaselinesDocument};
use crate::render::Screen;
use crate::text::units;

/// Returns a line a baseline under a line of titles; nothing without baselines.
pub(crate) fn baselines(document: &BaselinesDocument, _: Screen) -> String {
    if document.baselines.is_empty() {
        return String::new();
    }
    let header = ["NAME", "RUN", "RUNS", "COMMIT", "FUNCTIONS", "LABEL"].map(str::to_owned);
    let rows = document.baselines.iter().map(cells);
    columns(&std::iter::once(header).chain(rows).collect::<Vec<_>>())
}

fn cells(row: &BaselineRow) -> [String; 6] {
    let name = row.name.clone();
    let none = || "-".to_owned();
    let Some(run) = &row.run else {
        return [name, "cannot be read".to_owned(), none(), none(), none(), String::new()];
    };
    let commit = run.git.as_ref().map_or_else(none, |git| {
        let short: String = git.commit.chars().take(10).collect();
        if git.dirty { short + "+" } else { short }
    });
    let [runs, functions] = [row.runs, row.functions].map(|count| units::count(count.unwrap_or(0)));
    [name, run.id.clone(), runs, commit, functions, run.label.clone().unwrap_or_default()]
}
