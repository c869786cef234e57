//! What became slower: the rows that are worse, a series each.

use std::fmt::Write as _;

use super::page;
use super::runs::{link, time_ago};
use crate::model::{Change, SlowerDocument, SlowerSeries};
use crate::render::html::markup::{self, Title, text};
use crate::text::{units, url};

/// Functions of a series that are shown; the run's own page has all.
const SHOWN: usize = 25;

/// Returns the page of what became slower.
pub fn slower(document: &SlowerDocument) -> String {
    let mut body = form();
    let _ = writeln!(body, "<p>{}</p>", text(&sentence(document)));
    let (worse, rest): (Vec<_>, Vec<_>) =
        document.series.iter().partition(|series| !series.worse.is_empty());
    for series in &worse {
        body += &section(series, &document.time);
    }
    let (fine, not_judged): (Vec<_>, Vec<_>) =
        rest.into_iter().partition(|series| series.not_judged.is_none());
    body += &table("Judged, and not worse", &fine, document);
    body += &table("Not judged", &not_judged, document);
    if document.left_out > 0 {
        let _ = writeln!(
            body,
            "<p class=\"note\">{} were not looked at.</p>",
            text(&units::plural(document.left_out, "further series"))
        );
    }
    page("/slower", "What became slower", &body)
}

fn form() -> String {
    "<form class=\"bar\" action=\"/slower\"><label class=\"choice\">Since <input type=\"search\" name=\"since\" \
     placeholder=\"24h, 7d, 2026-11-20\"></label> <button>Look</button></form>\n"
        .to_owned()
}

/// Returns what was found, in a sentence.
fn sentence(document: &SlowerDocument) -> String {
    let worse = document.series.iter().filter(|series| !series.worse.is_empty()).count();
    let judged = document.judged();
    let since = &document.since;
    match (document.series.len(), judged, worse) {
        (0, ..) => format!("No run was made since {since}."),
        (all, 0, _) => format!("None of {all} commands that ran since {since} could be judged."),
        (_, _, 0) => format!("Nothing became slower since {since}: {judged} judged."),
        _ => format!(
            "Since {since}, {worse} of {judged} commands that were judged became slower: the newest run of each \
             against those before."
        ),
    }
}

fn section(series: &SlowerSeries, now: &str) -> String {
    let mut html = format!("<section>\n<h2>{}</h2>\n", markup::long(&command(series)));
    let _ = writeln!(
        html,
        "<p>Run {}, {} ago{}, against {} of before; {} rows judged. \
         <a href=\"/run/{}#view=difference\">The difference</a>, \
         <a href=\"/run/{}#view=history\">the history</a></p>",
        link(&series.run),
        time_ago(&series.time, now),
        place(series),
        units::plural(series.before, "run"),
        units::count(series.judged),
        url::encoded(&series.run),
        url::encoded(&series.run)
    );
    let titles = [
        Title::text("Function"),
        Title::text("Verdict"),
        Title::text("Metric"),
        Title::number("Before"),
        Title::number("Now"),
        Title::number("Change"),
        Title::text("Also"),
    ];
    let functions = by_function(&series.worse);
    let rows: Vec<_> = functions.iter().take(SHOWN).map(|it| row(series, it)).collect();
    html += &markup::table_of_filled("What is worse", &titles, &rows);
    if functions.len() > SHOWN {
        let _ = writeln!(html, "<p class=\"faint\">… and {} more</p>", functions.len() - SHOWN);
    }
    html + "</section>\n"
}

/// Puts the rows of one function together, in the order of the worst of each.
fn by_function(rows: &[Change]) -> Vec<Vec<&Change>> {
    let mut functions: Vec<Vec<&Change>> = Vec::new();
    for row in rows {
        let is_its = |it: &&mut Vec<&Change>| it.first().is_some_and(|it| it.name == row.name);
        match functions.iter_mut().find(is_its) {
            Some(function) => function.push(row),
            None => functions.push(vec![row]),
        }
    }
    functions
}

fn row(series: &SlowerSeries, rows: &[&Change]) -> Vec<String> {
    let Some((row, others)) = rows.split_first() else { return Vec::new() };
    let words =
        |it: &&Change| format!("{} {}", it.metric.title(), it.in_words().unwrap_or_default());
    let also: Vec<String> = others.iter().map(words).collect();
    let value =
        |value: Option<f64>| value.map(|it| text(&row.metric.number(it))).unwrap_or_default();
    let name = format!(
        "<a class=\"name\" href=\"/run/{}#view=function&amp;fn={}\">{}</a>",
        url::encoded(&series.run),
        url::encoded(&row.name),
        markup::long(&row.name)
    );
    vec![
        name,
        format!("<span class=\"verdict v-{0}\">{0}</span>", row.verdict),
        text(row.metric.title()),
        value(row.baseline),
        value(row.current),
        row.in_words().map(|it| text(&it)).unwrap_or_default(),
        text(&also.join(", ")),
    ]
}

fn table(caption: &str, series: &[&SlowerSeries], document: &SlowerDocument) -> String {
    if series.is_empty() {
        return String::new();
    }
    let titles = [
        Title::text("Command"),
        Title::text("Newest run"),
        Title::number("Age"),
        Title::number("Runs of before"),
        Title::text("Reason"),
    ];
    let row = |it: &&SlowerSeries| {
        vec![
            markup::long(&command(it)),
            link(&it.run),
            time_ago(&it.time, &document.time),
            text(&units::count(it.before)),
            text(it.not_judged.as_deref().unwrap_or_default()),
        ]
    };
    let rows: Vec<_> = series.iter().map(row).collect();
    markup::table_of_filled(caption, &titles, &rows)
}

fn command(series: &SlowerSeries) -> String {
    match (&series.source, series.command.as_str()) {
        (Some(source), "") => format!("results of {source}"),
        (None, "") => "no command".to_owned(),
        (_, command) => command.to_owned(),
    }
}

/// Returns the branch and commit of the newest run, as far as they are known.
fn place(series: &SlowerSeries) -> String {
    let commit = series.commit.as_deref().map(|it| it.chars().take(10).collect::<String>());
    let words: Vec<String> = series.branch.clone().into_iter().chain(commit).collect();
    if words.is_empty() { String::new() } else { format!(", of {}", text(&words.join(" "))) }
}
