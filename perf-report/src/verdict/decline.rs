//! Which functions became slower run by run.
//!
//! A slow-down that comes in small steps is in no comparison of one run with the one before. But
//! that N runs without a change are in one order, of all that there are, is a chance of 1 in N!; and
//! where earlier runs tell how far runs lie apart, so is a change as large as theirs. Order and
//! spread of values that come in any order are independent, so the two chances multiply. What counts
//! as found is decided for all functions together, by the control of false discoveries of every
//! report.

use super::limits::MetricLimits;
use super::reason::{self, number, title};
use super::{decide, trend};
use crate::model::{Decline, Direction, Metric, Trend, TrendLimits};
use crate::stats::{fdr, moderated};
use crate::units::{self, float};

/// Of all declines that are called so, the share that may be chance. 1/5! is below it, so that five
/// runs without a history can be enough.
pub const FALSE_DISCOVERIES: f64 = 0.01;
/// Fewest runs that can decline.
pub const LEAST_RUNS: usize = 3;

/// A function, with its values oldest first.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Course {
    /// Its name.
    pub name: String,
    /// Earlier values, which only tell how far runs lie apart.
    pub before: Vec<f64>,
    /// The values that are judged, at least [`LEAST_RUNS`] and as many as of every other function.
    pub values: Vec<f64>,
}

/// Judges which way `metric` of each function goes. Declines come first, the largest of them first;
/// then improvements; then what goes both ways, or moves too little.
pub fn declines(courses: &[Course], metric: Metric, limits: TrendLimits) -> Vec<Decline> {
    let tests: Vec<(Direction, f64)> = courses.iter().map(|it| chance(it, metric)).collect();
    let adjusted = [Direction::Worse, Direction::Better].map(|wanted| {
        let of = |&(way, p): &(Direction, f64)| if way == wanted { p } else { 1.0 };
        fdr::adjusted(&tests.iter().map(of).collect::<Vec<_>>())
    });
    let mut rows: Vec<Decline> = courses
        .iter()
        .zip(&tests)
        .enumerate()
        .map(|(at, (course, &(direction, p_value)))| {
            let adjusted = adjusted.iter().map(|all| all[at]).fold(1.0, f64::min);
            judge(course, direction, [p_value, adjusted], metric, limits)
        })
        .collect();
    let size = |row: &Decline| row.change_pct.unwrap_or(f64::INFINITY).abs();
    let rank = |row: &Decline| {
        let order = Trend::WORST_FIRST.iter().position(|word| *word == row.trend);
        (order, row.direction == Direction::Mixed, row.direction != Direction::Worse)
    };
    rows.sort_by(|a, b| {
        let by_size = || size(b).total_cmp(&size(a));
        rank(a).cmp(&rank(b)).then_with(by_size).then_with(|| a.name.cmp(&b.name))
    });
    rows
}

/// Which way the values go, and how probable so steady and so large a change is.
fn chance(course: &Course, metric: Metric) -> (Direction, f64) {
    let values = &course.values;
    let each = |goes: fn(f64, f64) -> bool| values.windows(2).all(|pair| goes(pair[0], pair[1]));
    let (falls, rises) = (each(|a, b| b < a), each(|a, b| b > a));
    if values.len() < LEAST_RUNS || falls == rises {
        return (Direction::Mixed, 1.0);
    }
    let is_worse = rises != (metric == Metric::Success);
    let direction = if is_worse { Direction::Worse } else { Direction::Better };
    let orders: f64 = (1..=values.len() as u64).map(float).product();
    (direction, spread(course) / orders)
}

/// How probable it is that any two of the values lie as far apart as the first and the last: at most
/// the sum over all pairs. 1 where no earlier runs tell.
fn spread(course: &Course) -> f64 {
    let ends = course.values.first().zip(course.values.last());
    let known = moderated::prior_of_history(&course.before)
        .zip(ends)
        .and_then(|(prior, ends)| moderated::two_samples(&[*ends.0], &[*ends.1], Some(prior)));
    let count = float(course.values.len() as u64);
    known.map_or(1.0, |apart| (count * (count - 1.0) / 2.0 * apart.p_value).min(1.0))
}

fn judge(
    course: &Course,
    direction: Direction,
    [p_value, adjusted_p_value]: [f64; 2],
    metric: Metric,
    limits: TrendLimits,
) -> Decline {
    let first = course.values.first().copied().unwrap_or_default();
    let last = course.values.last().copied().unwrap_or_default();
    let change_pct = reason::change_pct(first, last);
    let sign = if metric == Metric::Success { -1.0 } else { 1.0 };
    let by = sign * change_pct.unwrap_or(if last > first { f64::INFINITY } else { 0.0 });
    let own = MetricLimits {
        improved_pct: limits.improvement_pct,
        degraded_pct: limits.degraded_pct,
        regression_pct: limits.regression_pct,
    };
    let verdict = decide::beyond(own, by);
    let would = trend::word(verdict).unwrap_or(Trend::Stable);
    let is_found = direction != Direction::Mixed && adjusted_p_value <= FALSE_DISCOVERIES;
    let trend = if is_found { would } else { Trend::Stable };
    let said = said(course, direction, metric, [first, last], change_pct);
    let why = match (direction, is_found) {
        (Direction::Mixed, _) => String::new(),
        (_, true) => format!(", {}", reason::against_limits(verdict, own)),
        (_, false) if would == Trend::Stable => {
            format!(", {}", reason::against_limits(verdict, own))
        }
        (_, false) => ", but it may be chance".to_owned(),
    };
    Decline {
        name: course.name.clone(),
        values: course.values.clone(),
        direction,
        change_pct,
        p_value,
        adjusted_p_value,
        trend,
        reason: format!("{said}{why}"),
    }
}

/// `self time slower run by run over the last 5 runs: 12.1 ms → 14.0 ms a call, +15.7 % in all`
fn said(
    course: &Course,
    direction: Direction,
    metric: Metric,
    [first, last]: [f64; 2],
    change_pct: Option<f64>,
) -> String {
    let runs = units::plural(course.values.len() as u64, "run");
    let how = match direction {
        Direction::Mixed => "up and down",
        _ if metric.is_count() || metric == Metric::PeakRssBytes => {
            if last > first {
                "more run by run"
            } else {
                "less run by run"
            }
        }
        Direction::Worse => "slower run by run",
        Direction::Better => "faster run by run",
    };
    let [from, to] = [first, last].map(|value| number(metric, value));
    let unit = if metric == Metric::SelfNs { " a call" } else { "" };
    let pct = change_pct.map_or_else(String::new, |pct| format!(", {} in all", units::change(pct)));
    format!("{} {how} over the last {runs}: {from} → {to}{unit}{pct}", title(metric))
}
