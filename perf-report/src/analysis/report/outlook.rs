//! Budgets that will be exceeded at the pace of the last runs.
//!
//! Most changes are steps, and nothing is told across one: the pace is that of the runs since the last change of
//! level. It is told only where it is no chance, and no farther than those runs reach back.

use super::Material;
use crate::analysis::score::targets;
use crate::model::{Breach, BudgetKind, BudgetResult, COMMAND, RunDocument, Unit, Verdict};
use crate::stats::number::{float, whole};
use crate::stats::pace;
use crate::stats::segments::{self, Kind};
use crate::text::units;

/// The fewest runs that have a pace.
const FEWEST: usize = 10;
/// The most runs that are looked at.
const MOST: usize = 60;

/// Returns the budgets that will be exceeded, the first to be so first.
pub(super) fn breaches(material: &Material<'_>) -> Vec<Breach> {
    let is_kept = |row: &&BudgetResult| row.verdict == Verdict::Stable && row.allowed > 0.0;
    let has_pace = |row: &&BudgetResult| {
        row.limit != BudgetKind::Min && matches!(row.limit.unit(), Unit::Time | Unit::Size)
    };
    let kept = targets::known(material.comparison).filter(is_kept).filter(has_pace);
    let mut found: Vec<Breach> = kept.filter_map(|row| breach(material, row)).collect();
    found.sort_by(|a, b| (a.in_runs, &a.name, &a.limit).cmp(&(b.in_runs, &b.name, &b.limit)));
    found
}

fn breach(material: &Material<'_>, row: &BudgetResult) -> Option<Breach> {
    let of_run = |run: &RunDocument| match row.name.as_str() {
        COMMAND => row.limit.value_of_command(run.process.own_usage()),
        name => row.limit.value_of(run.functions.iter().find(|it| it.name == name)?),
    };
    let runs = material.past.iter().chain(material.runs);
    let values: Vec<f64> = runs.filter_map(of_run).filter(|value| *value > 0.0).collect();
    let values = values.get(values.len().saturating_sub(MOST)..)?;
    let changes = segments::change_points(values, segments::Settings::DEFAULT);
    // A drift is the pace itself.
    let last_step = changes.iter().filter(|it| it.kind == Kind::Step).map(|it| it.index).max();
    let since = values.get(last_step.unwrap_or(0)..).filter(|since| since.len() >= FEWEST)?;
    let pace = pace::of(since)?;
    let left = row.allowed.ln() - pace.end;
    let (low, high) = pace.interval;
    let reach = float(since.len() as u64);
    if low <= 0.0 || left <= 0.0 || left / pace.slope > reach {
        return None;
    }
    let in_runs = (whole((left / high).ceil()).max(1), whole((left / low).ceil()).max(1));
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
        runs: since.len() as u64,
        text,
    })
}
