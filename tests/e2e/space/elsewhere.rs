//! Where shared memory cannot be written to, processes record in the temporary folder, and that is said.

use super::apart;
use perf_tests::{lab, program};

/// Records with each command, and says how often that was said.
const COMMANDS: &str = "
    hold out 2; grep -c 'segment .*/tmp/perf-track-0/' out
    grep -c 'in the temporary folder' out
    \"$REPORT\" stacks --all > stacks; grep -c 'grows' stacks | sed 's/^[1-9].*/1/'; end out
    said() { tr '\\n' ' ' < \"$1\" | tr -s ' ' | grep -o 'recorded in the temporary folder' | wc -l; }
    \"$REPORT\" collect --all 2> said; said said
    \"$REPORT\" run -- \"$SHORT\" direct 10 > /dev/null 2> said; said said
    \"$REPORT\" run -q -- \"$SHORT\" direct 10 > /dev/null 2> said; said said
    \"$REPORT\" run --repeat 3 -- \"$SHORT\" direct 10 > /dev/null 2> said; said said
    \"$REPORT\" ab --rounds 2 --a \"$SHORT direct 10\" --b \"$SHORT direct 10\" > /dev/null 2> said || true
    said said
    \"$REPORT\" doctor > doctor; grep -c 'processes record in the temporary folder' doctor
    find tmp -name '*.ptseg' | wc -l; find tmp -name 'session-*' | wc -l
";

fn check(script: &str) {
    let lab = lab!();
    let Some(finished) = apart(&lab, "size=4m", &format!("{script}; {COMMANDS}")) else { return };
    let said = super::numbers(&finished);
    assert_eq!(said, [1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0], "{script}: {finished:?}");
    assert!(lab.latest().calls("fibonacci") > 0);
}

#[test]
fn when_it_is_read_only() {
    check("mount -o remount,ro /dev/shm");
}

#[test]
fn when_it_is_full_of_what_is_not_ours() {
    check("cat /dev/zero > /dev/shm/other 2> /dev/null || true");
}

#[test]
fn when_it_is_missing() {
    // A folder of devices without it.
    check(
        "mkdir devices; mount -t tmpfs x devices
        for device in null zero urandom; do
            touch devices/$device; mount --bind /dev/$device devices/$device
        done
        mount --move devices /dev",
    );
}

#[test]
fn when_somebody_else_has_taken_the_name_of_our_folder() {
    check("ln -s /proc /dev/shm/perf-track-0");
}

#[test]
fn when_it_fills_up_while_the_command_runs() {
    let lab = lab!();
    let program = program!("recursion");
    let script = format!(
        "fill() {{ cat /dev/zero > /dev/shm/other 2> /dev/null || true; }}
        \"$REPORT\" run -- sh -c 'cat /dev/zero > /dev/shm/other 2> /dev/null; {program} direct 10 > /dev/null' 2> said
        tr '\\n' ' ' < said | grep -c 'recorded in the temporary folder'
        find tmp -name '*.ptseg' | wc -l; find tmp /dev/shm -name 'session-*' | wc -l"
    );
    let Some(finished) = apart(&lab, "size=4m", &script) else { return };
    assert_eq!(super::numbers(&finished), [1, 0, 0], "{finished:?}");
    assert!(lab.latest().calls("fibonacci") > 0, "it is in the run");
}
