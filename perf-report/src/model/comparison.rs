//! A comparison: a row for each function and metric, with a verdict.

use std::fmt;

use serde::{Deserialize, Serialize, Serializer};

use super::{MetricKind, RunDocument, Waiver, metric};

/// Document `perf-track/comparison`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// [`super::COMPARISON_SCHEMA`].
    pub schema: String,
    /// [`super::COMPARISON_VERSION`] of the writer.
    pub version: u32,
    /// Name of the baseline, or id of the run compared against; `null` when there was none, and
    /// only budgets were judged.
    pub baseline: Option<String>,
    /// Id of the run that was judged.
    pub current: String,
    /// Where the baseline came from; `null` when there was none.
    #[serde(default)]
    pub baseline_run: Option<Side>,
    /// Where the run that was judged came from.
    #[serde(default)]
    pub current_run: Side,
    /// Rows that could be judged.
    pub judged: u64,
    /// All rows.
    pub of: u64,
    /// The worst verdict of all rows and budgets.
    pub verdict: Verdict,
    /// Whether the runs are of different machines, targets or profiles: then nothing in `functions`
    /// is a reason to fail.
    #[serde(default)]
    pub advisory: bool,
    /// Reasons that concern the comparison as a whole, in words.
    #[serde(default)]
    pub notes: Vec<String>,
    /// One row for each function and metric, worst first.
    pub functions: Vec<Change>,
    /// One row for each limit that the run itself had to keep, exceeded ones first.
    #[serde(default)]
    pub budgets: Vec<BudgetResult>,
    /// Rows of `functions` and `budgets` that never fail `check`, and why.
    #[serde(default)]
    pub waived: Vec<Waiver>,
    /// Functions that are not judged, since `perf.toml` switches them off.
    #[serde(default)]
    pub ignored: u64,
}

/// One of the two runs of a comparison.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Side {
    /// Id of the run.
    pub id: String,
    /// Start in RFC 3339, UTC.
    pub time: String,
    /// Full hash of the commit, when it is known.
    pub commit: Option<String>,
    /// Branch, when it is known.
    pub branch: Option<String>,
    /// Whether tracked files differed from the commit.
    pub dirty: bool,
}

impl From<&RunDocument> for Side {
    fn from(document: &RunDocument) -> Self {
        let git = document.run.git.clone().unwrap_or_default();
        Self {
            id: document.run.id.clone(),
            time: document.run.time.clone(),
            commit: Some(git.commit).filter(|commit| !commit.is_empty()),
            branch: git.branch,
            dirty: git.dirty,
        }
    }
}

/// How one metric of one function changed, or one metric of the program's own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// Function, or what the program calls its metric.
    pub name: String,
    /// What is compared.
    pub metric: Metric,
    /// Value in the baseline; `null` when the function is new, or has no such value there.
    pub baseline: Option<f64>,
    /// Value in the current run; `null` when the function is gone, or has no such value there.
    pub current: Option<f64>,
    /// Change in per cent of the baseline; `null` when there is nothing to divide by.
    pub change_pct: Option<f64>,
    /// Interval of the change in per cent, where sampling or the recorder's own time leave it open;
    /// `null` where they do not.
    pub interval_pct: Option<(f64, f64)>,
    /// The judgement.
    pub verdict: Verdict,
    /// Why, in words.
    pub reason: String,
}

/// How one function, or one metric of the program's own, kept one of its limits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BudgetResult {
    /// Function, metric, or `command` for the command as a whole.
    pub name: String,
    /// What is limited.
    pub limit: BudgetKind,
    /// The limit: nanoseconds for times, bytes for sizes, a number for everything else.
    #[serde(serialize_with = "plain_number")]
    pub allowed: f64,
    /// The value of the run; `null` when it was not measured.
    pub actual: Option<f64>,
    /// [`Verdict::Regression`] when exceeded, [`Verdict::Inconclusive`] when not measured, else
    /// [`Verdict::Stable`].
    pub verdict: Verdict,
    /// Why, in words, and where the limit was given.
    pub reason: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
fn plain_number<S: Serializer>(value: &f64, to: S) -> Result<S::Ok, S::Error> {
    metric::plain(&Some(*value), to)
}

/// What a budget limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BudgetKind {
    /// Median duration of a call.
    P50Ns,
    /// 95th percentile of the duration of a call.
    P95Ns,
    /// 99th percentile of the duration of a call.
    P99Ns,
    /// Mean duration of a call.
    MeanNs,
    /// Longest call.
    MaxNs,
    /// Finished calls in the run.
    Calls,
    /// Allocations in the run.
    Allocs,
    /// Time between entry and exit, over the run.
    TotalNs,
    /// Wall time of the command.
    WallNs,
    /// Processor time of the command, in user mode and in the kernel, all processes.
    CpuNs,
    /// Largest resident memory of one process of the command.
    PeakRssBytes,
    /// Smallest value that a metric of the program's own may have.
    Min,
    /// Largest value that it may have.
    Max,
}

