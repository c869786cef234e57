//! Metrics and their points.

use super::messages::{
    Buckets, CUMULATIVE, DELTA, Data, ExponentialHistogram, Gauge, HistogramPoint, KeyValue,
    Metric, Number, NumberPoint, Sum,
};
use super::{Temporality, attribute};
use crate::model::{FleetFunction, FleetProgram, FleetTotals};
use crate::stats::exponential::Exponential;
use crate::stats::number::float;

/// The most buckets of a histogram, empty ones in between included: that of OpenTelemetry's own libraries.
const MOST_BUCKETS: usize = 160;

/// Counters of functions: name, unit, description, and the value where a function has it.
const OF_FUNCTIONS: &[Counter] = &[
    ("perf.function.calls", "{call}", "Finished calls.", |it| Some(count(it.calls))),
    ("perf.function.self_time", "s", "Time outside tracked callees, over all threads.", |it| {
        Some(seconds(it.self_ns))
    }),
    ("perf.function.total_time", "s", "Time in calls, tracked callees included.", |it| {
        Some(seconds(it.total_ns))
    }),
    (
        "perf.function.errors",
        "{call}",
        "Calls that returned an error, where errors are told apart.",
        |it| it.errors.map(count),
    ),
    ("perf.function.panics", "{call}", "Calls that ended by unwinding.", |it| {
        (it.panics > 0).then(|| count(it.panics))
    }),
    ("perf.function.cancelled", "{call}", "Futures dropped before they were ready.", |it| {
        it.cancelled.map(count)
    }),
    ("perf.function.allocations", "{allocation}", "Allocations by the function itself.", |it| {
        it.allocs.map(count)
    }),
    ("perf.function.allocated", "By", "Bytes of the allocations by the function itself.", |it| {
        it.alloc_bytes.map(count)
    }),
];

