//! Findings of a comparison: a finding for each function that became slower, however many of its metrics and of
//! its callers show it.

use std::collections::{BTreeMap, BTreeSet};

use super::{Evidence, Finding, Found, word};
use crate::model::{
    AlertEntry, AlertKey, AlertKind, AlertMetric, AlertPhase, AlertText, Because, COMMAND, Change,
    Comparison, Metric, RunDocument, Verdict, unit_word,
};
use crate::stats::number::float;
use crate::verdict::failures;

/// Changes of a measured time that one run alone proves: the probability of so large a one by chance, and the
/// change in per cent at the lower end of its interval. Few runs leave much to chance, so that only what is far
/// beyond any noise is certain by them.
const CERTAIN: [(f64, f64); 2] = [(0.001, 50.0), (0.01, 100.0)];
/// The probability below which a change is certain that several runs show.
const CERTAIN_P: f64 = 0.001;
/// The part of the rise of a caller that has to be its callees' for it to be no finding of its own.
const EXPLAINED: f64 = 0.75;
/// The callers that are named, at most.
const NAMED: usize = 3;

/// The order in which metrics lead: first where the time went, then what people think of.
const LEADING: [Metric; 9] = [
    Metric::SelfNs,
    Metric::MeanNs,
    Metric::P50Ns,
    Metric::P90Ns,
    Metric::P95Ns,
    Metric::P99Ns,
    Metric::TotalNs,
    Metric::WallNs,
    Metric::CpuNs,
];
/// Returns the metric that an alert is known by: `None` where several of them are one alert.
pub(in crate::analysis::alerts) fn of_key(metric: Metric) -> Option<String> {
    (!is_grouped(metric)).then(|| word(metric)).flatten()
}

fn is_grouped(metric: Metric) -> bool {
    metric.is_of_function() || matches!(metric, Metric::WallNs | Metric::CpuNs)
}

/// Finds what became worse, a finding for each function.
pub(super) fn regressions(
    comparison: &Comparison,
    evidence: &Evidence<'_>,
    remembered: &[AlertEntry],
    all: &mut Found,
) {
    let key = |name: &str, metric: Metric| AlertKey {
        kind: AlertKind::Regression,
        function: Some(name.to_owned()),
        identity: None,
        metric: of_key(metric),
        baseline: comparison.baseline.clone(),
    };
    let none = BTreeSet::new();
    let failed: BTreeSet<(&str, Metric)> = failures(comparison, evidence.fail_on.unwrap_or(&none))
        .into_iter()
        .filter_map(|failure| Some((failure.name, failure.metric?)))
        .collect();
    let mut worse: BTreeMap<AlertKey, Vec<&Change>> = BTreeMap::new();
    let mut others: BTreeMap<AlertKey, Vec<&Change>> = BTreeMap::new();
    // How a benchmark ended is an alert of its own.
    for row in comparison.functions.iter().filter(|row| !has_ended_badly(row)) {
        let is_worse = failed.contains(&(row.name.as_str(), row.metric));
        let rows = if is_worse { &mut worse } else { &mut others };
        rows.entry(key(&row.name, row.metric)).or_default().push(row);
    }
    for rows in worse.values_mut() {
        rows.sort_by_key(|row| rank(row.metric));
    }
    for (key, rows) in &others {
        let entry = remembered.iter().find(|entry| entry.key == *key);
        settle(key, rows, (entry, evidence.hold_pct), all);
    }
    for waiver in &comparison.waived {
        if let Some(key) = waiver.metric.map(|metric| key(&waiver.name, metric)) {
            all.open.remove(&key);
            all.settled.insert(key);
        }
    }
    all.settled.retain(|key| !worse.contains_key(key));
    report(comparison, (evidence, remembered), worse, all);
}

fn has_ended_badly(row: &Change) -> bool {
    row.because.iter().any(|because| matches!(because, Because::Ended { .. }))
}

fn rank(metric: Metric) -> (usize, Metric) {
    let place = LEADING.iter().position(|leading| *leading == metric);
    (place.unwrap_or(LEADING.len()), metric)
}

