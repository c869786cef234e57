//! The board on which the process of a group shows its supervisor how far it is.
//!
//! It is a file of a few bytes, which outlives whatever ends the process, and which both ends can
//! use at any moment. The number of the case that runs, and the number of its turn, come first, then
//! whether memory was refused in this turn, then the ending of each case.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::Relaxed;

use crate::segment::system::{read_exact_at, write_all_at};
use crate::snapshot::Ending;
use crate::writing::system;

/// The board of this process, if it measures a group for another one.
static OWN: OnceLock<File> = OnceLock::new();
/// Turns so far.
static TURNS: AtomicU32 = AtomicU32::new(0);

/// Place of the byte that says whether memory was refused.
const REFUSED: usize = 8;
/// Place of the endings.
const ENDINGS: usize = 9;

/// Takes the board at `path`, which has no name from then on.
pub(super) fn take(path: &str) -> io::Result<()> {
    let file = OpenOptions::new().write(true).open(path)?;
    let _ = OWN.set(file);
    fs::remove_file(path)
}

/// Shows that it is the turn of this case.
pub(super) fn begins(case: u32) {
    let turn = TURNS.fetch_add(1, Relaxed).wrapping_add(1);
    write(&turn_of(case.saturating_add(1), turn), 0);
}

/// Shows that the turn is over.
pub(super) fn pauses() {
    write(&turn_of(0, TURNS.load(Relaxed)), 0);
}

fn turn_of(running: u32, turn: u32) -> [u8; ENDINGS] {
    let mut bytes = [0; ENDINGS];
    bytes[..4].copy_from_slice(&running.to_ne_bytes());
    bytes[4..REFUSED].copy_from_slice(&turn.to_ne_bytes());
    bytes
}

/// Shows that memory was refused in this turn. Asks for none.
pub(super) fn memory_was_refused() {
    write(&[1], REFUSED);
}

/// Shows how a case ended.
pub(super) fn ends(case: u32, ending: Ending) {
    write(&[ending as u8], ENDINGS + case as usize);
}

fn write(bytes: &[u8], at: usize) {
    if let Some(file) = OWN.get() {
        // A supervisor that is gone reads nothing.
        let _ = write_all_at(file, bytes, at as u64);
    }
}

/// A board as the supervisor has it.
#[derive(Debug)]
pub(super) struct Board {
    file: File,
    path: PathBuf,
}

/// The contents of a board at one moment.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct State {
    /// Case that has its turn.
    pub(super) running: Option<usize>,
    pub(super) turn: u32,
    pub(super) is_refused_memory: bool,
    endings: Vec<u8>,
}

impl Board {
    /// Makes an empty board.
    pub(super) fn new() -> io::Result<Self> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let (process, number) = (std::process::id(), NUMBER.fetch_add(1, Relaxed));
        let path = std::env::temp_dir().join(format!("perf-bench-{process}-{number}"));
        Ok(Self { file: system::new_file(&path)?, path })
    }

    /// Returns the path for the process that writes.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Reads what it shows.
    pub(super) fn read(&self) -> State {
        let length = self.file.metadata().map_or(0, |it| it.len());
        let mut bytes = vec![0; usize::try_from(length).unwrap_or(0).min(1 << 24)];
        if read_exact_at(&self.file, &mut bytes, 0).is_err() {
            return State::default();
        }
        State::of(&bytes)
    }
}

impl Drop for Board {
    fn drop(&mut self) {
        // The process that took it has done so already.
        let _ = fs::remove_file(&self.path);
    }
}

impl State {
    fn of(bytes: &[u8]) -> Self {
        let Some((turn, endings)) = bytes.split_at_checked(ENDINGS) else { return Self::default() };
        let word = |at: usize| {
            let bytes = turn.get(at..at + 4).and_then(|it| it.try_into().ok());
            bytes.map_or(0, u32::from_ne_bytes)
        };
        Self {
            running: word(0).checked_sub(1).and_then(|case| usize::try_from(case).ok()),
            turn: word(4),
            is_refused_memory: turn[REFUSED] != 0,
            endings: endings.to_vec(),
        }
    }

    /// Returns how a case ended, if it has.
    pub(super) fn ending(&self, case: usize) -> Option<Ending> {
        let ending = self.endings.get(case).map(|&it| Ending::from_number(u32::from(it)));
        ending.filter(|ending| ending.is_final())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_turn_and_endings_are_read_as_they_are_written() {
        let mut bytes = turn_of(3, 7).to_vec();
        bytes.extend([Ending::Ok as u8, 0, Ending::Timeout as u8]);
        let state = State::of(&bytes);
        assert_eq!((state.running, state.turn, state.is_refused_memory), (Some(2), 7, false));
        let endings: Vec<_> = (0..4).map(|case| state.ending(case)).collect();
        assert_eq!(endings, [Some(Ending::Ok), None, Some(Ending::Timeout), None]);
        bytes[REFUSED] = 1;
        assert!(State::of(&bytes).is_refused_memory);
        assert_eq!(State::of(&turn_of(0, 1)).running, None);
    }

    #[test]
    fn a_board_that_nobody_wrote_on_says_nothing() {
        let board = Board::new().unwrap();
        assert_eq!(board.read(), State::default());
        let path = board.path().to_owned();
        drop(board);
        assert!(!path.exists());
    }
}
