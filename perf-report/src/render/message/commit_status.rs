//! The status of a commit on GitHub.

use serde_json::{Value, json};

use super::{fit, title_of};
use crate::model::{AlertDocument, AlertStatus};
use crate::text::units;

/// The longest description.
pub(super) const LONGEST_DESCRIPTION: usize = 140;

pub(super) fn body(document: &AlertDocument) -> Value {
    let state = match document.status {
        AlertStatus::Start => "pending",
        AlertStatus::Success => "success",
        AlertStatus::Failure => "failure",
    };
    let description = match (document.status, document.firing.first(), document.firing.len()) {
        (AlertStatus::Start, ..) => "running".to_owned(),
        (_, None, _) => "no alert".to_owned(),
        (_, Some(first), 1) => title_of(first),
        (_, Some(first), all) => {
            format!("{}: {}, …", units::plural(all as u64, "alert"), title_of(first))
        }
    };
    let mut status = json!({
        "state": state,
        "context": "perf-track/monitor",
        "description": fit(&description, LONGEST_DESCRIPTION),
    });
    if let (Some(url), Some(status)) = (&document.target_url, status.as_object_mut()) {
        status.insert("target_url".to_owned(), json!(url));
    }
    status
}
