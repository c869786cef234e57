//! What `run` says when it is done: where the time went, and what to do next.

use super::{functions_table, header};
use crate::model::RunDocument;
use crate::render::paint::{Paint, style};
use crate::render::{Screen, Selection, facts, text};
use crate::units;

/// Functions that the summary names.
const TOP: usize = 10;

/// A run in short: the functions with the most own time, what is missing, and the next steps.
pub fn summary(run: &RunDocument, screen: Screen) -> String {
    let paint = Paint { styled: screen.styled };
    let selection = Selection { limit: Some(TOP), ..Selection::default() };
    let selected = selection.select(run);
    let mut text = header(run, screen);
    if selected.shown.is_empty() {
        text += "\nno tracked function was called";
        text += if run.functions.is_empty() { "; see `perf-report doctor`\n" } else { "\n" };
    } else {
        text.push('\n');
        text += &functions_table(run, &selected.shown, false).render(screen);
    }
    text.push('\n');
    for problem in facts::unfinished(run).into_iter().chain(facts::problems(run)) {
        for line in text::wrap_words(&format!("note: {problem}"), "", screen.width).lines() {
            text += &paint.paint(style::WARN, line);
            text.push('\n');
        }
    }
    let mut next = vec![
        "next: perf-report show --tree".to_owned(),
        "perf-report baseline save main, to keep this run".to_owned(),
        "perf-report check, to judge the next one".to_owned(),
    ];
    if !selected.beyond.is_empty() {
        let more = units::count(selected.beyond.len() as u64);
        next.insert(1, format!("perf-report show, for {more} more functions"));
    }
    for line in text::join_wrapped(&next, "", screen.width).lines() {
        text += &paint.paint(style::FAINT, line);
        text.push('\n');
    }
    text
}
