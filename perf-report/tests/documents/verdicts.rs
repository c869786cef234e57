//! What verdicts come to: exit codes, limits from files and options, what is refused, what gets advice.

use std::fs;

use super::{Project, golden, slower};

#[test]
fn check_fails_by_its_exit_code_only_when_it_must() {
    let project = Project::with(&[&golden(), &slower(2)]);
    project.says(&["baseline", "save", "release", "latest~1"], 0);
    let text = project.prints(&["check"], 3);
    assert!(text.starts_with("REGRESSION  1 function is worse than in baseline release"), "{text}");
    project.prints(&["check", "--regression", "150", "--metric-limit", "p95=never,p99=never"], 0);
    project.prints(&["check", "--regression", "150", "--fail-on", "degraded"], 3);
    project.prints(&["check", "--metrics", "calls"], 0);
    project.prints(&["compare", "release", "latest"], 0);
}

#[test]
fn the_configuration_sets_limits_and_the_command_line_wins() {
    let project = Project::with(&[&golden(), &slower(2)]);
    project.says(&["baseline", "save", "main", "latest~1"], 0);
    project.write(
        "perf.toml",
        "[profile.default.check]\nregression = 150\n[profile.ci.check]\nregression = 20\n",
    );
    project.prints(&["check"], 0);
    project.prints(&["check", "--regression", "20"], 3);
    project.prints(&["check", "--profile", "ci"], 3);
    project.write("perf.toml", "[profile.default.check]\nregresion = 150\n");
    let said = project.says(&["check"], 2);
    insta::assert_snapshot!(said, @r#"
    error: perf.toml:2: unknown key "regresion" in [profile.default.check]
    help: did you mean `regression`?
    "#);
    project.write("perf.toml", "[profile.default.check]\nload = \"opn\"\n");
    let said = project.says(&["check"], 2);
    let expected = "error: perf.toml:2: `load`: \"opn\" is no load; did you mean `open`?\n";
    assert_eq!(said, expected);
}

#[test]
fn what_cannot_be_compared_is_refused_or_advice() {
    let mut other = slower(2);
    other.run.toolchain.profile = "debug".to_owned();
    let project = Project::with(&[&golden(), &other]);
    project.says(&["baseline", "save", "main", "latest~1"], 0);
    let said = project.says(&["check"], 4);
    assert!(said.contains(r#"profile "release", now "debug""#), "{said}");
    let text = project.prints(&["check", "--allow-cross-machine"], 0);
    assert!(text.starts_with("REGRESSION (advisory)"), "{text}");
}

#[test]
fn the_newest_run_of_the_baselines_command_is_judged_whatever_ran_since() {
    let mut other = slower(1);
    "20261123T101112-00ff".clone_into(&mut other.run.id);
    other.run.command = vec!["other".to_owned()];
    for function in &mut other.functions {
        function.name = function.name.replace("code_stats::", "other::");
    }
    let project = Project::with(&[&golden(), &slower(2), &other]);
    project.says(&["baseline", "save", "main", "latest~2"], 0);
    let said = project.says(&["check"], 3);
    assert!(said.contains("1 newer run of other commands passed over"), "{said}");
    let said = project.says(&["check", "--run", "latest"], 4);
    assert!(said.contains("have no function in common"), "{said}");
    let said = project.says(&["check", "--run", "latest~2"], 4);
    assert!(said.contains("is part of baseline \"main\""), "{said}");
    let mut elsewhere = golden();
    elsewhere.run.command = vec!["gone".to_owned()];
    let project = Project::with(&[&other, &elsewhere]);
    project.says(&["baseline", "save", "main"], 0);
    let project = Project::with(&[&elsewhere, &other]);
    project.says(&["baseline", "save", "main", "latest~1"], 0);
    project.says(&["check"], 4);
}

#[test]
fn a_run_with_something_missing_is_a_baseline_only_when_asked_for() {
    let mut broken = slower(1);
    broken.run.exit_code = Some(101);
    let project = Project::with(&[&golden(), &broken]);
    let said = project.says(&["baseline", "save", "main"], 2);
    assert!(said.contains("is not whole: the command failed with exit code 101"), "{said}");
    let said = project.says(&["baseline", "save", "main", "--allow-failed"], 0);
    assert!(said.contains("counts of later runs are not judged by it"), "{said}");
    project.says(&["baseline", "save", "main", "latest~1", "--force"], 0);
    let said = project.says(&["check", "--fail-on", "incomplete"], 5);
    assert!(said.contains("help: what was judged is not whole: the command failed"), "{said}");
    assert!(said.contains("leave `incomplete` out of --fail-on"), "{said}");
    project.says(&["check"], 0);
}

#[test]
fn names_that_do_not_exist_get_advice() {
    let project = Project::with(&[&golden()]);
    project.says(&["baseline", "save", "main"], 0);
    let said = project.says(&["check", "--baseline", "mian"], 2);
    assert!(said.contains("did you mean `main`?"), "{said}");
    let said = project.says(&["compare", "mian", "latest"], 2);
    assert!(said.contains("did you mean the baseline `main`?"), "{said}");
    project.says(&["show", "lastest"], 2);
    project.says(&["check", "--fail-on", "mising"], 2);
}

#[test]
fn without_any_run_there_is_nothing_to_show() {
    let project = Project::with(&[]);
    let said = project.says(&["show"], 4);
    assert!(said.contains("perf-report run -- "), "{said}");
    project.says(&["compare", "latest~1", "latest"], 4);
    project.says(&["check"], 4);
    project.says(&["check", "--fail-on", "missing"], 4);
}

#[test]
fn what_cannot_be_judged_fails_only_when_asked() {
    let few = |id: &str| {
        let mut run = slower(1);
        run.run.id = id.to_owned();
        run.functions.retain(|function| function.name.ends_with("collect_files"));
        run
    };
    let project = Project::with(&[&few("20261122T1-1"), &few("20261122T1-2")]);
    project.says(&["baseline", "save", "main", "latest~1"], 0);
    let text = project.prints(&["check"], 0);
    assert!(text.starts_with("INCONCLUSIVE"), "{text}");
    project.prints(&["check", "--fail-on", "inconclusive"], 5);
}

#[test]
fn results_go_to_a_file_when_asked() {
    let project = Project::with(&[&golden()]);
    for format in ["human", "json", "csv", "markdown"] {
        let printed = project.prints(&["show", "--format", format], 0);
        assert_eq!(project.prints(&["show", "--format", format, "--output", "out"], 0), "");
        assert_eq!(fs::read_to_string(project.path().join("out")).unwrap(), printed);
    }
}
