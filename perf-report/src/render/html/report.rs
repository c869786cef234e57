//! The score of the run, its grade, and what to do next, for a reader who may have neither scripts nor styles.

use std::fmt::Write as _;

use super::markup::{self, Title, list, terms, text};
use crate::model::{Advice, Report};
use crate::render::words::report as words;

/// Returns the part of the summary; nothing where there is no report.
pub(super) fn section(report: Option<&Report>) -> String {
    let Some(report) = report else { return String::new() };
    let mut html = format!(
        "<h3>Score</h3>\n<p class=\"score\"><strong>{}</strong></p>\n",
        text(&headline(report))
    );
    let sentences: Vec<String> = report
        .summary
        .iter()
        .map(|said| format!("{} ({})", words::sentence(&said.text), said.evidence))
        .collect();
    html += &list("report", &sentences);
    html += &score(report);
    html += &next_steps(report);
    let outlook: Vec<String> =
        report.breaches.iter().map(|it| format!("{}: {}", it.text, words::pace(it))).collect();
    html + &list("outlook", &outlook)
}

/// Returns the score, the grade and the reliability: `81 GOOD · grade B · reliability EXCELLENT`.
fn headline(report: &Report) -> String {
    let score = report.score.as_ref().map(|it| format!("{} {}", words::value(it), it.word));
    let grade = report.grade.as_ref().map(|it| format!("grade {}", it.letter));
    let reliability = report.reliability.word.map(|word| format!("reliability {word}"));
    let items: Vec<String> = score.into_iter().chain(grade).chain(reliability).collect();
    if items.is_empty() { "nothing to score".to_owned() } else { items.join(" · ") }
}

/// Returns the score's explanation, its parts, and what limits it, folded.
fn score(report: &Report) -> String {
    let Some(score) = &report.score else { return String::new() };
    let rows = score.parts.iter().map(|part| {
        vec![
            text(part.category.word()),
            text(&words::points(part.value)),
            text(&format!("{:.2}", part.weight)),
            text(part.scale.word()),
            text(&part.evidence),
        ]
    });
    let titles = [
        Title::text("part"),
        Title::number("points"),
        Title::number("weight"),
        Title::text("scale"),
        Title::text("evidence"),
    ];
    let table = markup::table(&words::explained(score), &titles, rows);
    let grade = words::grade(report).into_iter().flat_map(|(from, caps)| {
        [format!("grade: {from}")].into_iter().chain(caps).collect::<Vec<_>>()
    });
    let reliability = format!("reliability: {}", words::reliability(report));
    let lines: Vec<String> = words::reservations(score, report.grade.as_ref())
        .into_iter()
        .chain(grade)
        .chain([reliability])
        .collect();
    format!(
        "<details><summary>Parts of the score</summary>\n{table}{}</details>\n",
        list("reservations", &lines)
    )
}

/// Returns the first recommendations, and the names of the others.
fn next_steps(report: &Report) -> String {
    let mut html = String::new();
    if !report.advice.is_empty() {
        html += "<h3>Next steps</h3>\n<ol class=\"advice\">\n";
        for advice in report.next_steps() {
            let _ = writeln!(html, "<li>{}</li>", step(advice));
        }
        html += "</ol>\n";
    }
    let more: Vec<String> = words::more_advice(report).into_iter().collect();
    html + &list("more-advice", &more)
}

fn step(advice: &Advice) -> String {
    let function = advice
        .function
        .as_deref()
        .map_or_else(String::new, |name| format!(" {}", markup::function(name)));
    let place = advice
        .place
        .as_ref()
        .map_or_else(String::new, |place| format!(" {}", markup::long(&place.to_string())));
    let pairs = [
        ("Evidence", text(&advice.evidence)),
        ("Saves", text(&advice.saves)),
        ("To do", text(&advice.todo)),
        ("Silence it", format!("<code>{}</code>", text(&words::silence(advice)))),
    ];
    format!("<strong>{}</strong>{function}{place}\n{}", advice.rule, terms("facts", &pairs))
}
