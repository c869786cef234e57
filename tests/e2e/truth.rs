//! Whether times are true where functions are small and all of them are tracked: own times add up, to
//! the nanosecond, and what is heavy is said to be. How near each comes is measured by a benchmark.

use perf_tests::{Run, lab, program};

/// A program of small functions, three levels deep, that is sampled, in a run of its own.
fn record(budget: &str) -> Run {
    let lab = lab!();
    let mut command = lab.report_command(["run", "--", program!("small_functions"), "400"]);
    let output = command.env("PERF_TRACK_OVERHEAD", budget).output().expect("it starts");
    assert!(output.status.success(), "{output:?}");
    lab.latest()
}

fn assert_sums_hold(run: &Run) {
    let own: u64 = run.functions().map(|function| function.number("self_ns")).sum();
    let nodes = run.tree();
    let roots: Vec<_> = nodes.iter().filter(|node| node.parent().is_none()).collect();
    let total: u64 = roots.iter().map(|root| root.number("total_ns")).sum();
    assert_eq!(own, total, "own times are the totals of the roots");
    for node in &nodes {
        let below: u64 = nodes
            .iter()
            .filter(|child| child.parent() == Some(node.id()))
            .map(|child| child.number("total_ns"))
            .sum();
        let all = node.number("self_ns") + below;
        assert_eq!(node.number("total_ns"), all, "a total is the own time and the callees' totals");
    }
}

#[test]
fn own_times_add_up_whatever_is_sampled() {
    for budget in ["0", "1%", "5%", "100%"] {
        assert_sums_hold(&record(budget));
    }
}

#[test]
fn counts_are_exact_whatever_is_sampled() {
    for budget in ["0", "5%", "100%"] {
        let run = record(budget);
        let turns = run.calls("turn");
        assert!(turns > 0);
        let calls = ["scan", "heavy", "digit", "depth"].map(|name| run.calls(name));
        assert_eq!(calls, [turns, turns, 50 * turns, 6 * turns], "{budget}");
        let in_tree = |name: &str| -> u64 {
            let of = run.tree().into_iter().filter(|node| node.function().ends_with(name));
            of.map(|node| node.number("calls")).sum()
        };
        assert_eq!(in_tree("::digit"), 50 * turns, "the contexts' calls are the function's");
    }
}

#[test]
fn what_is_heavy_is_said_to_be_heavy() {
    let run = record("5%");
    let own = |name: &str| run.function(name).number("self_ns");
    let all: u64 = run.functions().map(|function| function.number("self_ns")).sum();
    // It does nearly everything that is done; unoptimised, as tests are, calls are work, too.
    assert!(own("heavy") > all / 3, "{} ns of {all} ns", own("heavy"));
    assert!(own("heavy") > 3 * own("scan"), "{} ns, {} ns", own("heavy"), own("scan"));
    assert!(run.function("digit").flag("sampled"), "a function of nanoseconds is sampled");
    let overhead = run.at("/recording/overhead_ns").as_u64().unwrap_or(0);
    assert!(overhead > 0, "what recording took is told");
}

#[test]
#[cfg(target_os = "linux")]
fn times_hold_no_waiting_for_a_processor() {
    let lab = lab!();
    let (calls, each_ns) = (4, 50_000_000_u64);
    let output = lab.run(program!("crowded"), ["4", "50"]);
    assert_eq!(output.code, Some(0), "{output:?}");
    let run = lab.latest();
    let work = run.function("work");
    // Half of the time another thread had the processor, in turns of some milliseconds.
    let [total, passed] = ["total_ns", "raw_total_ns"].map(|name| work.number(name));
    let waited = passed - total - work.number("overhead_ns");
    assert_eq!(work.number("preempted_ns"), waited);
    assert!(waited > calls * each_ns / 4, "waited {waited} ns of {passed} ns");
    assert!(total < calls * each_ns * 5 / 4, "took {total} ns without that");
    let longest = work.number("max_ns");
    assert!(longest < each_ns * 7 / 4, "no call holds it: {longest} ns");
}
