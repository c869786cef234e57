//! The icicle of a run for a screen: callers above, a row a level, each box as wide as its part.
//!
//! Boxes have borders, so that the picture reads without colours; these only show which crate a
//! function is of.

use std::fmt::Write as _;

use super::paint::{Paint, of_crate, style};
use super::show::header;
use super::wrap;
use crate::model::{Icicle, Metric, RunDocument, Tile};
use crate::render::words::estimates;
use crate::render::words::fit;
use crate::render::{Screen, Selection};
use crate::stats::number::{float, share_pct};
use crate::text::units;

/// The narrowest box, in columns: a border and two letters.
const NARROWEST: f64 = 3.0;
/// The narrowest screen that is drawn for.
const NARROWEST_SCREEN: usize = 20;

/// Returns the icicle of a run below its facts. Without a limit every level is shown.
pub(crate) fn flame(
    run: &RunDocument,
    metric: Metric,
    selection: &Selection,
    screen: Screen,
) -> String {
    let mut text = header(run, screen);
    text.push('\n');
    text += &plain_flame(run, metric, selection, screen);
    let paint = Paint { styled: screen.styled };
    for line in estimates::lines(run) {
        for line in wrap::words(&line, "", screen.width).lines() {
            let _ = writeln!(text, "{}", paint.paint(style::WARN, line));
        }
    }
    text
}

/// Returns the icicle alone, or the reason for which there is none.
pub(crate) fn plain_flame(
    run: &RunDocument,
    metric: Metric,
    selection: &Selection,
    screen: Screen,
) -> String {
    let width = screen.width.max(NARROWEST_SCREEN) - 1;
    let least = NARROWEST / float(width as u64);
    let icicle = match &selection.filter {
        None => Icicle::of(run, metric, least),
        Some(_) => Icicle::of_functions(run, metric, least, |name| selection.matches(name)),
    };
    let sorry = |text: &str| wrap::words(text, "", screen.width);
    let Some(icicle) = icicle else {
        return sorry(&format!("Nothing is known of {} in this run.", words_of(metric)));
    };
    if icicle.tiles.is_empty() {
        return match &selection.filter {
            _ if run.tree.is_empty() => sorry("No tracked function was called."),
            Some(filter) if icicle.all > 0 => {
                sorry(&format!("No function that was called has {filter:?} in its name."))
            }
            _ => sorry(&format!("Nothing to draw: {} of all functions: 0.", words_of(metric))),
        };
    }
    Picture { icicle: &icicle, width, paint: Paint { styled: screen.styled } }
        .text(selection, screen)
}

/// Returns the name of a metric of the whole run.
fn words_of(metric: Metric) -> &'static str {
    match metric {
        Metric::Calls | Metric::Errors => metric.word(),
        Metric::SelfAllocs => "allocations",
        Metric::SelfAllocBytes => "allocated bytes",
        metric => metric.title(),
    }
}

/// An icicle on a screen, without the column of the last border.
struct Picture<'a> {
    icicle: &'a Icicle<'a>,
    width: usize,
    paint: Paint,
}

impl Picture<'_> {
    fn text(&self, selection: &Selection, screen: Screen) -> String {
        let mut text = self.whole(selection);
        let rows: Vec<&[Tile<'_>]> =
            self.icicle.tiles.chunk_by(|a, b| a.depth == b.depth).collect();
        let limit = selection.limit.unwrap_or(usize::MAX);
        for row in rows.iter().take(limit) {
            let line = self.row(row);
            if !line.is_empty() {
                text += &(line + "\n");
            }
        }
        let deeper = rows.len().saturating_sub(limit) as u64;
        if deeper > 0 {
            let more = format!("… {}; --all shows them", units::plural(deeper, "deeper level"));
            for line in wrap::words(&more, "", screen.width).lines() {
                text += &(self.paint.paint(style::FAINT, line) + "\n");
            }
        }
        text
    }

    /// Returns the row above all boxes: what they are parts of.
    fn whole(&self, selection: &Selection) -> String {
        let Icicle { metric, all, shown, .. } = *self.icicle;
        let what = match &selection.filter {
            None => format!("{} of all functions", words_of(metric)),
            Some(filter) => {
                let filter = fit::name(filter, 40);
                format!("{} in functions with \"{filter}\" in their name", words_of(metric))
            }
        };
        let figures = match share_pct(shown, all) {
            _ if shown == all => metric.number(float(shown)),
            pct => format!("{}  {pct:.1} %", metric.number(float(shown))),
        };
        let room = self.width.saturating_sub(1);
        let label = spread(&what, &figures, room)
            .unwrap_or_else(|| pad(&fit::shorten_middle(&what, room), room));
        let rim = self.paint.paint(style::FAINT, "│");
        format!("{rim}{}{rim}\n", self.paint.paint(style::STRONG, &label))
    }

    /// Returns the boxes of a level. Neighbours share a border.
    fn row(&self, tiles: &[Tile<'_>]) -> String {
        let mut line = String::new();
        // The columns that are drawn, and whether the last box still needs its right border.
        let (mut drawn, mut is_open) = (0, false);
        for tile in tiles {
            let (from, to) = (self.column(tile.offset), self.column(tile.end()));
            if to < from + 2 {
                continue;
            }
            if from > drawn {
                if is_open {
                    line += &self.paint.paint(style::FAINT, "│");
                    drawn += 1;
                }
                line += &" ".repeat(from - drawn);
            }
            let label = format!("│{}", self.label(tile, to - from - 1));
            line += &self.paint.paint(of_crate(tile.function), &label);
            (drawn, is_open) = (to, true);
        }
        if is_open {
            line += &self.paint.paint(style::FAINT, "│");
        }
        line
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a part of the width of a screen"
    )]
    fn column(&self, part: f64) -> usize {
        (part * float(self.width as u64)).round() as usize
    }

    /// Returns the text of a box: its name, and what of its figures has room beside that.
    fn label(&self, tile: &Tile<'_>, room: usize) -> String {
        let mark = if tile.is_estimate { "~" } else { "" };
        let share = format!("{mark}{:.1} %", share_pct(tile.value, self.icicle.all));
        let value = format!("{mark}{}  {share}", self.icicle.metric.number(float(tile.value)));
        let Some(function) = tile.function else {
            let more = format!("{} more", units::count(tile.functions as u64));
            let short = if fit::width(&more) > room { fit::tail("…", room) } else { more };
            return spread(&short, &share, room).unwrap_or_else(|| pad(&short, room));
        };
        let name = fit::name(function, usize::MAX);
        let last = fit::width(fit::last_segment(&name)) + 1;
        let figures = [value, share];
        let beside = figures.iter().find_map(|figures| {
            let room_of_name = room.checked_sub(fit::width(figures) + 2)?;
            let is_enough = room_of_name >= last.min(fit::width(&name));
            spread(&fit::tail(&name, room_of_name), figures, room).filter(|_| is_enough)
        });
        beside.unwrap_or_else(|| pad(&fit::tail(&name, room), room))
    }
}

/// Returns a text on the left and one on the right of `room` columns; `None` where they do not fit.
fn spread(left: &str, right: &str, room: usize) -> Option<String> {
    let gap = room.checked_sub(fit::width(left) + fit::width(right)).filter(|gap| *gap >= 2)?;
    Some(format!("{left}{}{right}", " ".repeat(gap)))
}

fn pad(text: &str, room: usize) -> String {
    format!("{text}{}", " ".repeat(room.saturating_sub(fit::width(text))))
}
