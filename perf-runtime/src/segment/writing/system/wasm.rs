//! WebAssembly: see the table in the module above. Memory alone, on one thread, in a module that may
//! have no clock and no files.
//!
//! A module with WASI has both. Its segment is still in memory, which nobody else can see, and is
//! written into a file when the program ends.

use std::ffi::{OsString, c_void};
use std::io;
use std::path::Path;
use std::ptr::{self, NonNull};
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;

use once_cell::race::OnceBox;

use super::{Account, Identity, Switches};

/// Numbers of errors, as WASI has them. None comes from the system where there is none.
pub(crate) mod fault {
    use std::io;

    pub(crate) const OUT_OF_MEMORY: i32 = 48;
    pub(crate) const NOT_PERMITTED: i32 = 63;
    pub(crate) const DAMAGED: i32 = 29;

    /// Returns `false`: a segment lies in no file system.
    pub(crate) fn is_full(_error: &io::Error) -> bool {
        false
    }
}

/// A file that is in memory: each piece of it is memory of its own.
#[derive(Debug)]
pub(crate) struct File;

/// Makes a file in memory.
#[expect(clippy::unnecessary_wraps, reason = "as where there are files")]
pub(crate) fn new_file(_path: &Path) -> io::Result<File> {
    Ok(File)
}

/// Does nothing: what is in memory has no name.
#[expect(clippy::unnecessary_wraps, reason = "as where there are files")]
pub(crate) fn name(_from: &Path, _to: &Path) -> io::Result<()> {
    Ok(())
}

/// The facts about a file: by what it is known.
pub(crate) struct Facts {
    pub(crate) identity: Identity,
}

/// Returns the same for every file in memory: nobody takes one for another.
#[expect(clippy::unnecessary_wraps, reason = "as where there are files")]
pub(crate) fn facts(_file: &File) -> io::Result<Facts> {
    Ok(Facts { identity: (0, 0) })
}

/// The path of a file in memory.
#[derive(Debug)]
pub(crate) struct SystemPath;

impl SystemPath {
    /// Makes it.
    #[expect(clippy::unnecessary_wraps, reason = "as where there are files")]
    pub(crate) fn of(_path: &Path) -> io::Result<Self> {
        Ok(Self)
    }
}

/// Returns `None`: [`Lock`] has the file.
pub(crate) fn open_for_growth(SystemPath: &SystemPath) -> Option<File> {
    None
}

/// The lock on a file: nobody else sees it, so that there is none.
#[derive(Debug)]
pub(crate) struct Lock;

impl Lock {
    /// Takes none.
    pub(crate) fn take(File: &File, _identity: Identity) -> Self {
        Self
    }

    /// Returns `false`.
    pub(crate) fn is_held(&self) -> bool {
        let Self = self;
        false
    }

    /// Returns the file.
    pub(crate) fn file(&self) -> Option<File> {
        let Self = self;
        Some(File)
    }

    /// Does nothing.
    pub(crate) fn let_go(&self) {
        let Self = self;
    }
}

/// Memory. From the system's allocator, since the program's may be tracked.
pub(crate) mod memory {
    use std::alloc::{GlobalAlloc as _, Layout, System};

    use super::{File, NonNull, fault, io};

    /// The alignment of pages.
    const PAGE: usize = 4 << 10;

    /// Takes the next piece of a file in memory, zeroed.
    pub(crate) fn of_file(File: &File, _offset: u64, bytes: usize) -> io::Result<NonNull<u8>> {
        private(bytes)
    }

    /// Takes `bytes` zeroed bytes. `bytes` are whole pages.
    pub(crate) fn private(bytes: usize) -> io::Result<NonNull<u8>> {
        let none = || io::Error::from_raw_os_error(fault::OUT_OF_MEMORY);
        let layout = layout(bytes).ok_or_else(none)?;
        // SAFETY: the layout has a size.
        NonNull::new(unsafe { System.alloc_zeroed(layout) }).ok_or_else(none)
    }

    fn layout(bytes: usize) -> Option<Layout> {
        Layout::from_size_align(bytes.max(PAGE), PAGE).ok()
    }

    /// Gives memory back.
    ///
    /// # Safety
    /// The range is all of what [`private`] returned, and nothing points into it any more.
    pub(crate) unsafe fn unmap(start: NonNull<u8>, bytes: usize) {
        if let Some(layout) = layout(bytes) {
            // SAFETY: as the caller vouches.
            unsafe { System.dealloc(start.as_ptr(), layout) };
        }
    }

    /// Does nothing: a process has no child that is left with its memory.
    ///
    /// # Safety
    /// None; elsewhere there is.
    pub(crate) unsafe fn replace(_start: NonNull<u8>, _bytes: usize) {}
}

/// Returns 0: there are no processes.
pub(crate) fn pid() -> u32 {
    0
}

/// Returns 0, as [`pid`] does.
pub(crate) fn parent_pid() -> u32 {
    0
}

/// Returns 0, as [`pid`] does.
pub(crate) fn thread_id() -> u32 {
    0
}

/// Returns the name that WASI has for the program, the first of its arguments.
pub(crate) fn program() -> OsString {
    std::env::args_os().next().unwrap_or_default()
}

