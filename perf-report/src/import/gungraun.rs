//! The summaries of Gungraun and, under its earlier name, iai-callgrind: of versions 1 to 7 of their schema,
//! which all differ. What they have in common is a map of events under `total`, and a new value in each.
//!
//! All of it are counts of valgrind, the same in every run, so there is no time. Rates are derived, and what
//! valgrind itself took is no figure of the benchmark; neither is read. Counters of the processor, which
//! newer versions have, are not exact and are left out.

use serde_json::{Map, Value};

use super::imported::{Imported, ImportedRun, Mistake};
use super::measured::{Measured, count};
use super::names::{Apart, told_apart};
use super::notes::Notes;
use crate::model::Better;

/// Events with their names here, and the better way.
const EVENTS: [(&str, &str, Option<Better>); 34] = [
    ("Ir", "instructions", LESS),
    ("Dr", "data-reads", LESS),
    ("Dw", "data-writes", LESS),
    ("I1mr", "l1-instruction-misses", LESS),
    ("D1mr", "l1-data-read-misses", LESS),
    ("D1mw", "l1-data-write-misses", LESS),
    ("ILmr", "ll-instruction-misses", LESS),
    ("DLmr", "ll-data-read-misses", LESS),
    ("DLmw", "ll-data-write-misses", LESS),
    ("L1hits", "l1-hits", None),
    ("LLhits", "ll-hits", None),
    ("RamHits", "ram-hits", LESS),
    ("TotalRW", "total-reads-and-writes", LESS),
    ("EstimatedCycles", "estimated-cycles", LESS),
    ("SysCount", "system-calls", LESS),
    ("Ge", "global-bus-events", LESS),
    ("Bc", "conditional-branches", LESS),
    ("Bcm", "mispredicted-conditional-branches", LESS),
    ("Bi", "indirect-branches", LESS),
    ("Bim", "mispredicted-indirect-branches", LESS),
    ("ILdmr", "dirty-instruction-misses", LESS),
    ("DLdmr", "dirty-read-misses", LESS),
    ("DLdmw", "dirty-write-misses", LESS),
    ("TotalBytes", "allocated-bytes", LESS),
    ("TotalBlocks", "allocations", LESS),
    ("AtTGmaxBytes", "peak-bytes", LESS),
    ("AtTGmaxBlocks", "peak-blocks", LESS),
    ("AtTEndBytes", "bytes-at-end", LESS),
    ("AtTEndBlocks", "blocks-at-end", LESS),
    ("ReadsBytes", "heap-bytes-read", None),
    ("WritesBytes", "heap-bytes-written", None),
    ("Errors", "errors", LESS),
    ("Contexts", "error-contexts", LESS),
    ("TotalUnits", "copied-units", None),
];

const LESS: Option<Better> = Some(Better::Lower);

/// Keys under which versions have the whole of a benchmark, the surest first.
const TOTALS: [&str; 9] = [
    "total",
    "metrics",
    "summary",
    "callgrind_run",
    "data",
    "summaries",
    "events",
    "segments",
    "parts",
];

/// Reads the benchmarks: a summary a line, or one that takes many, or several in an array.
pub(super) fn read(text: &str) -> Result<Imported, Mistake> {
    let mut notes = Notes::default();
    let mut run = ImportedRun::default();
    let mut benchmarks: Vec<Apart> = Vec::new();
    let mut stream = serde_json::Deserializer::from_str(text).into_iter::<Value>();
    let mut rest = text;
    let mut last = None;
    loop {
        match stream.next() {
            None => break,
            Some(Ok(value)) => {
                let many = match value {
                    Value::Array(many) => many,
                    one => vec![one],
                };
                for one in &many {
                    benchmarks.extend(benchmark(one, &mut notes));
                }
            }
            Some(Err(error)) => {
                // Lines of others stand among the summaries.
                let after = rest.get(stream.byte_offset()..).unwrap_or_default();
                let (line, next) =
                    after.trim_start().split_once('\n').unwrap_or((after.trim(), ""));
                if !line.trim().is_empty() {
                    notes.aside("line", "that is no result, passed over", line);
                    last = Some(error);
                }
                if next.is_empty() {
                    break;
                }
                rest = next;
                stream = serde_json::Deserializer::from_str(rest).into_iter();
            }
        }
    }
    if benchmarks.is_empty()
        && let Some(error) = last
    {
        return Err(Mistake::not("Gungraun", error));
    }
    told_apart(benchmarks, &mut run, &mut notes)?;
    Ok(Imported::one(run, notes))
}

/// Reads a summary.
fn benchmark(summary: &Value, notes: &mut Notes) -> Option<Apart> {
    let text = |key: &str| summary.get(key).and_then(Value::as_str).filter(|it| !it.is_empty());
    let Some(module) = text("module_path") else {
        notes.problem("document", "that is no summary, passed over", &summary.to_string());
        return None;
    };
    let name = text("id").map_or_else(|| module.to_owned(), |id| format!("{module}::{id}"));
    let counts = counts(summary);
    if counts.is_empty() {
        notes.problem("benchmark", "without counts, left out", &name);
        return None;
    }
    let root = text("project_root").or(text("package_dir")).unwrap_or_default();
    let qualifier = text("benchmark_file").map(|file| within(root, file));
    let metric = |(measure, value, better)| count((&name, measure), value, better, notes);
    let metrics = counts.into_iter().filter_map(metric).collect();
    let measured = Measured { name, iterations: Some(1), ..Measured::default() };
    Some(Apart { measured, qualifier, metrics })
}

