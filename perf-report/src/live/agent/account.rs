//! The account of all processes that were seen: every call of each is in it once, whatever becomes of its
//! segment. Pure.
//!
//! The sums of a program grow by what each reading of a process has more than the one before. So they never
//! fall, and it makes no difference when a process is read, ends, or loses its segment. What a process had
//! at its last reading is kept beside them while it may come again, and the whole account survives the agent
//! in its [state](super::state).

use std::collections::{BTreeMap, BTreeSet};

use prost::Message;

use super::sums::Sums;
use super::wire::{self, Memory};
use crate::live::stacks::Key;

/// Readings for which the figures of a segment are kept that is gone: its process may make it anew.
const HELD: u32 = 8;

/// Programs that are told apart, at most; the others are one.
const MOST_PROGRAMS: usize = 256;

/// Name of the programs beyond [`MOST_PROGRAMS`].
const OTHERS: &str = "(other programs)";

/// Recordings that are known to be counted though their segment is gone, at most.
const MOST_GONE: usize = 4_096;

/// The account of all processes that were seen.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Account {
    /// The moment from which it counts, in nanoseconds since 1970; 0 before the first reading.
    pub(super) start_unix_ns: u64,
    pub(super) programs: BTreeMap<String, Program>,
    pub(super) recordings: BTreeMap<Key, Recording>,
    /// Number of attempts to send something that failed.
    pub(super) push_failures: u64,
}

/// A program, over all its processes.
#[derive(Clone, PartialEq, Message)]
pub(super) struct Program {
    #[prost(string, tag = "1")]
    pub(super) name: String,
    #[prost(message, required, tag = "2")]
    pub(super) sums: Sums,
    /// Processes that have ended.
    #[prost(uint64, tag = "3")]
    pub(super) ended: u64,
    #[prost(message, required, tag = "4")]
    pub(super) build: Build,
    /// The sums at the beginning of the window that is to become a run, and that moment.
    #[prost(message, optional, tag = "5")]
    pub(super) window: Option<Window>,
    /// The run of the window before it, as JSON, until it is stored.
    #[prost(bytes = "vec", optional, tag = "6")]
    pub(super) sealed: Option<Vec<u8>>,
}

/// The beginning of a window.
#[derive(Clone, PartialEq, Message)]
pub(super) struct Window {
    #[prost(uint64, tag = "1")]
    pub(super) start_unix_ns: u64,
    #[prost(message, required, tag = "2")]
    pub(super) sums: Sums,
}

/// The build of the newest process of a program.
#[derive(Clone, PartialEq, Eq, Message)]
pub(super) struct Build {
    #[prost(string, tag = "1")]
    pub(super) rustc: String,
    #[prost(string, tag = "2")]
    pub(super) target: String,
    #[prost(string, tag = "3")]
    pub(super) profile: String,
    #[prost(string, tag = "4")]
    pub(super) recorder: String,
    #[prost(string, tag = "5")]
    pub(super) opt_level: String,
    /// Start of the process that it is of.
    #[prost(uint64, tag = "6")]
    pub(super) since_unix_ns: u64,
}

/// A recording, as far as it was read.
#[derive(Clone, PartialEq, Eq, Message)]
pub(super) struct Recording {
    #[prost(uint32, tag = "1")]
    pid: u32,
    #[prost(uint64, repeated, tag = "2")]
    identity: Vec<u64>,
    #[prost(string, tag = "3")]
    program: String,
    /// The sums at the last reading, as they are in the state; empty once nothing more is expected.
    #[prost(bytes = "vec", tag = "4")]
    sums: Vec<u8>,
    #[prost(enumeration = "Stage", tag = "5")]
    stage: i32,
    /// Readings since it is gone.
    #[prost(uint32, tag = "6")]
    gone_for: u32,
    /// True if its recorder takes no times: its breaker is not closed.
    #[prost(bool, tag = "7")]
    is_open: bool,
}

/// The stage of a recording's life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, prost::Enumeration)]
#[repr(i32)]
enum Stage {
    /// Its process runs, as far as is known.
    Living = 0,
    /// Its segment is gone, and its process may make it anew.
    Gone = 1,
    /// Its process has ended, and all of it is counted.
    Counted = 2,
    /// It is gone for good. Should it be there again, it counts from there.
    Forgotten = 3,
}

/// A reading of one recording: functions that it does not have are as they were.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Seen {
    pub(super) program: String,
    pub(super) build: Build,
    pub(super) sums: Sums,
    pub(super) is_open: bool,
    pub(super) memory: Memory,
}

impl Recording {
    pub(super) fn key(&self) -> Option<Key> {
        let [namespace, started, began] = *self.identity.as_slice() else { return None };
        Some((self.pid, namespace, started, began))
    }

    fn is(&self, stage: Stage) -> bool {
        self.stage == stage as i32
    }

    /// Replaces `sums` by those at the last reading. What cannot be read any more is as if it had never been read.
    fn sums_into(&self, sums: &mut Sums) {
        if wire::read(&self.sums, sums).is_err() {
            *sums = Sums::default();
        }
    }
}

