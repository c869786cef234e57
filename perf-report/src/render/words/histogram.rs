//! A distribution as rows of bars on a logarithmic axis. Pure.

use perf_runtime::buckets;

use crate::model::Function;

/// Durations that are one row.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Row {
    /// The shortest of them, in nanoseconds.
    pub(crate) from_ns: u64,
    /// Number of calls.
    pub(crate) calls: u64,
    /// The percentiles among them, each with its value in nanoseconds.
    pub(crate) marks: Vec<(&'static str, u64)>,
}

/// Returns the distribution of a function's calls in at most `most` rows, the shortest first. Each row is
/// the same part of an octave, or some octaves.
pub(crate) fn rows(function: &Function, most: usize) -> Vec<Row> {
    let known = || function.histogram.iter().filter(|(_, calls)| *calls > 0);
    let places = || known().map(|(ns, _)| buckets::of(*ns));
    let (Some(first), Some(last)) = (places().min(), places().max()) else { return Vec::new() };
    let steps = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512];
    let fits = |step: &u32| ((last / step - first / step) as usize) < most.max(2);
    let step = steps.into_iter().find(fits).unwrap_or(buckets::COUNT);
    let (first, last) = (first / step, last / step);
    let mut rows: Vec<Row> = (first..=last)
        .map(|row| Row { from_ns: buckets::lower_bound(row * step), calls: 0, marks: Vec::new() })
        .collect();
    let place = |ns: u64| (buckets::of(ns) / step).checked_sub(first).map(|row| row as usize);
    for (ns, calls) in known() {
        if let Some(row) = place(*ns).and_then(|row| rows.get_mut(row)) {
            row.calls = row.calls.saturating_add(*calls);
        }
    }
    let percentiles = [
        ("p50", function.p50_ns),
        ("p90", function.p90_ns),
        ("p95", function.p95_ns),
        ("p99", function.p99_ns),
    ];
    for (title, ns) in percentiles {
        // A percentile stands in the middle of its bucket, or is the longest call.
        let row = ns.and_then(place).map(|row| row.min(rows.len() - 1));
        if let (Some(row), Some(ns)) = (row.and_then(|row| rows.get_mut(row)), ns) {
            row.marks.push((title, ns));
        }
    }
    rows
}

/// Returns a bar of eighths of a column for a part of `width` columns, 0 to 1. What is there has at least
/// the thinnest one.
pub(crate) fn bar(part: f64, width: usize) -> String {
    const STEPS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    let all = crate::stats::number::float(width as u64) * 8.0;
    let eighths = (part.clamp(0.0, 1.0) * all).round();
    let least = if part > 0.0 { 1.0 } else { 0.0 };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few hundreds")]
    let eighths = f64::max(eighths, least) as usize;
    format!("{}{}", "█".repeat(eighths / 8), STEPS[eighths % 8])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(histogram: &[(u64, u64)], p50_ns: u64) -> Function {
        Function { histogram: histogram.to_vec(), p50_ns: Some(p50_ns), ..Function::default() }
    }

    #[test]
    fn rows_are_as_fine_as_there_is_room() {
        let function = of(&[(1_000, 5), (1_500, 20), (4_000, 3)], 1_500);
        let fine = rows(&function, 10);
        let coarse = rows(&function, 2);
        let calls = |rows: &[Row]| rows.iter().map(|row| row.calls).collect::<Vec<_>>();
        assert_eq!(calls(&fine), [5, 0, 20, 0, 0, 0, 0, 0, 3]);
        assert_eq!(calls(&coarse), [5, 23]);
        assert_eq!((fine[2].from_ns, &fine[2].marks[..]), (1_280, &[("p50", 1_500)][..]));
    }

    #[test]
    fn one_duration_and_none_are_distributions_too() {
        assert_eq!(rows(&of(&[(0, 7)], 0), 10).len(), 1);
        assert_eq!(rows(&of(&[], 0), 10), []);
        assert_eq!(rows(&of(&[(5, 0)], 0), 10), []);
        let wide = rows(&of(&[(0, 1), (u64::MAX, 1)], u64::MAX), 12);
        assert!(wide.len() <= 12 && wide.iter().map(|row| row.calls).sum::<u64>() == 2, "{wide:?}");
    }

    #[test]
    fn bars_have_eighths() {
        assert_eq!([bar(0.0, 4), bar(0.001, 4), bar(0.5, 4), bar(1.0, 4)], ["", "▏", "██", "████"]);
        assert_eq!(bar(0.4, 2), "▊");
    }
}
