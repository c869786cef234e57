//! The facts of the run.

use super::super::markup::{self, Title, list, terms, text};
use super::titled;
use crate::model::{CustomMetric, RunDocument};
use crate::render::words::estimates::Mark;
use crate::render::words::metrics::value;
use crate::render::words::{estimates, facts, failures, futures, suites};
use crate::text::units;

/// Metrics of the program that are listed.
const METRICS: usize = 200;

/// Returns the command, its machine, what it used, what recording cost, and what the program counted.
pub(super) fn section(run: &RunDocument) -> String {
    let mut html = titled("Tests", list("problems", &suites::bad_in_words(run)));
    html += &titled("The run", terms("facts", &about(run)));
    html += &titled("The recording", recording(run));
    if failures::has_any(run) {
        html += &titled("Errors by kind", errors(run));
    }
    if !run.metrics.is_empty() {
        let shown = run.metrics.iter().take(METRICS).map(metric);
        let numbers = ["value", "min", "max", "mean", "samples"].map(Title::number);
        let titles: Vec<_> =
            ["metric", "kind"].map(Title::text).into_iter().chain(numbers).collect();
        let count = units::plural(run.metrics.len() as u64, "metric");
        let table = markup::table(&format!("{count} of the program's own"), &titles, shown);
        html += &titled("Metrics", table);
    }
    html
}

/// Returns the table of errors by kind.
fn errors(run: &RunDocument) -> String {
    let rows = failures::rows(run.functions.iter());
    let time = |time: Option<(Mark, f64)>| {
        let shown = time.map(|(mark, ns)| format!("{}{}", mark.sign(), units::duration(ns)));
        text(&shown.unwrap_or_default())
    };
    let cells = rows.iter().take(METRICS).map(|row| {
        vec![
            markup::long(&row.function.name),
            markup::long(row.name()),
            text(&units::count(row.count)),
            text(&units::percent(row.share_pct)),
            time(row.failed),
            time(row.others),
        ]
    });
    let [kind, numbers @ ..] = failures::TITLES;
    let words = ["function", kind].map(Title::text);
    let titles: Vec<_> = words.into_iter().chain(numbers.map(Title::number)).collect();
    let count = units::plural(rows.len() as u64, "row");
    let about = failures::explained(&rows).map(str::to_owned);
    markup::table(&format!("{count} of errors"), &titles, cells)
        + &list("recording", &Vec::from_iter(about))
}

fn about(run: &RunDocument) -> Vec<(&'static str, String)> {
    let about = &run.run;
    let joined = |items: Vec<String>| text(&items.join(", "));
    let used = facts::used(run.process.own_usage());
    // An import knows of a command only what its file says.
    let is_import = about.source.is_some() && run.process.count == 0;
    let of_command = |fact: String, is_known: bool| {
        if is_import && !is_known { String::new() } else { text(&fact) }
    };
    let command = format!("<code>{}</code>", markup::long(&facts::command(run)));
    vec![
        ("Command", command),
        ("Run", text(&about.id)),
        ("Label", about.label.as_deref().map_or_else(String::new, markup::long)),
        ("Time", text(&facts::time(&about.time))),
        (
            "Commit",
            about.git.as_ref().map(facts::commit).map_or_else(String::new, |it| markup::long(&it)),
        ),
        ("Parts", joined(facts::parts(run))),
        ("Machine", joined(machine(run))),
        ("Built with", joined(toolchain(run))),
        ("Ended", of_command(facts::ending(run), about.exit_code.is_some())),
        ("Processes", of_command(facts::processes(run), false)),
        ("Used", joined(used)),
        ("All of it", facts::with_unrecorded(run).map_or_else(String::new, |it| text(&it))),
    ]
}

fn machine(run: &RunDocument) -> Vec<String> {
    let machine = &run.run.machine;
    let cores = (machine.cores > 0).then(|| units::plural(machine.cores.into(), "core"));
    let items =
        [Some(machine.cpu.clone()), cores, Some(machine.os.clone()), Some(machine.arch.clone())];
    items.into_iter().flatten().filter(|item| !item.is_empty()).collect()
}

fn toolchain(run: &RunDocument) -> Vec<String> {
    let built = &run.run.toolchain;
    let items = [&built.rustc, &built.profile, &built.target].map(|item| Some(item.clone()));
    items
        .into_iter()
        .chain([built.optimisation()])
        .flatten()
        .filter(|item| !item.is_empty())
        .collect()
}

/// Returns what recording cost, what was estimated, and what is missing.
fn recording(run: &RunDocument) -> String {
    let about: Vec<_> = futures::explained(run)
        .into_iter()
        .chain(estimates::beside(run))
        .chain(estimates::lines(run))
        .collect();
    let problems: Vec<_> = facts::unfinished(run).into_iter().chain(facts::problems(run)).collect();
    list("recording", &about) + &list("problems", &problems)
}

fn metric(metric: &CustomMetric) -> Vec<String> {
    let number = |value: Option<f64>| text(&value.map_or_else(|| "–".to_owned(), units::number));
    vec![
        markup::long(&metric.name),
        text(metric.kind.word()),
        text(&value(metric).unwrap_or_else(|| "–".to_owned())),
        number(metric.min),
        number(metric.max),
        number(metric.mean),
        text(&metric.samples.map_or_else(|| "–".to_owned(), units::count)),
    ]
}
