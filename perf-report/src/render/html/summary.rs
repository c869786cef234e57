//! The verdict, its grounds and the facts of the run, for a reader who may have neither scripts nor
//! styles.

mod run;

use std::fmt::Write as _;

use super::Page;
use super::heaviest::Heaviest;
use super::markup::{self, Title, list, terms, text};
use crate::model::{BudgetResult, Comparison, Verdict};
use crate::render::words::{evidence, facts, findings as found, interleaved, sentences};
use crate::text::units;

/// Budgets that are listed.
const BUDGETS: usize = 200;

/// Returns the section of the summary.
pub(super) fn section(page: &Page<'_>, heaviest: &Heaviest) -> String {
    let mut html = "<section id=\"view-summary\" class=\"view\" \
                    aria-labelledby=\"title-summary\">\n<h2 id=\"title-summary\" \
                    tabindex=\"-1\">Summary</h2>\n"
        .to_owned();
    html += &headline(page);
    if let Some(comparison) = page.comparison {
        html += &closing(comparison);
        html += &sides(comparison);
        html += &causes(comparison);
        html += &super::findings::findings(comparison);
        html += &judged(comparison);
        html += &budgets(comparison);
        html += &super::report::section(page.report);
        html += &titled("What is missing", list("missing", &comparison.missing));
        html += &titled("Notes", list("notes", &comparison.notes));
    }
    html += &run::section(page.run);
    let left_out = list("left-out", heaviest.left_out());
    html += &titled("Not in this page, for its size", left_out);
    html + "</section>\n"
}

/// Returns the verdict in one sentence, and aloud where nothing was compared.
fn headline(page: &Page<'_>) -> String {
    let headline = page.verdict();
    let class = match headline.word {
        "over budget" => "regression",
        sentences::NO_BASELINE => "inconclusive",
        word => word,
    };
    let bearing = page.comparison.map_or("", facts::bearing);
    let mut html = format!(
        "<p class=\"headline v-{class}\"><strong>{}{}</strong> <span \
         class=\"sentence\">{}</span></p>\n",
        text(&headline.word.to_uppercase()),
        text(bearing),
        text(&headline.sentence)
    );
    let lacking = facts::lacking(page.run);
    for sentence in page.comparison.map_or(&[][..], |it| &it.parts_missing).iter().chain(&lacking) {
        let _ = writeln!(html, "<p class=\"headline v-inconclusive\">{}</p>", text(sentence));
    }
    if page.compared().is_none() {
        html += "<p class=\"no-baseline\"><strong>No baseline:</strong> nothing was compared, so this \
                 page cannot say whether anything became slower. <code>perf-report baseline save \
                 main</code> keeps a run to compare with.</p>\n";
    }
    html
}

fn closing(comparison: &Comparison) -> String {
    let closing = sentences::closing(comparison, &found::findings(comparison));
    closing.map_or_else(String::new, |it| format!("<p class=\"closing\">{}</p>\n", text(&it)))
}

/// Returns a part with a title, unless it is empty.
fn titled(title: &str, part: String) -> String {
    if part.is_empty() { part } else { format!("<h3>{}</h3>\n{part}", text(title)) }
}

/// Returns what was compared with what.
fn sides(comparison: &Comparison) -> String {
    let joined = |items: Vec<String>| {
        items.iter().map(|item| markup::long(item)).collect::<Vec<_>>().join(" · ")
    };
    if let Some(made) = &comparison.interleaved {
        let pairs = [
            ("A", joined(interleaved::contender(&made.a))),
            ("B", joined(interleaved::contender(&made.b))),
            ("Rounds", joined(interleaved::rounds(made))),
        ];
        return terms("sides", &pairs);
    }
    let Some(baseline) = &comparison.baseline_run else { return String::new() };
    let named = comparison.baseline.iter().filter(|name| **name != baseline.id);
    let mut before: Vec<String> = named.cloned().collect();
    before.extend(evidence::runs(comparison.baseline_runs));
    before.extend(facts::side(baseline));
    let mut after: Vec<String> = evidence::runs(comparison.current_runs).into_iter().collect();
    after.extend(facts::side(&comparison.current_run));
    terms("sides", &[("Baseline", joined(before)), ("Current", joined(after))])
}

/// Returns the change of the whole, and the functions that made it.
fn causes(comparison: &Comparison) -> String {
    let causes = evidence::causes(comparison);
    let Some(whole) = evidence::whole(comparison).filter(|_| !causes.is_empty()) else {
        return String::new();
    };
    let rows = causes.into_iter().map(|part| {
        let name = part.name.map_or_else(|| "the rest".to_owned(), |name| markup::function(&name));
        vec![name, text(&part.change), text(&part.reason)]
    });
    let table = markup::table(
        &whole,
        &[Title::text("function"), Title::number("change"), Title::text("reason")],
        rows,
    );
    format!("<h3>What the change is owed to</h3>\n{table}")
}

/// Returns how much was judged, and how small a change would have been seen.
fn judged(comparison: &Comparison) -> String {
    if comparison.baseline.is_none() {
        return String::new();
    }
    let (judged, of) = (units::count(comparison.judged), units::count(comparison.of));
    let mut lines = vec![
        format!("judged {judged} of {of} values"),
        format!("{} unchanged", found::stable(comparison)),
    ];
    lines.extend(evidence::resolution(comparison));
    lines.extend(comparison.shift.as_ref().map(|shift| shift.reason.clone()));
    if !comparison.waived.is_empty() {
        let waived = units::plural(comparison.waived.len() as u64, "finding");
        lines.push(format!("{waived} may be as they are, by a blessing or by perf.toml"));
    }
    if comparison.ignored > 0 {
        let ignored = units::they_are(comparison.ignored, "function");
        lines.push(format!("{ignored} not judged, as perf.toml says"));
    }
    titled("What was judged", list("judged", &lines))
}

fn budgets(comparison: &Comparison) -> String {
    if comparison.budgets.is_empty() {
        return String::new();
    }
    let of = comparison.budgets.len() as u64;
    let kept = comparison.budgets.iter().filter(|row| row.verdict == Verdict::Stable).count();
    let row = |row: &BudgetResult| {
        vec![
            markup::long(&row.name),
            text(row.limit.title()),
            text(row.verdict.word()),
            text(&row.reason),
        ]
    };
    let table = markup::table(
        &format!("{kept} of {} kept", units::plural(of, "budget")),
        &["function", "limit", "verdict", "why"].map(Title::text),
        comparison.budgets.iter().take(BUDGETS).map(row),
    );
    titled("Budgets", table)
}
