//! The way that all cases of this program have come, line by line, in a file that `perf-report bench` names: it
//! cannot know otherwise how many there are, and how long they take.
//!
//! `all CASES NS` is written at the beginning: the number of cases, and the time that they are expected to take.
//! `next CASES NS NAME` begins a group; the one before it has ended then.

use std::fs::OpenOptions;
use std::io::Write;

use super::cases::Case;
use super::screen::plain;

/// Variable with the path of the file.
pub(super) const FILE: &str = "PERF_TRACK_BENCH_PROGRESS";

/// Shows that these cases are about to be measured.
pub(super) fn begins(cases: &[Case]) {
    write(&format!("all {} {}", cases.len(), expected_ns(cases)));
}

/// Shows that this group begins.
pub(super) fn group(group: &[Case]) {
    let name = group.first().map(Case::group).unwrap_or_default();
    write(&format!("next {} {} {}", group.len(), expected_ns(group), plain(&name)));
}

fn expected_ns(cases: &[Case]) -> u64 {
    let of = |case: &Case| case.settings.expected_ns();
    cases.iter().map(of).fold(0, u64::saturating_add)
}

/// Adds a line, of which a reader sees all or nothing. That nobody can write there is no reason to fail.
fn write(line: &str) {
    if let Some(path) = std::env::var_os(FILE) {
        let file = OpenOptions::new().append(true).open(path);
        let _ = file.and_then(|mut file| file.write_all(format!("{line}\n").as_bytes()));
    }
}
