//! Many runs of one command as a series of values for each function: `history` shows them, and
//! `compare-last` judges them. Pure.

mod changes;
mod courses;
mod decline;
mod older;
mod outlook;
mod series;
mod suites;
mod trend;
mod whole;

pub use courses::{decline, points};
pub use decline::{Course, FALSE_DISCOVERIES, LEAST_RUNS, declines};
pub(crate) use older::{NEAR_RUNS, Older};
pub use outlook::breaches;
pub use trend::{TrendRules, Trends, trends, word};

use rayon::prelude::*;

use crate::model::{
    FunctionHistory, HISTORY_SCHEMA, HISTORY_VERSION, HistoryDocument, Metric, RunDocument, Side,
};
use crate::stats::robust;
use crate::verdict::Used;
use changes::Level;
use series::Series;

/// The fewest runs in which a change of level can be found.
pub use crate::stats::segments::FEWEST;

/// Returns the history of `metric` in `runs`, which are comparable and oldest first. It has the
/// values of each function, its trend, and its changes of level. `None` without runs.
///
/// ```
/// use perf_report::analysis::history::history;
/// use perf_report::model::{Metric, TrendLimits};
///
/// assert_eq!(history(&[], Metric::SelfNs, TrendLimits::default()), None);
/// ```
pub fn history(
    runs: &[RunDocument],
    metric: Metric,
    rules: impl Into<TrendRules>,
) -> Option<HistoryDocument> {
    history_of(runs, metric, rules, |_| true)
}

/// Returns the functions that have a history of `metric`, most self time in the newest run first.
pub fn names(runs: &[RunDocument], metric: Metric) -> Vec<String> {
    let own = series::all(runs, metric).into_iter().map(|series| series.name);
    own.chain(suites::names(runs, metric)).collect()
}

/// Returns the same as [`history`], but only with the functions that are `wanted`. They are judged
/// among all.
pub fn history_of(
    runs: &[RunDocument],
    metric: Metric,
    rules: impl Into<TrendRules>,
    is_wanted: impl Fn(&str) -> bool,
) -> Option<HistoryDocument> {
    let rules = rules.into();
    let newest = runs.last()?;
    let sides: Vec<Side> = runs.iter().map(Side::from).collect();
    let trends = trends(runs, metric, rules);
    let mut series = series::all(runs, metric);
    series.retain(|series| is_wanted(&series.name));
    let used = Used::of(runs, FEWEST);
    let level = Level { used: &used, sides: &sides, metric, load: rules.load };
    let function = |it| function(it, runs, &level, &trends);
    let mut functions: Vec<_> = series.into_par_iter().filter_map(function).collect();
    functions.extend(suites::histories(runs, metric, rules, &is_wanted));
    Some(HistoryDocument {
        schema: HISTORY_SCHEMA.to_owned(),
        version: HISTORY_VERSION,
        command: newest.run.command.clone(),
        machine_key: newest.run.machine_key().into_owned(),
        branch: None,
        metric,
        limits: rules.limits,
        judged_runs: trends.judged_runs as u64,
        baseline_runs: trends.baseline_runs as u64,
        too_few: runs.len() < FEWEST,
        notes: notes(runs, &used, trends.notes),
        breaches: Vec::new(),
        not_whole: whole::not_whole(runs),
        runs: sides,
        functions,
    })
}

fn notes(runs: &[RunDocument], used: &Used<'_>, mut notes: Vec<String>) -> Vec<String> {
    let are_used = used.places.len() == runs.len();
    let then = if are_used { "" } else { ", and no part of a level" };
    notes.extend(whole::in_words(&runs.iter().collect::<Vec<_>>(), then));
    notes
}

fn function(
    series: Series,
    runs: &[RunDocument],
    level: &Level<'_>,
    trends: &Trends,
) -> Option<FunctionHistory> {
    let latest = latest(&series.values, trends.judged_runs)?;
    let row = trends.rows.get(&series.name);
    let verdict = row.map(|row| row.verdict);
    let reason = match row {
        Some(row) => row.reason.clone(),
        None if trends.baseline_runs == 0 => "there is no run before to judge it by".to_owned(),
        None if level.metric.is_percentile() && is_estimated(runs, &series.name) => {
            "it is sampled: percentiles are those of a few windows, and are not judged".to_owned()
        }
        None => "too few calls to judge it, or no value on one of the sides".to_owned(),
    };
    let (change_points, doubtful_changes) = level.changes(&series.name, &series.values);
    Some(FunctionHistory {
        name: series.name,
        values: series.values,
        latest,
        trend: verdict.and_then(word),
        verdict,
        change_pct: row.and_then(|row| row.change_pct),
        reason,
        change_points,
        doubtful_changes,
    })
}

/// Returns the value that is judged: the median of the newest runs, or else the newest value before
/// them.
fn latest(values: &[Option<f64>], judged: usize) -> Option<f64> {
    let (before, newest) = values.split_at(values.len().saturating_sub(judged));
    let newest: Vec<f64> = newest.iter().flatten().copied().collect();
    robust::median(&newest).or_else(|| before.iter().rev().flatten().next().copied())
}

