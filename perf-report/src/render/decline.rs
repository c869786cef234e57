//! Functions that became slower run by run, in every medium.

use std::fmt::Write as _;

use super::csv::{field_name, number, write};
use super::history::{name, of_trend, title};
use super::paint::{Paint, style};
use super::sparkline::sparkline;
use super::{Screen, text};
use crate::model::{Decline, DeclineDocument, Direction, Trend, TrendLimits};
use crate::text::sanitize::{
    self, markdown_cell as cell, markdown_sentence as escape, markdown_sentence_cell as escape_cell,
};
use crate::text::units;

/// Functions that went one way and are no finding, of which so many are shown.
const UNSURE: usize = 5;

/// For a screen.
pub fn human(document: &DeclineDocument, screen: Screen) -> String {
    let paint = Paint { styled: screen.styled };
    let look = document.functions.first().map_or(style::FAINT, |it| of_trend(it.trend));
    let (word, sentence) = (word(document), sentence(document));
    let mut text = format!("{}  {}\n", paint.paint(look.bold(), word), strong(paint, &sentence));
    let lines = text::join_wrapped(&said_of_runs(document), "", screen.width);
    text.extend(lines.lines().map(|line| paint.paint(style::FAINT, line) + "\n"));
    for note in &document.notes {
        let lines = text::wrap_words(&sanitize::screen(&format!("note: {note}")), "", screen.width);
        text.extend(lines.lines().map(|line| paint.paint(style::WARN, line) + "\n"));
    }
    for row in findings(document).chain(unsure(document).take(UNSURE)) {
        let name = text::name(&row.name, screen.width.saturating_sub(15).max(20));
        let word = word_of(row, document);
        let word = paint.paint(of_trend(row.trend), &format!("{word:<11}"));
        let _ = writeln!(text, "\n  {word}  {}", strong(paint, &name));
        let picture = picture(row);
        let reason = sanitize::screen(&row.reason).into_owned();
        text += &text::wrap_words(&format!("{picture}  {reason}"), "               ", screen.width);
    }
    if let Some(rest) = rest(document) {
        let _ = writeln!(text, "\n{}", paint.paint(style::FAINT, &rest));
    }
    text
}

/// As Markdown.
pub fn markdown(document: &DeclineDocument) -> String {
    let mut text = format!("### {}: {}\n", word(document), escape(&sentence(document)));
    let rows: Vec<&Decline> = findings(document).chain(unsure(document).take(UNSURE)).collect();
    if !rows.is_empty() {
        text += "\n| function | trend | oldest to newest | why |\n| :-- | :-- | :-- | :-- |\n";
    }
    for row in rows {
        let word = word_of(row, document);
        let (name, why) = (cell(&row.name), escape_cell(&row.reason));
        let _ = writeln!(text, "| {name} | {word} | {} | {why} |", picture(row));
    }
    if let Some(rest) = rest(document) {
        let _ = writeln!(text, "\n{}", escape(&rest));
    }
    for note in &document.notes {
        let _ = writeln!(text, "\n> {}", escape(note));
    }
    text
}

/// As CSV, a line a function.
pub fn csv(document: &DeclineDocument) -> String {
    const HEADER: [&str; 9] = [
        "name",
        "trend",
        "direction",
        "first",
        "last",
        "change_pct",
        "p_value",
        "adjusted_p_value",
        "reason",
    ];
    let rows = document.functions.iter().map(|row| {
        vec![
            sanitize::csv(&row.name),
            field_name(&row.trend),
            field_name(&row.direction),
            number(row.values.first().copied()),
            number(row.values.last().copied()),
            number(row.change_pct),
            row.p_value.to_string(),
            row.adjusted_p_value.to_string(),
            sanitize::csv(&row.reason),
        ]
    });
    write(&HEADER, rows)
}

fn strong(paint: Paint, text: &str) -> String {
    paint.paint(style::STRONG, text)
}

fn picture(row: &Decline) -> String {
    let values: Vec<Option<f64>> = row.values.iter().copied().map(Some).collect();
    sparkline(&values, 20)
}

