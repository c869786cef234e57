//! What became slower since some moment, for a screen.

use std::fmt::Write as _;

use super::columns;
use super::paint::{Paint, style};
use super::wrap;
use crate::model::{Change, SlowerDocument, SlowerSeries};
use crate::render::Screen;
use crate::render::words::fit;
use crate::render::words::slower as words;
use crate::text::sanitize::screen as safe;

/// Returns the finding, then a block a command that became slower, then those that did not.
pub(crate) fn slower(document: &SlowerDocument, screen: Screen) -> String {
    let paint = Paint { styled: screen.styled };
    let lines = |text: &str, indent: &str| wrap::words(&safe(text), indent, screen.width);
    let mut text = lines(&words::sentence(document), "");
    for series in document.slower() {
        let command = fit::name(&words::command(series), screen.width);
        let _ = writeln!(text, "\n{}", paint.paint(style::STRONG, &command));
        text += &lines(&words::about(series, &document.time), "");
        text += &rows(series, screen);
    }
    let fine = document.series.iter().filter(|it| it.is_fine());
    let fine: Vec<String> = fine.map(words::command).collect();
    if !fine.is_empty() {
        let _ = writeln!(text, "\nnot slower:");
        text.extend(fine.iter().map(|command| lines(command, "  ")));
    }
    let unjudged = document.series.iter().filter_map(|it| Some((it, it.not_judged.as_ref()?)));
    for (at, (series, why)) in unjudged.enumerate() {
        text += if at == 0 { "\nnot judged:\n" } else { "" };
        text += &lines(&format!("{}: {why}", words::command(series)), "  ");
    }
    if let Some(left_out) = words::left_out(document) {
        let _ = writeln!(text, "\n{left_out}");
    }
    text
}

fn rows(series: &SlowerSeries, screen: Screen) -> String {
    let functions = words::by_function(&series.worse);
    let rows: Vec<_> = functions.iter().take(words::SHOWN).filter_map(|it| row(it)).collect();
    let mut text = columns::list(&rows, screen.width);
    if let Some(more) = functions.len().checked_sub(words::SHOWN).filter(|more| *more > 0) {
        let _ =
            writeln!(text, "  … and {more} more; `perf-report show {}` has all", safe(&series.run));
    }
    text
}

fn row(rows: &[&Change]) -> Option<Vec<String>> {
    let (row, others) = rows.split_first()?;
    let [before, now] = words::values(row);
    let change = row.in_words().unwrap_or_default();
    let also =
        if others.is_empty() { String::new() } else { format!("also {}", words::also(others)) };
    Some(vec![
        format!("  {}", row.verdict),
        fit::name(&row.name, 60),
        row.metric.title().to_owned(),
        format!("{before} → {now}"),
        change,
        also,
    ])
}
