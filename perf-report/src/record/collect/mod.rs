//! The segments of a folder, as one snapshot, and their removal once they are stored.
//!
//! A segment that cannot be read costs that segment: it is named, and stays on disk. The other parts of a
//! run are none of this module's business.

mod about;
mod copies;
mod discarded;
mod identity;
mod listing;
mod merge;
mod process;

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use perf_runtime::segment::discarded::Discarded;
use perf_runtime::segment::{self, COPYING_EXTENSION, MARK_EXTENSION, SegmentError};
use perf_runtime::snapshot::{Clock, Snapshot};

use crate::model;
use crate::text::units;

pub(crate) use about::{About, about};
pub(crate) use copies::{Key, Known, key, known, without_copies};
pub use identity::SegmentId;
pub(crate) use identity::id_of;
pub(crate) use listing::{Listing, Unrecorded, list, list_everywhere, pid_of};
pub(crate) use merge::merge;
pub(crate) use process::{check_readable, is_running, may_be_written};

/// The ending that the name of a segment gets that could not be read, once it has been reported.
pub(crate) const SET_ASIDE: &str = "damaged";

/// The contents of the segments of a folder.
#[derive(Debug, Default)]
pub struct Collected {
    /// All of them, merged.
    pub snapshot: Snapshot,
    /// Segments whose process had ended before they were read: nothing can be added to them.
    pub ended: Vec<PathBuf>,
    /// Segments of processes that still run.
    pub living: Vec<PathBuf>,
    /// Copies of what is in the snapshot already: see [`perf_runtime::segment::life::Copied`].
    pub copies: Vec<PathBuf>,
    /// The gaps in segments whose process was killed, in words.
    pub lacks: Vec<String>,
    /// Segments that could not be read, and why.
    pub damaged: Vec<(PathBuf, SegmentError)>,
    /// Processes that could not make a segment.
    pub unrecorded: Vec<Unrecorded>,
    /// The recordings that were discarded before they could be read, by the file that counts them.
    pub discarded: Vec<(PathBuf, Vec<Discarded>)>,
    /// The files that killed processes left unfinished: they are no segments, and hold nothing.
    pub unfinished: Vec<PathBuf>,
    /// The reason why not all of it was recorded in shared memory, if that is so.
    pub fallback: Option<String>,
}

impl Collected {
    /// Returns whether the folder held nothing of ours.
    pub fn is_empty(&self) -> bool {
        self.ended.is_empty()
            && self.living.is_empty()
            && self.damaged.is_empty()
            && self.unrecorded.is_empty()
            && self.discarded.is_empty()
    }

    /// Returns whether there is anything that no later reading would find.
    pub fn is_new(&self) -> bool {
        !(self.ended.is_empty() && self.unrecorded.is_empty() && self.discarded.is_empty())
    }

    /// Returns whether there were segments and not one could be read.
    pub fn is_all_damaged(&self) -> bool {
        self.ended.is_empty() && self.living.is_empty() && !self.damaged.is_empty()
    }

    /// Describes what is missing from the snapshot.
    pub fn problems(&self) -> Vec<String> {
        let damaged = damage_in_words(&self.damaged);
        let unrecorded = self.unrecorded.iter().map(Unrecorded::to_string);
        let living = self.living.iter().map(|path| {
            let pid = pid_of(path).map_or_else(String::new, |pid| format!(" {pid}"));
            format!("process{pid} is still running: what it records from now on is not included")
        });
        let discarded = discarded::in_words(&self.discarded_by_reason());
        let lacks = self.lacks.iter().cloned();
        let words =
            damaged.into_iter().chain(unrecorded).chain(lacks).chain(living).chain(discarded);
        words.chain(self.clockless()).chain(self.fallback.clone()).collect()
    }

    /// Describes the processes that had no clock, if there were any.
    fn clockless(&self) -> Option<String> {
        let processes = self.snapshot.processes.iter();
        let count = processes.filter(|process| process.clock == Clock::Absent).count() as u64;
        (count > 0).then(|| {
            format!(
                "{} had no clock: calls were counted, and all times are 0; bring one with \
                 perf_runtime::set_clock before the first call",
                units::plural(count, "process")
            )
        })
    }

    /// Sums up what was discarded, for each reason.
    pub fn discarded_by_reason(&self) -> Vec<model::Discarded> {
        discarded::by_reason(&self.discarded.iter().flat_map(|(_, discarded)| discarded))
    }

    /// Lists what a run made of this holds once and for all: everything but what may still be written to.
    pub fn taken(&self) -> impl Iterator<Item = &PathBuf> {
        let damaged = self.damaged.iter().map(|(path, _)| path);
        let marks = self.unrecorded.iter().map(|unrecorded| &unrecorded.path);
        let discarded = self.discarded.iter().map(|(path, _)| path);
        self.ended.iter().chain(&self.copies).chain(damaged).chain(marks).chain(discarded)
    }

