//! The beginning of a sentence: the values, and how much they changed.

use super::Words;
use crate::model::{Because, Change, Metric};
use crate::stats::number::change_pct;
use crate::text::units;

/// Returns the values of a row: `mean 20.1 ms → 24.9 ms (+23.9 %)`.
pub(super) fn of(row: &Change, words: Words) -> String {
    let values = [row.baseline, row.current].map(Option::unwrap_or_default);
    if row.metric.is_count() || row.metric.is_custom() {
        exact(row.metric, values)
    } else {
        measured(row, values, words)
    }
}

/// Returns two values that are exact.
pub(super) fn exact(metric: Metric, [baseline, current]: [f64; 2]) -> String {
    let [old, new] = [baseline, current].map(|value| metric.number(value));
    // Of a rate in per cent, a change in per cent would be mistaken for the rate's.
    let pct = change_pct(baseline, current).filter(|_| metric != Metric::Success);
    let change = pct.map_or_else(String::new, |pct| format!(" ({})", units::change(pct)));
    format!("{} {old} → {new}{change}", metric.title())
}

/// Returns two values that are not exact: their change is given, with the interval that it lies in; a value
/// that is an estimate is marked as one.
fn measured(row: &Change, values: [f64; 2], words: Words) -> String {
    let because = &row.because;
    let unit = match row.metric {
        Metric::SelfNs => " a call",
        Metric::TotalNs => " in the run",
        _ if because.contains(&Because::PerUnitOfWork) => " by unit of work",
        _ => "",
    };
    let marks = because.iter().find_map(|ground| match ground {
        Because::Estimated { baseline, current } => Some([*baseline, *current]),
        _ => None,
    });
    let [old, new] = [0, 1].map(|side| {
        let mark = if marks.is_some_and(|marks| marks[side]) { "~" } else { "" };
        format!("{mark}{}", row.metric.number(values[side]))
    });
    format!("{} {old} → {new}{unit}{}", row.metric.title(), change(row, words))
}

/// Returns the change of a value that was tested: ` (+23.9 %, likely +20.0 to +28.1 %)`; where everything
/// changed, ` (+30.1 %, beside the rest +2.0 %)`.
fn change(row: &Change, words: Words) -> String {
    if row.p_value.is_none() {
        return String::new();
    }
    let several = words.runs[0].max(words.runs[1]) > 1;
    let interval = row.judged_interval_pct().filter(|_| several);
    let likely = interval.map_or_else(String::new, |it| format!(", likely {}", units::range(it)));
    let own = row.in_words().unwrap_or_else(|| units::change(f64::INFINITY));
    format!(" ({own}{likely})")
}
