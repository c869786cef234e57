//! The weights, the thresholds and the limits of a score.

use crate::model::{Category, ScoreWord};

/// Four values, from good to bad: the ends of EXCELLENT, GOOD, FAIR and POOR.
pub type Thresholds = [f64; 4];

/// The settings of a score: `[score]` of `perf.toml`, over what is built in.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// The weights of the categories, in the order of [`Category::ALL`]. Only their ratios matter.
    pub weights: [f64; 5],
    /// Wall times in nanoseconds.
    pub time_ns: Thresholds,
    /// Peaks of memory in bytes.
    pub memory_bytes: Thresholds,
    /// Shares of all the cores' time that were used, 0 to 1.
    pub cpu: Thresholds,
    /// The scores from which each word holds, the best first.
    pub words: Thresholds,
    /// The largest share of the cores' time that a run may use, 0 to 1. Without it, using processors is no
    /// fault, and no part of a score.
    pub cpu_limit: Option<f64>,
    /// The largest share of calls that may return an error, 0 to 1.
    pub max_errors: f64,
    /// True if a panic makes no failure of a run whose command ended well.
    pub allow_panics: bool,
    /// The score below which `report` fails.
    pub min_score: Option<f64>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            weights: [0.30, 0.25, 0.20, 0.15, 0.10],
            time_ns: [1e8, 5e8, 1e9, 2e9],
            memory_bytes: [50e6, 100e6, 200e6, 500e6],
            cpu: [0.2, 0.4, 0.6, 0.8],
            words: [90.0, 75.0, 60.0, 40.0],
            cpu_limit: None,
            max_errors: 0.05,
            allow_panics: false,
            min_score: None,
        }
    }
}

impl Settings {
    /// Returns the weight of a category.
    pub fn weight(&self, category: Category) -> f64 {
        let all = Category::ALL.into_iter().zip(self.weights);
        all.filter(|(each, _)| *each == category).map(|(_, weight)| weight).sum()
    }

    /// Returns the word for a score.
    pub fn word(&self, value: f64) -> ScoreWord {
        let mut words = ScoreWord::BEST_FIRST.into_iter().zip(self.words);
        words.find(|(_, from)| value >= *from).map_or(ScoreWord::Critical, |(word, _)| word)
    }
}
