//! Functions that became slower run by run.
//!
//! A slow-down in small steps shows in no comparison of one run with the one before. Two things
//! show it. One is its order: without a change, N runs come in ascending order once in N! times.
//! The other is its size, where earlier runs show how far runs lie apart by chance. For values in
//! random order, order and spread are independent, so the two probabilities multiply. The control
//! of false discoveries then decides for all functions together, as in every report.

use super::trend;
use crate::model::{Decline, Direction, Metric, Trend, TrendLimits, Verdict};
use crate::stats::number::{change_pct, float};
use crate::stats::{fdr, moderated};
use crate::text::order::natural;
use crate::text::units;
use crate::verdict::limits::MetricLimits;
use crate::verdict::{Certain, words};

/// The share of all declines found that may be chance. 1/5! is below it, so five runs without a
/// history can be enough.
pub const FALSE_DISCOVERIES: f64 = 0.01;
/// Fewest runs that can decline.
pub const LEAST_RUNS: usize = 3;

/// A function, with its values oldest first.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Course {
    /// Its name.
    pub name: String,
    /// Earlier values, which only show how far runs lie apart.
    pub before: Vec<f64>,
    /// The values that are judged, at least [`LEAST_RUNS`] and as many as of every other function.
    pub values: Vec<f64>,
}

/// Judges the direction of `metric` for each function. Declines come first, the largest of them
/// first; then improvements; then the functions that go both ways, or move too little. `certain`
/// returns the part of a change, from first value to last, that comes from the program; only
/// changes beyond chance are passed to it.
pub fn declines(
    courses: &[Course],
    metric: Metric,
    limits: TrendLimits,
    certain: impl Fn(&str, [f64; 2]) -> Certain,
) -> Vec<Decline> {
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
            let certain = |values| certain(&course.name, values);
            judge(course, direction, [p_value, adjusted], (metric, limits), certain)
        })
        .collect();
    let size = |row: &Decline| row.change_pct.unwrap_or(f64::INFINITY).abs();
    let rank = |row: &Decline| {
        let order = Trend::WORST_FIRST.iter().position(|word| *word == row.trend);
        (order, row.direction == Direction::Mixed, row.direction != Direction::Worse)
    };
    rows.sort_by(|a, b| {
        let by_size = || size(b).total_cmp(&size(a));
        rank(a).cmp(&rank(b)).then_with(by_size).then_with(|| natural(&a.name, &b.name))
    });
    rows
}

/// Returns the direction of the values, and the probability of a change as steady and as large.
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

/// Returns the probability that any two of the values lie as far apart as the first and the last:
/// at most the sum over all pairs. 1 without enough earlier runs.
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
    (metric, limits): (Metric, TrendLimits),
    certain: impl Fn([f64; 2]) -> Certain,
) -> Decline {
    let first = course.values.first().copied().unwrap_or_default();
    let last = course.values.last().copied().unwrap_or_default();
    let change_pct = change_pct(first, last);
    let sign = if metric == Metric::Success { -1.0 } else { 1.0 };
    let by = sign * change_pct.unwrap_or(if last > first { f64::INFINITY } else { 0.0 });
    let own = trend::own_limits(limits);
    let verdict = own.verdict(by);
    let is_found = direction != Direction::Mixed && adjusted_p_value <= FALSE_DISCOVERIES;
    let words = in_words(course, direction, metric, [first, last], change_pct);
    let (verdict, why) = match (direction, is_found) {
        (Direction::Mixed, _) => (Verdict::Stable, String::new()),
        (_, false) if verdict != Verdict::Stable => {
            (Verdict::Stable, ", but it may be chance".to_owned())
        }
        (_, false) => (verdict, format!(", {}", words::against_limits(verdict, own))),
        (_, true) => {
            let (verdict, why) = found(verdict, own, sign, || certain([first, last]));
            (verdict, format!(", {why}"))
        }
    };
    let trend = trend::word(verdict).unwrap_or(Trend::Stable);
    Decline {
        name: course.name.clone(),
        values: course.values.clone(),
        direction,
        change_pct,
        p_value,
        adjusted_p_value,
        trend,
        reason: format!("{words}{why}"),
    }
}

