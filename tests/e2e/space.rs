//! Shared memory that is small, full, read-only or missing, and recordings that nobody collected.

mod elsewhere;

use std::process::Command;

use perf_tests::{Finished, Lab, lab, program, skipped};

/// What scripts begin with. `hold FILE` starts a process that says in the file where it records, and lives until
/// it is ended; `end FILE` ends it by SIGKILL. `begun FILE` waits until one has said so.
const TOOLS: &str = "
    mkfifo input; sleep 1000 > input & sleeper=$!
    begun() { until grep -q '^segment ' \"$1\" 2> /dev/null; do sleep 0.02; done; }
    hold() { rm -f \"$1\"; \"$GROWS\" \"$2\" 100 < input > \"$1\" & begun \"$1\"; }
    end() { p=$(sed -n 's,^segment .*/\\([0-9]*\\)-.*,\\1,p' \"$1\"); kill -9 \"$p\"; wait \"$p\" || true; }
    held() { du -sk /dev/shm | cut -f 1; }
";

/// Runs a script as the first user of a namespace of its own, with a shared memory mounted with `options`, in
/// the lab's folder, which is also its temporary one. `None` where the system does not allow that.
fn apart(lab: &Lab, options: &str, script: &str) -> Option<Finished> {
    let unshare = ["--user", "--map-root-user", "--mount", "--pid", "--fork", "--mount-proc"];
    let mut probe = Command::new("unshare");
    probe.args(unshare).args(["mount", "-t", "tmpfs", "x", "/dev/shm"]);
    if !probe.output().is_ok_and(|output| output.status.success()) {
        skipped("this system makes no namespaces for its users");
        return None;
    }
    let script = format!(
        "set -e; mount -t tmpfs -o {options} x /dev/shm; {TOOLS} {script}\nkill $sleeper; wait || true"
    );
    let report = lab.report_command([""; 0]);
    let mut command = lab.command("unshare");
    command.args(unshare).args(["sh", "-c", &script]);
    command.env("TMPDIR", lab.new_folder("tmp")).env("REPORT", report.get_program());
    command.env("GROWS", program!("grows")).env("SHORT", program!("recursion"));
    let finished = Finished::from(command.output().expect("unshare is there"));
    assert_eq!(finished.code, Some(0), "{finished:?}");
    Some(finished)
}

/// Numbers that a script wrote, one a line.
fn numbers(finished: &Finished) -> Vec<u64> {
    let lines = finished.stdout.lines();
    lines.map(|line| line.trim().parse().unwrap_or_else(|_| panic!("{finished:?}"))).collect()
}

/// Recordings that the newest run says were discarded, of which calls, and why.
fn discarded(lab: &Lab) -> (u64, u64, Vec<String>) {
    let run = lab.latest();
    // It is left out where there is nothing to say.
    let all = run.at("/recording")["discarded"].as_array().cloned().unwrap_or_default();
    let sum = |field: &str| all.iter().filter_map(|one| one[field].as_u64()).sum();
    let reasons = all.iter().map(|one| one["reason"].as_str().unwrap_or_default().to_owned());
    (sum("recordings"), sum("calls"), reasons.collect())
}

/// Calls of `recursion direct 10`.
const CALLS: u64 = 2 * 89 - 1;

#[test]
fn a_hundred_processes_in_a_container_are_all_collected() {
    let lab = lab!();
    let script = "for i in $(seq 100); do \"$SHORT\" direct 10 > /dev/null; done
        \"$REPORT\" collect --all 2> /dev/null; ls /dev/shm/perf-track-0 | wc -l";
    let Some(finished) = apart(&lab, "size=64m", script) else { return };
    let run = lab.latest();
    assert_eq!(
        (run.at("/process/count").as_u64(), run.calls("fibonacci")),
        (Some(100), 100 * CALLS)
    );
    assert_eq!((discarded(&lab).0, numbers(&finished)), (0, vec![0]));
}

#[test]
fn what_is_discarded_is_said_by_every_report_and_is_no_improvement() {
    let lab = lab!();
    let script = "mkdir .perf
        record() { for i in $(seq 30); do \"$SHORT\" direct 10 > /dev/null; done; }
        record; \"$REPORT\" collect --all 2> /dev/null; \"$REPORT\" baseline save main > /dev/null 2>&1
        export PERF_TRACK_RETENTION_COUNT=12; record
        \"$REPORT\" doctor > doctor; grep -c '18 recordings gave way' doctor
        \"$REPORT\" collect --all 2> collected; tr '\\n' ' ' < collected | grep -c '18 recordings of ended'
        for format in human json markdown; do
            \"$REPORT\" show --format $format | tr '\\n' ' ' | grep -c '18 recordings of ended'
        done
        \"$REPORT\" check --format json > check || true; \"$REPORT\" check --fail-on incomplete > human || echo $?
        \"$REPORT\" collect --all 2> /dev/null || echo $?";
    let Some(finished) = apart(&lab, "size=64m", script) else { return };
    let count = lab.latest().at("/process/count").as_u64();
    assert_eq!((count, lab.latest().calls("fibonacci")), (Some(12), 12 * CALLS));
    assert_eq!(discarded(&lab), (18, 18 * CALLS, vec!["count".to_owned()]));
    assert_eq!(numbers(&finished), [1, 1, 1, 1, 1, 5, 4], "said, not judged, and said once");
    let check = std::fs::read_to_string(lab.folder().join("check")).expect("there is a check");
    assert!(check.contains("18 recordings discarded"), "{check}");
    assert!(!check.contains("\"improved\"") && !check.contains("\"removed\""), "{check}");
}

#[test]
fn leftovers_of_killed_processes_make_room_for_the_next() {
    let lab = lab!();
    // One lives while the others come and go.
    let script = "hold living 20
        for i in $(seq 8); do
            hold out 140; grep '^lost' out | cut -d ' ' -f 2; grep -c 'segment /dev/shm/' out; end out
        done
        ls $(sed -n 's/^segment //p' living) | wc -l; end living
        held; \"$REPORT\" collect --all 2> /dev/null";
    let Some(finished) = apart(&lab, "size=64m", script) else { return };
    let said = numbers(&finished);
    assert_eq!(said[..16], [0, 1].repeat(8), "each is recorded whole, and in memory");
    assert_eq!(said[16], 1, "the living one stays");
    assert!(said[17] < 36 << 10, "a quarter, what lives and the last one: {} KiB", said[17]);
    let count = lab.latest().at("/process/count").as_u64().unwrap_or(0);
    let (recordings, calls, _) = discarded(&lab);
    assert_eq!(count + recordings, 9, "{finished:?}");
    let all = lab.latest().functions().map(|function| function.number("calls")).sum::<u64>();
    assert_eq!(all + calls, 8 * 140 * 101 + 20 * 101, "each call is here, or among what is not");
}

#[test]
fn a_segment_that_grows_takes_the_place_of_what_was_left() {
    let lab = lab!();
    let script = "export PERF_TRACK_RETENTION=100% PERF_TRACK_MEMORY=14MiB
        for i in 1 2 3; do hold out 40; end out; done; held
        hold out 140; grep '^lost' out | cut -d ' ' -f 2; end out
        \"$REPORT\" collect --all 2> /dev/null";
    let Some(finished) = apart(&lab, "size=16m", script) else { return };
    let said = numbers(&finished);
    assert!(said[0] >= 9 << 10 && said[1] == 0, "{said:?}");
    let (recordings, _, reasons) = discarded(&lab);
    assert!((1..=3).contains(&recordings), "{recordings}");
    assert_eq!(reasons, ["space"]);
    assert!(lab.latest().functions().all(|function| !function.name().contains("overflow")));
}

#[test]
fn a_file_system_of_few_files_or_of_no_byte_left_loses_no_count() {
    let lab = lab!();
    // In the first no file can be made any more, in the second not even the count be written down.
    let script = "export PERF_TRACK_RETENTION=100%
        for i in $(seq 30); do \"$SHORT\" direct 10 > /dev/null; done
        \"$REPORT\" collect --all 2> /dev/null
        mount -t tmpfs -o size=1m x /dev/shm
        for i in $(seq 60); do \"$SHORT\" direct 10 > /dev/null; done";
    let store = "\n\"$REPORT\" collect --all 2> /dev/null";
    for (files, processes) in [(true, 30), (false, 60)] {
        let lab = lab!();
        let script = if files { script.split("mount").next().unwrap_or(script) } else { script };
        let options = "size=16m,nr_inodes=12";
        if apart(&lab, options, &format!("{script}{}", if files { "" } else { store })).is_none() {
            return;
        }
        let count = lab.latest().at("/process/count").as_u64().unwrap_or(0);
        assert!(count < processes, "{count}");
        assert_eq!(count + discarded(&lab).0, processes);
    }
    drop(lab);
}

#[test]
fn killed_runs_give_way_as_a_whole_and_not_while_anything_in_them_lives() {
    let lab = lab!();
    let script = "kill_run() {
            \"$REPORT\" run -q -- sh -c '\"$GROWS\" $0 100 < input > $1' \"$1\" \"$2\" & run=$!
            begun \"$2\"; kill -9 $run; wait $run || true
        }
        kill_run 10 living
        for i in $(seq 30); do kill_run 60 out; end out; rm out; done 2> /dev/null
        held; ls $(sed -n 's/^segment //p' living) | wc -l; end living
        \"$REPORT\" run -- \"$SHORT\" direct 10 > /dev/null 2> said
        tr '\\n' ' ' < said | grep -c 'were never stored) that nobody collected hold'
        \"$REPORT\" doctor | grep -c 'that nobody collected hold'
        \"$REPORT\" collect --all 2> /dev/null; \"$REPORT\" collect --all --discard 2> /dev/null; held
        find /dev/shm -name '*.ptseg' | wc -l; find /dev/shm -name 'session-*' | wc -l";
    let Some(finished) = apart(&lab, "size=64m", script) else { return };
    let said = numbers(&finished);
    assert!(said[0] < 25 << 10, "a quarter, what lives and the last one: {} KiB", said[0]);
    assert_eq!(said[1], 1, "what lives stays, also without its run");
    assert_eq!(said[2..4], [1, 1], "run and doctor say how much is held");
    assert!(said[4] < 64, "it can be freed: {} KiB", said[4]);
    assert_eq!(said[5..], [0, 0]);
    let (recordings, _, _) = discarded(&lab);
    assert!(recordings > 20, "what was never stored is counted: {recordings}");
}

#[test]
fn in_a_folder_that_the_user_named_nothing_gives_way_unless_it_is_said() {
    let lab = lab!();
    let script = "mkdir -m 700 named; export PERF_TRACK_DIR=$PWD/named
        record() { for i in $(seq 20); do \"$SHORT\" direct 10 > /dev/null; done; }
        record; ls named | wc -l; PERF_TRACK_RETENTION_COUNT=5 record; ls named/*.ptseg | wc -l
        \"$REPORT\" collect 2> /dev/null";
    let Some(finished) = apart(&lab, "size=64m", script) else { return };
    let said = numbers(&finished);
    assert_eq!(said, [20, 5]);
    assert_eq!((lab.latest().at("/process/count").as_u64(), discarded(&lab).0), (Some(5), 35));
}
