//! A decision of the circuit breaker, made up for `perf-report overhead`, which measures its cost.

use crate::budget::{Allowance, DEFAULT_BUDGET_PPM};

/// A load on the budget, by which the cost of a decision is measured.
#[derive(Debug)]
pub struct BreakerProbe {
    allowance: Allowance,
    costs: [f64; 16],
}

impl BreakerProbe {
    /// Makes a load of functions that take too much together, so that some of them have to be
    /// found.
    #[expect(clippy::new_without_default, reason = "not for people")]
    pub fn new() -> Self {
        let costs = std::array::from_fn(|at| f64::from(1_u32 << at));
        Self { allowance: Allowance::of_budget(DEFAULT_BUDGET_PPM), costs }
    }

    /// Returns whether calls of some of them are to be recorded differently.
    pub fn decide(&self) -> bool {
        let elapsed = 1e5;
        let ceiling = self.allowance.ceiling(elapsed, self.costs.iter().copied());
        self.costs.iter().any(|cost| *cost > ceiling)
    }
}
