//! The data of a page, back as the documents that they were made from.

use std::io::Read as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use crate::tokens::{Token, tokens};

/// Returns the document in the element of this id.
pub(crate) fn block(page: &str, id: &str) -> Value {
    let tokens = tokens(page);
    let at =
        tokens.iter().position(|it| it.attribute("id") == Some(id)).expect("the block is there");
    let Token::Raw(text) = &tokens[at + 1] else { panic!("{id} holds text") };
    if tokens[at].attribute("data-encoding") != Some("gzip") {
        return serde_json::from_str(text).expect("JSON");
    }
    let zipped = STANDARD.decode(text).expect("base64");
    let mut json = String::new();
    flate2::read::GzDecoder::new(zipped.as_slice()).read_to_string(&mut json).expect("gzip");
    serde_json::from_str(&json).expect("JSON")
}

/// Returns rows from columns, whose names may be places among the rows `functions`.
pub(crate) fn unpacked(
    packed: &Value,
    functions: &[Map<String, Value>],
) -> Vec<Map<String, Value>> {
    let rows = packed["n"].as_u64().expect("a number of rows");
    let columns = packed["c"].as_object().expect("columns");
    let cell = |column: &Value, at: usize| match (column.get("d"), column.get("v")) {
        (Some(distinct), _) => {
            let place = column["i"][at].as_i64().expect("a place");
            usize::try_from(place).map_or(Value::Null, |place| distinct[place].clone())
        }
        (None, Some(value)) => value.clone(),
        _ => column[at].clone(),
    };
    let name = |value: &Value| {
        let place = value.as_u64().and_then(|place| usize::try_from(place).ok());
        place.map_or_else(|| value.clone(), |place| functions[place]["name"].clone())
    };
    let row = |at| {
        let cells = columns.iter().map(|(key, column)| {
            let value = cell(column, at);
            (key.clone(), if key == "name" { name(&value) } else { value })
        });
        cells.collect()
    };
    (0..usize::try_from(rows).expect("few")).map(row).collect()
}

/// Returns `[lower bound, calls, …]` from steps of buckets and calls.
pub(crate) fn buckets(steps: &Value) -> Vec<(u64, u64)> {
    let mut bucket = 0;
    let numbers: Vec<u64> =
        steps.as_array().into_iter().flatten().filter_map(Value::as_u64).collect();
    let one = |pair: &[u64]| {
        bucket += pair[0];
        let from = if bucket < 32 { bucket } else { (32 + bucket % 32) << (bucket / 32 - 1) };
        (from, pair[1])
    };
    numbers.chunks_exact(2).map(one).collect()
}

/// Compares a row with what JSON says: all that is there, but for the keys `beside`; what is null is as
/// good as absent. Numbers may be rounded, where they are `rounded`.
#[track_caller]
pub(crate) fn assert_same(row: &Map<String, Value>, json: &Value, beside: &[&str], rounded: bool) {
    let json = json.as_object().expect("an object");
    for (key, value) in json.iter().filter(|(key, _)| !beside.contains(&key.as_str())) {
        let shown = row.get(key).unwrap_or(&Value::Null);
        let is_near = rounded && is_near(shown, value);
        assert!(is_near || shown == value, "{key} of {:?}: {shown} is {value}", row.get("name"));
    }
}

/// Returns whether numbers are the same in the digits that a view shows.
fn is_near(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len()
                && one.iter().zip(other).all(|(one, other)| is_near(one, other))
        }
        _ => match (one.as_f64(), other.as_f64()) {
            (Some(one), Some(other)) => (one - other).abs() <= other.abs() * 0.05,
            _ => one == other,
        },
    }
}
