//! A message for Discord: one embed, and no mention whatever names are like.

use serde_json::{Value, json};

use super::{colour, fit, length, more, plain, reason_of, title, title_of};
use crate::model::{Alert, AlertDocument};
use crate::render::words::alerts::{context, mark};
use crate::text::sanitize::markdown_sentence;

/// The longest content.
pub(super) const LONGEST_CONTENT: usize = 2000;
/// The longest value of a field.
pub(super) const LONGEST_VALUE: usize = 1024;
/// The longest name of a field, and title of an embed.
pub(super) const LONGEST_NAME: usize = 256;
/// The most fields.
pub(super) const MOST_FIELDS: usize = 25;
/// The longest text of all embeds together.
pub(super) const LONGEST_EMBEDS: usize = 6000;
/// The longest description and footer that are written here.
const LONGEST_LINE: usize = 500;

pub(super) fn body(document: &AlertDocument) -> Value {
    let content = fit(&markdown_sentence(&title(document, LONGEST_LINE)), LONGEST_CONTENT);
    let footer = fit(&plain(&context(document)), LONGEST_LINE);
    let mut room = LONGEST_EMBEDS - 2 * LONGEST_LINE;
    let mut fields = Vec::new();
    for alert in document.alerts.iter().take(MOST_FIELDS) {
        let (name, value) = field(alert);
        let needs = length(&name) + length(&value);
        if needs > room {
            break;
        }
        room -= needs;
        fields.push(json!({"name": name, "value": value, "inline": false}));
    }
    let left_out = document.alerts.len() - fields.len();
    let mut embed = json!({"color": colour(document), "fields": fields});
    if let (Some(more), Some(embed)) = (more(left_out), embed.as_object_mut()) {
        embed.insert("description".to_owned(), json!(more));
    }
    if let (false, Some(embed)) = (footer.is_empty(), embed.as_object_mut()) {
        embed.insert("footer".to_owned(), json!({"text": footer}));
    }
    json!({"content": content, "embeds": [embed], "allowed_mentions": {"parse": []}})
}

/// Returns the name and the value of a field.
fn field(alert: &Alert) -> (String, String) {
    let name = format!("{} {}", mark(alert.event), plain(&title_of(alert)));
    let reason = fit(&markdown_sentence(&reason_of(alert)), LONGEST_VALUE);
    // A field without a value is refused.
    let value = if reason.trim().is_empty() { "–".to_owned() } else { reason };
    (fit(&name, LONGEST_NAME), value)
}