/// Returns `false`: no program has rights of its own.
pub(crate) fn acts_for_another() -> bool {
    false
}

/// Does nothing: a module stays loaded as long as its memory.
pub(crate) fn stay_loaded() {}

/// Does nothing: no process forks.
pub(crate) fn after_fork(_in_child: extern "C" fn()) -> bool {
    false
}

/// Returns `false`: there are no children to wipe it in.
pub(crate) fn wipe_in_children(_start: NonNull<u8>, _bytes: usize) -> bool {
    false
}

/// Returns `None`: the system does not show it.
pub(crate) fn switches() -> Option<Switches> {
    None
}

/// Returns `None`: the system does not show it.
pub(crate) fn account() -> Option<Account> {
    None
}

/// Returns `None`: the system does not show it.
pub(crate) fn peak_of_program() -> Option<u64> {
    None
}

/// The reading of a clock that stands still, and of others when they begin: lower ones have other
/// uses in a segment.
const BEGINNING: u64 = 1 << 12;

/// The clock that the program has brought.
static GIVEN: OnceBox<fn() -> u64> = OnceBox::new();
/// Set once a clock was read: from then on it stays.
static IS_READ: AtomicBool = AtomicBool::new(false);

/// Takes `clock` for the clock, and returns whether it is: not where WASI has one, where there is
/// one already, or where something is recorded already.
pub(crate) fn set_clock(clock: fn() -> u64) -> bool {
    !cfg!(target_os = "wasi") && !IS_READ.load(Relaxed) && GIVEN.set(Box::new(clock)).is_ok()
}

/// Returns whether there is a clock.
pub(crate) fn has_clock() -> bool {
    cfg!(target_os = "wasi") || GIVEN.get().is_some()
}

/// Reads the clock in nanoseconds; always the same without one.
pub(crate) fn monotonic_ns() -> u64 {
    if !IS_READ.load(Relaxed) {
        IS_READ.store(true, Relaxed);
    }
    since_beginning().saturating_add(BEGINNING)
}

#[cfg(not(target_os = "wasi"))]
fn since_beginning() -> u64 {
    GIVEN.get().map_or(0, |clock| clock())
}

#[cfg(target_os = "wasi")]
fn since_beginning() -> u64 {
    use std::time::Instant;

    static BEGAN: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    let since = BEGAN.get_or_init(Instant::now).elapsed();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}

/// Returns the time that passes: the system has no clock of a thread.
pub(crate) fn thread_cpu_ns() -> u64 {
    monotonic_ns()
}

/// Set where thread-local memory of Rust is gone before the ends of threads are told.
pub(crate) const THREAD_LOCALS_END_FIRST: bool = false;

/// Does nothing: the only thread ends with the program.
pub(crate) fn at_thread_end(_call: unsafe extern "C" fn(*mut c_void), _value: *const c_void) {}

/// Returns nothing, as nothing was kept.
pub(crate) fn left_at_thread_end() -> *const c_void {
    ptr::null()
}

/// Has two functions called: one before `main`, one when the program ends by returning from it or by
/// `exit`. A linker may have constructors called before each function that a module exports.
#[cfg(target_os = "wasi")]
macro_rules! call_at_load_and_end {
    ($at_load:ident, $at_end:ident) => {
        const _: () = {
            #[used]
            #[unsafe(link_section = ".init_array")]
            static CALL: unsafe extern "C" fn() = begin;

            unsafe extern "C" fn begin() {
                static IS_DONE: std::sync::atomic::AtomicBool =
                    std::sync::atomic::AtomicBool::new(false);
                if !IS_DONE.swap(true, std::sync::atomic::Ordering::Relaxed) {
                    $at_load();
                    // SAFETY: registers a function that lives as long as the program.
                    unsafe { libc::atexit(end) };
                }
            }

            extern "C" fn end() {
                $at_end();
            }
        };
    };
}

/// Does nothing: without WASI a module has no end.
#[cfg(not(target_os = "wasi"))]
macro_rules! call_at_load_and_end {
    ($at_load:ident, $at_end:ident) => {
        const _: (fn(), fn()) = ($at_load, $at_end);
    };
}
pub(crate) use call_at_load_and_end;

/// Returns whether a segment is written into a file in `folder` when the program ends.
pub(crate) fn takes_files(folder: &Path) -> bool {
    cfg!(target_os = "wasi") && !folder.as_os_str().is_empty()
}

/// Writes a segment into the file at `path`, if that is in a folder. Where there is no such folder,
/// and none can be made, what was recorded is lost with the program.
#[cfg(target_os = "wasi")]
pub(crate) fn write_at_end(path: &Path, bytes: impl FnOnce() -> Vec<u8>) {
    use std::fs;

    let Some(folder) = path.parent().filter(|folder| takes_files(folder)) else { return };
    // The error that matters is that of the file.
    let _ = fs::create_dir(folder);
    let new = path.with_extension(crate::segment::UNNAMED_EXTENSION);
    if fs::write(&new, bytes()).and_then(|()| fs::rename(&new, path)).is_err() {
        let _ = fs::remove_file(&new);
    }
}

/// Does nothing: there are no files.
#[cfg(not(target_os = "wasi"))]
pub(crate) fn write_at_end(_path: &Path, _bytes: impl FnOnce() -> Vec<u8>) {}
