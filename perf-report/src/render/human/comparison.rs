//! A comparison for a screen: the verdict first, then each finding with its reason.

use std::fmt::Write as _;

use super::bars::Scale;
use super::paint::{Paint, style};
use super::wrap;
use crate::model::{BudgetResult, Comparison, Verdict};
use crate::render::words::evidence::Part as Cause;
use crate::render::words::findings::{self, Finding};
use crate::render::words::folding::{self, Folded};
use crate::render::words::{evidence, facts, fit, interleaved, sentences};
use crate::render::{Screen, Verbosity};
use crate::text::{sanitize, units};

/// Findings of a verdict that are shown before the rest is only counted.
const SHOWN: usize = 12;
/// The column in which the text of a finding begins.
const INDENT: usize = 16;

/// Returns the verdict, both sides, the causes, and each finding with its reason.
pub(crate) fn comparison(comparison: &Comparison, verbosity: Verbosity, screen: Screen) -> String {
    let paint = Paint { styled: screen.styled };
    let findings = findings::findings(comparison);
    let mut text = headline(comparison, &findings, paint);
    text.extend(comparison.parts_missing.iter().map(|it| moved(it, (paint, screen))));
    text.push_str(&sides(comparison, paint, screen));
    text.extend(comparison.shifts().map(|shift| moved(&shift.reason, (paint, screen))));
    text.push_str(&causes(comparison, paint, screen));
    let blocks = blocks(comparison, &findings, verbosity, (paint, screen));
    if !blocks.is_empty() {
        text.push('\n');
        text.push_str(&blocks.concat());
    }
    text.push('\n');
    text.push_str(&footer(comparison, paint, screen));
    if let Some(closing) = sentences::closing(comparison, &findings) {
        text.push_str(&wrap::words(&closing, "", screen.width));
    }
    text
}

/// Returns the budgets that are exceeded and the findings, a block each.
fn blocks(
    comparison: &Comparison,
    findings: &[Finding<'_>],
    verbosity: Verbosity,
    (paint, screen): (Paint, Screen),
) -> Vec<String> {
    let exceeded = comparison.budgets.iter().filter(|budget| budget.verdict >= Verdict::Degraded);
    let mut blocks: Vec<String> = exceeded.map(|row| budget(row, paint, screen)).collect();
    let parts = findings::IN_ORDER_OF_READING.map(|verdict| Part::of(verdict, findings, verbosity));
    let shown = parts.iter().flat_map(|part| &part.shown).map(|finding| finding.main);
    let scale = Scale::of(shown, INDENT, screen.width);
    for Part { verdict, shown, more, lines } in parts {
        blocks.extend(shown.iter().map(|row| finding(row, scale, (paint, screen))));
        if more > 0 {
            let more = format!("… {more} more {verdict}; --all shows them");
            blocks.push(format!("{:INDENT$}{}\n", "", paint.paint(style::FAINT, &more)));
        }
        blocks.extend(lines.iter().map(|line| line_of_several(verdict, line, (paint, screen))));
    }
    let legend = scale.map(|scale| scale.legend(screen.width.saturating_sub(INDENT)));
    blocks.extend(legend.map(|it| format!("{:INDENT$}{}\n", "", paint.paint(style::FAINT, &it))));
    blocks
}

/// The findings of one verdict, as far as they are shown.
struct Part<'a> {
    verdict: Verdict,
    shown: Vec<&'a Finding<'a>>,
    /// The number of those beyond.
    more: usize,
    /// Lines about several of them.
    lines: Vec<String>,
}

impl<'a> Part<'a> {
    fn of(verdict: Verdict, findings: &'a [Finding<'a>], verbosity: Verbosity) -> Self {
        let of_verdict = findings.iter().filter(|finding| finding.main.verdict == verdict);
        let Folded { mut shown, lines } = match verbosity {
            Verbosity::Brief => folding::fold(verdict, of_verdict.collect()),
            Verbosity::All => Folded { shown: of_verdict.collect(), lines: Vec::new() },
        };
        let limit = match verbosity {
            Verbosity::Brief if verdict != Verdict::Regression => SHOWN,
            _ => usize::MAX,
        };
        let more = shown.len().saturating_sub(limit);
        shown.truncate(limit);
        Self { verdict, shown, more, lines }
    }
}