/// Decides what rows that are not worse say of an alert: the metric that leads it is the one that ends it.
fn settle(
    key: &AlertKey,
    rows: &[&Change],
    (entry, hold_pct): (Option<&AlertEntry>, Option<f64>),
    all: &mut Found,
) {
    let leading = entry.and_then(|entry| entry.what.metrics.first());
    let is_leading = |row: &Change| {
        leading.is_none_or(|leading| word(row.metric).as_ref() == Some(&leading.metric))
    };
    let rows: Vec<&&Change> = rows.iter().filter(|row| is_leading(row)).collect();
    let is_open = |row: &&&Change| match row.verdict {
        Verdict::Inconclusive => holds(row, hold_pct),
        verdict => verdict == Verdict::Degraded,
    };
    if rows.iter().any(is_open) {
        all.open.insert(key.clone());
    } else if rows.iter().any(|row| row.verdict == Verdict::Improved) {
        all.settled.insert(key.clone());
    }
}

/// Returns whether a row that noise hides may still be as bad. The steps of the past are noise, too, so that
/// a value that is back would otherwise never count as such.
fn holds(row: &Change, hold_pct: Option<f64>) -> bool {
    let sign = if row.metric.less_is_worse() { -1.0 } else { 1.0 };
    let worse = row.judged_pct().map(|pct| sign * pct);
    worse.zip(hold_pct).is_none_or(|(worse, hold)| worse > hold)
}

/// Makes a finding of the rows of each function, and none of callers whose rise is explained by another one.
fn report(
    comparison: &Comparison,
    (evidence, remembered): (&Evidence<'_>, &[AlertEntry]),
    mut worse: BTreeMap<AlertKey, Vec<&Change>>,
    all: &mut Found,
) {
    let fires = |key: &AlertKey| {
        let mut entries = remembered.iter();
        entries.any(|entry| entry.key == *key && entry.phase == AlertPhase::Firing)
    };
    let is_known = |row: &&Change| {
        row.metric == Metric::SelfNs && {
            let metric = of_key(row.metric);
            let baseline = comparison.baseline.clone();
            let function = Some(row.name.clone());
            let of_row = AlertKey::of_command(AlertKind::Regression);
            let key = AlertKey { function, metric, baseline, ..of_row };
            worse.get(&key).is_some_and(|rows| rows[0].metric == Metric::SelfNs)
                || (all.open.contains(&key) && fires(&key))
        }
    };
    let slower: Vec<&Change> = comparison.functions.iter().filter(is_known).collect();
    let mut callers: BTreeMap<&str, Vec<Finding>> = BTreeMap::new();
    if let Some(run) = evidence.run {
        let explained: Vec<(AlertKey, &str)> = worse
            .iter()
            .filter_map(|(key, rows)| Some((key.clone(), explained(rows, &slower, run)?)))
            .collect();
        for (key, by) in explained {
            let rows = worse.remove(&key).unwrap_or_default();
            if fires(&key) {
                all.open.insert(key.clone());
            }
            callers.entry(by).or_default().push(finding(key, &rows, comparison));
        }
    }
    for (key, rows) in worse {
        let callers = callers.remove(rows[0].name.as_str()).unwrap_or_default();
        let own = finding(key, &rows, comparison);
        all.found.push(with_callers(own, &callers));
    }
}

/// Returns the function whose self time explains why these rows, of times that hold those of callees, are worse:
/// the one that took most of it.
fn explained<'a>(rows: &[&Change], slower: &[&'a Change], run: &RunDocument) -> Option<&'a str> {
    let row = rows.first()?;
    // Of those that lead, all times but the first hold those of callees.
    let is_of_callees = |metric: &Metric| *metric != Metric::SelfNs && LEADING.contains(metric);
    let is_inclusive = rows.iter().all(|row| is_of_callees(&row.metric));
    let rise = is_inclusive.then(|| rise(row, run)).flatten()?;
    let below = (row.name != COMMAND).then(|| callees(&row.name, run));
    let is_below = |name: &str| below.as_ref().is_none_or(|below| below.contains(name));
    let parts = slower.iter().filter(|it| it.name != row.name && is_below(&it.name));
    let parts: Vec<(f64, &str)> =
        parts.filter_map(|it| Some((self::rise(it, run)?, it.name.as_str()))).collect();
    let sum: f64 = parts.iter().map(|(ns, _)| ns).sum();
    let most = parts.into_iter().max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.cmp(a.1)))?;
    (rise > 0.0 && sum >= EXPLAINED * rise).then_some(most.1)
}

