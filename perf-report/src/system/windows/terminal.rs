//! Consoles and pipes of Windows.
//!
//! A console of this process's own making would change the bytes that a command writes, so that there is
//! none: a command whose output is heard writes to a pipe.

use std::fs::File;
use std::io::{self, IsTerminal as _, Write};
use std::os::windows::io::{AsHandle, AsRawHandle as _, OwnedHandle};
use std::time::Duration;

use windows_sys::Win32::Foundation::WAIT_OBJECT_0;
use windows_sys::Win32::System::Console::{
    ENABLE_VIRTUAL_TERMINAL_PROCESSING, GetConsoleMode, SetConsoleMode,
};
use windows_sys::Win32::System::Threading::WaitForSingleObject;

pub(crate) use std::os::windows::io::AsHandle as Stream;

/// What stands between the commands in `BROWSER`.
pub(crate) const BETWEEN_COMMANDS: char = ';';
/// The command that opens a page in the user's browser.
pub(crate) const OPENER: &str = "rundll32 url.dll,FileProtocolHandler";

/// Opens a pipe; returns its ends, first the one to read from.
///
/// # Errors
/// When the system has no more of them.
pub(crate) fn pipe() -> io::Result<[File; 2]> {
    let (reader, writer) = io::pipe()?;
    Ok([OwnedHandle::from(reader).into(), OwnedHandle::from(writer).into()])
}

/// Opens a pipe in place of a terminal.
///
/// # Errors
/// When the system has no more of them.
pub(crate) fn raw_terminal(_columns: u16, _rows: u16) -> io::Result<[File; 2]> {
    pipe()
}

/// Standard output: a console takes text, and anything else bytes.
#[derive(Debug)]
pub(crate) enum Output {
    /// A console.
    Console,
    /// Anything else.
    Bytes(File),
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let Self::Bytes(file) = self else {
            // What is no text would stay before all that follows.
            let mut console = io::stdout().lock();
            console.write_all(String::from_utf8_lossy(bytes).as_bytes())?;
            return console.flush().map(|()| bytes.len());
        };
        file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Returns a handle of its own on standard output.
///
/// # Errors
/// When the system has no more of them.
pub(crate) fn own_output() -> io::Result<Output> {
    if io::stdout().is_terminal() {
        return Ok(Output::Console);
    }
    Ok(Output::Bytes(io::stdout().as_handle().try_clone_to_owned()?.into()))
}

/// Returns whether the console of this stream takes no sequences that move the cursor: old ones do not, and
/// others when a program has switched that off.
pub(crate) fn is_terminal_taken(stream: &impl AsHandle) -> bool {
    let handle = stream.as_handle().as_raw_handle();
    let mut mode = 0;
    // SAFETY: a call on a handle that is open; writes to a number on this stack.
    if unsafe { GetConsoleMode(handle, &raw mut mode) } == 0 {
        return true;
    }
    let wanted = mode | ENABLE_VIRTUAL_TERMINAL_PROCESSING;
    // SAFETY: a call on a handle that is open.
    mode != wanted && unsafe { SetConsoleMode(handle, wanted) } == 0
}

/// Returns whether keys can come although standard input is something else.
pub(crate) fn has_keyboard() -> bool {
    File::open("CONIN$").is_ok()
}

/// Returns true: a console that is closed ends its processes.
pub(crate) fn is_keyboard_there() -> bool {
    true
}

/// Returns true: consoles need no `TERM`.
pub(crate) fn draws_without_term() -> bool {
    true
}

/// Waits until something can be read from a console that is standard input, for so long at most. Returns
/// whether it can; of anything else it is taken for granted.
///
/// # Errors
/// Never.
pub(crate) fn wait_for_input(at_most: Duration) -> io::Result<bool> {
    let stdin = io::stdin();
    if !stdin.is_terminal() {
        return Ok(true);
    }
    let milliseconds = u32::try_from(at_most.as_millis()).unwrap_or(u32::MAX - 1);
    // SAFETY: a call on a handle that is open.
    let answer = unsafe { WaitForSingleObject(stdin.as_handle().as_raw_handle(), milliseconds) };
    Ok(answer == WAIT_OBJECT_0)
}

/// A watch for the moment when somebody lets this process go on that was stopped: that does not happen here.
#[derive(Debug)]
pub(crate) struct Continuation;

impl Continuation {
    /// Watches for nothing.
    pub(crate) fn watch() -> Self {
        Self
    }

    /// Returns false.
    pub(crate) fn has_continued(&self) -> bool {
        false
    }

    /// Does nothing: jobs cannot be stopped.
    pub(crate) fn stop_job(&self) {}
}
