//! A test suite: one test binary, or the doctests of a crate, in one run.

use serde::{Deserialize, Serialize};

use super::CustomMetric;
use crate::stats::number::float;

/// A test suite of a run: what its processes used, and how its tests ended.
///
/// It is also a function of the run, of kind `suite`, whose time is `wall_ns`; so it is judged as all
/// others are.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Suite {
    /// Name: the crate, and for integration tests the target: `app`, `app::e2e`, `app (doctests)`.
    pub name: String,
    /// The kind of its target: `lib`, `bin`, `test`, `bench`, `example`, `doctest`; empty where it is
    /// not known.
    #[serde(default)]
    pub target: String,
    /// Wall time in nanoseconds; `null` where only the times of its tests are known.
    pub wall_ns: Option<u64>,
    /// Sum of the times of its tests, in nanoseconds, where they are known. Tests may run at the same
    /// time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tests_ns: Option<u64>,
    /// Processor time in user mode, in nanoseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_ns: Option<u64>,
    /// Processor time in the kernel, in nanoseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system_ns: Option<u64>,
    /// Largest resident memory of one of its processes, in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peak_rss_bytes: Option<u64>,
    /// Bytes read, those from the page cache included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_bytes: Option<u64>,
    /// Bytes written, those that only reached the page cache included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub written_bytes: Option<u64>,
    /// Number of its processes.
    #[serde(default)]
    pub processes: u64,
    /// Exit code; `null` when a signal ended it, or it is not known. Of several processes, the first
    /// that is not 0.
    #[serde(default)]
    pub exit_code: Option<i32>,
    /// Signal that ended it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signal: Option<i32>,
    /// Number of tests that passed; flaky ones are among them. `null`, as the next three, where the
    /// binary did not say.
    pub passed: Option<u64>,
    /// Number of tests that failed.
    pub failed: Option<u64>,
    /// Number of tests that were left out by `#[ignore]`.
    pub ignored: Option<u64>,
    /// Number of tests that a filter left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filtered: Option<u64>,
    /// Number of tests that passed only after a failure.
    #[serde(default)]
    pub flaky: u64,
    /// Tracked functions that it called, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub functions: Vec<String>,
    /// Metrics of its programs' own, sorted by name and kind.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub metrics: Vec<CustomMetric>,
    /// Its tests, where they are known one by one, in the order of their names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tests: Vec<Test>,
}

impl Suite {
    /// Returns the name of the metric of its peak memory.
    pub(crate) fn memory_metric(&self) -> String {
        format!("suite.{}/peak-memory", self.name)
    }

    /// Returns its processor time in nanoseconds, where it is known.
    pub fn cpu_ns(&self) -> Option<u64> {
        Some(self.user_ns?.saturating_add(self.system_ns?))
    }

    /// Returns whether it ended: one that did not was killed together with what measured it.
    pub fn has_ended(&self) -> bool {
        self.wall_ns.is_some() || self.exit_code.is_some() || self.signal.is_some()
    }

    /// Returns whether it is known to have ended badly: by a signal, or with a code that is not 0.
    pub fn ended_badly(&self) -> bool {
        self.signal.is_some() || self.exit_code.is_some_and(|code| code != 0)
    }

    /// Counts the tests by their outcomes, but for those that were left out.
    pub(crate) fn count_tests(&mut self) {
        self.flaky = self.tests_with(TestOutcome::Flaky);
        self.passed = Some(self.tests_with(TestOutcome::Passed) + self.flaky);
        self.failed = Some(self.tests_with(TestOutcome::Failed));
    }

    /// Returns the number of tests that ended so.
    pub(crate) fn tests_with(&self, outcome: TestOutcome) -> u64 {
        self.tests.iter().filter(|test| test.outcome == outcome).count() as u64
    }

    /// Returns whether it is known to have no test: none passed, failed or was left out.
    pub fn is_empty(&self) -> bool {
        let counts = [self.passed, self.failed, self.ignored];
        self.exit_code == Some(0) && counts.iter().all(|count| *count == Some(0))
    }

    /// Returns the share of the tests that passed, 0 to 1. Where nobody counted them, the exit decides; it is
    /// `None` where no test ran.
    pub fn success(&self) -> Option<f64> {
        match (self.passed, self.failed) {
            (Some(passed), Some(failed)) => {
                let all = passed.saturating_add(failed);
                // A process that died in between did not say how many it had left.
                let ended = self.exit_code == Some(0) || failed > 0;
                if !ended {
                    return Some(0.0);
                }
                (all > 0).then(|| float(passed) / float(all))
            }
            _ => Some(if self.exit_code == Some(0) { 1.0 } else { 0.0 }),
        }
    }
}

/// A folder that was watched during a run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WatchedFolder {
    /// Its path, as `perf.toml` names it.
    pub path: String,
    /// Size on disk before, in bytes; `null` where there was no folder.
    pub before_bytes: Option<u64>,
    /// Size on disk after, in bytes.
    pub after_bytes: Option<u64>,
    /// Free space of its file system after, in bytes; `null` where it is not known.
    pub free_bytes: Option<u64>,
}

/// A test of a suite.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Test {
    /// Name, with its modules: `codec::decodes`.
    pub name: String,
    /// The end of its last attempt.
    pub outcome: TestOutcome,
    /// Time of its last attempt in nanoseconds; `null` where it did not run or nobody measured.
    pub wall_ns: Option<u64>,
    /// Times of its earlier attempts, in nanoseconds, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier_ns: Vec<u64>,
    /// Number of attempts; 0 where it did not run.
    #[serde(default)]
    pub attempts: u32,
    /// Processor time in nanoseconds, where it had a process of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpu_ns: Option<u64>,
    /// Largest resident memory in bytes, where it had a process of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peak_rss_bytes: Option<u64>,
    /// Tracked functions that it called, sorted, where the recording can tell.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub functions: Vec<String>,
}

/// The end of a test.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TestOutcome {
    /// It passed at once.
    #[default]
    Passed,
    /// It passed after one or more failures.
    Flaky,
    /// It failed.
    Failed,
    /// It was left out.
    Ignored,
}
