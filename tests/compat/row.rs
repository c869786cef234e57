//! What the harness found of a crate with an attribute, held against the crate without. Pure.

use serde_json::{Map, Value};

/// Everything that is not as it was without the attribute.
pub(crate) fn complaints(row: &Value, base: &Value) -> Vec<String> {
    let mut complaints = Vec::new();
    let mut hold = |holds: bool, what: String| {
        if !holds {
            complaints.push(what);
        }
    };
    for error in [&base["noop_error"], &row["error"]] {
        hold(error.is_null(), format!("it does not compile: {error}"));
    }
    let skipped = &row["skipped_targets"];
    hold(is_empty(skipped), format!("test targets do not compile: {skipped}"));
    let same = row["tests_same"] == true;
    hold(same, format!("its tests end otherwise, before and after: {}", row["test_diff"]));
    let ran = row["test"]["tests"].as_object().is_some_and(|tests| !tests.is_empty());
    hold(ran, "no test of its was run".to_owned());

    let excluded = entries(&row["excluded"]);
    for (function, why) in excluded.clone().filter(|(_, why)| !may_be_excluded(why)) {
        hold(false, format!("{function} was not accepted: {}", why["text"]));
    }
    let number = |field: &str| row[field].as_u64().unwrap_or_default();
    let all = number("accepted") + excluded.count() as u64;
    hold(number("active") > 0 && all == number("active"), "functions are missing".to_owned());

    for kind in ["warnings", "clippy"] {
        hold(row[kind].is_object(), format!("its {kind} are not known"));
        for (lint, count) in entries(&row[kind]) {
            let before = base[kind][lint].as_u64().unwrap_or_default();
            let more = count.as_u64().is_none_or(|count| count > before);
            hold(!more, format!("{lint} fires {count} times, and {before} times without"));
        }
    }
    let errors = &row["clippy_errors"];
    hold(is_empty(errors), format!("lints that are errors fire: {errors}"));
    complaints
}

/// Whether a function is one of those that are refused: constant or naked.
fn may_be_excluded(why: &Value) -> bool {
    let is_const = why["kinds"].as_array().is_some_and(|kinds| kinds.contains(&"const".into()));
    let is_naked = why["class"].as_str().is_some_and(|class| class.starts_with("a naked function"));
    is_const || is_naked
}

fn is_empty(value: &Value) -> bool {
    value.as_object().is_some_and(Map::is_empty)
}

fn entries(value: &Value) -> impl Iterator<Item = (&String, &Value)> + Clone {
    value.as_object().into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn base() -> Value {
        json!({ "noop_error": null, "warnings": { "dead_code": 1 }, "clippy": {} })
    }

    fn row() -> Value {
        json!({
            "error": null, "skipped_targets": {}, "tests_same": true,
            "test": { "tests": { "a": "ok" } }, "active": 5, "accepted": 3,
            "excluded": {
                "a": { "kinds": ["const", "free"], "class": "a `_` cannot be tracked" },
                "b": { "kinds": ["free"], "class": "a naked function cannot be tracked" },
            },
            "warnings": { "dead_code": 1 }, "clippy": {}, "clippy_errors": {},
        })
    }

    #[test]
    fn what_is_as_it_was_is_fine() {
        assert_eq!(complaints(&row(), &base()), [""; 0]);
    }

    #[test]
    fn the_rules_can_fail() {
        for (pointer, value) in [
            ("/error", json!("round cap")),
            ("/skipped_targets", json!({ "tests": { "class": "E0282" } })),
            ("/tests_same", json!(false)),
            ("/tests_same", json!("timeout")),
            ("/test/tests", json!({})),
            ("/active", json!(6)),
            ("/excluded/a/kinds", json!(["free"])),
            ("/excluded/b/class", json!("E0308: mismatched types")),
            ("/warnings/dead_code", json!(2)),
            ("/clippy", json!({ "clippy::unused_unit": 1 })),
            ("/clippy", json!(null)),
            ("/clippy_errors", json!({ "clippy::never_loop": 1 })),
        ] {
            let mut row = row();
            *row.pointer_mut(pointer).expect("the row has it") = value.clone();
            assert_eq!(complaints(&row, &base()).len(), 1, "{pointer} {value}");
        }
    }
}
