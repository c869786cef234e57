//! The columns of a table of functions, where there is room for all that have anything to show.

use super::estimates::{self, Mark};
use super::{futures, memory};
use crate::model::{Function, RunDocument};
use crate::stats::number::{float, share_pct};
use crate::text::units;

/// A column of the table of functions.
pub(crate) struct Column {
    /// The title.
    pub(crate) title: &'static str,
    /// The text of a function's cell.
    pub(crate) cell: Box<dyn Fn(&Function) -> String>,
}

impl Column {
    fn new(title: &'static str, cell: impl Fn(&Function) -> String + 'static) -> Self {
        Self { title, cell: Box::new(cell) }
    }

    /// Returns a column of times of one call.
    fn of_time(title: &'static str, time: fn(&Function) -> Option<(Mark, f64)>) -> Self {
        Self::new(title, move |f| {
            time(f).map_or_else(|| "–".to_owned(), |(mark, ns)| mark.duration(ns))
        })
    }
}

/// Returns the columns that have anything to show.
pub(crate) fn columns(run: &RunDocument, functions: &[&Function]) -> Vec<Column> {
    let any = |has: fn(&Function) -> bool| run.functions.iter().any(has);
    let all_ns = run.own_ns();
    let mut columns = vec![Column::new("calls", |f| units::count(f.calls))];
    if any(|f| f.classifies_errors || f.errors > 0) {
        columns.push(Column::new("errors", |f| units::count(f.errors)));
    }
    if any(|f| f.panics > 0) {
        columns.push(Column::new("panics", |f| units::count(f.panics)));
    }
    if any(|f| f.cancelled > 0) {
        columns.push(Column::new("cancelled", |f| units::count(f.cancelled)));
    }
    columns.push(Column::new("self", |f| sum(f, Mark::of_self(f), f.self_ns)));
    let share = move |f: &Function| estimates::share(f, share_pct(f.self_ns, all_ns));
    columns.push(Column::new("self %", share));
    if functions.iter().any(|f| estimates::is_notable(f)) {
        columns.push(Column::new("recorder", recorder_share));
    }
    columns.push(Column::new("total", |f| sum(f, Mark::of_total(f), f.total_ns)));
    columns.extend(times());
    let futures = futures::columns(run).iter();
    columns.extend(futures.map(|it| Column::new(it.title(), |f| future(it.value(f)))));
    let memory = memory::columns(run).into_iter();
    let bytes = |value: Option<String>| value.unwrap_or_else(|| "·".to_owned());
    columns.extend(memory.map(|it| Column::new(it.title(), move |f| bytes(it.value(f)))));
    columns
}

/// Returns the columns of the times of one call.
fn times() -> [Column; 5] {
    [
        Column::of_time("mean", estimates::mean),
        Column::of_time("p50", |f| estimates::single(f, f.p50_ns)),
        Column::of_time("p95", |f| estimates::single(f, f.p95_ns)),
        Column::of_time("p99", |f| estimates::single(f, f.p99_ns)),
        Column::of_time("max", |f| estimates::single(f, f.max_ns)),
    ]
}

fn future(value: futures::Value) -> String {
    match value {
        futures::Value::None => "·".to_owned(),
        futures::Value::Unknown => "–".to_owned(),
        futures::Value::Count(count) => units::count(count),
        futures::Value::Time(mark, ns) => mark.duration(ns),
    }
}

/// Returns the recorder's part of the self time, where that matters.
fn recorder_share(function: &Function) -> String {
    let is_notable = estimates::is_notable(function);
    if is_notable { format!("~{:.0} %", function.recorder_pct()) } else { String::new() }
}

/// Returns a time of all calls.
fn sum(function: &Function, mark: Mark, ns: u64) -> String {
    if estimates::is_unmeasured(function) { "–".to_owned() } else { mark.duration(float(ns)) }
}
