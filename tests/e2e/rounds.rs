//! Runs made in a row and in turn: what `run --repeat`, `ab` and `doctor --noise` make of recordings.

use std::os::unix::process::CommandExt;
use std::process::Stdio;

use perf_tests::{Finished, Lab, Run, lab, program};
use serde_json::Value;

/// `ab` between two commands for a shell.
fn ab(lab: &Lab, arguments: &[&str], a: &str, b: &str) -> Finished {
    lab.report([&["ab"], arguments, &["--a", a, "--b", b]].concat())
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("not JSON ({error}): {text}"))
}

/// `recursion direct N` in a shell: `fibonacci` is called more often the greater N is.
fn direct(n: u32) -> String {
    format!("{} direct {n}", program!("recursion"))
}

#[test]
fn each_repeat_is_a_run_with_all_its_calls() {
    let lab = lab!();
    let run = ["run", "--repeat", "3", "--", program!("recursion"), "direct", "10"];
    let finished = lab.report(run);
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    assert!(finished.stderr.contains("3 runs · wall "), "{}", finished.stderr);
    assert!(finished.stderr.contains("::fibonacci"), "{}", finished.stderr);
    let shown = |run: &str| Run::parse(&lab.report(["show", run, "--format", "json"]).stdout);
    let (first, last) = (shown("latest~2"), shown("latest"));
    assert_eq!(first.calls("fibonacci"), last.calls("fibonacci"));
    assert_eq!(last.at("/run/group"), first.at("/run/id"));
    assert_eq!((first.at("/run/round"), last.at("/run/round")), (&1.into(), &3.into()));
    assert!(last.at("/run/machine/probe/before_ns").as_u64() > Some(0));
}

#[test]
fn one_more_call_is_found_and_named() {
    let lab = lab!();
    let arguments = ["--rounds", "3", "--seed", "5", "--metrics", "calls", "--format", "json"];
    let finished = ab(&lab, &arguments, &direct(10), &direct(11));
    assert_eq!(finished.code, Some(3), "{}", finished.stderr);
    assert_eq!(finished.stderr, "");
    let comparison = json(&finished.stdout);
    assert_eq!(comparison["schema"], "perf-track/comparison");
    assert_eq!(comparison["verdict"], "regression");
    let made = &comparison["interleaved"];
    assert_eq!((&made["seed"], &made["warm_up"]), (&5.into(), &1.into()));
    assert_eq!((&made["rounds"], &made["stopped"]), (&3.into(), &"decided".into()));
    assert_eq!(made["b"]["command"], direct(11));
    let rows = comparison["functions"].as_array().expect("functions is a list");
    let worse = rows.iter().filter(|row| row["verdict"] == "regression");
    let names: Vec<_> = worse.map(|row| row["name"].as_str().unwrap_or_default()).collect();
    assert!(!names.is_empty() && names.iter().all(|name| name.ends_with("fibonacci")), "{names:?}");
    assert!(!lab.store().exists(), "nothing is stored unless asked for");
}

#[test]
fn what_is_the_same_is_no_regression_in_any_format() {
    let lab = lab!();
    for (format, begins) in
        [("human", "STABLE  nothing"), ("markdown", "### "), ("csv", "name,"), ("json", "{")]
    {
        let arguments = ["--rounds", "2", "--metrics", "calls,errors", "--format", format];
        let finished = ab(&lab, &arguments, &direct(8), &direct(8));
        assert_eq!(finished.code, Some(0), "{}", finished.stderr);
        assert!(finished.stdout.starts_with(begins), "{format}: {}", finished.stdout);
    }
}

#[test]
fn no_more_rounds_are_made_than_there_may_be() {
    let lab = lab!();
    let arguments = ["--max-rounds", "3", "--metrics", "calls,self", "--format", "json"];
    let finished = ab(&lab, &arguments, &direct(8), &direct(8));
    assert!(matches!(finished.code, Some(0 | 3)), "{}", finished.stderr);
    assert_eq!(json(&finished.stdout)["interleaved"]["rounds"], 3);
}

