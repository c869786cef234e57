//! The cost of recording as a table for a screen.

use anstyle::Style;

use super::paint::{Paint, style};
use super::table::{ALWAYS, Align, Cell, Column, Table};
use super::wrap;
use crate::model::{OverheadDocument, OverheadRow};
use crate::render::Screen;
use crate::render::words::costs;
use crate::render::words::estimates::Mark;
use crate::text::{sanitize, units};

/// Returns the verdict on the targets, the place of the measurement, the table, the targets that
/// were missed, and the notes.
pub(crate) fn overhead(document: &OverheadDocument, screen: Screen) -> String {
    let paint = Paint { styled: screen.styled };
    let style = if document.met { style::GOOD } else { style::BAD };
    let (word, rest) = costs::verdict(document);
    let mut lines = format!("{}  {rest}\n", paint.paint(style, word));
    let origin: Vec<String> =
        costs::origin(document).iter().map(|item| sanitize::screen(item).into_owned()).collect();
    let origin = wrap::items(&origin, "", screen.width);
    lines += &painted(paint, style::FAINT, &origin);
    lines.push('\n');
    lines += &table(&document.rows).render(screen);
    lines.push('\n');
    for missed in costs::missed(document) {
        let wrapped = wrap::words(&format!("missed: {missed}"), "", screen.width);
        lines += &painted(paint, style::BAD, &wrapped);
    }
    for note in &document.notes {
        let wrapped = wrap::words(&format!("note: {}", sanitize::screen(note)), "", screen.width);
        lines += &painted(paint, style::FAINT, &wrapped);
    }
    lines
}

fn painted(paint: Paint, style: Style, lines: &str) -> String {
    lines.lines().map(|line| paint.paint(style, line) + "\n").collect()
}

fn table(rows: &[OverheadRow]) -> Table {
    let column = |title, stays, cell: &dyn Fn(&OverheadRow) -> Cell| Column {
        title,
        stays,
        align: Align::Right,
        cells: rows.iter().map(cell).collect(),
    };
    let plain = |text: String| Cell::new(style::PLAIN, text);
    let faint = |text: &str| Cell::new(style::FAINT, text);
    let ns = |ns| Cell::duration(style::PLAIN, Mark::Exact, ns);
    let columns = vec![
        column("threads", ALWAYS, &|row| plain(units::count(row.threads.into()))),
        column("cost", ALWAYS, &|row| Cell::duration(style::HEAT, Mark::Exact, row.cost_ns)),
        column("of bare", 40, &|row| match row.overhead_pct {
            Some(pct) => plain(units::rough_percent(pct)),
            None => faint("–"),
        }),
        column("mean", 70, &|row| ns(row.mean_ns)),
        column("p95", 60, &|row| ns(row.p95_ns)),
        column("min", 30, &|row| ns(row.min_ns)),
        column("a second", 50, &|row| plain(units::rough_count(row.per_second))),
        Column { align: Align::Left, ..column("target", 80, &target) },
    ];
    let names = rows.iter().map(|row| row.operation.title().to_owned()).collect();
    Table { title: "operation", names, columns }
}

fn target(row: &OverheadRow) -> Cell {
    let met = row.targets.iter().all(|target| target.met);
    let style = if met { style::GOOD } else { style::BAD };
    let style = if row.targets.is_empty() { style::PLAIN } else { style };
    Cell::new(style, costs::targets(row))
}
