//! Values of JSON that are much like another one: their numbers as digits, and what else differs as JSON.

use perf_runtime::buckets;
use serde::Serialize;
use serde_json::{Map, Number, Value};

use super::digits::{Reader, Writer};

/// The kinds of a number that differs from the one in its place; a float has its own, which are smaller.
const SAME: u64 = 26;
const WHOLE: u64 = 27;
const BELOW_ZERO: u64 = 28;

/// The shapes of a list.
const SAME_LIST: u64 = 0;
const WHOLES: u64 = 1;
const NUMBERS: u64 = 2;
const BUCKETS: u64 = 3;
const PAIRS: u64 = 4;
const ONE_BY_ONE: u64 = 5;

/// Returns something as JSON, without fields that have no value: their readers take them as missing, and the other
/// way round.
pub(super) fn of<T: Serialize>(item: &T) -> Option<Value> {
    let mut value = serde_json::to_value(item).ok()?;
    without_nulls(&mut value);
    Some(value)
}

fn without_nulls(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|_, field| !field.is_null());
            fields.values_mut().for_each(without_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(without_nulls),
        _ => {}
    }
}

/// Returns the part of `value` that differs from `other` in more than numbers, to be put over it; `None` where
/// nothing does.
pub(super) fn patch(value: &Value, other: &Value) -> Option<Value> {
    match (value, other) {
        (Value::Object(fields), Value::Object(others)) => {
            let mut changed = Map::new();
            for (key, field) in fields {
                let patch = match others.get(key) {
                    Some(other) => patch(field, other),
                    None => Some(field.clone()),
                };
                changed.extend(patch.map(|patch| (key.clone(), patch)));
            }
            let gone = others.keys().filter(|key| !fields.contains_key(*key));
            changed.extend(gone.map(|key| (key.clone(), Value::Null)));
            (!changed.is_empty()).then_some(Value::Object(changed))
        }
        (Value::Array(items), Value::Array(others)) => {
            let alike = || items.iter().zip(others).all(|(one, other)| patch(one, other).is_none());
            let fits = are_numbers(items) && are_numbers(others)
                || are_pairs(items) && are_pairs(others)
                || items.len() == others.len() && alike();
            (!fits).then(|| value.clone())
        }
        (Value::Number(_), Value::Number(_)) => None,
        _ => (value != other).then(|| value.clone()),
    }
}

/// Puts a patch over a value.
pub(super) fn put_over(value: &mut Value, patch: &Value) {
    let (Value::Object(fields), Value::Object(changed)) = (&mut *value, patch) else {
        *value = patch.clone();
        return;
    };
    for (key, change) in changed {
        match fields.get_mut(key) {
            _ if change.is_null() => {
                fields.remove(key);
            }
            Some(field) => put_over(field, change),
            None => {
                fields.insert(key.clone(), change.clone());
            }
        }
    }
}

/// Writes the numbers of `value`, which differs from `other` in nothing else.
pub(super) fn write(writer: &mut Writer, value: &Value, other: &Value) {
    match (value, other) {
        (Value::Object(fields), Value::Object(others)) => {
            for (field, other) in fields.values().zip(others.values()) {
                write(writer, field, other);
            }
        }
        (Value::Array(items), Value::Array(others)) => write_list(writer, items, others),
        (Value::Number(number), Value::Number(other)) => write_number(writer, number, other),
        _ => {}
    }
}

/// Reads the numbers of a value into `value`, which has those of the other one so far.
pub(super) fn read(reader: &mut Reader<'_>, value: &mut Value) -> Option<()> {
    match value {
        Value::Object(fields) => {
            fields.values_mut().try_for_each(|field| read(reader, field))?;
        }
        Value::Array(items) => read_list(reader, items)?,
        Value::Number(number) => *number = read_number(reader, number)?,
        _ => {}
    }
    Some(())
}

pub(super) fn are_numbers(items: &[Value]) -> bool {
    items.iter().all(Value::is_number)
}

