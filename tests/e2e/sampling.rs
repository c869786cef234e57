//! What happens where recording every call would cost more than it may: calls are sampled, their
//! number stays exact, and every report says so.

use perf_tests::{Lab, Run, lab, program};

/// Records `busy` with `budget` for overhead. The run, and the rounds that the program counted.
fn record(lab: &Lab, budget: &str, arguments: [&str; 3]) -> (Run, u64) {
    let mut command = lab.report_command(["run", "--", program!("busy")]);
    let output =
        command.args(arguments).env("PERF_TRACK_OVERHEAD", budget).output().expect("it starts");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{output:?}");
    let rounds = said.lines().find_map(|line| line.trim().parse().ok());
    (lab.latest(), rounds.unwrap_or_else(|| panic!("no rounds: {said}")))
}

fn assert_counts(run: &Run, rounds: u64) {
    assert!(rounds > 100, "{rounds}");
    let calls = ["round", "tiny", "always"].map(|name| run.calls(name));
    assert_eq!(calls, [rounds, 1000 * rounds, 100 * rounds]);
}

/// The steps of the breaker for the function whose name ends in `name`.
fn steps(run: &Run, name: &str) -> Vec<(String, String)> {
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let all = run.at("/recording/breaker").as_array().expect("breaker is a list");
    let of = all.iter().filter(|step| text(&step["function"]).ends_with(name));
    of.map(|step| (text(&step["from"]), text(&step["state"]))).collect()
}

#[test]
fn a_hot_tiny_function_is_sampled_and_its_calls_are_exact() {
    let lab = lab!();
    let (run, rounds) = record(&lab, "5%", ["1", "600", "0"]);
    assert_counts(&run, rounds);
    let tiny = run.function("tiny");
    assert!(tiny.flag("sampled") && tiny.number("untimed_calls") > 0, "{tiny:?}");
    assert!(tiny.number("sampled_ns") > 0 && tiny.number("largest_interval") > 1, "{tiny:?}");
    assert!(tiny.number("sampled_ns") <= tiny.number("active_ns"), "{tiny:?}");
    assert!(run.function("round").flag("self_estimated"), "its callee was sampled");
    assert_eq!(run.at("/recording/mode"), "sampled");
    assert!(run.at("/recording/overhead_ns").as_u64().is_some_and(|ns| ns > 0));
    let first = steps(&run, "::tiny").into_iter().next();
    assert_eq!(first, Some(("exact".to_owned(), "sampled".to_owned())));
    // Wide: how near it comes is measured by a benchmark.
    let (total, whole) = (tiny.number("total_ns"), run.function("round").number("total_ns"));
    assert!(total > 0 && total < 3 * whole, "{total} ns of {whole} ns");
}

#[test]
fn recursive_calls_are_counted_where_few_are_timed() {
    let lab = lab!();
    let mut command = lab.report_command(["run", "--", program!("recursion"), "direct", "25"]);
    let output = command.env("PERF_TRACK_OVERHEAD", "0").output().expect("it starts");
    let said = String::from_utf8_lossy(&output.stdout);
    // One call for each node of the tree: 2 F(n + 1) - 1.
    let calls = 2 * 121_393 - 1;
    assert_eq!(lab.latest().calls("fibonacci"), calls);
    assert!(said.contains(&format!("\n{calls} calls\n")), "the program knows, too: {said}");
}

#[test]
fn reports_of_a_sample_mark_it() {
    let lab = lab!();
    record(&lab, "5%", ["1", "600", "0"]);
    for (arguments, marks) in [
        (["show", "--format", "human"].as_slice(), ["~", "sampled "]),
        (&["show", "--tree"], ["~", "sampled "]),
        (&["show", "--format", "markdown"], ["~", "> sampled "]),
        (&["show", "--format", "csv"], ["sampled,", "true"]),
    ] {
        let said = lab.report(arguments).stdout;
        for mark in marks {
            assert!(said.contains(mark), "{arguments:?} without {mark:?}:\n{said}");
        }
    }
}

#[test]
fn what_must_be_exact_is_never_sampled() {
    let (run, rounds) = record(&lab!(), "0.5%", ["1", "600", "0"]);
    assert_counts(&run, rounds);
    let always = run.function("always");
    assert!(!always.flag("sampled"), "{always:?}");
    assert_eq!((always.number("untimed_calls"), always.number("sampled_ns")), (0, 0));
    assert!(steps(&run, "::always").is_empty());
}

#[test]
fn a_load_in_phases_keeps_its_counts() {
    let (run, rounds) = record(&lab!(), "5%", ["6", "60", "60"]);
    assert_counts(&run, rounds);
    let tiny = run.function("tiny");
    assert!(tiny.number("sampled_ns") <= tiny.number("active_ns"), "{tiny:?}");
    assert!(tiny.real("mean_ns") > 0.0, "{tiny:?}");
}

#[test]
fn without_any_budget_calls_are_only_counted() {
    let lab = lab!();
    let (run, rounds) = record(&lab, "0", ["1", "300", "0"]);
    assert_counts(&run, rounds);
    let tiny = run.function("tiny");
    assert!(tiny.number("unmeasured_calls") > 0, "{tiny:?}");
    assert_eq!(run.at("/recording/mode"), "counted");
    let said = lab.report(["show"]).stdout;
    assert!(said.contains("counted only for "), "{said}");
    assert_eq!(run.function("always").number("untimed_calls"), 0);
}

#[test]
fn with_the_whole_budget_every_call_is_timed() {
    let (run, rounds) = record(&lab!(), "100%", ["1", "300", "0"]);
    assert_counts(&run, rounds);
    for function in run.functions() {
        assert!(!function.flag("sampled"), "{function:?}");
        assert_eq!(function.number("untimed_calls"), 0, "{function:?}");
    }
    assert_eq!(run.at("/recording/mode"), "exact");
    assert_eq!(run.at("/recording/breaker").as_array().map(Vec::len), Some(0));
}
