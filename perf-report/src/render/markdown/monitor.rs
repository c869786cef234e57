//! A round of a monitor as Markdown: the dated report.

use std::fmt::Write as _;

use super::{Title, table};
use crate::model::{Alert, MonitorDocument};
use crate::render::words::alerts::{context, facts, headline, mark};
use crate::text::sanitize::{
    markdown_cell as cell, markdown_sentence as escape, markdown_sentence_cell as escape_cell,
};
use crate::text::units;

/// Returns the headline, the news, what fires, and what the judgement rests on.
pub(crate) fn monitor(document: &MonitorDocument) -> String {
    let mut text = format!("### {}\n", escape(&headline(document)));
    let _ = writeln!(text, "\n{}", moment(&document.time));
    let context = context(document);
    if !context.is_empty() {
        let _ = writeln!(text, "\n{}", escape(&context));
    }
    text += &alerts("News", &document.alerts);
    text += &alerts("Firing", &document.firing);
    text += &changes(document);
    text += &declines(document);
    let facts = facts(document);
    if !facts.is_empty() {
        text.push('\n');
    }
    for fact in facts {
        let _ = writeln!(text, "- {}", escape(&fact));
    }
    text + &super::notes(document.notes.iter().chain(&document.problems).cloned())
}

fn alerts(title: &str, alerts: &[Alert]) -> String {
    if alerts.is_empty() {
        return String::new();
    }
    let rows = alerts.iter().map(|alert| {
        let (title, why) = (escape_cell(&alert.what.title), escape_cell(&alert.what.reason));
        let mark = mark(alert.event).to_owned();
        vec![mark, title, why, moment(&alert.since), alert.runs.to_string()]
    });
    let words = ["verdict", "alert", "why", "since"].map(Title::text);
    let titles: Vec<_> = words.into_iter().chain([Title::number("runs")]).collect();
    let (table, left_out) = table(&titles, rows);
    format!("\n#### {title}\n\n{table}{}", more(left_out))
}

fn changes(document: &MonitorDocument) -> String {
    if document.changes.is_empty() {
        return String::new();
    }
    let rows = document.changes.iter().map(|row| {
        let change = row.in_words().unwrap_or_else(|| "–".to_owned());
        let (name, why) = (cell(&row.name), escape_cell(&row.reason));
        vec![row.verdict.word().to_owned(), name, row.metric.title().to_owned(), change, why]
    });
    let words = ["verdict", "function", "metric"].map(Title::text).into_iter();
    let titles: Vec<_> = words.chain([Title::number("change"), Title::text("why")]).collect();
    let (table, left_out) = table(&titles, rows);
    format!("\n#### Changes\n\n{table}{}", more(left_out))
}

fn declines(document: &MonitorDocument) -> String {
    if document.declines.is_empty() {
        return String::new();
    }
    let rows = document.declines.iter().map(|row| {
        let (name, why) = (cell(&row.decline.name), escape_cell(&row.decline.reason));
        vec![name, row.metric.title().to_owned(), row.decline.trend.word().to_owned(), why]
    });
    let (table, left_out) = table(&["function", "metric", "verdict", "why"].map(Title::text), rows);
    format!("\n#### Worse run by run\n\n{table}{}", more(left_out))
}

fn more(left_out: usize) -> String {
    if left_out == 0 {
        return String::new();
    }
    format!("\n… and {} more, in the JSON beside it\n", units::count(left_out as u64))
}

/// Returns a moment as it stands in a document; anything else is text like any other.
fn moment(text: &str) -> String {
    let is_plain = |it: u8| it.is_ascii_alphanumeric() || b":.+-".contains(&it);
    if text.bytes().all(is_plain) { text.to_owned() } else { escape_cell(text) }
}
