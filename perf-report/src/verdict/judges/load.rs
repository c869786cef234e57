//! Programs whose work comes from outside: a service that became faster answers more requests in two
//! seconds, so that all its counts grow. There counts are judged by unit of work, which is a call that no
//! tracked function made.

use crate::model::{Because, Change, Metric, Verdict};
use crate::stats::number::{change_pct, ends, nearest_ends};
use crate::stats::robust;
use crate::text::units;
use crate::verdict::evidence::work::{Done, Work};
use crate::verdict::limits::{Limits, Load};
use crate::verdict::sides::Sides;

/// Change of a count by unit of work, in per cent, that says nothing: what a run was in the middle of when
/// it ended counts here and not there.
const LEAST_PCT: f64 = 5.0;

/// The distance, in per cent, between changes of counts that changed together.
const TOGETHER_PCT: f64 = 5.0;

/// Returns whether the counts of `metric` grow with the work.
fn grows(metric: Metric) -> bool {
    metric.is_count() && !metric.is_custom() && metric != Metric::Success
}

/// Judges the counts in `rows` by unit of work where the load is open. Where it is not set to be, and all
/// calls moved together, says what that may be.
pub(crate) fn judge(rows: &mut [Change], sides: Sides<'_>, limits: &Limits) -> Option<String> {
    let work = Work::of(sides, limits);
    let done = [sides.baseline, sides.current].map(|runs| Done::of(runs, &work));
    let growth = done[1].units().zip(done[0].units()).map(|(new, old)| new / old);
    match limits.load {
        Load::Open => {
            let Some(growth) = growth else { return Some(no_work(limits)) };
            rows.iter_mut().filter(|row| grows(row.metric)).for_each(|row| {
                by_unit_of_work(row, &done, growth, limits);
            });
            let how = change(growth);
            Some(format!("the work done changed by {how}; counts are judged by unit of work"))
        }
        Load::Closed => {
            let growth = growth?;
            let together = moved_together(rows, growth)?;
            let is_open = done.iter().any(Done::differs);
            let taken_back = if is_open { take_back(rows, growth) } else { 0 };
            let moved = (growth - 1.0).abs() * 100.0 > TOGETHER_PCT;
            (moved || taken_back > 0).then_some(together)
        }
    }
}

/// Returns why an open load is judged as if it were none.
fn no_work(limits: &Limits) -> String {
    let why = match &limits.unit_of_work {
        Some(name) => format!("no run of one side has a call or a count of {name:?}"),
        None => "no run of either side says which calls no tracked function made".to_owned(),
    };
    format!(
        "counts are judged as they are, not by unit of work: {why}; name one with --unit-of-work"
    )
}

fn by_unit_of_work(row: &mut Change, done: &[Done<'_>; 2], growth: f64, limits: &Limits) {
    let is_judged = matches!(
        row.verdict,
        Verdict::Improved | Verdict::Stable | Verdict::Degraded | Verdict::Regression
    );
    let Some(own) = limits.metrics.get(&row.metric).copied().filter(|_| is_judged) else { return };
    let [Some(olds), Some(news)] = done.each_ref().map(|it| it.counted(&row.name, row.metric))
    else {
        return;
    };
    let middle = |counted: &[(f64, f64)]| {
        robust::median(&counted.iter().map(|(count, _)| *count).collect::<Vec<_>>())
    };
    // Of nothing there is no ratio.
    let Some((old, new)) = middle(&olds).zip(middle(&news)).filter(|(old, _)| *old > 0.0) else {
        return;
    };
    let pct = nearest_change(&olds, &news);
    // Of few, chance decides how many there are.
    let by_chance = 300.0 / old.min(new).max(1.0).sqrt();
    (row.baseline, row.current) = (Some(old), Some(new));
    row.change_pct = Some(pct).filter(|pct| pct.is_finite());
    let (work_pct, change_pct) = (growth_pct(growth), row.change_pct);
    (row.verdict, row.because) = if pct.abs() <= LEAST_PCT.max(by_chance) {
        (Verdict::Stable, vec![Because::WithWork { work_pct }])
    } else {
        let verdict = own.verdict(pct);
        let by_unit = Because::ByUnitOfWork { work_pct, change_pct };
        (verdict, vec![by_unit, own.ground(verdict, None)])
    };
}

/// Returns the change of a count by unit of work, in per cent, between the two runs that come nearest: how much was
/// done differs from run to run, and how often for each unit may as well.
fn nearest_change(olds: &[(f64, f64)], news: &[(f64, f64)]) -> f64 {
    let rates = |counted: &[(f64, f64)]| ends(counted.iter().map(|(count, units)| count / units));
    let nearest = rates(olds).zip(rates(news)).and_then(|(old, new)| nearest_ends(old, new));
    nearest.map_or(0.0, |(old, new)| change_pct(old, new).unwrap_or(f64::INFINITY))
}

fn growth_pct(growth: f64) -> f64 {
    (growth - 1.0) * 100.0
}

fn change(growth: f64) -> String {
    units::change(growth_pct(growth))
}

/// Takes back findings of a command that does more in one run than in another anyway: counts that changed as
/// the work did are none. Returns how many these were.
fn take_back(rows: &mut [Change], growth: f64) -> usize {
    let is_with =
        |row: &Change| row.baseline.zip(row.current).is_some_and(|values| grew_as(values, growth));
    let mut taken_back = 0;
    for row in rows.iter_mut().filter(|row| grows(row.metric) && is_with(row)) {
        row.verdict = match row.verdict {
            Verdict::Degraded | Verdict::Regression => Verdict::Inconclusive,
            Verdict::Improved => Verdict::Stable,
            _ => continue,
        };
        row.because.push(Because::WorkVaries);
        taken_back += 1;
    }
    taken_back
}

/// Returns whether a count changed as the work did.
fn grew_as((old, new): (f64, f64), growth: f64) -> bool {
    (new / (old * growth) - 1.0).abs() * 100.0 <= TOGETHER_PCT
}

/// Returns a sentence where the calls of nearly all functions changed by the same factor.
fn moved_together(rows: &[Change], growth: f64) -> Option<String> {
    const LEAST_FUNCTIONS: usize = 2;
    const LEAST_CALLS: f64 = 20.0;
    let calls = rows.iter().filter(|row| row.metric == Metric::Calls);
    let pairs: Vec<(f64, f64)> = calls
        .filter_map(|row| row.baseline.zip(row.current))
        .filter(|(old, new)| old.min(*new) >= LEAST_CALLS)
        .collect();
    let together = pairs.iter().filter(|values| grew_as(**values, growth)).count();
    (pairs.len() >= LEAST_FUNCTIONS && 5 * together >= 4 * pairs.len()).then(|| {
        format!(
            "the calls of {together} of {} functions changed together, by {}: where others decide how much \
             is done, as of a service, say `load = \"open\"` in perf.toml or --load open, and counts are \
             judged by unit of work",
            pairs.len(),
            change(growth)
        )
    })
}

#[cfg(test)]
mod tests;
