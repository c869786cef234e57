//! The search for the commit that changed a metric: what the measurements say, and what to measure next.
//! Pure.
//!
//! Every commit between the ends is a suspect with a probability. A measurement of a commit beside the
//! good end speaks for those before it or for those after, as loudly as the noise allows. Bayes' rule
//! puts it together, and the next measurement is the one that is expected to tell most for its cost.
//! Horstein, "Sequential Transmission Using Noiseless Feedback", IEEE Trans. Inf. Theory 9 (1963), on
//! noisy binary search; Henderson and others, "Flake Aware Culprit Finding", ICST 2023, on bisection by
//! Bayes' rule.

mod choice;
mod effort;
mod evidence;
mod graph;
mod plan;
mod report;
mod segment;
mod value;

#[cfg(test)]
mod laws;

pub use effort::{Forecast, forecast};
pub use graph::Graph;
pub use plan::{Next, doubt_of_ends, ends_differ, next, side_of};
pub use report::refresh;
pub use value::value_in;

/// The probability from which a suspect is believed to be the culprit.
pub const CERTAIN: f64 = 0.95;
