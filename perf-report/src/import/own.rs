//! Run documents that a program of the user's own writes: `perf-track/run`, or several of them in a
//! `perf-track/baseline`. Whatever is left out is as in an empty run, so that a few fields are enough.
//!
//! Unlike results of tools, which are as they are, such a document is refused as a whole where something in it
//! cannot be: its writer can mend it. The message names the place.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::imported::{Imported, ImportedRun, Mistake, Recorded};
use super::measured::impossible;
use super::notes::Notes;
use crate::model::{
    BASELINE_SCHEMA, BASELINE_VERSION, Benchmark, CustomMetric, Function, FunctionKind,
    ProcessSummary, RUN_SCHEMA, RUN_VERSION, Recording, Run, Statistic, Suite, TreeNode,
};
use crate::stats::number::{float, whole};
use crate::stats::robust;

/// Reads the runs of a document, oldest first.
///
/// # Errors
/// Where it is no document, or something in it cannot be; the sentence names the place.
pub(crate) fn read(text: &str) -> Result<Imported, Mistake> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim().is_empty() {
        return Err(Mistake::Unreadable("it is empty".to_owned()));
    }
    let document: Value = serde_json::from_str(text)
        .map_err(|error| Mistake::Unreadable(format!("it is no JSON: {error}")))?;
    let schema = document.get("schema").and_then(Value::as_str).unwrap_or_default();
    let version = document.get("version").and_then(Value::as_u64);
    let known = match schema {
        RUN_SCHEMA => RUN_VERSION,
        BASELINE_SCHEMA => BASELINE_VERSION,
        "" => return Err(wrong("schema", format!("a run has {RUN_SCHEMA:?} there"))),
        other => {
            return Err(wrong("schema", format!("it is {other:?}, and a run has {RUN_SCHEMA:?}")));
        }
    };
    if version != Some(u64::from(known)) {
        return Err(wrong("version", format!("{schema} is read in version {known}")));
    }
    let mut runs = Vec::new();
    if schema == RUN_SCHEMA {
        runs.push(run(&document, "")?);
    } else {
        for (at, one) in list(&document, "", "runs")?.iter().enumerate() {
            runs.push(run(one, &format!("runs[{at}]."))?);
        }
    }
    Ok(Imported { runs, is_group: false, notes: Notes::default() }.in_order())
}

fn wrong(place: &str, why: impl std::fmt::Display) -> Mistake {
    Mistake::Unreadable(format!("`{place}`: {why}"))
}

fn run(document: &Value, place: &str) -> Result<ImportedRun, Mistake> {
    let facts: Run = part(document, place, "run")?;
    let process: ProcessSummary = part(document, place, "process")?;
    let is_recorded = process.count > 0;
    let functions = list(document, place, "functions")?.iter().enumerate();
    let functions = functions
        .map(|(at, one)| function(one, &format!("{place}functions[{at}]"), is_recorded))
        .collect::<Result<Vec<_>, _>>()?;
    alike(
        functions.iter().map(|it| it.identity.as_ref().map_or(it.name.clone(), |own| own.full())),
    )?;
    let metrics = list(document, place, "metrics")?.iter().enumerate();
    let metrics = metrics
        .map(|(at, one)| metric(one, &format!("{place}metrics[{at}]")))
        .collect::<Result<Vec<_>, _>>()?;
    alike(metrics.iter().map(|it| format!("{} ({})", it.name, it.kind)))?;
    let suites = list(document, place, "suites")?.iter().enumerate();
    let suites = suites
        .map(|(at, one)| suite(one, &format!("{place}suites[{at}]")))
        .collect::<Result<Vec<_>, _>>()?;
    alike(suites.iter().map(|it| it.name.clone()))?;
    let (wall_ns, peak_rss_bytes) = (process.wall_ns, process.peak_rss_bytes);
    let recorded = is_recorded.then(|| recorded(document, place, (&facts, process), &functions));
    let git = facts.git.unwrap_or_default();
    Ok(ImportedRun {
        time: time(&facts.time, place)?,
        commit: commit(&git.commit, place)?,
        branch: git.branch,
        dirty: git.dirty,
        exit_code: facts.exit_code,
        wall_ns,
        peak_rss_bytes,
        machine: facts.machine,
        functions,
        metrics,
        suites,
        recorded: recorded.transpose()?.map(Box::new),
    })
}

