//! The words about functions that became slower run by run.

use super::history::{name, title};
use super::sparkline::sparkline;
use crate::model::{Decline, DeclineDocument, Direction, Trend, TrendLimits};
use crate::text::{sanitize, units};

/// Functions that went one way and are no finding, of which so many are shown.
pub(crate) const UNSURE: usize = 5;

pub(crate) fn picture(row: &Decline) -> String {
    let values: Vec<Option<f64>> = row.values.iter().copied().map(Some).collect();
    sparkline(&values, 20)
}

/// Returns the functions beyond a limit that no chance explains.
pub(crate) fn findings(document: &DeclineDocument) -> impl Iterator<Item = &Decline> {
    document.functions.iter().filter(|row| row.trend != Trend::Stable)
}

/// Returns the functions that became worse run by run by chance or by too little.
pub(crate) fn unsure(document: &DeclineDocument) -> impl Iterator<Item = &Decline> {
    let is = |row: &&Decline| row.trend == Trend::Stable && row.direction == Direction::Worse;
    document.functions.iter().filter(is)
}

/// Returns the trend of a function; for a function that is no finding, the reason in a word.
pub(crate) fn word_of(row: &Decline, document: &DeclineDocument) -> &'static str {
    match row.trend {
        Trend::Stable if row.adjusted_p_value > document.false_discoveries => "perhaps",
        Trend::Stable if is_beyond(row, document) => "unsure",
        Trend::Stable => "a little",
        trend => trend.word(),
    }
}

/// Returns whether its change would be beyond a limit, were it certain.
fn is_beyond(row: &Decline, document: &DeclineDocument) -> bool {
    let TrendLimits { degraded_pct, regression_pct, .. } = document.limits;
    let limit = [degraded_pct, regression_pct].into_iter().flatten().reduce(f64::min);
    limit.is_some_and(|limit| row.change_pct.is_none_or(|pct| pct.abs() > limit))
}

/// Returns the worst trend.
pub(crate) fn word(document: &DeclineDocument) -> &'static str {
    document.functions.first().map_or(Trend::Stable, |row| row.trend).word()
}

/// Counts the functions: `2 functions became slower run by run over the last 5 runs`.
pub(crate) fn headline(document: &DeclineDocument) -> String {
    let runs = units::plural(document.points.len() as u64, "run");
    let title = title(document.metric);
    let of = |words: &[Trend]| {
        document.functions.iter().filter(|row| words.contains(&row.trend)).count() as u64
    };
    let worse = of(&[Trend::Regression, Trend::Degraded]);
    let better = of(&[Trend::Improvement]);
    let found = match (worse, better) {
        (0, 0) => none_declines(document),
        (0, better) => format!("{} better run by run", became(better)),
        (worse, 0) => format!("{} worse run by run", became(worse)),
        (worse, better) => {
            format!("{} worse run by run, and {} better", became(worse), units::count(better))
        }
    };
    format!("{found}: {title} over the last {runs}")
}

fn none_declines(document: &DeclineDocument) -> String {
    match document.functions.len() as u64 {
        1 if document.metric.is_of_function() => "the one function does not decline".to_owned(),
        1 => "the command does not decline".to_owned(),
        all => format!("none of {} declines", units::plural(all, "function")),
    }
}

fn became(functions: u64) -> String {
    format!("{} became", units::plural(functions, "function"))
}

/// Returns the command, the branch, the first and the last run, and the runs that chance is judged
/// by.
pub(crate) fn facts(document: &DeclineDocument) -> Vec<String> {
    let words: Vec<_> = document.command.iter().map(|word| sanitize::screen(word)).collect();
    let mut items = vec![words.join(" ")];
    items.extend(document.branch.as_deref().map(|it| format!("branch {}", sanitize::screen(it))));
    let ends = document.points.first().zip(document.points.last());
    items.extend(ends.map(|(first, last)| {
        let [first, last] = [first, last].map(|point| name(&point.newest));
        format!("{first} to {last}")
    }));
    items.push(match document.history_runs {
        0 => "no earlier run tells how far runs lie apart".to_owned(),
        runs => format!("{} tell how far runs lie apart", units::plural(runs, "earlier run")),
    });
    items.retain(|item| !item.is_empty());
    items
}

/// Counts the other functions; `None` where the headline counts them.
pub(crate) fn rest(document: &DeclineDocument) -> Option<String> {
    let unsure_ones = unsure(document).count();
    let shown = findings(document).count() + unsure_ones.min(UNSURE);
    let others = (document.functions.len() - shown) as u64;
    if shown == 0 || others == 0 {
        return None;
    }
    let hidden = unsure_ones.saturating_sub(UNSURE) as u64;
    let also = if hidden > 0 {
        format!(", {} of them slower run by run, but by little or by chance", units::count(hidden))
    } else {
        String::new()
    };
    Some(format!("no decline in {}{also}", units::plural(others, "other function")))
}
