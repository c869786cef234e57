//! Budgets that will be exceeded at the pace of the last runs.
//!
//! Most changes are steps, and nothing is told across one: the pace is that of the runs since the last change of
//! level. It is told only where it is no chance, and no farther than those runs reach back.

use crate::model::{Breach, BudgetKind, BudgetResult, COMMAND, RunDocument, Unit, Verdict};
use crate::stats::number::{float, whole};
use crate::stats::pace;
use crate::stats::segments::{self, Kind};
use crate::text::order::natural;
use crate::text::units;

/// The fewest runs that have a pace.
const FEWEST: usize = 10;
/// The most runs that are looked at.
const MOST: usize = 60;

/// Returns the budgets that will be exceeded, the first to be so first: of the `budgets` that the newest of `runs`,
/// which are comparable and oldest first, had to keep.
pub fn breaches<'a>(
    runs: &[&RunDocument],
    budgets: impl IntoIterator<Item = &'a BudgetResult>,
) -> Vec<Breach> {
    let is_kept = |row: &&BudgetResult| row.verdict == Verdict::Stable && row.allowed > 0.0;
    let has_pace = |row: &&BudgetResult| {
        row.limit != BudgetKind::Min && matches!(row.limit.unit(), Unit::Time | Unit::Size)
    };
    let kept = budgets.into_iter().filter(is_kept).filter(has_pace);
    let mut found: Vec<Breach> = kept.filter_map(|row| breach(runs, row)).collect();
    found.sort_by(|a, b| {
        a.in_runs
            .cmp(&b.in_runs)
            .then_with(|| natural(&a.name, &b.name))
            .then_with(|| a.limit.cmp(&b.limit))
    });
    found
}

fn breach(runs: &[&RunDocument], row: &BudgetResult) -> Option<Breach> {
    let of_run = |run: &&RunDocument| match row.name.as_str() {
        COMMAND => row.limit.value_of_command(run.process.own_usage()),
        name => row.limit.value_of(run.functions.iter().find(|it| it.name == name)?),
    };
    let values: Vec<f64> = runs.iter().filter_map(of_run).filter(|value| *value > 0.0).collect();
    let (runs, pace, in_runs) = reached(&values, row.allowed)?;
    let (low, high) = pace.interval;
    let pct = |slope: f64| (slope.exp() - 1.0) * 100.0;
    let of = if row.name == COMMAND { String::new() } else { format!(" of {}", row.name) };
    let when = if in_runs.0 == in_runs.1 {
        units::plural(in_runs.0, "run")
    } else {
        format!("{} to {} runs", units::count(in_runs.0), units::count(in_runs.1))
    };
    let text = format!(
        "at this pace {}{of} reaches its budget of {} in {when}",
        row.limit.title(),
        row.limit.unit().text(row.allowed),
    );
    Some(Breach {
        name: row.name.clone(),
        limit: row.limit.key().to_owned(),
        value: row.actual?,
        allowed: row.allowed,
        slope_pct: pct(pace.slope),
        slope_interval_pct: (pct(low), pct(high)),
        in_runs,
        runs,
        text,
    })
}

/// Returns in how many runs a series reaches a limit above it at the pace since its last step, with that pace and the
/// number of runs behind it; `None` where that may not be said.
fn reached(values: &[f64], limit: f64) -> Option<(u64, pace::Pace, (u64, u64))> {
    let values = values.get(values.len().saturating_sub(MOST)..)?;
    let changes = segments::change_points(values, segments::Settings::DEFAULT);
    // A drift is the pace itself.
    let last_step = changes.iter().filter(|it| it.kind == Kind::Step).map(|it| it.index).max();
    let since = values.get(last_step.unwrap_or(0)..).filter(|since| since.len() >= FEWEST)?;
    let pace = pace::of(since)?;
    let left = limit.ln() - pace.end;
    let (low, high) = pace.interval;
    let reach = float(since.len() as u64);
    if pace.sure.0 <= 0.0 || left <= 0.0 || left / pace.slope > reach {
        return None;
    }
    let in_runs = (whole((left / high).ceil()).max(1), whole((left / low).ceil()).max(1));
    Some((since.len() as u64, pace, in_runs))
}

#[cfg(test)]
mod tests {
    use rayon::prelude::*;

    use super::*;
    use crate::stats::random::Stream;

    fn series(seed: u64, level: impl Fn(f64) -> f64) -> Vec<f64> {
        let mut stream = Stream::of(seed);
        (0..24).map(|at| level(f64::from(at)) * (0.02 * stream.normal()).exp()).collect()
    }

    #[test]
    fn noise_alone_breaks_no_budget() {
        for above in [1.01, 1.05] {
            let is_said = |seed: &u64| reached(&series(*seed, |_| 1e6), 1e6 * above).is_some();
            let said = (0..150_u64).into_par_iter().filter(is_said).count();
            assert!(said <= 3, "{said} of 150 at {above}");
        }
    }

    #[test]
    fn a_pace_is_told_and_not_beyond_the_window() {
        let rises = |at: f64| 1e6 * 1.01_f64.powf(at);
        let end = rises(23.0);
        let (runs, _, (low, high)) = reached(&series(1, rises), end * 1.1).unwrap();
        assert!(runs == 24 && low <= 10 && 10 <= high, "{low} to {high}");
        assert_eq!(reached(&series(1, rises), end * 1.5), None, "41 runs are more than 24");
        assert_eq!(reached(&series(1, rises)[..9], end), None, "too few");
    }

    #[test]
    fn nothing_is_told_across_a_step() {
        let said = (0..30).filter(|&seed| {
            let step = |at: f64| if at < 12.0 { 1e6 } else { 1.3e6 };
            reached(&series(seed, step), 1.4e6).is_some()
        });
        assert!(said.count() <= 1);
    }
}
