//! A comparison for a screen: the verdict first, then each finding with its reason.

use std::fmt::Write as _;

use crate::model::{BudgetResult, Comparison, Verdict};
use crate::render::findings::{self, Finding};
use crate::render::paint::{Paint, style};
use crate::render::{Screen, evidence, facts, interleaved, sanitize, text};
use crate::units;

/// Findings of a verdict that are shown before the rest is only counted.
const SHOWN: usize = 12;
/// Where the text of a finding begins.
const INDENT: usize = 16;

/// How much of a comparison is shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Verbosity {
    /// What fails in full, of the rest what matters most.
    #[default]
    Brief,
    /// Every function that changed.
    All,
}

/// A comparison for a screen.
pub fn comparison(comparison: &Comparison, verbosity: Verbosity, screen: Screen) -> String {
    let paint = Paint { styled: screen.styled };
    let findings = findings::findings(comparison);
    let mut text = headline(comparison, &findings, paint);
    text.push_str(&sides(comparison, paint, screen));
    text.push_str(&causes(comparison, paint, screen));
    let exceeded = comparison.budgets.iter().filter(|budget| budget.verdict >= Verdict::Degraded);
    let mut blocks: Vec<String> = exceeded.map(|row| budget(row, paint, screen)).collect();
    for verdict in order() {
        let of_verdict = findings.iter().filter(|finding| finding.main.verdict == verdict);
        let (folded, of_verdict): (Vec<_>, Vec<_>) = of_verdict.partition(|finding| {
            verbosity == Verbosity::Brief && evidence::is_unremarkable(finding)
        });
        let limit = match verbosity {
            Verbosity::Brief if verdict != Verdict::Regression => SHOWN,
            _ => usize::MAX,
        };
        blocks.extend(of_verdict.iter().take(limit).map(|row| finding(row, paint, screen)));
        if of_verdict.len() > limit {
            let more = format!("… {} more {verdict}; --all shows them", of_verdict.len() - limit);
            blocks.push(format!("{:INDENT$}{}\n", "", paint.paint(style::FAINT, &more)));
        }
        if !folded.is_empty() {
            let some = findings::in_words(folded.iter().copied());
            let reason = evidence::unremarkable(&some, folded.len() as u64);
            blocks.push(said(verdict, &reason, (paint, screen)));
        }
    }
    if !blocks.is_empty() {
        text.push('\n');
        text.push_str(&blocks.concat());
    }
    text.push('\n');
    text + &footer(comparison, paint, screen)
}

/// The verdict in one sentence, for every medium.
pub(in crate::render) fn sentence(comparison: &Comparison, findings: &[Finding<'_>]) -> String {
    let count = |verdict| findings::count(findings, verdict);
    let budgets = exceeded(comparison);
    let over = they_are(budgets, &units::plural(budgets, "budget"), "exceeded");
    let all = |verdict, how: &str| {
        let some = findings::in_words(findings::of(findings, verdict));
        they_are(count(verdict), &some, how)
    };
    let warned = comparison.budgets.iter().filter(|row| row.verdict == Verdict::Degraded).count();
    let warned = warned as u64;
    let warns = they_are(warned, &units::plural(warned, "budget"), "exceeded, which only warns");
    let Some(against) = against(comparison) else {
        return match budgets {
            0 if warned > 0 => warns,
            0 if comparison.budgets.is_empty() => "there is no baseline to judge by".to_owned(),
            0 => "every budget is kept; there is no baseline to judge by".to_owned(),
            _ => over,
        };
    };
    let worse = |how| format!("{how} than in {against}");
    let better = match count(Verdict::Improved) {
        0 => String::new(),
        _ => format!("; {}", all(Verdict::Improved, "better")),
    };
    let (bad, some) = (count(Verdict::Regression), count(Verdict::Degraded));
    match (bad, budgets, some, count(Verdict::Inconclusive)) {
        (0, 1.., _, _) => over,
        (1.., 0, _, _) => all(Verdict::Regression, &worse("worse")),
        (1.., _, _, _) => format!("{}, and {over}", all(Verdict::Regression, &worse("worse"))),
        (0, 0, 1.., _) => {
            let limit = if comparison.waived.is_empty() { "the limit" } else { "what is accepted" };
            let budgets = if warned > 0 { format!("; {warns}") } else { String::new() };
            let how = worse("somewhat worse");
            let how = format!("{how}, none beyond {limit}{better}{budgets}");
            all(Verdict::Degraded, &how)
        }
        (0, 0, 0, _) if warned > 0 => warns,
        (0, 0, 0, 1..) => {
            let open = findings::in_words(findings::of(findings, Verdict::Inconclusive));
            format!("nothing is known to be {}, but {open} cannot be judged", worse("worse"))
        }
        _ if better.is_empty() => format!("nothing changed beyond the limits against {against}"),
        _ => format!("nothing is {}{better}", worse("worse")),
    }
}

/// What the run was compared with, if with anything.
fn against(comparison: &Comparison) -> Option<String> {
    let name = comparison.baseline.as_deref()?;
    if comparison.interleaved.is_some() {
        return Some(sanitize::screen(name).into_owned());
    }
    let is_run = comparison.baseline_run.as_ref().is_some_and(|side| side.id == name);
    let kind = if is_run { "run" } else { "baseline" };
    Some(format!("{kind} {}", sanitize::screen(name)))
}

fn exceeded(comparison: &Comparison) -> u64 {
    comparison.budgets.iter().filter(|row| row.verdict == Verdict::Regression).count() as u64
}

/// `1 function is better`, `2 functions are better`.
fn they_are(count: u64, some: &str, how: &str) -> String {
    let verb = if count == 1 { "is" } else { "are" };
    format!("{some} {verb} {how}")
}

/// The word that the verdict is announced by.
pub(in crate::render) fn announcement(
    comparison: &Comparison,
    findings: &[Finding<'_>],
) -> &'static str {
    let improved = findings::count(findings, Verdict::Improved) > 0;
    match comparison.verdict {
        Verdict::Regression if findings::count(findings, Verdict::Regression) == 0 => "over budget",
        verdict if verdict < Verdict::Inconclusive && improved => "improved",
        verdict if verdict < Verdict::Inconclusive => "stable",
        verdict => verdict.word(),
    }
}

fn headline(comparison: &Comparison, findings: &[Finding<'_>], paint: Paint) -> String {
    let word = announcement(comparison, findings);
    let style = match word {
        "improved" | "stable" => style::GOOD.bold(),
        "inconclusive" | "degraded" => style::WARN.bold(),
        _ => style::BAD,
    };
    let advisory = facts::bearing(comparison);
    let word = paint.paint(style, &word.to_uppercase());
    let sentence = paint.paint(style::STRONG, &sentence(comparison, findings));
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
            let lines = text::join_wrapped(&items, &" ".repeat(10), screen.width);
            let lines = format!("{title:10}{}", lines.trim_start());
            text.extend(lines.lines().map(|line| paint.paint(style::FAINT, line) + "\n"));
        }
    }
    text
}

