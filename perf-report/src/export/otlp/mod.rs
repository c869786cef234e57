//! Metrics of OpenTelemetry: the sums of an agent as requests to a collector, and a run as a file of the same.
//!
//! Names are those of OpenTelemetry where it has any: a function is the attribute `code.function.name`, its
//! program the resource. Durations are exponential histograms, by [`crate::stats::exponential`], of at most
//! 160 buckets, which is what its own libraries send. A file has both forms: `otlp` is a request as it is
//! posted, `otlp-json` the same for people and for a collector's file receiver.

mod answer;
mod delta;
mod messages;
mod of_run;
mod points;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;

use prost::Message as _;

use super::exposition::CHOICES;
use super::{Against, Facts, NO_CALL, Options, RECORDS_NOTHING, Source, nothing};
use crate::error::{ExitCode, UserError};
use crate::model::{FleetFunction, FleetProgram, FleetTotals};
use messages::{AnyValue, KeyValue, MetricsData, Resource, ResourceMetrics, Scope, ScopeMetrics};

pub use answer::{Rejected, rejected};
pub use delta::since;

pub(super) const FACTS: Facts = Facts {
    word: "otlp",
    about: "Metrics of OpenTelemetry, protobuf: POST to /v1/metrics of a collector",
    against: Against::Nothing("export both runs, and compare the series"),
    choices: &CHOICES,
    is_binary: true,
};

pub(super) const FACTS_JSON: Facts = Facts {
    word: "otlp-json",
    about: "The same as OTLP/JSON: for people, and for a collector's otlpjsonfile receiver",
    against: FACTS.against,
    choices: &CHOICES,
    is_binary: false,
};

/// The bytes of a request, beyond which another one is made. Collectors take 20 MiB, behind proxies 1 or 4.
pub const LARGEST_REQUEST: usize = 1 << 20;

/// The moment since which the counters of a point count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Temporality {
    /// The start of the agent: each push holds everything.
    #[default]
    Cumulative,
    /// The push before it.
    Delta,
}

/// The sender of metrics, as its resources name it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sender {
    /// `service.instance.id`: the host and agent, or the run.
    pub instance: String,
    /// Further attributes of every resource.
    pub attributes: Vec<(String, String)>,
    /// Temporality of what is sent. The sums that are handed over must fit: see [`since`].
    pub temporality: Temporality,
}

/// The body of one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// The message, in protobuf.
    pub body: Vec<u8>,
    /// Number of its data points.
    pub points: u64,
}

/// Makes the requests that hold these sums, each of at most so many bytes as far as one function fits into it.
pub fn batches(totals: &FleetTotals, sender: &Sender, largest: usize) -> Vec<Batch> {
    let mut made = Vec::new();
    let mut open = MetricsData::default();
    for part in parts(totals, sender, largest) {
        if open.encoded_len() + part.encoded_len() > largest && !open.resource_metrics.is_empty() {
            made.push(batch(&std::mem::take(&mut open)));
        }
        open.resource_metrics.push(part);
    }
    if !open.resource_metrics.is_empty() {
        made.push(batch(&open));
    }
    made
}

fn batch(data: &MetricsData) -> Batch {
    let resources = data.resource_metrics.iter();
    let metrics = resources.flat_map(|it| &it.scope_metrics).flat_map(|it| &it.metrics);
    Batch { body: data.encode_to_vec(), points: metrics.map(points::count_of).sum() }
}

/// Writes a run as a request.
///
/// # Errors
/// Where no tracked function was called.
pub(super) fn write(source: &Source<'_>, options: &Options) -> Result<Vec<u8>, UserError> {
    Ok(data_of(source, options)?.encode_to_vec())
}

/// Writes a run as OTLP/JSON, on one line, as a collector's receiver reads it.
///
/// # Errors
/// Where no tracked function was called.
pub(super) fn write_json(source: &Source<'_>, options: &Options) -> Result<Vec<u8>, UserError> {
    let data = data_of(source, options)?;
    let mut text = serde_json::to_vec(&data).map_err(|error| {
        UserError::new(ExitCode::Internal, "the metrics cannot be written").because(error)
    })?;
    text.push(b'\n');
    Ok(text)
}

