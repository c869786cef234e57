//! The notice of forks that ran no handlers: `_Fork`, and the bare system calls `fork` and `clone`.
//!
//! The child of such a fork has its parent's segment mapped, and would write to it beside the
//! parent. So the tables that lead a thread to its records lie in pages of a special kind: the
//! operating system wipes them in a child. The first call of every function, and the first update
//! of every metric, then finds nothing there, as if it were the first of all. On that way one more
//! such page shows whether the process is another. The usual call looks at none.
//!
//! Whatever was found before the fork is not looked for again: a call that runs over it ends in the
//! parent's segment, if it ends before the first call that begins; and until then allocations are
//! counted there. Where pages cannot be wiped (Linux before 4.14, other systems) such forks are not
//! noticed.

use std::ptr;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU32};

use super::process;
use super::thread::{self, Thread};
use crate::sync::briefly;
use crate::writing::{Mapping, system};

/// The word in the page of a child that is not known yet.
const WIPED: u32 = 0;
/// The word while a thread begins anew.
const TURNING: u32 = 1;
const KNOWN: u32 = 2;

/// A word in a page that is wiped; null where there is none.
static PROCESS: AtomicPtr<AtomicU32> = AtomicPtr::new(ptr::null_mut());

fn process_word() -> Option<&'static AtomicU32> {
    // SAFETY: null, or in a page that stays mapped, where zero is valid too.
    unsafe { PROCESS.load(Acquire).as_ref() }
}

/// Has forks noticed from now on: by handlers, and without them.
pub(super) fn watch(in_child: extern "C" fn()) {
    static WATCHING: AtomicBool = AtomicBool::new(false);
    if WATCHING.swap(true, Relaxed) {
        return;
    }
    system::after_fork(in_child);
    let Ok(page) = Mapping::private(Mapping::pages(size_of::<AtomicU32>())) else { return };
    if system::wipe_in_children(page.start(), Mapping::pages(size_of::<AtomicU32>())) {
        let word: *mut AtomicU32 = page.start().cast().as_ptr();
        // SAFETY: fresh, aligned, and known to nobody else yet.
        unsafe { (*word).store(KNOWN, Relaxed) };
        PROCESS.store(word, Release);
    }
}

/// Notes that the child is known, and has begun anew.
pub(super) fn note_known() {
    if let Some(word) = process_word() {
        word.store(KNOWN, Release);
    }
}

/// Begins anew if this process is a child that is not known yet. Not in the recorder's slow parts,
/// which go on with what they have.
pub(super) fn look() {
    if thread::handle().is_busy() {
        return;
    }
    let Some(word) = process_word().filter(|word| word.load(Acquire) != KNOWN) else { return };
    if word.compare_exchange(WIPED, TURNING, Acquire, Relaxed).is_ok() {
        process::begin_in_child();
    } else {
        let _ = briefly(|| (word.load(Acquire) == KNOWN).then_some(()));
    }
}

/// Returns whether `thread`, which is this one's, belongs to the parent of this process, and
/// forgets it then.
pub(super) fn is_of_parent(thread: &Thread) -> bool {
    look();
    if thread::handle().is_busy() || process::is_current(thread.recorder) {
        return false;
    }
    thread::forget();
    true
}

/// Forgets this thread's bookkeeping from the parent, if this process is a child that is not known
/// yet.
pub(super) fn look_on_this_thread() {
    match thread::handle().thread() {
        Some(thread) => drop(is_of_parent(thread)),
        None => look(),
    }
}
