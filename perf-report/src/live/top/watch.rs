//! The segments that are followed: found, read again and again, kept when their process ends.
//!
//! A segment is only read, and never locked or written, so its process notices nothing. Its last contents
//! stay when its process ends, and also when somebody collects and removes it.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use perf_runtime::segment::{Reader, SegmentError};
use perf_runtime::snapshot::{Merger, Snapshot};

use super::Reading;
use super::reading::identity;
use crate::live::stacks;
use crate::model::ProcessStacks;
use crate::record::collect;

/// The processes to follow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Target {
    /// The process of this id, which records in this folder or a session below it.
    Process(u32, PathBuf),
    /// The process of one segment.
    Segment(PathBuf),
    /// All processes that record in a folder, and those that recorded there.
    Folder(PathBuf),
    /// All processes that record in a folder at some moment from now on.
    Running(PathBuf),
}

/// The segments that are followed.
#[derive(Debug)]
pub(crate) struct Watch {
    target: Target,
    began: Instant,
    reader: Reader,
    followed: BTreeMap<PathBuf, Followed>,
    /// Segments of processes that had ended before anybody looked.
    passed: HashSet<PathBuf>,
    /// Everything that ended processes recorded.
    ended: Snapshot,
    problems: Vec<String>,
}

/// A segment.
#[derive(Debug, Default)]
struct Followed {
    /// The process, whatever the file is called; `None` until its segment is complete.
    owner: Option<stacks::Key>,
    /// The latest contents, until they are in [`Watch::ended`].
    snapshot: Option<Snapshot>,
    stacks: Option<ProcessStacks>,
    has_ended: bool,
    problem: Option<String>,
}

impl Watch {
    /// Follows `target` from now on.
    pub(crate) fn new(target: Target) -> Self {
        Self {
            target,
            began: Instant::now(),
            reader: Reader::default(),
            followed: BTreeMap::new(),
            passed: HashSet::new(),
            ended: Snapshot::default(),
            problems: Vec::new(),
        }
    }

    /// Returns the time since the beginning, by the clock of [`Reading::at`].
    pub(crate) fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }

    /// Reads all of it as it is now.
    pub(crate) fn read(&mut self) -> Reading {
        self.find();
        let mut ended = Merger::default();
        for (path, followed) in self.followed.iter_mut().filter(|(_, it)| !it.has_ended) {
            followed.read(path, &mut self.reader);
            if followed.has_ended
                && let Some(snapshot) = followed.snapshot.take()
            {
                ended.add(&snapshot);
            }
        }
        let ended = ended.finish();
        if !ended.processes.is_empty() {
            self.ended = self.ended.merged(&ended);
        }
        self.reading()
    }

    fn reading(&self) -> Reading {
        let living = || self.followed.values().filter(|followed| !followed.has_ended);
        let snapshots: Vec<_> = living().filter_map(|it| it.snapshot.as_ref()).collect();
        let running: BTreeSet<_> =
            snapshots.iter().flat_map(|it| &it.processes).map(identity).collect();
        let snapshot = match snapshots.as_slice() {
            [only] if self.ended.processes.is_empty() => (*only).clone(),
            [] => self.ended.clone(),
            several => {
                let mut merger = Merger::default();
                merger.add(&self.ended);
                for snapshot in several {
                    merger.add(snapshot);
                }
                merger.finish()
            }
        };
        let problems = self.followed.values().filter_map(|followed| followed.problem.clone());
        Reading {
            unix_ns: stacks::unix_ns(),
            at: self.elapsed(),
            snapshot,
            running,
            threads: living().filter_map(|followed| followed.stacks.clone()).collect(),
            problems: self.problems.iter().cloned().chain(problems).collect(),
            command: None,
        }
    }

    /// Finds segments that are not followed yet.
    fn find(&mut self) {
        let found = match &self.target {
            Target::Process(pid, base) => stacks::of_process(*pid, base).into_iter().collect(),
            Target::Segment(path) => vec![path.clone()],
            Target::Folder(folder) => {
                let listing = stacks::segments(folder);
                self.problems = listing.unrecorded.iter().map(ToString::to_string).collect();
                listing.segments
            }
            Target::Running(base) => self.running_in(&base.clone()),
        };
        for path in found {
            self.follow(path);
        }
    }

    /// Lists the segments in `base` that somebody writes to and that are not followed yet.
    fn running_in(&mut self, base: &Path) -> Vec<PathBuf> {
        let mut segments = stacks::segments(base).segments;
        segments.retain(|path| !self.followed.contains_key(path) && !self.passed.contains(path));
        let (running, ended): (Vec<_>, Vec<_>) =
            segments.into_iter().partition(|path| stacks::is_written(path));
        self.passed.extend(ended);
        running
    }

    fn follow(&mut self, path: PathBuf) {
        if self.followed.contains_key(&path) {
            return;
        }
        let owner = stacks::key_of(&path);
        // A copy that a process made of its segment, since somebody had removed that, goes on from there.
        let same = self.followed.iter().find(|(_, it)| owner.is_some() && it.owner == owner);
        let known = same.map(|(known, it)| (known.clone(), it.has_ended));
        match known {
            Some((_, true)) => drop(self.passed.insert(path)),
            Some((known, false)) => {
                if let Some(followed) = self.followed.remove(&known) {
                    self.followed.insert(path, followed);
                }
            }
            None => drop(self.followed.insert(path, Followed { owner, ..Followed::default() })),
        }
    }
}

impl Followed {
    /// Reads the segment again. Of one that is gone, and of one that cannot be read any more, the contents
    /// of before stay.
    fn read(&mut self, path: &Path, reader: &mut Reader) {
        // Asked before reading: nothing is added later to one that had ended by then.
        let is_written = stacks::is_written(path);
        let mut merger = Merger::default();
        let read = collect::check_readable(path).and_then(|()| reader.read_into(path, &mut merger));
        match read {
            Ok(()) => {
                self.snapshot = Some(merger.finish());
                self.problem = None;
                self.has_ended = !is_written;
                self.owner = self.owner.or_else(|| stacks::key_of(path));
                self.stacks = if is_written { stacks::read(path).ok() } else { None };
            }
            Err(SegmentError::Empty | SegmentError::Unfinished) if is_written => {}
            Err(SegmentError::Io(error)) if error.kind() == ErrorKind::NotFound => self.end(),
            Err(error) => {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                self.problem = Some(format!("segment {name} {error}"));
                if !is_written {
                    self.end();
                }
            }
        }
    }

    fn end(&mut self) {
        self.has_ended = true;
        self.stacks = None;
    }
}
