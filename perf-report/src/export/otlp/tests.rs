//! Requests hold all of the sums, in the shape that collectors read.

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;

use super::messages::{Data, HistogramPoint, Metric, Number};
use super::*;
use crate::export::{Format, Options, Source};
use crate::model::{AgentFigures, samples};

fn function() -> impl Strategy<Value = FleetFunction> {
    let histogram = btree_map(0_u32..1_408, 1_u64..1_000_000, 0..40);
    (histogram, any::<u32>(), any::<bool>()).prop_map(|(histogram, ns, tells_errors)| {
        let histogram: Vec<(u32, u64)> = histogram.into_iter().collect();
        let calls = histogram.iter().map(|(_, count)| *count).sum();
        FleetFunction {
            calls,
            errors: tells_errors.then_some(calls / 3),
            self_ns: u64::from(ns),
            total_ns: u64::from(ns) * 2,
            sum_ns: u64::from(ns) * 2,
            histogram,
            ..FleetFunction::default()
        }
    })
}

fn totals() -> impl Strategy<Value = FleetTotals> {
    vec(vec(function(), 0..12), 1..4).prop_map(|programs| {
        let program = |(at, functions): (usize, Vec<FleetFunction>)| FleetProgram {
            name: format!("program {at}"),
            functions: (0..).zip(functions).map(named).collect(),
            counts: vec![("rows".to_owned(), 7)],
            ..FleetProgram::default()
        };
        FleetTotals {
            unix_ns: 2_000,
            start_unix_ns: 1_000,
            programs: programs.into_iter().enumerate().map(program).collect(),
            agent: AgentFigures { last_read_unix_ns: 2_000, ..AgentFigures::default() },
        }
    })
}

fn named((at, function): (usize, FleetFunction)) -> FleetFunction {
    FleetFunction { name: format!("app::f{at}"), ..function }
}

/// Returns all metrics of these requests with the name of their program.
fn read(batches: &[Batch]) -> Vec<(String, Metric)> {
    let mut all = Vec::new();
    for batch in batches {
        let data = MetricsData::decode(batch.body.as_slice()).unwrap();
        let mut points = 0;
        for part in data.resource_metrics {
            let resource = part.resource.unwrap();
            let name = resource.attributes[0].value.as_ref().unwrap().string_value.clone();
            for metric in part.scope_metrics.into_iter().flat_map(|it| it.metrics) {
                points += points::count_of(&metric);
                all.push((name.clone(), metric));
            }
        }
        assert_eq!(points, batch.points);
    }
    all
}

fn histograms(all: &[(String, Metric)]) -> Vec<&HistogramPoint> {
    let histograms = all.iter().filter_map(|(_, metric)| match &metric.data {
        Some(Data::ExponentialHistogram(it)) => Some(&it.data_points),
        _ => None,
    });
    histograms.flatten().collect()
}

/// Sums an integer counter over all points.
fn sum(all: &[(String, Metric)], name: &str) -> i64 {
    let of = |metric: &Metric| match &metric.data {
        Some(Data::Sum(sum)) => sum
            .data_points
            .iter()
            .map(|it| match it.value {
                Some(Number::AsInt(value)) => value,
                _ => 0,
            })
            .sum(),
        _ => 0,
    };
    all.iter().filter(|(_, metric)| metric.name == name).map(|(_, metric)| of(metric)).sum()
}

proptest! {
    #[test]
    fn requests_are_small_and_hold_everything(totals in totals(), largest in 300_usize..20_000) {
        let sender = Sender::default();
        let (one, many) =
            (batches(&totals, &sender, usize::MAX), batches(&totals, &sender, largest));
        prop_assert_eq!(one.len(), 1);
        let (one, many) = (read(&one), read(&many));
        for name in ["perf.function.calls", "perf.function.errors", "perf.count"] {
            prop_assert_eq!(sum(&one, name), sum(&many, name), "{}", name);
        }
        let calls: u64 = totals.programs.iter().flat_map(|it| &it.functions).map(|it| it.calls).sum();
        prop_assert_eq!(sum(&many, "perf.function.calls").unsigned_abs(), calls);
        let timed: u64 = histograms(&many).iter().map(|it| it.count).sum();
        prop_assert_eq!(timed, calls);
    }

    #[test]
    fn a_request_that_could_be_parted_is_not_too_large(totals in totals(), largest in 4_000_usize..20_000) {
        for batch in batches(&totals, &Sender::default(), largest) {
            prop_assert!(batch.body.len() <= largest + 16, "{} > {}", batch.body.len(), largest);
        }
    }

    #[test]
    fn counts_of_a_histogram_are_those_of_its_buckets(totals in totals()) {
        let all = read(&batches(&totals, &Sender::default(), LARGEST_REQUEST));
        for point in histograms(&all) {
            let counts = point.positive.as_ref().map_or(&[][..], |it| &it.bucket_counts);
            prop_assert!(counts.len() <= 160);
            prop_assert_eq!(point.count, point.zero_count + counts.iter().sum::<u64>());
        }
    }

    /// Differences of any looks, added up, are the sums of the last one.
    #[test]
    fn differences_add_up(looks in vec(totals(), 1..5)) {
        let mut now = FleetTotals::default();
        let (mut calls, mut timed, mut rows) = (0, 0, 0);
        for look in looks {
            let before = now.clone();
            now = sum_of(&before, look);
            let difference = since(&now, &before);
            prop_assert_eq!(difference.start_unix_ns, before.unix_ns);
            let all = read(&batches(&difference, &Sender::default(), LARGEST_REQUEST));
            calls += sum(&all, "perf.function.calls");
            rows += sum(&all, "perf.count");
            timed += histograms(&all).iter().map(|it| it.count).sum::<u64>();
        }
        let all = read(&batches(&now, &Sender::default(), LARGEST_REQUEST));
        prop_assert_eq!(calls, sum(&all, "perf.function.calls"));
        prop_assert_eq!(rows, sum(&all, "perf.count"));
        prop_assert_eq!(timed, histograms(&all).iter().map(|it| it.count).sum::<u64>());
    }
}