/// Returns the part of a path that is the project's own: the rest is of the machine.
fn within(root: &str, file: &str) -> String {
    let [root, file] = [root, file].map(|path| path.replace('\\', "/"));
    let inner = file.strip_prefix(root.trim_end_matches('/')).and_then(|it| it.strip_prefix('/'));
    let is_absolute = file.starts_with('/') || file.contains(":/");
    match inner {
        Some(inner) if root != "." => inner.to_owned(),
        _ if is_absolute => {
            let at = file.rfind("/benches/").map_or(0, |at| at + 1);
            file.get(at..).unwrap_or_default().to_owned()
        }
        _ => file.trim_start_matches("./").to_owned(),
    }
}

/// Returns the exact counts of a summary.
fn counts(summary: &Value) -> Vec<(&'static str, f64, Option<Better>)> {
    let mut found: Vec<(&'static str, f64, Option<Better>)> = Vec::new();
    for total in tools(summary) {
        for (event, name, better) in EVENTS {
            let value = total.get(event).and_then(|node| new_value(node, 0));
            let Some(value) = value.filter(|it| it.fract() == 0.0) else { continue };
            if !found.iter().any(|known| known.0 == name) {
                found.push((name, value, better));
            }
        }
    }
    found
}

/// Returns the map of events of each tool.
fn tools(summary: &Value) -> Vec<&Map<String, Value>> {
    let profiles = summary.get("profiles").or_else(|| summary.get("tool_summaries"));
    let profiles = profiles.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let is_exact = |profile: &&Value| {
        let tool = profile.get("tool").and_then(Value::as_str).unwrap_or_default();
        !tool.to_lowercase().contains("perf")
    };
    let own = summary.get("callgrind_summary");
    let all = own.into_iter().chain(profiles.iter().filter(is_exact));
    all.filter_map(|node| total(node, 0)).collect()
}

/// Returns the first map that has events in it, the whole before its parts.
fn total(node: &Value, depth: usize) -> Option<&Map<String, Value>> {
    /// No version nests deeper.
    const DEEPEST: usize = 8;
    if depth > DEEPEST {
        return None;
    }
    match node {
        Value::Object(map) => {
            if EVENTS
                .iter()
                .any(|(event, ..)| map.get(*event).is_some_and(|it| new_value(it, 0).is_some()))
            {
                return Some(map);
            }
            let first = TOTALS.iter().filter_map(|key| map.get(*key));
            let others = map.iter().filter(|(key, _)| !TOTALS.contains(&key.as_str()));
            first.chain(others.map(|(_, node)| node)).find_map(|node| total(node, depth + 1))
        }
        Value::Array(nodes) => nodes.iter().find_map(|node| total(node, depth + 1)),
        _ => None,
    }
}

/// Returns the new value of an event: of two the first, as `Both` and `new` have it.
fn new_value(node: &Value, depth: usize) -> Option<f64> {
    const KEYS: [&str; 9] =
        ["values", "metrics", "costs", "cost", "new", "Left", "Both", "Int", "Float"];
    if depth > KEYS.len() {
        return None;
    }
    match node {
        Value::Number(number) => number.as_f64(),
        Value::Array(both) => new_value(both.first()?, depth + 1),
        Value::Object(map) => {
            KEYS.iter().filter_map(|key| map.get(*key)).find_map(|it| new_value(it, depth + 1))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instructions(callgrind: &str) -> Option<f64> {
        let text = format!(
            r#"{{"version":"1","module_path":"a::b","id":null,"callgrind_summary":{callgrind}}}"#
        );
        let run = read(&text).unwrap().runs.remove(0);
        run.metrics.iter().find(|it| it.name == "a::b/instructions").and_then(|it| it.value)
    }

    #[test]
    fn a_file_is_told_without_what_is_of_the_machine() {
        assert_eq!(within("/home/a/app", "/home/a/app/core/benches/x.rs"), "core/benches/x.rs");
        assert_eq!(within("C:\\app", "C:\\app\\benches\\x.rs"), "benches/x.rs");
        assert_eq!(within("/other", "/home/a/app/benches/x.rs"), "benches/x.rs");
        assert_eq!(within(".", "./benches/x.rs"), "benches/x.rs");
        assert_eq!(within("", "benches/x.rs"), "benches/x.rs");
    }

    #[test]
    fn older_versions_have_their_events_elsewhere() {
        for text in [
            r#"{"summaries":[{"events":{"Ir":{"new":7,"old":6,"diff_pct":1.0}}}]}"#,
            r#"{"callgrind_run":{"segments":[{"events":{"Ir":{"new":3}}}],"total":{"summary":{"Ir":{"costs":{"Both":[7,6]}}}}}}"#,
            r#"{"callgrind_run":{"total":{"summary":{"Ir":{"metrics":{"Left":7}}}}}}"#,
        ] {
            assert_eq!(instructions(text), Some(7.0), "{text}");
        }
        assert!(read(r#"{"module_path":"a","profiles":[]}"#).unwrap().is_empty());
    }
}
