//! Data within a page, as text that no parser of HTML mistakes for anything else.

use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::text::sanitize;

/// The longest data that stand in the page as they are, so that people can search for them.
const LONGEST: usize = 100_000;
/// Zip's effort. More of it takes thrice as long for one part in a hundred.
const EFFORT: u32 = 6;

/// Returns an element that holds the document `json`, for the script to read.
pub(super) fn block(id: &str, json: String) -> String {
    if json.len() > LONGEST
        && let Some(zipped) = zipped(&json)
    {
        return format!(
            "<script type=\"text/plain\" id=\"{id}\" data-encoding=\"gzip\">{zipped}</script>\n"
        );
    }
    // After `<!--` and `<script` an end tag would not end the element: no `<` is left at all.
    let json = sanitize::json(json).replace('<', r"\u003c");
    format!("<script type=\"application/json\" id=\"{id}\">{json}</script>\n")
}

/// Returns the text zipped, the same for the same text.
pub(super) fn zipped(text: &str) -> Option<String> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(text.len() / 4), Compression::new(EFFORT));
    encoder.write_all(text.as_bytes()).ok()?;
    Some(STANDARD.encode(encoder.finish().ok()?))
}
