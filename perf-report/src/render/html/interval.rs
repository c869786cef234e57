//! A change as a picture: both values as bars, and below them what the change may be, with zero and the
//! limit. Attributes alone, so that it can be read without any style.

use std::fmt::Write as _;

use super::markup::{attribute, text};
use crate::model::Change;
use crate::render::words::evidence;
use crate::text::units;

/// Where bars and axis begin, and how long they are.
const LEFT: f64 = 52.0;
const WIDTH: f64 = 250.0;
/// The room for figures behind them.
const RIGHT: f64 = 98.0;
/// Below this distance two marks of the axis share one figure.
const APART: f64 = 40.0;

/// Returns the picture of a change; `None` where a side has no value.
pub(super) fn picture(row: &Change) -> Option<String> {
    let values = [row.baseline?, row.current?];
    let is_drawable = |value: &f64| value.is_finite() && *value >= 0.0;
    if !values.iter().all(is_drawable) || row.change_pct.is_some_and(|pct| !pct.is_finite()) {
        return None;
    }
    let has_axis = row.change_pct.is_some();
    let height = if has_axis { 68 } else { 36 };
    let width = LEFT + WIDTH + RIGHT;
    let mut svg = format!(
        "<svg class=\"change\" role=\"img\" aria-label=\"{}\" viewBox=\"0 0 {width} {height}\" \
         width=\"{width}\" height=\"{height}\" font-size=\"11\" fill=\"currentColor\">\n",
        attribute(&in_words(row, values))
    );
    let most = values[0].max(values[1]).max(f64::MIN_POSITIVE);
    for (at, (title, value)) in ["before", "after"].into_iter().zip(values).enumerate() {
        let y = 2 + at * 17;
        let long = (value / most * WIDTH).max(0.5);
        let opacity = if at == 0 { "0.35" } else { "0.75" };
        let _ = writeln!(
            svg,
            "<text x=\"0\" y=\"{}\">{title}</text><rect class=\"change-{title}\" x=\"{LEFT}\" y=\"{y}\" \
             width=\"{long:.1}\" height=\"12\" fill-opacity=\"{opacity}\"/><text x=\"{}\" \
             y=\"{}\">{}</text>",
            y + 10,
            LEFT + WIDTH + 6.0,
            y + 10,
            text(&row.metric.number(value)),
        );
    }
    if let Some(pct) = row.change_pct {
        axis(&mut svg, row, pct);
    }
    svg += "</svg>\n";
    Some(svg)
}

/// Draws the change and its interval between zero and the limit.
fn axis(svg: &mut String, row: &Change, pct: f64) {
    let limit = limit(row, pct);
    let (low, high) = row.interval_pct.unwrap_or((pct, pct));
    let (low, high) = (finite(low, pct), finite(high, pct));
    let ends = [0.0, pct, low, high, limit.unwrap_or(0.0)];
    let least = ends.into_iter().fold(f64::INFINITY, f64::min);
    let most = ends.into_iter().fold(f64::NEG_INFINITY, f64::max);
    let span = (most - least).max(1.0) * 1.12;
    let from = f64::midpoint(least, most) - span / 2.0;
    let x = |value: f64| LEFT + (value - from) / span * WIDTH;
    let line = |class: &str, at: f64, dashes: &str| {
        format!(
            "<line class=\"{class}\" x1=\"{at:.1}\" x2=\"{at:.1}\" y1=\"38\" y2=\"56\" \
             stroke=\"currentColor\"{dashes}/>"
        )
    };
    let mark = |at: f64, what: &str| {
        format!(
            "<text class=\"change-mark\" x=\"{at:.1}\" y=\"66\" text-anchor=\"middle\">{what}</text>"
        )
    };
    let _ = writeln!(
        svg,
        "<text x=\"0\" y=\"51\">change</text><line class=\"change-axis\" x1=\"{LEFT}\" x2=\"{}\" \
         y1=\"47\" y2=\"47\" stroke=\"currentColor\" stroke-opacity=\"0.3\"/>{}{}",
        LEFT + WIDTH,
        line("change-zero", x(0.0), ""),
        mark(x(0.0), "0"),
    );
    if let Some(limit) = limit {
        *svg += &line("change-limit", x(limit), " stroke-dasharray=\"3 2\"");
        if (x(limit) - x(0.0)).abs() >= APART {
            *svg += &mark(x(limit), &text(&format!("limit {}", units::percent(limit.abs()))));
        }
    }
    let _ = writeln!(
        svg,
        "<line class=\"change-interval\" x1=\"{:.1}\" x2=\"{:.1}\" y1=\"47\" y2=\"47\" \
         stroke=\"currentColor\" stroke-width=\"5\" stroke-opacity=\"0.5\"/><circle \
         class=\"change-point\" cx=\"{:.1}\" cy=\"47\" r=\"4\"/><text x=\"{}\" y=\"51\">{}</text>",
        x(low),
        x(high).max(x(low) + 1.0),
        x(pct),
        LEFT + WIDTH + 6.0,
        text(&units::change(pct)),
    );
}

fn finite(value: f64, or: f64) -> f64 {
    if value.is_finite() { value } else { or }
}

/// Returns the limit with the sign of the side on which it lies.
fn limit(row: &Change, pct: f64) -> Option<f64> {
    let limit = evidence::limit_pct(row).filter(|limit| limit.is_finite())?;
    let is_worse = if row.metric.less_is_worse() { -1.0 } else { 1.0 };
    // One that was crossed lies where the change went.
    let is_crossed = row.verdict != crate::model::Verdict::Stable && pct.abs() > limit;
    Some(limit * if is_crossed { pct.signum() } else { is_worse })
}

/// Says in words what the picture shows.
fn in_words(row: &Change, values: [f64; 2]) -> String {
    let [before, after] = values.map(|value| row.metric.number(value));
    let mut words = format!("{}: {before} before, {after} after", row.metric.title());
    if let Some(pct) = row.change_pct {
        let _ = write!(words, "; change {}", units::change(pct));
    }
    if let Some(interval) = row.interval_pct {
        let _ = write!(words, ", likely {}", units::range(interval));
    }
    if let Some(limit) = evidence::limit_pct(row) {
        let _ = write!(words, "; limit {}", units::percent(limit));
    }
    words
}
