//! The segments in some folders: found, read where they have changed, and taken into the account. A segment is
//! only read, never locked or written.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use perf_runtime::segment::{self, COPYING_EXTENSION, Known, MARK_EXTENSION, Reader, SegmentError};
use perf_runtime::snapshot::{BreakerState, Merger, Process, Snapshot};

use super::account::{Account, Build, Seen};
use crate::live::stacks::{self, Key};
use crate::record::collect;
use crate::text::path;

/// The segments in some folders.
#[derive(Debug)]
pub(super) struct Follower {
    folders: Vec<PathBuf>,
    reader: Reader,
    /// The segment that was read last, and what became of it: memory for the next one.
    read: segment::Sums,
    seen: Seen,
    /// The recordings as they were read last, by path.
    known: BTreeMap<PathBuf, (Key, Known)>,
    /// Segments of ended processes that could not be read, as they were then, and why.
    damaged: BTreeMap<PathBuf, (Option<Version>, String)>,
}

/// The length of a file, and its last change.
type Version = (u64, SystemTime);

/// The outcome of a reading of everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Found {
    /// Segments that cannot be read, and why.
    pub(super) damaged: Vec<String>,
    /// Recordings that gave way before anybody read them, as the recorder counts them.
    pub(super) discarded: u64,
    /// Segments of ended processes all of which is in the account.
    pub(super) counted: Vec<PathBuf>,
}

impl Follower {
    pub(super) fn new(folders: Vec<PathBuf>) -> Self {
        Self {
            folders,
            reader: Reader::default(),
            read: segment::Sums::default(),
            seen: Seen::default(),
            known: BTreeMap::new(),
            damaged: BTreeMap::new(),
        }
    }

    /// Reads everything that has changed.
    pub(super) fn read(&mut self, account: &mut Account) -> Found {
        let (segments, discarded) = listed(&self.folders);
        let mut found = Found { discarded, ..Found::default() };
        let mut present = BTreeSet::new();
        for (path, key) in &segments {
            let key = *key;
            present.extend(key);
            if key.is_none_or(|key| !account.is_counted(&key)) {
                self.read_one(path, key, account, &mut found);
            }
            if key.is_some_and(|key| account.is_counted(&key)) {
                found.counted.push(path.clone());
            }
        }
        account.pass(&present);
        let is_there = |path: &PathBuf| segments.binary_search_by(|(it, _)| it.cmp(path)).is_ok();
        self.known.retain(|path, _| is_there(path));
        self.damaged.retain(|path, _| is_there(path));
        found
    }

    fn read_one(
        &mut self,
        path: &Path,
        key: Option<Key>,
        account: &mut Account,
        found: &mut Found,
    ) {
        // Asked before reading: what changes meanwhile is read again the next time.
        let version = version_of(path);
        if let Some((known, why)) = self.damaged.get(path)
            && *known == version
        {
            found.damaged.push(why.clone());
            return;
        }
        // Asked before reading: nothing is added later to one that had ended by then.
        let has_ended = !collect::may_be_written(path);
        // What has ended is read as a whole, for the last time.
        let known = self.known.remove(path).filter(|(of, _)| !has_ended && Some(*of) == key);
        let mut known = known.map_or_else(Known::default, |(_, known)| known);
        let read = collect::check_readable(path)
            .and_then(|()| self.reader.read_sums(path, &mut known, &mut self.read));
        match (read, key) {
            (Ok(is_new), Some(key)) => {
                if !has_ended {
                    self.known.insert(path.to_owned(), (key, known));
                }
                if is_new {
                    see(&self.read, &mut self.seen);
                    account.see(key, &mut self.seen, has_ended);
                } else {
                    account.see_unchanged(&key, has_ended);
                }
            }
            // It was made complete just now, and is read the next time.
            (Ok(_), None) | (Err(SegmentError::Empty | SegmentError::Unfinished), _) => {}
            (Err(SegmentError::Io(error)), _) if error.kind() == ErrorKind::NotFound => {}
            (Err(error), _) => {
                let why = format!("{}: {error}", path.display());
                if has_ended {
                    self.damaged.insert(path.to_owned(), (version, why.clone()));
                }
                found.damaged.push(why);
            }
        }
    }

    /// Removes segments all of which is counted, but for those of sessions: their `run` collects them.
    pub(super) fn clear(&self, counted: &[PathBuf]) {
        let own = |path: &&PathBuf| {
            path.parent().is_some_and(|parent| self.folders.iter().any(|it| it == parent))
        };
        for path in counted.iter().filter(own) {
            for beside in [MARK_EXTENSION, COPYING_EXTENSION] {
                let _ = fs::remove_file(path.with_extension(beside));
            }
            let _ = fs::remove_file(path);
        }
    }
}

/// Lists what is in some folders: the segments by path, without copies of others, and the number of recordings that
/// were discarded.
fn listed(folders: &[PathBuf]) -> (Vec<collect::Known>, u64) {
    let (mut segments, mut ledgers) = (BTreeSet::new(), BTreeMap::new());
    for folder in folders {
        let listing = stacks::segments(folder);
        segments.extend(listing.segments);
        ledgers.extend(listing.discarded);
    }
    let discarded = ledgers.values().flatten().map(|it| it.recordings);
    let discarded = discarded.fold(0, u64::saturating_add);
    (collect::known(segments.into_iter().collect()), discarded)
}

/// Returns everything that processes of `program` have recorded that are in some folders now, with its contexts; of
/// all programs where none is named.
pub(super) fn snapshot(folders: &[PathBuf], program: Option<&str>) -> Snapshot {
    let (mut reader, mut all) = (Reader::default(), Merger::default());
    for (path, _) in listed(folders).0 {
        let read = collect::check_readable(&path).and_then(|()| reader.read_from_start(&path));
        let is_of = |process: &Process| program.is_none_or(|it| it == name_of(process));
        if let Ok(snapshot) = read
            && snapshot.processes.iter().all(is_of)
        {
            all.add(&snapshot);
        }
    }
    all.finish()
}

/// Returns length and last change of the file at `path`.
fn version_of(path: &Path) -> Option<Version> {
    let found = fs::symlink_metadata(path).ok()?;
    Some((found.len(), found.modified().ok()?))
}

/// Replaces `seen` by what was read of one process.
fn see(read: &segment::Sums, seen: &mut Seen) {
    let (process, build) = (&read.process, &read.process.build);
    let levels: BTreeSet<&str> = build.crates.iter().map(|it| it.opt_level.as_str()).collect();
    seen.program = name_of(process);
    seen.build = Build {
        rustc: build.rustc.clone(),
        target: build.target.clone(),
        profile: build.profile.clone(),
        recorder: build.runtime.clone(),
        opt_level: if levels.is_empty() {
            build.opt_level.clone()
        } else {
            Vec::from_iter(levels).join(", ")
        },
        since_unix_ns: process.started_unix_ns,
    };
    seen.sums.refill(read);
    seen.is_open = process.breaker != BreakerState::Closed;
}

/// Returns the name of a process's program: the last part of its path, whatever became of the file.
fn name_of(process: &Process) -> String {
    let path = process.program.strip_suffix(" (deleted)").unwrap_or(&process.program);
    let path = path::portable(path);
    let name = path.rsplit('/').next().unwrap_or_default();
    if name.is_empty() { "(unknown)".to_owned() } else { name.to_owned() }
}
