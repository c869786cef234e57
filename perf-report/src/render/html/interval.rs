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
    // What was judged, so that its limit is to scale.
    if let Some(pct) = row.judged_pct() {
        axis(&mut svg, row, pct);
    }
    svg += "</svg>\n";
    Some(svg)
}

/// The axis of changes in per cent.
struct Axis {
    from: f64,
    span: f64,
}

impl Axis {
    /// Returns the axis that shows all of `values`, with a little room at both ends.
    fn of(values: &[f64]) -> Self {
        let least = values.iter().copied().fold(f64::INFINITY, f64::min);
        let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let span = (most - least).max(1.0) * 1.12;
        Self { from: f64::midpoint(least, most) - span / 2.0, span }
    }

    fn x(&self, value: f64) -> f64 {
        LEFT + (value - self.from) / self.span * WIDTH
    }

    /// Returns a line across the axis, with its name below, to one side of it.
    fn line(&self, class: &str, value: f64, name: &str, side: &str) -> String {
        let dashes = if class == "change-limit" { " stroke-dasharray=\"3 2\"" } else { "" };
        let x = self.x(value);
        format!(
            "<line class=\"{class}\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"38\" y2=\"56\" \
             stroke=\"currentColor\"{dashes}/><text class=\"change-mark\" x=\"{x:.1}\" y=\"66\" \
             text-anchor=\"{side}\">{}</text>\n",
            text(name)
        )
    }
}

/// Draws the change and its interval between zero and the limit.
fn axis(svg: &mut String, row: &Change, pct: f64) {
    let limit = limit(row, pct);
    let (low, high) = row.interval_pct.unwrap_or((pct, pct));
    let (low, high) = (finite(low, pct), finite(high, pct));
    let axis = Axis::of(&[0.0, pct, low, high, limit.unwrap_or(0.0)]);
    let _ = writeln!(
        svg,
        "<text x=\"0\" y=\"51\">change</text><line class=\"change-axis\" x1=\"{LEFT}\" x2=\"{}\" \
         y1=\"47\" y2=\"47\" stroke=\"currentColor\" stroke-opacity=\"0.3\"/>",
        LEFT + WIDTH
    );
    // To different sides, so that both can be read however near they lie.
    let is_below = limit.is_some_and(|limit| limit < 0.0);
    let (of_zero, of_limit) = if is_below { ("start", "end") } else { ("end", "start") };
    *svg += &axis.line("change-zero", 0.0, "0", of_zero);
    if let Some(limit) = limit {
        let name = format!("limit {}", units::percent(limit.abs()));
        *svg += &axis.line("change-limit", limit, &name, of_limit);
    }
    let _ = writeln!(
        svg,
        "<line class=\"change-interval\" x1=\"{:.1}\" x2=\"{:.1}\" y1=\"47\" y2=\"47\" \
         stroke=\"currentColor\" stroke-width=\"5\" stroke-opacity=\"0.5\"/><circle \
         class=\"change-point\" cx=\"{:.1}\" cy=\"47\" r=\"4\"/><text x=\"{}\" y=\"51\">{}</text>",
        axis.x(low),
        axis.x(high).max(axis.x(low) + 1.0),
        axis.x(pct),
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
    if let Some(change) = row.in_words() {
        let _ = write!(words, "; change {change}");
    }
    if let Some(interval) = row.judged_interval_pct() {
        let _ = write!(words, ", likely {}", units::range(interval));
    }
    if let Some(limit) = evidence::limit_pct(row) {
        let _ = write!(words, "; limit {}", units::percent(limit));
    }
    words
}
