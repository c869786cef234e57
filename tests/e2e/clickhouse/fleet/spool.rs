//! The runs that a fleet is to store, as letters in outboxes, and what they sum up to.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use perf_runtime::buckets;
use perf_tests::{Lab, program};
use serde_json::{Value, json};

use super::super::{finish, with};
use super::chance;

/// Functions of a run.
pub(super) const FUNCTIONS: usize = 50;

/// Names that look like an answer of a server.
const HOSTILE: [&str; 4] = [
    "DB::Exception",
    "\nCode: 241. DB::Exception: Memory limit exceeded",
    "Code: 60, e.displayText() = DB::Exception: it's \\ gone",
    "__exception__",
];

/// What the store of a project has to hold.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Sums {
    /// The documents by the ids of their runs, as text.
    pub(super) documents: BTreeMap<String, String>,
    /// The rows of the functions and of the metrics of each run.
    pub(super) rows: BTreeMap<String, (usize, usize)>,
    pub(super) calls: u64,
    /// Calls by the number of their bucket.
    pub(super) buckets: BTreeMap<u32, u64>,
}

/// Returns a real letter, of a run that no store took.
pub(super) fn template(lab: &Lab) -> Value {
    // A port on which nobody listens.
    let nobody = "clickhouse://default@127.0.0.1:1/perf?project=p";
    // Metrics of its own, and functions.
    let both =
        format!("{} 2 10 return && {} direct 10", program!("counting"), program!("recursion"));
    let finished = finish(&mut with(lab, nobody, &["run", "--", "sh", "-c", &both]));
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    let letter = fs::read_dir(lab.folder().join(".perf/outbox"))
        .expect("it has an outbox")
        .flatten()
        .find(|entry| entry.path().extension().is_some_and(|it| it == "json"))
        .expect("the run waits");
    let text = fs::read_to_string(letter.path()).expect("it can be read");
    serde_json::from_str(&text).expect("a letter is JSON")
}

/// Puts a letter about run `number` of a writer into the outbox of `folder`, and counts it.
pub(super) fn put(
    folder: &Path,
    (template, store): (&Value, &str),
    (seed, writer, number): (u64, usize, usize),
    sums: &mut Sums,
) {
    let mut letter = template.clone();
    let drawn = chance(seed, (writer * 1_000 + number) as u64);
    // Two projects have runs of the same ids, made of other calls.
    let id = format!(
        "20261101T0101{:02}-{:016x}",
        number % 60,
        chance(7, (writer / 2 * 1_000 + number) as u64)
    );
    letter["store"] = store.into();
    letter["segments"] = json!([(drawn >> 1).to_string()]);
    let run = &mut letter["document"]["run"];
    let time = run["time"].as_str().expect("a run has a time").to_owned();
    // Clocks differ, by hours.
    let hour = if writer.is_multiple_of(3) { "23" } else { &time[11..13] };
    let time =
        format!("{}{hour}{}:{:02}.{:03}Z", &time[..11], &time[13..16], number % 60, writer % 1_000);
    run["id"] = id.clone().into();
    run["time"] = time.into();
    let shape = letter["document"]["functions"][0].clone();
    let function = |position: usize| function(&shape, chance(drawn, position as u64), position);
    let functions: Vec<Value> = (0..FUNCTIONS).map(function).collect();
    for function in &functions {
        sums.calls += function["calls"].as_u64().unwrap_or(0);
        for pair in function["histogram"].as_array().into_iter().flatten() {
            let (ns, count) = (pair[0].as_u64().unwrap_or(0), pair[1].as_u64().unwrap_or(0));
            *sums.buckets.entry(buckets::of(ns)).or_default() += count;
        }
    }
    letter["document"]["functions"] = functions.into();
    let metrics = letter["document"]["metrics"].as_array().map_or(0, Vec::len);
    assert!(metrics > 0, "the template has metrics of its own");
    sums.rows.insert(id.clone(), (FUNCTIONS, metrics));
    sums.documents.insert(id.clone(), letter["document"].to_string());
    let outbox = folder.join(".perf/outbox");
    fs::create_dir_all(&outbox).expect("a folder can be made");
    fs::write(outbox.join(format!("{id}.json")), letter.to_string()).expect("a letter is written");
}

fn function(shape: &Value, drawn: u64, position: usize) -> Value {
    let mut function = shape.clone();
    let name = HOSTILE.get(position).map_or_else(
        || format!("shop::module_{}::function_{position}", position % 7),
        |name| (*name).to_owned(),
    );
    let counts: Vec<u64> = (0..8).map(|bucket| 1 + chance(drawn, bucket) % 1_000).collect();
    let histogram: Vec<Value> = (0_u32..)
        .zip(&counts)
        .map(|(bucket, count)| {
            let place = u32::try_from(drawn % 30).unwrap_or(0) + 200 + bucket * 32;
            json!([buckets::lower_bound(place), count])
        })
        .collect();
    function["name"] = name.into();
    function["calls"] = counts.iter().sum::<u64>().into();
    function["self_ns"] = (1_000 + drawn % 1_000_000).into();
    function["histogram"] = histogram.into();
    function
}
