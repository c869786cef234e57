//! A whole job: what it ends with, and what its readers see.

use std::fs;

use super::{Runner, commands};

/// Makes a commit in which the workload has so many rounds.
fn commit(runner: &Runner, rounds: u32) {
    runner.sh(&format!("echo {rounds} > rounds; git add .; git commit -qm {rounds}"));
}

/// A repository whose workload has 77 rounds, and a command that runs it.
fn project(mode: &str) -> Option<Runner> {
    let mut runner = Runner::new()?;
    runner.sh("printf '/.perf/perf.sqlite*\\n' > .gitignore");
    commit(&runner, 77);
    runner.inputs(mode, r#"exec "$WORKLOAD" 2 "$(cat rounds)" return"#);
    Some(runner)
}

#[test]
fn main_saves_a_baseline_and_a_pull_request_is_judged_by_it() {
    let Some(mut runner) = project("cache") else { return };
    runner.pushes();
    let (code, log, first) = runner.job();
    assert_eq!((code, first["verdict"].as_str()), (0, "missing"), "{log}");
    assert_eq!((first["save"].as_str(), first["saved"].as_str()), ("true", "true"), "{log}");
    assert!(runner.dir.join(&first["baseline-file"]).is_file());

    runner.sh("git checkout -q -b slower");
    commit(&runner, 154);
    runner.pulls(12);
    runner.set("PERF_RESTORED", "perf-track-baseline-Linux-X64-1-2-3");
    let (code, log, outputs) = runner.job();
    assert_eq!((code, outputs["verdict"].as_str()), (3, "regression"), "{log}");
    assert_eq!((outputs["save"].as_str(), outputs["saved"].as_str()), ("false", "false"));
    assert!(outputs["regressions"].parse::<u32>().is_ok_and(|it| it >= 4), "{outputs:?}");
    assert!(outputs["judged"].parse::<u32>().is_ok_and(|it| it > 4), "{outputs:?}");
    let report = std::path::Path::new(&outputs["report"]);
    for file in ["comparison.json", "perf-track.html", "pull-request"] {
        assert!(report.join(file).is_file(), "{file}");
    }
    assert_eq!(fs::read_to_string(report.join("pull-request")).ok().as_deref(), Some("12\n"));
    let errors = commands(&log);
    let outer = errors.iter().find(|line| line.contains("::workload::outer: "));
    let outer = outer.unwrap_or_else(|| panic!("{errors:?}"));
    assert!(outer.starts_with("::error file=") && outer.contains("calls 154 → 308"), "{outer}");
    let summary = runner.text("summary");
    assert!(summary.starts_with("### ❌ Regression: "), "{summary}");
    assert!(summary.contains("The baseline is of commit `"), "{summary}");
    assert!(summary.contains("0 days before this run, from the cache."), "{summary}");
    assert!(summary.contains("[The page](https://github.com/someone/app/"), "{summary}");
}

#[test]
fn what_has_nothing_to_judge_by_fails() {
    let Some(mut runner) = project("baseline") else { return };
    runner.pulls(1);
    let (code, log, outputs) = runner.job();
    assert_eq!((code, outputs["verdict"].as_str()), (4, "missing"), "{log}");
    assert!(
        commands(&log)[0].starts_with("::warning title=perf-track%3A nothing was judged"),
        "{log}"
    );
    // Another baseline is not taken for the one that is meant.
    runner.sh("mkdir -p .perf/baselines; echo {} > .perf/baselines/other.json");
    fs::remove_dir_all(&outputs["out"]).expect("it is there");
    let (code, log, outputs) = runner.job();
    assert_eq!((code, outputs["verdict"].as_str()), (4, "missing"), "{log}");
    assert!(runner.text("summary").contains("perf-track judged nothing"), "{log}");
}

#[test]
fn a_command_that_fails_is_told_and_nothing_is_judged() {
    let Some(mut runner) = project("baseline") else { return };
    runner.pulls(1);
    runner.set("PERF_COMMAND", "exit 17");
    let (code, log, outputs) = runner.job();
    assert_eq!((code, outputs["verdict"].as_str()), (17, "missing"), "{log}");
    assert!(commands(&log)[0].contains("ended with 17"), "{log}");
}

#[test]
fn two_commits_are_judged_in_one_job() {
    let Some(mut runner) = project("ab") else { return };
    runner.sh("git checkout -q -b slower");
    commit(&runner, 154);
    // What GitHub checks out: the pull request, merged.
    runner.sh("git checkout -q main; git merge -q --no-ff --no-edit slower");
    runner.pulls(3);
    runner.set("PERF_OPTIONS", "--rounds=2\n\n--no-probe\n");
    let (code, log, outputs) = runner.job();
    assert_eq!((code, outputs["verdict"].as_str()), (3, "regression"), "{log}");
    let json = fs::read_to_string(format!("{}/comparison.json", outputs["report"]));
    let base = runner.sh("git rev-parse HEAD^1");
    assert!(
        json.is_ok_and(|json| json.contains(base.trim())),
        "it is judged by what it is merged into"
    );
    // And nothing is worse than itself.
    let commit = runner.sh("git rev-parse HEAD");
    runner.set("PERF_BASE", commit.trim());
    let (code, log, outputs) = runner.job();
    assert_eq!((code, outputs["regressions"].as_str()), (0, "0"), "{log}");
    assert!(!log.contains("::error"), "{log}");
}

#[test]
fn a_step_of_a_workflow_gets_its_summary_by_itself() {
    let Some(runner) = project("baseline") else { return };
    let report = |arguments: &[&str]| {
        runner.write("summary", "before\n");
        let mut command = runner.command("perf-report");
        let output = command.args(arguments).output().expect("it can be run");
        perf_tests::Finished::from(output)
    };
    runner.sh("perf-report run --repeat 2 -- $WORKLOAD 2 7 return; perf-report baseline save main");
    runner.sh("perf-report run -- $WORKLOAD 2 14 return");
    let check = ["check", "--baseline", "main", "--run", "latest"];
    assert_eq!(report(&check).code, Some(3));
    let summary = runner.text("summary");
    assert!(summary.starts_with("before\n### ❌ Regression: "), "{summary}");
    // What is for a program has a summary only where one is asked for.
    for options in
        [&["--format", "markdown"][..], &["--format", "github"], &["--step-summary", "off"]]
    {
        assert_eq!(report(&[&check, options].concat()).code, Some(3));
        assert_eq!(runner.text("summary"), "before\n", "{options:?}");
    }
    let named = runner.beside("named.md").display().to_string();
    report(&[&check[..], &["--format", "json", "--step-summary", &named]].concat());
    assert!(runner.text("named.md").starts_with("### ❌ Regression: "));
    let folder = runner.beside("temp").display().to_string();
    let finished = report(&[&check[..], &["--step-summary", &folder]].concat());
    assert_eq!(finished.code, Some(3), "{}", finished.stderr);
    assert!(finished.complaint().contains("warning: no summary in"), "{}", finished.stderr);
}

#[test]
fn mistakes_in_inputs_are_told() {
    let Some(mut runner) = project("ab") else { return };
    runner.pulls(1);
    for (name, value) in [
        ("PERF_MODE", "abc"),
        ("PERF_COMMAND", " "),
        ("PERF_BASELINE", "../../etc/passwd"),
        ("PERF_BASELINE", "$(touch x)"),
        ("PERF_REPEAT", "0"),
        ("PERF_ARTIFACT", "a/b"),
        ("PERF_VERSION", "v1;touch x"),
        ("PERF_DIRECTORY", "gone"),
    ] {
        let before = runner.variables.insert(name.to_owned(), value.to_owned());
        let (plan, _) = runner.step(".github/action/plan.sh");
        assert_eq!(plan.code, Some(2), "{name}={value}: {}", plan.stderr);
        assert!(plan.stdout.starts_with("::error title=perf-track::"), "{}", plan.stdout);
        runner.set(name, &before.unwrap_or_default());
    }
    assert!(!runner.dir.join("x").exists());
}

#[test]
fn the_program_is_built_once_from_what_was_asked_for() {
    /// Stands in for cargo: notes what it is asked for, and makes the program.
    const CARGO: &str = "#!/bin/sh\nprintf '%s flags=%s in %s\\n' \"$*\" \"$RUSTFLAGS\" \"$PWD\" >> \"$HOME/asked\"\n\
                         mkdir -p bin && printf '#!/bin/sh\\necho built\\n' > bin/perf-report && chmod +x bin/perf-report\n";
    let Some(mut runner) = project("ab") else { return };
    runner.write("bin/cargo", CARGO);
    let home = runner.beside("home").display().to_string();
    runner.sh("chmod +x ../../bin/cargo; mkdir ../../home");
    runner.set("HOME", &home);
    runner.set("RUSTFLAGS", "-Ctarget-cpu=none");
    let commit = "0123456789abcdef0123456789abcdef01234567";
    let of_action = format!(
        "--path {}/perf-report",
        super::root().canonicalize().expect("it is there").display()
    );
    for (version, asked) in [
        ("action", of_action.as_str()),
        ("v0.1.0", "--git https://github.com/perf-track/perf-track --tag v0.1.0"),
        (commit, &format!("--git https://github.com/perf-track/perf-track --rev {commit}")),
    ] {
        runner.set("PERF_VERSION", version);
        runner.set("PERF_PROGRAM", &format!("key-{version}"));
        for _ in 0..2 {
            let (install, _) = runner.step(".github/action/install.sh");
            assert_eq!(
                (install.code, install.stdout.as_str()),
                (Some(0), "built\n"),
                "{}",
                install.stderr
            );
        }
        let said = runner.text("home/asked");
        let place = format!("{home}/.cache/perf-track/key-{version}");
        let expected = format!(
            "install --locked --root {place} {asked} --bin perf-report flags= in {place}\n"
        );
        assert_eq!(said, expected);
        assert!(runner.text("path").ends_with(&format!("{place}/bin\n")));
        runner.write("home/asked", "");
    }
    runner.set("PERF_VERSION", "path");
    assert_eq!(runner.step(".github/action/install.sh").0.code, Some(0));
    assert_eq!(runner.text("home/asked"), "");
}

#[test]
fn keys_of_caches_end_where_a_part_ends() {
    let Some(mut runner) = project("cache") else { return };
    runner.pushes();
    let (_, one) = runner.step(".github/action/plan.sh");
    let prefix = |outputs: &std::collections::BTreeMap<String, String>| {
        let [key, of_machine, of_any] = ["baseline-key", "baseline-of-machine", "baseline-of-any"]
            .map(|it| outputs[it].clone());
        assert!(key.starts_with(&of_machine) && of_machine.starts_with(&of_any), "{outputs:?}");
        assert!(of_machine.ends_with('-') && of_any.ends_with('-') && of_machine != of_any);
        of_any
    };
    assert!(one["baseline-key"].ends_with(&runner.variables["GITHUB_SHA"]));
    runner.set("PERF_BASELINE", "main-2");
    let (_, other) = runner.step(".github/action/plan.sh");
    assert!(!prefix(&other).starts_with(&prefix(&one)), "bpf-net is not bpf-next");
}
