//! Costs in words, the same for every medium.

use crate::model::{Figure, OverheadDocument, OverheadRow, TargetResult};
use crate::text::units;

/// Judges the targets: a word, and the rest of the sentence.
pub(crate) fn verdict(document: &OverheadDocument) -> (&'static str, String) {
    let targets = || document.rows.iter().flat_map(|row| &row.targets);
    let all = targets().count() as u64;
    let missed = targets().filter(|target| !target.met).count() as u64;
    match (all, missed) {
        (0, _) => ("MEASURED", "without a target".to_owned()),
        (1, 0) => ("MET", "the only target".to_owned()),
        (_, 0) => ("MET", format!("all {}", units::plural(all, "target"))),
        _ => ("MISSED", format!("{} of {}", units::count(missed), units::plural(all, "target"))),
    }
}

/// Returns the version, the machine and the time of the measurement.
pub(crate) fn origin(document: &OverheadDocument) -> Vec<String> {
    let build = if document.optimised { "release" } else { "debug" };
    vec![
        format!("perf-track {}, {build} build", document.perf_track),
        format!(
            "{}, {}",
            document.machine.cpu,
            units::plural(document.machine.cores.into(), "core")
        ),
        super::facts::time(&document.time),
    ]
}

/// Returns a sentence for each target that was missed.
pub(crate) fn missed(document: &OverheadDocument) -> Vec<String> {
    let sentence = |row: &OverheadRow, target: &TargetResult| {
        let threads = units::plural(row.threads.into(), "thread");
        let (actual, allowed) = (amount(target, target.actual), amount(target, target.allowed));
        let bound = if target.figure == Figure::PerSecond { "at least" } else { "at most" };
        format!("{} on {threads}: {actual}, of {allowed} {bound}", row.operation.title())
    };
    let targets = |row: &'_ OverheadRow| -> Vec<String> {
        let missed = row.targets.iter().filter(|target| !target.met);
        missed.map(|target| sentence(row, target)).collect()
    };
    document.rows.iter().flat_map(targets).collect()
}

/// Returns the targets of a row: `✓ ≤ 100 ns`.
pub(crate) fn targets(row: &OverheadRow) -> String {
    let one = |target: &TargetResult| {
        let mark = if target.met { '✓' } else { '✗' };
        let bound = if target.figure == Figure::PerSecond { '≥' } else { '≤' };
        format!("{mark} {bound} {}", amount(target, target.allowed))
    };
    row.targets.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn amount(target: &TargetResult, amount: f64) -> String {
    match target.figure {
        Figure::CostNs => units::duration(amount),
        Figure::OverheadPct => units::rough_percent(amount),
        Figure::PerSecond => format!("{}/s", units::rough_count(amount)),
    }
}
