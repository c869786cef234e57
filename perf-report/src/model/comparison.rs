//! A comparison: a row for each function and metric, with a verdict.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{
    Because, BudgetResult, Cause, Interleaved, Metric, RunDocument, SelfTime, Shift, Waiver,
};
use crate::text::order::natural;
use crate::text::units;

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
    /// Runs that the baseline holds; each is one sample.
    #[serde(default = "one")]
    pub baseline_runs: u64,
    /// Runs that were judged.
    #[serde(default = "one")]
    pub current_runs: u64,
    /// How the runs were made, when `ab` made them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interleaved: Option<Interleaved>,
    /// Rows that could be judged.
    pub judged: u64,
    /// All rows.
    pub of: u64,
    /// The worst verdict of all rows and budgets.
    pub verdict: Verdict,
    /// Whether the runs are of different builds (targets, profiles, levels of optimisation): then nothing in
    /// `functions` is a reason to fail.
    #[serde(default)]
    pub advisory: bool,
    /// Whether the runs are of different machines, or allocations were counted in one of them, so that what is
    /// counted decides, and times are advice.
    #[serde(default, skip_serializing_if = "is_not")]
    pub counts_only: bool,
    /// Reasons that concern the comparison as a whole, in words.
    #[serde(default)]
    pub notes: Vec<String>,
    /// A change of all tracked functions at once; `null` when there was none.
    #[serde(default)]
    pub shift: Option<Shift>,
    /// The same of benchmarks, of suites and of tests, each by themselves. Left out where there was none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub measured_shifts: Vec<Shift>,
    /// Own time of all functions together, a run; `null` when one of the sides has none.
    #[serde(default)]
    pub self_time: Option<SelfTime>,
    /// What the change of that time is owed to, largest first.
    #[serde(default)]
    pub causes: Vec<Cause>,
    /// What is missing in the runs that were judged, in words: processes that were not recorded, calls
    /// that were lost, a command that failed. Left out where nothing is known to be.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<String>,
    /// A sentence for each side that is a distributed run of which parts are missing. Then nothing but what a call
    /// takes is judged. Left out where none is missing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts_missing: Vec<String>,
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
    /// Where the functions and metrics that are worse are declared, for reports that show findings in the
    /// source. Left out where nothing is worse.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub places: Vec<Declaration>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_not(is: &bool) -> bool {
    !is
}

/// The declaration in the source of something that a comparison judges.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Declaration {
    /// Function or metric, as in its rows.
    pub name: String,
    /// True of a metric of the program's own.
    #[serde(default, skip_serializing_if = "is_not")]
    pub is_metric: bool,
    /// Source file, as the compiler names it: relative to the workspace, or absolute.
    pub file: String,
    /// Line of the declaration.
    pub line: u32,
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

/// The change of a value beside a change of everything.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Beside {
    /// Change of everything, in per cent: a [`Shift`].
    pub all_pct: f64,
    /// Change beside that, in per cent: the value changed as much more than everything did.
    pub change_pct: f64,
    /// Between what and what that lies in per cent, 19 times out of 20.
    pub interval_pct: Option<(f64, f64)>,
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
    /// Change in per cent, from the value in the baseline to the current one; `null` when there is nothing to
    /// divide by.
    pub change_pct: Option<f64>,
    /// Between what and what the change lies in per cent, 19 times out of 20: by what runs differ
    /// by, and by what sampling and the recorder's own time leave open. `null` of what is exact.
    pub interval_pct: Option<(f64, f64)>,
    /// The change that was judged, where that is another one: everything moved, and this is the change beside
    /// that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beside: Option<Beside>,
    /// How often runs of the same code differ by as much, from 0 to 1; `null` of what is exact.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p_value: Option<f64>,
    /// The smallest change for the worse, in per cent, that four such comparisons out of five would
    /// have found; `null` of what is exact, or was not judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detectable_pct: Option<f64>,
    /// Standard deviation from run to run in per cent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub noise_pct: Option<f64>,
    /// Share of the self time of all functions that is the function's, in per cent, in the run where that
    /// is most; `null` of the command and of metrics of the program's own.
    #[serde(default)]
    pub share_pct: Option<f64>,
    /// The judgement.
    pub verdict: Verdict,
    /// Why, in words.
    pub reason: String,
    /// Why, as data; empty in documents of versions that had words only.
    #[serde(default)]
    pub because: Vec<Because>,
}