/// Returns how much longer a run takes by a row, in nanoseconds.
fn rise(row: &Change, run: &RunDocument) -> Option<f64> {
    let rise = row.current? - row.baseline?;
    if matches!(row.metric, Metric::TotalNs | Metric::WallNs | Metric::CpuNs) {
        return Some(rise);
    }
    let function = run.functions.iter().find(|function| function.name == row.name)?;
    Some(rise * float(function.calls))
}

/// Returns the names of all that a function calls, at any depth.
fn callees<'a>(name: &str, run: &'a RunDocument) -> BTreeSet<&'a str> {
    let (mut below, mut names) = (BTreeSet::new(), BTreeSet::new());
    // Parents come before their children.
    for node in &run.tree {
        let is_below = node.parent.is_some_and(|parent| below.contains(&parent));
        if is_below {
            names.insert(node.function.as_str());
        }
        if is_below || node.function == name {
            below.insert(node.id);
        }
    }
    names
}

/// Makes the finding of the rows of a function, the leading one first.
fn finding(key: AlertKey, rows: &[&Change], comparison: &Comparison) -> Finding {
    let row = rows[0];
    let also: Vec<String> = rows[1..].iter().map(|row| in_short(row)).collect();
    let also = (!also.is_empty()).then(|| format!("; also {}", also.join(", ")));
    let what = AlertText {
        title: format!("{}: {}", row.name, in_short(row)),
        reason: row.reason.clone() + &also.unwrap_or_default(),
        before: row.baseline,
        now: row.current,
        unit: unit_word(row.metric.unit()),
        change_pct: row.change_pct,
        metrics: rows.iter().filter_map(|row| metric(row)).collect(),
        callers: Vec::new(),
    };
    let certain = rows.iter().any(|row| is_certain(row, comparison.current_runs));
    let exact = rows.iter().all(|row| row.p_value.is_none());
    Finding { key, certain, exact, what }
}

fn metric(row: &Change) -> Option<AlertMetric> {
    let (before, now, change_pct) = (row.baseline, row.current, row.change_pct);
    Some(AlertMetric { metric: word(row.metric)?, before, now, change_pct })
}

fn in_short(row: &Change) -> String {
    let change = row.in_words().unwrap_or_else(|| "new".to_owned());
    format!("{} {change}", row.metric.title())
}

/// Returns whether this one round proves a change.
fn is_certain(row: &Change, runs: u64) -> bool {
    let Some(p) = row.p_value else { return true };
    let least = row.interval_pct.map_or(
        0.0,
        |(low, high)| {
            if row.metric.less_is_worse() { -high } else { low }
        },
    );
    let is_large = CERTAIN.iter().any(|(level, pct)| p <= *level && least >= *pct);
    is_large || (runs > 1 && p <= CERTAIN_P)
}

/// Adds the callers that a finding explains.
fn with_callers(mut own: Finding, callers: &[Finding]) -> Finding {
    own.what.callers = callers.iter().filter_map(|caller| caller.key.function.clone()).collect();
    own.certain |= callers.iter().any(|caller| caller.certain);
    if !callers.is_empty() {
        let named: Vec<&str> =
            callers.iter().take(NAMED).map(|caller| caller.what.title.as_str()).collect();
        let more = callers.len().saturating_sub(NAMED);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let with_it = format!("; with it {}{more}", named.join(", "));
        own.what.reason.push_str(&with_it);
    }
    own
}
