//! The parent: starts a child for each candidate, round after round, so that whatever changes on
//! the machine meanwhile hits all candidates alike.

mod one;

use clap::Args;

pub(crate) use self::one::Ended;
use crate::Result;
use crate::candidates::{self, BARE, Candidate};
use crate::child::Task;

/// How much is measured.
#[derive(Debug, Clone, Args)]
pub(crate) struct Scope {
    /// Rounds of timing; one in three also makes the 20 million calls
    #[arg(long, default_value_t = 9, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// One short round, to see that everything works; its figures mean nothing
    #[arg(long, conflicts_with = "rounds")]
    quick: bool,
    /// Only candidates whose name contains this, and the bare clock reads
    #[arg(long, value_name = "NAME")]
    only: Option<String>,
}

/// What was found out about one candidate.
#[derive(Debug)]
pub(crate) struct Results {
    pub(crate) candidate: &'static Candidate,
    pub(crate) ended: Vec<Ended>,
}

/// Rounds after which the many calls are made again.
const LOAD_EVERY: u32 = 3;
/// What the numbers of calls are divided by for a quick run.
const QUICK: u64 = 20;

pub(crate) fn measure(scope: &Scope) -> Result<Vec<Results>> {
    let (rounds, divisor) = if scope.quick { (1, QUICK) } else { (scope.rounds, 1) };
    let mut results: Vec<(usize, Results)> = candidates::ALL
        .iter()
        .enumerate()
        .filter(|(_, candidate)| scope.includes(candidate))
        .map(|(at, &candidate)| (at, Results { candidate, ended: Vec::new() }))
        .collect();
    for round in 0..rounds {
        eprintln!("round {} of {rounds}", round + 1);
        for (at, results) in &mut results {
            results.ended.push(one::run(*at, Task::Speed, divisor)?);
            if round % LOAD_EVERY == 0 {
                results.ended.push(one::run(*at, Task::Load, divisor)?);
            }
        }
    }
    Ok(results.into_iter().map(|(_, results)| results).collect())
}

impl Scope {
    fn includes(&self, candidate: &Candidate) -> bool {
        let wanted = |name: &String| candidate.title.contains(name.as_str());
        candidate.title == BARE.title || self.only.as_ref().is_none_or(wanted)
    }
}
