//! Tests of both texts: their lines, their names, and that no series stands in them twice.

use std::collections::{BTreeMap, HashSet};

use proptest::prelude::*;

use super::{Value, labels};
use crate::export::tests::arbitrary;
use crate::export::{Format, Options, Source, corpus};
use crate::model::{Function, MetricKind, RunDocument, samples};

/// A series: its name, its labels, and its value.
type Series = (String, BTreeMap<String, String>, String);

fn text(format: Format, run: &RunDocument, options: &Options) -> String {
    String::from_utf8(format.write(&Source::of(run), options).unwrap()).unwrap()
}

/// Reads the series of a text as its readers do: `\\`, `\"` and `\n` are the only escapes.
fn series(text: &str) -> Vec<Series> {
    let lines = text.split('\n').filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| read(line).unwrap_or_else(|| panic!("{line:?}"))).collect()
}

fn read(line: &str) -> Option<Series> {
    let name_end = line.find(['{', ' '])?;
    let (name, mut rest) = line.split_at(name_end);
    let mut labels = BTreeMap::new();
    if let Some(inside) = rest.strip_prefix('{') {
        rest = inside;
        while !rest.starts_with('}') {
            rest = rest.strip_prefix(',').unwrap_or(rest);
            let (label, value) = rest.split_once("=\"")?;
            let (value, after) = unescaped(value)?;
            assert!(labels.insert(label.to_owned(), value).is_none(), "{line:?}");
            rest = after;
        }
        rest = rest.strip_prefix('}')?;
    }
    let value = rest.strip_prefix(' ')?.split(' ').next()?;
    value.parse::<f64>().ok()?;
    Some((name.to_owned(), labels, value.to_owned()))
}

fn unescaped(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut chars = text.chars();
    loop {
        match chars.next()? {
            '"' => return Some((value, chars.as_str())),
            '\\' => value.push(match chars.next()? {
                'n' => '\n',
                c @ ('\\' | '"') => c,
                _ => return None,
            }),
            c => value.push(c),
        }
    }
}

/// Returns the value of the series of a name, by its label.
fn of<'a>(all: &'a [Series], name: &str, label: &str) -> Vec<(&'a str, &'a str)> {
    let found = all.iter().filter(|series| series.0 == name);
    let value =
        |series: &'a Series| (series.1.get(label).map_or("", String::as_str), series.2.as_str());
    found.map(value).collect()
}

#[test]
fn values_lose_nothing() {
    let values = [
        (Value::Count(u64::MAX), "18446744073709551615"),
        (Value::Ns(0), "0"),
        (Value::Ns(8), "0.000000008"),
        (Value::Ns(2_110_000_000), "2.11"),
        (Value::Ns(u64::MAX), "18446744073.709551615"),
        (Value::Real(0.1), "0.1"),
        (Value::Real(1e300), "1e300"),
        (Value::Real(-2.5), "-2.5"),
    ];
    for (value, expected) in values {
        assert_eq!(value.text(), expected);
    }
}

