//! The bar under a finding of a comparison: the change and its interval beside no change and the limit. All
//! bars of a comparison have one scale.

use super::paint::{Paint, of_verdict, style};
use crate::model::{Because, Change, Verdict};
use crate::render::words::fit;
use crate::stats::number::{exponent, tenfold};
use crate::stats::robust;
use crate::text::units;

/// The narrowest screen that has room for bars.
const NARROWEST_SCREEN: usize = 72;
/// The widest bar, in columns.
const WIDEST: usize = 48;
/// Columns for the change beside a bar, at least.
const LABEL: usize = 12;
/// Changes beyond this many times the middle one are cut: the others would have no width.
const CUT: f64 = 4.0;

/// The scale of all bars of a comparison.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scale {
    /// The changes at the ends, in per cent.
    ends: (f64, f64),
    /// The columns of a bar.
    width: usize,
}

impl Scale {
    /// Returns the scale for these rows; `None` where the screen is narrow, or no row has a change in per cent.
    pub(crate) fn of<'a>(
        rows: impl IntoIterator<Item = &'a Change>,
        indent: usize,
        screen: usize,
    ) -> Option<Self> {
        if screen < NARROWEST_SCREEN {
            return None;
        }
        let rows: Vec<&Change> = rows.into_iter().collect();
        let label = |row: &&Change| label(row).map(|label| fit::width(&label) + 2);
        let label = rows.iter().filter_map(label).max().unwrap_or(0).max(LABEL);
        // What could not be judged says nothing of how far changes reach, unless there is nothing else.
        let is_known = |row: &&Change| row.verdict != Verdict::Inconclusive;
        let has_known = rows.iter().any(is_known);
        let rows = rows.into_iter().filter(|row| !has_known || is_known(row));
        let rows: Vec<[f64; 2]> = rows.filter_map(ends).collect();
        let side = |sign: f64| {
            let reach = |[low, high]: &[f64; 2]| (low * sign).max(high * sign).max(0.0);
            let all: Vec<f64> = rows.iter().map(reach).filter(|reach| *reach > 0.0).collect();
            let most = all.iter().copied().fold(0.0, f64::max);
            robust::median(&all).map_or(0.0, |middle| round_up(most.min(middle * CUT)))
        };
        let (below, above) = (side(-1.0), side(1.0));
        let longer = below.max(above);
        // So that the line of no change never stands at the rim.
        let least = if longer > 0.0 { round_up(longer / 8.0) } else { 0.0 };
        let width = WIDEST.min(screen.saturating_sub(indent + label));
        (longer > 0.0).then_some(Self { ends: (-below.max(least), above.max(least)), width })
    }

    /// Draws the bar of `row`; `None` where it has no change in per cent.
    pub(crate) fn bar(self, row: &Change, paint: Paint) -> Option<String> {
        let [low, high] = ends(row)?;
        let pct = row.judged_pct()?;
        let mut cells = vec![(' ', style::PLAIN); self.width];
        for limit in limits(row).into_iter().filter(|it| self.holds(*it)) {
            cells[self.column(limit)] = ('┊', style::FAINT);
        }
        cells[self.column(0.0)] = ('│', style::FAINT);
        let look = of_verdict(row.verdict);
        let (from, to) = (self.column(low), self.column(high));
        for (at, cell) in cells.iter_mut().enumerate().take(to + 1).skip(from) {
            *cell = match cell.0 {
                _ if at == from && self.holds(low) && from < to => ('├', look),
                _ if at == to && self.holds(high) && from < to => ('┤', look),
                ' ' => ('─', look),
                _ => ('┼', look),
            };
        }
        cells[self.column(pct)] = match pct {
            pct if pct > self.ends.1 => ('▶', look),
            pct if pct < self.ends.0 => ('◀', look),
            _ => ('●', look),
        };
        let drawn: String = cells
            .chunk_by(|a, b| a.1 == b.1)
            .map(|run| paint.paint(run[0].1, &run.iter().map(|cell| cell.0).collect::<String>()))
            .collect();
        let label = paint.paint(look, &label(row)?);
        Some(format!("{drawn}  {label}"))
    }

    /// Returns what the signs stand for, within `width` columns.
    pub(crate) fn legend(self, width: usize) -> String {
        let short = format!("{}: │ no change, ┊ limit", units::range(self.ends));
        let long = format!("{short}, ├─●─┤ the change and its interval");
        if fit::width(&long) <= width { long } else { short }
    }

    fn holds(self, pct: f64) -> bool {
        (self.ends.0..=self.ends.1).contains(&pct)
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a part of the width of a bar"
    )]
    fn column(self, pct: f64) -> usize {
        let (low, high) = self.ends;
        let part = ((pct - low) / (high - low)).clamp(0.0, 1.0);
        let last = self.width.saturating_sub(1);
        (part * crate::stats::number::float(last as u64)).round() as usize
    }
}

/// Returns the change that a bar shows: the one that was judged, so that limits are to scale.
fn label(row: &Change) -> Option<String> {
    let beside = if row.beside.is_some() { " beside the rest" } else { "" };
    Some(format!("{}{beside}", units::change(row.judged_pct()?)))
}

