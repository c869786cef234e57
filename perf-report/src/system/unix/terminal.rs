//! Terminals and pipes of Unix.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::pty::{Winsize, openpty};
use nix::sys::signal::{Signal, kill};
use nix::sys::termios::{LocalFlags, SetArg, cfmakeraw, tcgetattr, tcsetattr};
use nix::unistd::{Pid, getpgrp, tcgetpgrp};
use signal_hook::SigId;
use signal_hook::consts::SIGCONT;

pub(crate) use std::os::fd::AsFd as Stream;

/// What stands between the commands in `BROWSER`.
pub(crate) const BETWEEN_COMMANDS: char = ':';
/// The command that opens a page in the user's browser.
pub(crate) const OPENER: &str = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };

/// Opens a pipe; returns its ends, first the one to read from.
///
/// # Errors
/// When the system has no more of them.
pub(crate) fn pipe() -> io::Result<[File; 2]> {
    let (reader, writer) = io::pipe()?;
    Ok([OwnedFd::from(reader).into(), OwnedFd::from(writer).into()])
}

/// Opens a terminal of this size that changes no byte; returns its ends, first the one to read from.
///
/// # Errors
/// When the system has no more of them.
pub(crate) fn raw_terminal(columns: u16, rows: u16) -> io::Result<[File; 2]> {
    let size = Winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
    let ends = openpty(&size, None)?;
    let mut settings = tcgetattr(&ends.slave)?;
    cfmakeraw(&mut settings);
    tcsetattr(&ends.slave, SetArg::TCSANOW, &settings)?;
    Ok([ends.master.into(), ends.slave.into()])
}

/// Returns a handle of its own on standard output.
///
/// # Errors
/// When the system has no more of them.
pub(crate) fn own_output() -> io::Result<File> {
    Ok(io::stdout().as_fd().try_clone_to_owned()?.into())
}

/// Returns whether another job, or a program that takes the terminal for itself, has that of this stream.
pub(crate) fn is_terminal_taken(stream: &impl AsFd) -> bool {
    let raw = tcgetattr(stream).is_ok_and(|mode| !mode.local_flags.contains(LocalFlags::ICANON));
    let background = tcgetpgrp(stream).is_ok_and(|group| group != getpgrp());
    raw || background
}

/// Returns whether keys can come although standard input is something else.
pub(crate) fn has_keyboard() -> bool {
    File::open("/dev/tty").is_ok()
}

/// Returns whether the terminal that keys come from is there, and not hung up.
pub(crate) fn is_keyboard_there() -> bool {
    tcgetattr(io::stdin()).map_or_else(|error| error == Errno::ENOTTY, |_| true)
}

/// Returns whether a screen is drawn on by this process without `TERM`: never here.
pub(crate) fn draws_without_term() -> bool {
    false
}

/// Waits until something can be read from standard input, for so long at most. Returns whether it can.
///
/// # Errors
/// When nobody can know.
pub(crate) fn wait_for_input(at_most: Duration) -> io::Result<bool> {
    let stdin = io::stdin();
    let mut ready = [PollFd::new(stdin.as_fd(), PollFlags::POLLIN)];
    let timeout = PollTimeout::try_from(at_most).unwrap_or(PollTimeout::MAX);
    match poll(&mut ready, timeout) {
        Ok(0) | Err(Errno::EINTR) => Ok(false),
        Ok(_) => Ok(true),
        Err(error) => Err(error.into()),
    }
}

/// A watch for the moment when somebody lets this process go on that was stopped.
#[derive(Debug)]
pub(crate) struct Continuation {
    has_continued: Arc<AtomicBool>,
    registered: Option<SigId>,
}

impl Continuation {
    /// Watches from here on.
    pub(crate) fn watch() -> Self {
        let has_continued = Arc::new(AtomicBool::new(false));
        let registered = signal_hook::flag::register(SIGCONT, Arc::clone(&has_continued)).ok();
        Self { has_continued, registered }
    }

    /// Returns whether somebody stopped this process and let it go on, since this was asked last.
    pub(crate) fn has_continued(&self) -> bool {
        self.has_continued.swap(false, Ordering::AcqRel)
    }

    /// Stops the whole job, as the terminal does it, until somebody lets it go on.
    pub(crate) fn stop_job(&self) {
        /// The time until the stop has taken effect; longer only where this process may not be stopped.
        const PATIENCE: Duration = Duration::from_millis(200);
        self.has_continued();
        let _ = kill(Pid::from_raw(0), Signal::SIGTSTP);
        let since = Instant::now();
        while !self.has_continued.load(Ordering::Acquire) && since.elapsed() < PATIENCE {
            thread::sleep(Duration::from_millis(5));
        }
        self.has_continued();
    }
}

impl Drop for Continuation {
    fn drop(&mut self) {
        if let Some(id) = self.registered.take() {
            signal_hook::low_level::unregister(id);
        }
    }
}
