//! What programs tell of themselves is exact, and is judged as `perf.toml` says.

use perf_tests::{Finished, Lab, lab, program};

const SIGKILL: i32 = 9;

/// Records `counting` and checks what it told.
fn check_counting(lab: &Lab, threads: u64, rounds: u64, ending: &str) {
    let arguments = [&threads.to_string(), &rounds.to_string(), ending];
    let finished = lab.run(program!("counting"), arguments);
    let expected = if ending == "kill" { 128 + SIGKILL } else { 0 };
    assert_eq!(finished.code, Some(expected), "{}", finished.stderr);

    let run = lab.latest();
    let all = threads * rounds;
    let count = |name: &str| run.metric(name, "count").number("value");
    assert_eq!((count("rounds"), count("bytes"), count("never")), (all, 3 * all, 0));
    (0..threads).for_each(|thread| assert_eq!(count(&format!("thread {thread}")), rounds));
    let rate = run.metric("hit_rate", "ratio");
    let hits = threads * rounds.div_ceil(4);
    assert_eq!((rate.number("part"), rate.number("whole")), (hits, all));
    let round = run.metric("round", "gauge");
    let [samples, min, max] = ["samples", "min", "max"].map(|field| round.number(field));
    assert_eq!((samples, min, max, round.number("value")), (all, 0, rounds - 1, rounds - 1));
    let middle = run.metric("round", "gauge").real("mean") * 2.0;
    assert!((middle - run.metric("round", "gauge").real("max")).abs() < 1e-9, "{middle}");
    assert_eq!(run.at("/process/damaged"), 0);
}

#[test]
fn of_one_thread_and_of_many() {
    let lab = lab!();
    check_counting(&lab, 1, 1_000, "return");
    check_counting(&lab, 8, 5_000, "return");
}

#[test]
fn of_a_program_that_is_killed_while_it_tells_more() {
    let lab = lab!();
    for _ in 0..8 {
        check_counting(&lab, 4, 500, "kill");
        let run = lab.latest();
        let busy = run.metric("busy", "ratio");
        let [samples, part, whole] = ["samples", "part", "whole"].map(|field| busy.number(field));
        assert_eq!((samples, whole), (part, 2 * part), "no update is there by half");
        let counted = run.metric("busy", "count").number("value");
        assert!((10_000..=part).contains(&counted) && part - counted <= 1, "{part} {counted}");
    }
}

#[test]
fn of_several_processes_together() {
    let lab = lab!();
    let twice = format!("{0} 2 10 return && {0} 2 10 return", program!("counting"));
    let finished = lab.run("sh", ["-c", &twice]);
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    assert_eq!(lab.latest().metric("rounds", "count").number("value"), 40);
}

#[test]
fn what_finds_no_room_is_counted() {
    let lab = lab!();
    let record = |memory: &str| {
        let mut command = lab.report_command(["run", "--", program!("counting")]);
        command.args(["2", "100", "names"]).env("PERF_TRACK_MEMORY", memory);
        let finished: Finished = command.output().expect("perf-report can be run").into();
        assert_eq!(finished.code, Some(0), "{}", finished.stderr);
        let run = lab.latest();
        let lost = run.at("/recording/lost_metrics").as_u64().expect("a number");
        let named = run.metrics().filter(|metric| metric.name().starts_with("name "));
        let told: u64 = named.map(|metric| metric.number("value")).sum();
        assert_eq!(run.metric("rounds", "count").number("value"), 200, "what has room is exact");
        (told, lost)
    };
    let no_number = 1;
    assert_eq!(record("64MiB"), (10_000, no_number));
    let (told, lost) = record("128KiB");
    assert!((1..10_000).contains(&told), "{told} found room");
    assert_eq!(told + lost, 10_000 + no_number);
}

#[test]
fn nothing_is_told_where_recording_is_switched_off() {
    let lab = lab!();
    let mut command = lab.report_command(["run", "--", program!("counting")]);
    command.args(["2", "100", "names"]).env("PERF_TRACK", "off");
    let finished: Finished = command.output().expect("perf-report can be run").into();
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
}

/// Checks a run of `rounds` rounds on two threads against one of 100 rounds. What it says.
fn checked(lab: &Lab, rounds: &str, settings: &str, code: i32) -> String {
    std::fs::write(lab.folder().join("perf.toml"), settings).expect("settings can be written");
    for (rounds, save) in [("100", true), (rounds, false)] {
        let finished = lab.run(program!("counting"), ["2", rounds, "return"]);
        assert_eq!(finished.code, Some(0), "{}", finished.stderr);
        if save {
            let saved = lab.report(["baseline", "save", "main", "--force"]);
            assert_eq!(saved.code, Some(0), "{}", saved.stderr);
        }
    }
    let finished = lab.report(["check", "--run", "latest"]);
    assert_eq!(finished.code, Some(code), "{}{}", finished.stdout, finished.stderr);
    finished.stdout
}

#[test]
fn a_change_is_told_and_fails_nothing() {
    let said = checked(&lab!(), "90", "", 0);
    assert!(
        said.contains("changed       rounds\n                count 200 → 180 (-10.0 %)"),
        "{said}"
    );
}

#[test]
fn a_change_fails_where_perf_toml_says_which_way_is_better() {
    let settings = "[metrics.rounds]\nbetter = \"higher\"\nmax-regression = \"5%\"\n";
    let said = checked(&lab!(), "90", settings, 3);
    assert!(said.contains("count 200 → 180 (-10.0 %), worse by more than 5 %"), "{said}");
    checked(&lab!(), "99", settings, 0);
}

#[test]
fn a_value_beyond_its_limit_fails_without_a_baseline() {
    let lab = lab!();
    let settings = "[metrics.hit_rate]\nmin = 0.5\n[metrics.round]\nmax = 99\n";
    std::fs::write(lab.folder().join("perf.toml"), settings).expect("settings can be written");
    let finished = lab.run(program!("counting"), ["2", "100", "return"]);
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    let finished = lab.report(["check"]);
    assert_eq!(finished.code, Some(3), "{}{}", finished.stdout, finished.stderr);
    let said = finished.stdout;
    assert!(said.contains("ratio 25 %, below the minimum of 50 % that perf.toml sets"), "{said}");
    assert!(said.contains("1 of 2 budgets kept"), "{said}");
}
