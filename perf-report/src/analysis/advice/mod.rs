//! Recommendations: rules that look at a run and at the runs before it. Pure.
//!
//! A rule is a function from [`Facts`] to what it [`Found`]. It says nothing without a number, nothing about what
//! is below a hundredth of the whole, and nothing from estimates where it needs exact figures. What a
//! run cannot tell is not said at all.

mod benchmarks;
mod complexity;
mod concurrency;
mod errors;
mod facts;
mod memory;
mod recording;
mod settings;
mod time;
mod variation;

#[cfg(test)]
mod tests;

use std::cmp::Ordering;

use crate::model::{Advice, RunDocument};

pub use settings::Settings;

use facts::{Facts, Found};

/// The recommendations for a run.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Advised {
    /// The recommendations, those that can save most first.
    pub advice: Vec<Advice>,
    /// Number of those that the settings silence.
    pub silenced: u64,
}

/// Returns the recommendations for the newest of `runs`, which were made together, with the `past` of comparable
/// runs before them, oldest first. Of benchmarks all of `runs` count.
pub fn advise(runs: &[RunDocument], past: &[RunDocument], settings: &Settings) -> Advised {
    let Some(facts) = Facts::of(runs, past) else { return Advised::default() };
    let rules: &[fn(&Facts<'_>) -> Vec<Found>] = &[
        time::one_function,
        time::many_calls,
        time::tail,
        memory::allocs_per_call,
        memory::growth,
        concurrency::waits,
        concurrency::scaling,
        concurrency::poll_blocks,
        concurrency::cancelled,
        errors::errors_cost,
        variation::varies,
        variation::never_called,
        recording::unoptimised,
        recording::recorder_share,
        recording::sampled,
        complexity::complexity,
        benchmarks::leak,
        benchmarks::allocs,
        benchmarks::failing,
        benchmarks::optimised_away,
        benchmarks::unstable,
    ];
    let found = rules.iter().flat_map(|rule| rule(&facts));
    let all: Vec<Advice> = found.map(|found| facts.advice(found)).collect();
    let before = all.len();
    let allowed = |it: &Advice| settings.allows(it.rule, it.function.as_deref());
    let mut advice: Vec<Advice> = all.into_iter().filter(|it| !allowed(it)).collect();
    advice.sort_by(most_first);
    Advised { silenced: (before - advice.len()) as u64, advice }
}

/// Orders what can save most first, and what saves nothing that is known last.
fn most_first(a: &Advice, b: &Advice) -> Ordering {
    let most = |it: &Advice| it.at_most_pct.unwrap_or(-1.0);
    (most(b).total_cmp(&most(a)))
        .then_with(|| a.rule.cmp(&b.rule))
        .then_with(|| a.function.cmp(&b.function))
}
