//! The issue of a monitored command on GitHub: one issue, kept up to date.
//!
//! It is found again by a marker that nobody sees, and closed when nothing fires: `state` says which. An
//! issue for each alert would bury a project under them on a bad day.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::{fit, length, more, reason_of, title_of};
use crate::model::{Alert, AlertDocument, AlertEvent};
use crate::render::words::alerts::{context, mark, subject};
use crate::text::sanitize::{markdown_sentence, markdown_sentence_cell as cell, screen};
use crate::text::units;

/// The longest title.
pub(super) const LONGEST_TITLE: usize = 256;
/// The longest body.
pub(super) const LONGEST_BODY: usize = 65_536;
/// The part of the body for alerts.
const ROOM: usize = LONGEST_BODY - 10_000;

pub(super) fn body(document: &AlertDocument) -> Value {
    let firing = document.firing.len() as u64;
    let state = if firing == 0 { "closed" } else { "open" };
    let count = match firing {
        0 => "no alert any more".to_owned(),
        firing => units::plural(firing, "alert"),
    };
    let title = fit(
        &format!("perf-track: {count}: {}", screen(&subject(&document.command))),
        LONGEST_TITLE,
    );
    let over = document.alerts.iter().filter(|it| it.event == AlertEvent::Resolved);
    let all: Vec<&Alert> = document.firing.iter().chain(over).collect();
    let mut text = format!("<!-- perf-track:monitor:{} -->\n", document.id);
    text += "\n| | alert | why | since | runs |\n| :-- | :-- | :-- | :-- | --: |\n";
    let mut shown = 0;
    for alert in &all {
        let row = row(alert);
        if length(&text) + length(&row) > ROOM {
            break;
        }
        text += &row;
        shown += 1;
    }
    let foot = more(all.len() - shown).into_iter().chain([context(document)]);
    for line in foot.filter(|line| !line.is_empty()) {
        let _ = writeln!(text, "\n{}", markdown_sentence(&line));
    }
    json!({"title": title, "body": text, "state": state})
}

fn row(alert: &Alert) -> String {
    let (title, reason) = (cell(&title_of(alert)), cell(&reason_of(alert)));
    let mark = mark(alert.event);
    format!("| {mark} | {title} | {reason} | {} | {} |\n", alert.since, alert.runs)
}
