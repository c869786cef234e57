//! Alerts: what a monitor tells somebody, once, and what it remembers of it.

use std::cmp::Ordering;
use std::hash::{Hash, Hasher};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{Command, Side, Unit};
use crate::text::hex;

/// Document `perf-track/alert`: what one round of a monitor has to tell, in one piece.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AlertDocument {
    /// [`super::ALERT_SCHEMA`].
    pub schema: String,
    /// [`super::ALERT_VERSION`] of the writer.
    pub version: u32,
    /// The occasion.
    pub status: AlertStatus,
    /// The time of the round, in RFC 3339, UTC.
    pub time: String,
    /// The command that is monitored.
    pub command: Command,
    /// The run that was judged; `null` where there is none.
    pub run: Option<Side>,
    /// Name of the baseline; `null` where there was none.
    pub baseline: Option<String>,
    /// Path of the report; `null` where none was written.
    pub report: Option<String>,
    /// Address of a page about it, given by the user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_url: Option<String>,
    /// Name of the command and its monitor that stays the same, for whoever keeps a message up to date.
    pub id: String,
    /// The news: first what began, then what still holds, then what is over.
    pub alerts: Vec<Alert>,
    /// All that fires now, also what was told before.
    pub firing: Vec<Alert>,
}

/// The occasion of a document of alerts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlertStatus {
    /// A round begins.
    Start,
    /// A round has ended, and nothing fires.
    Success,
    /// A round has ended, and something fires.
    Failure,
}

impl AlertStatus {
    /// Returns the word in documents and variables.
    pub fn word(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Success => "success",
            Self::Failure => "failure",
        }
    }
}

/// One alert.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Alert {
    /// The news about it.
    pub event: AlertEvent,
    /// Name of the alert that stays the same from its beginning to its end, and the next time.
    pub id: String,
    /// The thing that it is about.
    #[serde(flatten)]
    pub key: AlertKey,
    /// The time when it was first found, in RFC 3339, UTC.
    pub since: String,
    /// Number of runs in which it was found.
    pub runs: u64,
    /// The findings.
    #[serde(flatten)]
    pub what: AlertText,
}

/// The news about an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlertEvent {
    /// It began.
    Firing,
    /// It still holds.
    Reminder,
    /// It is over.
    Resolved,
}

impl AlertEvent {
    /// Every event, in the order in which they are told.
    pub const ALL: [Self; 3] = [Self::Firing, Self::Reminder, Self::Resolved];

    /// Returns the word for people.
    pub fn word(self) -> &'static str {
        match self {
            Self::Firing => "ALERT",
            Self::Reminder => "STILL",
            Self::Resolved => "RESOLVED",
        }
    }
}

/// The identity of an alert within the monitoring of one command. Two of them are the same if what they are about
/// is, under whatever name: a namesake that appears or goes changes the name in `function`, and no alert.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AlertKey {
    /// The kind.
    pub kind: AlertKind,
    /// Function, test suite, or `(command)`; `null` where it is about the command as a whole.
    pub function: Option<String>,
    /// The function with what tells it apart from namesakes; left out where its name is all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<String>,
    /// The metric, or the limit, as in other documents; `null` where it is about none, or about all in which a
    /// function became worse.
    pub metric: Option<String>,
    /// Name of the baseline; `null` where none was asked.
    pub baseline: Option<String>,
}

impl AlertKey {
    /// Makes the key of an alert about the command as a whole.
    pub fn of_command(kind: AlertKind) -> Self {
        Self { kind, function: None, identity: None, metric: None, baseline: None }
    }

    /// Returns what makes two keys the same.
    fn parts(&self) -> (AlertKind, Option<&String>, Option<&String>, Option<&String>) {
        let about = self.identity.as_ref().or(self.function.as_ref());
        (self.kind, about, self.metric.as_ref(), self.baseline.as_ref())
    }

    /// Returns 16 digits that stand for this alert of `command`.
    pub fn id(&self, command: &[String]) -> String {
        let (_, about, metric, baseline) = self.parts();
        let parts = [about, metric, baseline];
        let parts = parts.map(|part| part.map_or("-".to_owned(), |it| format!("+{it}")));
        id(command, [self.kind.word()].into_iter().chain(parts.iter().map(String::as_str)))
    }
}