fn data_of(source: &Source<'_>, options: &Options) -> Result<MetricsData, UserError> {
    let (totals, sender) = of_run::totals(source.run, options);
    if totals.programs.iter().all(|program| program.functions.is_empty()) {
        return Err(nothing(source.run, NO_CALL, RECORDS_NOTHING));
    }
    let program = |program| resource_of(&totals, program, &program.functions, true, &sender);
    Ok(MetricsData { resource_metrics: totals.programs.iter().map(program).collect() })
}

/// Returns the resources of all programs, in parts that fit, and that of the agent.
fn parts(totals: &FleetTotals, sender: &Sender, largest: usize) -> Vec<ResourceMetrics> {
    let mut made = Vec::new();
    for program in &totals.programs {
        // What is of the program itself stands in the first part.
        let mut left = VecDeque::from([(program.functions.as_slice(), true)]);
        while let Some((functions, is_first)) = left.pop_front() {
            let part = resource_of(totals, program, functions, is_first, sender);
            if part.encoded_len() <= largest || functions.len() <= 1 {
                made.push(part);
                continue;
            }
            let (front, back) = functions.split_at(functions.len() / 2);
            left.push_front((back, false));
            left.push_front((front, is_first));
        }
    }
    made.push(resource(
        ("perf-report-agent", sender),
        None,
        points::of_agent(totals, sender.temporality),
    ));
    made.retain(|part| part.scope_metrics.iter().any(|scope| !scope.metrics.is_empty()));
    made
}

fn resource_of(
    totals: &FleetTotals,
    program: &FleetProgram,
    functions: &[FleetFunction],
    with_program: bool,
    sender: &Sender,
) -> ResourceMetrics {
    let mut metrics = points::of_functions(totals, functions, sender.temporality);
    if with_program {
        metrics.extend(points::of_program(totals, program, sender.temporality));
    }
    resource((&program.name, sender), program.build.commit.as_deref(), metrics)
}

fn resource(
    (name, sender): (&str, &Sender),
    commit: Option<&str>,
    metrics: Vec<messages::Metric>,
) -> ResourceMetrics {
    let own = [("service.name", name), ("service.instance.id", &sender.instance)];
    let commit = commit.map(|commit| ("vcs.ref.head.revision", commit));
    let own: Vec<_> = own.into_iter().chain(commit).collect();
    let is_own = |key: &str| own.iter().any(|(own, _)| *own == key);
    let further = sender.attributes.iter().filter(|(key, _)| !is_own(key));
    let further = further.map(|(key, value)| attribute(key, value));
    let attributes = own.iter().map(|(key, value)| attribute(key, value)).chain(further);
    ResourceMetrics {
        resource: Some(Resource { attributes: attributes.collect() }),
        scope_metrics: vec![ScopeMetrics {
            scope: Some(Scope {
                name: "perf-track".to_owned(),
                version: env!("CARGO_PKG_VERSION").to_owned(),
            }),
            metrics,
        }],
    }
}

fn attribute(key: &str, value: &str) -> KeyValue {
    KeyValue { key: key.to_owned(), value: Some(AnyValue { string_value: value.to_owned() }) }
}

/// Counts the calls in the body of a request.
#[cfg(test)]
pub(crate) fn calls_in(body: &[u8]) -> u64 {
    let data = MetricsData::decode(body).unwrap();
    let metrics = data.resource_metrics.iter().flat_map(|it| &it.scope_metrics);
    let calls = metrics.flat_map(|it| &it.metrics).filter(|it| it.name == "perf.function.calls");
    let of = |metric: &messages::Metric| match &metric.data {
        Some(messages::Data::Sum(sum)) => sum
            .data_points
            .iter()
            .map(|it| match it.value {
                Some(messages::Number::AsInt(calls)) => calls.unsigned_abs(),
                _ => 0,
            })
            .sum(),
        _ => 0,
    };
    calls.map(of).sum()
}
