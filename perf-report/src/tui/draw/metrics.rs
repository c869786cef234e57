//! Metrics of the program's own, a row each.

use ratatui::text::{Line, Span};

use super::{row, style, table, visible};
use crate::live::top::{Item, State};
use crate::model::TopMetric;
use crate::render::words::fit;
use crate::render::words::metrics::value;
use crate::render::words::top::rate;
use crate::text::units;

/// A column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Word,
    Value,
    Rate,
    Min,
    Max,
    Mean,
}

/// All columns: their titles, and the rank of each when the screen is narrow.
const COLUMNS: [(Kind, &str, u8); 6] = [
    (Kind::Word, "kind", 50),
    (Kind::Value, "value", 100),
    (Kind::Rate, "a second", 90),
    (Kind::Min, "min", 30),
    (Kind::Max, "max", 20),
    (Kind::Mean, "mean", 10),
];
/// Columns of the screen that one takes.
const WIDTH: usize = 10;

pub(super) fn lines(state: &State, width: usize, height: usize) -> Vec<Line<'static>> {
    let metrics = &state.document.metrics;
    let longest = metrics.iter().map(|it| it.metric.name.len()).max().unwrap_or(0);
    let mut columns: Vec<_> = COLUMNS
        .iter()
        .map(|&(kind, title, stays)| table::Column { kind: (kind, title), width: WIDTH, stays })
        .collect();
    let name_width = table::fit_columns(&mut columns, width, longest.max(20));
    let titles: Vec<_> = columns.iter().map(|it| (it.kind.1.to_owned(), it.width)).collect();
    let mut lines = vec![table::titles("metric", name_width, &titles)];
    for (place, is_selected) in visible(state, height.saturating_sub(1)) {
        let Item::Metric(at) = state.rows[place].item else { continue };
        let metric = &metrics[at];
        let cells: Vec<_> =
            columns.iter().map(|it| ((cell(metric, it.kind.0), style::PLAIN), it.width)).collect();
        let name = Span::raw(fit::name(&metric.metric.name, name_width));
        lines.push(row(table::line(name, name_width, &cells), width, is_selected));
    }
    if lines.len() == 1 {
        let text = "The programs record no metrics: see `perf_count!` and `perf_gauge!`.";
        lines.push(Line::styled(fit::shorten_middle(text, width), style::FAINT));
    }
    lines
}

fn cell(row: &TopMetric, kind: Kind) -> String {
    let metric = &row.metric;
    let text = match kind {
        Kind::Word => Some(metric.kind.word().to_owned()),
        Kind::Value => value(metric),
        Kind::Rate => row.per_s.map(rate),
        Kind::Min => metric.min.map(units::rough_number),
        Kind::Max => metric.max.map(units::rough_number),
        Kind::Mean => metric.mean.map(units::rough_number),
    };
    text.unwrap_or_else(|| "–".to_owned())
}
