//! The time, processor time and memory that this process has used since its program was loaded.
//!
//! A process may have begun as another program: `cargo run` becomes the program that it runs, and
//! their use is on one account. So the account is read when the program is loaded, and that much is
//! taken off. The account is written down now and then, and at the end; a process that is killed
//! leaves the last one.

use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

use super::{process, thread};
use crate::segment::layout::Usage;
use crate::writing::system::{self, Account};

/// The account when the program was loaded; nothing where nobody looked.
struct Loaded {
    monotonic_ns: AtomicU64,
    user_ns: AtomicU64,
    system_ns: AtomicU64,
    peak_rss_bytes: AtomicU64,
}

static LOADED: Loaded = Loaded {
    monotonic_ns: AtomicU64::new(0),
    user_ns: AtomicU64::new(0),
    system_ns: AtomicU64::new(0),
    peak_rss_bytes: AtomicU64::new(0),
};

system::call_at_load_and_end!(at_load, at_end);

fn at_load() {
    begin(system::account().unwrap_or_default());
}

fn at_end() {
    if let Some(recorder) = process::running() {
        let usage = &recorder.segment.header().usage;
        note(usage);
        let before = LOADED.peak_rss_bytes.load(Relaxed);
        if usage.peak_rss_bytes.load(Relaxed) == 0 && before > 0 {
            usage.peak_rss_bytes.store(system::peak_of_program().unwrap_or(0), Relaxed);
        }
        // Last, so that all of this is in the copy, should the file have been removed.
        let _ = thread::undisturbed(|| {
            recorder.segment.look_after(true);
            Some(())
        });
    }
}

/// Begins the account of a fork's child, which has one of its own.
pub(super) fn begin_in_child() {
    begin(Account::default());
}

fn begin(account: Account) {
    LOADED.monotonic_ns.store(system::monotonic_ns(), Relaxed);
    LOADED.user_ns.store(account.user_ns, Relaxed);
    LOADED.system_ns.store(account.system_ns, Relaxed);
    LOADED.peak_rss_bytes.store(account.peak_rss_bytes, Relaxed);
}

/// Writes down when the program was loaded; now, where nobody looked.
pub(super) fn note_begin(usage: &Usage) {
    if LOADED.monotonic_ns.load(Relaxed) == 0 {
        begin(system::account().unwrap_or_default());
    }
    if note(usage) {
        usage.loaded_monotonic_ns.store(LOADED.monotonic_ns.load(Relaxed), Relaxed);
    }
}

/// Writes down the use since then, and returns whether the system shows it. Numbers only grow,
/// whoever else is at it.
pub(super) fn note(usage: &Usage) -> bool {
    let Some(now) = system::account() else { return false };
    usage.latest_monotonic_ns.fetch_max(system::monotonic_ns(), Relaxed);
    let since = |now: u64, before: &AtomicU64| now.saturating_sub(before.load(Relaxed));
    usage.user_ns.fetch_max(since(now.user_ns, &LOADED.user_ns), Relaxed);
    usage.system_ns.fetch_max(since(now.system_ns, &LOADED.system_ns), Relaxed);
    // The most that any program of the process had: that of this one only if it grew.
    if now.peak_rss_bytes > LOADED.peak_rss_bytes.load(Relaxed) {
        usage.peak_rss_bytes.fetch_max(now.peak_rss_bytes, Relaxed);
    }
    true
}