/// Returns the interval of a change, or the change where it is exact; `None` of a row without one.
fn ends(row: &Change) -> Option<[f64; 2]> {
    let pct = row.judged_pct().filter(|pct| pct.is_finite() && *pct != 0.0)?;
    let (low, high) = row.judged_interval_pct().unwrap_or((pct, pct));
    let is_known = low.is_finite() && high.is_finite() && low <= high;
    Some(if is_known { [low.min(pct), high.max(pct)] } else { [pct, pct] })
}

/// Returns the limits that a row was judged by, as changes in per cent.
fn limits(row: &Change) -> Vec<f64> {
    let way = row.judged_pct().unwrap_or(0.0).signum();
    let worse = if row.metric.less_is_worse() { -1.0 } else { 1.0 };
    let of = |ground: &Because| match ground {
        Because::OverLimit { limit_pct, .. } | Because::BetterThanLimit { limit_pct } => {
            vec![way * limit_pct]
        }
        Because::OverLowerLimit { lower_pct, limit_pct, .. } => {
            Some(lower_pct).into_iter().chain(limit_pct).map(|pct| way * pct).collect()
        }
        Because::WithinLimit { limit_pct } => limit_pct.iter().map(|pct| worse * pct).collect(),
        _ => Vec::new(),
    };
    let limits = row.because.iter().flat_map(of);
    // A limit of nothing is the line of no change.
    limits.filter(|limit| limit.is_finite() && *limit != 0.0).collect()
}

/// Returns the next round number.
fn round_up(value: f64) -> f64 {
    let power = tenfold(1.0, exponent(value));
    let steps = [1.0, 1.5, 2.0, 3.0, 5.0, 7.5, 10.0].map(|step| step * power);
    steps.into_iter().find(|it| *it >= value).unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Metric, Verdict};

    fn row(pct: f64, interval: Option<(f64, f64)>, because: Because) -> Change {
        Change {
            change_pct: Some(pct),
            interval_pct: interval,
            verdict: Verdict::Regression,
            because: vec![because],
            ..Change::exact("f", Metric::SelfNs, [Some(1.0), Some(2.0)])
        }
    }

    fn drawn(rows: &[Change]) -> String {
        let scale = Scale::of(rows, 16, 100).unwrap();
        let paint = Paint { styled: false };
        let lines = rows.iter().map(|row| scale.bar(row, paint).unwrap());
        lines.chain([scale.legend(100)]).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn changes_lie_between_no_change_and_the_ends() {
        let over = |limit_pct| Because::OverLimit { limit_pct, origin: None };
        let rows = [
            row(40.0, Some((36.0, 44.5)), over(15.0)),
            row(20.0, Some((-2.0, 41.0)), over(15.0)),
            row(9.0, None, over(3.0)),
            row(900.0, Some((800.0, 1_000.0)), over(3.0)),
            row(-12.0, Some((-13.0, -11.0)), Because::BetterThanLimit { limit_pct: 1.0 }),
        ];
        insta::assert_snapshot!(drawn(&rows), @r"
              │  ┊   ├●┤                                  +40.0 %
              ├──┼●────┤                                  +20.0 %
              │┊●                                         +9.0 %
              │┊                                       ▶  +900.0 %
           ├● │                                           -12.0 %
        -30.0 to +200.0 %: │ no change, ┊ limit, ├─●─┤ the change and its interval
        ");
    }

    #[test]
    fn nothing_is_drawn_where_there_is_no_room_or_no_change() {
        let some = [row(40.0, None, Because::Other)];
        assert!(Scale::of(&some, 16, NARROWEST_SCREEN - 1).is_none());
        let odd = [f64::NAN, f64::INFINITY, 0.0].map(|pct| row(pct, None, Because::Other));
        assert!(Scale::of(&odd, 16, 100).is_none());
        let odd = row(5.0, Some((f64::NEG_INFINITY, f64::NAN)), Because::Other);
        assert!(drawn(&[odd]).contains('●'));
        for value in [1e-300, 0.3, 1.0, 7.0, 1e300] {
            assert!(round_up(value) >= value && round_up(value) <= value * 10.0, "{value}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_bar_is_wider_than_the_screen(
            all in proptest::collection::vec(proptest::prelude::any::<(f64, f64, f64, f64)>(), 1..9),
            width in NARROWEST_SCREEN..200,
        ) {
            let of = |&(pct, low, high, limit_pct): &(f64, f64, f64, f64)| {
                row(pct, Some((low, high)), Because::OverLimit { limit_pct, origin: None })
            };
            let rows: Vec<Change> = all.iter().map(of).collect();
            let Some(scale) = Scale::of(&rows, 16, width) else { return Ok(()) };
            let bars = rows.iter().filter_map(|row| scale.bar(row, Paint { styled: false }));
            for line in bars.chain([scale.legend(width - 16)]) {
                proptest::prop_assert!(fit::width(&line) + 16 <= width, "{line}");
            }
        }
    }
}
