//! A tracker of benchmarks by plain threshold, under the names of an existing tracker: its users
//! change an import.
//!
//! A benchmark is a function of a stored run, and its time is the mean of a call. A change beyond a
//! percentage is a regression, however much runs differ anyway: that is not asked for here, and the
//! output says so. [`Project::check`] asks for it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::error::{ExitCode, UserError};
use crate::model::RunDocument;
use crate::project::Project;
use crate::project::named::Runs;
use crate::stats::number::{change_pct, float};
use crate::stats::robust;
use crate::text::{sanitize, units};

/// Name of the project's baseline that the tracker keeps.
const BASELINE: &str = "benchmarks";

/// The threshold by which benchmarks are judged.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PerformanceBudget {
    /// The limit of a regression in per cent: slower than the baseline by more is one.
    pub max_regression_percent: f64,
    /// Largest mean time of a call in nanoseconds, whatever the baseline is.
    pub max_time_ns: Option<u64>,
    /// True to fail where one of these is exceeded: then [`BenchmarkTracker::has_regressions`] is
    /// true.
    pub fail_on_violation: bool,
}

impl Default for PerformanceBudget {
    /// Returns a budget of 10 %, without a time limit, that fails.
    fn default() -> Self {
        Self { max_regression_percent: 10.0, max_time_ns: None, fail_on_violation: true }
    }
}

/// The times of benchmarks at one version.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BenchmarkBaseline {
    /// The version given to [`BenchmarkTracker::save_baseline`]; empty for a run.
    pub version: String,
    /// Commit that was recorded, where it is known.
    pub git_commit: Option<String>,
    /// The time of the recording: RFC 3339, UTC.
    pub timestamp: String,
    /// Mean time of a call in nanoseconds, by the benchmark's name.
    pub benchmarks: BTreeMap<String, f64>,
}

impl BenchmarkBaseline {
    /// Takes the median over the runs for each benchmark.
    fn of(runs: &[RunDocument]) -> Self {
        let mut times = BTreeMap::<String, Vec<f64>>::new();
        for function in runs.iter().flat_map(|run| &run.functions) {
            times.entry(function.name.clone()).or_default().extend(function.mean_ns);
        }
        let middle = |(name, times): (String, Vec<f64>)| Some((name, robust::median(&times)?));
        let newest = runs.last();
        Self {
            version: newest.and_then(|run| run.run.label.clone()).unwrap_or_default(),
            git_commit: newest.and_then(|run| run.run.git.as_ref()).map(|git| git.commit.clone()),
            timestamp: newest.map(|run| run.run.time.clone()).unwrap_or_default(),
            benchmarks: times.into_iter().filter_map(middle).collect(),
        }
    }
}

/// A benchmark beside its baseline.
#[derive(Debug, Clone, PartialEq)]
pub struct BenchmarkComparison {
    /// The benchmark.
    pub name: String,
    /// Mean time of a call in the baseline, in nanoseconds; `None` for a new benchmark.
    pub baseline_ns: Option<f64>,
    /// Mean time of a call now, in nanoseconds.
    pub current_ns: f64,
    /// Change in per cent of the baseline; above 0 is slower.
    pub change_percent: Option<f64>,
    /// True if it is slower than the baseline by more than the budget allows.
    pub is_regression: bool,
    /// True if it takes longer than the budget allows, whatever the baseline is.
    pub is_over_time: bool,
}

/// A tracker of the benchmarks of one project.
///
/// ```no_run
/// use perf_report::bench_tracker::{BenchmarkTracker, PerformanceBudget};
///
/// let budget = PerformanceBudget { max_regression_percent: 5.0, ..PerformanceBudget::default() };
/// let tracker = BenchmarkTracker::with_budget(".", budget);
/// let comparison = tracker.compare_with_baseline(&tracker.latest()?, &tracker.load_baseline()?);
/// tracker.print_comparison(&comparison)?;
/// if tracker.has_regressions(&comparison) {
///     std::process::exit(3);
/// }
/// # Ok::<(), perf_report::UserError>(())
/// ```
#[derive(Debug, Clone)]
pub struct BenchmarkTracker {
    root: PathBuf,
    budget: PerformanceBudget,
}

