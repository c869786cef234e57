//! A value in each of several runs: that of the newest run that has it as JSON, the others by what differs.

use serde_json::{Map, Value, json};

use super::digits::{Reader, Writer};
use super::values;

/// The signs that stand for no value, for the one of the newest run, and for one that differs in no number.
pub(super) const ABSENT: &str = "-";
const SAME: &str = "=";
const NO_NUMBERS: &str = ".";

/// A list of numbers of this length stands among the digits.
const LONG: usize = 4;

/// A value as its JSON, and the digits that belong into it.
#[derive(Debug)]
pub(super) struct Base {
    pub(super) json: Value,
    pub(super) digits: String,
}

impl Base {
    /// Takes the long lists of numbers out of a value.
    pub(super) fn of(value: &Value) -> Self {
        let mut json = value.clone();
        take_lists(&mut json);
        let digits = if json == *value { String::new() } else { digits(value, &json) };
        Self { json, digits }
    }

    /// Puts the lists back.
    pub(super) fn read(mut json: Value, digits: &str) -> Option<Value> {
        if !digits.is_empty() {
            read_digits(&mut json, digits)?;
        }
        Some(json)
    }
}

fn take_lists(value: &mut Value) {
    match value {
        Value::Array(items) => {
            if items.len() >= LONG && (values::are_numbers(items) || values::are_pairs(items)) {
                items.clear();
            }
            items.iter_mut().for_each(take_lists);
        }
        Value::Object(fields) => fields.values_mut().for_each(take_lists),
        _ => {}
    }
}

/// Returns the patch and the digits that make `value` of `base`.
pub(super) fn difference(value: &Value, base: &Value) -> (Option<Value>, String) {
    let patch = values::patch(value, base);
    let digits = match &patch {
        Some(patch) => {
            let mut patched = base.clone();
            values::put_over(&mut patched, patch);
            digits(value, &patched)
        }
        None => digits(value, base),
    };
    (patch, digits)
}

/// Returns the value that a patch and digits make of `base`.
pub(super) fn differing(base: &Value, patch: Option<&Value>, digits: &str) -> Option<Value> {
    let mut value = base.clone();
    if let Some(patch) = patch {
        values::put_over(&mut value, patch);
    }
    read_digits(&mut value, digits)?;
    Some(value)
}

fn digits(value: &Value, other: &Value) -> String {
    let mut writer = Writer::default();
    values::write(&mut writer, value, other);
    writer.text
}

fn read_digits(value: &mut Value, digits: &str) -> Option<()> {
    let mut reader = Reader::new(digits);
    values::read(&mut reader, value)?;
    reader.is_at_end().then_some(())
}

/// Returns the values of all runs as one: the JSON, a sign or digits a run, and the patches by run.
pub(super) fn write(all: &[Option<Value>]) -> Option<Value> {
    let value = all.iter().rev().flatten().next()?;
    let base = Base::of(value);
    let mut signs = Vec::new();
    let mut patches = Map::new();
    for (at, it) in all.iter().enumerate() {
        signs.push(match it {
            None => ABSENT.to_owned(),
            Some(it) if it == value => SAME.to_owned(),
            Some(it) => {
                let (patch, digits) = difference(it, value);
                patches.extend(patch.map(|patch| (at.to_string(), patch)));
                if digits.is_empty() { NO_NUMBERS.to_owned() } else { digits }
            }
        });
    }
    let mut line = vec![base.json, json!(base.digits), json!(signs.join(" "))];
    if !patches.is_empty() {
        line.push(Value::Object(patches));
    }
    Some(Value::Array(line))
}

/// Reads the values of `runs` runs.
pub(super) fn read(line: &Value, runs: usize) -> Option<Vec<Option<Value>>> {
    let (json, digits, signs, patches) = match line.as_array()?.as_slice() {
        [json, digits, signs] => (json, digits, signs, None),
        [json, digits, signs, patches] => (json, digits, signs, Some(patches.as_object()?)),
        _ => return None,
    };
    let value = Base::read(json.clone(), digits.as_str()?)?;
    let patch = |at: usize| patches.and_then(|patches| patches.get(&at.to_string()));
    let read = |(at, sign): (usize, &str)| match sign {
        ABSENT => Some(None),
        SAME => Some(Some(value.clone())),
        digits => {
            let digits = if digits == NO_NUMBERS { "" } else { digits };
            differing(&value, patch(at), digits).map(Some)
        }
    };
    let all: Vec<_> = signs.as_str()?.split(' ').enumerate().map(read).collect::<Option<_>>()?;
    (all.len() == runs).then_some(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_that_differ_in_numbers_are_digits() {
        let value = |n: u64, list: Vec<f64>| Some(json!({"name": "a", "n": n, "list": list}));
        let all = [
            value(1, vec![1.5, 2.5, 3.5, 4.5, 5.5]),
            None,
            value(2, vec![1.5]),
            value(2, vec![9.0, 1.0, 3.0, 5.0]),
            value(2, vec![9.0, 1.0, 3.0, 5.0]),
        ];
        let line = write(&all).unwrap();
        assert_eq!(line[0], json!({"name": "a", "n": 2, "list": []}));
        assert_eq!(line[2].as_str().unwrap().split(' ').skip(3).collect::<Vec<_>>(), ["=", "="]);
        assert_eq!(read(&line, 5).unwrap(), all);
        assert!(read(&line, 4).is_none());
    }

    #[test]
    fn what_differs_otherwise_is_a_patch() {
        let all =
            [Some(json!({"name": "a", "file": "x"})), Some(json!({"name": "a", "file": "y"}))];
        let line = write(&all).unwrap();
        assert_eq!(line, json!([{"name": "a", "file": "y"}, "", ". =", {"0": {"file": "x"}}]));
        assert_eq!(read(&line, 2).unwrap(), all);
    }
}
