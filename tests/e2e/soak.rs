//! A program that does everything at once, read all the while it runs: exact at the end, and no larger
//! than at the beginning. `SOAK_SECONDS` says for how long.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::thread::sleep;
use std::time::Duration;

use perf_runtime::segment;
use perf_runtime::snapshot::{Measures, Memory, Ratio, Reading, Snapshot};
use perf_tests::{Finished, lab, program};

/// What resident memory may grow by: the segment, and the allocator's own ups and downs.
const RESIDENT_GROWTH: u64 = 6 << 20;

/// What the segment may come to, however many calls there are: the sites, and six pieces of memory
/// for each of 18 threads at once, which hold every context of the program, what it allocated, and
/// a page for each octave that a busy machine makes of its durations.
const MOST_SEGMENT_BYTES: u64 = (64 + 18 * (4 + 8 + 16 + 3 * 32)) << 10;

fn measures(snapshot: &Snapshot, name: &str) -> Measures {
    let at = snapshot.functions.iter().position(|function| function.name.ends_with(name));
    at.map(|at| snapshot.by_function()[at].clone()).unwrap_or_default()
}

/// The segment of process `pid` and those of all others.
fn segments(folder: &Path, pid: u32) -> (Vec<PathBuf>, Vec<PathBuf>) {
    let files = fs::read_dir(folder).expect("the folder is there");
    let files = files.map(|file| file.expect("it can be listed").path());
    let prefix = format!("{pid}-");
    files.partition(|file| {
        file.file_name().is_some_and(|name| name.to_string_lossy().starts_with(&prefix))
    })
}

/// Reads the program's segment again and again until the program ends. How often it could be read.
fn read_while_running(child: &mut Child, folder: &Path) -> u64 {
    let (mut reads, mut calls_before) = (0, 0);
    while child.try_wait().expect("it can be waited for").is_none() {
        let Some(segment) = segments(folder, child.id()).0.pop() else { continue };
        // While it is being made, and when it grows faster than it is copied, it cannot be read.
        if let Ok(snapshot) = segment::read(&segment) {
            let step = measures(&snapshot, "::step");
            assert!(step.calls >= calls_before, "calls are never taken back");
            (reads, calls_before) = (reads + 1, step.calls);
        }
        sleep(Duration::from_millis(1));
    }
    reads
}

/// Checks the counts of a process that made so many rounds.
fn check_counts(segment: &Path, rounds: u64) {
    let snapshot =
        segment::read(segment).unwrap_or_else(|error| panic!("{} {error}", segment.display()));
    let step = measures(&snapshot, "::step");
    let place = segment.display();
    assert_eq!(snapshot.losses.lost_calls, 0, "{place}");
    assert_eq!(measures(&snapshot, "::round").calls, rounds, "{place}");
    assert_eq!([step.calls, step.errors, step.panics], [6 * rounds, rounds, rounds], "{place}");
    assert_eq!(step.histogram.count(), step.calls, "{place}");
    let expected = |allocs, bytes, frees, freed_bytes, peak_bytes| Memory {
        allocs,
        alloc_bytes: allocs * bytes,
        frees,
        freed_bytes,
        peak_bytes,
    };
    let hold = expected(rounds, 64, rounds, 64 * rounds, 64);
    let hand_on = expected(rounds, 32, 0, 0, 32);
    assert_eq!(measures(&snapshot, "::hold").memory, hold, "{place}");
    assert_eq!(measures(&snapshot, "::hand_on").memory, hand_on, "{place}");
    assert_eq!(snapshot.losses.lost_allocs, 0, "{place}");
    let told: Vec<Reading> = snapshot.metrics.iter().map(|metric| metric.reading).collect();
    let ratio = Ratio { samples: rounds, part: 4 * rounds, whole: 6 * rounds };
    assert_eq!(told, [Reading::Ratio(ratio), Reading::Count(rounds)], "{place}");
}

#[test]
#[expect(clippy::print_stdout, reason = "seen with --nocapture")]
fn counts_are_exact_and_memory_is_flat_after_a_soak() {
    let seconds = std::env::var("SOAK_SECONDS").unwrap_or_else(|_| "2".to_owned());
    let lab = lab!();
    let folder = lab.new_folder("session");
    let mut command = lab.command(program!("soak"));
    let mut child = command
        .arg(&seconds)
        .env("PERF_TRACK_DIR", &folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program can be started");
    let pid = child.id();
    let reads = read_while_running(&mut child, &folder);
    let finished = Finished::from(child.wait_with_output().expect("it has ended"));
    assert_eq!((finished.code, finished.stderr.as_str()), (Some(0), ""), "{finished:?}");
    assert!(reads > 10, "it was read while it ran: {reads} times");

    let said =
        finished.stdout.lines().map(|line| line.split(' ').map(|n| n.parse().unwrap()).collect());
    let said: Vec<Vec<u64>> = said.collect();
    let [first, last, counts] = said.as_slice() else { panic!("three lines: {said:?}") };
    assert!(last[0] <= first[0] + RESIDENT_GROWTH, "resident memory: {} to {}", first[0], last[0]);
    assert!(last[1] <= MOST_SEGMENT_BYTES, "bytes of the segment: {} to {}", first[1], last[1]);
    assert_eq!(last[2], first[2], "open descriptors");

    let [rounds, children, rounds_of_child] = counts[..] else { panic!("three numbers: {said:?}") };
    let (own, of_children) = segments(&folder, pid);
    assert_eq!(own.len(), 1);
    check_counts(&own[0], rounds);
    assert_eq!(of_children.len() as u64, children, "each child recorded");
    for segment in &of_children {
        check_counts(segment, rounds_of_child);
    }
    println!("{seconds} s: {rounds} rounds, {children} children, read {reads} times, {said:?}");
}
