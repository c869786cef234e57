//! Metrics of the program's own, over a whole run.

use std::fmt;

use serde::{Deserialize, Serialize, Serializer};

use super::Identity;

/// A metric of the program's own, over all threads and processes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct CustomMetric {
    /// Its name in the program; identity, together with the kind.
    pub name: String,
    /// The name of what it belongs to, with what tells that apart from others of that name; left out where
    /// the name is all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<Box<Identity>>,
    /// The kind of number.
    pub kind: MetricKind,
    /// The number: the sum of a count, the last value of a gauge, or the part of the whole of a
    /// ratio. `null` when a gauge was never set, or the whole is 0.
    #[serde(serialize_with = "plain")]
    pub value: Option<f64>,
    /// Smallest value of a gauge; `null` when it was never set, and for other kinds.
    #[serde(default, serialize_with = "plain")]
    pub min: Option<f64>,
    /// Largest value of a gauge; `null` when it was never set, and for other kinds.
    #[serde(default, serialize_with = "plain")]
    pub max: Option<f64>,
    /// Mean of all values of a gauge; `null` when it was never set, and for other kinds.
    #[serde(default, serialize_with = "plain")]
    pub mean: Option<f64>,
    /// Number of updates of a gauge or a ratio; `null` for a count, whose updates are not counted.
    #[serde(default)]
    pub samples: Option<u64>,
    /// Sum of the parts of a ratio; `null` for other kinds.
    #[serde(default)]
    pub part: Option<u64>,
    /// Sum of the wholes of a ratio; `null` for other kinds.
    #[serde(default)]
    pub whole: Option<u64>,
    /// The better way, where whoever measured it says so; `perf.toml` comes first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub better: Option<Better>,
    /// Source file of the call that updates it.
    #[serde(default)]
    pub file: String,
    /// Line in that file.
    #[serde(default)]
    pub line: u32,
}

/// The way in which a metric should go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Better {
    /// More is better.
    Higher,
    /// Less is better.
    Lower,
}

impl Better {
    /// Both of them.
    pub const ALL: [Self; 2] = [Self::Higher, Self::Lower];

    /// Returns the word for it in `perf.toml` and in documents.
    pub fn word(self) -> &'static str {
        match self {
            Self::Higher => "higher",
            Self::Lower => "lower",
        }
    }
}

/// The kind of number of a metric.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum MetricKind {
    /// A sum, which only goes up.
    #[default]
    Count,
    /// A value, which goes up and down.
    Gauge,
    /// A part of a whole.
    Ratio,
}

impl MetricKind {
    /// Returns the word in documents and on the screen.
    pub fn word(self) -> &'static str {
        match self {
            Self::Count => "count",
            Self::Gauge => "gauge",
            Self::Ratio => "ratio",
        }
    }
}

impl fmt::Display for MetricKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// Largest whole number up to which every one has a place in an `f64`.
const LAST_WHOLE: f64 = 9_007_199_254_740_992.0;

/// Writes whole numbers as such: `3` and not `3.0`.
#[expect(clippy::cast_possible_truncation, reason = "whole, and within 53 bits")]
#[expect(clippy::ref_option, reason = "serde gives a reference")]
pub(super) fn plain<S: Serializer>(value: &Option<f64>, to: S) -> Result<S::Ok, S::Error> {
    match *value {
        Some(value) if value.fract() == 0.0 && value.abs() < LAST_WHOLE => {
            to.serialize_i64(value as i64)
        }
        value => value.serialize(to),
    }
}
