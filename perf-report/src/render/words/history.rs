//! The words about a history, as short phrases that every medium can use.

use super::facts;
use crate::model::{
    Breach, FunctionHistory, HistoryChange, HistoryDocument, Metric, Side, Trend, Verdict,
};
use crate::stats::segments::{FEWEST, Kind};
use crate::text::{sanitize, units};

/// Counts functions and runs: `self time a call of 6 functions over 24 runs`.
pub(crate) fn headline(document: &HistoryDocument) -> String {
    let title = title(document.metric);
    let runs = units::plural(document.runs.len() as u64, "run");
    if !document.metric.is_of_function() {
        return format!("{title} of the command over {runs}");
    }
    let functions = units::plural(document.functions.len() as u64, "function");
    let counts: Vec<String> = Trend::WORST_FIRST
        .into_iter()
        .filter(|word| *word != Trend::Stable)
        .filter_map(|word| {
            let of = |it: &&FunctionHistory| it.trend == Some(word);
            let count = document.functions.iter().filter(of).count() as u64;
            (count > 0).then(|| format!("{} {word}", units::count(count)))
        })
        .collect();
    let found = if counts.is_empty() { String::new() } else { format!(": {}", counts.join(", ")) };
    format!("{title} of {functions} over {runs}{found}")
}

/// Returns the title of the metric, and what it is of.
pub(crate) fn title(metric: Metric) -> String {
    let title = metric.title();
    match metric {
        Metric::SelfNs => format!("{title} a call"),
        Metric::MeanNs => "mean time of a call".to_owned(),
        Metric::TotalNs => format!("{title} in a run"),
        metric if metric.is_percentile() => format!("{title} of a call"),
        _ => title.to_owned(),
    }
}

/// Returns whether the values of a metric are durations.
pub(crate) fn is_time(metric: Metric) -> bool {
    !metric.is_count() && !metric.is_custom() && metric != Metric::PeakRssBytes
}

/// Returns the command, the branch, and the time from the first run to the last.
pub(crate) fn facts(document: &HistoryDocument) -> Vec<String> {
    let mut items = vec![command(document)];
    items.extend(document.branch.as_deref().map(|it| format!("branch {}", sanitize::screen(it))));
    if let (Some(first), Some(last)) = (document.runs.first(), document.runs.last()) {
        items.push(match document.runs.len() {
            1 => format!("{} UTC", minute(last)),
            _ => span(first, last),
        });
    }
    items
}

/// Returns the time from run to run, what both have in common only once.
fn span(first: &Side, last: &Side) -> String {
    let (from, to) = (minute(first), minute(last));
    let day = |time: &str| time.split(' ').next().map(str::to_owned);
    match to.split_once(' ') {
        _ if from == to => format!("{from} UTC"),
        Some((_, clock)) if day(&from) == day(&to) => format!("{from} to {clock} UTC"),
        _ => format!("{from} to {to} UTC"),
    }
}

fn command(document: &HistoryDocument) -> String {
    let words: Vec<_> = document.command.iter().map(|word| sanitize::screen(word)).collect();
    if words.is_empty() {
        "collected without a command".to_owned()
    } else {
        sanitize::line_start(&words.join(" "))
    }
}

/// Returns the time of a run to the minute: `2026-11-20 23:45`.
pub(crate) fn minute(run: &Side) -> String {
    let time = facts::time(&run.time);
    let minute = time.strip_suffix(" UTC").and_then(|it| it.get(..it.len().saturating_sub(3)));
    minute.map_or_else(|| time.clone(), str::to_owned)
}

/// Returns the trend of a function, or what it is instead.
pub(crate) fn trend(function: &FunctionHistory) -> String {
    match (function.trend, function.verdict) {
        (Some(word), _) => word.to_string(),
        (None, Some(Verdict::Added)) => "new".to_owned(),
        (None, Some(Verdict::Removed)) => "gone".to_owned(),
        (None, Some(Verdict::Renamed)) => "renamed".to_owned(),
        _ => "·".to_owned(),
    }
}

/// Returns the meaning of the trends here.
pub(crate) fn legend(document: &HistoryDocument) -> Vec<String> {
    let mut lines = Vec::new();
    if document.baseline_runs > 0 {
        let newest = match document.judged_runs {
            1 => "the newest run".to_owned(),
            runs => format!("the newest {}", units::plural(runs, "run")),
        };
        let before = match document.baseline_runs {
            1 => "the one before".to_owned(),
            runs => format!("the {} before", units::count(runs)),
        };
        lines.push(format!("trend: {newest} against {before}; {}", limits(document)));
    } else {
        lines.push("trend: there is no run before to judge the newest by".to_owned());
    }
    lines.extend(too_few(document));
    lines
}

