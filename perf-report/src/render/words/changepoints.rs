//! The words about changes of series.

use crate::model::{ChangePoints, LevelChange, SeriesChanges};
use crate::stats::segments::{FEWEST, Kind};
use crate::text::{sanitize, units};

/// Counts the series that changed: `2 of 14 series changed their level`.
pub(crate) fn headline(document: &ChangePoints) -> String {
    let changed = document.series.iter().filter(|series| !series.change_points.is_empty());
    let judged = document.series.iter().filter(|series| !is_too_short(series));
    let all = document.series.len() as u64;
    match (changed.count() as u64, judged.count() as u64) {
        _ if all == 0 => "there is no series".to_owned(),
        (0, 0) => format!("no series has the {FEWEST} values that it takes to see a change"),
        (0, _) if all == 1 => "the series kept its level".to_owned(),
        (0, judged) if judged == all => {
            format!("each of {} series kept its level", units::count(all))
        }
        (0, judged) => {
            format!("{} of {} series kept their level", units::count(judged), units::count(all))
        }
        (1, _) if all == 1 => "the series changed its level".to_owned(),
        (some, _) => {
            format!("{} of {} series changed their level", units::count(some), units::count(all))
        }
    }
}

fn is_too_short(series: &SeriesChanges) -> bool {
    series.points.saturating_sub(series.left_out_lines.len() as u64) < FEWEST as u64
}

/// Returns what must be known before one believes that a series kept its level.
pub(crate) fn notes(document: &ChangePoints) -> Vec<String> {
    let short = document.series.iter().filter(|series| is_too_short(series)).count() as u64;
    let are_all = short == document.series.len() as u64;
    let too_short = (short > 0 && !are_all).then(|| {
        let (series, have) =
            if short == 1 { ("1", "has") } else { (&*units::count(short), "have") };
        format!("{series} series {have} fewer than {FEWEST} values, too few to see a change")
    });
    left_out(document).into_iter().chain(too_short).collect()
}

/// Names the values that were left out, if any: `3 values that are no finite numbers were left out:
/// of a at lines 4 and 9, and of b at line 12`.
pub(crate) fn left_out(document: &ChangePoints) -> Option<String> {
    /// Series that are named, and lines of each.
    const NAMED: usize = 3;
    let of: Vec<_> =
        document.series.iter().filter(|series| !series.left_out_lines.is_empty()).collect();
    let count: usize = of.iter().map(|series| series.left_out_lines.len()).sum();
    let values = match count {
        0 => return None,
        1 => "1 value that is no finite number was".to_owned(),
        _ => format!("{} values that are no finite numbers were", units::count(count as u64)),
    };
    let lines = |series: &&&SeriesChanges| {
        let lines = &series.left_out_lines;
        let mut shown: Vec<String> =
            lines.iter().take(NAMED).map(|line| units::count(*line)).collect();
        if lines.len() > NAMED {
            shown.push(format!("{} more", units::count((lines.len() - NAMED) as u64)));
        }
        let line = if lines.len() == 1 { "line" } else { "lines" };
        format!("of {} at {line} {}", sanitize::screen(&series.name), and(&shown))
    };
    let mut named: Vec<String> = of.iter().take(NAMED).map(|it| lines(&it)).collect();
    if of.len() > NAMED {
        named.push(format!("of {} more series", units::count((of.len() - NAMED) as u64)));
    }
    Some(format!("{values} left out: {}", and(&named)))
}

/// Joins `parts`: `a, b and c`.
fn and(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [one] => one.clone(),
        [some @ .., last] => format!("{} and {last}", some.join(", ")),
    }
}

/// Describes a change: `at 60: 1.00 → 1.15 (+15.0 %), between 1a2b and 3c4d`.
pub(crate) fn in_words(change: &LevelChange) -> String {
    let between = between(change).map_or_else(String::new, |between| format!(", {between}"));
    let at = match change.kind {
        Kind::Step => "at",
        Kind::Drift => "little by little from",
    };
    let index = units::count(change.index);
    let pct = pct(change).map_or_else(String::new, |pct| format!(" ({pct})"));
    format!("{at} {index}: {}{pct}{between}", levels(change))
}

/// Returns both levels: `1.00 → 1.15`.
pub(crate) fn levels(change: &LevelChange) -> String {
    let [before, after] = [change.before, change.after].map(units::number);
    format!("{before} → {after}")
}

/// Returns the change in per cent, `+15.0 %`; `None` of a level of 0.
pub(crate) fn pct(change: &LevelChange) -> Option<String> {
    let is_zero = change.before.abs() < f64::MIN_POSITIVE;
    let beyond = f64::INFINITY.copysign(change.after - change.before);
    (!is_zero).then(|| units::change(change.change_pct.unwrap_or(beyond)))
}

pub(crate) fn between(change: &LevelChange) -> Option<String> {
    let short = |commit: &str| -> String { sanitize::screen(commit).chars().take(12).collect() };
    let now = change.commit.as_deref().map(short)?;
    Some(match change.commit_before.as_deref().map(short) {
        Some(before) => format!("between {before} and {now}"),
        None => format!("with {now}"),
    })
}
