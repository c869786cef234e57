//! Test suites as a table for a screen.

use anstyle::Style;

use super::paint::{Paint, style};
use super::table::{ALWAYS, Align, Cell, Column, Table};
use super::wrap;
use crate::model::{Growth, SuiteRow, SuitesDocument, TargetOutcome};
use crate::render::Screen;
use crate::render::words::{fit, suites as words};
use crate::text::sanitize;

/// Room for the name of a suite before its target.
const NAME: usize = 40;

/// Targets that are met, up to which each has a line.
const MOST_MET: usize = 12;

/// Returns the verdict, a row a suite, and what became of each target.
pub(crate) fn suites(document: &SuitesDocument, screen: Screen) -> String {
    let paint = Paint { styled: screen.styled };
    let (word, rest) = words::verdict(document);
    let look = match word {
        "PASSED" => style::GOOD.bold(),
        "UNDECIDED" => style::WARN,
        _ => style::BAD,
    };
    let indent = " ".repeat(fit::width(word) + 2);
    let rest = wrap::words(&rest, &indent, screen.width);
    let rest = paint.paint(style::STRONG, rest.trim());
    let mut lines = format!("{}  {rest}\n", paint.paint(look, word));
    let origin = wrap::words(&words::origin(document).join(" · "), "", screen.width);
    lines.extend(origin.lines().map(|line| paint.paint(style::FAINT, line) + "\n"));
    lines.push('\n');
    lines += &table(document).render(screen);
    let more = [targets(document, paint, screen), tests(document, paint, screen)];
    for part in more.iter().filter(|part| !part.is_empty()) {
        lines.push('\n');
        lines += part;
    }
    let notes = words::slowest(document).into_iter().enumerate().map(|(at, test)| {
        let title = if at == 0 { "slowest test" } else { "slow test" };
        format!("{title} {test}")
    });
    let growth = document.suites.iter().filter_map(|row| {
        Some(format!("growth  {}: {}", sanitize::screen(&row.name), words::growth_in_words(row)?))
    });
    let folders = document.folders.iter().map(words::folder);
    let others = document.notes.iter().map(|note| format!("note: {}", sanitize::screen(note)));
    let mut notes = notes.chain(growth).chain(folders).chain(others).peekable();
    if notes.peek().is_some() {
        lines.push('\n');
    }
    for note in notes {
        let note = wrap::words(&note, "", screen.width);
        lines.extend(note.lines().map(|line| paint.paint(style::FAINT, line) + "\n"));
    }
    lines
}

fn table(document: &SuitesDocument) -> Table {
    let mut rows: Vec<&SuiteRow> = document.suites.iter().collect();
    if rows.len() > 1 || !document.total.targets.is_empty() {
        rows.push(&document.total);
    }
    let mut columns = counts(&rows);
    columns.extend(extras(&rows));
    let names = rows.iter().map(|row| row.name.clone()).collect();
    Table { title: "suite", names, columns }
}

