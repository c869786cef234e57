//! Text within addresses.

use std::fmt::Write as _;

/// Returns `text` for a part of an address, in which it stands for nothing but itself.
///
/// ```
/// use perf_report::text::url::encoded;
/// assert_eq!(encoded("app::f<T> é"), "app%3A%3Af%3CT%3E%20%C3%A9");
/// ```
pub fn encoded(text: &str) -> String {
    encoded_but(text.as_bytes(), "")
}

/// Returns the same for the bytes of a path, whose slashes stay.
///
/// ```
/// use perf_report::text::url::encoded_path;
/// assert_eq!(encoded_path(b"/srv/a b"), "/srv/a%20b");
/// ```
pub fn encoded_path(path: &[u8]) -> String {
    encoded_but(path, "/")
}

/// Returns what a part of an address stands for. A per cent sign that begins no byte stands for itself, and bytes that
/// are no text become a mark.
///
/// ```
/// use perf_report::text::url::decoded;
/// assert_eq!(decoded("app%3A%3Af%3CT%3E%20%C3%A9"), "app::f<T> é");
/// assert_eq!(decoded("100%"), "100%");
/// ```
pub fn decoded(text: &str) -> String {
    String::from_utf8_lossy(&unescaped(text).0).into_owned()
}

/// Returns the same where all of it stands for text; `None` otherwise.
///
/// ```
/// use perf_report::text::url::decoded_exactly;
/// assert_eq!(decoded_exactly("a%20b").as_deref(), Some("a b"));
/// assert_eq!((decoded_exactly("%4"), decoded_exactly("%ff")), (None, None));
/// ```
pub fn decoded_exactly(text: &str) -> Option<String> {
    let (bytes, is_whole) = unescaped(text);
    String::from_utf8(bytes).ok().filter(|_| is_whole)
}

/// Returns the bytes that `text` stands for, and whether each per cent sign begins one.
fn unescaped(text: &str) -> (Vec<u8>, bool) {
    let mut bytes = Vec::with_capacity(text.len());
    let mut is_whole = true;
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let digit = |at: usize| after.get(at).and_then(|&it| char::from(it).to_digit(16));
        let escaped = match (first, digit(0), digit(1)) {
            (b'%', Some(high), Some(low)) => u8::try_from(high * 16 + low).ok(),
            _ => None,
        };
        is_whole &= first != b'%' || escaped.is_some();
        bytes.push(escaped.unwrap_or(first));
        rest = after.get(if escaped.is_some() { 2 } else { 0 }..).unwrap_or_default();
    }
    (bytes, is_whole)
}

fn encoded_but(text: &[u8], kept: &str) -> String {
    let mut safe = String::with_capacity(text.len() + 16);
    for &byte in text {
        let c = char::from(byte);
        if c.is_ascii_alphanumeric() || "-_.~".contains(c) || (c.is_ascii() && kept.contains(c)) {
            safe.push(c);
        } else {
            // Writing to a String cannot fail.
            let _ = write!(safe, "%{byte:02X}");
        }
    }
    safe
}
