//! The seven questions that a store of a fleet is asked. What the store itself answers is asked through it, of a file
//! as of a server. What a dashboard asks is one statement of a server; of a file, a program reads the runs and adds.

use std::collections::{BTreeMap, HashMap};

use perf_report::measured::questions;
use perf_report::model::RunDocument;
use perf_report::project::store::{self, Filter, Location, Query, Store};

use crate::made::{Fleet, SPAN, moment_of};
use crate::table::Table;
use crate::timing::{shown, times};
use crate::{Engine, Result};

/// The runs of a long history.
const LONG: usize = 1_000;
const DAY: i64 = 86_400;

/// Asks all of them.
pub(crate) fn ask(engine: &Engine, fleet: &Fleet, table: &mut Table) -> Result<()> {
    let store = store::open(&engine.location)?;
    let newest =
        (0..fleet.size.series).map(|back| fleet.run(fleet.size.runs - 1 - back)).find(|run| {
            run.run.command == fleet.run(0).run.command
                && run.run.machine.key == fleet.run(0).run.machine.key
        });
    let newest = newest.ok_or("the first series has no run")?;
    of_runs(&*store, &newest, table)?;
    match &engine.location {
        Location::ClickHouse(_) => of_server(engine, fleet, &newest, table),
        _ => of_file(&*store, fleet, &newest, table),
    }
}

/// Asks what the store itself answers, with or without a server.
fn of_runs(store: &dyn Store, newest: &RunDocument, table: &mut Table) -> Result<()> {
    let mut note = |row: &str, found: &[f64]| table.note(row, shown(found));
    let main = Filter::of_branch("main");
    let found = times(|| listed(store, &Query::newest(main.clone(), 20)))?;
    note("1. the newest 20 runs of a branch", &found);
    let found = times(|| listed(store, &Query::default()))?;
    note("2. all runs, without their functions", &found);
    let series = Filter { branch: Some("main".to_owned()), ..Filter::comparable(newest) };
    let ten = Query::newest(series, 10);
    let found = times(|| listed(store, &ten))?;
    note("3. main~10 of one series: the runs", &found);
    let entries = store.entries(&ten)?;
    let ids: Vec<&str> = entries.iter().map(|entry| entry.id.as_str()).collect();
    let found = times(|| {
        let samples = store.samples(&ids);
        if samples.len() == ids.len() { Ok(()) } else { Err("samples are lacking".into()) }
    })?;
    note("   their functions, without histograms", &found);
    let found = times(|| Ok(ids.iter().try_for_each(|id| store.load(id).map(drop))?))?;
    note("   their documents instead", &found);
    Ok(())
}

/// Lists runs, of which there are some.
fn listed(store: &dyn Store, query: &Query) -> Result<()> {
    let is_empty = store.entries(query)?.is_empty();
    if is_empty { Err("no run is found".into()) } else { Ok(()) }
}

const HISTORY: &str = "4. history of one function, 1,000 runs";
const ONE: &str = "5. its histogram over these runs";
const ALL: &str = "   the histograms of all functions over these runs";
const DAYS: &str = "6. list of functions, last 3 days";
const MONTH: &str = "   the same, all runs";
const NIGHT: &str = "7. slower this night than the week before, all series";

