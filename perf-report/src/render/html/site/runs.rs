//! The list of runs, what narrows it down, and the choice of two to compare.

use std::fmt::Write as _;

use super::page;
use crate::model::{RunRow, RunsDocument};
use crate::render::html::markup::{self, Title, attribute, text};
use crate::render::words::runs as words;
use crate::stats::number::float;
use crate::text::{moment, units, url};

/// The fields by which runs are narrowed down: name, title, an example.
const FIELDS: [(&str, &str, &str); 6] = [
    ("branch", "Branch", "main"),
    ("command", "Command has", "cargo test"),
    ("label", "Label", ""),
    ("tag", "Tag", ""),
    ("commit", "Commit", "v1.2"),
    ("since", "Since", "7d"),
];

/// Returns the page of these runs. `given` returns what a field of the form holds.
pub fn runs(document: &RunsDocument, given: &dyn Fn(&str) -> String) -> String {
    let mut body = form(given);
    if document.runs.is_empty() {
        body += "<p>None of the stored runs is meant.</p>\n";
    } else {
        body += "<form action=\"/compare\">\n";
        let rows: Vec<_> = document.runs.iter().map(|run| row(run, &document.time)).collect();
        body += &markup::table_of_filled("The stored runs, newest first", &titles(), &rows);
        body += "<p><button>Compare the two that are chosen</button></p>\n</form>\n";
        let more = document.found.saturating_sub(document.runs.len() as u64);
        if more > 0 {
            let _ = writeln!(
                body,
                "<p class=\"faint\">… and {} before them</p>",
                units::plural(more, "run")
            );
        }
    }
    page("/runs", "Runs", &body)
}

fn form(given: &dyn Fn(&str) -> String) -> String {
    let mut html = "<form class=\"bar\" action=\"/runs\" role=\"search\">\n".to_owned();
    for (name, title, example) in FIELDS {
        let _ = writeln!(
            html,
            "<label class=\"choice\">{title} <input type=\"search\" name=\"{name}\" value=\"{}\" \
             placeholder=\"{example}\"></label>",
            attribute(&given(name))
        );
    }
    let failed = if given("failed").is_empty() { "" } else { " checked" };
    html += "<label class=\"choice\"><input type=\"checkbox\" name=\"failed\" value=\"1\"";
    html + failed + "> Failed alone</label>\n<button>Show</button>\n</form>\n"
}

fn titles() -> [Title; 10] {
    [
        Title::text("Run"),
        Title::text("Before"),
        Title::text("Now"),
        Title::number("Age"),
        Title::number("Time"),
        Title::number("Functions"),
        Title::text("End"),
        Title::text("Commit"),
        Title::text("Names"),
        Title::text("Command"),
    ]
}

fn row(run: &RunRow, now: &str) -> Vec<String> {
    vec![
        run_link(run),
        choice("baseline", run, "compare with this one"),
        choice("run", run, "judge this one"),
        age(run, now),
        run.wall_ns.map(|ns| text(&units::duration(float(ns)))).unwrap_or_default(),
        text(&units::count(run.functions)),
        text(&words::end(run)),
        markup::long(&words::commit(run)),
        markup::long(&words::names(run)),
        markup::long(&words::command(run)),
    ]
}

fn choice(name: &str, run: &RunRow, words: &str) -> String {
    let id = attribute(&run.id);
    format!(
        "<input type=\"radio\" name=\"{name}\" value=\"{id}\" aria-label=\"{id}: {words}\" required>"
    )
}

/// Returns a link to the page of a run.
pub(super) fn run_link(run: &RunRow) -> String {
    link(&run.id)
}

/// Returns a link to the page of the run of this id.
pub(super) fn link(id: &str) -> String {
    format!("<a href=\"/run/{}\">{}</a>", url::encoded(id), text(id))
}

/// Returns the age of a run, with its time as the title.
pub(super) fn age(run: &RunRow, now: &str) -> String {
    time_ago(&run.time, now)
}

/// Returns how long ago a moment was, with the moment as the title.
pub(super) fn time_ago(time: &str, now: &str) -> String {
    let age = moment::age(time, now).unwrap_or_else(|| time.to_owned());
    format!("<time datetime=\"{0}\" title=\"{0}\">{1}</time>", attribute(time), text(&age))
}
