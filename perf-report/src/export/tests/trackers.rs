//! Tests of the formats of trackers: Bencher, github-action-benchmark, Go's benchmarks.

use std::collections::HashSet;

use proptest::prelude::*;
use serde_json::Value;

use super::arbitrary;
use crate::error::ExitCode;
use crate::export::functions::visible;
use crate::export::{Format, Options, Source, corpus};
use crate::model::{Metric, RunDocument, samples};
use crate::verdict::{Limits, compare};

const TRACKERS: [Format; 3] = [Format::Bmf, Format::GithubActionBenchmark, Format::Benchfmt];

fn text(format: Format, source: &Source<'_>, options: &Options) -> String {
    String::from_utf8(format.write(source, options).unwrap()).unwrap()
}

fn json(format: Format, run: &RunDocument, options: &Options) -> Value {
    serde_json::from_str(&text(format, &Source::of(run), options)).unwrap()
}

/// Returns the names of the functions in a format, without that of the command.
fn names(format: Format, run: &RunDocument, options: &Options) -> Vec<String> {
    let own = |name: &String| name != "(command)";
    match format {
        Format::Bmf => {
            let all = json(format, run, options);
            all.as_object().unwrap().keys().filter(|name| own(name)).cloned().collect()
        }
        Format::GithubActionBenchmark => {
            let all = json(format, run, options);
            let name = |entry: &Value| entry["name"].as_str().unwrap().to_owned();
            all.as_array().unwrap().iter().map(name).filter(own).collect()
        }
        _ => {
            let text = text(format, &Source::of(run), options);
            let lines = text.lines().filter_map(|line| line.strip_prefix("BenchmarkCall/"));
            let name =
                |line: &str| line.split(' ').next().unwrap().rsplit_once('-').unwrap().0.to_owned();
            lines.map(name).collect()
        }
    }
}

#[test]
fn a_run_for_each_tracker() {
    let (mut old, mut new) = (samples::typical(), samples::changed());
    for run in [&mut old, &mut new] {
        run.process.wall_ns = Some(912_400_000);
    }
    let comparison = compare(&old, &new, &Limits::default());
    let source = Source { run: &new, baseline: Some(&old), comparison: Some(&comparison) };
    let top = Options { top: Some(2), ..Options::default() };
    insta::assert_snapshot!("bmf", text(Format::Bmf, &source, &top));
    insta::assert_snapshot!(
        "github_action_benchmark",
        text(Format::GithubActionBenchmark, &source, &top)
    );
    let run = samples::allocating();
    insta::assert_snapshot!("benchfmt", text(Format::Benchfmt, &Source::of(&run), &top));
}

#[test]
fn an_interval_holds_its_value() {
    let (old, new) = (samples::typical(), samples::changed());
    let comparison = compare(&old, &new, &Limits::default());
    let source = Source { run: &new, baseline: Some(&old), comparison: Some(&comparison) };
    let all: Value =
        serde_json::from_str(&text(Format::Bmf, &source, &Options::default())).unwrap();
    let latencies = all.as_object().unwrap().values().map(|it| &it["latency"]);
    let known: Vec<_> = latencies.filter(|it| it["lower_value"].is_number()).collect();
    let judged = comparison.functions.iter().filter(|row| row.metric == Metric::MeanNs);
    assert!(judged.clone().any(|row| row.interval_pct.is_some()) && !known.is_empty());
    for latency in known {
        let [low, value, high] =
            ["lower_value", "value", "upper_value"].map(|it| latency[it].as_f64().unwrap());
        assert!(low <= value && value <= high, "{latency}");
    }
}

#[test]
fn every_name_has_an_entry_of_its_own() {
    let corpus = corpus::names();
    let run = arbitrary::named(&corpus);
    let all = Options { all: true, ..Options::default() };
    for format in TRACKERS {
        let names = names(format, &run, &all);
        assert_eq!(names.len(), corpus.len(), "{format:?}");
        assert_eq!(names.iter().collect::<HashSet<_>>().len(), corpus.len(), "{format:?}");
        for name in &names {
            assert!(!name.contains(char::is_control) && !name.is_empty(), "{format:?} {name:?}");
            assert!(name.chars().count() <= 1024 + 4, "{format:?} {name:?}");
        }
    }
    let found = names(Format::Bmf, &run, &all);
    assert!(corpus.iter().all(|name| found.contains(&visible(name, 1024))), "as people see them");
    for name in names(Format::GithubActionBenchmark, &run, &all) {
        assert!(!name.contains(['|', '`']), "{name}");
    }
}

#[test]
fn few_functions_are_tracked_unless_all_are_asked_for() {
    let many: Vec<String> = (0..300).map(|at| format!("demo::f{at}")).collect();
    let run = arbitrary::named(&many);
    for (format, usual) in TRACKERS.into_iter().zip([200, 20, 200]) {
        assert_eq!(names(format, &run, &Options::default()).len(), usual);
        let top = Options { top: Some(7), ..Options::default() };
        assert_eq!(names(format, &run, &top).len(), 7);
        let all = Options { all: true, ..Options::default() };
        assert_eq!(names(format, &run, &all).len(), 300);
    }
}

#[test]
fn a_run_without_times_is_refused_aloud() {
    let mut run = samples::counted();
    run.process.wall_ns = None;
    run.functions.retain(|function| function.mean_ns.is_none());
    for run in [run, samples::empty()] {
        for format in TRACKERS {
            let error = format.write(&Source::of(&run), &Options::default()).unwrap_err();
            assert_eq!(error.code, ExitCode::NothingToJudge);
        }
    }
}

proptest! {
    #[test]
    fn any_run_has_names_that_are_unique_and_values_that_are_numbers(
        run in arbitrary::run(),
        all in any::<bool>(),
    ) {
        let options = Options { all, ..Options::default() };
        for format in TRACKERS {
            let Ok(bytes) = format.write(&Source::of(&run), &options) else { continue };
            prop_assert!(std::str::from_utf8(&bytes).is_ok());
            let names = names(format, &run, &options);
            prop_assert_eq!(names.iter().collect::<HashSet<_>>().len(), names.len());
        }
        if let Ok(bytes) = Format::GithubActionBenchmark.write(&Source::of(&run), &options) {
            let entries: Vec<Value> = serde_json::from_slice(&bytes).unwrap();
            for entry in entries {
                prop_assert!(entry["value"].as_f64().is_some_and(|value| value > 0.0), "{}", entry);
            }
        }
    }
}