impl Change {
    /// Returns a row of values that are exact, or of which nothing is known yet.
    pub fn exact(name: &str, metric: Metric, values: [Option<f64>; 2]) -> Self {
        Self {
            name: name.to_owned(),
            metric,
            baseline: values[0],
            current: values[1],
            change_pct: None,
            interval_pct: None,
            beside: None,
            p_value: None,
            detectable_pct: None,
            noise_pct: None,
            share_pct: None,
            verdict: Verdict::default(),
            reason: String::new(),
            because: Vec::new(),
        }
    }
}

/// What was judged of a change.
impl Change {
    /// Returns the change that was judged, in per cent: beside that of everything, where everything moved.
    pub fn judged_pct(&self) -> Option<f64> {
        self.beside.map_or(self.change_pct, |beside| Some(beside.change_pct))
    }

    /// Returns the interval of the change that was judged.
    pub fn judged_interval_pct(&self) -> Option<(f64, f64)> {
        self.beside.map_or(self.interval_pct, |beside| beside.interval_pct)
    }

    /// Returns the change as people read it: `+30.1 %`, and where everything moved, `+30.1 %, beside the rest
    /// +2.0 %`; `None` where there is nothing to divide by.
    pub fn in_words(&self) -> Option<String> {
        change_in_words(self.change_pct, self.beside.as_ref())
    }
}

/// Returns a change in per cent, and the one beside the rest where there is one.
pub(crate) fn change_in_words(change_pct: Option<f64>, beside: Option<&Beside>) -> Option<String> {
    let own = units::change(change_pct?);
    Some(match beside {
        None => own,
        Some(beside) => format!("{own}, beside the rest {}", units::change(beside.change_pct)),
    })
}

impl Comparison {
    /// Returns the changes of everything: that of the tracked functions, then the others.
    pub fn shifts(&self) -> impl Iterator<Item = &Shift> {
        self.shift.iter().chain(&self.measured_shifts)
    }

    /// Returns the notes that are no change of everything, which stands at the top where there is one.
    pub(crate) fn other_notes(&self) -> impl Iterator<Item = &String> {
        self.notes.iter().filter(|note| self.shifts().all(|shift| shift.reason != **note))
    }
}

fn one() -> u64 {
    1
}

/// A judgement. The order is from good to bad.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Better by more than the limit.
    Improved,
    /// No change that could be seen and is beyond the limit.
    #[default]
    Stable,
    /// Another value than before, of which nothing says whether it is better or worse.
    Changed,
    /// Only in the current run, or called only there.
    Added,
    /// Only in the baseline, or called only there.
    Removed,
    /// Of another name in the baseline, by all that is known of it.
    Renamed,
    /// It cannot be told; the reason says why, and what would help.
    Inconclusive,
    /// Worse, and no reason to fail: within the limit, or only for waiting on another function.
    Degraded,
    /// Worse by more than the limit: fails `check`.
    Regression,
}

impl Verdict {
    /// Every verdict, worst first.
    pub const WORST_FIRST: [Self; 9] = [
        Self::Regression,
        Self::Degraded,
        Self::Inconclusive,
        Self::Renamed,
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
            Self::Renamed => "renamed",
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

/// Orders the worst verdict first, then the largest change, then by name, so that the order never depends on
/// the order of the documents.
pub fn worst_first(a: &Change, b: &Change) -> std::cmp::Ordering {
    let size = |row: &Change| row.judged_pct().map_or(f64::INFINITY, f64::abs);
    (b.verdict.cmp(&a.verdict))
        .then_with(|| size(b).total_cmp(&size(a)))
        .then_with(|| natural(&a.name, &b.name).then_with(|| a.metric.cmp(&b.metric)))
}