impl PartialEq for AlertKey {
    fn eq(&self, other: &Self) -> bool {
        self.parts() == other.parts()
    }
}

impl Eq for AlertKey {}

impl PartialOrd for AlertKey {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for AlertKey {
    fn cmp(&self, other: &Self) -> Ordering {
        self.parts().cmp(&other.parts())
    }
}

impl Hash for AlertKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.parts().hash(state);
    }
}

/// Returns 16 digits that stand for the monitoring of `command`.
pub fn monitor_id(command: &[String]) -> String {
    id(command, [])
}

fn id<'a>(command: &'a [String], parts: impl IntoIterator<Item = &'a str>) -> String {
    let mut hash = Sha256::new();
    for part in command.iter().map(String::as_str).chain(["\n"]).chain(parts) {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    hex::digits(&hash.finalize(), 8)
}

/// The kinds of alerts, the most urgent first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlertKind {
    /// The command failed, or some of its tests did.
    Failed,
    /// Nothing was recorded, or not for too long.
    Missing,
    /// A benchmark did not end well: a limit of its own ended it, it panicked, or it was killed.
    Outcome,
    /// A budget is exceeded.
    Budget,
    /// Something is worse than in the baseline by more than the limit.
    Regression,
    /// Something became worse run by run.
    Decline,
    /// The peak memory grows run by run.
    MemoryGrowth,
    /// Too many of the last runs failed.
    Reliability,
    /// The score is below the one that was asked for.
    Score,
    /// Recording takes more than it may.
    Overhead,
}

impl AlertKind {
    /// Every kind.
    pub const ALL: [Self; 10] = [
        Self::Failed,
        Self::Missing,
        Self::Outcome,
        Self::Budget,
        Self::Regression,
        Self::Decline,
        Self::MemoryGrowth,
        Self::Reliability,
        Self::Score,
        Self::Overhead,
    ];

    /// Returns the word on the command line and in `perf.toml`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Missing => "missing",
            Self::Outcome => "outcome",
            Self::Budget => "budget",
            Self::Regression => "regression",
            Self::Decline => "decline",
            Self::MemoryGrowth => "memory-growth",
            Self::Reliability => "reliability",
            Self::Score => "score",
            Self::Overhead => "overhead",
        }
    }
}

/// The findings behind an alert, in values and in words. Names in it are those of the program.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct AlertText {
    /// The finding in a few words: `demo::parse: self time +25 %`.
    pub title: String,
    /// The reason, in words.
    pub reason: String,
    /// The value that it is held against; `null` where there is none.
    pub before: Option<f64>,
    /// The value that was found; `null` where there is none.
    pub now: Option<f64>,
    /// The unit of both: `ns`, `bytes`, `count`, `share`; `null` where there is none.
    pub unit: Option<String>,
    /// The change in per cent; `null` where there is nothing to divide by.
    pub change_pct: Option<f64>,
    /// The metrics in which it shows, where there may be several: first the one of the title and the values.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub metrics: Vec<AlertMetric>,
    /// The callers that take longer for it, and are no alerts of their own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub callers: Vec<String>,
}

/// A metric in which an alert shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AlertMetric {
    /// The metric, as in other documents.
    pub metric: String,
    /// The value that it is held against; `null` where there is none.
    pub before: Option<f64>,
    /// The value that was found; `null` where there is none.
    pub now: Option<f64>,
    /// The change in per cent; `null` where there is nothing to divide by.
    pub change_pct: Option<f64>,
}

/// Returns the name of a unit in documents.
pub fn unit_word(unit: Unit) -> Option<String> {
    let word = match unit {
        Unit::Time => "ns",
        Unit::Size => "bytes",
        Unit::Count => "count",
        Unit::Share => "share",
        Unit::Rate | Unit::Own => return None,
    };
    Some(word.to_owned())
}

/// Document `perf-track/alerts`: what monitors of a project remember. It is theirs alone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AlertsDocument {
    /// [`super::ALERTS_SCHEMA`].
    pub schema: String,
    /// [`super::ALERTS_VERSION`] of the writer.
    pub version: u32,
    /// The commands that are monitored.
    pub watches: Vec<Watch>,
}

/// The alerts of one command.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Watch {
    /// The command.
    pub command: Command,
    /// Its alerts, by their keys.
    pub entries: Vec<AlertEntry>,
}