/// Returns the verdict on a change beyond chance, and the reason. `verdict` is the one for the
/// whole change, were all of it certain.
fn found(
    verdict: Verdict,
    own: MetricLimits,
    sign: f64,
    certain: impl FnOnce() -> Certain,
) -> (Verdict, String) {
    if verdict == Verdict::Stable {
        return (verdict, words::against_limits(verdict, own));
    }
    let certain = certain();
    let beyond = own.verdict(sign * certain.pct);
    match certain.why {
        Some(why) if beyond != verdict => (beyond, why),
        _ => (beyond, words::against_limits(beyond, own)),
    }
}

/// Writes a course in words: `slower run by run over the last 5: self time 12.1 ms → 14.0 ms a
/// call, +15.7 % in all`.
fn in_words(
    course: &Course,
    direction: Direction,
    metric: Metric,
    [first, last]: [f64; 2],
    change_pct: Option<f64>,
) -> String {
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
    let (runs, title) = (course.values.len(), metric.title());
    let [from, to] = [first, last].map(|value| metric.number(value));
    let unit = if metric == Metric::SelfNs { " a call" } else { "" };
    let pct = change_pct.map_or_else(String::new, |pct| format!(", {} in all", units::change(pct)));
    format!("{how} over the last {runs}: {title} {from} → {to}{unit}{pct}")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::samples::noisy;

    /// Judges the courses with nothing in doubt.
    fn declines(courses: &[Course], metric: Metric, limits: TrendLimits) -> Vec<Decline> {
        super::declines(courses, metric, limits, |_, [first, last]| {
            Certain::all(change_pct(first, last).unwrap_or(f64::INFINITY))
        })
    }

    fn course(name: &str, before: Vec<u64>, values: &[u64]) -> Course {
        Course {
            name: name.to_owned(),
            before: before.into_iter().map(float).collect(),
            values: values.iter().copied().map(float).collect(),
        }
    }

    fn reported(courses: &[Course]) -> String {
        let rows = declines(courses, Metric::SelfNs, TrendLimits::default());
        let line = |row: &Decline| format!("{} {}: {}", row.name, row.trend, row.reason);
        rows.iter().map(line).collect::<Vec<_>>().join("\n")
    }

    const RISE: [u64; 5] = [12_100_000, 12_500_000, 13_000_000, 13_400_000, 14_000_000];

    #[test]
    fn a_steady_decline_that_earlier_runs_bear_out_is_found() {
        let quiet = || noisy(5, 20, 12_000_000, 10);
        let flat = |name: &str| course(name, quiet(), &noisy(9, 5, 12_000_000, 10));
        insta::assert_snapshot!(reported(&[
            flat("demo::flat"),
            course("demo::worse", quiet(), &RISE),
            course("demo::a_little", quiet(), &[120, 121, 122, 123, 124].map(|it| it * 100_000)),
            course("demo::some", quiet(), &[120, 123, 126, 130, 134].map(|it| it * 100_000)),
            course("demo::better", quiet(), &[140, 134, 130, 125, 120].map(|it| it * 100_000)),
            course("demo::wild", noisy(5, 20, 12_000_000, 400), &RISE),
            course("demo::from_nothing", Vec::new(), &[0, 1, 2, 3, 4]),
            flat("demo::flat_too"),
        ]));
    }

    #[test]
    fn without_a_history_five_runs_are_enough_for_one_function_and_four_are_not() {
        let alone = |values: &[u64]| {
            let rows = declines(
                &[course("f", Vec::new(), values)],
                Metric::SelfNs,
                TrendLimits::default(),
            );
            (rows[0].trend, (rows[0].p_value * 120.0).round())
        };
        assert_eq!(alone(&RISE), (Trend::Regression, 1.0));
        assert_eq!(alone(&RISE[1..]).0, Trend::Stable);
        let others = |count: usize| {
            let mut courses = vec![course("f", Vec::new(), &RISE)];
            let flat = |_| course("other", Vec::new(), &[3, 2, 4, 1, 5]);
            courses.extend((0..count).map(flat));
            declines(&courses, Metric::SelfNs, TrendLimits::default())[0].trend
        };
        assert_eq!((others(0), others(20)), (Trend::Regression, Trend::Stable));
    }

    #[test]
    fn odd_values_have_an_answer() {
        for values in [vec![], vec![1], vec![0; 5], vec![5, 4, 3], vec![u64::MAX; 4]] {
            let rows = declines(
                &[course("f", vec![0; 9], &values)],
                Metric::Calls,
                TrendLimits::default(),
            );
            assert_eq!(rows[0].trend, Trend::Stable, "{values:?}");
        }
        let nan = Course { values: vec![f64::NAN; 4], ..Course::default() };
        let rows = declines(&[nan], Metric::Calls, TrendLimits::default());
        assert_eq!(rows[0].direction, Direction::Mixed);
    }

    #[test]
    fn noise_alone_hardly_ever_declines() {
        let limits =
            TrendLimits { degraded_pct: Some(0.0), regression_pct: None, improvement_pct: None };
        let found = (0..3_000_u64).filter(|&seed| {
            let values = noisy(seed, 25, 12_000_000, 50);
            let (before, values) = values.split_at(20);
            let courses = [course("f", before.to_vec(), values)];
            declines(&courses, Metric::SelfNs, limits)[0].trend != Trend::Stable
        });
        let found = found.count();
        assert!(found <= 30, "{found} of 3,000 are more than one in a hundred");
    }

    fn courses() -> impl Strategy<Value = Vec<Course>> {
        let one = (any::<u64>(), 0_usize..20, 1_000_u64..1_000_000, -40_i64..40);
        proptest::collection::vec(one, 1..8).prop_map(|all| {
            let of = |(at, (seed, earlier, level, slope)): (usize, (u64, usize, u64, i64))| {
                let values: Vec<u64> = noisy(seed, 5, level, 20)
                    .into_iter()
                    .zip(0_i64..)
                    .map(|(value, at)| {
                        let rise = i64::try_from(level).unwrap_or(0) * slope * at / 1_000;
                        value.saturating_add_signed(rise)
                    })
                    .collect();
                course(&format!("f{at}"), noisy(seed ^ 1, earlier, level, 20), &values)
            };
            all.into_iter().enumerate().map(of).collect()
        })
    }

    fn words(courses: &[Course], limits: TrendLimits) -> Vec<(String, Trend)> {
        let rows = declines(courses, Metric::SelfNs, limits);
        let mut words: Vec<_> = rows.into_iter().map(|row| (row.name, row.trend)).collect();
        words.sort();
        words
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn neither_scale_nor_order_changes_a_word(courses in courses(), power in 1_u32..20) {
            let factor = float(1 << power);
            let scale = |values: &[f64]| values.iter().map(|it| it * factor).collect();
            let mut other: Vec<Course> = courses
                .iter()
                .map(|it| Course {
                    name: it.name.clone(),
                    before: scale(&it.before),
                    values: scale(&it.values),
                })
                .collect();
            other.reverse();
            let limits = TrendLimits::default();
            prop_assert_eq!(words(&courses, limits), words(&other, limits));
        }

        #[test]
        fn a_wider_limit_never_adds_a_decline(
            courses in courses(), narrow in 0.0..20.0, more in 0.0..20.0,
        ) {
            let limits = |pct: f64| TrendLimits {
                improvement_pct: Some(pct),
                degraded_pct: Some(pct),
                regression_pct: Some(pct * 1.5),
            };
            let before = words(&courses, limits(narrow));
            let after = words(&courses, limits(narrow + more));
            for ((_, before), (_, after)) in before.iter().zip(&after) {
                prop_assert!(*before >= Trend::Degraded || *after < Trend::Degraded);
                prop_assert!(*before == Trend::Regression || *after != Trend::Regression);
            }
        }
    }
}