fn headline(comparison: &Comparison, findings: &[Finding<'_>], paint: Paint) -> String {
    let word = sentences::announcement(comparison, findings);
    let style = match word {
        "improved" | "stable" => style::GOOD.bold(),
        "inconclusive" | "degraded" => style::WARN.bold(),
        _ => style::BAD,
    };
    let advisory = facts::bearing(comparison);
    let word = paint.paint(style, &word.to_uppercase());
    let sentence = paint.paint(style::STRONG, &sentences::opening(comparison, findings));
    format!("{word}{advisory}  {sentence}\n")
}

fn sides(comparison: &Comparison, paint: Paint, screen: Screen) -> String {
    if let Some(made) = &comparison.interleaved {
        let (a, b) = (interleaved::contender(&made.a), interleaved::contender(&made.b));
        return titled([("A", a), ("B", b), ("", interleaved::rounds(made))], paint, screen);
    }
    let baseline = comparison.baseline_run.as_ref();
    let named =
        comparison.baseline.iter().filter(|name| baseline.is_some_and(|side| side.id != **name));
    let mut before: Vec<_> = named.map(|name| sanitize::screen(name).into_owned()).collect();
    before.extend(evidence::runs(comparison.baseline_runs).filter(|_| baseline.is_some()));
    before.extend(baseline.into_iter().flat_map(facts::side));
    let mut after: Vec<_> = evidence::runs(comparison.current_runs).into_iter().collect();
    after.extend(facts::side(&comparison.current_run));
    titled([("baseline", before), ("current", after)], paint, screen)
}

/// Facts in a column, each line of them with its title, unless there are none.
fn titled<const N: usize>(lines: [(&str, Vec<String>); N], paint: Paint, screen: Screen) -> String {
    let mut text = String::new();
    for (title, items) in lines {
        if !items.is_empty() {
            let lines = wrap::items(&items, &" ".repeat(10), screen.width);
            let lines = format!("{title:10}{}", lines.trim_start());
            text.extend(lines.lines().map(|line| paint.paint(style::FAINT, line) + "\n"));
        }
    }
    text
}

/// Returns a change of everything, or what is missing, which a reader must know before any figure.
pub(super) fn moved(reason: &str, (paint, screen): (Paint, Screen)) -> String {
    let lines = wrap::words(&sanitize::screen(reason), "", screen.width);
    lines.lines().map(|line| paint.paint(style::WARN, line) + "\n").collect()
}

/// Returns the change of the whole, and the functions that made it.
fn causes(comparison: &Comparison, paint: Paint, screen: Screen) -> String {
    let causes = evidence::causes(comparison);
    let Some(whole) = evidence::whole(comparison).filter(|_| !causes.is_empty()) else {
        return String::new();
    };
    let mut text = format!("\n{}\n", paint.paint(style::STRONG, &format!("{whole}, of which")));
    let width = causes.iter().map(|part| fit::width(&part.change)).max().unwrap_or(0);
    for Cause { change, name, reason } in causes {
        let room = screen.width.saturating_sub(width + 6 + fit::width(&reason)).max(20);
        let name = name.map_or_else(String::new, |name| fit::name(&name, room) + "  ");
        let gap = " ".repeat(width - fit::width(&change));
        let reason = paint.paint(style::FAINT, &reason);
        let _ = writeln!(text, "  {gap}{change}  {name}{reason}");
    }
    text
}

/// Returns a verdict with a line about several findings.
fn line_of_several(verdict: Verdict, reason: &str, (paint, screen): (Paint, Screen)) -> String {
    let indent = " ".repeat(INDENT);
    let word = paint.verdict(verdict, &format!("  {:width$}", verdict.word(), width = INDENT - 2));
    word + wrap::words(reason, &indent, screen.width).trim_start()
}

fn finding(
    finding: &Finding<'_>,
    scale: Option<Scale>,
    (paint, screen): (Paint, Screen),
) -> String {
    let row = finding.main;
    let mut reasons = vec![sanitize::screen(&row.reason).into_owned()];
    reasons.extend(finding.also_in_words().map(|also| format!("also {also}")));
    let block = block(row.verdict, row.verdict.word(), &row.name, &reasons, (paint, screen));
    let bar = scale.and_then(|scale| scale.bar(row, paint));
    block + &bar.map_or_else(String::new, |bar| format!("{:INDENT$}{bar}\n", ""))
}

fn budget(row: &BudgetResult, paint: Paint, screen: Screen) -> String {
    let reasons = [sanitize::screen(&row.reason).into_owned()];
    block(row.verdict, "over budget", &row.name, &reasons, (paint, screen))
}

fn block(
    verdict: Verdict,
    word: &str,
    name: &str,
    reasons: &[String],
    (paint, screen): (Paint, Screen),
) -> String {
    let room = screen.width.saturating_sub(INDENT).max(20);
    let word = paint.verdict(verdict, &format!("  {word:width$}", width = INDENT - 2));
    let name = paint.paint(style::STRONG, &fit::name(name, room));
    let indent = " ".repeat(INDENT);
    let reasons: String =
        reasons.iter().map(|reason| wrap::words(reason, &indent, screen.width)).collect();
    format!("{word}{name}\n{reasons}")
}

fn footer(comparison: &Comparison, paint: Paint, screen: Screen) -> String {
    let mut items = Vec::new();
    if comparison.baseline.is_some() {
        items.push(format!("{} unchanged", findings::stable(comparison)));
        let (judged, of) = (units::count(comparison.judged), units::count(comparison.of));
        items.push(format!("judged {judged} of {of} values"));
    }
    if !comparison.budgets.is_empty() {
        let kept = comparison.budgets.iter().filter(|row| row.verdict == Verdict::Stable).count();
        items.push(format!(
            "{kept} of {} kept",
            units::plural(comparison.budgets.len() as u64, "budget")
        ));
    }
    let mut text = wrap::items(&items, "", screen.width);
    if items.is_empty() {
        text.clear();
    }
    let seen = evidence::resolution(comparison);
    text.extend(seen.map(|seen| wrap::words(&seen, "", screen.width)));
    for note in comparison.other_notes() {
        let note = format!("note: {}", sanitize::screen(note));
        for line in wrap::words(&note, "", screen.width).lines() {
            text += &paint.paint(style::WARN, line);
            text.push('\n');
        }
    }
    text
}
