//! Nothing: its tests are those of perf-tests that need no perf-report.
