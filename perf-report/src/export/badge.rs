//! A badge, as JSON for the `endpoint` badge of shields.io: `{schemaVersion, label, message, color}`. No SVG: that
//! would be drawn in a font that nobody has measured here, and people style what shields draws by its URL.
//!
//! The message is the word of the verdict; `not judged` where nothing was, which is grey.

use serde::Serialize;

use super::judged::{self, Outcome};
use super::{Against, Facts, Source};
use crate::model::Verdict;
use crate::render::{self, json};

pub(super) const FACTS: Facts = Facts {
    word: "badge",
    about: "The verdict as JSON for an endpoint badge of shields.io",
    against: Against::Judgement,
    choices: &[],
    is_binary: false,
};

/// A badge, by the names of shields.io.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Badge {
    schema_version: u32,
    label: &'static str,
    message: String,
    color: &'static str,
}

/// Writes the badge.
pub(super) fn write(source: &Source<'_>) -> Vec<u8> {
    let rows = judged::rows(source);
    let badge =
        |message: String, color| Badge { schema_version: 1, label: "performance", message, color };
    let badge = match source.comparison.filter(|_| !rows.is_empty()) {
        None => badge("not judged".to_owned(), "lightgrey"),
        Some(comparison) => {
            let headline = render::headline(comparison);
            let is_of_budgets = comparison.baseline.is_none() && headline.word == "stable";
            let word = if is_of_budgets { "within budget" } else { headline.word };
            let fails = rows.iter().any(|row| row.outcome == Outcome::Failed);
            let color = match comparison.verdict {
                _ if fails => "red",
                Verdict::Regression | Verdict::Degraded => "yellow",
                Verdict::Inconclusive => "lightgrey",
                _ => "brightgreen",
            };
            badge(format!("{word}{}", headline.bearing), color)
        }
    };
    json::exact(&badge).into_bytes()
}
