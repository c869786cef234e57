//! promtool and Python's parsers take both texts of metrics, and find the figures of `show --format json`.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;

use perf_tests::consumers::{consumer, python};
use perf_tests::{Lab, Run, lab, program};
use serde_json::Value;

use super::{corpus, exported, script, with_names, workload};

/// A series by its name and labels.
type Series = BTreeMap<(String, BTreeMap<String, String>), f64>;

const NANOS: f64 = 1e9;

/// Asks promtool what is wrong with a text; false where it is not installed.
#[track_caller]
fn check(text: &Path) -> bool {
    let Some(mut promtool) = consumer("promtool") else { return false };
    promtool.args(["check", "metrics"]).stdin(File::open(text).unwrap());
    let output = promtool.output().unwrap();
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert_eq!((output.status.code(), &*complaints), (Some(0), ""));
    true
}

/// Makes blocks of a Prometheus server of a text with timestamps; the number of their series, where promtool is
/// installed.
#[track_caller]
fn blocks(lab: &Lab, text: &Path) -> Option<usize> {
    let folder = lab.folder().join("blocks");
    let mut promtool = consumer("promtool")?;
    promtool.args(["tsdb", "create-blocks-from", "openmetrics"]).arg(text).arg(folder);
    let output = promtool.output().unwrap();
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{complaints}");
    let table = String::from_utf8(output.stdout).unwrap();
    // … DURATION NUM-SAMPLES NUM-CHUNKS NUM-SERIES SIZE
    let row: Vec<&str> = table.lines().nth(1)?.split_whitespace().collect();
    Some(row[row.len() - 2].parse().unwrap())
}

/// Reads a text with Python's parser of that format; `None` where it is not installed.
#[track_caller]
fn read(format: &str, text: &Path) -> Option<Series> {
    let python = python("prometheus_client")?;
    let read = script(python, include_str!("metrics.py"), &[format, text.to_str().unwrap()]);
    let all: Vec<(String, BTreeMap<String, String>, f64)> = serde_json::from_value(read).unwrap();
    let count = all.len();
    let series: Series =
        all.into_iter().map(|(name, labels, value)| ((name, labels), value)).collect();
    assert_eq!(series.len(), count, "no series stands twice");
    Some(series)
}

/// Returns the value of the one series of that name whose labels hold these.
#[track_caller]
fn value(series: &Series, name: &str, labels: &[(&str, &str)]) -> Option<f64> {
    let fits = |has: &BTreeMap<String, String>| {
        labels.iter().all(|(label, value)| has.get(*label).is_some_and(|it| it == value))
    };
    let mut found = series.iter().filter(|((of, has), _)| of == name && fits(has));
    let first = found.next().map(|(_, value)| *value);
    assert!(found.next().is_none(), "{name} {labels:?}");
    first
}

/// Holds the series of each function against the fields of its JSON.
fn compare(series: &Series, run: &Run) {
    let functions = run.at("/functions").as_array().unwrap();
    for function in functions.iter().filter(|it| it["calls"] != 0) {
        let name = function["name"].as_str().unwrap();
        let of = |metric: &str| {
            value(series, &format!("perf_track_function_{metric}"), &[("function", name)])
        };
        let count = |field: &str| function[field].as_f64();
        let seconds = |field: &str| function[field].as_f64().map(|ns| ns / NANOS);
        assert_eq!(of("calls_total"), count("calls"), "{name}");
        assert_eq!(of("panics_total"), count("panics"), "{name}");
        assert_eq!(of("self_seconds_total"), seconds("self_ns"), "{name}");
        assert_eq!(of("allocated_bytes_total"), count("self_alloc_bytes"), "{name}");
        assert_eq!(of("allocations_total"), count("self_allocs"), "{name}");
        let errors = count("errors").filter(|_| function["classifies_errors"] == true);
        assert_eq!(of("errors_total"), errors, "{name}");
        for (quantile, field) in [("0.5", "p50_ns"), ("0.9", "p90_ns"), ("0.99", "p99_ns")] {
            let labels = [("function", name), ("quantile", quantile)];
            let metric = "perf_track_function_duration_seconds";
            assert_eq!(value(series, metric, &labels), seconds(field), "{name} {field}");
        }
        let (sum, measured) = (of("duration_seconds_sum"), of("duration_seconds_count"));
        let expected = count("calls").unwrap() - count("unmeasured_calls").unwrap();
        assert_eq!(measured, Some(expected).filter(|_| function["mean_ns"].is_number()), "{name}");
        let mean = sum.zip(measured).map(|(sum, calls)| (sum * NANOS).round() / calls);
        assert_eq!(mean, count("mean_ns"), "{name}");
        let polls = function["async"]["polls"].as_f64();
        assert_eq!(of("polls_total"), polls, "{name}");
    }
    let calls = functions.iter().filter_map(|it| it["calls"].as_f64()).sum::<f64>();
    let of =
        |name: &str| series.iter().filter(|((of, _), _)| of == name).map(|it| it.1).sum::<f64>();
    assert_eq!(format!("{}", of("perf_track_functions")), functions.len().to_string());
    assert!((of("perf_track_function_calls_total") - calls).abs() < 0.5);
}