fn recorded(
    document: &Value,
    place: &str,
    (facts, process): (&Run, ProcessSummary),
    functions: &[Function],
) -> Result<Recorded, Mistake> {
    let recording: Recording = part(document, place, "recording")?;
    let names: BTreeSet<&str> = functions.iter().map(|it| it.name.as_str()).collect();
    let mut tree: Vec<TreeNode> = Vec::new();
    for (at, one) in list(document, place, "tree")?.iter().enumerate() {
        let place = format!("{place}tree[{at}]");
        let node: TreeNode = filled(one, &place)?;
        let is_known = |parent: u32| tree.iter().rev().any(|it| it.id == parent);
        if node.parent.is_some_and(|parent| parent >= node.id || !is_known(parent)) {
            return Err(wrong(&format!("{place}.parent"), "no node before it has this id"));
        }
        if tree.last().is_some_and(|last| node.id <= last.id) {
            return Err(wrong(&format!("{place}.id"), "ids go up from node to node"));
        }
        if !names.contains(node.function.as_str()) {
            return Err(wrong(&format!("{place}.function"), "no function has this name"));
        }
        tree.push(node);
    }
    Ok(Recorded { process, tree, recording, toolchain: facts.toolchain.clone() })
}

/// Reads a function. Where no process recorded, one without a kind is a benchmark.
fn function(given: &Value, place: &str, is_recorded: bool) -> Result<Function, Mistake> {
    let mut function: Function = filled(given, place)?;
    named(&function.name, place)?;
    if given.get("kind").is_none() && !is_recorded {
        function.kind = FunctionKind::Benchmark;
    }
    if function.kind.is_function() && !is_recorded {
        let why = "functions are of processes that recorded, and `process.count` is 0: it is a \
                   benchmark, suite or test";
        return Err(wrong(&format!("{place}.kind"), why));
    }
    if let Some(own) = given.get("benchmark").filter(|it| !it.is_null()) {
        let own: Benchmark = filled(own, &format!("{place}.benchmark"))?;
        function.benchmark = Some(Box::new(own));
    }
    times(&function, place)?;
    if !function.kind.is_function() {
        complete(&mut function, given);
    }
    Ok(function)
}

/// Checks the times of a function that are numbers of any kind.
fn times(function: &Function, place: &str) -> Result<(), Mistake> {
    let check = |name: String, ns: f64, may_be_zero: bool| match impossible(ns, may_be_zero) {
        Some(odd) => Err(wrong(&format!("{place}.{name}"), format!("{odd} is no time"))),
        None => Ok(()),
    };
    let own = [("mean_ns", function.mean_ns), ("stddev_ns", function.stddev_ns)];
    for (name, ns) in own.into_iter().filter_map(|(name, ns)| Some((name, ns?))) {
        check(name.to_owned(), ns, true)?;
    }
    let Some(benchmark) = &function.benchmark else { return Ok(()) };
    for (at, ns) in benchmark.samples_ns.iter().enumerate() {
        check(format!("benchmark.samples_ns[{at}]"), *ns, true)?;
    }
    for (at, ns) in benchmark.cpu_samples_ns.iter().enumerate() {
        check(format!("benchmark.cpu_samples_ns[{at}]"), *ns, true)?;
    }
    if let Some((low, high)) = benchmark.interval_ns {
        check("benchmark.interval_ns[0]".to_owned(), low, true)?;
        check("benchmark.interval_ns[1]".to_owned(), high, true)?;
        if low > high {
            return Err(wrong(&format!("{place}.benchmark.interval_ns"), "its ends are exchanged"));
        }
    }
    Ok(())
}

/// Fills in what follows from the rest of a benchmark, suite or test: its value, its calls, their time.
fn complete(function: &mut Function, given: &Value) {
    if function.kind == FunctionKind::Benchmark {
        let own = function.benchmark.get_or_insert_with(|| {
            Box::new(Benchmark { statistic: Statistic::Single, ..Benchmark::default() })
        });
        if function.mean_ns.is_none() && !own.samples_ns.is_empty() {
            function.mean_ns = robust::median(&own.samples_ns);
            own.statistic = Statistic::Median;
        }
    }
    if given.get("calls").is_none() {
        let iterations = function.benchmark.as_ref().and_then(|own| own.iterations);
        function.calls = iterations.unwrap_or(1).max(1);
    }
    if given.get("total_ns").is_none() {
        function.total_ns =
            function.mean_ns.map_or(0, |ns| whole((ns * float(function.calls)).round()));
    }
    if given.get("self_ns").is_none() {
        function.self_ns = function.total_ns;
    }
}