/// Asks a server by a statement each.
fn of_server(
    engine: &Engine,
    fleet: &Fleet,
    newest: &RunDocument,
    table: &mut Table,
) -> Result<()> {
    let Location::ClickHouse(remote) = &engine.location else { return Ok(()) };
    let ask = questions(remote)?;
    let functions = format!("{}.functions FINAL WHERE project = 'bench'", remote.database);
    let runs =
        format!("{}.runs WHERE project = 'bench' AND id = '{}'", remote.database, newest.run.id);
    let found = ask(&format!("SELECT series FROM {runs}"))?;
    let series = found.first().and_then(|row| row.get("series")).ok_or("no series")?;
    let of_series = format!("{functions} AND series = {}", series.to_string().trim_matches('"'));
    let of_one = format!("{of_series} AND function = '{}'", fleet.function());
    let since = |days: i64| format!("time >= toDateTime({})", fleet.now - days * DAY);
    let summed = "sum(calls) AS all_calls, sum(self_ns) AS own, count() AS runs";
    let statements = [
        (
            HISTORY,
            format!(
                "SELECT run, time, calls, self_ns FROM {of_one} ORDER BY time DESC LIMIT {LONG}"
            ),
        ),
        (ONE, format!("SELECT sumMap(buckets, counts) AS merged FROM {of_one}")),
        (
            ALL,
            format!(
                "SELECT function, sumMap(buckets, counts) AS merged FROM {of_series} GROUP BY function"
            ),
        ),
        (
            DAYS,
            format!(
                "SELECT function, {summed} FROM {functions} AND {} GROUP BY function",
                since(3)
            ),
        ),
        (MONTH, format!("SELECT function, {summed} FROM {functions} GROUP BY function")),
        (
            NIGHT,
            format!(
                "SELECT series, function, avgIf(self_ns / calls, {night}) AS tonight, \
             avgIf(self_ns / calls, NOT ({night})) AS before FROM {functions} AND {} AND calls > 0 \
             GROUP BY series, function HAVING tonight > before * 1.1",
                since(8),
                night = since(1),
            ),
        ),
    ];
    for (row, sql) in statements {
        let found = times(|| {
            let rows = ask(&sql)?;
            if rows.is_empty() { Err(format!("nothing is found: {sql}").into()) } else { Ok(()) }
        })?;
        table.note(row, shown(&found));
    }
    Ok(())
}

/// Reads the runs of a file, and adds.
fn of_file(
    store: &dyn Store,
    fleet: &Fleet,
    newest: &RunDocument,
    table: &mut Table,
) -> Result<()> {
    let name = fleet.function();
    let same = Filter {
        machine_key: Some(newest.run.machine_key().into_owned()),
        ..Filter::of_command(newest)
    };
    let of_series = Query::newest(same, LONG);
    let found = times(|| {
        let mut own = 0;
        each(store, &of_series, |run| {
            own += run.functions.iter().find(|it| it.name == name).map_or(0, |it| it.self_ns);
        })?;
        if own > 0 { Ok(()) } else { Err("no history".into()) }
    })?;
    table.note(HISTORY, shown(&found));
    for (row, only) in [(ONE, Some(name)), (ALL, None)] {
        let found = times(|| merge(store, &of_series, only))?;
        table.note(row, shown(&found));
    }
    for (row, days) in [(DAYS, 3), (MONTH, SPAN / DAY + 1), (NIGHT, 8)] {
        let since = Some(moment_of(fleet.now - days * DAY));
        let runs = Query { filter: Filter { since, ..Filter::default() }, ..Query::default() };
        let found = times(|| add(store, &runs, row == NIGHT))?;
        table.note(row, shown(&found));
    }
    Ok(())
}

/// Merges the histograms of runs, of one function or of each.
fn merge(store: &dyn Store, runs: &Query, only: Option<&str>) -> Result<()> {
    let mut merged: HashMap<String, BTreeMap<u64, u64>> = HashMap::new();
    for entry in store.entries(runs)? {
        let mut functions = store.load(&entry.id)?.functions;
        functions.retain(|function| only.is_none_or(|name| name == function.name));
        for function in functions {
            let into = merged.entry(function.name).or_default();
            for (from, count) in function.histogram {
                *into.entry(from).or_default() += count;
            }
        }
    }
    if merged.is_empty() { Err("no histogram".into()) } else { Ok(()) }
}

/// Adds up calls and self times by function, or by series and function.
fn add(store: &dyn Store, runs: &Query, by_series: bool) -> Result<()> {
    let mut summed: HashMap<(String, String), [u64; 2]> = HashMap::new();
    each(store, runs, |run| {
        let series = run.run.command.join(" ") + &run.run.machine_key();
        let series = if by_series { series } else { String::new() };
        for function in run.functions {
            let sum = summed.entry((series.clone(), function.name)).or_default();
            *sum = [sum[0] + function.calls, sum[1] + function.self_ns];
        }
    })?;
    if summed.is_empty() { Err("no function".into()) } else { Ok(()) }
}

/// Reads the samples for which a query asks, some hundred at once, as memory allows.
fn each(store: &dyn Store, query: &Query, mut with: impl FnMut(RunDocument)) -> Result<()> {
    let entries = store.entries(query)?;
    let ids: Vec<&str> = entries.iter().map(|entry| entry.id.as_str()).collect();
    for ids in ids.chunks(200) {
        store.samples(ids).into_iter().for_each(&mut with);
    }
    Ok(())
}
