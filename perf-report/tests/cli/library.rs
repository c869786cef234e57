//! The library: a program outside does what `check` does, and a tracker by threshold.

use perf_report::bench_tracker::{BenchmarkTracker, PerformanceBudget};
use perf_report::error::ExitCode;
use perf_report::model::{Metric, RunDocument, Verdict};
use perf_report::{Budget, Project};

use crate::desk::{Desk, document};

#[expect(dead_code, reason = "its `main` is for those who run it")]
#[path = "../../../examples/library.rs"]
mod example;

/// A run whose function was called `calls` times.
fn called(id: &str, calls: u64) -> RunDocument {
    let mut run = document(id);
    run.functions[0].calls = calls;
    (run.functions[0].mean_ns, run.functions[0].p99_ns) = (Some(10.0), Some(12));
    run
}

/// A project with a baseline `main` of 6 calls, and a newer run of `calls`.
fn project(desk: &Desk, calls: u64) -> Project {
    desk.store_all(&[called("old", 6)]);
    desk.report(&["baseline", "save", "main"]).said(0, "");
    desk.store_all(&[called("new", calls)]);
    Project::open(desk.path("")).unwrap()
}

#[test]
fn a_program_outside_does_what_check_does() {
    let desk = Desk::new();
    let project = project(&desk, 7);
    let (current, baseline) = (project.run("latest").unwrap(), project.baseline("main").unwrap());
    let settings = project.settings().unwrap();
    let comparison = project.check(&baseline, &current, &settings).unwrap();
    let check = desk.report(&["check", "--format", "markdown"]);
    assert_eq!(check.code, Some(3));
    assert_eq!(comparison.to_markdown(), check.stdout);
    assert_eq!(comparison.to_json(), desk.report(&["check", "--format", "json"]).stdout);
    assert!(comparison.has_regressions());
    assert!(example::check(desk.path("").to_str().unwrap()).unwrap());
}

#[test]
fn nothing_worse_is_no_regression_and_a_budget_of_the_program_is() {
    let desk = Desk::new();
    let project = project(&desk, 6);
    let (current, baseline) = (project.run("latest").unwrap(), project.baseline("main").unwrap());
    let settings = project.settings().unwrap();
    assert!(!project.check(&baseline, &current, &settings).unwrap().has_regressions());
    let settings = settings.budget("demo::*", Budget::new().p99("1ns").unwrap());
    let comparison = project.check(&baseline, &current, &settings).unwrap();
    assert!(comparison.has_regressions());
    assert_eq!(comparison.budgets[0].verdict, Verdict::Regression);
}

#[test]
fn files_and_branches_are_baselines_too() {
    let desk = Desk::new();
    let project = project(&desk, 6);
    let file = project.baseline(".perf/baselines/main.json").unwrap();
    assert_eq!(file.runs, project.baseline("main").unwrap().runs);
    let unknown = project.baseline("main~3").unwrap_err();
    assert_eq!(unknown.code, ExitCode::NothingToJudge);
    assert_eq!(project.baseline("missing").unwrap_err().code, ExitCode::Usage);
    assert_eq!(project.baselines().unwrap(), ["main"]);
    assert_eq!(project.history(Metric::Calls, 5).unwrap().runs.len(), 2);
}

#[test]
fn a_run_is_not_judged_by_itself() {
    let desk = Desk::new();
    let project = project(&desk, 6);
    let (old, settings) = (project.run("old").unwrap(), project.settings().unwrap());
    let refused = project.check(&project.baseline("main").unwrap(), &old, &settings).unwrap_err();
    assert_eq!(refused.code, ExitCode::NothingToJudge);
    assert!(Project::open(desk.path("missing")).is_err());
}

#[test]
fn a_tracker_judges_by_a_threshold_alone() {
    let desk = Desk::new();
    let slower = |id: &str, mean_ns: f64| {
        let mut run = called(id, 6);
        run.functions[0].mean_ns = Some(mean_ns);
        run
    };
    let tracker = BenchmarkTracker::new(desk.path(""));
    assert!(tracker.load_baseline().is_err() && tracker.latest().is_err());
    desk.store_all(&[slower("one", 100.0)]);
    tracker.save_baseline("v1.0").unwrap();
    desk.store_all(&[slower("two", 111.0)]);
    let (current, baseline) = (tracker.latest().unwrap(), tracker.load_baseline().unwrap());
    assert_eq!(baseline.version, "v1.0");
    let comparison = tracker.compare_with_baseline(&current, &baseline);
    assert!(tracker.has_regressions(&comparison));
    let patient = PerformanceBudget { max_regression_percent: 12.0, ..Default::default() };
    let tracker = BenchmarkTracker::with_budget(desk.path(""), patient);
    let comparison = tracker.compare_with_baseline(&current, &baseline);
    assert!(!tracker.has_regressions(&comparison));
}
