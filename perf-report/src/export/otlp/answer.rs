//! Answers of collectors, as far as they are read.

use prost::Message as _;

use super::messages::Answer;
use crate::text::sanitize;

/// The longest message of a collector that is kept, in characters.
const LONGEST: usize = 200;

/// Points that a collector did not take from a request that it accepted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rejected {
    /// Their number.
    pub points: u64,
    /// The reason of the collector, fit for a line; with no point, a warning.
    pub reason: String,
}

/// Reads which points of an accepted request were not taken: from the body of the answer, whose absence is
/// full success. Answers in JSON are read, too. `None` where all were taken, and nothing is said.
pub fn rejected(content_type: &str, body: &[u8]) -> Option<Rejected> {
    let (points, reason) = if content_type.trim_start().starts_with("application/json") {
        of_json(body)?
    } else {
        let success = Answer::decode(body).ok()?.partial_success?;
        (success.rejected_data_points, success.error_message)
    };
    let reason: String = sanitize::screen(&reason).chars().take(LONGEST).collect();
    let points = u64::try_from(points).unwrap_or(0);
    (points > 0 || !reason.is_empty()).then_some(Rejected { points, reason })
}

fn of_json(body: &[u8]) -> Option<(i64, String)> {
    let answer: serde_json::Value = serde_json::from_slice(body).ok()?;
    let success = answer.get("partialSuccess")?;
    let points = success.get("rejectedDataPoints");
    let points = points.and_then(|it| it.as_i64().or_else(|| it.as_str()?.parse().ok()));
    let reason = success.get("errorMessage").and_then(serde_json::Value::as_str);
    Some((points.unwrap_or(0), reason.unwrap_or_default().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::super::messages::PartialSuccess;
    use super::*;

    #[test]
    fn what_was_not_taken_is_read_from_both_forms() {
        let success =
            PartialSuccess { rejected_data_points: 3, error_message: "no \x1b[31m".into() };
        let body = Answer { partial_success: Some(success) }.encode_to_vec();
        let read = rejected("application/x-protobuf", &body).unwrap();
        assert_eq!(read.points, 3);
        assert!(!read.reason.contains('\x1b'), "{:?}", read.reason);
        let json = br#"{"partialSuccess":{"rejectedDataPoints":"3","errorMessage":"full"}}"#;
        let read = rejected("application/json; charset=utf-8", json);
        assert_eq!(read, Some(Rejected { points: 3, reason: "full".to_owned() }));
    }

    #[test]
    fn an_answer_that_says_nothing_is_success() {
        for (kind, body) in [
            ("", &b""[..]),
            ("application/json", b"{}"),
            ("application/json", b"{\"partialSuccess\":{}}"),
            ("text/html", b"<html>"),
            ("application/x-protobuf", b"\x0a\x00"),
        ] {
            assert_eq!(rejected(kind, body), None, "{kind} {body:?}");
        }
    }
}
