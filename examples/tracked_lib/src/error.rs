//! What can be wrong with an expression.

use std::fmt;

/// What is wrong with an expression, and where (in bytes from its start).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Error {
    /// A character that no token begins with.
    Character {
        /// The character.
        found: char,
        /// Its place.
        at: usize,
    },
    /// Digits that are no number.
    Number {
        /// Place of the first digit.
        at: usize,
    },
    /// Something else was expected.
    Unexpected {
        /// Place of what was found; the length of the text at its end.
        at: usize,
        /// What would have been right.
        expected: &'static str,
    },
    /// A name without a value.
    Unknown {
        /// The name.
        name: String,
    },
    /// A division by zero.
    DivisionByZero,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Character { found, at } => write!(f, "{found:?} at byte {at} begins no token"),
            Self::Number { at } => write!(f, "the digits at byte {at} are no number"),
            Self::Unexpected { at, expected } => write!(f, "expected {expected} at byte {at}"),
            Self::Unknown { name } => write!(f, "{name} has no value"),
            Self::DivisionByZero => f.write_str("division by zero"),
        }
    }
}

impl std::error::Error for Error {}
