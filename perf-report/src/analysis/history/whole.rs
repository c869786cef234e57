//! Runs that are not whole, in words.

use crate::model::RunDocument;
use crate::text::units;
use crate::verdict;

/// Places of the runs that are not whole.
pub(super) fn not_whole(runs: &[RunDocument]) -> Vec<u64> {
    let places = runs.iter().zip(0..).filter(|(run, _)| !verdict::missing(run).is_empty());
    places.map(|(_, at)| at).collect()
}

/// How many runs are not whole, what follows, and what is missing in the newest of them: `3 of 24 runs are not
/// whole, and are left out: the command failed with exit code 101`.
pub(super) fn said(runs: &[&RunDocument], then: &str) -> Option<String> {
    let missing: Vec<Vec<String>> = runs.iter().map(|run| verdict::missing(run)).collect();
    let parts: Vec<&Vec<String>> = missing.iter().filter(|parts| !parts.is_empty()).collect();
    let newest = parts.last()?.join(", ");
    let (verb, which) =
        if parts.len() == 1 { ("is", "") } else { ("are", "in the newest of them, ") };
    let (count, of) = (units::count(parts.len() as u64), units::plural(runs.len() as u64, "run"));
    Some(format!("{count} of {of} {verb} not whole{then}: {which}{newest}"))
}
