//! Benchmarks of several processes as Markdown.

use std::fmt::Write as _;

use super::comparison::moved;
use super::run::failures_table;
use super::{Title, fenced, growth, notes, report, table};
use crate::model::{BenchDocument, BenchGroup, BenchRamp, Verdict};
use crate::render::words::bench::{self as words, BenchDetail, BenchFacet, TIME, Value};
use crate::render::{BenchView, Screen, human};
use crate::stats::number::float;
use crate::text::sanitize::{markdown_cell as cell, markdown_sentence as escape};
use crate::text::units;

/// Returns the document, seen as the view says.
pub(crate) fn bench(view: &BenchView<'_>) -> String {
    let document = view.document;
    let mut text = format!("### {}\n", escape(&words::head(document)));
    text.extend(document.shift.iter().map(|it| moved(&it.reason)));
    text.push('\n');
    let is_table = !matches!(view.facet, BenchFacet::Stress | BenchFacet::Comparison);
    if is_table {
        text += &rows(document, view.facet, view.detail);
    }
    let is_short = view.detail == BenchDetail::Minimal;
    if view.facet != BenchFacet::Stress && !(is_table && is_short) {
        document.groups.iter().for_each(|it| text += &group(it));
    }
    if view.facet != BenchFacet::Comparison && !(is_table && is_short) {
        document.ramps.iter().for_each(|it| text += &ramp(it));
    }
    if is_table && !is_short {
        text += &growth::growth(&document.complexity, &[]);
    }
    text += &findings(document);
    if is_table && !is_short {
        let functions: Vec<_> = document.benchmarks.iter().map(|row| &row.benchmark).collect();
        text += &failures_table(&functions);
    }
    if view.detail == BenchDetail::Profile && !document.profiled.is_empty() {
        let screen = Screen { width: 120, styled: false };
        let drawn = human::profile(&document.profiled, &document.tree, screen);
        text = text + "\n" + &fenced(&drawn.unwrap_or_default());
    }
    text += &report::of_benchmarks(document, is_short);
    if is_short {
        return text;
    }
    let benchmarks = || document.benchmarks.iter().map(|row| &row.benchmark);
    let doubts = words::doubts(benchmarks()).into_iter();
    let own = view.facet.note().map(str::to_owned);
    text + &notes(doubts.chain(own).chain(document.notes.iter().cloned()))
}

fn rows(document: &BenchDocument, facet: BenchFacet, detail: BenchDetail) -> String {
    let functions = || document.benchmarks.iter().map(|row| &row.benchmark);
    let own = if detail == BenchDetail::Minimal { &[] } else { facet.columns() };
    let is_known = |it: &&words::Column| functions().any(|function| (it.value)(function).is_some());
    let columns: Vec<_> = [&TIME].into_iter().chain(own.iter().filter(is_known)).collect();
    let has_before = document.benchmarks.iter().any(|row| words::before(row).is_some());
    let titles = [Title::text("benchmark")].into_iter();
    let titles = titles.chain(columns.iter().map(|it| Title::number(it.title)));
    let titles: Vec<_> = titles
        .chain(has_before.then(|| Title::number("before")))
        .chain([Title::text("change"), Title::text("outcome")])
        .collect();
    let rows = document.benchmarks.iter().map(|row| {
        let function = &row.benchmark;
        let mut cells = vec![cell(&function.name)];
        cells.extend(columns.iter().map(|it| or_none((it.value)(function).map(Value::text))));
        cells.extend(has_before.then(|| or_none(words::before(row).map(units::duration))));
        cells.push(or_none(words::change(row)));
        cells.push(function.outcome().map_or("", |outcome| outcome.word()).to_owned());
        cells
    });
    let (mut text, left_out) = table(&titles, rows);
    if left_out > 0 {
        let more = units::plural(left_out as u64, "more benchmark");
        let _ = writeln!(text, "\n… and {more}");
    }
    text
}

fn or_none(text: Option<String>) -> String {
    text.unwrap_or_else(|| "–".to_owned())
}

fn group(group: &BenchGroup) -> String {
    let [rank, ratio, interval, rounds, answer] = words::GROUP;
    let numbers = [rank, ratio, interval, rounds].map(Title::number);
    let titles = [Title::text("member")].into_iter().chain(numbers).chain([Title::text(answer)]);
    let titles: Vec<_> = titles.collect();
    let rows = group.members.iter().map(|it| {
        vec![
            cell(&it.name),
            or_none(words::rank(it)),
            or_none(words::ratio(it)),
            or_none(words::ratio_interval(it)),
            units::count(it.rounds),
            words::placing(it).to_owned(),
        ]
    });
    let title = words::group_title(&group.name, group.argument.as_deref(), group.threads);
    format!("\n**{}**\n\n{}", escape(&title), table(&titles, rows).0)
}

fn ramp(ramp: &BenchRamp) -> String {
    let titles = words::RAMP.map(Title::number);
    let rows = ramp.steps.iter().map(|it| {
        vec![
            it.threads.to_string(),
            or_none(it.calls_per_s.map(units::rough_count)),
            or_none(it.efficiency.map(|share| units::percent(share * 100.0))),
            or_none(it.p99_ns.map(|ns| units::duration(float(ns)))),
        ]
    });
    let knee = words::ramp(ramp).map_or_else(String::new, |it| format!(": {it}"));
    format!("\n**ramp {}**{knee}\n\n{}", escape(&ramp.name), table(&titles, rows).0)
}

/// Returns what went badly, a line each.
fn findings(document: &BenchDocument) -> String {
    let ends = words::bad_ends(document.benchmarks.iter().map(|row| &row.benchmark));
    let ends = ends.into_iter().map(|it| super::bad_end(&format!("**{}**", escape(&it.name)), &it));
    let worse = document.benchmarks.iter().filter(|row| !row.benchmark.is_failure());
    let worse = worse.filter_map(|row| Some((row, row.change.as_ref()?)));
    let worse = worse.filter(|(_, change)| change.verdict == Verdict::Regression);
    let worse = worse.map(|(row, change)| {
        format!("- **{}**: {}\n", escape(&row.benchmark.name), escape(&change.reason))
    });
    let leaks = words::leaks(document.benchmarks.iter().map(|row| &row.benchmark));
    let leaks = leaks.into_iter().map(|(name, leak)| format!("- **{}** {leak}\n", escape(&name)));
    let others = document
        .findings
        .iter()
        .map(|finding| format!("- **{}**: {}\n", escape(&finding.name), escape(&finding.reason)));
    let all: String = ends.chain(worse).chain(leaks).chain(others).collect();
    if all.is_empty() { all } else { format!("\n{all}") }
}
