//! The metrics of a fleet in Prometheus' protobuf, the only form in which it takes native histograms: messages
//! of `io.prometheus.client`, as far as they are written, each behind its length.
//!
//! A histogram has its classic buckets beside the native ones, for servers that are told to keep both. It has
//! at most 160 native buckets that hold anything, made by [`crate::stats::exponential`].

use prost::{Enumeration, Message};

use super::{Family, Kind, Sample, Value, fleet};
use crate::model::{FleetFunction, FleetTotals};
use crate::stats::exponential::Exponential;
use crate::stats::number::float;

/// The most native buckets of a histogram.
const MOST_BUCKETS: usize = 160;

#[derive(Clone, PartialEq, Message)]
pub(super) struct MetricFamily {
    #[prost(string, tag = "1")]
    pub(super) name: String,
    #[prost(string, tag = "2")]
    help: String,
    #[prost(enumeration = "MetricType", optional, tag = "3")]
    kind: Option<i32>,
    #[prost(message, repeated, tag = "4")]
    pub(super) metric: Vec<Metric>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Enumeration)]
enum MetricType {
    Counter = 0,
    Gauge = 1,
    Histogram = 4,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Metric {
    #[prost(message, repeated, tag = "1")]
    label: Vec<Label>,
    #[prost(message, optional, tag = "2")]
    gauge: Option<Number>,
    #[prost(message, optional, tag = "3")]
    pub(super) counter: Option<Number>,
    #[prost(message, optional, tag = "7")]
    pub(super) histogram: Option<Histogram>,
}

#[derive(Clone, PartialEq, Message)]
struct Label {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(string, tag = "2")]
    value: String,
}

#[derive(Clone, Copy, PartialEq, Message)]
pub(super) struct Number {
    #[prost(double, optional, tag = "1")]
    pub(super) value: Option<f64>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Histogram {
    #[prost(uint64, optional, tag = "1")]
    pub(super) sample_count: Option<u64>,
    #[prost(double, optional, tag = "2")]
    sample_sum: Option<f64>,
    #[prost(message, repeated, tag = "3")]
    pub(super) bucket: Vec<Bucket>,
    #[prost(sint32, optional, tag = "5")]
    schema: Option<i32>,
    #[prost(double, optional, tag = "6")]
    zero_threshold: Option<f64>,
    #[prost(uint64, optional, tag = "7")]
    pub(super) zero_count: Option<u64>,
    #[prost(message, repeated, tag = "12")]
    pub(super) positive_span: Vec<Span>,
    /// The first count, and of each further one the difference to the one before it.
    #[prost(sint64, repeated, tag = "13")]
    pub(super) positive_delta: Vec<i64>,
}

#[derive(Clone, Copy, PartialEq, Message)]
pub(super) struct Bucket {
    #[prost(uint64, optional, tag = "1")]
    pub(super) cumulative_count: Option<u64>,
    #[prost(double, optional, tag = "2")]
    upper_bound: Option<f64>,
}

/// Buckets without a gap.
#[derive(Clone, Copy, PartialEq, Message)]
pub(super) struct Span {
    /// The index of the first span; of each further one the gap before it.
    #[prost(sint32, optional, tag = "1")]
    pub(super) offset: Option<i32>,
    #[prost(uint32, optional, tag = "2")]
    pub(super) length: Option<u32>,
}

/// Writes the series of a fleet.
pub(in crate::export) fn fleet(totals: &FleetTotals) -> Vec<u8> {
    let mut bytes = Vec::new();
    for family in families(totals) {
        bytes.extend(family.encode_length_delimited_to_vec());
    }
    bytes
}

pub(super) fn families(totals: &FleetTotals) -> Vec<MetricFamily> {
    let mut families: Vec<MetricFamily> =
        fleet::without_durations(totals).iter().map(plain).collect();
    families.extend(Some(durations(totals)).filter(|it| !it.metric.is_empty()));
    families
}

fn plain(family: &Family) -> MetricFamily {
    let is_counter = family.kind == Kind::Counter;
    let (kind, suffix) =
        if is_counter { (MetricType::Counter, "_total") } else { (MetricType::Gauge, "") };
    let metric = |sample: &Sample| {
        let value = Some(Number { value: Some(number(sample.value)) });
        let (counter, gauge) = if is_counter { (value, None) } else { (None, value) };
        Metric { label: labels(&sample.labels), counter, gauge, ..Metric::default() }
    };
    MetricFamily {
        name: format!("{}{suffix}", family.name),
        help: family.help.to_owned(),
        kind: Some(kind as i32),
        metric: family.samples.iter().map(metric).collect(),
    }
}

fn durations(totals: &FleetTotals) -> MetricFamily {
    let functions = totals.programs.iter().flat_map(|program| {
        program.functions.iter().map(move |function| (program.name.as_str(), function))
    });
    let functions = functions.filter(|(_, function)| !function.histogram.is_empty());
    let metric = |(program, it): (&str, &FleetFunction)| {
        let label =
            |(name, value): (&str, &str)| Label { name: name.to_owned(), value: value.to_owned() };
        Metric {
            label: [("program", program), ("function", &it.name)].map(label).to_vec(),
            histogram: Some(histogram(it)),
            ..Metric::default()
        }
    };
    MetricFamily {
        name: fleet::DURATION.0.to_owned(),
        help: fleet::DURATION.1.to_owned(),
        kind: Some(MetricType::Histogram as i32),
        metric: functions.map(metric).collect(),
    }
}

fn histogram(function: &FleetFunction) -> Histogram {
    let native = Exponential::of(function.histogram.iter().copied()).filling_at_most(MOST_BUCKETS);
    let classic = fleet::cumulative(function);
    Histogram {
        sample_count: Some(native.count()),
        sample_sum: Some(float(function.sum_ns) / 1e9),
        bucket: classic
            .map(|(bound_ns, count)| Bucket {
                cumulative_count: Some(count),
                upper_bound: Some(float(bound_ns) / 1e9),
            })
            .collect(),
        schema: Some(native.scale),
        zero_threshold: Some(Exponential::zero_threshold()),
        zero_count: Some(native.zero_count),
        positive_span: spans(&native.buckets),
        positive_delta: deltas(&native.buckets),
    }
}

/// Groups buckets that follow each other. Prometheus counts one higher.
fn spans(buckets: &[(i32, u64)]) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    let mut next = 0;
    for (index, _) in buckets {
        let index = index + 1;
        match spans.last_mut().and_then(|last| last.length.as_mut()) {
            Some(length) if index == next => *length += 1,
            _ => spans.push(Span { offset: Some(index - next), length: Some(1) }),
        }
        next = index + 1;
    }
    spans
}

