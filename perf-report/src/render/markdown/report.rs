//! A report as Markdown: the score, sentences with their evidence, and the details folded away.

use std::fmt::Write as _;

use super::{growth, notes};
use crate::model::{Advice, BenchDocument, Report, Statement};
use crate::render::words::report::{self as words, Part};
use crate::text::sanitize::{
    markdown as code, markdown_sentence as escape, markdown_sentence_cell as escape_cell,
};

/// Sentences of a part: a comment has room for them, whatever their length.
const SHOWN: usize = 15;

/// Returns the report.
pub(crate) fn report(report: &Report) -> String {
    let mut text = format!("### {}\n\n", headline(report));
    let origin: Vec<String> = words::origin(report).iter().map(|item| escape(item)).collect();
    let _ = writeln!(text, "{} · {}\n", code(&words::command(report)), origin.join(" · "));
    for said in &report.summary {
        let _ =
            writeln!(text, "{} {}\n", escape(&words::sentence(&said.text)), aside(&said.evidence));
    }
    text += &score(report);
    text += &statements("What went well", &report.went_well, Part::Well, report);
    text += &statements("What did not", &report.went_badly, Part::Badly, report);
    text += &next_steps(report);
    if !report.breaches.is_empty() {
        text += "\n#### Outlook\n\n";
        for breach in &report.breaches {
            let _ = writeln!(text, "- {} {}", escape(&breach.text), aside(&words::pace(breach)));
        }
    }
    text += &growth::growth(&report.complexity, &report.scaling);
    text += &details(report);
    text + &notes(report.notes.iter().cloned())
}

fn headline(report: &Report) -> String {
    let mut items = Vec::new();
    items.extend(
        report.score.as_ref().map(|it| format!("{} {}", escape(&words::value(it)), it.word)),
    );
    items.extend(report.grade.as_ref().map(|it| format!("grade {}", it.letter)));
    items.extend(report.reliability.word.map(|word| format!("reliability {word}")));
    if items.is_empty() { "nothing to score".to_owned() } else { items.join(" · ") }
}

fn aside(evidence: &str) -> String {
    if evidence.is_empty() { String::new() } else { format!("({})", escape(evidence)) }
}

fn score(report: &Report) -> String {
    let Some(score) = &report.score else { return String::new() };
    let mut text = format!(
        "{}\n\n| part | points | weight | scale | evidence |\n| :-- | --: | --: | :-- | :-- |\n",
        escape(&words::explained(score))
    );
    for part in &score.parts {
        let _ = writeln!(
            text,
            "| {} | {} | {:.2} | {} | {} |",
            part.category.word(),
            words::points(part.value),
            part.weight,
            part.scale.word(),
            escape_cell(&part.evidence)
        );
    }
    let grade = words::grade(report).into_iter().flat_map(|(from, caps)| {
        [format!("grade: {from}")].into_iter().chain(caps).collect::<Vec<_>>()
    });
    let reliability = format!("reliability: {}", words::reliability(report));
    text.push('\n');
    for line in words::reservations(score, report.grade.as_ref())
        .into_iter()
        .chain(grade)
        .chain([reliability])
    {
        let _ = writeln!(text, "- {}", escape(&line));
    }
    text
}

fn statements(title: &str, all: &[Statement], part: Part, report: &Report) -> String {
    let mut text = format!("\n#### {title}\n\n");
    if all.is_empty() {
        let _ = writeln!(text, "{}", words::sentence(&words::nothing(part, report)));
    }
    for said in all.iter().take(SHOWN) {
        let _ = writeln!(text, "- {} {}", escape(&said.text), aside(&said.evidence));
    }
    let more = all.len().saturating_sub(SHOWN);
    if more > 0 {
        let _ = writeln!(text, "- … and {more} more");
    }
    text
}

fn next_steps(report: &Report) -> String {
    let mut text = "\n#### Next steps\n\n".to_owned();
    if report.advice.is_empty() {
        let _ = writeln!(text, "{}", words::sentence(&words::nothing(Part::Next, report)));
    }
    for (at, advice) in report.next_steps().iter().enumerate() {
        text += &step(at + 1, advice);
    }
    if let Some(more) = words::more_advice(report) {
        let _ = writeln!(text, "\n{}", escape(&more));
    }
    text
}

/// Returns a recommendation as an item of a list.
pub(super) fn step(number: usize, advice: &Advice) -> String {
    format!(
        "{number}. **{}**, {}: {}. Saves {}. {} Silence it: {}\n",
        advice.rule,
        escape(&words::subject(advice)),
        escape(&advice.evidence),
        escape(&advice.saves),
        escape(&words::sentence(&advice.todo)),
        code(&words::silence(advice))
    )
}

/// Returns the score of benchmarks and, unless it is to be short, the advice about them; nothing without a score.
pub(super) fn of_benchmarks(document: &BenchDocument, is_short: bool) -> String {
    let mut text = String::new();
    let grade = document.grade.as_ref();
    if let Some(score) = &document.score {
        let _ = writeln!(text, "\n{}", escape(&words::explained_with(score, grade)));
    }
    if is_short {
        return text;
    }
    let reservations = document.score.iter().flat_map(|it| words::reservations(it, grade));
    for (at, line) in reservations.enumerate() {
        let _ = writeln!(text, "{}- {}", if at == 0 { "\n" } else { "" }, escape(&line));
    }
    if !document.advice.is_empty() {
        text += "\n#### Advice\n\n";
    }
    for (at, advice) in document.advice.iter().enumerate().take(SHOWN) {
        text += &step(at + 1, advice);
    }
    let more = words::more_of(document.advice.get(SHOWN..).unwrap_or_default(), document.silenced);
    if let Some(more) = more {
        let _ = writeln!(text, "\n{}", escape(&more));
    }
    text
}

fn details(report: &Report) -> String {
    let mut text =
        "\n<details><summary>Technical details</summary>\n\n| | |\n| :-- | :-- |\n".to_owned();
    for (title, value) in words::details(&report.details) {
        let _ = writeln!(text, "| {title} | {} |", escape_cell(&value));
    }
    text + "\n</details>\n"
}