#[test]
fn both_sides_run_in_each_round_and_are_kept_when_asked() {
    let lab = lab!();
    let log = |letter: &str| format!("echo {letter} >> log; {}", direct(5));
    let arguments = ["--rounds", "4", "--warmup", "2", "--seed", "1", "--keep", "--label", "x"];
    let arguments = [&arguments[..], &["--metrics", "calls", "--quiet"]].concat();
    let finished = ab(&lab, &arguments, &log("A"), &log("B"));
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    assert!(finished.stderr.contains("labelled x-a and x-b"), "{}", finished.stderr);
    let text = std::fs::read_to_string(lab.folder().join("log")).expect("both sides ran");
    let order = text.replace('\n', "");
    assert_eq!(order.get(..4), Some("ABAB"), "A goes first while it is warming up");
    let rounds = order.as_bytes()[4..].chunks(2);
    assert!(rounds.clone().all(|round| round == b"AB" || round == b"BA"), "{order}");
    assert_eq!(rounds.filter(|round| *round == b"AB").count(), 2, "{order}");

    let again = ab(&lab, &arguments, &log("A"), &log("B"));
    assert_eq!(again.code, Some(0), "{}", again.stderr);
    let text = std::fs::read_to_string(lab.folder().join("log")).expect("both sides ran");
    assert_eq!(text.replace('\n', ""), order.repeat(2), "the same seed gives the same order");
    let kept = Run::parse(&lab.report(["show", "x-b", "--format", "json"]).stdout);
    assert_eq!(kept.at("/run/round"), 4);
}

#[test]
fn variables_may_be_set_on_one_side() {
    let lab = lab!();
    let b = format!("PERF_TRACK_OVERHEAD=0 {}", direct(5));
    let arguments = ["--rounds", "1", "--metrics", "calls", "--keep", "-q"];
    assert_eq!(ab(&lab, &arguments, &direct(5), &b).code, Some(0));
    let budget = |label: &str| {
        let run = Run::parse(&lab.report(["show", label, "--format", "json"]).stdout);
        run.at("/process/processes/0/overhead_budget_pct").as_f64()
    };
    assert_eq!((budget("ab-a"), budget("ab-b")), (Some(100.0), Some(0.0)));
}

#[test]
fn a_limit_of_time_leaves_the_rounds_that_were_made() {
    let lab = lab!();
    let arguments = ["--rounds", "500", "--time-limit", "1ms", "--metrics", "calls"];
    let arguments = [&arguments[..], &["--format", "json"]].concat();
    let finished = ab(&lab, &arguments, &direct(5), &direct(5));
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    let made = &json(&finished.stdout)["interleaved"];
    assert_eq!((&made["rounds"], &made["stopped"]), (&1.into(), &"time".into()));
}

#[test]
fn an_interrupt_leaves_nothing_behind() {
    let lab = lab!();
    let segments = lab.new_folder("segments");
    let b = format!("{}; touch runs; exec sleep 30", direct(5));
    let mut command = lab.report_command(["ab", "--dir", "segments", "--a", &direct(5), "--b", &b]);
    let command = command.process_group(0).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().expect("perf-report can be started");
    while !lab.folder().join("runs").exists() {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    let group = nix::unistd::Pid::from_raw(i32::try_from(child.id()).expect("a process id"));
    nix::sys::signal::killpg(group, nix::sys::signal::Signal::SIGINT).expect("it can be ended");
    let finished = Finished::from(child.wait_with_output().expect("it ends"));
    assert_eq!(finished.code, Some(130), "{}", finished.stderr);
    assert!(finished.complaint().contains("nothing was judged"), "{}", finished.stderr);
    assert_eq!(std::fs::read_dir(segments).expect("it can be listed").count(), 0);
}

#[test]
fn a_command_against_itself_has_a_rate_of_false_alarms_and_a_floor() {
    let lab = lab!();
    let arguments = ["doctor", "--noise", "--rounds", "4", "--seed", "1"];
    let command = ["--metrics", "calls", "--", program!("recursion"), "direct", "10"];
    let finished = lab.report([&arguments[..], &["--format", "json"], &command].concat());
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    let noise = json(&finished.stdout);
    assert_eq!((&noise["schema"], &noise["rounds"]), (&"perf-track/noise".into(), &4.into()));
    assert_eq!((&noise["alarms"], &noise["comparisons"]), (&0.into(), &100.into()));
    let fibonacci = &noise["functions"][0];
    assert!(fibonacci["spread_pct"].as_f64() > Some(0.0), "{fibonacci}");
    assert!(fibonacci["detectable_pct"].is_null(), "times are not judged: {fibonacci}");
    let finished = lab.report([&arguments[..], &command].concat());
    assert!(finished.stdout.starts_with("QUIET  none of 100 comparisons"), "{}", finished.stdout);
    assert!(!lab.store().exists());
}
