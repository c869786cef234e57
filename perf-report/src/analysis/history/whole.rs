//! The runs that are not whole, as places and in words.

use crate::model::RunDocument;
use crate::text::units;
use crate::verdict;

/// Returns the places of the runs that are not whole.
pub(super) fn not_whole(runs: &[RunDocument]) -> Vec<u64> {
    let places = runs.iter().zip(0..).filter(|(run, _)| !verdict::missing(run).is_empty());
    places.map(|(_, at)| at).collect()
}

/// Returns a sentence on the runs that are not whole: their number, the consequence, and the gaps
/// of the newest of them. `3 of 24 runs are not whole, and are left out: the command failed with
/// exit code 101`.
pub(super) fn in_words(runs: &[&RunDocument], then: &str) -> Option<String> {
    let missing: Vec<Vec<String>> = runs.iter().map(|run| verdict::missing(run)).collect();
    let parts: Vec<&Vec<String>> = missing.iter().filter(|parts| !parts.is_empty()).collect();
    let newest = parts.last()?.join(", ");
    let (verb, which) =
        if parts.len() == 1 { ("is", "") } else { ("are", "in the newest of them, ") };
    let (count, of) = (units::count(parts.len() as u64), units::plural(runs.len() as u64, "run"));
    Some(format!("{count} of {of} {verb} not whole{then}: {which}{newest}"))
}