/// What is beyond a limit and no chance.
fn findings(document: &DeclineDocument) -> impl Iterator<Item = &Decline> {
    document.functions.iter().filter(|row| row.trend != Trend::Stable)
}

/// What became worse run by run, and may be chance or is too little.
fn unsure(document: &DeclineDocument) -> impl Iterator<Item = &Decline> {
    let is = |row: &&Decline| row.trend == Trend::Stable && row.direction == Direction::Worse;
    document.functions.iter().filter(is)
}

/// The word of a function; of one that is no finding, why not.
fn word_of(row: &Decline, document: &DeclineDocument) -> &'static str {
    match row.trend {
        Trend::Stable if row.adjusted_p_value > document.false_discoveries => "perhaps",
        Trend::Stable if is_beyond(row, document) => "unsure",
        Trend::Stable => "a little",
        trend => trend.word(),
    }
}

/// Whether it is worse by more than may be, were it certain.
fn is_beyond(row: &Decline, document: &DeclineDocument) -> bool {
    let TrendLimits { degraded_pct, regression_pct, .. } = document.limits;
    let limit = [degraded_pct, regression_pct].into_iter().flatten().reduce(f64::min);
    limit.is_some_and(|limit| row.change_pct.is_none_or(|pct| pct.abs() > limit))
}

/// The worst word.
fn word(document: &DeclineDocument) -> &'static str {
    document.functions.first().map_or(Trend::Stable, |row| row.trend).word()
}

/// `2 functions became slower run by run over the last 5 runs`
fn sentence(document: &DeclineDocument) -> String {
    let runs = units::plural(document.points.len() as u64, "run");
    let title = title(document.metric);
    let of = |words: &[Trend]| {
        document.functions.iter().filter(|row| words.contains(&row.trend)).count() as u64
    };
    let worse = of(&[Trend::Regression, Trend::Degraded]);
    let better = of(&[Trend::Improvement]);
    let said = match (worse, better) {
        (0, 0) => none_declines(document),
        (0, better) => format!("{} better run by run", became(better)),
        (worse, 0) => format!("{} worse run by run", became(worse)),
        (worse, better) => {
            format!("{} worse run by run, and {} better", became(worse), units::count(better))
        }
    };
    format!("{said}: {title} over the last {runs}")
}

fn none_declines(document: &DeclineDocument) -> String {
    match document.functions.len() as u64 {
        1 if document.metric.is_of_function() => "the one function does not decline".to_owned(),
        1 => "the command does not decline".to_owned(),
        all => format!("none of {} declines", units::plural(all, "function")),
    }
}

fn became(functions: u64) -> String {
    format!("{} became", units::plural(functions, "function"))
}

/// The command, the branch, from which run to which, and what chance is told by.
fn said_of_runs(document: &DeclineDocument) -> Vec<String> {
    let words: Vec<_> = document.command.iter().map(|word| sanitize::screen(word)).collect();
    let mut items = vec![words.join(" ")];
    items.extend(document.branch.as_deref().map(|it| format!("branch {}", sanitize::screen(it))));
    let ends = document.points.first().zip(document.points.last());
    items.extend(ends.map(|(first, last)| {
        let [first, last] = [first, last].map(|point| name(&point.newest));
        format!("{first} to {last}")
    }));
    items.push(match document.history_runs {
        0 => "no earlier run tells how far runs lie apart".to_owned(),
        runs => format!("{} tell how far runs lie apart", units::plural(runs, "earlier run")),
    });
    items.retain(|item| !item.is_empty());
    items
}

/// How many functions there are besides; nothing where the headline said so.
fn rest(document: &DeclineDocument) -> Option<String> {
    let unsure_ones = unsure(document).count();
    let shown = findings(document).count() + unsure_ones.min(UNSURE);
    let others = (document.functions.len() - shown) as u64;
    if shown == 0 || others == 0 {
        return None;
    }
    let hidden = unsure_ones.saturating_sub(UNSURE) as u64;
    let also = if hidden > 0 {
        format!(", {} of them slower run by run, but by little or by chance", units::count(hidden))
    } else {
        String::new()
    };
    Some(format!("no decline in {}{also}", units::plural(others, "other function")))
}
