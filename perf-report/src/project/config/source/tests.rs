//! Settings as they are read from the whole text, and mistakes in it.

use super::*;
use crate::project::config::check::{Duration, Limit};
use crate::verdict::{Better, FailOn, Load, Severity};

const FULL: &str = r#"
[profile.default.check]
baseline = "main"
fail-on = ["degraded", "missing"]
allow-cross-machine = true
metrics = ["self", "p99", "calls"]
improved = 5
degraded = "7.5%"
regression = "never"
floor = "50ns"
run-floor = "1ms"
min-calls = 20
load = "open"
unit-of-work = "shop::handle"

[profile.default.check.metric.p99]
regression = "50%"
severity = "warn"

[metrics."cache.hit_rate"]
better = "higher"
max-regression = "5%"
min = 0.9
max = 1

[profile.ci.check]
baseline = "release"
metric.p99.degraded = 40.5
"#;

#[track_caller]
fn fails(text: &str, line: Option<usize>, problem: &str, help: Option<&str>) {
    let error = check_settings(text, "default").unwrap_err();
    let expected = SourceError { line, problem: problem.to_owned(), help: help.map(str::to_owned) };
    assert_eq!(error, expected);
}

#[test]
fn every_key_is_read() {
    let settings = check_settings(FULL, "default").unwrap();
    let limit = |pct| Some(Limit(pct));
    let custom = CustomLimits {
        better: Some(Better::Higher),
        max_regression_pct: Some(5.0),
        min: Some(0.9),
        max: Some(1.0),
    };
    let expected = CheckSettings {
        baseline: Some("main".to_owned()),
        fail_on: Some([FailOn::Degraded, FailOn::Missing].into()),
        allow_cross_machine: Some(true),
        metrics: Some([Metric::SelfNs, Metric::P99Ns, Metric::Calls].into()),
        improved: limit(Some(5.0)),
        degraded: limit(Some(7.5)),
        regression: limit(None),
        floor: Some(Duration(50.0)),
        run_floor: Some(Duration(1e6)),
        min_calls: Some(20),
        load: Some(Load::Open),
        unit_of_work: Some("shop::handle".to_owned()),
        metric: [(
            Metric::P99Ns,
            MetricSettings {
                regression: limit(Some(50.0)),
                severity: Some(Severity::Warn),
                ..MetricSettings::default()
            },
        )]
        .into(),
        custom: [("cache.hit_rate".to_owned(), custom)].into(),
        ..CheckSettings::default()
    };
    assert_eq!(settings, expected);
}

#[test]
fn a_profile_completes_itself_from_the_default() {
    let settings = check_settings(FULL, "ci").unwrap();
    assert_eq!(settings.baseline.as_deref(), Some("release"));
    assert_eq!(settings.min_calls, Some(20));
    let p99 = settings.metric[&Metric::P99Ns];
    assert_eq!((p99.degraded, p99.regression), (Some(Limit(Some(40.5))), Some(Limit(Some(50.0)))));
}

#[test]
fn the_built_in_profiles_need_not_be_written_down() {
    assert_eq!(check_settings("", "ci"), Ok(CheckSettings::default()));
    let error = check_settings(FULL, "cl").unwrap_err();
    assert_eq!(error.problem, "there is no profile \"cl\"");
}

#[test]
fn mistakes_are_named_with_their_line() {
    fails("\nprofle = 1", Some(2), "unknown key \"profle\"", Some("did you mean `profile`?"));
    fails(
        "[profile.ci.check]\nregresion = 3",
        Some(2),
        "unknown key \"regresion\" in [profile.ci.check]",
        Some("did you mean `regression`?"),
    );
    let metric = |line: &str| format!("[metrics.hits]\n{line}");
    let broken = |line: &str, at, problem: &str| fails(&metric(line), Some(at), problem, None);
    broken("max-regression = 5", 1, "`max-regression` says nothing without `better`");
    broken("min = 2\nmax = 1", 1, "no value is both at least 2 and at most 1");
    let up = "`better`: \"up\" is no direction; there are higher, lower";
    broken("better = \"up\"", 2, up);
    fails("[profile]\nci = 3", Some(2), "`ci` must be a table: [profile.ci]", None);
    let check = |line: &str| format!("[profile.default.check]\n{line}");
    let wrong = |line: &str, problem: &str| fails(&check(line), Some(2), problem, None);
    wrong("regression = -1", "`regression`: -1 is no limit: it must be between 0 % and 1000000 %");
    wrong(
        "floor = 10",
        "`floor`: expected a duration, such as \"10ns\", found a value of type integer",
    );
    wrong(
        "min-calls = 2.5",
        "`min-calls`: expected a whole number, not negative, found a value of type float",
    );
    wrong("baseline = true", "`baseline`: expected text in quotes, found a value of type boolean");
    wrong(
        "fail-on = [\"mising\"]",
        "`fail-on`: \"mising\" is no reason to fail; did you mean `missing`?",
    );
    wrong("load = \"opn\"", "`load`: \"opn\" is no load; did you mean `open`?");
    wrong("load = 3", "`load`: expected \"open\" or \"closed\", found a value of type integer");
    wrong("metrics = [\"p98\"]", "`metrics`: there is no metric \"p98\"; did you mean `p99`?");
}

#[test]
fn what_is_no_toml_is_named_with_its_line() {
    let error = check_settings("\n\n[profile", "default").unwrap_err();
    assert_eq!(error.line, Some(3));
    assert!(error.problem.starts_with("this is no TOML: "), "{}", error.problem);
}
