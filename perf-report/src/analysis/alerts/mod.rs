//! Alerts on transitions: something is told when it begins, again after a while, and when it is over.
//!
//! [`step`] takes what is remembered and what one round found, and returns what is to be told. Whoever
//! told it then calls [`Plan::told`]; where telling failed, [`Plan::untold`], and the next round tells it.
//! [`found`] makes the findings of a round, [`documents`] what is written of it. Pure: the time comes from outside.

pub mod documents;
pub mod former;
pub mod found;
pub mod known;

#[cfg(test)]
mod laws;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::model::{Alert, AlertEntry, AlertEvent, AlertKey, AlertKind, AlertPhase, AlertText};

/// Runs in a row without it after which an alert that rests on measured times is over. One quiet run in
/// noise proves as little as one loud one.
const CLEAR_RUNS: u64 = 2;
/// Runs with it after which a finding that may be noise becomes an alert.
const SHOWN_BY: u64 = 2;

/// The time after which a holding alert is told again, in nanoseconds: a day.
pub const REMIND_NS: u64 = 24 * 3_600 * 1_000_000_000;

/// Something that one round found.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// The thing that it is about.
    pub key: AlertKey,
    /// True where this one run is proof; otherwise a further one has to show it.
    pub certain: bool,
    /// True where one run without it is proof that it is over.
    pub exact: bool,
    /// The findings.
    pub what: AlertText,
}

/// One round of a monitor.
#[derive(Debug, Clone, PartialEq)]
pub struct Round {
    /// The time, in nanoseconds since 1970.
    pub now_unix_ns: u64,
    /// Id of the run that was judged; `None` where there was none, and then every round counts.
    pub run: Option<String>,
    /// The time after which a holding alert is told again; `None` for never.
    pub remind_ns: Option<u64>,
    /// The kinds that somebody wants to hear of; nothing is remembered of the others.
    pub kinds: BTreeSet<AlertKind>,
    /// The findings, in any order.
    pub found: Vec<Finding>,
    /// The kinds of which this round says nothing: what holds goes on to hold.
    pub unjudged: BTreeSet<AlertKind>,
    /// The keys of which this round says nothing.
    pub open: BTreeSet<AlertKey>,
    /// The keys that somebody accepted, or that are better than ever: over at once.
    pub settled: BTreeSet<AlertKey>,
}

/// The result of a round.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Plan {
    /// The entries to remember, by their keys, each with the event that is to be told of it.
    planned: Vec<(AlertEntry, Option<AlertEvent>)>,
    now_unix_ns: u64,
}

/// Decides what is to be told after a round, from what is remembered of the rounds before.
///
/// However often it is found, an alert is told once when it begins, then no more often than each
/// [`Round::remind_ns`], and once when it is over. A clock that goes back delays a reminder at most.
pub fn step(remembered: &[AlertEntry], round: &Round) -> Plan {
    let wanted = |key: &AlertKey| round.kinds.contains(&key.kind);
    let mut before: BTreeMap<&AlertKey, &AlertEntry> = BTreeMap::new();
    for entry in remembered.iter().filter(|entry| wanted(&entry.key)) {
        before.insert(&entry.key, entry);
    }
    let mut found: BTreeMap<&AlertKey, &Finding> = BTreeMap::new();
    for finding in round.found.iter().filter(|it| wanted(&it.key)) {
        let other = found.entry(&finding.key).or_insert(finding);
        // Which of two counts must not depend on their order.
        if rank(finding) > rank(other) {
            *other = finding;
        }
    }
    let keys: BTreeSet<&AlertKey> = before.keys().chain(found.keys()).copied().collect();
    let planned = keys.into_iter().filter_map(|key| {
        let entry = match (before.get(key), found.get(key)) {
            (before, Some(finding)) => {
                let before = before.copied().filter(|entry| is_same(entry, finding));
                Some(shown(before, finding, round))
            }
            (Some(entry), None) => gone(entry, round),
            (None, None) => None,
        }?;
        let event = event(&entry, round);
        Some((entry, event))
    });
    Plan { planned: planned.collect(), now_unix_ns: round.now_unix_ns }
}

/// Returns whether a finding is the one that waits to be shown once more: noise in one metric of a function
/// does not prove that in another.
fn is_same(entry: &AlertEntry, finding: &Finding) -> bool {
    let [before, now] = [&entry.what.metrics, &finding.what.metrics];
    let in_common = || now.iter().any(|it| before.iter().any(|other| other.metric == it.metric));
    entry.phase != AlertPhase::Pending || before.is_empty() || now.is_empty() || in_common()
}

fn rank(finding: &Finding) -> (bool, u64, &str, &str) {
    let size = finding.what.change_pct.unwrap_or(f64::INFINITY).to_bits();
    (finding.certain, size, &finding.what.title, &finding.what.reason)
}

/// Returns the entry of something that was found.
fn shown(before: Option<&AlertEntry>, finding: &Finding, round: &Round) -> AlertEntry {
    let new = || AlertEntry {
        key: finding.key.clone(),
        phase: AlertPhase::Pending,
        since_unix_ns: round.now_unix_ns,
        told_unix_ns: None,
        first_run: round.run.clone(),
        run: None,
        runs: 0,
        clear_run: None,
        clear: 0,
        exact: finding.exact,
        what: AlertText::default(),
    };
    let mut entry = before.map_or_else(new, |entry| at(entry, round));
    if entry.runs == 0 || round.run.is_none() || entry.run != round.run {
        entry.runs = entry.runs.saturating_add(1);
    }
    let is_shown = finding.certain || entry.runs >= SHOWN_BY;
    if is_shown || entry.phase != AlertPhase::Pending {
        // What was over is not, and nobody has heard that it was.
        entry.phase = AlertPhase::Firing;
    }
    entry.run.clone_from(&round.run);
    (entry.clear, entry.clear_run) = (0, None);
    entry.exact = finding.exact;
    entry.what = finding.what.clone();
    entry
}

