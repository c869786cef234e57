//! The telling of alerts to the user's own command.

use std::time::Duration;

use crate::model::{AlertDocument, AlertEvent, AlertStatus};
use crate::project::config::alert::{AlertSettings, Occasion};
use crate::project::context::Context;
use crate::record::command::{Notice, tell};
use crate::render::json;
use crate::render::message;
use crate::text::sanitize;

/// The longest time that an alert command may take, where nobody says otherwise.
const TIMEOUT: Duration = Duration::from_secs(30);
/// The longest value of a variable, in characters.
const LONGEST: usize = 500;

/// The user's command, and when it is told.
pub(super) struct Teller<'a> {
    context: &'a Context,
    settings: &'a AlertSettings,
}

/// The outcome of telling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Told {
    /// There is no command, or nothing to tell: what is printed is all that anybody hears.
    Nobody,
    /// It was told.
    Somebody,
    /// It could not be told, for this reason.
    Failed(String),
}

impl Told {
    /// Returns the reason for which nobody was told.
    pub(super) fn problem(&self) -> Option<String> {
        match self {
            Self::Failed(reason) => Some(format!("{reason}; it is told again in the next round")),
            Self::Nobody | Self::Somebody => None,
        }
    }
}

impl<'a> Teller<'a> {
    pub(super) fn new(context: &'a Context, settings: &'a AlertSettings) -> Self {
        Self { context, settings }
    }

    /// Returns whether the command is to be started for this document.
    pub(super) fn wants(&self, document: &AlertDocument) -> bool {
        !document.alerts.is_empty() || self.settings.on == Some(Occasion::Always)
    }

    /// Tells the command.
    pub(super) fn tell(&self, document: &AlertDocument) -> Told {
        let Some(words) = &self.settings.command else { return Told::Nobody };
        let timeout = self
            .settings
            .timeout
            .map_or(Some(TIMEOUT), |it| it.0.map(|ns| Duration::from_secs_f64(ns / 1e9)));
        let told = tell(Notice {
            words,
            dir: &self.context.root,
            environment: &environment(document),
            input: &json::json(document).unwrap_or_default(),
            // Nobody waits longer than a year.
            timeout: timeout.unwrap_or(Duration::from_hours(365 * 24)),
        });
        told.map_or_else(Told::Failed, |()| Told::Somebody)
    }
}

/// Returns the variables of the command: visible characters on one line each, of a sane length.
fn environment(document: &AlertDocument) -> Vec<(&'static str, String)> {
    let of = |event| document.alerts.iter().filter(|it| it.event == event).count().to_string();
    let run = document.run.as_ref();
    let first = document.alerts.first().or(document.firing.first());
    let text = |text: Option<&str>| {
        let text = sanitize::screen(text.unwrap_or_default()).into_owned();
        sanitize::cut(text, LONGEST)
    };
    let status = match document.status {
        AlertStatus::Start | AlertStatus::Success | AlertStatus::Failure => document.status.word(),
    };
    vec![
        ("PERF_TRACK_ALERT_STATUS", status.to_owned()),
        ("PERF_TRACK_ALERT_TITLE", text(Some(&message::headline(document)))),
        ("PERF_TRACK_ALERT_FIRST", text(first.map(|it| it.what.title.as_str()))),
        ("PERF_TRACK_ALERT_KIND", text(first.map(|it| it.key.kind.word()))),
        ("PERF_TRACK_ALERT_NEW", of(AlertEvent::Firing)),
        ("PERF_TRACK_ALERT_REMINDED", of(AlertEvent::Reminder)),
        ("PERF_TRACK_ALERT_RESOLVED", of(AlertEvent::Resolved)),
        ("PERF_TRACK_ALERT_FIRING", document.firing.len().to_string()),
        ("PERF_TRACK_ALERT_COMMAND", text(Some(&document.command.join(" ")))),
        ("PERF_TRACK_ALERT_RUN", text(run.map(|run| run.id.as_str()))),
        ("PERF_TRACK_ALERT_COMMIT", text(run.and_then(|run| run.commit.as_deref()))),
        ("PERF_TRACK_ALERT_BRANCH", text(run.and_then(|run| run.branch.as_deref()))),
        ("PERF_TRACK_ALERT_BASELINE", text(document.baseline.as_deref())),
        ("PERF_TRACK_ALERT_REPORT", text(document.report.as_deref())),
    ]
}
