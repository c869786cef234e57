//! SIGKILL at a random moment: no call that had finished is missing.

use std::collections::hash_map::RandomState;
use std::fs;
use std::hash::BuildHasher;
use std::path::Path;
use std::process::Stdio;
use std::thread::sleep;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use perf_tests::{Finished, Lab, lab, program};

const SIGKILL: i32 = 9;

/// Waits for the program to say who it is.
fn pid_written_to(folder: &Path) -> Pid {
    let deadline = Instant::now() + Duration::from_mins(1);
    loop {
        if let Ok(text) = fs::read_to_string(folder.join("pid")) {
            return Pid::from_raw(text.parse().expect("a process id"));
        }
        assert!(Instant::now() < deadline, "the program has not started within a minute");
        sleep(Duration::from_millis(1));
    }
}

/// Calls acknowledged by all threads together.
fn acknowledged(folder: &Path, threads: u64) -> u64 {
    let of_thread = |thread: u64| {
        let bytes = fs::read(folder.join(thread.to_string())).unwrap_or_default();
        // A thread that had not finished its first call has written nothing.
        bytes.try_into().map_or(0, u64::from_le_bytes)
    };
    (0..threads).map(of_thread).sum()
}

/// Records `kill_me` and kills it `after` some time.
fn kill_after(lab: &Lab, folder: &Path, threads: u64, after: Duration) -> Finished {
    let recording = lab
        .report_command(["run", "--", program!("kill_me")])
        .arg(threads.to_string())
        .arg(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("perf-report can be started");
    let pid = pid_written_to(folder);
    sleep(after);
    kill(pid, Signal::SIGKILL).expect("the program is still there");
    recording.wait_with_output().expect("perf-report ends").into()
}

fn check_kill(threads: u64) {
    let lab = lab!();
    let folder = lab.new_folder("acknowledged");
    let after = Duration::from_micros(RandomState::new().hash_one(threads) % 60_000);
    let finished = kill_after(&lab, &folder, threads, after);
    assert_eq!(finished.code, Some(128 + SIGKILL), "{}", finished.stderr);

    let run = lab.latest();
    let floor = acknowledged(&folder, threads);
    if run.functions().next().is_none() {
        // On a busy machine it may not have come to its first call.
        assert_eq!(floor, 0, "calls are missing, killed after {after:?}");
        return;
    }
    let ticks = run.calls("tick");
    let parts = run.calls("part");
    let seen =
        format!("killed after {after:?}: {ticks} ticks, {floor} acknowledged, {parts} parts");
    assert!(ticks >= floor, "calls are missing, {seen}");
    assert!(ticks <= floor + threads, "more calls than in flight, {seen}");
    assert!((3 * ticks..=3 * (ticks + threads)).contains(&parts), "parts do not fit, {seen}");
    let refused = run.function("refuse");
    let (errors, kinds) = (refused.number("errors"), refused.failures().kind("Refused"));
    let seen = format!("{seen}, {errors} refused, {kinds} of them by kind");
    assert!((floor..=ticks + threads).contains(&kinds), "kinds are missing, {seen}");
    assert!((kinds..=kinds + threads).contains(&errors), "kinds do not fit, {seen}");
    assert!(run.function("tick").number("unfinished") <= threads, "{seen}");
    assert_eq!(run.at("/process/killed"), 1, "{seen}");
    assert_eq!(run.at("/run/signal"), SIGKILL, "{seen}");
    assert_eq!(run.at("/process/damaged"), 0, "{seen}");
}

/// Kills of a program with so many threads: half of what `KILLS` says, 10 where it says nothing.
fn sweep(threads: u64) {
    let kills = std::env::var("KILLS").ok();
    let kills: u64 = kills.map_or(20, |kills| kills.parse().expect("KILLS is a number"));
    (0..kills.div_ceil(2)).for_each(|_| check_kill(threads));
}

#[test]
fn of_a_program_with_one_thread() {
    sweep(1);
}

#[test]
fn of_a_program_with_eight_threads() {
    sweep(8);
}
