//! Documents as JSON, exact and in base units.

use serde::Serialize;

use crate::text::sanitize;

/// Returns a document as JSON, two spaces a level, ending in a newline, in visible characters only.
///
/// # Errors
/// None for the documents of [`crate::model`]; the type of the error is what `serde_json` needs for
/// values with keys that are no text.
pub fn json(document: &impl Serialize) -> Result<String, serde_json::Error> {
    let mut text = serde_json::to_string_pretty(document)?;
    text.push('\n');
    Ok(sanitize::json(text))
}

/// Returns a document of [`crate::model`] as one line of JSON, as streams of documents have them.
pub(crate) fn line(document: &impl Serialize) -> String {
    // As for `exact`.
    let mut text = serde_json::to_string(document).unwrap_or_default();
    text.push('\n');
    sanitize::json(text)
}

/// Returns a document of [`crate::model`] as JSON.
pub(crate) fn exact(document: &impl Serialize) -> String {
    // Plain data always becomes JSON: only maps with keys that are no text do not.
    json(document).unwrap_or_default()
}