    /// Clears the folder of what the snapshot holds: removes segments of processes that had ended, and sets
    /// damaged ones aside under another name, so that they are reported once and lost never. Segments of
    /// running processes stay. Returns sentences about what could not be cleared.
    pub fn clear(&self) -> Vec<String> {
        let marks = self.unrecorded.iter().map(|unrecorded| &unrecorded.path);
        let removed = self.ended.iter().chain(&self.copies).chain(marks);
        let failed = |path: &Path, error: &io::Error| {
            format!("{} cannot be cleared away: {error}", path.display())
        };
        // What cannot be removed holds nothing either.
        self.unfinished.iter().for_each(|path| drop(fs::remove_file(path)));
        let removal = removed.filter_map(|path| {
            // There seldom is one.
            for beside in [MARK_EXTENSION, COPYING_EXTENSION] {
                let _ = fs::remove_file(path.with_extension(beside));
            }
            unless_gone(fs::remove_file(path)).err().map(|error| failed(path, &error))
        });
        let set_aside = self.damaged.iter().filter_map(|(path, _)| {
            let mut aside = path.clone().into_os_string();
            aside.push(".");
            aside.push(SET_ASIDE);
            unless_gone(fs::rename(path, aside)).err().map(|error| failed(path, &error))
        });
        let counted = self.discarded.iter().filter_map(|(path, discarded)| {
            let taken = segment::discarded::take(path.parent()?, discarded);
            taken.err().map(|error| failed(path, &error))
        });
        removal.chain(set_aside).chain(counted).collect()
    }
}

/// Forgives that a file is gone: somebody else may have cleared it away.
fn unless_gone(result: io::Result<()>) -> io::Result<()> {
    result
        .or_else(|error| if error.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(error) })
}

/// Reads and merges all segments in `folder`, and of processes that could not record there.
///
/// # Errors
/// When the folder cannot be listed. What is wrong with a single segment is no error.
pub fn collect(folder: &Path) -> io::Result<Collected> {
    list_everywhere(folder).map(read)
}

/// Reads and merges what is listed.
pub(crate) fn read(listing: Listing) -> Collected {
    let (segments, copies) = without_copies(listing.segments);
    // Asked before reading: what ends in between is read again next time, and nothing is removed
    // that could still have grown.
    let (living, ended): (Vec<_>, Vec<_>) =
        segments.into_iter().partition(|path| may_be_written(path));
    let from_living = merge(&living);
    let mut from_ended = merge(&ended);
    let damaged_now = |path: &PathBuf, damaged: &[(PathBuf, SegmentError)]| {
        damaged.iter().any(|(other, _)| other == path)
    };
    let ended = retain(ended, |path| !damaged_now(path, &from_ended.damaged));
    // Somebody else has cleared away what is gone.
    from_ended.damaged.retain(|(_, error)| {
        !matches!(error, SegmentError::Io(error) if error.kind() == io::ErrorKind::NotFound)
    });
    Collected {
        lacks: ended.iter().filter_map(|path| copies::lack(path)).collect(),
        ended,
        // One of a process that still runs is made anew when that is done with.
        copies: retain(copies, |path| !may_be_written(path)),
        // A process that is just starting has an unfinished segment; that is not damage.
        living: retain(living, |path| !damaged_now(path, &from_living.damaged)),
        snapshot: from_ended.snapshot.merged(&from_living.snapshot),
        damaged: from_ended.damaged,
        unrecorded: listing.unrecorded,
        discarded: listing.discarded,
        unfinished: listing.unfinished,
        fallback: None,
    }
}

/// Writes a sentence for each damaged segment; one for all of a kind where there are many.
fn damage_in_words(damaged: &[(PathBuf, SegmentError)]) -> Vec<String> {
    /// The segments of a kind that are named one by one.
    const FEW: usize = 3;
    let name = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut kinds: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (path, error) in damaged {
        kinds.entry(error.to_string()).or_default().push(name(path));
    }
    let sentences = kinds.into_iter().flat_map(|(fault, names)| match names.as_slice() {
        [first, .., last] if names.len() > FEW => {
            vec![format!("{} segments, {first} to {last}: each {fault}", names.len())]
        }
        few => few.iter().map(|name| format!("segment {name} {fault}")).collect(),
    });
    sentences.collect()
}

fn retain(mut paths: Vec<PathBuf>, is_wanted: impl FnMut(&PathBuf) -> bool) -> Vec<PathBuf> {
    paths.retain(is_wanted);
    paths
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_segments_with_one_fault_are_one_sentence() {
        let of = |count: u32, error: fn() -> SegmentError| {
            (1..=count).map(move |pid| (PathBuf::from(format!("s/{pid}-a.ptseg")), error()))
        };
        let older = || SegmentError::Older { found: 1, oldest: 2 };
        let damaged: Vec<_> = of(5, older).chain(of(2, || SegmentError::NotASegment)).collect();
        let words = damage_in_words(&damaged);
        assert_eq!(
            words,
            [
                "5 segments, 1-a.ptseg to 5-a.ptseg: each has format version 1, and the oldest \
                 readable one is 2: record again with the current perf-runtime",
                "segment 1-a.ptseg is not a perf-track segment",
                "segment 2-a.ptseg is not a perf-track segment",
            ]
        );
    }
}
