//! The lines about a run that belong in each file that is made of it: its origin, and the reliability of its
//! figures.

use super::estimates::Mark;
use super::facts;
use crate::model::RunDocument;

/// Returns the lines: the run, the exactness of its times, and what is missing.
pub(crate) fn notes(run: &RunDocument) -> Vec<String> {
    let mut notes = vec![facts::origin(run).join(", ")];
    if has_exact_times(run) {
        notes.push("exact, not sampled".to_owned());
    }
    notes.extend(marked(run, Mark::Estimated, "estimates"));
    notes.extend(marked(run, Mark::AtLeast, "lower bounds"));
    notes.extend(facts::problems(run));
    notes.extend(facts::unfinished(run));
    notes
}

/// Returns whether the self times of all functions are exact.
pub(crate) fn has_exact_times(run: &RunDocument) -> bool {
    run.functions.iter().all(|function| Mark::of_self(function) == Mark::Exact)
}

/// Names the functions whose self time has that mark.
fn marked(run: &RunDocument, mark: Mark, what: &str) -> Option<String> {
    let has_it = run.functions.iter().filter(|function| Mark::of_self(function) == mark);
    let names: Vec<&str> = has_it.map(|function| function.name.as_str()).collect();
    let sign = mark.sign();
    let line =
        || format!("{sign} self times are {what}, counts are exact: {}", facts::some(&names));
    (!names.is_empty()).then(line)
}
