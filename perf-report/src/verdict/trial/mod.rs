//! Whether a gate can be seen to fail: known changes, put into copies of a run, and the smallest one
//! that the gate catches. How a run is changed is in [`inject`].
//!
//! The gate is asked as `check` asks it: whoever calls gives the very function that judges runs
//! there. What fails with the change and did not fail without it is what caught it.

mod inject;

use std::collections::BTreeSet;

use super::accept::{FailOn, Failure, failures};
use crate::model::{
    CaughtBy, Change, Comparison, Extra, Metric, RunDocument, SELF_TEST_SCHEMA, SELF_TEST_VERSION,
    SelfTestDocument, SelfTestRow, Verdict, Waived,
};
use crate::stats::number::share_pct;
use crate::text::units;

pub use inject::{one_more_call, one_more_error, slow_down};

/// The largest slow-down that is tried, in per cent: five times the time. Who overlooks that is
/// blind.
pub const LARGEST_PCT: u32 = 400;

/// Functions that are tried unless named.
const TOP: usize = 10;

/// A share of the self time of the run below which a function is not tried unless named, in per
/// cent: what happens to it decides nothing.
const SMALL_SHARE_PCT: f64 = 1.0;

/// Puts slow-downs of single functions, and one more call and error of each, into copies of the
/// runs `current`, and returns which of them `judge` and `fail_on` would not let pass.
///
/// The functions are those of `names`, or where there are none the ten with the most self time.
/// `None` when there is nothing to try: no run, or none of these functions in it.
///
/// # Errors
/// Those of `judge`.
pub fn self_test<E>(
    current: &[RunDocument],
    names: &[String],
    fail_on: &BTreeSet<FailOn>,
    judge: impl Fn(&[RunDocument]) -> Result<Comparison, E>,
) -> Result<Option<SelfTestDocument>, E> {
    let Some(last) = current.last() else { return Ok(None) };
    let as_it_is = judge(current)?;
    let known = failures(&as_it_is, fail_on).into_iter().collect();
    let trial = Trial { current, fail_on, as_it_is: &as_it_is, known, judge: &judge };
    let mut functions = Vec::new();
    for (name, share_pct) in chosen(last, names) {
        functions.push(trial.row(name, share_pct)?);
    }
    if functions.is_empty() {
        return Ok(None);
    }
    let mut notes = as_it_is.notes.clone();
    if names.is_empty() {
        let share = units::percent(SMALL_SHARE_PCT);
        notes.push(format!(
            "of the {TOP} with most self time, those with less than {share} of it are left out"
        ));
    }
    let blind = functions.iter().filter(|row| row.smallest_pct.is_none()).count() as u64;
    Ok(Some(SelfTestDocument {
        schema: SELF_TEST_SCHEMA.to_owned(),
        version: SELF_TEST_VERSION,
        baseline: as_it_is.baseline.clone(),
        baseline_run: as_it_is.baseline_run.clone(),
        current_run: as_it_is.current_run.clone(),
        largest_pct: LARGEST_PCT,
        blind,
        functions,
        notes,
    }))
}

/// Returns the functions to try, most self time first, with their shares.
fn chosen<'a>(run: &'a RunDocument, names: &[String]) -> Vec<(&'a str, f64)> {
    let own = run.own_ns();
    let mut all: Vec<_> = run.functions.iter().collect();
    all.sort_by(|a, b| b.self_ns.cmp(&a.self_ns).then_with(|| a.name.cmp(&b.name)));
    let all = all.into_iter().map(|it| (it.name.as_str(), share_pct(it.self_ns, own)));
    if names.is_empty() {
        all.filter(|(_, share)| *share >= SMALL_SHARE_PCT).take(TOP).collect()
    } else {
        all.filter(|(name, _)| names.iter().any(|wanted| wanted == name)).collect()
    }
}

/// The gate, and what it says of the runs as they are.
struct Trial<'a, J> {
    current: &'a [RunDocument],
    fail_on: &'a BTreeSet<FailOn>,
    as_it_is: &'a Comparison,
    known: BTreeSet<Failure<'a>>,
    judge: &'a J,
}

