//! A function of a sample as columns, and back: numbers stand in columns of their own, everything else that is not
//! as usual in one text of JSON. Pure.

use std::sync::OnceLock;

use perf_runtime::buckets;
use serde_json::{Map, Value};

use super::answer::Row;
use super::columns::NUMBERS;
use crate::model::Function;

/// Returns the fields of a function that has nothing of its own.
fn usual() -> &'static Map<String, Value> {
    static USUAL: OnceLock<Map<String, Value>> = OnceLock::new();
    USUAL.get_or_init(|| fields(&Function::default()))
}

fn fields(function: &Function) -> Map<String, Value> {
    match serde_json::to_value(function) {
        Ok(Value::Object(fields)) => fields,
        _ => Map::new(),
    }
}

/// Returns the columns of a function, those that tell its run left out. A number of 0 is left out, too: it is the
/// default of its column.
pub(super) fn columns(function: &Function) -> Map<String, Value> {
    let mut fields = fields(function);
    let mut columns = Map::new();
    for &name in NUMBERS {
        if let Some(number) = fields.get(name).and_then(Value::as_u64).filter(|number| *number > 0)
        {
            columns.insert(name.to_owned(), number.into());
            fields.remove(name);
        }
    }
    let kind = fields.get("kind").cloned().unwrap_or_else(|| "function".into());
    let histogram = fields.remove("histogram");
    // The column holds it.
    fields.remove("name");
    fields.retain(|name, value| usual().get(name) != Some(value));
    columns.insert("function".to_owned(), function.name.clone().into());
    columns.insert("kind".to_owned(), kind);
    columns.insert("rest".to_owned(), Value::Object(fields).to_string().into());
    if histogram.is_some() {
        let bucket = |(ns, _): &(u64, u64)| Value::from(buckets::of(*ns));
        let numbers: Vec<Value> = function.histogram.iter().map(bucket).collect();
        let counts: Vec<Value> =
            function.histogram.iter().map(|(_, count)| (*count).into()).collect();
        columns.insert("buckets".to_owned(), numbers.into());
        columns.insert("counts".to_owned(), counts.into());
    }
    columns
}

/// Returns the function of which a row is made, without its histogram.
pub(super) fn of_row(row: &mut Row) -> Option<Function> {
    let mut fields = usual().clone();
    for &name in NUMBERS {
        if let Some(number) = row.number::<u64>(name).filter(|number| *number > 0) {
            fields.insert(name.to_owned(), number.into());
        }
    }
    let rest: Map<String, Value> = serde_json::from_str(&row.text("rest")).ok()?;
    fields.extend(rest);
    fields.insert("name".to_owned(), row.text("function").into());
    serde_json::from_value(Value::Object(fields)).ok()
}

/// Returns the columns from which [`of_row`] reads.
pub(super) fn read() -> String {
    format!("run, position, function, rest, {}", NUMBERS.join(", "))
}

#[cfg(test)]
mod tests {
    use super::super::answer::Answer;
    use super::*;
    use crate::model::samples;

    fn there_and_back(function: &Function) -> Function {
        let data = serde_json::json!({ "data": [columns(function)] }).to_string();
        of_row(&mut Answer::parse(&data).unwrap().first().unwrap()).unwrap()
    }

    #[test]
    fn a_function_comes_back_as_it_was_in_a_sample() {
        let runs = [
            samples::typical(),
            samples::failing(),
            samples::allocating(),
            samples::sampled(),
            samples::counted(),
            samples::hostile(),
            samples::serving(),
        ];
        for run in runs {
            for function in run.sample().functions {
                assert_eq!(there_and_back(&function), function);
            }
        }
        let odd = Function {
            min_ns: Some(0),
            allocs: Some(0),
            mean_ns: Some(0.1 + 0.2),
            calls: u64::MAX,
            grown_bytes: Some(i64::MIN),
            ..Function::default()
        };
        assert_eq!(there_and_back(&odd), odd);
    }

    #[test]
    fn what_is_as_usual_takes_no_space() {
        let columns = columns(&Function { name: "f".to_owned(), ..Function::default() });
        assert_eq!(columns["rest"], "{}");
        assert_eq!(columns.len(), 5);
    }
}
