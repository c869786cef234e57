//! The growth and the scaling of benchmarks for a screen.

use super::paint::{Paint, style};
use super::wrap;
use crate::model::{Complexity, Scaling};
use crate::render::Screen;
use crate::render::words::{bench_growth, bench_scaling, fit};
use crate::text::sanitize;

/// Returns both parts, each with its title; nothing where there is neither.
pub(crate) fn growth(complexity: &[Complexity], scaling: &[Scaling], screen: Screen) -> String {
    let mut text = String::new();
    if !complexity.is_empty() {
        text += &title(bench_growth::TITLE, screen);
        for it in complexity {
            text += &name(&it.benchmark, Some(&bench_growth::sizes(it)), screen);
            text += &lines(&bench_growth::sentences(it), screen);
        }
    }
    if !scaling.is_empty() {
        text += &title(bench_scaling::TITLE, screen);
        for it in scaling {
            text += &name(&it.benchmark, None, screen);
            text += &steps(it, screen);
            text += &lines(&bench_scaling::sentences(it), screen);
        }
    }
    text
}

fn title(title: &str, screen: Screen) -> String {
    let paint = Paint { styled: screen.styled };
    format!("\n{}\n", paint.paint(style::STRONG, title))
}

fn name(name: &str, more: Option<&str>, screen: Screen) -> String {
    let name = fit::name(name, screen.width.saturating_sub(2).max(20));
    let more = more.map_or_else(String::new, |more| format!(", {more}"));
    wrap::words(&format!("{name}{more}"), "  ", screen.width)
}

fn lines(sentences: &[String], screen: Screen) -> String {
    let lines = sentences.iter();
    lines.map(|it| wrap::words(&sanitize::screen(it), "    ", screen.width)).collect()
}

/// Returns a line a step.
fn steps(scaling: &Scaling, screen: Screen) -> String {
    let paint = Paint { styled: screen.styled };
    let rows: Vec<[String; 4]> = scaling.steps.iter().map(bench_scaling::cells).collect();
    let widths = [0, 1, 2, 3].map(|at| {
        let cells = rows.iter().map(|row| row[at].chars().count());
        cells.chain([bench_scaling::COLUMNS[at].chars().count()]).max().unwrap_or(0)
    });
    let line = |cells: [&str; 4]| {
        let mut line = String::from("  ");
        for (cell, width) in cells.into_iter().zip(widths) {
            line += &format!("  {cell:>width$}");
        }
        line
    };
    let mut text = paint.paint(style::FAINT, &line(bench_scaling::COLUMNS)) + "\n";
    for row in &rows {
        text += &(line(row.each_ref().map(String::as_str)) + "\n");
    }
    text
}
