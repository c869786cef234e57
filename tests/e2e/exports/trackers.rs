//! The files of trackers fit what the trackers take, by schemas of what they document, and hold the figures of
//! `show --format json`.

use std::collections::{BTreeMap, HashSet};

use perf_tests::consumers::python;
use perf_tests::{Lab, lab};
use serde_json::{Value, json};

use super::{corpus, exported, script, with_names, workload};

/// Returns what Bencher takes of names and measures.
fn bmf() -> Value {
    let number = || json!({ "type": "number", "minimum": 0 });
    let measured = json!({
        "type": "object",
        "required": ["value"],
        "properties": { "value": number(), "lower_value": number(), "upper_value": number() },
        "additionalProperties": false,
    });
    json!({
        "type": "object",
        "minProperties": 1,
        "propertyNames": { "minLength": 1, "maxLength": 1024 },
        "additionalProperties": {
            "type": "object",
            "minProperties": 1,
            "propertyNames": { "enum": ["latency", "allocations", "throughput"] },
            "additionalProperties": measured,
        },
    })
}

/// Returns what the action takes, without what its tables or its ratios break on.
fn action() -> Value {
    json!({
        "type": "array",
        "minItems": 1,
        "items": {
            "type": "object",
            "required": ["name", "unit", "value"],
            "properties": {
                "name": { "type": "string", "minLength": 1, "pattern": "^[^|`\\n\\r]+$" },
                "unit": { "enum": ["ns", "ns/call"] },
                "value": { "type": "number", "exclusiveMinimum": 0 },
                "range": { "type": "string" },
                "extra": { "type": "string" },
            },
            "additionalProperties": false,
        },
    })
}

/// Exports the newest run and holds it against a schema; `None` where Python's validator is not installed.
#[track_caller]
fn valid(lab: &Lab, arguments: &[&str], schema: &Value) -> Option<Value> {
    let file = exported(lab, arguments, "tracker.json");
    let python = python("jsonschema")?;
    let arguments = [schema.to_string(), file.to_str().unwrap().to_owned()];
    Some(script(python, include_str!("schema.py"), &arguments.each_ref().map(String::as_str)))
}

/// Returns the mean of each called function, from JSON.
fn means(lab: &Lab) -> BTreeMap<String, f64> {
    let run = lab.latest();
    let called = run.functions().filter(|function| function.number("calls") > 0);
    called.map(|function| (function.name().to_owned(), function.real("mean_ns"))).collect()
}

#[test]
fn figures_are_those_of_the_json() {
    let lab = lab!();
    workload(&lab, 77);
    let Some(all) = valid(&lab, &["bmf"], &bmf()) else { return };
    let latency = |(name, measures): (&String, &Value)| {
        (name.clone(), measures["latency"]["value"].as_f64().unwrap())
    };
    let mut found: BTreeMap<_, _> = all.as_object().unwrap().iter().map(latency).collect();
    assert!(found.remove("(command)").is_some_and(|wall| wall > 0.0));
    assert_eq!(found, means(&lab));
    let entries = valid(&lab, &["github-action-benchmark"], &action()).unwrap();
    for (name, mean) in means(&lab) {
        let entry = entries.as_array().unwrap().iter().find(|entry| entry["name"] == name.as_str());
        let value = entry.unwrap()["value"].as_f64().unwrap();
        assert!((value - mean).abs() <= 0.5, "{name}: {value}, not {mean}");
    }
}

#[test]
fn each_name_of_the_corpus_has_an_entry() {
    let names = corpus::names();
    let lab = with_names(&names, false);
    let Some(all) = valid(&lab, &["bmf", "--all"], &bmf()) else { return };
    assert_eq!(all.as_object().unwrap().len(), names.len());
    let entries = valid(&lab, &["github-action-benchmark", "--all"], &action()).unwrap();
    let entries = entries.as_array().unwrap();
    let unique: HashSet<_> = entries.iter().map(|entry| entry["name"].as_str().unwrap()).collect();
    assert_eq!((entries.len(), unique.len()), (names.len(), names.len()));
    let usual = valid(&lab, &["github-action-benchmark"], &action()).unwrap();
    assert_eq!(usual.as_array().unwrap().len(), 20);
}

#[test]
fn a_baseline_gives_intervals() {
    let lab = lab!();
    for _ in 0..3 {
        workload(&lab, 400);
    }
    let Some(all) = valid(&lab, &["bmf", "--baseline", "latest~1"], &bmf()) else { return };
    for (name, measures) in all.as_object().unwrap() {
        let of = |field: &str| measures["latency"][field].as_f64();
        if let (Some(low), Some(value), Some(high)) =
            (of("lower_value"), of("value"), of("upper_value"))
        {
            assert!(low <= value && value <= high, "{name}: {measures}");
        }
    }
}
