//! What became slower since some moment, in every series that has a run since: the store narrows it down, and the
//! judge of `check` decides. Nothing is printed here.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::check;
use super::config::check::CheckSettings;
use super::context::Context;
use super::named::Runs;
use super::store::{Entry, Filter, Query, Store};
use crate::error::UserError;
use crate::model::{Comparison, RunDocument, SlowerDocument, SlowerSeries, Verdict, subject};
use crate::record::facts;

/// The newest runs among which series are looked for.
const RECENT: usize = 10_000;

/// The series that are judged, at most.
const SERIES: usize = 40;

/// The runs of before by which a series is judged, at most.
const BEFORE: usize = 10;

/// Finds what the newest run of each series is worse in than the runs of before `since`; with a branch, among its runs.
///
/// # Errors
/// When the store cannot be read. A series that cannot be judged says why.
pub(crate) fn since(
    context: &Context,
    (since, branch): (Timestamp, Option<&str>),
    settings: &CheckSettings,
) -> Result<SlowerDocument, UserError> {
    let store = context.open()?;
    let since = facts::rfc_3339(since);
    let branch = branch.map(str::to_owned);
    let recent = Filter { since: Some(since.clone()), branch: branch.clone(), ..Filter::default() };
    let newest = newest_of_series(store.entries(&Query::newest(recent, RECENT))?);
    let left_out = newest.len().saturating_sub(SERIES) as u64;
    let before = Filter { until: Some(since.clone()), branch: branch.clone(), ..Filter::default() };
    let judge = |entry: &Entry| series(context, &*store, (entry, &before), settings);
    let found = newest.iter().take(SERIES).map(judge).collect();
    let now = facts::rfc_3339(facts::now());
    Ok(SlowerDocument { branch, ..SlowerDocument::of((since, now), found, left_out) })
}

/// Returns the newest of each series among `entries`, which are in order, the newest first.
fn newest_of_series(mut entries: Vec<Entry>) -> Vec<Entry> {
    let mut known = BTreeSet::new();
    entries.retain(|entry| known.insert(entry.series()));
    entries
}

/// Judges the newest run of a series by those of before.
fn series(
    context: &Context,
    store: &dyn Store,
    (entry, before): (&Entry, &Filter),
    settings: &CheckSettings,
) -> SlowerSeries {
    let mut series = SlowerSeries {
        command: subject(&entry.command),
        source: entry.source.clone(),
        machine_key: entry.machine_key.clone(),
        run: entry.id.clone(),
        time: entry.time.clone(),
        branch: entry.branch.clone(),
        commit: entry.commit.clone(),
        ..SlowerSeries::default()
    };
    match compared(context, store, (entry, before), settings) {
        Ok((comparison, before)) => {
            series.before = before;
            series.judged = comparison.judged;
            series.verdict = comparison.verdict;
            series.worse = comparison.functions;
            series.worse.retain(|row| row.verdict >= Verdict::Degraded);
        }
        Err(reason) => series.not_judged = Some(reason),
    }
    series
}

/// Compares the newest run with those of before, and counts these; or says why it cannot.
fn compared(
    context: &Context,
    store: &dyn Store,
    (entry, before): (&Entry, &Filter),
    settings: &CheckSettings,
) -> Result<(Comparison, u64), String> {
    let words = |error: UserError| error.to_string();
    let run = store.load(&entry.id).map_err(|error| words(error.into()))?;
    let before = comparable(store, &run, before).map_err(words)?;
    if before.is_empty() {
        return Err("no comparable run was made before".to_owned());
    }
    let count = before.len() as u64;
    let mut current = Runs::with_group(store, run).map_err(words)?;
    let mut before = Runs::new("before".to_owned(), before);
    let judged = check::compare(context, &mut before, &mut current, settings).map_err(words)?;
    Ok((judged.0, count))
}

/// Returns the runs of before that may be compared with `run`, the newest ones.
fn comparable(
    store: &dyn Store,
    run: &RunDocument,
    before: &Filter,
) -> Result<Vec<RunDocument>, UserError> {
    let Filter { until, branch, .. } = before.clone();
    let filter = Filter { branch, until, ..Filter::comparable(run) };
    Ok(store.recent_samples(&filter, BEFORE)?)
}
