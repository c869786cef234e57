//! The lines about a run that belong in each file that is made of it: its origin, and the reliability of its
//! figures.

use super::{estimates, facts};
use crate::model::RunDocument;

/// Returns the lines: the run, the exactness of its times, and what is missing.
pub(crate) fn notes(run: &RunDocument) -> Vec<String> {
    let mut notes = vec![facts::origin(run).join(", ")];
    let estimates = estimates::lines(run);
    if estimates.is_empty() {
        notes.push("exact, not sampled".to_owned());
    } else {
        notes.push("times are estimates in part, counts are exact".to_owned());
        notes.extend(estimates);
    }
    notes.extend(facts::problems(run));
    notes.extend(facts::unfinished(run));
    notes
}