/// Adds what one look found to the sums before it, by the names of programs and functions.
fn sum_of(before: &FleetTotals, mut now: FleetTotals) -> FleetTotals {
    now.unix_ns += before.unix_ns;
    for program in &before.programs {
        let Some(of_now) = now.programs.iter_mut().find(|it| it.name == program.name) else {
            now.programs.push(program.clone());
            continue;
        };
        of_now.counts[0].1 += program.counts[0].1;
        for function in &program.functions {
            match of_now.functions.iter_mut().find(|it| it.name == function.name) {
                Some(sum) => add(sum, function),
                None => of_now.functions.push(function.clone()),
            }
        }
    }
    now
}

fn add(sum: &mut FleetFunction, function: &FleetFunction) {
    sum.calls += function.calls;
    sum.self_ns += function.self_ns;
    let both = sum.histogram.iter().chain(&function.histogram).copied();
    sum.histogram = perf_runtime::snapshot::Histogram::from_buckets(both).buckets().to_vec();
}

/// Returns a metric of a small run as OTLP/JSON.
fn of_a_small_run(name: &str) -> String {
    let mut run = samples::of(&[(None, "app::parse", 3, 4_500)]);
    run.functions[0].histogram = vec![(0, 1), (1_024, 2)];
    run.functions[0].mean_ns = Some(1_500.0);
    let text = Format::OtlpJson.write(&Source::of(&run), &Options::default()).unwrap();
    let value: serde_json::Value = serde_json::from_slice(&text).unwrap();
    let metrics = &value["resourceMetrics"][0]["scopeMetrics"][0]["metrics"];
    let found = metrics.as_array().unwrap().iter().find(|it| it["name"] == name);
    serde_json::to_string_pretty(found.unwrap()).unwrap()
}

#[test]
fn text_has_enums_as_numbers_and_large_integers_as_text() {
    insta::assert_snapshot!(of_a_small_run("perf.function.calls"), @r#"
    {
      "description": "Finished calls.",
      "name": "perf.function.calls",
      "sum": {
        "aggregationTemporality": 2,
        "dataPoints": [
          {
            "asInt": "3",
            "attributes": [
              {
                "key": "code.function.name",
                "value": {
                  "stringValue": "app::parse"
                }
              }
            ],
            "startTimeUnixNano": "1795218352000000000",
            "timeUnixNano": "1795218352012400000"
          }
        ],
        "isMonotonic": true
      },
      "unit": "{call}"
    }
    "#);
}

#[test]
fn a_histogram_has_its_scale_and_the_index_of_its_first_bucket() {
    insta::assert_snapshot!(of_a_small_run("perf.function.duration"), @r#"
    {
      "description": "Duration of a call, tracked callees included; of calls that were timed.",
      "exponentialHistogram": {
        "aggregationTemporality": 2,
        "dataPoints": [
          {
            "attributes": [
              {
                "key": "code.function.name",
                "value": {
                  "stringValue": "app::parse"
                }
              }
            ],
            "count": "3",
            "max": 8.55e-6,
            "min": 4.65e-7,
            "positive": {
              "bucketCounts": [
                "2"
              ],
              "offset": -1273
            },
            "scale": 6,
            "startTimeUnixNano": "1795218352000000000",
            "sum": 4.5e-6,
            "timeUnixNano": "1795218352012400000",
            "zeroCount": "1",
            "zeroThreshold": 9.313225746154785e-10
          }
        ]
      },
      "name": "perf.function.duration",
      "unit": "s"
    }
    "#);
}

#[test]
fn both_files_hold_the_same() {
    let run = samples::typical();
    let (source, options) = (Source::of(&run), Options::default());
    let bytes = Format::Otlp.write(&source, &options).unwrap();
    let data = MetricsData::decode(bytes.as_slice()).unwrap();
    let text = Format::OtlpJson.write(&source, &options).unwrap();
    assert_eq!(serde_json::to_vec(&data).unwrap(), text.trim_ascii_end());
    let sender = &data.resource_metrics[0].resource.as_ref().unwrap().attributes;
    let keys: Vec<&str> = sender.iter().map(|it| it.key.as_str()).collect();
    assert!(keys.starts_with(&["service.name", "service.instance.id"]), "{keys:?}");
}
