//! A comparison as Markdown: the verdict first, what did not change folded away.

use std::fmt::Write as _;

use super::{Title, notes_within, table_within};
use crate::model::{BudgetResult, Comparison, Contender, Side, Verdict};
use crate::render::words::findings::{self, Finding};
use crate::render::words::{evidence, facts, interleaved, sentences};
use crate::text::sanitize::{
    markdown as code, markdown_cell as cell, markdown_sentence as escape,
    markdown_sentence_cell as escape_cell,
};
use crate::text::units;

/// The longest text where no limit is given, in bytes: a comment on GitHub holds 65,536 characters, and others
/// add theirs.
const LONGEST: usize = 60_000;

/// Returns the verdict, what changed, and the rest folded.
pub(crate) fn comparison(comparison: &Comparison) -> String {
    comparison_within(comparison, LONGEST)
}

/// Returns the same in at most `most` bytes. Nothing is cut within a row or sentence: what has no room is left
/// out whole, the least important first.
pub(crate) fn comparison_within(comparison: &Comparison, most: usize) -> String {
    let findings = findings::findings(comparison);
    let mut room = Room(most);
    // In the order of what must be there, however small the room is.
    let headline = room.take(format!("### {}\n\n", headline(comparison, &findings)));
    let missing = comparison.parts_missing.iter().map(|it| moved(it).split_off(1) + "\n").collect();
    let missing = room.take(missing);
    let closing = sentences::closing(comparison, &findings);
    let closing = closing.map(|closing| format!("\n{}\n", escape(&closing)));
    let closing = room.take(closing.unwrap_or_default());
    let sides = room.take(format!("{}\n", sides(comparison)));
    let moved = comparison.shifts().map(|shift| moved(&shift.reason)).collect();
    let moved = room.take(moved);
    let numbers = room.take(numbers(comparison));
    let owed = evidence::whole(comparison).zip(evidence::causes_in_words(comparison));
    let owed = owed.map(|(whole, causes)| format!("\n{}: {}.\n", escape(&whole), escape(&causes)));
    let owed = room.take(owed.unwrap_or_default());
    let notes = room.take(notes_within(comparison.other_notes().cloned(), room.0 / 4));
    let changes = changes(comparison, &findings, &mut room);
    [headline, missing, sides, moved, owed, changes, numbers, notes, closing].concat()
}

/// Returns a change of everything, which a reader must know before any figure.
pub(super) fn moved(reason: &str) -> String {
    format!("\n⚠️ {}\n", escape(reason))
}

/// The bytes that are left for the rest of a text.
struct Room(usize);

impl Room {
    /// Returns the text if there is room for it, else none.
    fn take(&mut self, text: String) -> String {
        match self.0.checked_sub(text.len()) {
            Some(rest) => {
                self.0 = rest;
                text
            }
            None => String::new(),
        }
    }
}

/// Returns how much was judged, and how much could have been seen.
fn numbers(comparison: &Comparison) -> String {
    if comparison.baseline.is_none() {
        return String::new();
    }
    let stable = findings::stable(comparison);
    let (judged, of) = (units::count(comparison.judged), units::count(comparison.of));
    // Two spaces break the line; else both sentences would read as one.
    let resolution = evidence::resolution(comparison);
    let seen = resolution.map_or_else(String::new, |seen| format!("  \n{}", escape(&seen)));
    format!("\n{stable} unchanged · judged {judged} of {of} values{seen}\n")
}

/// Returns the table of what needs a look, and that of other changes, folded.
fn changes(comparison: &Comparison, findings: &[Finding<'_>], room: &mut Room) -> String {
    let mut text = String::new();
    let exceeded: Vec<_> =
        comparison.budgets.iter().filter(|row| row.verdict >= Verdict::Degraded).collect();
    let (shown, quiet): (Vec<_>, Vec<_>) =
        findings.iter().partition(|finding| finding.main.verdict >= Verdict::Degraded);
    if !exceeded.is_empty() || !shown.is_empty() {
        let budgets = exceeded.into_iter().map(budget);
        let table = findings_table(budgets.chain(shown.into_iter().map(row)), room.0);
        text += &room.take(format!("\n{table}"));
    }
    if !quiet.is_empty() {
        let title = format!("{} with other changes", findings::in_words(quiet.iter().copied()));
        let folded =
            |table: &str| format!("\n<details><summary>{title}</summary>\n\n{table}\n</details>\n");
        let left = room.0.saturating_sub(folded("").len());
        let table = findings_table(quiet.into_iter().map(row), left);
        text += &room.take(folded(&table));
    }
    text
}

fn budget(row: &BudgetResult) -> Vec<String> {
    let fails = row.verdict == Verdict::Regression;
    let word = if fails { "**over budget**" } else { "over budget" };
    vec![word.to_owned(), cell(&row.name), escape_cell(&row.reason)]
}

/// Returns the table of as many rows as `longest` bytes have room for, and a line on those left out.
fn findings_table(rows: impl Iterator<Item = Vec<String>>, longest: usize) -> String {
    /// Bytes of that line, and of the break before the table.
    const REST: usize = 100;
    let longest = longest.saturating_sub(REST);
    let (mut text, left_out) =
        table_within(&["verdict", "function", "why"].map(Title::text), rows, longest);
    if left_out > 0 {
        let _ = writeln!(text, "\n… and {left_out} more; the page and the JSON have them all.");
    }
    text
}

fn headline(comparison: &Comparison, findings: &[Finding<'_>]) -> String {
    let word = sentences::announcement(comparison, findings);
    let mark = match word {
        "improved" | "stable" => "✅",
        "degraded" | "inconclusive" => "⚠️",
        _ => "❌",
    };
    let advisory = facts::bearing(comparison);
    let (first, rest) = word.split_at(1);
    let sentence = escape(&sentences::opening(comparison, findings));
    format!("{mark} {}{rest}{advisory}: {sentence}", first.to_uppercase())
}

fn sides(comparison: &Comparison) -> String {
    if let Some(made) = &comparison.interleaved {
        let side = |letter, contender: &Contender| {
            let commit = contender.commit.as_deref().map(facts::short_commit);
            let commit =
                commit.map_or_else(String::new, |commit| format!(" · {}", escape(&commit)));
            format!("{letter} is {}{commit}  \n", code(&contender.command))
        };
        let rounds: Vec<_> = interleaved::rounds(made).iter().map(|item| escape(item)).collect();
        return side("A", &made.a) + &side("B", &made.b) + &rounds.join(" · ");
    }
    let in_words = |runs: u64, side: &Side| {
        let items = evidence::runs(runs).into_iter().chain(facts::side(side));
        items.map(|item| escape(&item)).collect::<Vec<_>>().join(" · ")
    };
    let current = in_words(comparison.current_runs, &comparison.current_run);
    match &comparison.baseline_run {
        Some(baseline) => {
            format!("{current} against {}", in_words(comparison.baseline_runs, baseline))
        }
        None => current,
    }
}

fn row(finding: &Finding<'_>) -> Vec<String> {
    let row = finding.main;
    let also = finding.also_in_words().map(|also| format!("; also {}", escape_cell(&also)));
    let word = match row.verdict {
        Verdict::Regression => "**regression**".to_owned(),
        verdict => verdict.to_string(),
    };
    vec![word, cell(&row.name), escape_cell(&row.reason) + &also.unwrap_or_default()]
}
