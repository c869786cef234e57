//! Answers of a ClickHouse server: rows, and exceptions. Pure.

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::project::store::error::Fault;
use crate::text::sanitize;

/// The most characters of an exception that are shown.
const MOST: usize = 400;

/// An answer to a query. It is whole: one that was cut short is no document.
#[derive(Debug, Deserialize)]
pub(super) struct Answer {
    data: Vec<Map<String, Value>>,
}

/// A row of an answer.
#[derive(Debug)]
pub(super) struct Row(Map<String, Value>);

impl Answer {
    /// Reads the format `JSON`.
    pub(super) fn parse(text: &str) -> Result<Self, Fault> {
        serde_json::from_str(text).map_err(|error| Fault::Cut(error.into()))
    }

    /// Returns the rows.
    pub(super) fn rows(self) -> impl Iterator<Item = Row> {
        self.data.into_iter().map(Row)
    }

    /// Returns the rows as they came.
    pub(super) fn objects(self) -> Vec<Map<String, Value>> {
        self.data
    }

    /// Returns the first row.
    pub(super) fn first(self) -> Option<Row> {
        self.rows().next()
    }
}

impl Row {
    /// Takes a text; an empty one where there is none.
    pub(super) fn text(&mut self, column: &str) -> String {
        self.optional(column).unwrap_or_default()
    }

    /// Takes a text that may be missing.
    pub(super) fn optional(&mut self, column: &str) -> Option<String> {
        match self.0.remove(column) {
            Some(Value::String(text)) => Some(text),
            _ => None,
        }
    }

    /// Takes texts.
    pub(super) fn texts(&mut self, column: &str) -> Vec<String> {
        let Some(Value::Array(values)) = self.0.remove(column) else { return Vec::new() };
        values.into_iter().filter_map(|value| value.as_str().map(str::to_owned)).collect()
    }

    /// Returns a number, which may stand in quotes.
    pub(super) fn number<T: std::str::FromStr>(&self, column: &str) -> Option<T> {
        number(self.0.get(column)?)
    }

    /// Returns numbers.
    pub(super) fn numbers<T: std::str::FromStr>(&self, column: &str) -> Vec<T> {
        let values = self.0.get(column).and_then(Value::as_array);
        values.into_iter().flatten().filter_map(number).collect()
    }
}

fn number<T: std::str::FromStr>(value: &Value) -> Option<T> {
    match value {
        Value::String(digits) => digits.parse().ok(),
        Value::Number(number) => number.to_string().parse().ok(),
        _ => None,
    }
}

/// Returns the code of the exception with which a text begins, or ends: it may come after rows.
pub(super) fn code_of(text: &str) -> Option<u32> {
    let is_one = |at: &usize| text[*at..].lines().next().is_some_and(|line| line.contains("DB::"));
    let at =
        if text.starts_with("Code: ") { Some(0) } else { text.rfind("\nCode: ").map(|at| at + 1) };
    let rest = &text[at.filter(is_one)?..]["Code: ".len()..];
    let digits = rest.split(|c: char| !c.is_ascii_digit()).next()?;
    digits.parse().ok()
}

/// Names the fault of which an exception tells.
pub(super) fn exception(code: u32, text: &str) -> Fault {
    let line = text.trim().lines().last().unwrap_or_default();
    let mut message: String = line.chars().take(MOST).collect();
    if message.len() < line.len() {
        message.push('…');
    }
    let cause = sanitize::screen(&message).into_owned().into();
    match code {
        192..=194 | 516 => Fault::Denied(cause),
        60 | 81 => Fault::NotMade,
        164 | 497 => Fault::Forbidden(cause),
        243 => Fault::Full,
        // What was sent cannot be read.
        6 | 26 | 27 | 38 | 41 | 72 | 117 | 131 => Fault::Unfit(cause),
        _ => Fault::Other(cause),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_has_numbers_in_quotes_or_without() {
        let text = r#"{"meta": [], "data": [{"a": "18446744073709551615", "b": -7, "c": [1, "2"],
            "d": null, "e": "x\u0000\/"}], "rows": 1}"#;
        let mut row = Answer::parse(text).unwrap().first().unwrap();
        assert_eq!((row.number("a"), row.number("b")), (Some(u64::MAX), Some(-7_i64)));
        assert_eq!((row.numbers("c"), row.number::<u64>("d")), (vec![1, 2], None));
        assert_eq!((row.text("e"), row.optional("d")), ("x\0/".to_owned(), None));
    }

    #[test]
    fn an_answer_that_was_cut_short_is_none() {
        let text = r#"{"data": [{"a": 222222}], "rows": 1}"#;
        for end in 1..text.len() {
            assert!(matches!(Answer::parse(&text[..end]), Err(Fault::Cut(_))), "{end}");
        }
    }

    #[test]
    fn exceptions_are_known_by_their_text() {
        for (text, code) in [
            ("Code: 60, e.displayText() = DB::Exception: Table a.b doesn't exist.", Some(60)),
            ("{\"data\": [\nCode: 241. DB::Exception: Memory limit", Some(241)),
            ("Code: 60 bottles", None),
            // Names of functions, as they stand in documents of the format `JSON`.
            (
                r#"{"data": [{"function": "DB::Exception"}, {"f": "\nCode: 60. DB::Exception: x"}]}"#,
                None,
            ),
            ("Ok.\n", None),
            ("", None),
        ] {
            assert_eq!(code_of(text), code, "{text}");
        }
        assert!(matches!(exception(60, ""), Fault::NotMade));
        assert!(matches!(exception(516, "x"), Fault::Denied(_)));
        assert!(matches!(exception(117, "x"), Fault::Unfit(_)));
        let Fault::Other(cause) = exception(1, &("\u{1b}[31m".to_owned() + &"é".repeat(500)))
        else {
            panic!("it is another one");
        };
        assert!(cause.to_string().chars().count() < 430 && !cause.to_string().contains('\u{1b}'));
    }
}