pub(super) fn are_pairs(items: &[Value]) -> bool {
    items.iter().all(|item| pair(item).is_some())
}

fn pair(item: &Value) -> Option<(u64, u64)> {
    match item.as_array()?.as_slice() {
        [one, other] => Some((one.as_u64()?, other.as_u64()?)),
        _ => None,
    }
}

fn write_list(writer: &mut Writer, items: &[Value], others: &[Value]) {
    if items == others {
        writer.number(SAME_LIST);
    } else if are_numbers(items) && are_numbers(others) {
        write_numbers(writer, items, others);
    } else if are_pairs(items) && are_pairs(others) {
        let pairs: Vec<(u64, u64)> = items.iter().filter_map(pair).collect();
        write_pairs(writer, &pairs);
    } else {
        writer.number(ONE_BY_ONE);
        items.iter().zip(others).for_each(|(item, other)| write(writer, item, other));
    }
}

/// Writes numbers each by its difference from the one before it, the first by that from the first of others.
fn write_numbers(writer: &mut Writer, items: &[Value], others: &[Value]) {
    let whole: Option<Vec<u64>> = items.iter().map(Value::as_u64).collect();
    writer.number(if whole.is_some() { WHOLES } else { NUMBERS });
    writer.number(items.len() as u64);
    if let Some(whole) = whole {
        let mut before = 0;
        for number in whole {
            writer.near(number, before);
            before = number;
        }
        return;
    }
    let mut before = first_of(others);
    for number in items.iter().filter_map(Value::as_number) {
        write_number(writer, number, &before);
        before = number.clone();
    }
}

fn first_of(others: &[Value]) -> Number {
    others.first().and_then(Value::as_number).cloned().unwrap_or_else(|| Number::from(0))
}

/// Writes pairs of numbers: as those of a histogram where their bounds are of the recorder's scale.
pub(super) fn write_pairs(writer: &mut Writer, pairs: &[(u64, u64)]) {
    let is_ours = |&(bound, _): &(u64, u64)| buckets::lower_bound(buckets::of(bound)) == bound;
    let are_ours = pairs.iter().all(is_ours);
    writer.number(if are_ours { BUCKETS } else { PAIRS });
    writer.number(pairs.len() as u64);
    let mut next = 0_u64;
    for (bound, count) in pairs {
        let place = if are_ours { u64::from(buckets::of(*bound)) } else { *bound };
        // Most buckets stand beside the one before; else the number of empty ones follows.
        let gap = place.wrapping_sub(next);
        writer.number(count.wrapping_mul(2) | u64::from(gap != 0));
        if gap != 0 {
            writer.number(gap);
        }
        next = place.wrapping_add(1);
    }
}

fn read_list(reader: &mut Reader<'_>, items: &mut Vec<Value>) -> Option<()> {
    match reader.number()? {
        SAME_LIST => {}
        WHOLES => {
            let mut before = 0;
            *items = (0..reader.count()?)
                .map(|_| {
                    before = reader.near(before)?;
                    Some(Value::from(before))
                })
                .collect::<Option<_>>()?;
        }
        NUMBERS => {
            let mut before = first_of(items);
            *items = (0..reader.count()?)
                .map(|_| {
                    before = read_number(reader, &before)?;
                    Some(Value::Number(before.clone()))
                })
                .collect::<Option<_>>()?;
        }
        kind @ (BUCKETS | PAIRS) => {
            let pairs = read_pairs_of(kind, reader)?;
            *items =
                pairs.into_iter().map(|(bound, count)| Value::from(vec![bound, count])).collect();
        }
        ONE_BY_ONE => items.iter_mut().try_for_each(|item| read(reader, item))?,
        _ => return None,
    }
    Some(())
}

/// Reads pairs of numbers.
pub(super) fn read_pairs(reader: &mut Reader<'_>) -> Option<Vec<(u64, u64)>> {
    let kind = reader.number()?;
    read_pairs_of(kind, reader)
}

