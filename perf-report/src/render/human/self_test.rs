//! The self-test of a gate as a table for a screen.

use super::paint::{Paint, style};
use super::table::{ALWAYS, Align, Cell, Column, Table};
use super::wrap;
use crate::model::{Extra, SelfTestDocument, SelfTestRow};
use crate::render::Screen;
use crate::render::words::{facts, fit, self_test as words};
use crate::text::sanitize;

/// The column in which the text of a blind spot begins.
const INDENT: usize = 9;
/// Room for the name of another function that fails instead.
const OTHER: usize = 24;

/// Returns the verdict on the gate, both sides, a row a function, and the reason for each blind
/// spot.
pub(crate) fn self_test(document: &SelfTestDocument, screen: Screen) -> String {
    let paint = Paint { styled: screen.styled };
    let sees = document.blind == 0;
    let (word, rest) = words::verdict(document);
    let word = paint.paint(if sees { style::GOOD.bold() } else { style::BAD }, word);
    let mut lines = format!("{word}  {}\n", paint.paint(style::STRONG, &rest));
    for line in sides(document) {
        let line = wrap::words(&line, &" ".repeat(10), screen.width);
        lines.extend(line.trim_start().lines().map(|line| paint.paint(style::FAINT, line) + "\n"));
    }
    lines.push('\n');
    lines += &table(&document.functions).render(screen);
    for row in words::blind(document) {
        let room = screen.width.saturating_sub(INDENT).max(20);
        let name = paint.paint(style::STRONG, &fit::name(&row.name, room));
        let word = paint.paint(style::BAD, &format!("  {:width$}", "blind", width = INDENT - 2));
        lines.extend(["\n", &word, &name, "\n"]);
        let reason = sanitize::screen(&row.reason);
        lines += &wrap::words(&reason, &" ".repeat(INDENT), screen.width);
    }
    lines.push('\n');
    let notes = document.notes.iter().map(|note| format!("note: {}", sanitize::screen(note)));
    for note in std::iter::once(words::ABOUT.to_owned()).chain(notes) {
        let note = wrap::words(&note, "", screen.width);
        lines.extend(note.lines().map(|line| paint.paint(style::FAINT, line) + "\n"));
    }
    lines
}

fn sides(document: &SelfTestDocument) -> Vec<String> {
    let mut sides = Vec::new();
    if let (Some(name), Some(run)) = (&document.baseline, &document.baseline_run) {
        let mut items = vec![sanitize::screen(name).into_owned()];
        items.extend(facts::side(run));
        sides.push(format!("{:10}{}", "baseline", items.join(" · ")));
    }
    sides.push(format!("{:10}{}", "current", facts::side(&document.current_run).join(" · ")));
    sides
}

fn table(rows: &[SelfTestRow]) -> Table {
    let column = |title, stays, align, cell: &dyn Fn(&SelfTestRow) -> Cell| Column {
        title,
        stays,
        align,
        cells: rows.iter().map(cell).collect(),
    };
    let plain = |text: String| Cell::new(style::PLAIN, text);
    let extra = |extra: Extra| {
        let style = match extra {
            Extra::Fails | Extra::Shown => style::PLAIN,
            Extra::Unseen => style::BAD,
            Extra::NotCounted => style::FAINT,
        };
        Cell::new(style, words::extra(extra))
    };
    let columns = vec![
        column("self %", 20, Align::Right, &|row| plain(format!("{:.1}", row.share_pct))),
        column("caught from", ALWAYS, Align::Right, &|row| {
            let style = if row.smallest_pct.is_some() { style::HEAT } else { style::BAD };
            Cell::new(style, words::smallest(row))
        }),
        column("by", 80, Align::Left, &|row| {
            let (what, other) = words::caught_by(row);
            let other = other.map(|name| format!(" of {}", fit::name(name, OTHER)));
            plain(what + &other.unwrap_or_default())
        }),
        column("one call more", 50, Align::Left, &|row| extra(row.extra_call)),
        column("one error more", 40, Align::Left, &|row| extra(row.extra_error)),
    ];
    let names = rows.iter().map(|row| row.name.clone()).collect();
    Table { title: "function", names, columns }
}
