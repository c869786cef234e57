//! A series as a line of blocks, one column a value or a few. Pure.

use crate::stats::robust;

/// Blocks of one to eight eighths.
const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// The sign for a missing value.
const NOTHING: char = '·';
/// The whole height is this part of the largest value at the least: noise of a per cent or two must
/// not look like mountains.
const LEAST_SPAN: f64 = 0.2;

/// Draws `values`, oldest first, in at most `width` columns; where there are more values, a column
/// is the median of a few. The lowest value is lowest, in a picture whose height is at least a
/// fifth of the largest.
pub(crate) fn sparkline(values: &[Option<f64>], width: usize) -> String {
    let columns = resampled(values, width);
    let known = || columns.iter().flatten().copied();
    let (low, high) = (known().fold(f64::INFINITY, f64::min), known().fold(0.0, f64::max));
    let span = (high - low).max(LEAST_SPAN * high);
    let block = |value: f64| {
        let part = (value - low) / span;
        let place = if part.is_finite() { part * 7.0 } else { 0.0 };
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 7")]
        let at = place.round().clamp(0.0, 7.0) as usize;
        BLOCKS.get(at).copied().unwrap_or(NOTHING)
    };
    columns.iter().map(|value| value.map_or(NOTHING, block)).collect()
}

/// Returns one value a column: the median of the values that fall into it.
fn resampled(values: &[Option<f64>], width: usize) -> Vec<Option<f64>> {
    let width = width.max(1);
    if values.len() <= width {
        return values.to_vec();
    }
    let bound = |column: usize| column * values.len() / width;
    let part = |column: usize| values.get(bound(column)..bound(column + 1)).unwrap_or_default();
    let median =
        |part: &[Option<f64>]| robust::median(&part.iter().flatten().copied().collect::<Vec<_>>());
    (0..width).map(|column| median(part(column))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some(values: &[f64]) -> Vec<Option<f64>> {
        values.iter().copied().map(Some).collect()
    }

    #[test]
    fn a_step_is_seen_and_noise_stays_low() {
        assert_eq!(sparkline(&some(&[10.0, 10.0, 10.0, 20.0, 20.0]), 9), "▁▁▁██");
        assert_eq!(sparkline(&some(&[100.0, 101.0, 100.5, 99.9]), 9), "▁▁▁▁");
        assert_eq!(sparkline(&some(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]), 8), "▁▂▃▄▅▆▇█");
    }

    #[test]
    fn what_does_not_fit_is_put_together() {
        let values: Vec<f64> = (0..100).map(|at| if at < 50 { 1.0 } else { 2.0 }).collect();
        assert_eq!(sparkline(&some(&values), 10), "▁▁▁▁▁█████");
        assert_eq!(sparkline(&some(&values), 0).chars().count(), 1);
    }

    #[test]
    fn nothing_and_no_number_have_a_picture_too() {
        assert_eq!(sparkline(&[], 10), "");
        assert_eq!(sparkline(&[None, Some(0.0), None], 10), "·▁·");
        assert_eq!(sparkline(&[Some(f64::NAN), Some(1.0), Some(f64::INFINITY)], 3), "▁▁▁");
    }
}