#[test]
fn a_label_ends_where_it_should() {
    let labels = labels(&[("a", "x\"y\\z\nnew"), ("gone", ""), ("b", "{}, =")]);
    assert_eq!(&*labels, r#"a="x\"y\\z\nnew",b="{}, =""#);
}

const BOTH: [Format; 2] = [Format::Prometheus, Format::OpenMetrics];

#[test]
fn a_run_as_text() {
    let options = Options { top: Some(2), ..Options::default() };
    insta::assert_snapshot!("prometheus", text(Format::Prometheus, &samples::typical(), &options));
    let mut run = samples::sampled();
    run.metrics = samples::with_metrics(1_200.0, 3.5, 0.5).metrics;
    let options = Options { timestamps: true, ..options };
    insta::assert_snapshot!("openmetrics", text(Format::OpenMetrics, &run, &options));
    insta::assert_snapshot!("empty", text(Format::OpenMetrics, &samples::empty(), &options));
}

#[test]
fn what_was_not_counted_has_no_series() {
    let all = |run: &RunDocument| series(&text(Format::Prometheus, run, &Options::default()));
    let typical = all(&samples::typical());
    let errors = of(&typical, "perf_track_function_errors_total", "function");
    assert_eq!(errors, [("code_stats::parse::parse_file", "3")]);
    assert!(of(&typical, "perf_track_function_allocated_bytes_total", "function").is_empty());
    let allocating = all(&samples::allocating());
    let bytes = of(&allocating, "perf_track_function_allocated_bytes_total", "function");
    assert!(bytes.contains(&("code_stats::parse::tokenize", "4616704")), "{bytes:?}");
    assert!(of(&typical, "perf_track_function_polls_total", "function").is_empty());
    let serving = all(&samples::serving());
    assert!(!of(&serving, "perf_track_function_polls_total", "function").is_empty());
    let counted = all(&samples::counted());
    let durations = of(&counted, "perf_track_function_duration_seconds_count", "function");
    assert!(!durations.iter().any(|(name, _)| name.ends_with("weigh")), "{durations:?}");
    let marks = of(&counted, "perf_track_function_inexact", "how");
    assert!(marks.contains(&("at_least", "1")), "{marks:?}");
}

#[test]
fn every_name_comes_back() {
    let names = corpus::names();
    let mut run = arbitrary::named(&names);
    for name in &names {
        run.metrics.push(samples::metric(name, MetricKind::Count, Some(1.0)));
    }
    let all = Options { all: true, ..Options::default() };
    for format in BOTH {
        let text = text(format, &run, &all);
        let series = series(&text);
        for (family, label) in
            [("perf_track_function_calls_total", "function"), ("perf_track_custom_total", "metric")]
        {
            let found: HashSet<_> = of(&series, family, label).into_iter().map(|it| it.0).collect();
            assert_eq!(found, names.iter().map(String::as_str).collect::<HashSet<_>>());
        }
    }
}

#[test]
fn functions_of_one_name_are_two_series() {
    let mut run = arbitrary::named(&["demo::f".to_owned()]);
    let twin = Function { file: "src/other.rs".to_owned(), ..run.functions[0].clone() };
    run.functions.extend([twin.clone(), twin]);
    let all = series(&text(Format::Prometheus, &run, &Options::default()));
    assert_eq!(of(&all, "perf_track_function_calls_total", "file").len(), 2);
    let states = of(&all, "perf_track_functions", "state");
    assert_eq!(states, [("exported", "2"), ("omitted", "1"), ("never_called", "0")]);
}

#[test]
fn a_run_without_a_time_has_no_timestamps() {
    let mut run = samples::typical();
    run.run.time = "yesterday".to_owned();
    let options = Options { timestamps: true, ..Options::default() };
    let error = Format::OpenMetrics.write(&Source::of(&run), &options).unwrap_err();
    assert!(error.to_string().contains("yesterday"), "{error}");
    assert!(!text(Format::OpenMetrics, &run, &Options::default()).contains("start_time"));
}

proptest! {
    #[test]
    fn no_series_stands_twice_and_no_call_is_lost(
        run in arbitrary::run(),
        top in proptest::option::of(0_usize..6),
        all in any::<bool>(),
    ) {
        let options = Options { top, all, ..Options::default() };
        let [one, other] = BOTH.map(|format| series(&text(format, &run, &options)));
        prop_assert_eq!(&one, &other, "both texts have the same series");
        let mut seen = HashSet::new();
        for (name, labels, _) in &one {
            prop_assert!(seen.insert((name, labels)), "{} {:?}", name, labels);
        }
        let sum = |name: &str| of(&one, name, "").iter().map(|it| it.1.parse::<u64>().unwrap()).sum::<u64>();
        let calls = run.functions.iter().map(|function| function.calls).sum::<u64>();
        let written = sum("perf_track_function_calls_total") + sum("perf_track_omitted_calls_total");
        prop_assert_eq!(written, calls);
        prop_assert_eq!(sum("perf_track_functions"), run.functions.len() as u64);
    }
}
