//! What a comparison rests on, and what its change is owed to, in the words of every medium.

use super::findings::Finding;
use super::{sanitize, text};
use crate::model::{Cause, Change, Comparison, Verdict};
use crate::stats::robust;
use crate::units;

/// Causes that are shown.
const CAUSES: usize = 6;
/// Part of the largest cause below which one is not shown.
const NOTABLE_PART: f64 = 0.01;
/// A change in per cent that is told also where it cannot be told from noise.
const NOTABLE_PCT: f64 = 10.0;

/// How many runs stand against how many: `5 runs`.
pub(super) fn runs(count: u64) -> Option<String> {
    (count > 1).then(|| format!("the newest of {}", units::plural(count, "run")))
}

/// The change of the whole: `self time 3.36 s → 4.20 s a run (+25.0 %)`.
pub(super) fn whole(comparison: &Comparison) -> Option<String> {
    let time = comparison.self_time?;
    let [old, new] = [time.baseline_ns, time.current_ns].map(units::duration);
    let pct = (time.current_ns - time.baseline_ns) / time.baseline_ns * 100.0;
    Some(format!("self time of all functions {old} → {new} a run ({})", units::change(pct)))
}

/// What the change of the whole is owed to: how much, to whom, and how.
pub(super) fn causes(comparison: &Comparison) -> Vec<(String, &Cause)> {
    let largest = comparison.causes.first().map_or(0.0, |cause| cause.change_ns.abs());
    let notable = |cause: &&Cause| cause.change_ns.abs() >= largest * NOTABLE_PART;
    let shown = comparison.causes.iter().filter(notable).take(CAUSES);
    shown.map(|cause| (difference(cause.change_ns), cause)).collect()
}

/// `+844 ms`
fn difference(ns: f64) -> String {
    format!("{}{}", if ns < 0.0 { '-' } else { '+' }, units::duration(ns.abs()))
}

/// The same in one sentence: `+120 ms: 100 ms from db::query, self +40 % a call; …`.
pub(super) fn causes_in_words(comparison: &Comparison) -> Option<String> {
    let parts: Vec<_> = causes(comparison)
        .into_iter()
        .map(|(change, cause)| {
            let (name, reason) = (text::name(&cause.name, 60), sanitize::screen(&cause.reason));
            format!("{change} from {name} ({reason})")
        })
        .collect();
    (!parts.is_empty()).then(|| parts.join("; "))
}

/// What the comparison could have seen: the promise of a verdict that passes.
pub(super) fn resolution(comparison: &Comparison) -> Option<String> {
    let mut seen: Vec<f64> =
        comparison.functions.iter().filter_map(|row| row.detectable_pct).collect();
    let most = seen.iter().copied().max_by(f64::total_cmp)?;
    let times = units::plural(seen.len() as u64, "time");
    let middle = robust::median_in_place(&mut seen)?;
    let [middle_pct, most_pct] = [middle, most].map(units::coarse_percent);
    Some(if middle_pct == most_pct {
        format!("a change of {most_pct} would have been seen in each of {times}")
    } else {
        format!(
            "a change of {middle_pct} would have been seen in half of {times}, of {most_pct} in all"
        )
    })
}

/// Whether a finding says no more than that the comparison is too coarse for it.
pub(super) fn is_unremarkable(finding: &Finding<'_>) -> bool {
    let small = |row: &Change| {
        row.verdict == Verdict::Inconclusive
            && row.detectable_pct.is_some()
            && row.change_pct.is_some_and(|pct| pct.abs() < NOTABLE_PCT)
    };
    let rows = finding.also.iter().filter(|row| row.verdict >= Verdict::Inconclusive);
    small(finding.main) && rows.into_iter().all(|row| small(row))
}

/// What is said of all unremarkable ones together.
pub(super) fn unremarkable(some: &str, count: u64) -> String {
    let verb = if count == 1 { "differs" } else { "differ" };
    let pct = units::percent(NOTABLE_PCT);
    format!("{some} {verb} by less than {pct}, which cannot be told from noise here")
}