impl Account {
    /// Returns whether nothing more is expected of a recording: it need not be read.
    pub(super) fn is_counted(&self, key: &Key) -> bool {
        self.recordings.get(key).is_some_and(|it| it.is(Stage::Counted))
    }

    /// Takes in a reading. `has_ended` is true if nothing can have been added after it.
    pub(super) fn see(&mut self, key: Key, seen: &mut Seen, has_ended: bool) {
        if self.is_counted(&key) {
            return;
        }
        let name = self.named(&key, &seen.program);
        let program = self.programs.entry(name.clone()).or_default();
        program.name.clone_from(&name);
        if seen.build.since_unix_ns >= program.build.since_unix_ns {
            program.build.clone_from(&seen.build);
        }
        let recording = self.recordings.entry(key).or_insert_with(|| Recording {
            pid: key.0,
            identity: vec![key.1, key.2, key.3],
            program: name,
            ..Recording::default()
        });
        if has_ended && recording.is(Stage::Forgotten) {
            // It was counted to its end before it was out of sight.
            (recording.stage, recording.gone_for) = (Stage::Counted as i32, 0);
            return;
        }
        let Seen { sums, memory, .. } = seen;
        // One that was forgotten was counted to an end that nobody knows any more: better too little than
        // twice.
        if recording.is(Stage::Forgotten) {
            wire::write(sums, &mut recording.sums);
        } else {
            memory.add(&mut recording.sums, sums, &mut program.sums);
        }
        (recording.stage, recording.gone_for) = (Stage::Living as i32, 0);
        recording.is_open = seen.is_open;
        if has_ended {
            self.end(&key);
        }
    }

    /// Notes that a recording is as it was at its last reading.
    pub(super) fn see_unchanged(&mut self, key: &Key, has_ended: bool) {
        let Some(recording) = self.recordings.get_mut(key) else { return };
        if recording.is(Stage::Gone) {
            (recording.stage, recording.gone_for) = (Stage::Living as i32, 0);
        }
        if has_ended {
            self.end(key);
        }
    }

    /// Notes which recordings are there at all, at the end of a reading of everything.
    pub(super) fn pass(&mut self, present: &BTreeSet<Key>) {
        let absent: Vec<Key> =
            self.recordings.keys().filter(|key| !present.contains(key)).copied().collect();
        for key in absent {
            let Some(recording) = self.recordings.get_mut(&key) else { continue };
            recording.gone_for = recording.gone_for.saturating_add(1);
            if recording.is(Stage::Counted) {
                recording.stage = Stage::Forgotten as i32;
            } else if recording.is(Stage::Living) {
                recording.stage = Stage::Gone as i32;
            } else if recording.is(Stage::Gone) && recording.gone_for > HELD {
                self.end(&key);
                if let Some(recording) = self.recordings.get_mut(&key) {
                    recording.stage = Stage::Forgotten as i32;
                }
            }
        }
        self.forget();
    }

    /// Returns the program of a recording: the one it had before, so that its sums stay together.
    fn named(&self, key: &Key, program: &str) -> String {
        if let Some(recording) = self.recordings.get(key) {
            return recording.program.clone();
        }
        let is_known = self.programs.contains_key(program);
        let is_apart = is_known || self.programs.len() < MOST_PROGRAMS;
        if is_apart { program } else { OTHERS }.to_owned()
    }

    /// Closes a recording: all of it is counted, and what was in flight has gone.
    fn end(&mut self, key: &Key) {
        let Some(recording) = self.recordings.get_mut(key) else { return };
        if recording.is(Stage::Counted) || recording.is(Stage::Forgotten) {
            return;
        }
        recording.stage = Stage::Counted as i32;
        recording.is_open = false;
        let mut sums = Sums::default();
        recording.sums_into(&mut sums);
        recording.sums = Vec::new();
        if let Some(program) = self.programs.get_mut(&recording.program) {
            program.sums.land(&sums);
            program.ended = program.ended.saturating_add(1);
        }
    }

    /// Drops the keys of the oldest recordings that are gone for good, where they are too many.
    fn forget(&mut self) {
        let gone = self.recordings.iter().filter(|(_, it)| it.is(Stage::Forgotten));
        let mut gone: Vec<(u64, Key)> = gone.map(|(key, _)| (key.3, *key)).collect();
        let excess = gone.len().saturating_sub(MOST_GONE);
        if excess > 0 {
            gone.sort_unstable();
            gone.iter().take(excess).for_each(|(_, key)| drop(self.recordings.remove(key)));
        }
    }

    /// Counts the running processes of a program, and those of them whose breaker is not closed.
    pub(super) fn running(&self, program: &str) -> (u64, u64) {
        let living = self.recordings.values().filter(|it| it.is(Stage::Living));
        let of_program = living.filter(|it| it.program == program);
        of_program.fold((0, 0), |(all, open), it| (all + 1, open + u64::from(it.is_open)))
    }
}

#[cfg(test)]
pub(super) mod tests;
