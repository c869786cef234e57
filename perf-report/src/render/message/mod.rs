//! Alerts as bodies of messages, ready for `curl` and `gh`: a file a service, pure functions from an
//! [`AlertDocument`] to JSON.
//!
//! Nothing is sent from here. Names are those of the program, and nobody trusts them: each service has its
//! own way to keep markup and mentions out of them. Each has limits, too; what they leave no room for is
//! counted. Lengths are those in UTF-16, which is never below what a service counts.

mod commit_status;
mod discord;
mod github_issue;
mod slack;
mod teams;

#[cfg(test)]
mod tests;

use serde_json::Value;

pub(crate) use super::words::alerts::headline;
use crate::model::{Alert, AlertDocument, AlertStatus};
use crate::text::sanitize;

/// The longest title that goes into a message, in characters.
const LONGEST_TITLE: usize = 200;
/// The longest reason that goes into a message, in characters.
const LONGEST_REASON: usize = 400;

/// A service that takes messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    /// Slack, an incoming webhook or `chat.postMessage`.
    Slack,
    /// Discord, a webhook.
    Discord,
    /// Microsoft Teams, a workflow that takes an adaptive card.
    Teams,
    /// An issue on GitHub.
    GithubIssue,
    /// A commit status on GitHub.
    CommitStatus,
}

impl Service {
    /// Every service.
    pub const ALL: [Self; 5] =
        [Self::Slack, Self::Discord, Self::Teams, Self::GithubIssue, Self::CommitStatus];
}

/// Returns the body of a message for `service`, on one line. `None` where there is nothing to say: no news of
/// any alert, and for an issue nothing that fires, either. A commit always has a status.
///
/// ```
/// use perf_report::model::AlertDocument;
/// use perf_report::render::message::{Service, body};
///
/// fn send(document: &AlertDocument) -> Option<String> {
///     body(document, Service::Slack)
/// }
/// ```
pub fn body(document: &AlertDocument, service: Service) -> Option<String> {
    let has_news = !document.alerts.is_empty();
    let value = match service {
        Service::Slack => has_news.then(|| slack::body(document)),
        Service::Discord => has_news.then(|| discord::body(document)),
        Service::Teams => has_news.then(|| teams::body(document)),
        Service::GithubIssue => {
            (has_news || !document.firing.is_empty()).then(|| github_issue::body(document))
        }
        Service::CommitStatus => Some(commit_status::body(document)),
    };
    value.map(|value: Value| super::json::line(&value))
}

/// Returns the headline without what a screen cannot show, at most `longest` long.
fn title(document: &AlertDocument, longest: usize) -> String {
    fit(&sanitize::screen(&headline(document)), longest)
}

/// Returns the title of an alert: visible characters only.
fn title_of(alert: &Alert) -> String {
    sanitize::cut(sanitize::screen(&alert.what.title).into_owned(), LONGEST_TITLE)
}

/// Returns the reason of an alert: visible characters only.
fn reason_of(alert: &Alert) -> String {
    sanitize::cut(sanitize::screen(&alert.what.reason).into_owned(), LONGEST_REASON)
}

/// Replaces what chats take as markup by characters that look alike; within a word, `_` is none.
fn plain(text: &str) -> String {
    let follows = text.chars().skip(1).map(Some).chain([None]);
    let mut before = None;
    let one = |(c, after): (char, Option<char>)| {
        let is_within = |it: Option<char>| it.is_some_and(char::is_alphanumeric);
        let within = is_within(before) && is_within(after);
        before = Some(c);
        match c {
            '*' => '∗',
            '_' if !within => '＿',
            '~' => '∼',
            '`' => 'ˋ',
            c => c,
        }
    };
    text.chars().zip(follows).map(one).collect()
}

/// Returns the length of a text as services count it, or more.
fn length(text: &str) -> usize {
    text.encode_utf16().count()
}

/// Returns at most `longest` of a text; what is cut ends in `…`.
fn fit(text: &str, longest: usize) -> String {
    if length(text) <= longest {
        return text.to_owned();
    }
    let mut room = longest.saturating_sub(1);
    let kept = text.chars().take_while(|c| {
        let size = c.len_utf16();
        let fits = size <= room;
        room = room.saturating_sub(size);
        fits
    });
    kept.chain(['…']).collect()
}

/// Returns how many more alerts there are than a message has room for.
fn more(left_out: usize) -> Option<String> {
    (left_out > 0).then(|| format!("… and {} more", crate::text::units::count(left_out as u64)))
}

/// Returns the colour of a message: red where something fires, green where all is over.
fn colour(document: &AlertDocument) -> u32 {
    if document.status == AlertStatus::Failure { 0x00c0_392b } else { 0x0027_ae60 }
}
