//! The report of an import for a screen.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::columns;
use super::wrap;
use crate::model::{ImportDocument, ImportResult, ImportRun, Kept};
use crate::render::Screen;
use crate::render::words::{benchmarks, facts, fit};
use crate::stats::robust;
use crate::text::{sanitize, units};

/// Results that are shown by name.
const SHOWN: usize = 20;

/// Returns what was found, the results of each name, what was left out, and where it is stored.
pub(crate) fn import(document: &ImportDocument, screen: Screen) -> String {
    let lines = |text: &str| wrap::words(text, "", screen.width);
    let mut text = lines(&sanitize::screen(&found(document)));
    text.push('\n');
    text += &results(&document.runs);
    text.push('\n');
    for note in &document.notes {
        text += &lines(&format!("note: {}", sanitize::screen(&note.text)));
    }
    if !document.saved.is_empty() {
        let names: Vec<_> = document.saved.iter().map(|name| sanitize::screen(name)).collect();
        text += &lines(&format!("saved there, for --saved NAME: {}", names.join(", ")));
    }
    text + &lines(&sanitize::screen(&kept(document)))
}

/// Returns the sentence on what was found, and where.
pub(crate) fn found(document: &ImportDocument) -> String {
    let from: Vec<_> =
        document.from.iter().map(|from| sanitize::screen(from).into_owned()).collect();
    let from = match from.as_slice() {
        [one, other, _, ..] => format!("{one}, {other} and {} more", from.len() - 2),
        few => few.join(", "),
    };
    let all = document.runs.iter().flat_map(|run| &run.results);
    let names: BTreeMap<_, _> = all.map(|it| (it.name.as_str(), it.kind)).collect();
    let mut what = vec![benchmarks::counted(names.into_values())];
    let metrics = document.runs.last().map_or(0, |run| run.metrics);
    what.push(if metrics > 0 { units::plural(metrics, "further measure") } else { String::new() });
    what.retain(|it| !it.is_empty());
    let runs = match document.runs.as_slice() {
        [run] => format!("of {}", facts::time(&run.time)),
        runs => format!("in {}", units::plural(runs.len() as u64, "run")),
    };
    format!("{}: {} {runs}, from {from}", document.source, what.join(", "))
}

/// Returns the results of each name, a line each: of several runs, the median of those that did not fail.
fn results(runs: &[ImportRun]) -> String {
    let mut by_name = BTreeMap::<&str, Vec<&ImportResult>>::new();
    for result in runs.iter().flat_map(|run| &run.results) {
        by_name.entry(&result.name).or_default().push(result);
    }
    let row = |all: &Vec<&ImportResult>| {
        let it = all.last()?;
        let count = all.len() as u64;
        let failed = all.iter().filter(|it| it.failed).count() as u64;
        let values: Vec<f64> =
            all.iter().filter(|it| !it.failed || count == 1).filter_map(|it| it.value_ns).collect();
        let ends = |(low, high)| format!("{} to {}", units::duration(low), units::duration(high));
        let samples = match (it.samples, runs.len()) {
            (_, 2..) => units::plural(count, "run"),
            (2.., _) => units::plural(it.samples, "sample"),
            _ => String::new(),
        };
        Some([
            format!("  {}", fit::name(&it.name, 60)),
            robust::median(&values).map_or_else(|| "–".to_owned(), units::duration),
            it.interval_ns.filter(|_| count == 1).map_or_else(String::new, ends),
            samples,
            match failed {
                0 => String::new(),
                1 if count == 1 => "failed".to_owned(),
                failed => format!("{} failed", units::count(failed)),
            },
        ])
    };
    let mut text = columns(&by_name.values().take(SHOWN).filter_map(row).collect::<Vec<_>>());
    let more = by_name.len().saturating_sub(SHOWN);
    if more > 0 {
        let _ = writeln!(text, "  … and {more} more");
    }
    text
}

/// Returns the sentence on what became of the runs.
pub(crate) fn kept(document: &ImportDocument) -> String {
    let of =
        |kept: Kept| document.runs.iter().filter(move |run| run.kept == kept).collect::<Vec<_>>();
    let named = |runs: &[&ImportRun]| match runs {
        [] => None,
        [run] => Some(format!("run {}", run.id)),
        [first, .., last] => Some(format!("{} runs, {} to {}", runs.len(), first.id, last.id)),
    };
    let sentences = [
        named(&of(Kept::Stored)).map(|runs| format!("stored as {runs}")),
        named(&of(Kept::Before)).map(|runs| format!("already stored as {runs}")),
        named(&of(Kept::No)).map(|runs| format!("not stored (--dry-run): {runs}")),
    ];
    sentences.into_iter().flatten().collect::<Vec<_>>().join("; ")
}
