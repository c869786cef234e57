//! The metrics of the program as a table.

use super::paint::style;
use super::table::{ALWAYS, Align, Cell, Column, Table};
use super::wrap;
use crate::model::{CustomMetric, RunDocument};
use crate::render::words::metrics::value;
use crate::render::{Screen, Selection};
use crate::text::units;

/// Returns the table of a run's metrics, and the number of those left out; `None` without metrics.
pub(crate) fn metrics(run: &RunDocument, selection: &Selection, screen: Screen) -> Option<String> {
    let (shown, beyond) = selection.select_metrics(run);
    if shown.is_empty() {
        return None;
    }
    let more = if beyond > 0 {
        let more = units::plural(beyond as u64, "more metric");
        wrap::words(&format!("… {more}; --all shows them"), "", screen.width)
    } else {
        String::new()
    };
    Some(table(&shown).render(screen) + &more)
}

fn table(metrics: &[&CustomMetric]) -> Table {
    let column = |title, stays, cell: &dyn Fn(&CustomMetric) -> Option<String>| Column {
        title,
        stays,
        align: Align::Right,
        cells: metrics
            .iter()
            .map(|metric| match cell(metric) {
                Some(text) => Cell::new(style::PLAIN, text),
                None => Cell::new(style::FAINT, "–"),
            })
            .collect(),
    };
    let columns = vec![
        Column {
            align: Align::Left,
            ..column("kind", 60, &|metric| Some(metric.kind.word().to_owned()))
        },
        column("value", ALWAYS, &value),
        column("min", 50, &|metric| metric.min.map(units::number)),
        column("max", 40, &|metric| metric.max.map(units::number)),
        column("mean", 30, &|metric| metric.mean.map(units::number)),
        column("samples", 20, &|metric| metric.samples.map(units::count)),
    ];
    let names = metrics.iter().map(|metric| metric.name.clone()).collect();
    Table { title: "metric", names, columns }
}
