//! Texts as they stand in statements. Pure.
//!
//! Parameters of statements are younger than the oldest server that is spoken to, so texts stand in them as
//! literals, and all of them pass through [`literal`].

/// Writes a text as a literal.
pub(super) fn literal(text: &str) -> String {
    let mut sql = String::with_capacity(text.len() + 2);
    sql.push('\'');
    for c in text.chars() {
        match c {
            '\'' => sql.push_str("\\'"),
            '\\' => sql.push_str("\\\\"),
            '\0' => sql.push_str("\\0"),
            '\n' => sql.push_str("\\n"),
            '\r' => sql.push_str("\\r"),
            '\t' => sql.push_str("\\t"),
            '\u{8}' => sql.push_str("\\b"),
            '\u{c}' => sql.push_str("\\f"),
            c => sql.push(c),
        }
    }
    sql.push('\'');
    sql
}

/// Writes a text, or its absence, as a literal.
pub(super) fn nullable(text: Option<&str>) -> String {
    text.map_or_else(|| "NULL".to_owned(), literal)
}

/// Writes texts as literals with commas between them.
pub(super) fn list<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    texts.into_iter().map(literal).collect::<Vec<_>>().join(", ")
}

/// Writes texts as an array, which may have no elements.
pub(super) fn array(texts: &[String]) -> String {
    if texts.is_empty() {
        return "emptyArrayString()".to_owned();
    }
    format!("[{}]", list(texts.iter().map(String::as_str)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Reads a literal as ClickHouse does: up to the first quote that no backslash stands before.
    fn read(sql: &str) -> Option<(String, &str)> {
        let mut text = String::new();
        let mut rest = sql.strip_prefix('\'')?.chars();
        loop {
            match rest.next()? {
                '\'' => return Some((text, rest.as_str())),
                '\\' => text.push(match rest.next()? {
                    '0' => '\0',
                    'n' => '\n',
                    'r' => '\r',
                    't' => '\t',
                    'b' => '\u{8}',
                    'f' => '\u{c}',
                    c @ ('\'' | '\\') => c,
                    _ => return None,
                }),
                c => text.push(c),
            }
        }
    }

    #[test]
    fn hostile_texts_are_texts() {
        assert_eq!(literal("'; DROP TABLE runs; --"), r"'\'; DROP TABLE runs; --'");
        assert_eq!(literal("\\"), r"'\\'");
        assert_eq!(literal("a\\' OR 1"), r"'a\\\' OR 1'");
        assert_eq!(literal("\0\n"), r"'\0\n'");
        assert_eq!(nullable(None), "NULL");
        assert_eq!(array(&[]), "emptyArrayString()");
        assert_eq!(list(["a", "'"]), r"'a', '\''");
    }

    proptest! {
        #[test]
        fn what_is_written_is_what_is_read(text: String, tail in "[^']{0,5}") {
            let sql = literal(&text) + &tail;
            prop_assert_eq!(read(&sql), Some((text, tail.as_str())));
        }
    }
}