impl BenchmarkTracker {
    /// Makes a tracker of the project at `root`, with the default budget.
    pub fn new(root: impl AsRef<Path>) -> Self {
        Self::with_budget(root, PerformanceBudget::default())
    }

    /// Makes a tracker of the project at `root`.
    pub fn with_budget(root: impl AsRef<Path>, budget: PerformanceBudget) -> Self {
        Self { root: root.as_ref().to_owned(), budget }
    }

    /// Loads the times of the newest stored run.
    ///
    /// # Errors
    /// When no run is stored, or it cannot be read.
    pub fn latest(&self) -> Result<BenchmarkBaseline, UserError> {
        Ok(BenchmarkBaseline::of(&self.newest()?.runs))
    }

    /// Reads the results that criterion left in a folder: its own, `target/criterion`, or one around that.
    /// Nothing is stored; the value of a benchmark is the one that criterion shows.
    ///
    /// # Errors
    /// When there is none, or it cannot be read.
    pub fn parse_criterion_results(
        &self,
        dir: impl AsRef<Path>,
    ) -> Result<BenchmarkBaseline, UserError> {
        Ok(BenchmarkBaseline::of(&Project::open(&self.root)?.imported(dir.as_ref())?.runs))
    }

    /// Imports the results that criterion left in a folder, and stores them as a run of the time at which they were
    /// written. [`save_baseline`](Self::save_baseline) takes it, unless another one was made since.
    ///
    /// # Errors
    /// When there is none, it cannot be read, or the store takes no more.
    pub fn import_criterion_results(
        &self,
        dir: impl AsRef<Path>,
    ) -> Result<BenchmarkBaseline, UserError> {
        Ok(BenchmarkBaseline::of(&Project::open(&self.root)?.import(dir)?.runs))
    }

    /// Loads the baseline that was saved last.
    ///
    /// # Errors
    /// When none was saved, or it cannot be read.
    pub fn load_baseline(&self) -> Result<BenchmarkBaseline, UserError> {
        let kept = Project::open(&self.root)?.baseline(BASELINE)?;
        Ok(BenchmarkBaseline::of(&kept.runs))
    }

    /// Saves the newest stored run as the baseline, with `version` (a tag, such as `v1.2`) and its
    /// commit. It is the project's baseline `benchmarks`, in `.perf/baselines/`.
    ///
    /// # Errors
    /// When no run is stored, or the file cannot be written.
    pub fn save_baseline(&self, version: &str) -> Result<PathBuf, UserError> {
        let mut newest = self.newest()?;
        newest.runs.iter_mut().for_each(|run| run.run.label = Some(version.to_owned()));
        Project::open(&self.root)?.save_baseline(BASELINE, &newest)
    }

    /// Compares the benchmarks of `current` with those of `baseline`, in the order of their names.
    pub fn compare_with_baseline(
        &self,
        current: &BenchmarkBaseline,
        baseline: &BenchmarkBaseline,
    ) -> Vec<BenchmarkComparison> {
        let one = |(name, &current_ns): (&String, &f64)| {
            let baseline_ns = baseline.benchmarks.get(name).copied();
            let change_percent = baseline_ns.and_then(|old| change_pct(old, current_ns));
            let most = self.budget.max_regression_percent;
            let is_over_time = self.budget.max_time_ns.is_some_and(|most| current_ns > float(most));
            BenchmarkComparison {
                name: name.clone(),
                baseline_ns,
                current_ns,
                change_percent,
                is_regression: change_percent.is_some_and(|change| change > most),
                is_over_time,
            }
        };
        current.benchmarks.iter().map(one).collect()
    }