/// The change of the whole, and the functions that it is owed to.
fn causes(comparison: &Comparison, paint: Paint, screen: Screen) -> String {
    let causes = evidence::causes(comparison);
    let Some(whole) = evidence::whole(comparison).filter(|_| !causes.is_empty()) else {
        return String::new();
    };
    let mut text = format!("\n{}\n", paint.paint(style::STRONG, &format!("{whole}, of which")));
    let width = causes.iter().map(|(change, _)| text::width(change)).max().unwrap_or(0);
    for (change, cause) in causes {
        let reason = sanitize::screen(&cause.reason);
        let room = screen.width.saturating_sub(width + 6 + text::width(&reason)).max(20);
        let name = text::name(&cause.name, room);
        let gap = " ".repeat(width - text::width(&change));
        let reason = paint.paint(style::FAINT, &reason);
        let _ = writeln!(text, "  {gap}{change}  {name}  {reason}");
    }
    text
}

/// A verdict with what is said of several.
fn said(verdict: Verdict, reason: &str, (paint, screen): (Paint, Screen)) -> String {
    let indent = " ".repeat(INDENT);
    let word = paint.verdict(verdict, &format!("  {:width$}", verdict.word(), width = INDENT - 2));
    word + text::wrap_words(reason, &indent, screen.width).trim_start()
}

fn finding(finding: &Finding<'_>, paint: Paint, screen: Screen) -> String {
    let row = finding.main;
    let mut reasons = vec![sanitize::screen(&row.reason).into_owned()];
    reasons.extend(finding.also_in_words().map(|also| format!("also {also}")));
    block(row.verdict, row.verdict.word(), &row.name, &reasons, (paint, screen))
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
    let name = paint.paint(style::STRONG, &text::name(name, room));
    let indent = " ".repeat(INDENT);
    let reasons: String =
        reasons.iter().map(|reason| text::wrap_words(reason, &indent, screen.width)).collect();
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
    let mut text = text::join_wrapped(&items, "", screen.width);
    if items.is_empty() {
        text.clear();
    }
    text.extend(evidence::resolution(comparison).map(|seen| seen + "\n"));
    for note in &comparison.notes {
        let note = format!("note: {}", sanitize::screen(note));
        for line in text::wrap_words(&note, "", screen.width).lines() {
            text += &paint.paint(style::WARN, line);
            text.push('\n');
        }
    }
    text
}

/// The order in which verdicts are read: what needs a decision, then what is good, then the rest.
fn order() -> [Verdict; 8] {
    [
        Verdict::Regression,
        Verdict::Degraded,
        Verdict::Inconclusive,
        Verdict::Improved,
        Verdict::Changed,
        Verdict::Renamed,
        Verdict::Added,
        Verdict::Removed,
    ]
}
