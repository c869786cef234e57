//! A message for Microsoft Teams: an adaptive card, whose runs of text know no markup.

use serde_json::{Value, json};

use super::{fit, more, reason_of, title, title_of};
use crate::model::{Alert, AlertDocument, AlertEvent, AlertStatus};
use crate::render::words::alerts::{context, mark};

/// The largest message, in bytes.
pub(super) const LARGEST: usize = 28_000;
/// The part of it for alerts, in bytes of JSON.
const ROOM: usize = LARGEST - 6_000;
/// The most alerts that are told one by one.
const MOST_ALERTS: usize = 20;
/// The longest line beside alerts.
const LONGEST_LINE: usize = 500;

pub(super) fn body(document: &AlertDocument) -> Value {
    let colour = if document.status == AlertStatus::Failure { "Attention" } else { "Good" };
    let head = run(&title(document, LONGEST_LINE), "Bolder", colour);
    let mut blocks = vec![block(&[head])];
    let (mut room, mut shown) = (ROOM, 0);
    for alert in document.alerts.iter().take(MOST_ALERTS) {
        let block = of(alert);
        let needs = block.to_string().len();
        if needs > room {
            break;
        }
        room -= needs;
        shown += 1;
        blocks.push(block);
    }
    let foot = more(document.alerts.len() - shown).into_iter().chain([context(document)]);
    let foot = foot.filter(|line| !line.is_empty());
    blocks.extend(foot.map(|line| block(&[run(&fit(&line, LONGEST_LINE), "Lighter", "Default")])));
    json!({
        "type": "message",
        "attachments": [{
            "contentType": "application/vnd.microsoft.card.adaptive",
            "contentUrl": null,
            "content": {
                "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
                "type": "AdaptiveCard",
                "version": "1.4",
                "body": blocks,
            },
        }],
    })
}

fn of(alert: &Alert) -> Value {
    let colour = match alert.event {
        AlertEvent::Resolved => "Good",
        AlertEvent::Firing | AlertEvent::Reminder => "Attention",
    };
    let mark = run(&format!("{} ", mark(alert.event)), "Bolder", colour);
    let title = run(&title_of(alert), "Bolder", "Default");
    let reason = run(&format!("\n{}", reason_of(alert)), "Default", "Default");
    block(&[mark, title, reason])
}

fn block(runs: &[Value]) -> Value {
    json!({"type": "RichTextBlock", "inlines": runs})
}

fn run(text: &str, weight: &str, colour: &str) -> Value {
    json!({"type": "TextRun", "text": text, "weight": weight, "color": colour})
}
