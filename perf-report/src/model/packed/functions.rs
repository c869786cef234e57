//! A function in each of several runs, as one line: figures for people first, then its numbers as digits.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::digits::{Reader, Writer};
use super::series::{self, ABSENT};
use super::{numbers, values};
use crate::model::{Function, TreeNode};
use crate::stats::number::float;
use crate::text::units;

/// The sign for the file of the function on the line before.
const SAME_FILE: &str = "^";

/// A function in each run, and its contexts in the newest.
#[derive(Debug, Default)]
pub(super) struct Item {
    pub(super) runs: Vec<Option<Function>>,
    pub(super) contexts: Vec<TreeNode>,
}

/// The file of the function on the line before.
#[derive(Debug, Default)]
pub(super) struct Before {
    file: String,
}

impl Before {
    fn write(&mut self, of: &Function) -> String {
        let file = if of.file == self.file { SAME_FILE } else { &of.file };
        let place = format!("{file}:{}", of.line);
        self.file.clone_from(&of.file);
        place
    }

    fn read(&mut self, place: &str, of: &mut Function) -> Option<()> {
        let (file, line) = place.rsplit_once(':')?;
        if file != SAME_FILE {
            file.clone_into(&mut self.file);
        }
        of.file.clone_from(&self.file);
        of.line = line.parse().ok()?;
        Some(())
    }
}

/// Returns the line of a function.
pub(super) fn write(
    all: &[Option<&Function>],
    contexts: &[&TreeNode],
    before: &mut Before,
) -> Option<Vec<Value>> {
    let newest = all.iter().rev().flatten().next()?;
    let mut line = vec![json!(newest.name), json!(words(newest)), json!(before.write(newest))];
    let signs: Vec<String> = all.iter().map(|it| digits_of(*it, newest)).collect();
    line.push(json!(signs.join(" ")));
    let mut histogram = Writer::default();
    if !newest.histogram.is_empty() {
        values::write_pairs(&mut histogram, &newest.histogram);
    }
    line.push(json!(histogram.text));
    let mut writer = Writer::default();
    numbers::write_contexts(&mut writer, contexts, newest);
    line.push(json!(writer.text));
    let plain = plain(newest);
    let rests: Vec<Option<Function>> = all.iter().map(|it| it.map(rest)).collect();
    if rests.iter().flatten().any(|it| *it != plain) {
        let expected = values::of(&plain)?;
        let values: Option<Vec<Option<Value>>> = rests
            .iter()
            .map(|it| match it {
                Some(it) => Some(Some(without(values::of(it)?, &expected))),
                None => Some(None),
            })
            .collect();
        line.push(series::write(&values?)?);
    }
    Some(line)
}

/// Reads the line of a function.
pub(super) fn read(line: &[Value], runs: usize, before: &mut Before) -> Option<Item> {
    let (columns, more) = line.split_at_checked(6)?;
    let texts: Vec<&str> = columns.iter().map(Value::as_str).collect::<Option<_>>()?;
    let [name, _, place, signs, histogram, contexts] = texts.as_slice() else { return None };
    let mut own = Function { name: (*name).to_owned(), ..Function::default() };
    before.read(place, &mut own)?;
    own = plain(&own);
    let rests = match more {
        [] => None,
        [values] => Some(rests(values, runs, &own)?),
        _ => return None,
    };
    let signs: Vec<&str> = signs.split(' ').collect();
    let newest_at = signs.iter().rposition(|sign| *sign != ABSENT)?;
    let of = |at: usize| match &rests {
        Some(rests) => rests.get(at)?.clone(),
        None => Some(own.clone()),
    };
    let mut newest = of(newest_at)?;
    read_digits(signs[newest_at], &mut newest, &Function::default())?;
    if !histogram.is_empty() {
        let mut reader = Reader::new(histogram);
        newest.histogram = values::read_pairs(&mut reader)?;
        reader.is_at_end().then_some(())?;
    }
    let mut functions = Vec::with_capacity(runs);
    for (at, sign) in signs.iter().enumerate() {
        functions.push(match *sign {
            ABSENT => None,
            _ if at == newest_at => Some(newest.clone()),
            digits => {
                let mut function = of(at)?;
                read_digits(digits, &mut function, &newest)?;
                Some(function)
            }
        });
    }
    let contexts = numbers::read_contexts(&mut Reader::new(contexts), &newest)?;
    (functions.len() == runs).then_some(Item { runs: functions, contexts })
}