fn deltas(buckets: &[(i32, u64)]) -> Vec<i64> {
    let signed = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    let before = std::iter::once(0).chain(buckets.iter().map(|(_, count)| signed(*count)));
    buckets.iter().zip(before).map(|((_, count), before)| signed(*count) - before).collect()
}

fn number(value: Value) -> f64 {
    match value {
        Value::Count(count) => float(count),
        Value::Ns(ns) => float(ns) / 1e9,
        Value::Real(value) => value,
    }
}

/// Reads labels as [`super::labels`] writes them.
fn labels(written: &str) -> Vec<Label> {
    let mut labels = Vec::new();
    let mut rest = written;
    while let Some((name, after)) = rest.split_once("=\"") {
        let mut value = String::new();
        let mut characters = after.char_indices();
        let mut end = after.len();
        while let Some((at, character)) = characters.next() {
            match character {
                '"' => {
                    end = at + 1;
                    break;
                }
                '\\' => match characters.next() {
                    Some((_, 'n')) => value.push('\n'),
                    Some((_, other)) => value.push(other),
                    None => {}
                },
                other => value.push(other),
            }
        }
        labels.push(Label { name: name.to_owned(), value });
        rest = after[end..].trim_start_matches(',');
    }
    labels
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::collection::btree_map;
    use proptest::prelude::*;

    use super::*;
    use crate::export::corpus;

    #[test]
    fn labels_are_read_as_they_were_before_they_were_written() {
        for name in corpus::names().iter().filter(|name| !name.is_empty()) {
            let read = labels(&super::super::labels(&[("program", name), ("function", name)]));
            assert_eq!(read.len(), 2, "{name:?}");
            assert!(read.iter().all(|label| label.value == *name), "{name:?}");
        }
    }

    proptest! {
        #[test]
        fn spans_and_deltas_hold_every_bucket(recorded in btree_map(0_u32..1_408, 1_u64..1_000, 0..500)) {
            let function = FleetFunction {
                histogram: recorded.into_iter().collect(),
                ..FleetFunction::default()
            };
            let made = histogram(&function);
            prop_assert_eq!(made.sample_count, Some(function.timed()));
            let (mut counts, mut at, mut count) = (BTreeMap::new(), 0, 0);
            let mut deltas = made.positive_delta.iter();
            for span in &made.positive_span {
                at += span.offset.unwrap();
                for _ in 0..span.length.unwrap() {
                    count += deltas.next().unwrap();
                    counts.insert(at - 1, count.unsigned_abs());
                    at += 1;
                }
            }
            prop_assert!(deltas.next().is_none() && counts.len() <= 160);
            let native = Exponential::of(function.histogram.iter().copied()).filling_at_most(160);
            prop_assert_eq!(counts.into_iter().collect::<Vec<_>>(), native.buckets);
            prop_assert!(made.bucket.is_sorted_by_key(|it| it.cumulative_count));
        }
    }
}