/// Returns the entry of something that was not found any more; `None` where there is nothing left to tell.
fn gone(entry: &AlertEntry, round: &Round) -> Option<AlertEntry> {
    let mut entry = at(entry, round);
    let is_settled = round.settled.contains(&entry.key);
    let is_silent = round.unjudged.contains(&entry.key.kind) || round.open.contains(&entry.key);
    if (is_silent && !is_settled) || entry.phase == AlertPhase::Resolved {
        return Some(entry);
    }
    if entry.phase == AlertPhase::Pending {
        return None;
    }
    if entry.clear == 0 || round.run.is_none() || entry.clear_run != round.run {
        entry.clear = entry.clear.saturating_add(1);
    }
    entry.clear_run.clone_from(&round.run);
    let needed = if entry.exact || is_settled { 1 } else { CLEAR_RUNS };
    if entry.clear < needed {
        return Some(entry);
    }
    // Nobody has heard of it, so nobody misses its end.
    entry.told_unix_ns?;
    entry.phase = AlertPhase::Resolved;
    Some(entry)
}

/// Returns the entry at the time of the round: one from the future would not be told again before that.
fn at(entry: &AlertEntry, round: &Round) -> AlertEntry {
    let told_unix_ns = entry.told_unix_ns.map(|told| told.min(round.now_unix_ns));
    AlertEntry { told_unix_ns, ..entry.clone() }
}

fn event(entry: &AlertEntry, round: &Round) -> Option<AlertEvent> {
    match (entry.phase, entry.told_unix_ns) {
        (AlertPhase::Pending, _) => None,
        (AlertPhase::Resolved, _) => Some(AlertEvent::Resolved),
        (AlertPhase::Firing, None) => Some(AlertEvent::Firing),
        (AlertPhase::Firing, Some(told)) => {
            let past = round.now_unix_ns.saturating_sub(told);
            round.remind_ns.is_some_and(|after| past >= after).then_some(AlertEvent::Reminder)
        }
    }
}

impl Plan {
    /// Returns what is to be told of `command`: what began, what still holds, what is over; each by kind.
    pub fn alerts(&self, command: &[String]) -> Vec<Alert> {
        let of = |wanted: AlertEvent| {
            let events = self.planned.iter().filter(move |(_, event)| *event == Some(wanted));
            events.map(move |(entry, _)| alert(entry, wanted, command))
        };
        AlertEvent::ALL.into_iter().flat_map(of).collect()
    }

    /// Returns all that fires.
    pub fn firing(&self, command: &[String]) -> Vec<Alert> {
        let entries = self.planned.iter().filter(|(entry, _)| entry.phase == AlertPhase::Firing);
        let event = |event: &Option<AlertEvent>| event.unwrap_or(AlertEvent::Reminder);
        entries.map(|(entry, it)| alert(entry, event(it), command)).collect()
    }

    /// Returns what was found once and may be noise.
    pub fn pending(&self) -> impl Iterator<Item = &AlertEntry> {
        let entries = self.planned.iter().map(|(entry, _)| entry);
        entries.filter(|entry| entry.phase == AlertPhase::Pending)
    }

    /// Returns what to remember once everything was told.
    pub fn told(&self) -> Vec<AlertEntry> {
        let entries = self.planned.iter().filter(|(entry, _)| entry.phase != AlertPhase::Resolved);
        let told = |(entry, event): &(AlertEntry, Option<AlertEvent>)| {
            let now = event.map(|_| self.now_unix_ns);
            AlertEntry { told_unix_ns: now.or(entry.told_unix_ns), ..entry.clone() }
        };
        entries.map(told).collect()
    }

    /// Returns what to remember where nothing could be told.
    pub fn untold(&self) -> Vec<AlertEntry> {
        self.planned.iter().map(|(entry, _)| entry.clone()).collect()
    }
}

fn alert(entry: &AlertEntry, event: AlertEvent, command: &[String]) -> Alert {
    Alert {
        event,
        id: entry.key.id(command),
        key: entry.key.clone(),
        since: rfc_3339(entry.since_unix_ns),
        runs: entry.runs,
        what: entry.what.clone(),
    }
}

/// Writes a moment in nanoseconds since 1970 in RFC 3339, in UTC, to the second. A moment beyond the
/// calendar becomes its last one.
pub fn rfc_3339(unix_ns: u64) -> String {
    let time = Timestamp::from_nanosecond(unix_ns.into()).unwrap_or(Timestamp::MAX);
    time.to_zoned(TimeZone::UTC).strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Reads a moment in RFC 3339, in nanoseconds since 1970. One before is 1970.
///
/// ```
/// use perf_report::analysis::alerts::{rfc_3339, unix_ns};
/// assert_eq!(rfc_3339(unix_ns("2026-11-20T23:45:52.5Z").unwrap()), "2026-11-20T23:45:52Z");
/// assert_eq!(unix_ns("yesterday"), None);
/// ```
pub fn unix_ns(text: &str) -> Option<u64> {
    let time: Timestamp = text.parse().ok()?;
    Some(u64::try_from(time.as_nanosecond()).unwrap_or(0))
}
