//! Counts calls, to hold the recorder's counts against: [`macro@count`] stands on a function beside
//! `#[perf_track]`, and this notes how often its body began.
//!
//! Nothing is shared with the recorder but the idea that what is counted must outlive the process,
//! however that ends: the counts are in a mapped file. Each process that counts leaves two files in
//! the folder that [`FOLDER`] names. `PID.counts` holds a number for each function, `PID.places` a
//! line, `FILE:LINE`, for each of these numbers. [`read`] adds them up.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::fd::AsRawFd;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::{env, fs, process, slice};

pub use call_count_macros::count;

/// The variable that names the folder to count in.
pub const FOLDER: &str = "CALL_COUNT_DIR";

/// Functions that one process may call.
const FUNCTIONS: usize = 1 << 16;

thread_local! {
    /// Whether the thread notes a place. Doing that calls functions, of which some may be counted:
    /// those of an allocator.
    static NOTING: Cell<bool> = const { Cell::new(false) };
}

/// Where the calls of one function are counted: a static in its body, which all types that it is
/// compiled for share.
#[derive(Debug)]
pub struct Calls {
    file: &'static str,
    line: u32,
    number: OnceLock<&'static AtomicU64>,
    /// Calls that could not be counted there yet.
    early: AtomicU64,
}

impl Calls {
    /// Those of the function that is written there.
    pub const fn of(file: &'static str, line: u32) -> Self {
        Self { file, line, number: OnceLock::new(), early: AtomicU64::new(0) }
    }

    /// Counts a call, if anybody wants to know.
    ///
    /// # Panics
    /// When that is not possible: better no counts than wrong ones.
    pub fn one_more(&self) {
        if self.number.get().is_none() && !NOTING.replace(true) {
            // Two threads may come here at once; then the place has two numbers.
            let _ = self.number.set(next_number(self.file, self.line));
            NOTING.set(false);
        }
        match self.number.get() {
            Some(number) => {
                let early = self.early.swap(0, Ordering::Relaxed);
                number.fetch_add(1 + early, Ordering::Relaxed);
            }
            None => {
                self.early.fetch_add(1, Ordering::Relaxed);
            }
        }
    }
}

/// The numbers of this process, and what they count.
struct Table {
    numbers: &'static [AtomicU64],
    places: Mutex<(File, usize)>,
}

fn next_number(file: &str, line: u32) -> &'static AtomicU64 {
    static TABLE: OnceLock<Option<Table>> = OnceLock::new();
    static UNWANTED: AtomicU64 = AtomicU64::new(0);
    let table = TABLE.get_or_init(|| {
        let folder = env::var_os(FOLDER)?;
        Some(Table::new(Path::new(&folder)).expect("calls can be counted"))
    });
    let Some(table) = table else { return &UNWANTED };
    let mut places = table.places.lock().unwrap_or_else(PoisonError::into_inner);
    writeln!(places.0, "{file}:{line}").expect("a place can be noted");
    places.1 += 1;
    &table.numbers[places.1 - 1]
}

impl Table {
    fn new(folder: &Path) -> io::Result<Self> {
        let stem = folder.join(process::id().to_string());
        let create = |end| {
            let mut options = OpenOptions::new();
            options.read(true).write(true).create_new(true).open(stem.with_extension(end))
        };
        let numbers = create("counts")?;
        numbers.set_len((FUNCTIONS * size_of::<AtomicU64>()) as u64)?;
        Ok(Self { numbers: map(&numbers)?, places: Mutex::new((create("places")?, 0)) })
    }
}

/// The file as numbers, for as long as the process lives.
fn map(file: &File) -> io::Result<&'static [AtomicU64]> {
    let length = FUNCTIONS * size_of::<AtomicU64>();
    let access = libc::PROT_READ | libc::PROT_WRITE;
    let from = std::ptr::null_mut();
    // SAFETY: a mapping at a place of the system's choice, which nothing else in the process uses.
    let start = unsafe { libc::mmap(from, length, access, libc::MAP_SHARED, file.as_raw_fd(), 0) };
    if start == libc::MAP_FAILED {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the mapping begins at a page, is as long as the file, is never taken down, and is
    // looked at through atomics alone. Zeros are numbers.
    Ok(unsafe { slice::from_raw_parts(start.cast::<AtomicU64>(), FUNCTIONS) })
}

/// Calls of each function, by `FILE:LINE`, over all processes that counted in a folder.
///
/// # Errors
/// When the files there cannot be read.
pub fn read(folder: &Path) -> io::Result<BTreeMap<String, u64>> {
    let mut calls = BTreeMap::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|end| end == "places") {
            add(&mut calls, &path)?;
        }
    }
    Ok(calls)
}

fn add(calls: &mut BTreeMap<String, u64>, path: &PathBuf) -> io::Result<()> {
    let places = fs::read_to_string(path)?;
    let counts = fs::read(path.with_extension("counts"))?;
    let numbers = counts.chunks_exact(8).filter_map(|bytes| bytes.try_into().ok());
    for (place, number) in places.lines().zip(numbers) {
        *calls.entry(place.to_owned()).or_default() += u64::from_ne_bytes(number);
    }
    Ok(())
}
