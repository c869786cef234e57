//! Copies that processes made of their segments, since somebody had removed those while they ran.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use perf_runtime::segment::life::{Copied, Owner};

/// The identity of a recording, whatever its file is called: process id, its namespace, the start of the process
/// and that of the recording.
pub(crate) type Key = (u32, u64, u64, u64);

/// A segment, and the identity of its recording; without one where it is not complete.
pub(crate) type Known = (PathBuf, Option<Key>);

/// Separates the segments from copies of others among them, which must not be counted once more: a segment
/// goes before its copies, and the copy of the end before others.
pub(crate) fn without_copies(segments: Vec<PathBuf>) -> (Vec<PathBuf>, Vec<PathBuf>) {
    let (segments, again) = parted(segments);
    let paths = |known: Vec<Known>| known.into_iter().map(|(path, _)| path).collect();
    (paths(segments), paths(again))
}

/// Lists the segments that are no copies of others among them, each with its identity.
pub(crate) fn known(segments: Vec<PathBuf>) -> Vec<Known> {
    parted(segments).0
}

fn parted(segments: Vec<PathBuf>) -> (Vec<Known>, Vec<Known>) {
    let owners: Vec<_> = segments.iter().map(|path| Owner::of(path)).collect();
    let mut best: BTreeMap<_, (u8, usize)> = BTreeMap::new();
    for (at, owner) in owners.iter().enumerate() {
        if let Some(owner) = owner.as_ref().filter(|owner| has_identity(owner)) {
            let found = best.entry(key(owner)).or_insert((0, at));
            *found = (*found).max((rank(owner), at));
        }
    }
    let is_again = |at: usize, owner: &Owner| {
        owner.copied != Copied::Not && best.get(&key(owner)).is_some_and(|&(_, best)| best != at)
    };
    let mut again = owners
        .iter()
        .enumerate()
        .map(|(at, owner)| owner.is_some_and(|owner| is_again(at, &owner)));
    let keys = owners.iter().map(|owner| owner.as_ref().map(key));
    let (again, segments) =
        segments.into_iter().zip(keys).partition(|_| again.next() == Some(true));
    (segments, again)
}

/// Returns whether a recording can be known by its identity: not where the program had neither a process id nor
/// a calendar, as a module of WebAssembly.
fn has_identity(owner: &Owner) -> bool {
    owner.pid != 0 || owner.began_unix_ns != 0
}

/// Returns the identity of the recording of one recorder.
pub(crate) fn key(owner: &Owner) -> Key {
    (owner.pid, owner.namespace, owner.started, owner.began_unix_ns)
}

fn rank(owner: &Owner) -> u8 {
    match owner.copied {
        Copied::HandedOut => 0,
        Copied::WhileRunning => 1,
        Copied::AtEnd => 2,
        Copied::Not => 3,
    }
}

/// Describes what the copy at `path`, whose process has ended, lacks, if it lacks anything.
pub(super) fn lack(path: &Path) -> Option<String> {
    let owner = Owner::of(path).filter(|owner| owner.copied == Copied::WhileRunning)?;
    Some(format!(
        "process {}: its segment was removed while it ran, and it was killed later: what it recorded in \
         its last seconds is missing",
        owner.pid
    ))
}