/// Exports the newest run in both texts, and holds them against its JSON.
fn check_latest(lab: &Lab) -> Option<Series> {
    let prometheus = exported(lab, &["prometheus"], "metrics.prom");
    let open = exported(lab, &["openmetrics"], "metrics.om");
    check(&prometheus);
    let one = read("prometheus", &prometheus)?;
    assert_eq!(one, read("openmetrics", &open)?, "the same figures in both");
    compare(&one, &lab.latest());
    Some(one)
}

#[test]
fn figures_are_those_of_the_json() {
    let lab = lab!();
    workload(&lab, 77);
    let Some(series) = check_latest(&lab) else { return };
    let errors =
        value(&series, "perf_track_function_errors_total", &[("function", "workload::fallible")]);
    assert_eq!(errors, Some(22.0));
    assert_eq!(value(&series, "perf_track_run_exit_code", &[]), Some(0.0));
    let of_crate = [("crate", "workload"), ("function", "workload::outer")];
    assert_eq!(value(&series, "perf_track_function_calls_total", &of_crate), Some(154.0));
}

#[test]
fn allocations_polls_and_the_programs_own_metrics_are_there_where_they_were_counted() {
    for (program, arguments, metric) in [
        (
            program!("allocating"),
            ["2", "50", "return"].as_slice(),
            "function_allocated_bytes_total",
        ),
        (program!("futures"), &["4", "2", "stay", "drop"], "function_polls_total"),
        (program!("counting"), &["2", "10", "return"], "custom_total"),
    ] {
        let lab = lab!();
        let finished = lab.run(program, arguments);
        assert_eq!(finished.code, Some(0), "{program}: {}", finished.stderr);
        let Some(series) = check_latest(&lab) else { return };
        let name = format!("perf_track_{metric}");
        assert!(series.keys().any(|(of, _)| *of == name), "{program} {metric}");
        for (kind, name) in
            [("count", "custom_total"), ("gauge", "custom_value"), ("ratio", "custom_ratio")]
        {
            let run = lab.latest();
            for metric in
                run.at("/metrics").as_array().unwrap().iter().filter(|it| it["kind"] == kind)
            {
                let labels = [("metric", metric["name"].as_str().unwrap())];
                let found = value(&series, &format!("perf_track_{name}"), &labels);
                assert_eq!(found, metric["value"].as_f64(), "{metric}");
            }
        }
    }
}

#[test]
fn a_server_takes_the_past() {
    let lab = lab!();
    workload(&lab, 7);
    let text = exported(&lab, &["openmetrics", "--timestamps"], "metrics.om");
    let Some(count) = blocks(&lab, &text) else { return };
    if let Some(series) = read("openmetrics", &text) {
        assert_eq!(count, series.len());
    }
    let without = exported(&lab, &["openmetrics"], "without.om");
    let lines = |path: &Path| std::fs::read_to_string(path).unwrap().lines().count();
    assert_eq!(lines(&text), lines(&without));
}

#[test]
fn each_name_of_the_corpus_comes_back_as_it_is() {
    let names = corpus::names();
    let lab = with_names(&names, false);
    let prometheus = exported(&lab, &["prometheus", "--all"], "metrics.prom");
    let open = exported(&lab, &["openmetrics", "--all", "--timestamps"], "metrics.om");
    check(&prometheus);
    blocks(&lab, &open);
    for (format, text) in [("prometheus", &prometheus), ("openmetrics", &open)] {
        let Some(series) = read(format, text) else { return };
        for (at, name) in (1_u32..).zip(&names).filter(|(_, name)| !name.is_empty()) {
            let calls = value(&series, "perf_track_function_calls_total", &[("function", name)]);
            assert_eq!(calls, Some(f64::from(at)), "{format} {name:?}");
        }
    }
}

#[test]
fn of_many_functions_the_heaviest_are_written_and_the_rest_is_counted() {
    let names: Vec<String> =
        (0..10_000).map(|at| format!("app::module_{}::f{at}", at % 40)).collect();
    let lab = with_names(&names, false);
    let text = exported(&lab, &["prometheus"], "metrics.prom");
    assert!(std::fs::metadata(&text).unwrap().len() < 200_000);
    check(&text);
    if let Some(series) = read("prometheus", &text) {
        let state = |state| value(&series, "perf_track_functions", &[("state", state)]);
        assert_eq!((state("exported"), state("omitted")), (Some(200.0), Some(9_800.0)));
        let omitted = (1..=9_800_u32).map(f64::from).sum();
        assert_eq!(value(&series, "perf_track_omitted_calls_total", &[]), Some(omitted));
    }
    let all = exported(&lab, &["openmetrics", "--all"], "all.om");
    assert!(std::fs::metadata(&all).unwrap().len() < 20_000_000);
    if let Some(Value::Array(series)) = python("prometheus_client").map(|python| {
        script(python, include_str!("metrics.py"), &["openmetrics", all.to_str().unwrap()])
    }) {
        let is_calls = |it: &&Value| it[0] == "perf_track_function_calls_total";
        assert_eq!(series.iter().filter(is_calls).count(), 10_000);
    }
}
