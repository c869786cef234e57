//! The words about alerts.

use super::facts::short_commit;
use crate::model::{Alert, AlertDocument, AlertEvent, AlertStatus, MonitorDocument, Side};
use crate::text::units;

/// The news of a round.
#[derive(Debug, Clone, Copy)]
pub(crate) struct News<'a> {
    pub(crate) status: AlertStatus,
    pub(crate) command: &'a [String],
    pub(crate) run: Option<&'a Side>,
    pub(crate) baseline: Option<&'a str>,
    pub(crate) alerts: &'a [Alert],
    pub(crate) firing: &'a [Alert],
}

impl<'a> From<&'a AlertDocument> for News<'a> {
    fn from(document: &'a AlertDocument) -> Self {
        Self {
            status: document.status,
            command: &document.command,
            run: document.run.as_ref(),
            baseline: document.baseline.as_deref(),
            alerts: &document.alerts,
            firing: &document.firing,
        }
    }
}

impl<'a> From<&'a MonitorDocument> for News<'a> {
    fn from(document: &'a MonitorDocument) -> Self {
        Self {
            status: document.status,
            command: &document.command,
            run: document.run.as_ref(),
            baseline: document.baseline.as_deref(),
            alerts: &document.alerts,
            firing: &document.firing,
        }
    }
}

/// Returns the word for an event, with a sign that says it without colour.
pub(crate) fn mark(event: AlertEvent) -> &'static str {
    match event {
        AlertEvent::Firing => "✗ ALERT",
        AlertEvent::Reminder => "✗ STILL",
        AlertEvent::Resolved => "✓ RESOLVED",
    }
}

/// Returns the command. It is not sanitised.
pub(crate) fn subject(command: &[String]) -> String {
    match command {
        [] => "this project".to_owned(),
        words => words.join(" "),
    }
}

/// Counts the news: `2 alerts, 1 resolved: cargo test`. The command in it is not sanitised.
pub(crate) fn headline<'a>(news: impl Into<News<'a>>) -> String {
    let News { status, command, alerts, firing, .. } = news.into();
    let of = |event| alerts.iter().filter(|it| it.event == event).count() as u64;
    let (began, holds, over) =
        (of(AlertEvent::Firing), of(AlertEvent::Reminder), of(AlertEvent::Resolved));
    let parts = [
        (began > 0).then(|| units::plural(began, "new alert")),
        (holds > 0).then(|| format!("{} still firing", units::count(holds))),
        (over > 0).then(|| format!("{} resolved", units::count(over))),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    let news = match (status, parts.is_empty()) {
        (AlertStatus::Start, _) => "a round begins".to_owned(),
        (_, false) => parts.join(", "),
        (AlertStatus::Success, true) => "all is well".to_owned(),
        (AlertStatus::Failure, true) => {
            format!("{}, all told before", units::plural(firing.len() as u64, "alert"))
        }
    };
    format!("perf-track: {news}: {}", subject(command))
}

/// Returns the run, its commit and branch, and the baseline: visible characters only.
pub(crate) fn context<'a>(news: impl Into<News<'a>>) -> String {
    let News { run, baseline, .. } = news.into();
    let commit = run.and_then(|run| run.commit.as_deref());
    let parts = [
        run.map(|run| format!("run {}", run.id)),
        commit.map(|commit| format!("commit {}", short_commit(commit))),
        run.and_then(|run| run.branch.as_deref()).map(|branch| format!("branch {branch}")),
        baseline.map(|name| format!("baseline {name}")),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    crate::text::sanitize::screen(&parts.join(" · ")).into_owned()
}

/// Returns what the round rests on, a sentence each: visible characters only.
pub(crate) fn facts(document: &MonitorDocument) -> Vec<String> {
    let judged = match (document.verdict, &document.not_judged, &document.baseline) {
        (Some(verdict), _, Some(_)) => Some(format!(
            "judged {} of {} by {}: {verdict}",
            units::count(document.judged),
            units::plural(document.of, "value"),
            units::plural(document.baseline_runs, "run"),
        )),
        (_, Some(reason), _) => Some(format!("not judged: {reason}")),
        (Some(_), None, None) => {
            Some("only budgets were judged: there is no run before".to_owned())
        }
        (None, None, _) => None,
    };
    let reliability = document.reliability.as_ref().and_then(|it| {
        let (low, high) = it.interval_pct?;
        let [low, high] = [low, high].map(units::coarse_percent);
        let of = units::plural(it.of, "run");
        Some(format!("reliability {}: {} of {of} ({low} to {high})", it.word?, it.succeeded))
    });
    let score = document.score.as_ref().map(|it| {
        let about = if it.approximate { "~" } else { "" };
        format!("score {about}{:.0} {} ({:.0} to {:.0})", it.value, it.word, it.low, it.high)
    });
    let pending: Option<String> = (!document.pending.is_empty()).then(|| {
        format!("seen in one run, to be confirmed by the next: {}", document.pending.join("; "))
    });
    let facts: [Option<String>; 4] = [judged, reliability, score, pending];
    let facts = facts.into_iter().flatten();
    facts.map(|fact| crate::text::sanitize::screen(&fact).into_owned()).collect()
}
