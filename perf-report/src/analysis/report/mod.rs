//! A run as a report: its score, its grade, what went well, what did not, and what to do next. Pure.
//!
//! Every sentence is made here, beside the figures that it rests on; where there is nothing to say, nothing is
//! said.

mod details;
mod findings;
mod summary;

#[cfg(test)]
mod tests;

use crate::analysis::advice::{self, Advised};
use crate::analysis::{bench, history, score};
use crate::model::{Breach, Comparison, REPORT_SCHEMA, REPORT_VERSION, Report, RunDocument, Side};

/// The rules of a report: `[score]` and `[advice]` of `perf.toml`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Settings {
    /// The rules of its score.
    pub score: score::Settings,
    /// The rules of its advice.
    pub advice: advice::Settings,
}

/// The stored runs of a command.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stored {
    /// Number of them.
    pub runs: u64,
    /// Start of the oldest, RFC 3339, UTC.
    pub first_time: Option<String>,
    /// Start of the newest.
    pub latest_time: Option<String>,
}

/// The material of a report.
#[derive(Debug, Clone, Copy)]
pub struct Material<'a> {
    /// The runs that are judged, the newest last. Those of one `run --repeat` belong together.
    pub runs: &'a [RunDocument],
    /// The judgement of these runs: by a baseline, or of their budgets alone.
    pub comparison: &'a Comparison,
    /// Comparable runs before them, oldest first.
    pub past: &'a [RunDocument],
    /// The last runs of the command, these among them, oldest first: whatever their machine, and those that
    /// recorded nothing, too. They tell how reliable it is.
    pub last: &'a [RunDocument],
    /// All stored runs of the command.
    pub stored: &'a Stored,
    /// The rules.
    pub settings: &'a Settings,
}

/// Returns the report; `None` without a run.
///
/// ```
/// use perf_report::analysis::report::{Material, Settings, Stored, report};
/// use perf_report::model::RunDocument;
/// use perf_report::verdict::{self, Limits};
///
/// fn grade(run: RunDocument) -> Option<String> {
///     let comparison = verdict::alone(&run, &Limits::default(), "no baseline".to_owned());
///     let (stored, settings) = (Stored::default(), Settings::default());
///     let runs = &[run];
///     let material =
///         Material { runs, comparison: &comparison, past: &[], last: runs, stored: &stored, settings: &settings };
///     Some(report(&material)?.grade?.letter.to_string())
/// }
/// ```
pub fn report(material: &Material<'_>) -> Option<Report> {
    let Material { runs, comparison, past, last, settings, .. } = *material;
    let newest = runs.last()?;
    let score = score::score(runs, comparison, &settings.score);
    let grade = score::grade(runs, comparison, score.as_ref(), &settings.score);
    let reliability = score::reliability(last, &settings.score);
    let Advised { advice, silenced } = advice::advise(runs, past, &settings.advice);
    let mut report = Report {
        schema: REPORT_SCHEMA.to_owned(),
        version: REPORT_VERSION,
        command: newest.run.command.clone(),
        run: Side::from(newest),
        baseline: comparison.baseline.clone(),
        score,
        grade,
        reliability,
        summary: Vec::new(),
        went_well: findings::well(newest, comparison),
        went_badly: findings::badly(newest, comparison, &settings.score),
        advice,
        silenced,
        breaches: breaches(material),
        complexity: bench::complexity(runs),
        scaling: bench::scaling(runs),
        details: details::details(material, newest),
        notes: notes(comparison),
    };
    report.summary = summary::summary(&report, comparison);
    Some(report)
}

/// Returns what is to be read before a figure is believed, each sentence once: what is missing may be the end of a
/// note already, or the beginning of what is said of parts.
fn notes(comparison: &Comparison) -> Vec<String> {
    let Comparison { parts_missing: parts, notes, missing, .. } = comparison;
    let is_said = |text: &str| {
        notes.iter().any(|note| note.ends_with(text))
            || parts.iter().any(|sentence| sentence.starts_with(text))
    };
    let others = missing.iter().filter(|text| !is_said(text));
    parts.iter().chain(notes).chain(others).cloned().collect()
}

/// Returns the budgets that will be exceeded at the pace of the last runs.
fn breaches(material: &Material<'_>) -> Vec<Breach> {
    let runs: Vec<&RunDocument> = material.past.iter().chain(material.runs).collect();
    history::breaches(&runs, score::targets::known(material.comparison))
}
