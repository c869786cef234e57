//! The last runs of each function. Runs that were made together are one point.

use super::series::{self, Series};
use super::{Course, FALSE_DISCOVERIES, TrendRules, whole};
use crate::model::{
    DECLINE_SCHEMA, DECLINE_VERSION, DeclineDocument, Metric, Point, RunDocument, Side,
};
use crate::stats::robust;
use crate::verdict::Ends;

/// Returns the runs in groups that were made together, oldest first.
///
/// The rounds of `run --repeat` are of one commit within a minute. Their order shows no trend of
/// the code, so they are one point, the median.
pub fn points(runs: &[RunDocument]) -> Vec<&[RunDocument]> {
    runs.chunk_by(|a, b| a.run.was_made_with(&b.run)).collect()
}

/// Finds the functions that became slower run by run over the last `last` points of `runs`, which
/// are comparable and oldest first. `None` where there are fewer points.
pub fn decline(
    runs: &[RunDocument],
    last: usize,
    metric: Metric,
    rules: impl Into<TrendRules>,
) -> Option<DeclineDocument> {
    let TrendRules { limits, load } = rules.into();
    let points = points(runs);
    let earlier = points.len().checked_sub(last)?;
    let newest = runs.last()?;
    let lengths: Vec<usize> = points.iter().map(|runs| runs.len()).collect();
    let courses: Vec<Course> = series::all(runs, metric)
        .into_iter()
        .filter_map(|series| course(series, &lengths, earlier))
        .collect();
    let (history, _) = runs.split_at(lengths.iter().take(earlier).sum());
    let ends = Ends {
        before: points.get(earlier)?,
        after: points.last()?,
        history,
        called: ["the first of them", "the last of them"],
    };
    let certain = |name: &str, values| ends.finding(name, metric, values, load);
    Some(DeclineDocument {
        schema: DECLINE_SCHEMA.to_owned(),
        version: DECLINE_VERSION,
        command: newest.run.command.clone(),
        machine_key: newest.run.machine_key().into_owned(),
        branch: None,
        metric,
        limits,
        history_runs: earlier as u64,
        false_discoveries: FALSE_DISCOVERIES,
        points: points.iter().skip(earlier).filter_map(|runs| point(runs)).collect(),
        notes: notes(&points[earlier..]),
        functions: super::declines(&courses, metric, limits, certain),
    })
}

/// Returns the course of a function; `None` unless each of the last points has a value of it.
fn course(series: Series, lengths: &[usize], earlier: usize) -> Option<Course> {
    let mut rest = series.values.as_slice();
    let medians = lengths.iter().map(|&length| {
        let (runs, after) = rest.split_at(length.min(rest.len()));
        rest = after;
        robust::median(&runs.iter().flatten().copied().collect::<Vec<_>>())
    });
    let medians: Vec<Option<f64>> = medians.collect();
    let (before, last) = medians.split_at(earlier);
    let values = last.iter().copied().collect::<Option<Vec<f64>>>()?;
    let before = before.iter().flatten().copied().collect();
    Some(Course { name: series.name, before, values })
}

/// Returns sentences to read before a word is believed.
fn notes(points: &[&[RunDocument]]) -> Vec<String> {
    let runs: Vec<&RunDocument> = points.iter().copied().flatten().collect();
    whole::in_words(&runs, "").into_iter().collect()
}

fn point(runs: &[RunDocument]) -> Option<Point> {
    Some(Point { runs: runs.len() as u64, newest: Side::from(runs.last()?) })
}