    /// Prints a comparison to standard output, a line a benchmark: `✗` where it is worse than the
    /// budget allows, `✓` where it is faster by as much, `=` otherwise.
    ///
    /// # Errors
    /// When standard output cannot be written; a reader that went away is no error.
    pub fn print_comparison(&self, comparison: &[BenchmarkComparison]) -> Result<(), UserError> {
        match io::stdout().write_all(self.to_text(comparison).as_bytes()) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                let problem = "standard output cannot be written";
                Err(UserError::new(ExitCode::Internal, problem).because(error))
            }
            _ => Ok(()),
        }
    }

    /// Returns whether a benchmark is worse than the budget allows; false for a budget that does
    /// not fail.
    pub fn has_regressions(&self, comparison: &[BenchmarkComparison]) -> bool {
        self.budget.fail_on_violation
            && comparison.iter().any(|it| it.is_regression || it.is_over_time)
    }

    fn newest(&self) -> Result<Runs, UserError> {
        Project::open(&self.root)?.run("latest")
    }

    fn to_text(&self, comparison: &[BenchmarkComparison]) -> String {
        let mut text = String::new();
        let most = self.budget.max_regression_percent;
        for it in comparison {
            let is_better = it.change_percent.is_some_and(|change| change < -most);
            let is_worse = it.is_regression || it.is_over_time;
            let sign = if is_worse { '✗' } else { ['=', '✓'][usize::from(is_better)] };
            let name = sanitize::screen(&it.name);
            let now = units::duration(it.current_ns);
            let _ = match (it.baseline_ns, it.change_percent) {
                (Some(old), Some(change)) => {
                    let (old, change) = (units::duration(old), units::change(change));
                    write!(text, "{sign} {name}: {old} → {now} ({change})")
                }
                _ => write!(text, "{sign} {name}: {now}, new"),
            };
            if let Some(most) = self.budget.max_time_ns.filter(|_| it.is_over_time) {
                let most = units::duration(float(most));
                let _ = write!(text, ", over the budget of {most}");
            }
            text.push('\n');
        }
        let limit = units::percent(most);
        let _ = writeln!(
            text,
            "judged by a threshold of {limit} alone: how much runs differ anyway was not asked for"
        );
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(times: &[(&str, f64)]) -> BenchmarkBaseline {
        let benchmarks = times.iter().map(|&(name, ns)| (name.to_owned(), ns)).collect();
        BenchmarkBaseline { benchmarks, ..BenchmarkBaseline::default() }
    }

    fn tracker(budget: PerformanceBudget) -> BenchmarkTracker {
        BenchmarkTracker::with_budget(".", budget)
    }

    #[test]
    fn a_change_beyond_the_threshold_is_a_regression() {
        let tracker = tracker(PerformanceBudget::default());
        let (old, new) = (
            times(&[("a", 100.0), ("b", 100.0), ("c", 100.0)]),
            times(&[("a", 111.0), ("b", 110.0), ("c", 80.0), ("d", 5.0)]),
        );
        let comparison = tracker.compare_with_baseline(&new, &old);
        assert!(tracker.has_regressions(&comparison));
        insta::assert_snapshot!(tracker.to_text(&comparison), @r"
        ✗ a: 100 ns → 111 ns (+11.0 %)
        = b: 100 ns → 110 ns (+10.0 %)
        ✓ c: 100 ns → 80 ns (-20.0 %)
        = d: 5 ns, new
        judged by a threshold of 10 % alone: how much runs differ anyway was not asked for
        ");
    }

    #[test]
    fn a_time_limit_needs_no_baseline_and_may_only_warn() {
        let budget = PerformanceBudget {
            max_time_ns: Some(1_000),
            fail_on_violation: false,
            ..PerformanceBudget::default()
        };
        let (old, new) = (times(&[]), times(&[("slow", 2e3)]));
        let comparison = tracker(budget).compare_with_baseline(&new, &old);
        assert!(comparison[0].is_over_time && !tracker(budget).has_regressions(&comparison));
        let failing = PerformanceBudget { fail_on_violation: true, ..budget };
        assert!(tracker(failing).has_regressions(&comparison));
        insta::assert_snapshot!(tracker(budget).to_text(&comparison), @r"
        ✗ slow: 2.00 µs, new, over the budget of 1.00 µs
        judged by a threshold of 10 % alone: how much runs differ anyway was not asked for
        ");
    }
}