/// Returns the reason for which no change of level is seen.
pub(crate) fn too_few(document: &HistoryDocument) -> Option<String> {
    document.too_few.then(|| {
        let runs = units::plural(document.runs.len() as u64, "run");
        let verb = if document.runs.len() == 1 { "is" } else { "are" };
        format!("{runs} {verb} too few to see changes of level; it takes {FEWEST}")
    })
}

/// Returns the limits: `worse by 10 % is DEGRADED, by 15 % a REGRESSION`.
fn limits(document: &HistoryDocument) -> String {
    let limits = document.limits;
    let pct = |limit: Option<f64>| limit.map(units::percent);
    let limits = [
        pct(limits.degraded_pct).map(|pct| format!("worse by more than {pct} is DEGRADED")),
        pct(limits.regression_pct).map(|pct| format!("by {pct} a REGRESSION")),
        pct(limits.improvement_pct).map(|pct| format!("better by {pct} an IMPROVEMENT")),
    ];
    let limits: Vec<String> = limits.into_iter().flatten().collect();
    if limits.is_empty() { "no limit is set".to_owned() } else { limits.join(", ") }
}

/// Returns a change for a column: `+12.0 % at 3fa9c1d`.
pub(crate) fn short(change: &HistoryChange, runs: &[Side]) -> String {
    let (pct, place) = (pct(change), place(runs, change.index));
    match change.kind {
        Kind::Step => format!("{pct} at {place}"),
        Kind::Drift => format!("{pct} from {place} on"),
    }
}

/// Returns a change that the program may not have made, and why: `+100.0 % between 9d8e7f6 and
/// 3fa9c1d (2026-09-19 10:15): 10 ns → 20 ns, but 1 % of the calls decide it`.
pub(crate) fn doubtful(change: &HistoryChange, document: &HistoryDocument) -> String {
    let why = change.doubt.as_deref().unwrap_or("but it may be chance");
    format!("{}, {}", long(change, document), sanitize::screen(why))
}

/// Returns a change as a sentence: `+15.7 % between 9d8e7f6 and 3fa9c1d (2026-09-19 10:15): 12.1 ms
/// → 14.0 ms`.
pub(crate) fn long(change: &HistoryChange, document: &HistoryDocument) -> String {
    let [before, after] = [change.before, change.after].map(|value| document.metric.number(value));
    let [last_before, first, end] =
        [change.last_before, change.index, change.end].map(|at| place(&document.runs, at));
    let when = |at: u64| {
        let time = side(&document.runs, at).map(minute).filter(|time| !time.is_empty());
        time.map_or_else(String::new, |time| format!(" ({time})"))
    };
    let how = match change.kind {
        Kind::Step => format!("between {last_before} and {first}{}", when(change.index)),
        Kind::Drift => format!(
            "little by little, from {last_before}{} to {end}{}",
            when(change.last_before),
            when(change.end)
        ),
    };
    format!("{} {how}: {before} → {after}", pct(change))
}

fn pct(change: &HistoryChange) -> String {
    change.change_pct.map_or_else(|| "from 0".to_owned(), units::change)
}

/// Returns the name of the run at a place.
pub(crate) fn place(runs: &[Side], at: u64) -> String {
    side(runs, at).map(name).unwrap_or_default()
}

/// Returns the name of a run: its commit, or else its id. A `+` means that files differed from the
/// commit.
pub(crate) fn name(run: &Side) -> String {
    match &run.commit {
        Some(commit) => {
            let short: String = facts::short_commit(commit).chars().take(7).collect();
            if run.dirty { short + "+" } else { short }
        }
        None => format!("run {}", sanitize::screen(&run.id)),
    }
}

fn side(runs: &[Side], at: u64) -> Option<&Side> {
    runs.get(usize::try_from(at).ok()?)
}

/// Returns the change against the run before that has a value.
pub(crate) fn step(function: &FunctionHistory, place: usize) -> String {
    let now = function.values.get(place).copied().flatten();
    let before = function.values.get(..place).unwrap_or_default().iter().rev().flatten().next();
    match (before, now) {
        (Some(&before), Some(now)) if before > 0.0 => {
            units::change((now - before) / before * 100.0)
        }
        _ => "·".to_owned(),
    }
}

/// Returns what the level did at this run, or what is wrong with it.
pub(crate) fn mark(
    document: &HistoryDocument,
    function: &FunctionHistory,
    place: usize,
) -> &'static str {
    let change = function
        .change_points
        .iter()
        .find(|change| (change.index..=change.end).contains(&(place as u64)));
    match change.map(|change| change.kind) {
        Some(Kind::Step) => "◀ step",
        Some(Kind::Drift) => "◀ drift",
        None if document.not_whole.contains(&(place as u64)) => "not whole",
        None => "",
    }
}
/// Returns the outlook of a budget with the pace behind it.
pub(crate) fn outlook(breach: &Breach) -> String {
    format!("{}: {}", breach.text, super::report::pace(breach))
}
