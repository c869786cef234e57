//! The rounds of runs made in turn, in words.

use super::facts;
use crate::model::{Contender, Interleaved};
use crate::stats::number::float;
use crate::text::{sanitize, units};

/// Returns one of the commands, and its commit.
pub(crate) fn contender(contender: &Contender) -> Vec<String> {
    let mut items = vec![sanitize::screen(&contender.command).into_owned()];
    items.extend(contender.commit.as_deref().map(facts::short_commit));
    items
}

/// Counts the rounds, `10 rounds in random order (seed 7) after 1 to warm up, in 8.21 s`, with the
/// reason why there are no more.
pub(crate) fn rounds(made: &Interleaved) -> Vec<String> {
    let rounds = units::plural(made.rounds.into(), "round");
    let warm_up = match made.warm_up {
        0 => String::new(),
        some => format!(" after {} to warm up", units::count(some.into())),
    };
    let elapsed = units::duration(float(made.elapsed_ns));
    vec![
        format!("{rounds} in random order (seed {}){warm_up}, in {elapsed}", made.seed),
        made.stopped.to_string(),
    ]
}
