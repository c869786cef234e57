//! The words about alerts.

use crate::model::{AlertDocument, AlertEvent, AlertStatus};
use crate::text::units;

/// The digits of a commit that are shown.
const DIGITS: usize = 10;

/// Returns the word for an event, with a sign that says it without colour.
pub(crate) fn mark(event: AlertEvent) -> &'static str {
    match event {
        AlertEvent::Firing => "✗ ALERT",
        AlertEvent::Reminder => "✗ STILL",
        AlertEvent::Resolved => "✓ RESOLVED",
    }
}

/// Returns the command. It is not sanitised.
pub(crate) fn subject(document: &AlertDocument) -> String {
    match document.command.as_slice() {
        [] => "this project".to_owned(),
        words => words.join(" "),
    }
}

/// Counts the news: `2 alerts, 1 resolved: cargo test`. The command in it is not sanitised.
pub(crate) fn headline(document: &AlertDocument) -> String {
    let of = |event| document.alerts.iter().filter(|it| it.event == event).count() as u64;
    let (began, holds, over) =
        (of(AlertEvent::Firing), of(AlertEvent::Reminder), of(AlertEvent::Resolved));
    let parts = [
        (began > 0).then(|| units::plural(began, "new alert")),
        (holds > 0).then(|| format!("{} still firing", units::count(holds))),
        (over > 0).then(|| format!("{} resolved", units::count(over))),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    let news = match (document.status, parts.is_empty()) {
        (AlertStatus::Start, _) => "a round begins".to_owned(),
        (_, false) => parts.join(", "),
        (AlertStatus::Success, true) => "all is well".to_owned(),
        (AlertStatus::Failure, true) => {
            format!("{}, all told before", units::plural(document.firing.len() as u64, "alert"))
        }
    };
    format!("perf-track: {news}: {}", subject(document))
}

/// Returns the run, its commit and branch, and the baseline: visible characters only.
pub(crate) fn context(document: &AlertDocument) -> String {
    let run = document.run.as_ref();
    let commit = run.and_then(|run| run.commit.as_deref());
    let short = |commit: &str| commit.chars().take(DIGITS).collect::<String>();
    let parts = [
        run.map(|run| format!("run {}", run.id)),
        commit.map(|commit| format!("commit {}", short(commit))),
        run.and_then(|run| run.branch.as_deref()).map(|branch| format!("branch {branch}")),
        document.baseline.as_deref().map(|name| format!("baseline {name}")),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    crate::text::sanitize::screen(&parts.join(" · ")).into_owned()
}