/// An alert, as it is remembered from one round to the next.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AlertEntry {
    /// The thing that it is about.
    #[serde(flatten)]
    pub key: AlertKey,
    /// The phase that it is in.
    pub phase: AlertPhase,
    /// The time when it was first found, in nanoseconds since 1970.
    pub since_unix_ns: u64,
    /// The time when somebody was last told of it; `null` where nobody was yet.
    pub told_unix_ns: Option<u64>,
    /// Id of the first run in which it was found; `null` where there was no run.
    pub first_run: Option<String>,
    /// Id of the newest run in which it was found.
    pub run: Option<String>,
    /// Number of runs in which it was found.
    pub runs: u64,
    /// Id of the newest run in which it was not found any more.
    pub clear_run: Option<String>,
    /// Number of runs, one after the other, in which it was not found any more.
    pub clear: u64,
    /// True where one run without it is proof, since there is no noise in it.
    pub exact: bool,
    /// The findings.
    #[serde(flatten)]
    pub what: AlertText,
}

/// The phase of an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlertPhase {
    /// Found once, in noise: a further run has to show it.
    Pending,
    /// It holds.
    Firing,
    /// It is over, and somebody has to be told.
    Resolved,
}

impl AlertsDocument {
    /// Returns the memory of monitors that have seen nothing yet.
    pub fn empty() -> Self {
        Self {
            schema: super::ALERTS_SCHEMA.to_owned(),
            version: super::ALERTS_VERSION,
            watches: Vec::new(),
        }
    }

    /// Returns the alerts of `command`.
    pub fn of(&self, command: &[String]) -> &[AlertEntry] {
        let watch = self.watches.iter().find(|watch| watch.command == command);
        watch.map_or(&[], |watch| &watch.entries)
    }

    /// Puts `entries` in the place of those of `command`.
    pub fn set(&mut self, command: &[String], entries: Vec<AlertEntry>) {
        self.watches.retain(|watch| watch.command != command);
        if !entries.is_empty() {
            self.watches.push(Watch { command: command.to_vec(), entries });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::samples;

    #[test]
    fn an_id_is_of_all_parts_and_none_runs_into_the_next() {
        let key = |function: Option<&str>, metric: Option<&str>| AlertKey {
            function: function.map(str::to_owned),
            metric: metric.map(str::to_owned),
            ..AlertKey::of_command(AlertKind::Regression)
        };
        let command = |words: &[&str]| words.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
        let one = command(&["a", "b"]);
        let ids = [
            key(Some("fg"), None).id(&one),
            key(Some("f"), Some("g")).id(&one),
            key(Some("f"), None).id(&one),
            key(Some("-"), None).id(&one),
            key(None, None).id(&one),
            key(None, Some("f")).id(&one),
            key(Some("f"), None).id(&command(&["a b"])),
            monitor_id(&one),
        ];
        let all: std::collections::BTreeSet<_> = ids.iter().collect();
        assert_eq!(all.len(), ids.len(), "{ids:?}");
        assert_eq!(ids[0], key(Some("fg"), None).id(&one));
        assert!(ids.iter().all(|id| id.len() == 16));
    }

    #[test]
    fn kinds_have_one_word_each_and_json_has_it_too() {
        for kind in AlertKind::ALL {
            let json = serde_json::to_value(kind).unwrap();
            assert_eq!(json, kind.word().replace('-', "_"));
        }
    }

    #[test]
    fn a_command_has_its_own_alerts() {
        let mut all = AlertsDocument::empty();
        let key = AlertKey::of_command(AlertKind::Failed);
        let entry = AlertEntry { since_unix_ns: 1, told_unix_ns: None, ..samples::firing(key) };
        all.set(&["a".to_owned()], vec![entry.clone()]);
        all.set(&["b".to_owned()], vec![entry.clone(), entry.clone()]);
        assert_eq!(all.of(&["a".to_owned()]), std::slice::from_ref(&entry));
        all.set(&["a".to_owned()], Vec::new());
        assert_eq!((all.of(&["a".to_owned()]).len(), all.watches.len()), (0, 1));
        let text = serde_json::to_string(&all).unwrap();
        assert_eq!(serde_json::from_str::<AlertsDocument>(&text).unwrap(), all);
    }
}
