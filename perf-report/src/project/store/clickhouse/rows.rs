//! A run as rows of the tables, of one JSON object a line. Pure: of the same run, the same bytes are made.

use serde_json::{Map, Value, json};

use super::functions;
use crate::model::{RunDocument, fnv1a};
use crate::project::store::entry::Entry;
use crate::record::collect::SegmentId;

/// The most rows of one request.
const MOST: usize = 5_000;

/// The first and the last second of time that partitions are made of.
const SECONDS: std::ops::RangeInclusive<i64> = 345_600..=4_294_000_000;

/// The facts that stand in all rows of a run.
#[derive(Debug)]
pub(super) struct Common<'a> {
    project: &'a str,
    id: &'a str,
    series: u64,
    time: i64,
}

impl<'a> Common<'a> {
    pub(super) fn of(project: &'a str, run: &'a RunDocument) -> Self {
        let time = run.run.time.parse::<jiff::Timestamp>().map_or(0, jiff::Timestamp::as_second);
        let time = time.clamp(*SECONDS.start(), *SECONDS.end());
        Self { project, id: &run.run.id, series: series(project, run), time }
    }

    /// Returns the rows of the functions, a text a request.
    pub(super) fn functions(&self, run: &RunDocument) -> impl Iterator<Item = Vec<u8>> {
        let rows = run.functions.iter().enumerate().map(|(position, function)| {
            let mut row = functions::columns(function);
            self.add(&mut row, "run");
            row.insert("series".to_owned(), self.series.into());
            row.insert("position".to_owned(), position.into());
            row
        });
        requests(rows)
    }

    /// Returns the rows of the metrics, a text a request.
    pub(super) fn metrics(&self, run: &RunDocument) -> impl Iterator<Item = Vec<u8>> {
        let rows = run.metrics.iter().enumerate().map(|(position, metric)| {
            let mut row = object(json!({
                "series": self.series,
                "name": metric.name,
                "kind": metric.kind.word(),
                "position": position,
                "value": metric.value,
                "part": metric.part,
                "whole": metric.whole,
                "samples": metric.samples,
            }));
            self.add(&mut row, "run");
            row
        });
        requests(rows)
    }

    /// Returns the row of the document.
    pub(super) fn document(&self, document: &str) -> Vec<u8> {
        let mut row = object(json!({ "document": document }));
        self.add(&mut row, "id");
        line(&row)
    }

    /// Returns the row of the run itself.
    pub(super) fn run(&self, run: &RunDocument, place: &Place<'_>) -> Vec<u8> {
        let entry = Entry::of(run);
        let process = &run.process;
        let cpu = process.user_ns.unwrap_or(0).saturating_add(process.system_ns.unwrap_or(0));
        let segments: Vec<i64> = place.segments.iter().map(|segment| segment.0).collect();
        let names = json!({
            "label": entry.label, "tags": entry.tags, "command": entry.command, "subject": run.subject(),
            "machine_key": entry.machine_key, "crates": entry.build.crates,
            "recorder": entry.build.recorder, "branch": entry.branch, "commit": entry.commit,
            "dirty": u8::from(entry.dirty), "source": entry.source, "group_id": entry.group,
            "round": run.run.round.unwrap_or(0),
        });
        let facts = json!({
            "made": place.made, "stored": place.stored, "series": self.series, "started": entry.time,
            "exit_code": entry.exit_code, "signal": entry.signal, "processes": process.count,
            "functions": entry.functions, "wall_ns": entry.wall_ns, "cpu_ns": cpu,
            "peak_rss_bytes": process.peak_rss_bytes.unwrap_or(0), "segments": segments,
            "schema_version": run.version, "digest": place.digest, "head": head(run),
            "version": place.version, "removed": place.state,
        });
        let mut row = object(names);
        row.extend(object(facts));
        self.add(&mut row, "id");
        line(&row)
    }

    fn add(&self, row: &mut Map<String, Value>, id: &str) {
        row.insert("project".to_owned(), self.project.into());
        row.insert(id.to_owned(), self.id.into());
        row.insert("time".to_owned(), self.time.into());
    }
}

/// The place of a run in the store.
#[derive(Debug)]
pub(super) struct Place<'a> {
    pub(super) made: i64,
    pub(super) stored: i64,
    pub(super) version: u32,
    /// One of [`STORED`](super::columns::STORED) and those beside it.
    pub(super) state: u8,
    pub(super) digest: &'a str,
    pub(super) segments: &'a [SegmentId],
}

/// Returns the number of the series that a run belongs to: of its project, its command, its source and its machine.
fn series(project: &str, run: &RunDocument) -> u64 {
    let source = run.run.source.as_deref().unwrap_or_default();
    let parts = [project, &run.subject(), source, &run.run.machine_key()];
    fnv1a(parts.join("\0").as_bytes())
}

/// Returns a sample of a run without its functions, as JSON.
fn head(run: &RunDocument) -> String {
    let mut head = run.head();
    head.process.processes.clear();
    serde_json::to_string(&head).unwrap_or_default()
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

fn line(row: &Map<String, Value>) -> Vec<u8> {
    let mut line = serde_json::to_vec(row).unwrap_or_default();
    line.push(b'\n');
    line
}

fn requests(rows: impl Iterator<Item = Map<String, Value>>) -> impl Iterator<Item = Vec<u8>> {
    let mut rows = rows.peekable();
    std::iter::from_fn(move || {
        rows.peek()?;
        Some(rows.by_ref().take(MOST).flat_map(|row| line(&row)).collect())
    })
}
