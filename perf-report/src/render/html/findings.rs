//! What was found, each with its reason and its picture.

use std::fmt::Write as _;

use super::interval;
use super::markup::{self, text};
use crate::model::{BudgetResult, Comparison, Verdict};
use crate::render::words::findings::{self as found, Finding};
use crate::text::units;

/// Findings of a verdict that are written in full; the script has all.
const SHOWN: usize = 40;
/// Findings of a verdict that fails nobody.
const FOLDED: usize = 20;

/// Returns what fails or is worse in full, and the rest folded, a verdict each.
pub(super) fn findings(comparison: &Comparison) -> String {
    let exceeded = comparison.budgets.iter().filter(|row| row.verdict >= Verdict::Degraded);
    let mut full: Vec<String> = exceeded.take(SHOWN).map(budget).collect();
    let mut folded = String::new();
    let findings = found::findings(comparison);
    for verdict in found::IN_ORDER_OF_READING {
        let of_verdict: Vec<_> = found::of(&findings, verdict).collect();
        let most = if verdict >= Verdict::Degraded { SHOWN } else { FOLDED };
        let shown = of_verdict.iter().take(most).map(|it| finding(it));
        let left = of_verdict.len().saturating_sub(most) as u64;
        if verdict >= Verdict::Degraded {
            full.extend(shown);
            full.extend((left > 0).then(|| more(left, verdict)));
        } else if !of_verdict.is_empty() {
            // What the headline is about is not folded.
            let open = if verdict == comparison.verdict { " open" } else { "" };
            let title = format!("{verdict}: {}", found::in_words(of_verdict.iter().copied()));
            let items: String = shown.collect();
            let rest = if left > 0 { more(left, verdict) } else { String::new() };
            let _ = write!(
                folded,
                "<details class=\"v-{verdict}\"{open}><summary>{}</summary>\n<ul \
                 class=\"findings\">\n{items}{rest}</ul>\n</details>\n",
                text(&title)
            );
        }
    }
    if full.is_empty() && folded.is_empty() {
        return String::new();
    }
    let full = match full.as_slice() {
        [] => String::new(),
        items => format!("<ul class=\"findings\">\n{}</ul>\n", items.concat()),
    };
    format!("<h3>What was found</h3>\n{full}{folded}")
}

fn more(left: u64, verdict: Verdict) -> String {
    let more = units::count(left);
    format!("<li>… and {more} more {verdict}; with scripts, the view Difference has all.</li>\n")
}

fn finding(finding: &Finding<'_>) -> String {
    let row = finding.main;
    let also = finding.also_in_words().map(|also| format!("also {also}"));
    let also = also.map_or_else(String::new, |also| format!("<p>{}</p>\n", text(&also)));
    let name = if row.metric.is_of_function() {
        markup::function(&row.name)
    } else {
        format!("<span class=\"name\">{}</span>", markup::long(&row.name))
    };
    // Of what cannot be judged, a picture says no more than that.
    let picture = (row.verdict != Verdict::Inconclusive).then(|| interval::picture(row)).flatten();
    item(
        row.verdict,
        row.verdict.word(),
        &name,
        &format!("<p>{}</p>\n{also}{}", text(&row.reason), picture.unwrap_or_default()),
    )
}

fn budget(row: &BudgetResult) -> String {
    let name = format!("<span class=\"name\">{}</span>", markup::long(&row.name));
    item(row.verdict, "over budget", &name, &format!("<p>{}</p>\n", text(&row.reason)))
}

fn item(verdict: Verdict, word: &str, name: &str, rest: &str) -> String {
    let sign = sign(verdict);
    format!(
        "<li class=\"finding v-{verdict}\">\n<p class=\"head\"><strong class=\"verdict \
         v-{verdict}\"><span aria-hidden=\"true\">{sign} </span>{word}</strong> {name}</p>\n{rest}\
         </li>\n"
    )
}

/// Returns the sign of a verdict, so that colour is never alone in saying it.
fn sign(verdict: Verdict) -> char {
    match verdict {
        Verdict::Regression => '▲',
        Verdict::Degraded => '△',
        Verdict::Inconclusive => '?',
        Verdict::Renamed => '→',
        Verdict::Removed => '−',
        Verdict::Added => '+',
        Verdict::Changed => '≠',
        Verdict::Stable => '=',
        Verdict::Improved => '▼',
    }
}
