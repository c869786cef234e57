//! oha's JSON. `successRate` counts every answer, also one of status 503, and leaves out what a deadline cut
//! off, so success is counted by status here. The histogram of eleven equal buckets is no source of
//! percentiles; those that are given are.

use serde::Deserialize;

use super::imported::{Imported, ImportedRun, Mistake};
use super::json::{self, Entries};
use super::measured::{Measured, gauge};
use super::notes::Notes;
use super::numbers::{Lenient, lenient};
use crate::model::{Better, CustomMetric, MetricKind, Statistic};
use crate::stats::number::{float, whole};

const NS: f64 = 1e9;

/// The name of what was measured.
const NAME: &str = "http";

#[derive(Debug, Deserialize)]
struct Document {
    summary: Summary,
    #[serde(rename = "latencyPercentiles", default)]
    percentiles: Entries<Lenient>,
    #[serde(rename = "statusCodeDistribution", default)]
    by_status: Entries<Lenient>,
    #[serde(rename = "errorDistribution", default)]
    errors: Entries<Lenient>,
}

#[derive(Debug, Deserialize)]
struct Summary {
    #[serde(default, deserialize_with = "lenient")]
    slowest: Option<f64>,
    #[serde(default, deserialize_with = "lenient")]
    fastest: Option<f64>,
    #[serde(default, deserialize_with = "lenient")]
    average: Option<f64>,
    #[serde(default, deserialize_with = "lenient")]
    total: Option<f64>,
    #[serde(rename = "requestsPerSec", default, deserialize_with = "lenient")]
    rate: Option<f64>,
    #[serde(rename = "totalData", default, deserialize_with = "lenient")]
    bytes: Option<f64>,
}

/// Reads the load.
pub(super) fn read(text: &str) -> Result<Imported, Mistake> {
    let document: Document = json::document(text, "oha")?;
    let count = |entries: &Entries<Lenient>, is: fn(&str) -> bool| {
        let of = entries.0.iter().filter(|(name, _)| is(name)).filter_map(|(_, count)| count.0);
        of.fold(0_u64, |sum, count| sum.saturating_add(whole(count)))
    };
    let answers = count(&document.by_status, |_| true);
    let good = count(&document.by_status, |status| status.starts_with(['2', '3']));
    let mut notes = Notes::default();
    for (error, number) in &document.errors.0 {
        let number = number.0.map_or(0, whole);
        notes.problem(
            "kind",
            "of request without an answer, which no time is of",
            &format!("{error} ({number})"),
        );
    }
    let percentile = |at: &str| {
        let of = document.percentiles.0.iter().find(|(name, _)| name == at);
        of.and_then(|(_, value)| value.0).map(|value| value * NS)
    };
    let summary = &document.summary;
    let measured = Measured {
        name: NAME.to_owned(),
        value_ns: summary.average.map(|it| it * NS),
        statistic: Statistic::Mean,
        iterations: (answers > 0).then_some(answers),
        errors: (answers > 0).then_some(answers - good),
        percentiles_ns: ["p50", "p90", "p95", "p99"].map(percentile),
        ends_ns: [summary.fastest, summary.slowest].map(|it| it.map(|it| it * NS)),
        ..Measured::default()
    };
    if measured.value_ns.is_none() && answers == 0 {
        return Ok(Imported { notes, ..Imported::default() });
    }
    let mut metrics = Vec::new();
    metrics.extend(gauge(
        NAME,
        "requests-per-second",
        &Vec::from_iter(summary.rate),
        Some(Better::Higher),
    ));
    metrics.extend(gauge(NAME, "bytes", &Vec::from_iter(summary.bytes), None));
    metrics.extend(success(answers, good));
    let wall_ns = summary.total.map(|it| whole((it * NS).round()));
    let functions = measured.checked(&mut notes).map(Measured::function).into_iter().collect();
    Ok(Imported::one(ImportedRun { wall_ns, functions, metrics, ..ImportedRun::default() }, notes))
}

/// Returns the part of the answers that were good.
fn success(answers: u64, good: u64) -> Option<CustomMetric> {
    (answers > 0).then(|| CustomMetric {
        name: format!("{NAME}/success-rate"),
        kind: MetricKind::Ratio,
        value: Some(float(good) / float(answers)),
        samples: Some(answers),
        part: Some(good),
        whole: Some(answers),
        better: Some(Better::Higher),
        ..CustomMetric::default()
    })
}
