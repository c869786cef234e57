//! The terminal: taken, given back, and given back whatever happens.
//!
//! It is taken by the alternate screen and raw mode. [`give_back`] undoes both, once, from wherever it is
//! called: when the view is left or dropped, and in the hook of a panic on any thread, before its message is
//! printed. Signals that ask for the end are noticed elsewhere and leave the view in the usual way. Ctrl-Z
//! gives the terminal back, stops the whole job as the terminal itself would have, and takes it again.

use std::io::{self, IsTerminal as _, Stdout};
use std::mem::ManuallyDrop;
use std::panic;
use std::sync::{Mutex, MutexGuard, Once, PoisonError};

use ratatui::backend::CrosstermBackend;
use ratatui::buffer::Buffer;
use ratatui::crossterm::cursor::{Hide, Show};
use ratatui::crossterm::execute;
use ratatui::crossterm::terminal::{
    EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use ratatui::layout::Size;

use crate::system::{self, Continuation};

/// True while the terminal is taken. Locked while that changes, so that nobody goes on, or ends the process,
/// while another thread is half way through giving it back. Nothing that is done under the lock panics.
static IS_TAKEN: Mutex<bool> = Mutex::new(false);

/// The terminal while it is taken.
pub(super) struct Terminal {
    /// Never dropped: that would show the cursor once more, complain where the terminal is gone, and panic where
    /// even that cannot be written. [`give_back`] does all of it.
    inner: ManuallyDrop<ratatui::Terminal<CrosstermBackend<Stdout>>>,
    continuation: Continuation,
}

/// Finds out whether there is a terminal that a view can be drawn on.
///
/// # Errors
/// The reason why there is none, as the end of a sentence.
pub(super) fn is_usable() -> Result<(), String> {
    let term = std::env::var("TERM").unwrap_or_default();
    if !io::stdout().is_terminal() {
        return Err("standard output is no terminal".to_owned());
    }
    if term == "dumb" || (term.is_empty() && !system::draws_without_term()) {
        return Err(format!("the terminal cannot be drawn on (TERM={term})"));
    }
    // Keys come from there when standard input is something else.
    if !io::stdin().is_terminal() && !system::has_keyboard() {
        return Err("there is no keyboard: standard input is no terminal".to_owned());
    }
    Ok(())
}

/// Returns whether the terminal that keys come from is there, and not hung up.
pub(super) fn is_there() -> bool {
    system::is_keyboard_there()
}

impl Terminal {
    /// Takes the terminal.
    pub(super) fn enter() -> io::Result<Self> {
        give_back_on_panic();
        let continuation = Continuation::watch();
        take()?;
        let inner = ratatui::Terminal::new(CrosstermBackend::new(io::stdout()))?;
        let inner = ManuallyDrop::new(inner);
        Ok(Self { inner, continuation })
    }

    /// Returns whether somebody stopped this process and let it go on, since this was asked last.
    pub(super) fn has_continued(&self) -> bool {
        self.continuation.has_continued()
    }

    /// Takes the terminal once more: whoever had it meanwhile may have changed it.
    pub(super) fn reenter(&mut self) -> io::Result<()> {
        take()?;
        self.inner.clear()
    }

    /// Gives the terminal back until somebody lets this process go on.
    pub(super) fn suspend(&mut self) -> io::Result<()> {
        give_back();
        self.continuation.stop_job();
        self.reenter()
    }

    pub(super) fn size(&self) -> io::Result<Size> {
        self.inner.size()
    }

    /// Draws one picture, unless a panic elsewhere has given the terminal back.
    pub(super) fn draw(&mut self, picture: impl FnOnce(&mut Buffer)) -> io::Result<()> {
        if !is_taken() {
            return Err(io::Error::other("the terminal was given back"));
        }
        self.inner.draw(|frame| picture(frame.buffer_mut())).map(drop)
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        give_back();
    }
}

/// Returns whether the terminal is taken: not any more after a panic on whichever thread.
pub(super) fn is_taken() -> bool {
    *locked()
}

fn locked() -> MutexGuard<'static, bool> {
    IS_TAKEN.lock().unwrap_or_else(PoisonError::into_inner)
}

fn take() -> io::Result<()> {
    let mut is_taken = locked();
    enable_raw_mode()?;
    *is_taken = true;
    execute!(io::stdout(), EnterAlternateScreen, Hide).inspect_err(|_| undo(&mut is_taken))
}

/// Gives the terminal back, if it is taken.
fn give_back() {
    undo(&mut locked());
}

fn undo(is_taken: &mut bool) {
    if std::mem::take(is_taken) {
        // The one must not keep the other from being undone; a terminal that is gone wants neither.
        let _ = execute!(io::stdout(), LeaveAlternateScreen, Show);
        let _ = disable_raw_mode();
    }
}

/// Makes every panic give the terminal back before it says anything.
fn give_back_on_panic() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            give_back();
            usual(info);
        }));
    });
}
