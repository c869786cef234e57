//! A round of a monitor, for a screen and for the mails of cron: its news.

use std::fmt::Write as _;

use super::paint::{Paint, style};
use super::wrap;
use crate::model::{Alert, AlertEvent, AlertStatus, MonitorDocument};
use crate::render::Screen;
use crate::render::words::alerts::{context, facts, headline, mark};
use crate::text::{sanitize, units};

/// The most alerts that are shown one by one.
const MOST: usize = 50;
/// The place at which the titles begin.
const INDENT: &str = "              ";

/// Returns the headline, then each alert with its reason, then the facts of the round.
pub(crate) fn monitor(document: &MonitorDocument, screen: Screen) -> String {
    let paint = Paint { styled: screen.styled };
    let look = match document.status {
        AlertStatus::Failure => style::BAD,
        AlertStatus::Start | AlertStatus::Success => style::GOOD,
    };
    let headline = sanitize::screen(&headline(document)).into_owned();
    let mut text = painted(paint, look, &wrap::words(&headline, "", screen.width));
    let context = context(document);
    if !context.is_empty() {
        text += &painted(paint, style::FAINT, &wrap::words(&context, "", screen.width));
    }
    let shown = if document.alerts.is_empty() { &document.firing } else { &document.alerts };
    for alert in shown.iter().take(MOST) {
        text += &one(alert, paint, screen.width);
    }
    let left_out = shown.len().saturating_sub(MOST) as u64;
    if left_out > 0 {
        let _ = writeln!(text, "\n  … and {} more", units::count(left_out));
    }
    let facts = facts(document);
    if !facts.is_empty() {
        text.push('\n');
    }
    for fact in facts {
        text += &painted(paint, style::FAINT, &wrap::words(&fact, "", screen.width));
    }
    for problem in &document.problems {
        let line = format!("note: {}", sanitize::screen(problem));
        text += &painted(paint, style::WARN, &wrap::words(&line, "", screen.width));
    }
    text
}

fn one(alert: &Alert, paint: Paint, width: usize) -> String {
    let look = match alert.event {
        AlertEvent::Resolved => style::GOOD,
        AlertEvent::Firing | AlertEvent::Reminder => style::BAD,
    };
    let title = wrap::words(&sanitize::screen(&alert.what.title), INDENT, width);
    let mark = paint.paint(look, &format!("{:<10}", mark(alert.event)));
    let title = title.trim_start_matches(' ').trim_end_matches('\n');
    let mut text = format!("\n  {mark}  {}\n", paint.paint(style::STRONG, title));
    let reason = sanitize::screen(&alert.what.reason);
    text += &wrap::words(&reason, INDENT, width);
    let runs = units::plural(alert.runs, "run");
    let since = format!("since {}, {runs}", sanitize::screen(&alert.since));
    text + &painted(paint, style::FAINT, &wrap::words(&since, INDENT, width))
}

/// Paints each line by itself: a colour that runs over the end of a line runs over more.
fn painted(paint: Paint, style: anstyle::Style, lines: &str) -> String {
    lines.lines().map(|line| paint.paint(style, line) + "\n").collect()
}
