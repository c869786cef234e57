//! Many runs of one command as a series of values for each function: what `history` shows, and what
//! `compare-last` judges. Pure.

mod courses;
mod series;

pub use courses::{decline, points};

use rayon::prelude::*;

use crate::model::{
    FunctionHistory, HISTORY_SCHEMA, HISTORY_VERSION, HistoryChange, HistoryDocument, Metric,
    RunDocument, Side, TrendLimits,
};
use crate::stats::segments::{self, ChangePoint, Settings};
use crate::verdict::{self, Trends};
use series::Series;

/// Fewer runs have no change of level, whatever they hold.
pub use crate::stats::segments::FEWEST;

/// The history of `metric` in `runs`, which are comparable and oldest first: each function with its
/// values, where it is heading, and where its level changed. `None` of no runs.
///
/// ```
/// use perf_report::history::history;
/// use perf_report::model::{Metric, TrendLimits};
///
/// assert_eq!(history(&[], Metric::SelfNs, TrendLimits::default()), None);
/// ```
pub fn history(
    runs: &[RunDocument],
    metric: Metric,
    limits: TrendLimits,
) -> Option<HistoryDocument> {
    history_of(runs, metric, limits, |_| true)
}

/// The functions that have a history of `metric`, most self time in the newest run first.
pub fn names(runs: &[RunDocument], metric: Metric) -> Vec<String> {
    series::all(runs, metric).into_iter().map(|series| series.name).collect()
}

/// The same as [`history`], with those functions only that are wanted. They are judged among all.
pub fn history_of(
    runs: &[RunDocument],
    metric: Metric,
    limits: TrendLimits,
    is_wanted: impl Fn(&str) -> bool,
) -> Option<HistoryDocument> {
    let newest = runs.last()?;
    let sides: Vec<Side> = runs.iter().map(Side::from).collect();
    let trends = verdict::trends(runs, metric, limits);
    let mut series = series::all(runs, metric);
    series.retain(|series| is_wanted(&series.name));
    let functions = series.into_par_iter().filter_map(|it| function(it, &sides, &trends)).collect();
    Some(HistoryDocument {
        schema: HISTORY_SCHEMA.to_owned(),
        version: HISTORY_VERSION,
        command: newest.run.command.clone(),
        machine_key: newest.run.machine.key.clone(),
        branch: None,
        metric,
        limits,
        judged_runs: trends.judged_runs as u64,
        baseline_runs: trends.baseline_runs as u64,
        too_few: runs.len() < FEWEST,
        notes: trends.notes,
        runs: sides,
        functions,
    })
}

fn function(series: Series, runs: &[Side], trends: &Trends) -> Option<FunctionHistory> {
    let latest = series.values.iter().rev().flatten().next().copied()?;
    let row = trends.rows.get(&series.name);
    let verdict = row.map(|row| row.verdict);
    let reason = match row {
        Some(row) => row.reason.clone(),
        None if trends.baseline_runs == 0 => "there is no run before to judge it by".to_owned(),
        None => "too few calls to judge it, or no value on one of the sides".to_owned(),
    };
    let change_points = changes(&series.values, runs);
    Some(FunctionHistory {
        name: series.name,
        values: series.values,
        latest,
        trend: verdict.and_then(verdict::word),
        verdict,
        change_pct: row.and_then(|row| row.change_pct),
        reason,
        change_points,
    })
}

/// The changes of level, of the runs that have a value.
fn changes(values: &[Option<f64>], runs: &[Side]) -> Vec<HistoryChange> {
    let present: Vec<(usize, f64)> =
        values.iter().enumerate().filter_map(|(at, value)| Some((at, (*value)?))).collect();
    let (places, values): (Vec<usize>, Vec<f64>) = present.into_iter().unzip();
    if values.len() < FEWEST {
        return Vec::new();
    }
    let found = segments::change_points(&values, Settings::DEFAULT);
    found.into_iter().filter_map(|change| located(change, &places, runs)).collect()
}

fn located(change: ChangePoint, places: &[usize], runs: &[Side]) -> Option<HistoryChange> {
    let index = *places.get(change.index)?;
    let end = *places.get(change.end)?;
    let last_before = *places.get(change.index.checked_sub(1)?)?;
    let commit = |at: usize| runs.get(at).and_then(|run| run.commit.clone());
    Some(HistoryChange {
        kind: change.kind,
        index: index as u64,
        end: end as u64,
        last_before: last_before as u64,
        before: change.before,
        after: change.after,
        change_pct: change.change_pct(),
        p_value: change.p_value,
        commit_before: commit(last_before),
        commit: commit(index),
        commit_end: commit(end),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::samples::{noisy, past};
    use crate::model::{Function, Trend};
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
        assert_eq!((command.name.as_str(), command.trend), (verdict::COMMAND, Some(Trend::Stable)));
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