type Counter = (&'static str, &'static str, &'static str, fn(&FleetFunction) -> Option<Number>);

/// The span of time of a point, and its temporality.
#[derive(Debug, Clone, Copy)]
struct Span {
    start: u64,
    end: u64,
    temporality: i32,
}

impl Span {
    fn of(totals: &FleetTotals, temporality: Temporality) -> Self {
        let temporality = match temporality {
            Temporality::Cumulative => CUMULATIVE,
            Temporality::Delta => DELTA,
        };
        let end = totals.unix_ns.max(totals.start_unix_ns);
        Self { start: totals.start_unix_ns, end, temporality }
    }

    fn point(self, attributes: Vec<KeyValue>, value: Number) -> NumberPoint {
        NumberPoint {
            start_time_unix_nano: self.start,
            time_unix_nano: self.end,
            value: Some(value),
            attributes,
        }
    }

    fn sum(self, (name, unit, about): Name, data_points: Vec<NumberPoint>) -> Option<Metric> {
        let data =
            Sum { data_points, aggregation_temporality: self.temporality, is_monotonic: true };
        (!data.data_points.is_empty()).then(|| metric((name, unit, about), Data::Sum(data)))
    }

    fn gauge(name: Name, mut data_points: Vec<NumberPoint>) -> Option<Metric> {
        // A gauge has no start.
        for point in &mut data_points {
            point.start_time_unix_nano = 0;
        }
        (!data_points.is_empty()).then(|| metric(name, Data::Gauge(Gauge { data_points })))
    }
}

/// The name of a metric, its unit, and its description.
type Name = (&'static str, &'static str, &'static str);

fn metric((name, unit, about): Name, data: Data) -> Metric {
    Metric {
        name: name.to_owned(),
        description: about.to_owned(),
        unit: unit.to_owned(),
        data: Some(data),
    }
}

/// Returns the metrics of functions.
pub(super) fn of_functions(
    totals: &FleetTotals,
    functions: &[FleetFunction],
    temporality: Temporality,
) -> Vec<Metric> {
    let span = Span::of(totals, temporality);
    let named = |it: &FleetFunction| vec![attribute("code.function.name", &it.name)];
    let counters = OF_FUNCTIONS.iter().filter_map(|(name, unit, about, value)| {
        let point = |it: &FleetFunction| Some(span.point(named(it), value(it)?));
        span.sum((name, unit, about), functions.iter().filter_map(point).collect())
    });
    let durations = ExponentialHistogram {
        data_points: functions.iter().filter_map(|it| histogram(span, it, named(it))).collect(),
        aggregation_temporality: span.temporality,
    };
    let about = "Duration of a call, tracked callees included; of calls that were timed.";
    let durations = (!durations.data_points.is_empty()).then(|| {
        metric(("perf.function.duration", "s", about), Data::ExponentialHistogram(durations))
    });
    let in_flight = functions.iter().filter(|_| is_live(totals));
    let in_flight = in_flight.map(|it| span.point(named(it), count(it.in_flight))).collect();
    let about = "Calls that have begun and not ended, in running processes.";
    let in_flight = Span::gauge(("perf.function.in_flight", "{call}", about), in_flight);
    counters.chain(durations).chain(in_flight).collect()
}

fn histogram(span: Span, it: &FleetFunction, attributes: Vec<KeyValue>) -> Option<HistogramPoint> {
    let made = Exponential::of(it.histogram.iter().copied()).spanning_at_most(MOST_BUCKETS);
    let (offset, bucket_counts) = made.dense();
    (made.count() > 0).then(|| HistogramPoint {
        attributes,
        start_time_unix_nano: span.start,
        time_unix_nano: span.end,
        count: made.count(),
        sum: Some(in_seconds(it.sum_ns)),
        scale: made.scale,
        zero_count: made.zero_count,
        positive: (!bucket_counts.is_empty()).then_some(Buckets { offset, bucket_counts }),
        min: it.min_ns.map(in_seconds),
        max: it.max_ns.map(in_seconds),
        zero_threshold: Exponential::zero_threshold(),
    })
}

/// Returns whether an agent made the sums, rather than a run that is over.
fn is_live(totals: &FleetTotals) -> bool {
    totals.agent.last_read_unix_ns > 0
}

/// Returns the metrics of a program as a whole.
pub(super) fn of_program(
    totals: &FleetTotals,
    program: &FleetProgram,
    temporality: Temporality,
) -> Vec<Metric> {
    let span = Span::of(totals, temporality);
    let one = |value: Number| vec![span.point(Vec::new(), value)];
    let named = |name: &str, value: Number| span.point(vec![attribute("perf.metric", name)], value);
    let counts = program.counts.iter().map(|(name, value)| named(name, count(*value)));
    let gauges = program.gauges.iter().filter(|(_, value)| value.is_finite());
    let gauges = gauges.map(|(name, value)| named(name, Number::AsDouble(*value)));
    let breakers = "Running processes whose recorder takes no times now, or on trial only.";
    let live = [
        Span::gauge(
            ("perf.processes.running", "{process}", "Processes that run now."),
            one(count(program.running)),
        ),
        Span::gauge(
            ("perf.recorder.open_breakers", "{process}", breakers),
            one(count(program.open_breakers)),
        ),
    ];
    let processes = [
        span.sum(
            ("perf.processes.ended", "{process}", "Processes that have ended."),
            one(count(program.ended)),
        ),
        span.sum(
            ("perf.recorder.lost_calls", "{call}", "Calls that could not be recorded."),
            one(count(program.lost_calls)),
        ),
        span.sum(
            ("perf.recorder.time", "s", "Time that recording took over all threads, estimated."),
            one(seconds(program.recording_ns)),
        ),
    ];
    let own = [
        span.sum(("perf.count", "1", "The program's own counts."), counts.collect()),
        Span::gauge(("perf.gauge", "1", "The program's own gauges and ratios."), gauges.collect()),
    ];
    let live = live.into_iter().filter(|_| is_live(totals));
    live.chain(processes).chain(own).flatten().collect()
}

/// Returns the agent's own metrics; none of sums that no agent made.
pub(super) fn of_agent(totals: &FleetTotals, temporality: Temporality) -> Vec<Metric> {
    let span = Span::of(totals, temporality);
    let agent = &totals.agent;
    if !is_live(totals) {
        return Vec::new();
    }
    let one = |value: Number| vec![span.point(Vec::new(), value)];
    [
        Span::gauge(
            ("perf.agent.read_time", "s", "Time that the last reading of all segments took."),
            one(seconds(agent.read_ns)),
        ),
        Span::gauge(
            ("perf.agent.last_read", "s", "The moment of the last reading, since 1970."),
            one(seconds(agent.last_read_unix_ns)),
        ),
        Span::gauge(
            ("perf.agent.damaged_segments", "{segment}", "Segments that cannot be read."),
            one(count(agent.damaged_segments)),
        ),
        Span::gauge(
            (
                "perf.agent.discarded_recordings",
                "{segment}",
                "Recordings discarded before they were read, until somebody collects their count.",
            ),
            one(count(agent.discarded_recordings)),
        ),
        span.sum(
            ("perf.agent.push_failures", "{attempt}", "Attempts to send something that failed."),
            one(count(agent.push_failures)),
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Counts the points of a metric.
pub(super) fn count_of(metric: &Metric) -> u64 {
    let points = match &metric.data {
        Some(Data::Gauge(it)) => it.data_points.len(),
        Some(Data::Sum(it)) => it.data_points.len(),
        Some(Data::ExponentialHistogram(it)) => it.data_points.len(),
        None => 0,
    };
    points as u64
}

fn count(count: u64) -> Number {
    Number::AsInt(i64::try_from(count).unwrap_or(i64::MAX))
}

fn seconds(ns: u64) -> Number {
    Number::AsDouble(in_seconds(ns))
}

fn in_seconds(ns: u64) -> f64 {
    float(ns) / 1e9
}
