//! The request to end, while several commands run one after the other.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use signal_hook::SigId;
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};

use super::forwarding::heeded;

/// A watch for signals that ask for the end, in place of ending. The command that runs decides for
/// itself; the next one is not started. Dropping it does not take the signals back, so it belongs
/// to work that ends with the process.
#[derive(Debug)]
pub(crate) struct Interrupt {
    signal: Arc<AtomicUsize>,
    registered: Vec<SigId>,
}

impl Interrupt {
    /// Notices signals from here on.
    ///
    /// # Errors
    /// When the system does not allow that.
    pub(crate) fn watch() -> io::Result<Self> {
        let signal = Arc::new(AtomicUsize::new(0));
        let mut watch = Self { signal, registered: Vec::new() };
        for number in [SIGINT, SIGTERM, SIGHUP, SIGQUIT].into_iter().filter(|it| heeded(*it)) {
            let value = usize::try_from(number).unwrap_or(0);
            let to = Arc::clone(&watch.signal);
            watch.registered.push(signal_hook::flag::register_usize(number, to, value)?);
        }
        Ok(watch)
    }

    /// Returns the signal that asked for the end, if one did.
    pub(crate) fn signal(&self) -> Option<u8> {
        u8::try_from(self.signal.load(Ordering::Acquire)).ok().filter(|signal| *signal > 0)
    }
}

impl Drop for Interrupt {
    fn drop(&mut self) {
        for id in self.registered.drain(..) {
            signal_hook::low_level::unregister(id);
        }
    }
}
