//! The score of a run with its parts, the grade, and the reliability.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The score of a run: 0 to 100, the mean of its parts by their weights.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// The score, 0 to 100, after the caps.
    pub value: f64,
    /// The score at the worse end of what was measured.
    pub low: f64,
    /// The score at its better end.
    pub high: f64,
    /// The score before the caps.
    pub uncapped: f64,
    /// The word for it.
    pub word: ScoreWord,
    /// True if it rests on fewer than three runs.
    pub approximate: bool,
    /// The parts that are known, heaviest first.
    pub parts: Vec<ScorePart>,
    /// The parts that are not known, or carry no weight.
    pub left_out: Vec<Left>,
    /// The caps on the score, lowest first.
    pub caps: Vec<Cap>,
}

/// A part of a score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScorePart {
    /// The category.
    pub category: Category,
    /// The part's own score, 0 to 100.
    pub value: f64,
    /// Its score at the worse end of what was measured.
    pub low: f64,
    /// Its score at the better end.
    pub high: f64,
    /// Its weight, 0 to 1. The weights of all parts that are known add up to 1.
    pub weight: f64,
    /// The scale that it was taken on.
    pub scale: Scale,
    /// The figures behind it, in words.
    pub evidence: String,
}

/// A part that is left out of a score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Left {
    /// The category.
    pub category: Category,
    /// The reason, in words.
    pub reason: String,
}

/// A cap: a mean must not hide a failure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cap {
    /// The most that the score can be.
    pub at_most: f64,
    /// The reason, in words.
    pub reason: String,
}

/// A category of the score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    /// Time on the wall, or in functions.
    Time,
    /// Memory.
    Memory,
    /// Processor time.
    Cpu,
    /// Calls, tests and commands that succeed.
    Success,
    /// Units of work a second.
    Throughput,
}

impl Category {
    /// Every category, in the order of its built-in weight.
    pub const ALL: [Self; 5] =
        [Self::Time, Self::Memory, Self::Cpu, Self::Success, Self::Throughput];

    /// Returns its name in sentences and in `perf.toml`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Time => "time",
            Self::Memory => "memory",
            Self::Cpu => "cpu",
            Self::Success => "success",
            Self::Throughput => "throughput",
        }
    }
}

/// The scale of a part: the first of these that there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scale {
    /// The limits of `[budget]` and of attributes.
    Target,
    /// The baseline.
    Baseline,
    /// The thresholds of `[score]`, or the built-in ones.
    BuiltIn,
}

impl Scale {
    /// Returns its name in sentences.
    pub fn word(self) -> &'static str {
        match self {
            Self::Target => "target",
            Self::Baseline => "baseline",
            Self::BuiltIn => "built-in",
        }
    }
}

/// The word for a score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScoreWord {
    /// Below 40.
    Critical,
    /// From 40.
    Poor,
    /// From 60.
    Fair,
    /// From 75.
    Good,
    /// From 90.
    Excellent,
}

impl ScoreWord {
    /// Every word, the best first.
    pub const BEST_FIRST: [Self; 5] =
        [Self::Excellent, Self::Good, Self::Fair, Self::Poor, Self::Critical];

    /// Returns the word for people.
    pub fn word(self) -> &'static str {
        match self {
            Self::Critical => "CRITICAL",
            Self::Poor => "POOR",
            Self::Fair => "FAIR",
            Self::Good => "GOOD",
            Self::Excellent => "EXCELLENT",
        }
    }
}

impl fmt::Display for ScoreWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// The grade of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Grade {
    /// The letter, after the caps.
    pub letter: Letter,
    /// The points behind the letter, 0 to 100, before the caps.
    pub points: f64,
    /// The source of the points.
    pub basis: GradeBasis,
    /// Number of targets.
    pub targets: u64,
    /// Number of targets that were met.
    pub met: u64,
    /// The caps on the letter, worst first.
    pub caps: Vec<GradeCap>,
}

/// The source of the points of a grade.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GradeBasis {
    /// The mean of how far each target was attained.
    Targets,
    /// The score before its caps, where there is no target.
    Score,
}

/// A cap on a grade.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GradeCap {
    /// The best letter that is possible.
    pub at_best: Letter,
    /// The reason, in words.
    pub reason: String,
}

/// The letter of a grade. The order is from bad to good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Letter {
    /// Below 60 points.
    F,
    /// From 60.
    D,
    /// From 70.
    C,
    /// From 80.
    B,
    /// From 90.
    A,
}

impl Letter {
    /// Returns the letter of so many points.
    pub fn of_points(points: f64) -> Self {
        match points {
            points if points >= 90.0 => Self::A,
            points if points >= 80.0 => Self::B,
            points if points >= 70.0 => Self::C,
            points if points >= 60.0 => Self::D,
            _ => Self::F,
        }
    }
}

impl fmt::Display for Letter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::F => "F",
            Self::D => "D",
            Self::C => "C",
            Self::B => "B",
            Self::A => "A",
        })
    }
}

/// The reliability of a command: the share of its last runs that succeeded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reliability {
    /// Number of runs that succeeded.
    pub succeeded: u64,
    /// Number of runs that were looked at, 20 at most.
    pub of: u64,
    /// The ends of the share in per cent, 19 times out of 20, by Wilson; `null` of no run.
    pub interval_pct: Option<(f64, f64)>,
    /// The word for the share; `null` of no run.
    pub word: Option<ReliabilityWord>,
    /// The reason of the newest run that failed, in words; `null` where none did.
    pub latest_failure: Option<String>,
}

/// The word for a reliability.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReliabilityWord {
    /// Below 80 %.
    NeedsAttention,
    /// 80 to 95 %.
    Good,
    /// Above 95 %.
    Excellent,
}

impl ReliabilityWord {
    /// Returns the word for a share in per cent.
    pub fn of_pct(pct: f64) -> Self {
        match pct {
            pct if pct > 95.0 => Self::Excellent,
            pct if pct >= 80.0 => Self::Good,
            _ => Self::NeedsAttention,
        }
    }

    /// Returns the word for people.
    pub fn word(self) -> &'static str {
        match self {
            Self::NeedsAttention => "NEEDS ATTENTION",
            Self::Good => "GOOD",
            Self::Excellent => "EXCELLENT",
        }
    }
}

impl fmt::Display for ReliabilityWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}
