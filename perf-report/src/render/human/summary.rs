//! The end of `run` for a screen: where the time went, and what to do next.

use anstyle::Style;

use super::paint::{Paint, style};
use super::show::{header, tables};
use super::wrap;
use crate::model::{BenchGrowth, Function, RunDocument};
use crate::render::words::{benchmarks, estimates, facts, futures, suites};
use crate::render::{Screen, Selection};
use crate::text::units;

/// Functions that the summary names.
const TOP: usize = 10;

/// Returns a run in short: the functions with the most self time, what is missing, and the next
/// steps.
pub fn summary(run: &RunDocument, growth: &BenchGrowth, screen: Screen) -> String {
    let paint = Paint { styled: screen.styled };
    let selection = Selection { limit: Some(TOP), ..Selection::default() };
    let selected = selection.select(run);
    let mut text = header(run, screen);
    if selected.shown.is_empty() {
        text += "\nno tracked function was called";
        text += if run.functions.is_empty() { "; see `perf-report doctor`\n" } else { "\n" };
    } else {
        text.push('\n');
        text += &tables(run, &selected.shown, false, screen);
    }
    text += &super::growth::growth(&growth.complexity, &growth.scaling, screen);
    text.push('\n');
    for line in suites::bad_in_words(run) {
        text += &painted(&line, style::BAD, screen);
    }
    for line in futures::explained(run).into_iter().chain(estimates::beside(run)) {
        text += &painted(&line, style::FAINT, screen);
    }
    let problems = facts::unfinished(run).into_iter().chain(facts::problems(run));
    let notes = problems.map(|problem| format!("note: {problem}"));
    for line in estimates::lines(run).into_iter().chain(notes) {
        text += &painted(&line, style::WARN, screen);
    }
    let next = next_steps(run, &selected.beyond);
    for line in wrap::items(&next, "", screen.width).lines() {
        text += &paint.paint(style::FAINT, line);
        text.push('\n');
    }
    text
}

/// Returns the commands to go on with; those `beyond` are not shown yet.
fn next_steps(run: &RunDocument, beyond: &[&Function]) -> Vec<String> {
    let is_measured = run.functions.iter().any(|function| !function.kind.is_function());
    let has_tree = run.process.count > 0 || !is_measured;
    let show = if has_tree { "next: perf-report show --tree" } else { "next: perf-report show" };
    let mut next = vec![show.to_owned()];
    if !run.metrics.is_empty() {
        let metrics = units::plural(run.metrics.len() as u64, "metric");
        next.push(format!("perf-report show --metrics, for {metrics} of the program"));
    }
    if let Some(more) = benchmarks::more(beyond.iter().map(|function| function.kind)) {
        next.push(format!("perf-report show, for {more}"));
    }
    next.push("perf-report baseline save main, to keep this run".to_owned());
    next.push("perf-report check, to judge the next one".to_owned());
    next
}

/// Returns a sentence in as many lines as it takes.
fn painted(sentence: &str, style: Style, screen: Screen) -> String {
    let paint = Paint { styled: screen.styled };
    let lines = wrap::words(sentence, "", screen.width);
    lines.lines().map(|line| paint.paint(style, line) + "\n").collect()
}
