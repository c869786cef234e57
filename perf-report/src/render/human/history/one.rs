//! One function for a screen: where it is heading, its changes, its runs.

use std::fmt::Write as _;

use super::chart::chart;
use super::{GAP, WIDEST, notes, value};
use crate::model::{FunctionHistory, HistoryDocument};
use crate::render::human::paint::{Paint, of_trend, style};
use crate::render::human::table::{ALWAYS, Align, Cell, Column, Table};
use crate::render::human::wrap;
use crate::render::words::sparkline::sparkline;
use crate::render::words::{fit, history as words};
use crate::render::{Screen, Shown};
use crate::text::{sanitize, units};

/// Returns a function with its course, its changes, and its runs, the newest first.
pub(crate) fn one(
    document: &HistoryDocument,
    function: &FunctionHistory,
    shown: Shown,
    screen: Screen,
) -> String {
    let paint = Paint { styled: screen.styled };
    let name = fit::name(&function.name, screen.width.max(20));
    let mut text = paint.paint(style::STRONG, &name) + "\n";
    let mut facts = vec![words::title(document.metric)];
    facts.push(units::plural(document.runs.len() as u64, "run"));
    facts.extend(words::facts(document));
    let facts = wrap::items(&facts, "", screen.width);
    text.extend(facts.lines().map(|line| paint.paint(style::FAINT, line) + "\n"));
    let drawn = chart(document, function, screen);
    let drawn = drawn.unwrap_or_else(|| picture(document, function, screen, paint) + "\n");
    let _ = write!(text, "\n{drawn}");
    text += &judgement(function, screen, paint);
    text += &changes(document, function, screen, paint);
    text.push('\n');
    let (table, left_out) = runs(document, function, shown);
    text += &table.render(screen);
    if left_out > 0 {
        let more = units::plural(left_out as u64, "older run");
        text += &(paint.paint(style::FAINT, &format!("… {more}; --all shows them")) + "\n");
    }
    text.push('\n');
    notes(&mut text, document, screen);
    text
}

/// Returns the trend and its reason. A function that is new or gone has no trend, and its reason
/// says so.
fn judgement(function: &FunctionHistory, screen: Screen, paint: Paint) -> String {
    let reason = sanitize::screen(&function.reason);
    match function.trend {
        Some(word) => {
            let word = paint.paint(of_trend(word).bold(), word.word());
            format!("\n{word}\n{}", wrap::words(&reason, "  ", screen.width))
        }
        None => format!("\n{}", wrap::words(&reason, "", screen.width)),
    }
}

/// Draws the series on a line, with its lowest and its highest value.
fn picture(
    document: &HistoryDocument,
    function: &FunctionHistory,
    screen: Screen,
    paint: Paint,
) -> String {
    let known = || function.values.iter().flatten().copied();
    let (low, high) = (known().fold(f64::INFINITY, f64::min), known().fold(0.0, f64::max));
    let number = |value| document.metric.number(value);
    let range = format!("{} to {}", number(low), number(high));
    let room = screen.width.saturating_sub(fit::width(&range) + GAP).clamp(10, 2 * WIDEST);
    let line = sparkline(&function.values, room);
    let is_beside = fit::width(&line) + GAP + fit::width(&range) <= screen.width;
    let gap = if is_beside { "  " } else { "\n" };
    format!("{}{gap}{}", paint.paint(style::HEAT, &line), paint.paint(style::FAINT, &range))
}

fn changes(
    document: &HistoryDocument,
    function: &FunctionHistory,
    screen: Screen,
    paint: Paint,
) -> String {
    if document.too_few {
        return String::new();
    }
    let title = match function.change_points.len() {
        0 => "no change of its level was found".to_owned(),
        1 => "its level changed once".to_owned(),
        2 => "its level changed twice".to_owned(),
        times => format!("its level changed {times} times"),
    };
    let look = if function.change_points.is_empty() { style::PLAIN } else { style::STRONG };
    let mut text = format!("\n{}\n", paint.paint(look, &title));
    for change in function.change_points.iter().rev() {
        text += &wrap::words(&words::long(change, document), "  ", screen.width);
    }
    if !function.doubtful_changes.is_empty() {
        text += "\nwhat was measured changed, which may not be the program's doing\n";
    }
    for change in function.doubtful_changes.iter().rev() {
        text += &wrap::words(&words::doubtful(change, document), "  ", screen.width);
    }
    text
}

/// Returns the runs as a table, the newest first, and the number of those left out.
fn runs(document: &HistoryDocument, function: &FunctionHistory, shown: Shown) -> (Table, usize) {
    let places: Vec<usize> = (0..document.runs.len()).rev().take(shown.most()).collect();
    let at = |place: usize| function.values.get(place).copied().flatten();
    let values = places.iter().map(|&place| match at(place) {
        Some(number) => value(document, number),
        None => Cell::new(style::FAINT, "·"),
    });
    let steps = places.iter().map(|&place| Cell::new(style::PLAIN, words::step(function, place)));
    let marks =
        places.iter().map(|&place| Cell::new(style::WARN, words::mark(document, function, place)));
    let runs = || places.iter().filter_map(|&place| document.runs.get(place));
    let plain = |text: String| Cell::new(style::PLAIN, text);
    let column = |title, stays, align, cells: Vec<Cell>| Column { title, stays, align, cells };
    let branches = runs().map(|run| {
        let branch = run.branch.as_deref().unwrap_or("·");
        plain(sanitize::screen(branch).into_owned())
    });
    let mut columns = vec![
        column("time (UTC)", 2, Align::Left, runs().map(|run| plain(words::minute(run))).collect()),
        column("branch", 1, Align::Left, branches.collect()),
        column("value", ALWAYS, Align::Right, values.collect()),
        column("against previous", ALWAYS, Align::Right, steps.collect()),
        column("", 3, Align::Left, marks.collect()),
    ];
    if document.branch.is_some() || document.runs.iter().all(|run| run.branch.is_none()) {
        columns.remove(1);
    }
    let table = Table { title: "commit", names: runs().map(words::name).collect(), columns };
    (table, document.runs.len() - places.len())
}
