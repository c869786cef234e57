//! What the processes that recorded used, beside what the whole command did.

use perf_tests::{Lab, Run, lab, program};

const MS: u64 = 1_000_000;

fn record(lab: &Lab, script: &str, expected: i32) -> Run {
    let finished = lab.run("sh", ["-c", script]);
    assert_eq!(finished.code, Some(expected), "{}", finished.stderr);
    lab.latest()
}

fn recorded(run: &Run, what: &str) -> u64 {
    run.at(&format!("/process/recorded/{what}")).as_u64().unwrap_or_else(|| panic!("{run:?}"))
}

fn all(run: &Run, what: &str) -> u64 {
    run.at(&format!("/process/{what}")).as_u64().unwrap_or_else(|| panic!("{run:?}"))
}

#[test]
fn what_ran_before_the_program_is_not_its_time() {
    let sleeper = program!("sleeper");
    // A process of its own, and the very process that slept.
    for start in ["", "exec "] {
        let lab = lab!();
        let run = record(&lab, &format!("sleep 0.3; {start}{sleeper} twenty 5"), 0);
        let wall = recorded(&run, "wall_ns");
        assert!(wall >= 100 * MS, "five calls of 20 ms: {run:?}");
        assert!(all(&run, "wall_ns") >= wall + 300 * MS, "{run:?}");
    }
}

#[test]
fn what_the_process_did_as_another_program_is_not_its_processor_time() {
    let lab = lab!();
    let (loops, program) =
        ("i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done", program!("sleeper"));
    let run = record(&lab, &format!("{loops}; exec {program} varied 20"), 0);
    let calls = run.function("varied").number("total_ns");
    let own = recorded(&run, "user_ns") + recorded(&run, "system_ns");
    assert!(own >= calls, "{run:?}");
    // The loops take longer than starting the program does.
    let command = all(&run, "user_ns") + all(&run, "system_ns");
    assert!(own + 20 * MS <= command, "{own} ns of {command} ns");
    let peak = recorded(&run, "peak_rss_bytes");
    assert!((512 << 10..256 << 20).contains(&peak), "{peak} bytes");
}

#[test]
fn several_processes_last_from_the_first_start_to_the_last_end() {
    let (lab, program) = (lab!(), program!("sleeper"));
    let run = record(&lab, &format!("{program} twenty 5; sleep 0.2; {program} twenty 5"), 0);
    assert!(recorded(&run, "wall_ns") >= 400 * MS, "{run:?}");
    assert!(all(&run, "wall_ns") >= recorded(&run, "wall_ns"), "{run:?}");
}

#[test]
fn a_process_that_is_killed_leaves_what_it_used_until_then() {
    let (lab, program) = (lab!(), program!("sleeper"));
    let script = format!("{program} twenty 50 & sleep 0.3; kill -9 $!; wait $!; exit 0");
    let run = record(&lab, &script, 0);
    assert!(run.calls("twenty") > 0, "{run:?}");
    let calls = run.function("twenty").number("total_ns");
    let wall = recorded(&run, "wall_ns");
    assert!((calls..=all(&run, "wall_ns")).contains(&wall), "{run:?}");
}

#[test]
fn a_child_of_a_fork_has_an_account_of_its_own() {
    let lab = lab!();
    let finished = lab.run(program!("forks"), ["inside"]);
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    let run = lab.latest();
    assert_eq!(run.at("/process/count"), 2);
    let [own, command] = [
        recorded(&run, "user_ns") + recorded(&run, "system_ns"),
        all(&run, "user_ns") + all(&run, "system_ns"),
    ];
    // What both used, once; an account is kept in microseconds.
    assert!(own <= command + MS, "{own} ns of {command} ns");
}
