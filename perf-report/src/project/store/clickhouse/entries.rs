//! Rows of runs as entries, and as samples with the rows of their functions.

use std::collections::{BTreeMap, BTreeSet};

use super::ClickHouse;
use super::answer::Row;
use super::functions;
use super::sql::{list, literal};
use crate::model::{BuildKeys, Function, RunDocument};
use crate::project::store::entry::Entry;
use crate::project::store::error::Fault;

/// The columns that an entry is made of, and the place of its run.
pub(super) const COLUMNS: &str = "id, made, stored, started, label, tags, command, machine_key, crates, recorder, \
     branch, commit, dirty, source, group_id, exit_code, signal, functions, wall_ns";

/// Makes an entry of a row of [`COLUMNS`].
pub(super) fn of_row(row: &mut Row) -> Entry {
    Entry {
        id: row.text("id"),
        time: row.text("started"),
        label: row.optional("label"),
        tags: row.texts("tags"),
        command: row.text("command"),
        commit: row.optional("commit"),
        branch: row.optional("branch"),
        dirty: row.number("dirty") == Some(1_u8),
        machine_key: row.text("machine_key"),
        build: BuildKeys { crates: row.optional("crates"), recorder: row.text("recorder") },
        source: row.optional("source"),
        group: row.optional("group_id"),
        exit_code: row.number("exit_code"),
        signal: row.number("signal"),
        wall_ns: row.number("wall_ns"),
        functions: row.number("functions").unwrap_or(0),
        parts: None,
    }
}

/// A run as its row has it.
struct Head {
    run: RunDocument,
    functions: usize,
}

/// The functions of runs, by id and position. What was sent twice is there once.
type Functions = BTreeMap<String, BTreeMap<u32, Function>>;

/// Returns runs as samples, in the order of `ids`, without those that are not there. Two requests, however many they
/// are; a run whose functions are not all there is read from its document.
pub(super) fn samples(store: &ClickHouse, ids: &[&str]) -> Result<Vec<RunDocument>, Fault> {
    let query = format!(
        "SELECT id, toUnixTimestamp(time) AS second, series, label, tags, functions, head FROM {} FINAL \
         WHERE {} AND removed = 0",
        store.table("runs"),
        store.these("id", ids)
    );
    let mut heads = BTreeMap::new();
    let (mut series, mut seconds) = (BTreeSet::new(), BTreeSet::new());
    for mut row in store.client.rows(&query)?.rows() {
        let Ok(mut run) = RunDocument::from_json(&row.text("head")) else { continue };
        (run.run.label, run.run.tags) = (row.optional("label"), row.texts("tags"));
        series.extend(row.number::<u64>("series"));
        seconds.extend(row.number::<u64>("second"));
        let functions = row.number("functions").unwrap_or(0);
        heads.insert(row.text("id"), Head { run, functions });
    }
    let (Some(first), Some(last)) = (seconds.first(), seconds.last()) else {
        return Ok(Vec::new());
    };
    let series: Vec<String> = series.iter().map(u64::to_string).collect();
    let among = format!(
        "series IN ({}) AND time >= toDateTime({first}) AND time <= toDateTime({last})",
        series.join(", ")
    );
    let mut functions = functions_of(store, ids, &among)?;
    let mut sample = |id: &&str| {
        let head = heads.remove(*id)?;
        let found = functions.remove(*id).unwrap_or_default();
        if found.len() < head.functions {
            return Some(store.document(id).map(|run| run.sample()));
        }
        let functions = found.into_values().collect();
        Some(Ok(RunDocument { functions, ..head.run }))
    };
    let is_there = |sample: &Result<RunDocument, Fault>| {
        !matches!(sample, Err(Fault::Document { .. } | Fault::NoRun { .. }))
    };
    ids.iter().filter_map(&mut sample).filter(is_there).collect()
}

fn functions_of(store: &ClickHouse, ids: &[&str], among: &str) -> Result<Functions, Fault> {
    let mut found = Functions::new();
    let query = format!(
        "SELECT {} FROM {} WHERE project = {} AND {among} AND run IN ({})",
        functions::read(),
        store.table("functions"),
        literal(store.project()),
        list(ids.iter().copied())
    );
    for mut row in store.client.rows(&query)?.rows() {
        let (run, position) = (row.text("run"), row.number("position"));
        if let (Some(position), Some(function)) = (position, functions::of_row(&mut row)) {
            found.entry(run).or_default().insert(position, function);
        }
    }
    Ok(found)
}
