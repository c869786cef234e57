//! Caps: what a mean would hide.

use super::{Settings, cpu, ratio, reliability, success, targets};
use crate::model::{Because, Cap, Change, Comparison, RunDocument, Verdict};
use crate::text::units;

/// The most points of a run that did not succeed.
const FAILED: f64 = 39.0;
/// The most points of a run that broke a limit.
const BROKEN: f64 = 59.0;

/// Returns the caps on the score of a run, lowest first.
pub(super) fn caps(run: &RunDocument, comparison: &Comparison, settings: &Settings) -> Vec<Cap> {
    let failed = reliability::failure(run, settings).map(|reason| Cap { at_most: FAILED, reason });
    let broken = [
        errors(run, settings),
        utilisation(run, settings),
        budgets(comparison),
        regressions(comparison),
    ];
    let broken = broken.into_iter().flatten().map(|reason| Cap { at_most: BROKEN, reason });
    failed.into_iter().chain(broken).collect()
}

fn errors(run: &RunDocument, settings: &Settings) -> Option<String> {
    let calls = success::calls(run);
    let share = 1.0 - super::share(calls.good, calls.of);
    let [share_pct, limit] = [share, settings.max_errors].map(|it| units::percent(it * 100.0));
    let calls = format!("{}s", success::call(std::slice::from_ref(run)));
    (share > settings.max_errors).then(|| {
        format!("{share_pct} of the {calls} failed, limit {limit} (max-errors of [score])")
    })
}

fn utilisation(run: &RunDocument, settings: &Settings) -> Option<String> {
    let (used, limit) = (cpu::utilisation(run)?, settings.cpu_limit?);
    let [used_pct, limit_pct] = [used, limit].map(|it| units::percent(it * 100.0));
    (used > limit).then(|| format!("{used_pct} of the cores' time used, limit {limit_pct}"))
}

/// Counts the budgets that are exceeded, and fail.
pub(super) fn budgets(comparison: &Comparison) -> Option<String> {
    let mut over = comparison.budgets.iter().filter(|row| row.verdict == Verdict::Regression);
    let first = over.next()?;
    let more = over.count() as u64;
    let rest = if more == 0 {
        String::new()
    } else {
        format!(", and {} more missed", units::plural(more, "target"))
    };
    Some(format!("{}{rest}", targets::in_words(first)))
}

/// Counts the functions that regressed for certain.
pub(super) fn regressions(comparison: &Comparison) -> Option<String> {
    // How a benchmark ended has a cap of its own.
    let has_ended =
        |row: &&Change| row.because.iter().any(|it| matches!(it, Because::Ended { .. }));
    let mut bad = ratio::of_verdict(comparison, Verdict::Regression);
    bad.retain(|row| !has_ended(row));
    let first = bad.first()?;
    let change = first.in_words().map_or_else(String::new, |change| format!(" {change}"));
    let rest = match bad.len() as u64 {
        0 | 1 => String::new(),
        all => format!(", and {} more", units::count(all - 1)),
    };
    let title = first.metric.title();
    Some(format!("{title} of {}{change} is a certain regression{rest}", first.name))
}