impl<J> Trial<'_, J> {
    fn row<E>(&self, name: &str, share_pct: f64) -> Result<SelfTestRow, E>
    where
        J: Fn(&[RunDocument]) -> Result<Comparison, E>,
    {
        let (smallest_pct, caught_by, reason) = self.smallest(name)?;
        Ok(SelfTestRow {
            name: name.to_owned(),
            share_pct,
            smallest_pct,
            caught_by,
            reason,
            extra_call: self.extra(name, Metric::Calls)?,
            extra_error: self.extra(name, Metric::Errors)?,
        })
    }

    /// Returns the smallest slow-down that is caught, by what, and why.
    fn smallest<E>(&self, name: &str) -> Result<(Option<u32>, Option<CaughtBy>, String), E>
    where
        J: Fn(&[RunDocument]) -> Result<Comparison, E>,
    {
        if let Some(failure) = self.known.iter().find(|failure| failure.name == name) {
            let reason = format!("{} fails as it is", failure.what());
            return Ok((Some(0), Some(caught_by(failure)), reason));
        }
        let slowed = |pct: u32| {
            let factor = 1.0 + f64::from(pct) / 100.0;
            self.with(|run| inject::slow_down(run, name, factor))
        };
        let largest = slowed(LARGEST_PCT)?;
        let Some(mut caught) = self.caught(&largest, name) else {
            return Ok((None, None, blindness(&largest, name)));
        };
        // That another function fails is no catch where this one can: it may have been at the edge.
        let is_own = caught.name == name;
        let (mut passes, mut fails) = (0, LARGEST_PCT);
        while fails - passes > 1 {
            let middle = u32::midpoint(passes, fails);
            match self.caught(&slowed(middle)?, name).filter(|by| (by.name == name) == is_own) {
                Some(by) => (fails, caught) = (middle, by),
                None => passes = middle,
            }
        }
        let reason = if is_own {
            format!("{} fails", caught.what())
        } else {
            format!("{} of {} fails", caught.what(), caught.name)
        };
        Ok((Some(fails), Some(caught), reason))
    }

    /// Returns what one more of what `metric` counts leads to.
    fn extra<E>(&self, name: &str, metric: Metric) -> Result<Extra, E>
    where
        J: Fn(&[RunDocument]) -> Result<Comparison, E>,
    {
        let is_it = |function: &&crate::model::Function| function.name == name;
        let function = self.current.last().and_then(|run| run.functions.iter().find(is_it));
        let is_counted = function
            .is_some_and(|it| metric == Metric::Calls || it.classifies_errors || it.errors > 0);
        if !is_counted {
            return Ok(Extra::NotCounted);
        }
        let comparison = self.with(|run| match metric {
            Metric::Calls => inject::one_more_call(run, name),
            _ => inject::one_more_error(run, name),
        })?;
        let of = |comparison: &Comparison| -> Option<(Verdict, String)> {
            let row = comparison.functions.iter().find(|it| it.name == name && it.metric == metric);
            row.map(|row| (row.verdict, row.reason.clone()))
        };
        let fails = |failure: &Failure<'_>| failure.name == name && failure.metric == Some(metric);
        if failures(&comparison, self.fail_on).iter().any(fails) {
            return Ok(Extra::Fails);
        }
        let (before, after) = (of(self.as_it_is), of(&comparison));
        let is_finding = after.as_ref().is_some_and(|(verdict, _)| *verdict != Verdict::Stable);
        Ok(if is_finding && before != after { Extra::Shown } else { Extra::Unseen })
    }

    /// Judges copies of the runs, each of them changed.
    fn with<E>(&self, change: impl Fn(&RunDocument) -> RunDocument) -> Result<Comparison, E>
    where
        J: Fn(&[RunDocument]) -> Result<Comparison, E>,
    {
        let changed: Vec<_> = self.current.iter().map(change).collect();
        (self.judge)(&changed)
    }

    /// Returns what fails that did not before: of the function itself where it is among it.
    fn caught(&self, comparison: &Comparison, name: &str) -> Option<CaughtBy> {
        let new: Vec<_> = failures(comparison, self.fail_on)
            .into_iter()
            .filter(|failure| !self.known.contains(failure))
            .collect();
        let own = new.iter().filter(|failure| failure.name == name).min_by_key(|it| it.metric);
        own.or_else(|| new.first()).map(caught_by)
    }
}

fn caught_by(failure: &Failure<'_>) -> CaughtBy {
    CaughtBy { name: failure.name.to_owned(), metric: failure.metric, limit: failure.limit }
}

impl CaughtBy {
    /// Returns what failed of it: `self time`, `the budget for p99`.
    pub fn what(&self) -> String {
        Failure { name: &self.name, metric: self.metric, limit: self.limit }.what()
    }
}

/// Returns why not even the largest slow-down of `name` fails.
fn blindness(comparison: &Comparison, name: &str) -> String {
    if comparison.baseline.is_none() {
        return "there is no baseline, and no budget that it exceeds".to_owned();
    }
    let mut rows = comparison.functions.iter().filter(|row| row.name == name).peekable();
    if rows.peek().is_none() {
        return match comparison.ignored {
            0 => "nothing of it is judged".to_owned(),
            _ => "nothing of it is judged, as perf.toml says".to_owned(),
        };
    }
    if comparison.advisory {
        return "the runs are of different machines or builds, so that nothing fails".to_owned();
    }
    let is_time = |row: &&Change| !row.metric.is_count();
    // Self time grows most, so it says best what is missing.
    let Some(row) = rows.clone().filter(is_time).min_by_key(|row| row.metric) else {
        let added = rows.find(|row| row.verdict == Verdict::Added);
        return match added {
            Some(_) => "the baseline does not know it".to_owned(),
            None => "no time of it is judged".to_owned(),
        };
    };
    let is_row = |it: &&crate::model::Waiver| it.name == name && it.metric == Some(row.metric);
    match comparison.waived.iter().find(is_row).map(|waiver| waiver.by) {
        Some(Waived::Severity) => "perf.toml has it warn only".to_owned(),
        Some(Waived::Blessing) => "that is blessed in perf-blessed.toml".to_owned(),
        None => row.reason.clone(),
    }
}
