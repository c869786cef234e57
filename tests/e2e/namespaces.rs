//! Processes of several namespaces, as of containers, that share one folder: ids mean nothing there.

use std::process::Command;

use perf_tests::{Lab, lab, program, skipped};

/// Runs a script as the first user of a namespace of its own, with an empty shared memory; `None` where the
/// system does not allow that.
fn apart(lab: &Lab, script: &str) -> Option<String> {
    let unshare = ["--user", "--map-root-user", "--mount", "--pid", "--fork", "--mount-proc"];
    let mut probe = Command::new("unshare");
    probe.args(unshare).args(["mount", "-t", "tmpfs", "x", "/dev/shm"]);
    if !probe.output().is_ok_and(|output| output.status.success()) {
        skipped("this system makes no namespaces for its users");
        return None;
    }
    let script = format!("set -e; mount -t tmpfs x /dev/shm; {script}");
    let mut command = lab.command("unshare");
    command.args(unshare).args(["sh", "-c", &script]);
    let report = lab.report_command([""; 0]);
    let output = command.env("REPORT", report.get_program()).output().expect("unshare is there");
    assert!(output.status.success(), "{output:?}");
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[test]
fn what_another_namespace_records_is_not_cleared_away_and_collected_once() {
    let (lab, program) = (lab!(), program!("sleeper"));
    // The first process of a namespace has an id that is another one's in each other namespace. Some
    // hundred others leave what has to make room.
    let script = format!(
        "export PERF_TRACK_RETENTION_COUNT=10
        unshare --pid --fork --mount-proc {program} twenty 100 > /dev/null &
        until ls /dev/shm/perf-track-0/1-*.ptseg > /dev/null 2>&1; do sleep 0.05; done
        for i in $(seq 80); do {program} varied 1 > /dev/null; done
        ls /dev/shm/perf-track-0/1-*.ptseg > /dev/null
        \"$REPORT\" collect --all > /dev/null 2>&1
        segments() {{ find /dev/shm -name '*.ptseg' | wc -l; }}
        segments; wait
        \"$REPORT\" collect --all > /dev/null 2>&1; segments"
    );
    let Some(left) = apart(&lab, &script) else { return };
    assert_eq!(left.split_whitespace().collect::<Vec<_>>(), ["1", "0"], "the living one stays");
    let last = lab.latest();
    assert_eq!((last.calls("twenty"), last.at("/process/count").as_u64()), (100, Some(1)));
}

#[test]
fn what_programs_elsewhere_recorded_is_left_to_them() {
    let (lab, program) = (lab!(), program!("sleeper"));
    // A copy below the folder of work is a program of this workspace, the original is not.
    let script = format!(
        "mkdir -p target .perf; cp {program} target/own
        target/own varied 1 > /dev/null; {program} varied 1 > /dev/null
        for i in 1 2; do
            \"$REPORT\" collect > said-$i 2>&1 || echo $?; ls /dev/shm/perf-track-0 | wc -l
        done
        grep -c 'programs elsewhere' said-1 said-2
        \"$REPORT\" collect --list > list; grep -c 'another' list; ls /dev/shm/perf-track-0 | wc -l
        {program} twenty 1000 > /dev/null & one=$!
        target/own twenty 1000 > /dev/null & other=$!
        until [ $(ls /dev/shm/perf-track-0 | wc -l) = 3 ]; do sleep 0.05; done
        # They have segments before their first call is in them.
        for one_of in {program} target/own; do
            until \"$REPORT\" stacks --all --format csv 2> /dev/null | grep -q $one_of; do sleep 0.05; done
        done
        for option in '' --all; do
            \"$REPORT\" stacks $option --format csv > stacks 2> said; grep -c {program} stacks || true
            grep -c target/own stacks; grep -c elsewhere said || true
        done
        kill $one $other; wait || true
        \"$REPORT\" collect --all > /dev/null 2>&1; ls /dev/shm/perf-track-0 | wc -l"
    );
    let Some(said) = apart(&lab, &script) else { return };
    let said: Vec<_> = said.split_whitespace().collect();
    assert_eq!(said[..3], ["1", "4", "1"], "its own is collected, and then there is none");
    assert_eq!(said[3..7], ["said-1:1", "said-2:1", "1", "1"], "that is said, and listed");
    assert_eq!(said[7..10], ["0", "1", "1"], "its own stacks, and that there are others");
    assert_eq!(said[10..], ["1", "1", "0", "0"], "all is all");
}