/// Returns whether the times of a function are estimates in one of the runs.
fn is_estimated(runs: &[RunDocument], name: &str) -> bool {
    runs.iter().flat_map(|run| &run.functions).any(|it| it.has_estimated_times() && it.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::samples::{noisy, past};
    use crate::model::{Function, Trend, TrendLimits};
    use crate::stats::segments::Kind;

    fn of(functions: &[(&str, Vec<u64>)]) -> HistoryDocument {
        history(&past(functions), Metric::SelfNs, TrendLimits::default()).unwrap()
    }

    #[test]
    fn a_step_is_between_two_commits() {
        let times = [noisy(1, 20, 12_000_000, 10), noisy(2, 10, 13_800_000, 10)].concat();
        let document = of(&[("demo::f", times)]);
        let [change] = &document.functions[0].change_points[..] else { panic!("{document:?}") };
        assert_eq!((change.kind, change.index, change.end), (Kind::Step, 20, 20));
        assert_eq!(change.last_before, 19);
        assert_eq!(change.commit, document.runs[20].commit);
        assert_eq!(change.commit_before, document.runs[19].commit);
        assert!(change.change_pct.is_some_and(|pct| (pct - 15.0).abs() < 1.5), "{change:?}");
        assert_eq!(document.functions[0].trend, Some(Trend::Stable), "it has been so for long");
    }

    #[test]
    fn places_are_those_of_the_runs_where_some_have_no_value() {
        let times = [noisy(1, 20, 12_000_000, 10), noisy(2, 12, 15_000_000, 10)].concat();
        let mut runs = past(&[("demo::f", times)]);
        for at in [3, 19, 20] {
            runs[at].functions.clear();
        }
        let document = history(&runs, Metric::SelfNs, TrendLimits::default()).unwrap();
        let function = &document.functions[0];
        assert_eq!((function.values[3], function.values.len()), (None, 32));
        let [change] = &function.change_points[..] else { panic!("{function:?}") };
        assert_eq!((change.last_before, change.index), (18, 21));
    }

    #[test]
    fn few_runs_have_no_change_and_say_so() {
        let few = |count: usize| {
            let times = [vec![12_000_000; count - 3], vec![24_000_000; 3]].concat();
            of(&[("demo::f", times)])
        };
        let document = few(7);
        assert!(document.too_few && document.functions[0].change_points.is_empty());
        assert!(!few(8).too_few);
        let one = of(&[("demo::f", vec![5])]);
        assert_eq!((one.baseline_runs, one.functions[0].trend), (0, None));
        assert_eq!(one.functions[0].reason, "there is no run before to judge it by");
    }

    #[test]
    fn the_command_is_a_series_too() {
        let runs = past(&[("demo::f", noisy(1, 20, 12_000_000, 5))]);
        let document = history(&runs, Metric::WallNs, TrendLimits::default()).unwrap();
        let [command] = &document.functions[..] else { panic!("{document:?}") };
        assert_eq!(
            (command.name.as_str(), command.trend),
            (crate::model::COMMAND, Some(Trend::Stable))
        );
        let none = history(&runs, Metric::PeakRssBytes, TrendLimits::default()).unwrap();
        assert_eq!(none.functions, []);
        let allocs = history(&runs, Metric::SelfAllocs, TrendLimits::default()).unwrap();
        assert_eq!(allocs.functions, [], "they were not counted");
    }

    #[test]
    fn most_self_time_in_the_newest_run_comes_first_and_what_is_gone_last() {
        let mut runs = past(&[("demo::a", vec![1; 3]), ("demo::b", vec![2; 3])]);
        let old =
            Function { name: "demo::old".to_owned(), calls: 1, self_ns: 9, ..Function::default() };
        runs[0].functions.push(old);
        let document = history(&runs, Metric::Calls, TrendLimits::default()).unwrap();
        let names: Vec<&str> = document.functions.iter().map(|it| it.name.as_str()).collect();
        assert_eq!(names, ["demo::b", "demo::a", "demo::old"]);
        assert_eq!(document.functions[2].values, [Some(1.0), None, None]);
    }

    #[test]
    fn what_was_made_together_is_one_point() {
        let mut runs = past(&[("demo::f", vec![10, 30, 20, 40, 50])]);
        for run in &mut runs[..3] {
            run.run.group = Some("one".to_owned());
        }
        let found = decline(&runs, 3, Metric::SelfNs, TrendLimits::default()).unwrap();
        assert_eq!(found.functions[0].values, [20.0, 40.0, 50.0]);
        assert_eq!(found.points.iter().map(|it| it.runs).collect::<Vec<_>>(), [3, 1, 1]);
        assert_eq!(decline(&runs, 4, Metric::SelfNs, TrendLimits::default()), None);
        assert_eq!(decline(&[], 3, Metric::SelfNs, TrendLimits::default()), None);
    }
}
