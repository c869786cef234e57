//! The passing on of signals to the command, which decides when to end; then its run is still
//! stored.
//!
//! The terminal sends Ctrl-C to every process of the foreground by itself. Passed on as well, it
//! would arrive twice, which many programs take as "at once". So signals from the kernel are not
//! passed on, and signals that a process sent to this one are.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2};
use signal_hook::iterator::exfiltrator::WithOrigin;
use signal_hook::iterator::{Handle, SignalsInfo};
use signal_hook::low_level::siginfo::Cause;

const PASSED_ON: [i32; 6] = [SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2];

/// The signals held back until there is a process to pass them on to.
#[derive(Debug)]
pub(crate) struct Forwarder {
    signals: SignalsInfo<WithOrigin>,
}

impl Forwarder {
    /// Holds signals back from here on: they do not end this process any more.
    pub(crate) fn prepare() -> io::Result<Self> {
        Ok(Self { signals: SignalsInfo::new(PASSED_ON.into_iter().filter(|it| heeded(*it)))? })
    }

    /// Passes them on to the process `pid` from here on.
    pub(crate) fn forward_to(mut self, pid: u32) -> Forwarding {
        let ended = Arc::new(AtomicBool::new(false));
        let forwarding = Forwarding { ended: Arc::clone(&ended), handle: self.signals.handle() };
        let own = Pid::this().as_raw();
        thread::spawn(move || {
            for origin in self.signals.forever() {
                // What this process sends to its whole group, the command gets as well.
                let is_own = origin.process.is_some_and(|process| process.pid == own);
                let sent_by_process = !matches!(origin.cause, Cause::Kernel) && !is_own;
                if sent_by_process && !ended.load(Ordering::Acquire) {
                    pass_on(pid, origin.signal);
                }
            }
        });
        forwarding
    }
}

/// The passing on of signals. Once stopped, signals are ignored: the recording is being stored.
#[derive(Debug)]
pub(crate) struct Forwarding {
    ended: Arc<AtomicBool>,
    handle: Handle,
}

impl Forwarding {
    /// Passes no more on.
    pub(crate) fn stop(self) {
        self.ended.store(true, Ordering::Release);
        self.handle.close();
    }
}

fn pass_on(pid: u32, signal: i32) {
    if let (Ok(pid), Ok(signal)) = (i32::try_from(pid), Signal::try_from(signal)) {
        // It fails when the process has just ended, and then there is nothing to do.
        let _ = kill(Pid::from_raw(pid), signal);
    }
}

/// Returns whether a signal may be caught. One that whoever started us ignores (as `nohup` does)
/// must stay ignored in the command; catching it here would give the command its default action.
pub(super) fn heeded(signal: i32) -> bool {
    ignored() & (1 << (signal - 1)) == 0
}

/// Returns the set of ignored signals, bit 0 for signal 1; empty where the system does not show it.
fn ignored() -> u64 {
    std::fs::read_to_string("/proc/self/status")
        .ok()
        .and_then(|status| {
            let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"))?;
            u64::from_str_radix(mask.trim(), 16).ok()
        })
        .unwrap_or(0)
}
