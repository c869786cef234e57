//! The five parts of a score, each on the first scale that there is.

use super::curve::Curve;
use super::spread::Figure;
use super::{Settings, cpu, memory, ratio, success, time};
use crate::model::{COMMAND, Category, Comparison, Metric, RunDocument, Scale, ScorePart};
use crate::text::units;

/// Returns the part of a category.
///
/// # Errors
/// The reason for which it is not known, in words.
pub(super) fn part(
    category: Category,
    runs: &[RunDocument],
    comparison: &Comparison,
    settings: &Settings,
) -> Result<ScorePart, String> {
    match category {
        Category::Time => time::part(runs, comparison, settings),
        Category::Memory => memory::part(runs, comparison, settings),
        Category::Cpu => cpu::part(runs, comparison, settings),
        Category::Success => success::part(runs),
        Category::Throughput => throughput(comparison),
    }
}

/// Returns a part from a figure's scores.
pub(super) fn of_scores(
    category: Category,
    scale: Scale,
    scores: Figure,
    evidence: String,
) -> ScorePart {
    let Figure { value, low, high } = scores;
    ScorePart { category, value, low, high, weight: 0.0, scale, evidence }
}

/// Returns a part from a ratio to the baseline.
pub(super) fn of_ratio(category: Category, ratio: Figure, evidence: String) -> ScorePart {
    let curve = Curve::of_baseline();
    of_scores(category, Scale::Baseline, ratio.map(|ratio| curve.at(ratio)), evidence)
}

/// Returns the part of a metric of the command by the baseline; `None` where it was not compared.
pub(super) fn of_command(
    category: Category,
    metric: Metric,
    comparison: &Comparison,
) -> Option<ScorePart> {
    let ratio =
        ratio::of_command(comparison, metric).filter(|_| ratio::has_baseline(comparison))?;
    Some(of_ratio(category, ratio, compared(metric, comparison)))
}

/// Writes the values of a metric of the command: `peak memory 61.0 MiB → 64.2 MiB, not certain: as before`.
fn compared(metric: Metric, comparison: &Comparison) -> String {
    let row = comparison.functions.iter().find(|row| row.name == COMMAND && row.metric == metric);
    let Some(row) = row else { return String::new() };
    let [old, new] = [row.baseline, row.current]
        .map(|value| value.map_or_else(|| "?".to_owned(), |it| metric.number(it)));
    let change = if ratio::is_certain(row) {
        row.change_pct.map_or_else(String::new, |pct| format!(", {}", units::change(pct)))
    } else {
        ", no certain change: counts as none".to_owned()
    };
    format!("{} {old} → {new}{change}", metric.title())
}

/// Returns the part of throughput, which only an open load has: with one thread, it is the inverse of time.
fn throughput(comparison: &Comparison) -> Result<ScorePart, String> {
    let nothing = || "no rate is known: only an open load with a baseline has one".to_owned();
    if !ratio::has_baseline(comparison) {
        return Err(nothing());
    }
    let ratio = ratio::of_command(comparison, Metric::Throughput).ok_or_else(nothing)?;
    let inverse = ratio.map(|ratio| 1.0 / ratio.max(f64::MIN_POSITIVE));
    Ok(of_ratio(Category::Throughput, inverse, compared(Metric::Throughput, comparison)))
}
