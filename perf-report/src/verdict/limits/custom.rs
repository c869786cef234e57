//! Limits of the metrics that programs record of themselves.

pub use crate::model::Better;

/// The limits that `perf.toml` gives a metric.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct CustomLimits {
    /// The better way; without it, no change is better or worse.
    pub better: Option<Better>,
    /// Worse by more per cent of the baseline is a regression; without it, nothing is, and any
    /// change for the worse is degraded.
    pub max_regression_pct: Option<f64>,
    /// The value must not be below this.
    pub min: Option<f64>,
    /// The value must not be above this.
    pub max: Option<f64>,
}
