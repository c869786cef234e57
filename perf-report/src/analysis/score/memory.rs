//! The part of memory.

use super::curve::Curve;
use super::spread::Figure;
use super::{Settings, parts, targets};
use crate::model::{BudgetKind, Category, Comparison, Metric, RunDocument, Scale, ScorePart};
use crate::stats::number::{float, whole};
use crate::text::units;

/// Returns the part of memory.
pub(super) fn part(
    runs: &[RunDocument],
    comparison: &Comparison,
    settings: &Settings,
) -> Result<ScorePart, String> {
    let kinds = [BudgetKind::PeakRssBytes, BudgetKind::Allocs];
    let known = targets::part(Category::Memory, &kinds, runs, comparison)
        .or_else(|| parts::of_command(Category::Memory, Metric::PeakRssBytes, comparison));
    if let Some(part) = known {
        return Ok(part);
    }
    let peaks: Vec<f64> = runs.iter().filter_map(peak).map(float).collect();
    let peak = Figure::of(&peaks).ok_or_else(|| "no peak of memory is known".to_owned())?;
    let curve = Curve::through(settings.memory_bytes);
    let evidence = format!("peak memory {}", units::bytes(whole(peak.value)));
    Ok(parts::of_scores(
        Category::Memory,
        Scale::BuiltIn,
        peak.map(|bytes| curve.at(bytes)),
        evidence,
    ))
}

/// Returns the largest resident memory of the processes that measured benchmarks.
fn of_benchmarks(run: &RunDocument) -> Option<u64> {
    run.functions.iter().filter_map(|it| Some(it.harness()?.memory.peak_rss_bytes)).max()
}

/// Returns the largest resident memory of a process of the run, or of its suites where nothing recorded.
fn peak(run: &RunDocument) -> Option<u64> {
    let of_suites = || run.suites.iter().filter_map(|suite| suite.peak_rss_bytes).max();
    let own = run.process.own_usage().peak_rss_bytes;
    let has_recorded = run.process.count > 0;
    let peak = if has_recorded { own.or_else(|| of_benchmarks(run)) } else { of_suites().or(own) };
    peak.filter(|bytes| *bytes > 0)
}