fn metric(given: &Value, place: &str) -> Result<CustomMetric, Mistake> {
    if given.get("kind").is_none() {
        return Err(wrong(&format!("{place}.kind"), "it is missing: count, gauge or ratio"));
    }
    let metric: CustomMetric = filled(given, place)?;
    named(&metric.name, place)?;
    Ok(metric)
}

fn suite(given: &Value, place: &str) -> Result<Suite, Mistake> {
    let suite: Suite = filled(given, place)?;
    named(&suite.name, place)?;
    Ok(suite)
}

fn named(name: &str, place: &str) -> Result<(), Mistake> {
    let is_named = !name.trim().is_empty();
    is_named.then_some(()).ok_or_else(|| wrong(&format!("{place}.name"), "it has no name"))
}

fn alike(names: impl Iterator<Item = String>) -> Result<(), Mistake> {
    let mut seen = BTreeSet::new();
    for name in names {
        if seen.contains(&name) {
            return Err(Mistake::Alike(name));
        }
        seen.insert(name);
    }
    Ok(())
}

fn time(text: &str, place: &str) -> Result<Option<Timestamp>, Mistake> {
    if text.is_empty() {
        return Ok(None);
    }
    let why = "it is no time in RFC 3339, such as 2026-11-20T09:15:00Z";
    text.parse().map(Some).map_err(|_| wrong(&format!("{place}run.time"), why))
}

fn commit(hash: &str, place: &str) -> Result<Option<String>, Mistake> {
    let is_hash = (4..=64).contains(&hash.len()) && hash.bytes().all(|it| it.is_ascii_hexdigit());
    match hash.is_empty() {
        true => Ok(None),
        false if is_hash => Ok(Some(hash.to_lowercase())),
        false => Err(wrong(&format!("{place}run.git.commit"), "it is no hash of a commit")),
    }
}

/// Returns a list of the document; an empty one where it is left out.
fn list<'a>(document: &'a Value, place: &str, name: &str) -> Result<&'a [Value], Mistake> {
    match document.get(name) {
        None => Ok(&[]),
        Some(Value::Array(items)) => Ok(items),
        Some(_) => Err(wrong(&format!("{place}{name}"), "it is no list")),
    }
}

/// Reads an object of the document; an empty one where it is left out.
fn part<T: Default + Serialize + DeserializeOwned>(
    document: &Value,
    place: &str,
    name: &str,
) -> Result<T, Mistake> {
    document.get(name).map_or_else(|| Ok(T::default()), |it| filled(it, &format!("{place}{name}")))
}

/// Reads an object, whose missing fields are those of an empty one. An error names the field.
fn filled<T: Default + Serialize + DeserializeOwned>(
    given: &Value,
    place: &str,
) -> Result<T, Mistake> {
    let Value::Object(given) = given else { return Err(wrong(place, "it is no object")) };
    let empty = serde_json::to_value(T::default()).unwrap_or_default();
    let read = |fields: &mut dyn Iterator<Item = (&String, &Value)>| {
        let mut all: Map<String, Value> = empty.as_object().cloned().unwrap_or_default();
        for (name, value) in fields {
            put(&mut all, name, value);
        }
        serde_json::from_value::<T>(Value::Object(all))
    };
    read(&mut given.iter()).map_err(|error| {
        // One field at a time tells which it is.
        let alone = given.iter().find_map(|(name, value)| {
            let error = read(&mut std::iter::once((name, value))).err()?;
            Some(wrong(&format!("{place}.{name}"), error))
        });
        alone.unwrap_or_else(|| wrong(place, error))
    })
}

