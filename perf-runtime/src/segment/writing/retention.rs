//! Keeps the shared folder small: segments of ended processes that nobody collected.
//!
//! Session folders that `perf-report run` makes are not touched; it removes them itself.

use std::cmp::Reverse;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::lock;
use crate::segment::life::{self, Life};
use crate::segment::{EXTENSION, MARK_EXTENSION};

/// Segments of ended processes that are kept.
const MOST_FILES: usize = 64;

/// Bytes that they may have together.
const MOST_BYTES: u64 = 64 << 20;

/// Removes the oldest segments of ended processes, until what is left is within the limits.
pub(crate) fn make_room(folder: &Path) {
    let mut ended: Vec<Ended> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(|entry| Ended::look_at(entry.ok()?.path()))
        .collect();
    ended.sort_unstable_by_key(|segment| Reverse(segment.changed));
    let mut bytes = 0_u64;
    for (at, segment) in ended.iter().enumerate() {
        bytes = bytes.saturating_add(segment.bytes);
        if at >= MOST_FILES || bytes > MOST_BYTES {
            // Whoever removes it first: it is gone.
            let _ = fs::remove_file(&segment.path);
            let _ = fs::remove_file(segment.path.with_extension(MARK_EXTENSION));
        }
    }
}

struct Ended {
    path: PathBuf,
    changed: SystemTime,
    bytes: u64,
}

impl Ended {
    fn look_at(path: PathBuf) -> Option<Self> {
        if path.extension()? != EXTENSION {
            return None;
        }
        let metadata = fs::symlink_metadata(&path).ok()?;
        // An empty one may be locked by a process of another namespace in a moment.
        if !metadata.is_file() || metadata.len() == 0 {
            return None;
        }
        let is_locked = fs::File::open(&path).ok().and_then(|file| lock::is_locked(&file));
        // What may be written to by somebody is not removed by anybody.
        let ended = life::life(&path, is_locked) == Life::Ended;
        ended.then_some(Self { changed: metadata.modified().ok()?, bytes: metadata.len(), path })
    }
}