fn digits_of(it: Option<&Function>, newest: &Function) -> String {
    let Some(it) = it else { return ABSENT.to_owned() };
    let nothing = Function::default();
    let mut writer = Writer::default();
    numbers::write(&mut writer, it, if std::ptr::eq(it, newest) { &nothing } else { newest });
    writer.text
}

fn read_digits(digits: &str, it: &mut Function, other: &Function) -> Option<()> {
    let mut reader = Reader::new(digits);
    numbers::read(&mut reader, it, other)?;
    reader.is_at_end().then_some(())
}

/// Returns the rest of a function in each run, over what is plain of it.
fn rests(values: &Value, runs: usize, own: &Function) -> Option<Vec<Option<Function>>> {
    let expected = values::of(own)?;
    let read = |value: Option<Value>| match value {
        None => Some(None),
        Some(value) => {
            let mut whole = expected.clone();
            values::put_over(&mut whole, &value);
            serde_json::from_value(whole).ok().map(Some)
        }
    };
    series::read(values, runs)?.into_iter().map(read).collect()
}

/// Returns what people want to know of a function first.
fn words(of: &Function) -> String {
    if of.calls == 0 && of.unfinished == 0 {
        return "never called".to_owned();
    }
    let mut words = units::plural(of.calls, "call");
    if let Some(ns) = of.self_ns_a_call() {
        let what = if of.kind.is_function() { " self a call" } else { "" };
        let _ = write!(words, ", {}{what}", units::duration(ns));
    }
    words + &format!(", {} in all", units::duration(float(of.total_ns)))
}

/// Declares what of a function is neither a number nor a histogram. It names every field, so that whoever adds one
/// decides where it is kept.
macro_rules! rest {
    (rest: $($rest:ident)*; numbers: $($number:ident)*) => {
        /// Returns a function without its numbers and its histogram.
        fn rest(of: &Function) -> Function {
            let Function { $($rest,)* $($number: _,)* histogram: _ } = of;
            Function { $($rest: Clone::clone($rest),)* ..Function::default() }
        }
    };
}

rest! {
    rest: name identity kind module file line failures futures benchmark tags budget;
    numbers: calls errors panics cancelled unfinished total_ns self_ns mean_ns stddev_ns min_ns max_ns p50_ns p90_ns
        p95_ns p99_ns sampled self_estimated untimed_calls unmeasured_calls lost_durations overhead_ns
        self_overhead_ns preempted_ns self_preempted_ns raw_total_ns raw_self_ns self_error_ns resolution_ns active_ns
        sampled_ns counted_ns largest_interval classifies_errors allocs alloc_bytes grown_bytes peak_bytes self_allocs
        self_alloc_bytes self_grown_bytes self_peak_bytes
}

/// Returns what a function is of which nothing is known but its name and its place.
fn plain(of: &Function) -> Function {
    let module = of.name.rsplit_once("::").map_or("", |(module, _)| module);
    Function {
        name: of.name.clone(),
        module: module.to_owned(),
        file: of.file.clone(),
        line: of.line,
        ..Function::default()
    }
}

/// Leaves the fields out that are as expected.
fn without(value: Value, expected: &Value) -> Value {
    let Value::Object(mut fields) = value else { return value };
    fields.retain(|key, field| expected.get(key) != Some(field));
    Value::Object(fields)
}