/// Puts a field in the place of the empty one. Objects in it are completed, too, where the empty one has one.
fn put(all: &mut Map<String, Value>, name: &str, value: &Value) {
    match (all.get_mut(name), value) {
        (Some(Value::Object(own)), Value::Object(given)) => {
            for (name, value) in given {
                put(own, name, value);
            }
        }
        _ if name == "git" && value.is_object() => {
            let mut whole = serde_json::to_value(crate::model::Git::default()).unwrap_or_default();
            if let (Value::Object(own), Value::Object(given)) = (&mut whole, value) {
                own.extend(given.iter().map(|(name, value)| (name.clone(), value.clone())));
            }
            all.insert(name.to_owned(), whole);
        }
        // Completed by its reader.
        _ if name == "benchmark" => {}
        _ => {
            all.insert(name.to_owned(), value.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{MetricKind, samples};

    fn one(text: &str) -> ImportedRun {
        read(text).unwrap().runs.remove(0)
    }

    #[test]
    fn a_few_fields_are_a_run() {
        let run = one(r#"{"schema":"perf-track/run","version":1,
            "run":{"time":"2026-11-20T09:15:00Z","git":{"commit":"abc123"}},
            "functions":[{"name":"decode","mean_ns":1250.5},
                         {"name":"encode","benchmark":{"samples_ns":[3,1,2],"iterations":30}}],
            "metrics":[{"name":"size","kind":"gauge","value":12}]}"#);
        let [decode, encode] = &run.functions[..] else { panic!("{run:?}") };
        assert_eq!(
            (decode.kind, decode.mean_ns, decode.calls),
            (FunctionKind::Benchmark, Some(1250.5), 1)
        );
        assert_eq!((encode.mean_ns, encode.calls, encode.total_ns), (Some(2.0), 30, 60));
        assert_eq!((run.metrics[0].kind, run.metrics[0].value), (MetricKind::Gauge, Some(12.0)));
        assert_eq!(run.commit.as_deref(), Some("abc123"));
        assert!(run.time.is_some() && run.recorded.is_none());
    }

    #[test]
    fn a_run_of_ours_comes_back_whole() {
        let run = samples::typical();
        let imported = one(&serde_json::to_string(&run).unwrap());
        assert_eq!(imported.functions, run.functions);
        let recorded = imported.recorded.unwrap();
        assert_eq!((recorded.tree, recorded.process), (run.tree, run.process));
        let several = format!(
            r#"{{"schema":"perf-track/baseline","version":1,"runs":[{0},{0}]}}"#,
            serde_json::to_string(&samples::typical()).unwrap()
        );
        assert_eq!(read(&several).unwrap().runs.len(), 2);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        let fails = |rest: &str| {
            let text = format!(r#"{{"schema":"perf-track/run","version":1,{rest}}}"#);
            read(&text).unwrap_err().to_string()
        };
        let functions = |one: &str| fails(&format!(r#""functions":[{{"name":"f"}},{one}]"#));
        assert_eq!(read(" ").unwrap_err().to_string(), "it is empty");
        assert!(read("{").unwrap_err().to_string().starts_with("it is no JSON: EOF"));
        let shown = [
            read("{}").unwrap_err().to_string(),
            read(r#"{"schema":"perf-track/run","version":2}"#).unwrap_err().to_string(),
            fails(r#""functions":{}"#),
            fails(r#""run":{"time":"yesterday"}"#),
            fails(r#""run":{"git":{"commit":"main"}}"#),
            fails(r#""process":{"wall_ns":"long"}"#),
            functions("3"),
            functions("{}"),
            functions(r#"{"name":"f"}"#),
            functions(r#"{"name":"g","mean_ns":-1}"#),
            functions(r#"{"name":"g","calls":-1}"#),
            functions(r#"{"name":"g","kind":"function"}"#),
            functions(r#"{"name":"g","benchmark":{"samples_ns":[1,-2]}}"#),
            functions(r#"{"name":"g","benchmark":{"interval_ns":[2,1]}}"#),
            functions(r#"{"name":"g","benchmark":{"statistic":"best"}}"#),
            fails(r#""metrics":[{"name":"m"}]"#),
            fails(r#""metrics":[{"name":"m","kind":"sum"}]"#),
            fails(r#""process":{"count":1},"tree":[{"function":"x"}]"#),
        ];
        insta::assert_snapshot!(shown.join("\n"), @r#"
        `schema`: a run has "perf-track/run" there
        `version`: perf-track/run is read in version 1
        `functions`: it is no list
        `run.time`: it is no time in RFC 3339, such as 2026-11-20T09:15:00Z
        `run.git.commit`: it is no hash of a commit
        `process.wall_ns`: invalid type: string "long", expected u64
        `functions[1]`: it is no object
        `functions[1].name`: it has no name
        it has two results of the name "f", and nothing tells them apart
        `functions[1].mean_ns`: below zero is no time
        `functions[1].calls`: invalid value: integer `-1`, expected u64
        `functions[1].kind`: functions are of processes that recorded, and `process.count` is 0: it is a benchmark, suite or test
        `functions[1].benchmark.samples_ns[1]`: below zero is no time
        `functions[1].benchmark.interval_ns`: its ends are exchanged
        `functions[1].benchmark.statistic`: unknown variant `best`, expected one of `mean`, `median`, `slope`, `single`
        `metrics[0].kind`: it is missing: count, gauge or ratio
        `metrics[0].kind`: unknown variant `sum`, expected one of `count`, `gauge`, `ratio`
        `tree[0].function`: no function has this name
        "#);
    }
}
