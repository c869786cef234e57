//! One function as Markdown.

use std::fmt::Write as _;

use super::run::failures_table;
use super::{Title, fenced, table};
use crate::model::{FunctionDocument, Neighbour};
use crate::render::human;
use crate::render::words::page as words;
use crate::render::words::sparkline::sparkline;
use crate::text::sanitize::{markdown as code, markdown_cell as cell, markdown_sentence as escape};
use crate::text::units;

/// The columns of a picture.
const WIDTH: usize = 90;
/// The widest picture of a series.
const WIDEST: usize = 60;

/// Returns the page of a function.
pub(crate) fn page(page: &FunctionDocument) -> String {
    let function = &page.function;
    let items = |items: Vec<String>| escape(&items.join(" · "));
    let mut text = format!(
        "### {}\n\n{}  \n{}\n",
        code(&function.name),
        items(words::origin(page)),
        items(words::sums(page))
    );
    let failures = words::failures(function);
    if !failures.is_empty() {
        let _ = writeln!(text, "\n{}", items(failures));
    }
    if !function.histogram.is_empty() {
        let _ = writeln!(text, "\n{}\n", items(words::durations(function)));
        text += &fenced(&human::plain_distribution(function, WIDTH));
    }
    text += &failures_table(&[function]);
    text += &neighbours("called by", &page.callers);
    text += &neighbours("calls", &page.callees);
    if !page.budgets.is_empty() {
        text += "\nBudgets:\n\n";
    }
    for row in &page.budgets {
        let _ = writeln!(text, "- **{}**: {}", words::kept(row), escape(&row.reason));
    }
    text + &past(page)
}

fn neighbours(title: &str, all: &[Neighbour]) -> String {
    if all.is_empty() {
        return String::new();
    }
    let rows = all.iter().map(|it| {
        let (mark, ns) = words::time(it);
        let share = format!("{:.1}", it.share_pct);
        vec![cell(&words::neighbour(it)), units::count(it.calls), mark.duration(ns), share]
    });
    let numbers = ["calls", "time", "%"].map(Title::number);
    let titles: Vec<_> = [Title::text("function")].into_iter().chain(numbers).collect();
    let (mut text, left_out) = table(&titles, rows);
    if left_out > 0 {
        let _ = writeln!(text, "\n… and {}", units::plural(left_out as u64, "more function"));
    }
    format!("\n{title}:\n\n{text}")
}

fn past(page: &FunctionDocument) -> String {
    let Some(history) = &page.history else { return String::new() };
    let Some(function) = history.functions.first() else { return String::new() };
    let word = function.trend.map_or_else(String::new, |word| format!(" **{word}**"));
    let mut text =
        format!("\n{}:{word}\n\n{}\n", words::past(history), sparkline(&function.values, WIDEST));
    let changes = words::changes(history);
    if !changes.is_empty() {
        text.push('\n');
    }
    for change in changes {
        let _ = writeln!(text, "- {}", escape(&change));
    }
    text
}
