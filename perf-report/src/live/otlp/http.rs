//! One request to a collector, and what its answer asks for.

use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;

use super::Settings;
use crate::export::otlp::{self, Rejected};
use crate::text::gzip;

/// The most that is read of an answer, in bytes.
const LARGEST_ANSWER: u64 = 64 << 10;

/// The outcome of one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It was accepted, but for these points.
    Taken(Option<Rejected>),
    /// It may be accepted later, not before this time has passed where the collector named one.
    Later { why: String, after: Option<Duration> },
    /// It will never be accepted as it is: the collector cannot read it.
    Unreadable { why: String },
    /// It is larger than the collector takes.
    TooLarge { why: String },
    /// The collector refuses whatever is sent: a wrong address, or no right to send.
    Refused { why: String },
}

/// The way to a collector.
pub(crate) trait Post {
    /// Sends one request.
    fn post(&mut self, body: &[u8]) -> Outcome;
}

/// A collector behind HTTP.
#[derive(Debug)]
pub(crate) struct Collector {
    agent: ureq::Agent,
    settings: Settings,
}

impl Collector {
    pub(crate) fn new(settings: Settings) -> Self {
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(settings.timeout))
            .http_status_as_error(false)
            // A POST that is led elsewhere would arrive as a GET.
            .max_redirects(0)
            .user_agent(concat!("perf-report/", env!("CARGO_PKG_VERSION")))
            .build();
        Self { agent: config.into(), settings }
    }

    fn send(&self, body: &[u8]) -> Result<Outcome, String> {
        let mut request =
            self.agent.post(&self.settings.url).header("Content-Type", "application/x-protobuf");
        for (name, value) in &self.settings.headers {
            request = request.header(name, value);
        }
        let response = if self.settings.compresses {
            let body = gzip::fast(body).map_err(|error| error.to_string())?;
            request.header("Content-Encoding", "gzip").send(&body[..])
        } else {
            request.send(body)
        };
        let mut response = response.map_err(|error| error.to_string())?;
        let header = |name: &str| {
            let value = response.headers().get(name).and_then(|value| value.to_str().ok());
            value.unwrap_or_default().to_owned()
        };
        let (kind, after) = (header("content-type"), header("retry-after"));
        let status = response.status().as_u16();
        // With its status the answer is known; a body that is cut says no more.
        let answer = response.body_mut().with_config().limit(LARGEST_ANSWER).read_to_vec();
        let answer = answer.unwrap_or_default();
        let now = Timestamp::try_from(SystemTime::now()).unwrap_or_default();
        Ok(outcome(status, (&kind, &answer), retry_after(&after, now)))
    }
}

impl Post for Collector {
    fn post(&mut self, body: &[u8]) -> Outcome {
        self.send(body).unwrap_or_else(|why| Outcome::Later { why, after: None })
    }
}

/// Returns the meaning of an answer, by the rules of OTLP: 429, 502, 503 and 504 may be tried again.
fn outcome(status: u16, (kind, answer): (&str, &[u8]), after: Option<Duration>) -> Outcome {
    let why = format!("it answered {status}");
    match status {
        200..=299 => Outcome::Taken(otlp::rejected(kind, answer)),
        408 | 429 | 500 | 502..=504 => Outcome::Later { why, after },
        400 | 422 => Outcome::Unreadable { why },
        413 => Outcome::TooLarge { why },
        300..=399 => Outcome::Refused { why: format!("{why}: it names another address") },
        401 | 403 => Outcome::Refused { why: format!("{why}: it wants a header that allows it") },
        404 | 405 => {
            Outcome::Refused { why: format!("{why}: it takes no metrics at this address") }
        }
        415 => Outcome::Refused { why: format!("{why}: it does not take protobuf, or gzip") },
        _ => Outcome::Refused { why },
    }
}

/// Reads the time to wait: seconds, or a date.
fn retry_after(text: &str, now: Timestamp) -> Option<Duration> {
    let text = text.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = DateTimeParser::new().parse_timestamp(text).ok()?;
    Some(Duration::try_from(date.duration_since(now)).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_to_wait_is_seconds_or_a_date() {
        let now: Timestamp = "2026-11-30T10:00:00Z".parse().unwrap();
        for (text, seconds) in [
            ("30", Some(30)),
            (" 0 ", Some(0)),
            ("Mon, 30 Nov 2026 10:00:07 GMT", Some(7)),
            ("Mon, 30 Nov 2026 09:00:00 GMT", Some(0)),
            ("soon", None),
            ("-1", None),
            ("", None),
        ] {
            assert_eq!(retry_after(text, now), seconds.map(Duration::from_secs), "{text:?}");
        }
    }

    #[test]
    fn only_what_may_pass_is_tried_again() {
        let is_later = |status| matches!(outcome(status, ("", b""), None), Outcome::Later { .. });
        assert!([429, 502, 503, 504].into_iter().all(is_later));
        assert!(![200, 202, 301, 400, 401, 403, 404, 413, 501].into_iter().any(is_later));
    }
}
