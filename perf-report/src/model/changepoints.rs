//! Changes of level in series of values.

use serde::{Deserialize, Serialize};

use crate::stats::segments::Kind;

/// Document `perf-track/changepoints`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChangePoints {
    /// [`super::CHANGEPOINTS_SCHEMA`].
    pub schema: String,
    /// [`super::CHANGEPOINTS_VERSION`] of the writer.
    pub version: u32,
    /// Every series that was given, in the order of its first value.
    pub series: Vec<SeriesChanges>,
}

/// The changes of one series.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SeriesChanges {
    /// Its name.
    pub name: String,
    /// Number of its values.
    pub points: u64,
    /// Lines of the table whose values are no finite numbers (`NaN`, `inf`), and were left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out_lines: Vec<u64>,
    /// Its changes, oldest first.
    pub change_points: Vec<LevelChange>,
}

/// One change of a level.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LevelChange {
    /// The first value of the new level: its number in the column `index`, else its place in the
    /// series, from 0.
    pub index: u64,
    /// The level before, in the unit of the series.
    pub before: f64,
    /// The level from there on, in the unit of the series.
    pub after: f64,
    /// The change in per cent of the size of the level before; `null` where there is nothing to
    /// divide by.
    pub change_pct: Option<f64>,
    /// The probability of a change as clear somewhere in a series without one, 0 to 1.
    pub p_value: f64,
    /// The kind of change: from one value to the next, or little by little from `index` on.
    #[serde(default)]
    pub kind: Kind,
    /// The commit of the last value before, if one is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit_before: Option<String>,
    /// The commit of the first value of the new level, if one is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// The time of that value, as it was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
}
