//! The words for what a `push` did.

use crate::model::{PushDocument, PushOutcome, PushedRun};
use crate::text::units;

/// Returns the sentences on the runs that need nobody's care: what was sent, was there, or would be sent.
pub(crate) fn done(document: &PushDocument) -> Vec<String> {
    let of = |outcome| document.runs_of(outcome).collect::<Vec<_>>();
    let to = &document.to;
    let mut sentences: Vec<String> = [
        named(&of(PushOutcome::Sent)).map(|runs| format!("sent {runs} to {to}")),
        named(&of(PushOutcome::Before)).map(|runs| format!("already stored in {to}: {runs}")),
        named(&of(PushOutcome::No)).map(|runs| format!("not sent (--dry-run): {runs}, for {to}")),
    ]
    .into_iter()
    .flatten()
    .collect();
    if document.runs.is_empty() {
        sentences.push(format!("there is nothing to send from {}", document.from));
    }
    if document.for_others > 0 {
        let they_are = units::they_are(document.for_others, "run");
        sentences.push(format!(
            "{they_are} in the outbox for another store; `--to URL` sends all that is there to the one it names"
        ));
    }
    sentences
}

/// Returns a sentence a run that was not sent.
pub(crate) fn problems(document: &PushDocument) -> Vec<String> {
    let sentence = |run: &PushedRun| {
        let why = run.problem.as_deref().unwrap_or("nobody knows why");
        format!("run {} is not sent: {why}", run.id)
    };
    document.unsent().map(sentence).collect()
}

fn named(runs: &[&PushedRun]) -> Option<String> {
    match runs {
        [] => None,
        [run] => Some(format!("run {}", run.id)),
        [first, .., last] => Some(format!("{} runs, {} to {}", runs.len(), first.id, last.id)),
    }
}
