//! The recordings that were discarded before anybody collected them: a file of counts beside the
//! segments, by program and by reason, for the next report of the folder.
//!
//! Each record is a line of [`RECORD`] bytes that is written at once, under a lock, so that
//! recorders of many processes lose no count; the lock is tried and never waited for. A program's
//! record stays where it is. Nothing here allocates but [`read`] and [`take`].

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;
use std::thread;

use super::locks;
use super::retention::Reason;
use super::system;

/// Name of the file in a folder of segments.
pub const FILE: &str = "discarded";

/// Bytes of a record, which is a line of text: two numbers, the reason, the program.
const RECORD: usize = 512;

/// Place of the reason in a record, before the program; a record is found by both.
const KEY: usize = 42;

/// Place of the program.
const PROGRAM: usize = KEY + 6;

/// Records that a file has at most. The last ones are of programs without a record of their own.
const MOST: u64 = 128;

/// Recordings of a program that were discarded.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Discarded {
    /// Path of the program, or its beginning; empty where it is not known.
    pub program: String,
    /// Reason for discarding them.
    pub reason: Reason,
    /// Number of these recordings.
    pub recordings: u64,
    /// Finished calls in them, at least.
    pub calls: u64,
}

/// The file of counts of a folder, locked against others until it is dropped.
#[derive(Debug)]
pub struct Ledger(File);

impl Ledger {
    /// Opens the file of counts in `folder`, which is made where it is missing, if nobody else has
    /// it.
    ///
    /// # Errors
    /// When it cannot be made or opened; [`io::ErrorKind::WouldBlock`] when somebody has it.
    pub fn open(folder: &Path) -> io::Result<Self> {
        Self::lock(options().create(true).open(folder.join(FILE))?)
    }

