//! What became slower: the rows that are worse, a series each.

use std::fmt::Write as _;

use super::page;
use super::runs::{link, time_ago};
use crate::model::{Change, SlowerDocument, SlowerSeries};
use crate::render::html::markup::{self, Title, text};
use crate::render::words::slower as words;
use crate::text::{units, url};

/// Returns the page of what became slower.
pub fn slower(document: &SlowerDocument) -> String {
    let mut body = form();
    let _ = writeln!(body, "<p>{}</p>", text(&words::sentence(document)));
    let (worse, rest): (Vec<_>, Vec<_>) =
        document.series.iter().partition(|series| !series.worse.is_empty());
    for series in &worse {
        body += &section(series, &document.time);
    }
    let (fine, not_judged): (Vec<_>, Vec<_>) =
        rest.into_iter().partition(|series| series.not_judged.is_none());
    body += &table("Judged, and not worse", &fine, document);
    body += &table("Not judged", &not_judged, document);
    if let Some(left_out) = words::left_out(document) {
        let _ = writeln!(body, "<p class=\"note\">{}</p>", text(&left_out));
    }
    page("/slower", "What became slower", &body)
}

fn form() -> String {
    "<form class=\"bar\" action=\"/slower\"><label class=\"choice\">Since <input type=\"search\" name=\"since\" \
     placeholder=\"24h, 7d, 2026-11-20\"></label> <button>Look</button></form>\n"
        .to_owned()
}

fn section(series: &SlowerSeries, now: &str) -> String {
    let mut html = format!("<section>\n<h2>{}</h2>\n", markup::long(&words::command(series)));
    let _ = writeln!(
        html,
        "<p>Run {}, {} ago{}, against {} of before; {} rows judged. \
         <a href=\"/run/{}#view=difference\">The difference</a>, \
         <a href=\"/run/{}#view=history\">the history</a></p>",
        link(&series.run),
        time_ago(&series.time, now),
        words::place(series).map(|it| format!(", of {}", text(&it))).unwrap_or_default(),
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
    let functions = words::by_function(&series.worse);
    let rows: Vec<_> = functions.iter().take(words::SHOWN).map(|it| row(series, it)).collect();
    html += &markup::table_of_filled("What is worse", &titles, &rows);
    if functions.len() > words::SHOWN {
        let _ =
            writeln!(html, "<p class=\"faint\">… and {} more</p>", functions.len() - words::SHOWN);
    }
    html + "</section>\n"
}

fn row(series: &SlowerSeries, rows: &[&Change]) -> Vec<String> {
    let Some((row, others)) = rows.split_first() else { return Vec::new() };
    let [before, now] = words::values(row);
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
        text(&before),
        text(&now),
        row.in_words().map(|it| text(&it)).unwrap_or_default(),
        text(&words::also(others)),
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
            markup::long(&words::command(it)),
            link(&it.run),
            time_ago(&it.time, &document.time),
            text(&units::count(it.before)),
            text(it.not_judged.as_deref().unwrap_or_default()),
        ]
    };
    let rows: Vec<_> = series.iter().map(row).collect();
    markup::table_of_filled(caption, &titles, &rows)
}
