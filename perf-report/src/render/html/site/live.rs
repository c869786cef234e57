//! What runs now: processes, and the functions that take their time.

use super::page;
use crate::model::{Since, TopDocument, TopFunction, TopProcess};
use crate::render::html::markup::{self, Title, text};
use crate::stats::number::float;
use crate::text::units;

/// Functions that are shown.
const FUNCTIONS: usize = 60;

/// Returns the page of what runs now. A script renews it.
pub fn live(document: &TopDocument) -> String {
    let mut body = String::from("<div data-renew=\"2000\">\n");
    let running: Vec<&TopProcess> = document.processes.iter().filter(|it| it.running).collect();
    if running.is_empty() && document.functions.is_empty() {
        body += "<p>Nothing records now. Programs with tracked functions appear here while they run.</p>\n";
    } else {
        body += &processes(&running);
        body += &functions(document);
    }
    page("/live", "Live", &(body + "</div>\n"))
}

fn processes(running: &[&TopProcess]) -> String {
    let titles = [
        Title::text("Program"),
        Title::number("Process"),
        Title::number("Up"),
        Title::number("Threads"),
        Title::text("Recording"),
    ];
    let row = |it: &&TopProcess| {
        vec![
            markup::long(&it.program),
            it.pid.to_string(),
            text(&units::duration(float(it.uptime_ns))),
            units::count(u64::from(it.threads)),
            text(&it.breaker),
        ]
    };
    markup::table("Processes that record", &titles, running.iter().map(row))
}

fn functions(document: &TopDocument) -> String {
    let time = match document.since {
        Since::Start => "since the start of each process".to_owned(),
        _ => format!("of the last {}", units::duration(float(document.window_ns))),
    };
    let titles = [
        Title::text("Function"),
        Title::number("Calls a second"),
        Title::number("Self time"),
        Title::number("Self time a call"),
        Title::number("Share"),
        Title::number("Errors"),
    ];
    let row = |it: &TopFunction| {
        let function = &it.function;
        let mean = (function.calls > 0).then(|| float(function.self_ns) / float(function.calls));
        vec![
            markup::long(&function.name),
            text(&units::rough_count(it.calls_per_s)),
            text(&units::duration(float(function.self_ns))),
            mean.map(|ns| text(&units::duration(ns))).unwrap_or_default(),
            text(&units::percent(it.self_pct)),
            units::count(function.errors),
        ]
    };
    let caption = format!("Functions by self time, {time}");
    markup::table(&caption, &titles, document.functions.iter().take(FUNCTIONS).map(row))
}
