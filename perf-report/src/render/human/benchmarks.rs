//! Benchmarks, tests and suites as a table: they have no self time and no part of the run's.

use super::bench;
use super::paint::style;
use super::table::{ALWAYS, Align, Cell, Column, Table};
use crate::model::{Function, FunctionKind, RunDocument};
use crate::render::words::bench::BESIDE;
use crate::render::words::benchmarks as words;
use crate::render::words::estimates::Mark;
use crate::text::units;

/// Returns the table of some functions of these kinds.
pub(crate) fn table(functions: &[&Function]) -> Table {
    let value = |function: &Function| match function.mean_ns {
        Some(ns) => Cell::duration(style::PLAIN, Mark::Exact, ns),
        None => Cell::unknown(),
    };
    let text = |title: &'static str, stays, of: fn(&Function) -> Option<String>| {
        Column::of(title, stays, functions, |it| {
            of(it).map_or_else(Cell::unknown, |text| Cell::new(style::FAINT, text))
        })
    };
    let count = |title: &'static str, stays, of: fn(&Function) -> Option<u64>| {
        Column::of(title, stays, functions, |it| {
            of(it).map_or_else(Cell::unknown, |count| Cell::new(style::PLAIN, units::count(count)))
        })
    };
    let failed = |function: &Function| match function.errors {
        0 => Cell::new(style::FAINT, "·"),
        errors => Cell::new(style::BAD, units::count(errors)),
    };
    let mut columns = vec![
        Column::of("time", ALWAYS, functions, value),
        text("interval", 60, words::interval),
        text("spread", 58, words::spread),
        text("throughput", 70, words::throughput),
        count("samples", 50, words::samples),
        count("iterations", 40, words::iterations),
        Column::of("failed", 80, functions, failed),
        Column {
            align: Align::Left,
            ..text("value", 30, |it| Some(words::statistic(it).to_owned()))
        },
    ];
    let before_value = columns.len() - 1;
    let beside = BESIDE.iter().map(|it| bench::column(functions, *it));
    columns.splice(before_value..before_value, beside.filter(bench::is_known));
    if functions.iter().any(|it| it.outcome().is_some() && it.is_failure()) {
        columns.push(bench::ends(functions));
    }
    columns.retain(|column| match column.title {
        "failed" => functions.iter().any(|it| it.errors > 0),
        "time" => true,
        "value" => functions.iter().any(|it| it.benchmark.is_some()),
        _ => column.cells.iter().any(|cell| cell.text != Cell::UNKNOWN),
    });
    let kinds: Vec<FunctionKind> = functions.iter().map(|function| function.kind).collect();
    let title = match kinds.first() {
        Some(first) if kinds.iter().all(|kind| kind == first) => first.noun(),
        _ => "name",
    };
    Table { title, names: functions.iter().map(|it| it.name.clone()).collect(), columns }
}

/// Returns the line below it.
pub(crate) fn whole(run: &RunDocument) -> String {
    let measured = run.functions.iter().filter(|function| !function.kind.is_function());
    words::counted(measured.map(|function| function.kind))
}
