//! The evidence of a comparison and the causes of its change, in the words of every medium.

use super::fit;
use crate::model::{Because, Cause, Change, Comparison};
use crate::stats::robust;
use crate::text::{sanitize, units};

/// Causes that are shown.
const CAUSES: usize = 6;
/// Part of the largest cause below which one is not shown.
const NOTABLE_PART: f64 = 0.01;

/// Counts the runs of a side where there are several: `the newest of 5 runs`.
pub(crate) fn runs(count: u64) -> Option<String> {
    (count > 1).then(|| format!("the newest of {}", units::plural(count, "run")))
}

/// Returns the change of the whole: `self time 3.36 s → 4.20 s a run (+25.0 %)`.
pub(crate) fn whole(comparison: &Comparison) -> Option<String> {
    let time = comparison.self_time?;
    let [old, new] = [time.baseline_ns, time.current_ns].map(units::duration);
    let pct = (time.current_ns - time.baseline_ns) / time.baseline_ns * 100.0;
    Some(format!("self time of all functions {old} → {new} a run ({})", units::change(pct)))
}

/// A part of the change of the whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Part {
    /// The amount: `+844 ms`.
    pub(crate) change: String,
    /// The function that caused it; `None` for the rest.
    pub(crate) name: Option<String>,
    /// The way in which it did.
    pub(crate) reason: String,
}

/// Returns the causes of the change of the whole, and what remains of it: the parts add up to the
/// whole.
pub(crate) fn causes(comparison: &Comparison) -> Vec<Part> {
    let largest = comparison.causes.first().map_or(0.0, |cause| cause.change_ns.abs());
    let notable = |cause: &&Cause| cause.change_ns.abs() >= largest * NOTABLE_PART;
    let shown = || comparison.causes.iter().filter(notable).take(CAUSES);
    let mut parts: Vec<_> = shown()
        .map(|cause| Part {
            change: difference(cause.change_ns),
            name: Some(cause.name.clone()),
            reason: sanitize::screen(&cause.reason).into_owned(),
        })
        .collect();
    let explained: f64 = shown().map(|cause| cause.change_ns).sum();
    let whole = comparison.self_time.map_or(0.0, |time| time.current_ns - time.baseline_ns);
    let rest = whole - explained;
    if !parts.is_empty() && rest.abs() >= largest.max(whole.abs()) * NOTABLE_PART {
        let reason = "the rest, which cannot be told from noise or is small".to_owned();
        parts.push(Part { change: difference(rest), name: None, reason });
    }
    parts
}

/// Returns a time with its sign: `+844 ms`.
fn difference(ns: f64) -> String {
    format!("{}{}", if ns < 0.0 { '-' } else { '+' }, units::duration(ns.abs()))
}

/// Returns the causes in one sentence: `+120 ms: 100 ms from db::query, self +40 % a call; …`.
pub(crate) fn causes_in_words(comparison: &Comparison) -> Option<String> {
    let parts: Vec<_> = causes(comparison)
        .into_iter()
        .map(|Part { change, name, reason }| match name {
            Some(name) => format!("{change} from {} ({reason})", fit::name(&name, 60)),
            None => format!("{change} {reason}"),
        })
        .collect();
    (!parts.is_empty()).then(|| parts.join("; "))
}

/// Returns the limit in per cent that a row was held against; `None` where there was none.
pub(crate) fn limit_pct(row: &Change) -> Option<f64> {
    row.because.iter().find_map(|because| match because {
        Because::OverLimit { limit_pct, .. } | Because::BetterThanLimit { limit_pct } => {
            Some(*limit_pct)
        }
        Because::OverLowerLimit { lower_pct, .. } => Some(*lower_pct),
        Because::WithinLimit { limit_pct } => *limit_pct,
        _ => None,
    })
}

/// Returns the smallest change that the comparison could have seen: the promise of a verdict that
/// passes.
pub(crate) fn resolution(comparison: &Comparison) -> Option<String> {
    let mut seen: Vec<f64> =
        comparison.functions.iter().filter_map(|row| row.detectable_pct).collect();
    let most = seen.iter().copied().max_by(f64::total_cmp)?;
    let count = seen.len() as u64;
    let times = units::plural(count, "measured time");
    let middle = robust::median_in_place(&mut seen)?;
    let [middle_pct, most_pct] = [middle, most].map(units::coarse_percent);
    Some(if count == 1 {
        format!("the only measured time would have shown a change of {most_pct} or more")
    } else if middle_pct == most_pct {
        format!("each of {times} would have shown a change of {most_pct} or more")
    } else {
        format!(
            "of {times}, half would have shown a change of {middle_pct} or more, and all one of \
             {most_pct} or more"
        )
    })
}
