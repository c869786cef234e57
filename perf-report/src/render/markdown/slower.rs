//! What became slower since some moment, as Markdown.

use std::fmt::Write as _;

use super::{Title, table};
use crate::model::{Change, SlowerDocument, SlowerSeries};
use crate::render::words::slower as words;
use crate::text::sanitize::{
    markdown as code, markdown_cell as cell, markdown_sentence as escape,
    markdown_sentence_cell as escape_cell,
};

/// Returns the finding, then a table a command that became slower, then the others.
pub(crate) fn slower(document: &SlowerDocument) -> String {
    let mut text = format!("### {}\n", escape(&words::sentence(document)));
    for series in document.slower() {
        let _ = writeln!(text, "\n#### {}\n", code(&words::command(series)));
        let _ = writeln!(text, "{}\n", escape(&words::about(series, &document.time)));
        text += &rows(series);
    }
    let rest: Vec<_> = document.series.iter().filter(|it| it.worse.is_empty()).collect();
    if !rest.is_empty() {
        text += "\n";
    }
    for series in rest {
        let word = series.not_judged.as_deref().map(|why| format!("not judged: {why}"));
        let word = word.unwrap_or_else(|| "not slower".to_owned());
        let _ = writeln!(text, "- {}: {}", code(&words::command(series)), escape(&word));
    }
    if let Some(left_out) = words::left_out(document) {
        let _ = writeln!(text, "\n{left_out}");
    }
    text
}

fn rows(series: &SlowerSeries) -> String {
    let functions = words::by_function(&series.worse);
    let texts = ["function", "verdict", "metric"].map(Title::text);
    let numbers = ["before", "now", "change"].map(Title::number);
    let mut titles: Vec<_> = texts.into_iter().chain(numbers).collect();
    titles.push(Title::text("also"));
    let rows = functions.iter().take(words::SHOWN).filter_map(|it| row(it));
    let (mut text, _) = table(&titles, rows);
    if let Some(more) = functions.len().checked_sub(words::SHOWN).filter(|more| *more > 0) {
        let _ = writeln!(text, "\n… and {more} more");
    }
    text
}

fn row(rows: &[&Change]) -> Option<Vec<String>> {
    let (row, others) = rows.split_first()?;
    let [before, now] = words::values(row);
    Some(vec![
        cell(&row.name),
        row.verdict.to_string(),
        row.metric.title().to_owned(),
        before,
        now,
        row.in_words().unwrap_or_default(),
        escape_cell(&words::also(others)),
    ])
}