    /// Takes a file that is open already as the file of counts.
    ///
    /// # Errors
    /// When it is no regular file, or somebody has it.
    pub fn lock(file: File) -> io::Result<Self> {
        /// The tries for the lock: others hold it for as long as it takes to remove some files.
        const ATTEMPTS: u32 = 1_000;
        if !file.metadata()?.is_file() {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        for _ in 0..ATTEMPTS {
            match locks::try_exclusive(&file) {
                Ok(()) => return Ok(Self(file)),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => thread::yield_now(),
                Err(error) => return Err(error),
            }
        }
        Err(io::ErrorKind::WouldBlock.into())
    }

    /// Counts recordings of the program at the path `program`.
    ///
    /// # Errors
    /// When it cannot be written, as when there is no space.
    pub fn add(
        &self,
        program: &[u8],
        reason: Reason,
        (recordings, calls): (u64, u64),
    ) -> io::Result<()> {
        let (own, other) = (record_of(program, reason), record_of(b"", reason));
        for at in 0..MOST {
            let wanted = if at < MOST - 3 { &own } else { &other };
            let found = self.record(at)?;
            let is_it = found.is_none_or(|found| found[KEY..] == wanted[KEY..]);
            if is_it {
                let (before, calls_before) = found.as_ref().map_or((0, 0), numbers);
                let sums = (before.saturating_add(recordings), calls_before.saturating_add(calls));
                return self.write(at, wanted, sums);
            }
        }
        Ok(())
    }

    /// Returns the record at a place, if there is one.
    fn record(&self, at: u64) -> io::Result<Option<[u8; RECORD]>> {
        let mut record = [0; RECORD];
        match system::read_exact_at(&self.0, &mut record, at * RECORD as u64) {
            Ok(()) => Ok(Some(record)),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn write(
        &self,
        at: u64,
        record: &[u8; RECORD],
        (recordings, calls): (u64, u64),
    ) -> io::Result<()> {
        let mut record = *record;
        write!(&mut record[..KEY], "{recordings:020} {calls:020} ")?;
        system::write_all_at(&self.0, &record, at * RECORD as u64)
    }
}

impl Drop for Ledger {
    fn drop(&mut self) {
        // Closing it is not enough, should the process have been forked meanwhile.
        locks::release(&self.0);
    }
}

/// Returns the recordings that were discarded in `folder` since the last report took them into
/// account, by program and reason.
///
/// # Errors
/// When the file cannot be read. A missing file is no error.
pub fn read(folder: &Path) -> io::Result<Vec<Discarded>> {
    let file = match options().open(folder.join(FILE)) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    if !file.metadata()?.is_file() {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    // Each record is written at once, so that this needs no lock.
    let ledger = std::mem::ManuallyDrop::new(Ledger(file));
    let records = ledger.all();
    drop(std::mem::ManuallyDrop::into_inner(ledger));
    records
}

/// Takes `discarded` off, once a report has taken it into account.
///
/// # Errors
/// When the file cannot be written, or somebody has it.
pub fn take(folder: &Path, discarded: &[Discarded]) -> io::Result<()> {
    let ledger = Ledger::open(folder)?;
    for (at, known) in (0_u64..).zip(ledger.all()?) {
        let is_it =
            |taken: &&Discarded| taken.program == known.program && taken.reason == known.reason;
        if let (Some(taken), Some(record)) = (discarded.iter().find(is_it), ledger.record(at)?) {
            let recordings = known.recordings.saturating_sub(taken.recordings);
            ledger.write(at, &record, (recordings, known.calls.saturating_sub(taken.calls)))?;
        }
    }
    if ledger.all()?.iter().all(|left| left.recordings == 0) {
        // It stays, since somebody may be waiting for the lock on it.
        ledger.0.set_len(0)?;
    }
    Ok(())
}

impl Ledger {
    fn all(&self) -> io::Result<Vec<Discarded>> {
        let records = (0..MOST).map_while(|at| self.record(at).transpose());
        records.map(|record| Ok(parsed(&record?))).collect()
    }
}

/// Returns the options for opening the file: waiting for nothing, and behind no link.
fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    system::closed_to_others(system::follow_no_link(&mut options)).read(true).write(true);
    options
}

/// Makes a record without its numbers. A byte that is no part of a line becomes a question mark.
fn record_of(program: &[u8], reason: Reason) -> [u8; RECORD] {
    let mut record = [b' '; RECORD];
    record[RECORD - 1] = b'\n';
    let name = reason.name().as_bytes();
    record[KEY..KEY + name.len()].copy_from_slice(name);
    for (place, &byte) in record[PROGRAM..RECORD - 1].iter_mut().zip(program) {
        *place = if byte.is_ascii_control() { b'?' } else { byte };
    }
    record
}

fn numbers(record: &[u8; RECORD]) -> (u64, u64) {
    let number = |from: usize| {
        let digits = std::str::from_utf8(&record[from..from + 20]).ok();
        digits.and_then(|digits| digits.parse().ok()).unwrap_or(0)
    };
    (number(0), number(21))
}

fn parsed(record: &[u8; RECORD]) -> Discarded {
    let text = |range: std::ops::Range<usize>| {
        String::from_utf8_lossy(&record[range]).trim_end_matches([' ', '\0', '\n']).to_owned()
    };
    let (recordings, calls) = numbers(record);
    // Of a damaged one the reason is as good as any.
    let reason = Reason::named(&text(KEY..PROGRAM)).unwrap_or(Reason::Space);
    Discarded { program: text(PROGRAM..RECORD), reason, recordings, calls }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// A folder that is gone afterwards.
    struct Folder(std::path::PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let name = format!("perf-track-discarded-{name}-{}", std::process::id());
            let folder = std::env::temp_dir().join(name);
            fs::create_dir_all(&folder).unwrap();
            Self(folder)
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn discarded(program: &str, reason: Reason, recordings: u64, calls: u64) -> Discarded {
        Discarded { program: program.to_owned(), reason, recordings, calls }
    }

    #[test]
    fn what_is_discarded_is_counted_by_program_and_reason_until_it_is_taken() {
        let folder = Folder::new("counts");
        assert_eq!(read(&folder.0).unwrap(), []);
        let add = |program: &str, reason, counts| {
            Ledger::open(&folder.0).unwrap().add(program.as_bytes(), reason, counts).unwrap();
        };
        add("/a", Reason::Count, (1, 10));
        add("/b\n", Reason::Count, (1, 5));
        add("/a", Reason::Space, (2, 0));
        add("/a", Reason::Count, (1, u64::MAX));
        let first = discarded("/a", Reason::Count, 2, u64::MAX);
        let all = [
            first.clone(),
            discarded("/b?", Reason::Count, 1, 5),
            discarded("/a", Reason::Space, 2, 0),
        ];
        assert_eq!(read(&folder.0).unwrap(), all);
        take(&folder.0, &all[..1]).unwrap();
        assert_eq!(read(&folder.0).unwrap()[0].recordings, 0);
        assert_eq!(read(&folder.0).unwrap()[1..], all[1..], "the others' stay");
        add("/a", Reason::Space, (1, 1));
        take(&folder.0, &all[1..]).unwrap();
        let left = read(&folder.0).unwrap();
        assert_eq!(left[2], discarded("/a", Reason::Space, 1, 1), "what came since");
        take(&folder.0, &left).unwrap();
        assert_eq!(read(&folder.0).unwrap(), []);
    }

    #[test]
    fn many_recorders_lose_no_count() {
        let folder = Folder::new("many");
        let open = || std::iter::repeat_with(|| Ledger::open(&folder.0)).find_map(Result::ok);
        let add = || {
            for _ in 0..200 {
                open().unwrap().add(b"/a", Reason::Count, (1, 3)).unwrap();
            }
        };
        thread::scope(|scope| {
            (0..4).for_each(|_| drop(scope.spawn(add)));
        });
        assert_eq!(read(&folder.0).unwrap(), [discarded("/a", Reason::Count, 800, 2_400)]);
    }

    #[test]
    fn programs_that_are_too_many_are_counted_together() {
        let folder = Folder::new("programs");
        let ledger = Ledger::open(&folder.0).unwrap();
        for program in 0..1_000 {
            ledger.add(format!("/{program}").as_bytes(), Reason::Size, (1, 1)).unwrap();
        }
        drop(ledger);
        let all = read(&folder.0).unwrap();
        assert_eq!(all.len(), 126);
        assert_eq!(all.last(), Some(&discarded("", Reason::Size, 875, 875)));
        assert_eq!(all.iter().map(|it| it.recordings).sum::<u64>(), 1_000);
    }

    #[test]
    fn a_program_of_a_long_path_is_known_by_its_beginning() {
        let folder = Folder::new("long");
        let path = format!("/{}", "x".repeat(2_000));
        Ledger::open(&folder.0).unwrap().add(path.as_bytes(), Reason::Count, (1, 0)).unwrap();
        let all = read(&folder.0).unwrap();
        assert_eq!(all[0].program, path[..RECORD - 1 - PROGRAM]);
    }

    #[test]
    fn what_is_no_record_counts_nothing_and_a_folder_is_no_file() {
        let folder = Folder::new("damaged");
        fs::write(folder.0.join(FILE), [0xff; 700]).unwrap();
        let all = read(&folder.0).unwrap();
        assert_eq!((all.len(), all[0].recordings), (1, 0));
        fs::remove_file(folder.0.join(FILE)).unwrap();
        fs::create_dir(folder.0.join(FILE)).unwrap();
        assert!(read(&folder.0).is_err() && Ledger::open(&folder.0).is_err());
    }
}