impl BudgetKind {
    /// Whether it limits the command as a whole.
    pub fn is_of_command(self) -> bool {
        matches!(self, Self::WallNs | Self::CpuNs | Self::PeakRssBytes)
    }
}

/// What is compared. Counts are of the whole run; times are of one call, except
/// [`Metric::TotalNs`].
///
/// A run's time is its calls times the time of a call, and both change for different reasons: more
/// work, or slower work. So they are judged apart, each by its own rule: counts exactly, times by
/// percentage. The time of the whole run mixes the two and is judged only when asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// Finished calls; exact.
    Calls,
    /// Calls that returned an error; exact.
    Errors,
    /// Calls that ended by unwinding; exact.
    Panics,
    /// Allocations by the function itself, outside tracked callees, over the run; exact. Like own
    /// time, it names the function that changed and none of its callers.
    SelfAllocs,
    /// Own time of a call, outside tracked callees: `self_ns` of the run divided by `calls`. It
    /// names the function that became slower, where the inclusive times below also name all of its
    /// callers.
    SelfNs,
    /// Time between entry and exit, over the run.
    TotalNs,
    /// Mean duration of a call, callees included.
    MeanNs,
    /// Median duration of a call, callees included.
    P50Ns,
    /// 95th percentile of the duration of a call, callees included.
    P95Ns,
    /// 99th percentile of the duration of a call, callees included.
    P99Ns,
    /// A count that the program keeps of itself; exact.
    Count,
    /// The last value of a gauge of the program's own.
    Gauge,
    /// A ratio of the program's own, 0.5 for half.
    Ratio,
}

impl Metric {
    /// Every metric of functions.
    pub const ALL: [Self; 10] = [
        Self::Calls,
        Self::Errors,
        Self::Panics,
        Self::SelfAllocs,
        Self::SelfNs,
        Self::TotalNs,
        Self::MeanNs,
        Self::P50Ns,
        Self::P95Ns,
        Self::P99Ns,
    ];

    /// Whether it is one that programs tell of themselves.
    pub fn is_custom(self) -> bool {
        matches!(self, Self::Count | Self::Gauge | Self::Ratio)
    }

    /// Whether it counts something, so that it has no noise.
    pub fn is_count(self) -> bool {
        matches!(self, Self::Calls | Self::Errors | Self::Panics | Self::SelfAllocs | Self::Count)
    }

    /// What people call it, on the command line and in `perf.toml` too: `self`, `p95`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Calls => "calls",
            Self::Errors => "errors",
            Self::Panics => "panics",
            Self::SelfAllocs => "allocs",
            Self::SelfNs => "self",
            Self::TotalNs => "total",
            Self::MeanNs => "mean",
            Self::P50Ns => "p50",
            Self::P95Ns => "p95",
            Self::P99Ns => "p99",
            Self::Count => "count",
            Self::Gauge => "gauge",
            Self::Ratio => "ratio",
        }
    }

    /// The metric of functions of that [`word`](Self::word), also as documents name it: `self`,
    /// `self_ns`, `allocs`, `self_allocs`.
    pub fn from_word(word: &str) -> Option<Self> {
        let word = word.strip_suffix("_ns").unwrap_or(word);
        let word = if word == "self_allocs" { Self::SelfAllocs.word() } else { word };
        Self::ALL.into_iter().find(|metric| metric.word() == word)
    }
}

impl From<MetricKind> for Metric {
    fn from(kind: MetricKind) -> Self {
        match kind {
            MetricKind::Count => Self::Count,
            MetricKind::Gauge => Self::Gauge,
            MetricKind::Ratio => Self::Ratio,
        }
    }
}

/// A judgement. The order is from good to bad.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Better by more than the limit.
    Improved,
    /// No change beyond the limit.
    #[default]
    Stable,
    /// Another value than before, of which nothing says whether it is better or worse.
    Changed,
    /// Only in the current run, or called only there.
    Added,
    /// Only in the baseline, or called only there.
    Removed,
    /// Too little to judge.
    Inconclusive,
    /// Worse by more than the first limit.
    Degraded,
    /// Worse by more than the second limit: fails `check`.
    Regression,
}

impl Verdict {
    /// Every verdict, worst first.
    pub const WORST_FIRST: [Self; 8] = [
        Self::Regression,
        Self::Degraded,
        Self::Inconclusive,
        Self::Removed,
        Self::Added,
        Self::Changed,
        Self::Stable,
        Self::Improved,
    ];

    /// The word in documents and on the screen.
    pub fn word(self) -> &'static str {
        match self {
            Self::Improved => "improved",
            Self::Stable => "stable",
            Self::Changed => "changed",
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Inconclusive => "inconclusive",
            Self::Degraded => "degraded",
            Self::Regression => "regression",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}
