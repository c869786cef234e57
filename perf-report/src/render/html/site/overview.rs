//! Everything at a glance.

use std::fmt::Write as _;

use super::page;
use super::runs::{age, run_link};
use super::series::{Series, series};
use crate::model::RunsDocument;
use crate::render::html::markup::{self, Title, text};
use crate::render::words::runs as words;
use crate::stats::number::float;
use crate::text::units;

/// Series that are listed, at most.
const SERIES: usize = 100;

/// Runs of a series whose times are drawn, at most.
const DRAWN: usize = 40;

/// The material of the overview.
#[derive(Debug, Clone, Copy)]
pub struct Overview<'a> {
    /// The name of the project.
    pub name: &'a str,
    /// The newest runs.
    pub runs: &'a RunsDocument,
    /// Number of processes that record now.
    pub running: usize,
    /// The names of the baselines.
    pub baselines: &'a [String],
    /// The place of the store.
    pub store: &'a str,
}

/// Returns the page of everything at a glance: a line a series.
pub fn overview(of: &Overview<'_>) -> String {
    let baselines = match of.baselines {
        [] => "none".to_owned(),
        names => names.join(", "),
    };
    let newest = of.runs.runs.first().map(|run| age(run, &of.runs.time)).unwrap_or_default();
    let facts = [
        ("Runs", text(&units::count(of.runs.found))),
        ("Newest", newest),
        ("Recording now", live(of.running)),
        ("Baselines", text(&baselines)),
        ("Store", markup::long(of.store)),
    ];
    let mut body = markup::terms("facts", &facts);
    if of.runs.runs.is_empty() {
        body +=
            "<p>No run is stored yet: <code>perf-report run -- cargo test</code> makes one.</p>\n";
    } else {
        body += "<p><a href=\"/slower\">What became slower since yesterday</a></p>\n";
        body += &list(of.runs);
    }
    page("/", of.name, &body)
}

fn live(running: usize) -> String {
    match running {
        0 => "nothing".to_owned(),
        _ => format!("<a href=\"/live\">{}</a>", units::processes(running as u64)),
    }
}

fn list(runs: &RunsDocument) -> String {
    let titles = [
        Title::text("Command"),
        Title::text("Newest run"),
        Title::number("Age"),
        Title::text("End"),
        Title::number("Time"),
        Title::text("Times of the last runs"),
        Title::number("Runs"),
        Title::text("Machine"),
    ];
    let all = series(&runs.runs);
    let rows = all.iter().take(SERIES).filter_map(|series| row(series, &runs.time));
    let rows: Vec<_> = rows.collect();
    let caption = "The commands, the one that ran last first";
    let mut html = markup::table_of_filled(caption, &titles, &rows);
    if all.len() > SERIES {
        let _ = writeln!(html, "<p class=\"faint\">… and {} more</p>", all.len() - SERIES);
    }
    html
}

fn row(series: &Series<'_>, now: &str) -> Option<Vec<String>> {
    let run = series.newest()?;
    Some(vec![
        markup::long(&words::command(run)),
        run_link(run),
        age(run, now),
        text(&words::end(run)),
        run.wall_ns.map(|ns| text(&units::duration(float(ns)))).unwrap_or_default(),
        spark(&series.times(DRAWN)),
        text(&units::count(series.runs.len() as u64)),
        text(&run.machine_key),
    ])
}

/// Draws times, oldest first; their least and most stand in its title.
fn spark(times: &[u64]) -> String {
    const WIDTH: f64 = 120.0;
    const HEIGHT: f64 = 22.0;
    let (Some(&least), Some(&most)) = (times.iter().min(), times.iter().max()) else {
        return String::new();
    };
    if times.len() < 2 {
        return String::new();
    }
    let step = WIDTH / float(times.len() as u64 - 1);
    // From nothing, so that what looks twice as high took twice as long.
    let height = |time: u64| HEIGHT - 1.0 - (HEIGHT - 2.0) * float(time) / float(most.max(1));
    let point =
        |(at, time): (usize, &u64)| format!("{:.1},{:.1}", step * float(at as u64), height(*time));
    let points: Vec<String> = times.iter().enumerate().map(point).collect();
    let words = format!(
        "{} runs, from {} to {}",
        times.len(),
        units::duration(float(least)),
        units::duration(float(most))
    );
    format!(
        "<svg class=\"spark\" width=\"{WIDTH}\" height=\"{HEIGHT}\" role=\"img\" aria-label=\"{0}\">\
         <title>{0}</title><polyline points=\"{1}\"/></svg>",
        text(&words),
        points.join(" ")
    )
}
