//! Test suites as Markdown.

use std::fmt::Write as _;

use super::{LONGEST_TABLE, Title, notes_within, table_within};
use crate::model::{SuiteRow, SuitesDocument, TargetOutcome};
use crate::render::words::suites as words;
use crate::text::sanitize::{markdown as code, markdown_cell as cell, markdown_sentence as escape};

/// The longest text, in bytes: a comment on GitHub holds 65,536 characters.
const LONGEST: usize = 64_000;
/// Bytes of a line that says how much is left out.
const REST: usize = 60;

/// Returns the verdict, a row a suite, and what became of each target.
pub(crate) fn suites(document: &SuitesDocument) -> String {
    suites_within(document, LONGEST)
}

/// Returns the same in at most `most` bytes, of which the verdict itself takes a few hundred. Nothing is cut within
/// a row or sentence: what has no room is left out, and counted.
pub(crate) fn suites_within(document: &SuitesDocument, most: usize) -> String {
    let (word, rest) = words::verdict(document);
    let mark = match word {
        "PASSED" => "✅",
        "UNDECIDED" => "❔",
        _ => "❌",
    };
    let numbers = ["time", "CPU", "peak", "passed", "failed", "ignored", "flaky", "growth"];
    let words = ["last runs", "targets"].map(Title::text);
    let titles: Vec<_> =
        [Title::text("suite")].into_iter().chain(numbers.map(Title::number)).chain(words).collect();
    let rows = document.suites.iter().chain([&document.total]).map(cells);
    let (table, left_out) = table_within(&titles, rows, (most / 2).min(LONGEST_TABLE));
    let mut text = format!("### {mark} {word}: {}\n\n{table}", escape(&rest));
    if left_out > 0 {
        let _ = writeln!(text, "\n… and {left_out} more; the JSON has them all.");
    }
    text.push('\n');
    // The rest is for the notes.
    let room = most - most / 8;
    let mut left_out = 0;
    for finding in findings(document) {
        let line = format!("- {finding}\n");
        if left_out == 0 && text.len() + line.len() + REST <= room {
            text += &line;
        } else {
            left_out += 1;
        }
    }
    if left_out > 0 {
        let _ = writeln!(text, "- … and {left_out} more; the JSON has them all.");
    }
    let origin = std::iter::once(words::origin(document).join(" · "));
    let folders = document.folders.iter().map(words::folder);
    let notes = origin.chain(folders).chain(document.notes.iter().cloned());
    let notes = notes_within(notes, most.saturating_sub(text.len()));
    text + &notes
}

/// Returns a line for each target that is not met, each failure, and each growth, in this order.
fn findings(document: &SuitesDocument) -> Vec<String> {
    let outcomes = [TargetOutcome::Missed, TargetOutcome::Undecided, TargetOutcome::Unmeasured];
    let targets = outcomes.into_iter().flat_map(|outcome| document.targets(outcome));
    let targets = targets.map(|(row, target)| {
        let (sign, name) = (words::sign(target.outcome), code(&row.name));
        format!("{sign} {name} {} (perf.toml:{})", escape(&words::target(target)), target.line)
    });
    let of_row = |row: &SuiteRow| -> Vec<String> {
        let tests = words::bad_tests(row).into_iter();
        let tests =
            tests.map(|(word, names)| format!("{word} in {}: {}", code(&row.name), escape(&names)));
        let growth = words::growth_in_words(row)
            .map(|growth| format!("{}: {}", code(&row.name), escape(&growth)));
        tests.chain(growth).collect()
    };
    targets.chain(document.suites.iter().flat_map(of_row)).collect()
}

fn cells(row: &SuiteRow) -> Vec<String> {
    let failed = match words::end(row) {
        Some(end) if row.failed.is_none_or(|failed| failed == 0) => end,
        _ => words::tests(row.failed),
    };
    vec![
        cell(&row.name),
        words::time(row.wall_ns),
        words::time(row.cpu_ns),
        words::size(row.peak_rss_bytes),
        words::tests(row.passed),
        failed,
        words::tests(row.ignored),
        words::tests(Some(row.flaky)),
        words::growth(row.growth),
        words::course(row),
        words::targets(row),
    ]
}