fn column(
    rows: &[&SuiteRow],
    (title, stays, align): (&'static str, u8, Align),
    cell: impl Fn(&SuiteRow) -> Cell,
) -> Column {
    Column { title, stays, align, cells: rows.iter().map(|row| cell(row)).collect() }
}

fn plain(text: String) -> Cell {
    Cell::new(style::PLAIN, text)
}

fn counted(count: Option<u64>, look: Style) -> Cell {
    let look = if count.is_some_and(|count| count > 0) { look } else { style::FAINT };
    Cell::new(look, words::tests(count))
}

/// Returns the columns that every table has.
fn counts(rows: &[&SuiteRow]) -> Vec<Column> {
    let time = |row: &SuiteRow| match row.wall_ns {
        Some(ns) => {
            let (text, unit) = crate::text::units::duration_parts(ns);
            Cell { text, unit, style: style::HEAT }
        }
        None => Cell::new(style::FAINT, words::time(None)),
    };
    let failed = |row: &SuiteRow| match words::end(row) {
        Some(end) if row.failed.is_none_or(|failed| failed == 0) => Cell::new(style::BAD, end),
        _ => counted(row.failed, style::BAD),
    };
    let right = |title, stays| (title, stays, Align::Right);
    vec![
        column(rows, right("time", ALWAYS), time),
        column(rows, right("CPU", 50), |row| plain(words::time(row.cpu_ns))),
        column(rows, right("peak", 70), |row| plain(words::size(row.peak_rss_bytes))),
        column(rows, right("passed", 90), |row| counted(row.passed, style::PLAIN)),
        column(rows, right("failed", 100), failed),
        column(rows, right("ignored", 60), |row| counted(row.ignored, style::PLAIN)),
    ]
}

/// Returns the columns that are there only where they say something.
fn extras(rows: &[&SuiteRow]) -> Vec<Column> {
    let any = |says: fn(&SuiteRow) -> bool| rows.iter().any(|row| says(row));
    let right = |title, stays| (title, stays, Align::Right);
    let left = |title, stays| (title, stays, Align::Left);
    let mut columns = Vec::new();
    if any(|row| row.flaky > 0) {
        let flaky = |row: &SuiteRow| counted(Some(row.flaky), style::WARN);
        columns.push(column(rows, right("flaky", 80), flaky));
    }
    if any(|row| row.read_bytes.is_some()) {
        let [read, written] = [right("read", 20), right("written", 21)];
        columns.push(column(rows, read, |row| plain(words::size(row.read_bytes))));
        columns.push(column(rows, written, |row| plain(words::size(row.written_bytes))));
    }
    if any(|row| row.growth.is_some()) {
        columns.push(column(rows, right("growth", 40), |row| {
            let is_certain = row.growth.as_ref().is_some_and(Growth::is_certain);
            let look = if is_certain { style::WARN } else { style::FAINT };
            Cell::new(look, words::growth(row.growth))
        }));
    }
    if any(|row| !words::course(row).is_empty()) {
        columns.push(column(rows, left("last runs", 30), |row| plain(words::course(row))));
    }
    if any(|row| !row.targets.is_empty()) {
        columns.push(column(rows, left("targets", 95), |row| {
            let outcomes = row.targets.iter().map(|target| of_outcome(target.outcome));
            let (_, look) = outcomes.max_by_key(|(rank, _)| *rank).unwrap_or_default();
            Cell::new(look, words::targets(row))
        }));
    }
    columns
}

/// Returns the rank of an outcome, and its style.
fn of_outcome(outcome: TargetOutcome) -> (u8, Style) {
    match outcome {
        TargetOutcome::Met => (0, style::GOOD),
        TargetOutcome::Unmeasured => (1, style::FAINT),
        TargetOutcome::Undecided => (2, style::WARN),
        TargetOutcome::Missed => (3, style::BAD),
    }
}

/// Returns a line a target, those that are missed first.
fn targets(document: &SuitesDocument, paint: Paint, screen: Screen) -> String {
    let outcomes = [
        TargetOutcome::Missed,
        TargetOutcome::Undecided,
        TargetOutcome::Unmeasured,
        TargetOutcome::Met,
    ];
    let mut lines = String::new();
    let is_short = document.targets(TargetOutcome::Met).count() <= MOST_MET;
    let shown = outcomes.into_iter().filter(|it| is_short || *it != TargetOutcome::Met);
    for (row, target) in shown.flat_map(|outcome| document.targets(outcome)) {
        let sign = paint.paint(of_outcome(target.outcome).1, words::sign(target.outcome));
        let name = fit::name(&row.name, NAME);
        let text = format!("{name}  {}  perf.toml:{}", words::target(target), target.line);
        let text = wrap::words(&text, "  ", screen.width);
        lines.extend([&sign, " ", text.trim(), "\n"]);
    }
    lines
}

/// Names the tests that failed or were flaky.
fn tests(document: &SuitesDocument, paint: Paint, screen: Screen) -> String {
    let mut lines = String::new();
    for row in &document.suites {
        for (word, names) in words::bad_tests(row) {
            let look = if word == "failed" { style::BAD } else { style::WARN };
            let text = format!("{}: {names}", fit::name(&row.name, NAME));
            let text = wrap::words(&text, "        ", screen.width);
            lines.extend([&paint.paint(look, &format!("{word:6}")), "  ", text.trim(), "\n"]);
        }
    }
    lines
}
