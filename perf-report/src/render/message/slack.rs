//! A message for Slack: `text` for notifications, and blocks.
//!
//! `&`, `<` and `>` are escaped, as Slack asks; without `<` there is no mention. What else its markup knows
//! (`*`, `_`, `~`, code) is taken out of names by characters that look alike.

use serde_json::{Value, json};

use super::{fit, length, more, plain, reason_of, title, title_of};
use crate::model::{Alert, AlertDocument};
use crate::render::words::alerts::{context, mark};

/// The longest text of a section.
pub(super) const LONGEST_SECTION: usize = 3000;
/// The longest header.
pub(super) const LONGEST_HEADER: usize = 150;
/// The most blocks of a message.
pub(super) const MOST_BLOCKS: usize = 50;
/// The most alerts that are told one by one: nobody reads more in a chat.
const MOST_ALERTS: usize = 20;

pub(super) fn body(document: &AlertDocument) -> Value {
    // Nothing is marked up in a header, and its escapes are not undone everywhere.
    let header = title(document, LONGEST_HEADER).replace('<', "‹").replace('>', "›");
    let mut blocks = vec![json!({
        "type": "header",
        "text": {"type": "plain_text", "text": header, "emoji": false},
    })];
    let shown = document.alerts.iter().take(MOST_ALERTS);
    blocks.extend(shown.map(section));
    let left_out = document.alerts.len().saturating_sub(MOST_ALERTS);
    let foot = more(left_out).into_iter().chain([context(document)]);
    let foot = foot.filter(|line| !line.is_empty()).map(|line| {
        let text = escaped(&plain(&fit(&line, LONGEST_SECTION / 6)));
        json!({"type": "context", "elements": [{"type": "mrkdwn", "text": text, "verbatim": true}]})
    });
    blocks.extend(foot);
    json!({"text": escaped(&plain(&title(document, LONGEST_SECTION / 6))), "blocks": blocks})
}

fn section(alert: &Alert) -> Value {
    let (mark, title) = (mark(alert.event), plain(&title_of(alert)));
    let reason = plain(&reason_of(alert));
    let text = format!("*{mark}* {}\n{}", escaped(&title), escaped(&reason));
    debug_assert!(length(&text) <= LONGEST_SECTION && MOST_ALERTS + 3 <= MOST_BLOCKS);
    json!({"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": true}})
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
