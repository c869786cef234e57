//! The list of accepted regressions for a screen.

use super::columns;
use crate::model::{BlessingRow, BlessingsDocument};
use crate::render::Screen;

/// Returns a line a blessing under a line of titles; nothing without blessings.
pub(crate) fn blessings(document: &BlessingsDocument, _: Screen) -> String {
    if document.blessings.is_empty() {
        return String::new();
    }
    let header = ["FUNCTION", "METRIC", "FROM", "TO", "NOW", "UNTIL", "STATE", "REASON"];
    let rows = document.blessings.iter().map(cells);
    columns(&std::iter::once(header.map(str::to_owned)).chain(rows).collect::<Vec<_>>())
}

fn cells(row: &BlessingRow) -> [String; 8] {
    let value = |value| row.metric.number(value);
    [
        row.function.clone(),
        row.metric.word().to_owned(),
        value(row.from),
        value(row.to),
        row.current.map_or_else(|| "–".to_owned(), value),
        row.expires.clone().unwrap_or_else(|| "for ever".to_owned()),
        row.state.clone(),
        row.reason.clone(),
    ]
}
