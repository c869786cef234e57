//! A comparison as Markdown: the verdict first, what did not change folded away.

use std::fmt::Write as _;

use super::{notes, table};
use crate::model::{BudgetResult, Comparison, Contender, Side, Verdict};
use crate::render::words::findings::{self, Finding};
use crate::render::words::{evidence, facts, interleaved, sentences};
use crate::text::sanitize::{
    markdown as code, markdown_cell as cell, markdown_sentence as escape,
    markdown_sentence_cell as escape_cell,
};
use crate::text::units;

/// Returns the verdict, what changed, and the rest folded.
pub(crate) fn comparison(comparison: &Comparison) -> String {
    let findings = findings::findings(comparison);
    let mut text = format!("### {}\n\n", headline(comparison, &findings));
    let _ = writeln!(text, "{}", sides(comparison));
    let owed = evidence::whole(comparison).zip(evidence::causes_in_words(comparison));
    if let Some((whole, causes)) = owed {
        let _ = writeln!(text, "\n{}: {}.", escape(&whole), escape(&causes));
    }
    text += &changes(comparison, &findings);
    if comparison.baseline.is_some() {
        let stable = findings::stable(comparison);
        let (judged, of) = (units::count(comparison.judged), units::count(comparison.of));
        let _ = writeln!(text, "\n{stable} unchanged · judged {judged} of {of} values");
        let resolution = evidence::resolution(comparison);
        text.extend(resolution.map(|seen| format!("{}\n", escape(&seen))));
    }
    text += &notes(comparison.notes.iter().cloned());
    if let Some(closing) = sentences::closing(comparison, &findings) {
        let _ = writeln!(text, "\n{}", escape(&closing));
    }
    text
}

/// Returns the table of what needs a look, and that of other changes, folded.
fn changes(comparison: &Comparison, findings: &[Finding<'_>]) -> String {
    let mut text = String::new();
    let exceeded: Vec<_> =
        comparison.budgets.iter().filter(|row| row.verdict >= Verdict::Degraded).collect();
    let (shown, quiet): (Vec<_>, Vec<_>) =
        findings.iter().partition(|finding| finding.main.verdict >= Verdict::Degraded);
    if !exceeded.is_empty() || !shown.is_empty() {
        text.push('\n');
        let budgets = exceeded.into_iter().map(budget);
        text += &findings_table(budgets.chain(shown.into_iter().map(row)));
    }
    if !quiet.is_empty() {
        let title = format!("{} with other changes", findings::in_words(quiet.iter().copied()));
        let table = findings_table(quiet.into_iter().map(row));
        let _ = write!(text, "\n<details><summary>{title}</summary>\n\n{table}\n</details>\n");
    }
    text
}

fn budget(row: &BudgetResult) -> Vec<String> {
    let fails = row.verdict == Verdict::Regression;
    let word = if fails { "**over budget**" } else { "over budget" };
    vec![word.to_owned(), cell(&row.name), escape_cell(&row.reason)]
}

fn findings_table(rows: impl Iterator<Item = Vec<String>>) -> String {
    let (mut text, left_out) = table(&["verdict", "function", "why"], rows);
    if left_out > 0 {
        let _ = writeln!(text, "\n… and {left_out} more; the JSON has them all.");
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
