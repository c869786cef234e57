//! Damaged segments cost themselves and never the run.

use std::collections::hash_map::RandomState;
use std::fs;
use std::hash::BuildHasher;
use std::path::{Path, PathBuf};

use perf_tests::{Finished, Lab, lab, program};

/// Where the format version stands in a segment, for all versions to come.
const VERSION: std::ops::Range<usize> = 8..12;

/// `fibonacci(10)` makes this many calls.
const GOOD_CALLS: u64 = 2 * 89 - 1;

/// A recorded session, from which damaged ones are made.
struct Sample {
    lab: Lab,
    /// A segment that stays as it is.
    good: PathBuf,
    /// The bytes of another one.
    bytes: Vec<u8>,
}

impl Sample {
    fn record() -> Self {
        let lab = lab!();
        let one_segment = |folder: &str, program: &str, arguments: &[&str]| {
            let folder = lab.new_folder(folder);
            let finished = lab.record(&folder, program, arguments);
            assert_eq!(finished.code, Some(0), "{}", finished.stderr);
            segments(&folder).pop().expect("a segment was left")
        };
        let good = one_segment("good", program!("recursion"), &["direct", "10"]);
        let other = one_segment("other", program!("workload"), &["2", "100", "return"]);
        let bytes = fs::read(other).expect("the segment can be read");
        Self { lab, good, bytes }
    }

    /// A session of one segment with `bytes`, and perhaps the good one.
    fn session(&self, bytes: &[u8], with_good: bool) -> PathBuf {
        let session = self.lab.folder().join("session");
        let _ = fs::remove_dir_all(&session);
        let session = self.lab.new_folder("session");
        let name = self.good.file_name().expect("a segment has a name");
        if with_good {
            fs::copy(&self.good, session.join(name)).expect("the segment can be copied");
        }
        // Named as that of a process which cannot be running.
        let other = session.join("4000000000-other.ptseg");
        fs::write(other, bytes).expect("the segment can be written");
        session
    }

    /// Collects a session and checks that the good segment is there, whatever became of the other.
    fn collect_with_good(&self, bytes: &[u8]) -> Finished {
        let finished = self.collect(&self.session(bytes, true));
        assert_eq!(finished.code, Some(0), "{}", finished.stderr);
        let run = self.lab.latest();
        assert_eq!(run.calls("fibonacci"), GOOD_CALLS);
        if run.at("/process/damaged") == 1 {
            let said = run.at("/recording/problems").to_string();
            assert!(said.len() > 10, "the run says what is missing: {said}");
            assert!(!finished.stderr.is_empty(), "and so does the command");
        }
        finished
    }

    fn collect(&self, session: &Path) -> Finished {
        self.lab.report([Path::new("collect"), Path::new("--dir"), session])
    }
}

fn segments(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the folder is there");
    entries.map(|entry| entry.expect("it can be listed").path()).collect()
}

#[test]
fn a_segment_may_be_cut_short_anywhere() {
    let sample = Sample::record();
    let length = sample.bytes.len();
    let lengths = (0..=16).chain([63, 64, 100, 4095, 4096, 4097, length - 1]);
    for length in lengths.chain((0..length).step_by(length / 40 + 1)) {
        sample.collect_with_good(&sample.bytes[..length]);
    }
    sample.collect_with_good(&sample.bytes);
    let run = sample.lab.latest();
    assert_eq!(run.at("/process/damaged"), 0, "whole, it is read");
    assert_eq!(run.calls("outer"), 200);
}

#[test]
fn any_byte_may_be_wrong() {
    let sample = Sample::record();
    let random = RandomState::new();
    for round in 0..60_u64 {
        let mut bytes = sample.bytes.clone();
        for change in 0..=round % 5 {
            let chosen = random.hash_one((round, change));
            // Half of the changes hit the beginning, where most of the structure is.
            let within = if chosen.is_multiple_of(2) { bytes.len() } else { bytes.len().min(8192) };
            let at = usize::try_from(chosen >> 16).unwrap() % within;
            bytes[at] = chosen.to_le_bytes()[1];
        }
        sample.collect_with_good(&bytes);
    }
}

#[test]
fn garbage_is_told_from_a_segment() {
    let sample = Sample::record();
    let garbage: Vec<u8> = (0..50_000_u64).map(|n| ((n * n) >> 7).to_le_bytes()[0]).collect();
    let finished = sample.collect_with_good(&garbage);
    assert!(finished.complaint().contains("not a perf-track segment"), "{}", finished.stderr);
    assert_eq!(sample.lab.latest().at("/process/damaged"), 1);
}

#[test]
fn a_newer_format_asks_for_an_update() {
    let sample = Sample::record();
    let mut bytes = sample.bytes.clone();
    bytes[VERSION].copy_from_slice(&9_999_u32.to_ne_bytes());
    let finished = sample.collect_with_good(&bytes);
    assert!(finished.complaint().contains("9999"), "{}", finished.stderr);
    assert!(finished.complaint().contains("update perf-report"), "{}", finished.stderr);
}

#[test]
fn an_older_format_asks_for_a_new_recording() {
    let sample = Sample::record();
    let mut bytes = sample.bytes.clone();
    bytes[VERSION].copy_from_slice(&1_u32.to_ne_bytes());
    let finished = sample.collect_with_good(&bytes);
    assert!(finished.complaint().contains("format version 1"), "{}", finished.stderr);
    assert!(finished.complaint().contains("record again"), "{}", finished.stderr);
}

#[test]
fn a_process_killed_while_it_started_is_named() {
    let sample = Sample::record();
    let mut bytes = sample.bytes.clone();
    bytes[VERSION].fill(0);
    let finished = sample.collect_with_good(&bytes);
    assert!(finished.complaint().contains("no complete header"), "{}", finished.stderr);
}

#[test]
fn with_no_readable_segment_the_data_is_unreadable() {
    let sample = Sample::record();
    for bytes in [b"".as_slice(), b"garbage", &sample.bytes[..100]] {
        let finished = sample.collect(&sample.session(bytes, false));
        assert_eq!(finished.code, Some(6), "{} bytes: {}", bytes.len(), finished.stderr);
        assert!(!finished.stderr.is_empty());
    }
}
