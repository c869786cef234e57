//! JSON as tools write it: with bare `NaN` and `Infinity`, with other lines around it, and with a name twice.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeOwned, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::imported::Mistake;

/// Words that some writers put where JSON has no number.
const NO_NUMBERS: [&str; 5] = ["-Infinity", "Infinity", "-NaN", "NaN", "nan"];

/// Reads a whole document.
///
/// # Errors
/// When it is none, or not of the shape that `tool` writes.
pub(super) fn document<T: DeserializeOwned>(text: &str, tool: &str) -> Result<T, Mistake> {
    serde_json::from_str(text)
        .or_else(|error| match without_bare(text) {
            Cow::Borrowed(_) => Err(error),
            Cow::Owned(text) => serde_json::from_str(&text),
        })
        .map_err(|error| match second_line(&without_bare(text)) {
            Some(line) => Mistake::not(
                tool,
                format!("another document or text begins at line {line}; import each by itself"),
            ),
            None => Mistake::not(tool, error),
        })
}

/// Returns the line at which something begins behind a whole document.
fn second_line(text: &str) -> Option<usize> {
    let mut stream = serde_json::Deserializer::from_str(text).into_iter::<serde::de::IgnoredAny>();
    stream.next()?.ok()?;
    let (first, rest) = text.split_at_checked(stream.byte_offset())?;
    let blank = rest.len() - rest.trim_start().len();
    let is_more = !rest.trim().is_empty();
    is_more.then(|| {
        1 + first.matches('\n').count() + rest.get(..blank).map_or(0, |it| it.matches('\n').count())
    })
}

/// Returns the text with `null` for each bare word that is no number.
pub(super) fn without_bare(text: &str) -> Cow<'_, str> {
    if !NO_NUMBERS.iter().any(|word| text.contains(word)) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let (mut rest, mut in_string) = (text, false);
    while let Some(first) = rest.chars().next() {
        let word = NO_NUMBERS.iter().find(|word| !in_string && rest.starts_with(**word));
        if let Some(word) = word {
            out.push_str("null");
            rest = rest.get(word.len()..).unwrap_or_default();
            continue;
        }
        let length = match first {
            // The character behind it means itself.
            '\\' if in_string => 1 + rest.chars().nth(1).map_or(0, char::len_utf8),
            _ => first.len_utf8(),
        };
        in_string ^= first == '"';
        let (taken, left) = rest.split_at(length);
        out.push_str(taken);
        rest = left;
    }
    Cow::Owned(out)
}

/// An object whose names are kept in their order, each as often as it stands there.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Entries<T>(pub(super) Vec<(String, T)>);

impl<T> Default for Entries<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Entries<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct All<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for All<T> {
            type Value = Entries<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }
        }
        from.deserialize_map(All(PhantomData))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bare_words_become_null_and_those_in_text_stay() {
        let text = r#"{"a": NaN, "b\"NaN": "NaN", "c": [-Infinity, 1], "Infinity": nan}"#;
        let read: serde_json::Value = document(text, "it").unwrap();
        let expected = r#"{"a":null,"b\"NaN":"NaN","c":[null,1],"Infinity":null}"#;
        assert_eq!(read, serde_json::from_str::<serde_json::Value>(expected).unwrap());
    }

    #[test]
    fn a_name_is_there_as_often_as_it_was_written() {
        let Entries(entries) = document::<Entries<u8>>(r#"{"b":1,"a":2,"b":3}"#, "it").unwrap();
        assert_eq!(entries, [("b".to_owned(), 1), ("a".to_owned(), 2), ("b".to_owned(), 3)]);
    }
}