fn read_pairs_of(kind: u64, reader: &mut Reader<'_>) -> Option<Vec<(u64, u64)>> {
    if kind != BUCKETS && kind != PAIRS {
        return None;
    }
    let mut next = 0_u64;
    let count = reader.count()?;
    let mut pairs = Vec::with_capacity(count);
    for _ in 0..count {
        let number = reader.number()?;
        let gap = if number & 1 == 1 { reader.number()? } else { 0 };
        let place = next.wrapping_add(gap);
        let bound = match kind {
            BUCKETS => buckets::lower_bound(u32::try_from(place).ok()?),
            _ => place,
        };
        pairs.push((bound, number >> 1));
        next = place.wrapping_add(1);
    }
    Some(pairs)
}

fn write_number(writer: &mut Writer, number: &Number, other: &Number) {
    if number == other {
        writer.number(SAME);
    } else if let Some(whole) = number.as_u64() {
        writer.number(WHOLE);
        writer.near(whole, other.as_u64().unwrap_or_default());
    } else if let Some(whole) = number.as_i64() {
        writer.number(BELOW_ZERO);
        writer.near(whole.cast_unsigned(), 0);
    } else {
        writer.float(number.as_f64().unwrap_or_default(), other.as_f64().unwrap_or_default());
    }
}

fn read_number(reader: &mut Reader<'_>, other: &Number) -> Option<Number> {
    let mut ahead = reader.clone();
    match ahead.number()? {
        SAME => {
            *reader = ahead;
            Some(other.clone())
        }
        WHOLE => {
            *reader = ahead;
            Some(Number::from(reader.near(other.as_u64().unwrap_or_default())?))
        }
        BELOW_ZERO => {
            *reader = ahead;
            Some(Number::from(reader.near(0)?.cast_signed()))
        }
        _ => Number::from_f64(reader.float(other.as_f64().unwrap_or_default())?),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            any::<bool>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            (0_u64..40).prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            (-99_i32..99).prop_map(|it| Value::from(f64::from(it) / 8.0)),
            "[a-c]{0,2}".prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 24, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                prop::collection::btree_map("[a-d]", inner, 0..4)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    fn comes_back(value: &Value, other: &Value) -> Value {
        let mut read_value = other.clone();
        if let Some(patch) = patch(value, other) {
            put_over(&mut read_value, &patch);
        }
        let mut writer = Writer::default();
        write(&mut writer, value, &read_value.clone());
        let mut reader = Reader::new(&writer.text);
        read(&mut reader, &mut read_value).unwrap();
        assert!(reader.is_at_end());
        read_value
    }

    proptest! {
        #[test]
        fn a_value_comes_back_from_its_difference_to_any_other(value in any_value(), other in any_value()) {
            prop_assert_eq!(comes_back(&value, &other), value);
        }

        #[test]
        fn histograms_come_back(pairs in prop::collection::vec((0_u64..5_000, 0_u64..99), 0..30), ours: bool) {
            let on_scale = |(bound, count)| (buckets::lower_bound(buckets::of(bound)), count);
            let pairs: Vec<_> = pairs.into_iter().map(|it| if ours { on_scale(it) } else { it }).collect();
            let mut writer = Writer::default();
            write_pairs(&mut writer, &pairs);
            prop_assert_eq!(read_pairs(&mut Reader::new(&writer.text)), Some(pairs));
        }
    }

    #[test]
    fn numbers_take_digits_and_the_rest_is_a_patch() {
        let value = json!({"a": 5, "b": [1.5, 2.25], "c": "x", "d": [[32, 2], [33, 1]]});
        let other = json!({"a": 4, "b": [], "c": "y", "d": [], "e": 1});
        assert_eq!(patch(&value, &other), Some(json!({"c": "x", "e": null})));
        assert_eq!(comes_back(&value, &other), value);
    }
}
