//! Text to tokens.

use perf_runtime::perf_track;

use crate::Error;

/// A token and where it begins.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    pub(crate) at: usize,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Kind {
    Number(f64),
    Name(String),
    /// One of `+ - * / ^ ( )`.
    Sign(char),
    End,
}

/// All tokens of `text`, [`Kind::End`] last.
#[perf_track(err)]
pub(crate) fn tokens(text: &str) -> Result<Vec<Token>, Error> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        if first.is_whitespace() {
            at += first.len_utf8();
            continue;
        }
        let (kind, length) = match first {
            '0'..='9' | '.' => number(&text[at..]).ok_or(Error::Number { at })?,
            '+' | '-' | '*' | '/' | '^' | '(' | ')' => (Kind::Sign(first), 1),
            _ if first.is_alphabetic() => name(&text[at..]),
            found => return Err(Error::Character { found, at }),
        };
        tokens.push(Token { kind, at });
        at += length;
    }
    tokens.push(Token { kind: Kind::End, at });
    Ok(tokens)
}

/// The number that `text` begins with, and its length; `None` when the digits are no number.
#[perf_track(err)]
fn number(text: &str) -> Option<(Kind, usize)> {
    let length = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let value = text[..length].parse().ok()?;
    Some((Kind::Number(value), length))
}

/// The name that `text` begins with, and its length.
#[perf_track]
fn name(text: &str) -> (Kind, usize) {
    let length = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    (Kind::Name(text[..length].to_owned()), length)
}
