//! The request to end on Windows: Ctrl-C and Ctrl-Break, a console that is closed, and the end of a session.
//!
//! The system sends them to every process of the console by itself, so that nothing is passed on.

use std::io;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use windows_sys::Win32::System::Console::{CTRL_BREAK_EVENT, CTRL_C_EVENT, SetConsoleCtrlHandler};

use super::handles::check;

/// How often something asked for the end, and in the lowest 8 bits which signal that would be on Unix.
static ASKED: AtomicU64 = AtomicU64::new(0);
/// The bits of the signal.
const SIGNAL_BITS: u32 = 8;
/// `SIGINT` and `SIGTERM` of all systems that have signals.
const INTERRUPT: u64 = 2;
const TERMINATE: u64 = 15;

/// A watch for what asks for the end, in place of ending. The command that runs decides for itself; the next
/// one is not started. Dropping it does not give it back, so it belongs to work that ends with the process.
#[derive(Debug)]
pub(crate) struct Interrupt {
    /// What had been asked when it began.
    before: u64,
}

impl Interrupt {
    /// Notices from here on.
    ///
    /// # Errors
    /// When the system does not allow that.
    pub(crate) fn watch() -> io::Result<Self> {
        take_over()?;
        Ok(Self { before: ASKED.load(Ordering::Acquire) })
    }

    /// Returns the signal that asked for the end, if one did.
    pub(crate) fn signal(&self) -> Option<u8> {
        let now = ASKED.load(Ordering::Acquire);
        (now != self.before).then(|| u8::try_from(now & 0xff).unwrap_or(0))
    }
}

/// Requests to end, held back until there is a process that decides.
#[derive(Debug)]
pub(crate) struct Forwarder;

impl Forwarder {
    /// Holds them back from here on: they do not end this process any more.
    pub(crate) fn prepare() -> io::Result<Self> {
        take_over().map(|()| Self)
    }

    /// Leaves them to the process, which gets them from the system.
    pub(crate) fn forward_to(self, _pid: u32) -> Forwarding {
        Forwarding
    }
}

/// The time in which a process decides. After it they are ignored: the recording is being stored.
#[derive(Debug)]
pub(crate) struct Forwarding;

impl Forwarding {
    /// Ends it.
    pub(crate) fn stop(self) {}
}

/// Has the system tell this process, and not end it.
fn take_over() -> io::Result<()> {
    static ONCE: Once = Once::new();
    static IS_DONE: AtomicBool = AtomicBool::new(false);
    ONCE.call_once(|| {
        // SAFETY: a function that is there as long as the process.
        let answer = unsafe { SetConsoleCtrlHandler(Some(told), 1) };
        IS_DONE.store(check(answer).is_ok(), Ordering::Release);
    });
    if IS_DONE.load(Ordering::Acquire) {
        Ok(())
    } else {
        Err(io::Error::other("the system does not tell of Ctrl-C"))
    }
}

/// Notes that something asked for the end. Called by the system on a thread of its own.
unsafe extern "system" fn told(event: u32) -> i32 {
    /// The time that the system gives after a console is closed, less some.
    const LAST_WORDS: Duration = Duration::from_millis(4_500);
    let signal = if event == CTRL_C_EVENT { INTERRUPT } else { TERMINATE };
    let next = |before: u64| Some((((before >> SIGNAL_BITS) + 1) << SIGNAL_BITS) | signal);
    let _ = ASKED.fetch_update(Ordering::AcqRel, Ordering::Acquire, next);
    if event != CTRL_C_EVENT && event != CTRL_BREAK_EVENT {
        // The process ends when this returns; until then there is time to store something.
        thread::sleep(LAST_WORDS);
    }
    1
}
