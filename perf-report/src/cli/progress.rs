//! A spinner with the calls recorded so far, or the rounds that are done, while commands run.
//!
//! It has the terminal's last line to itself: the command's output scrolls above it, and its cursor
//! is put back after every frame, so that no half-written line is overwritten. A command that takes
//! the terminal for itself (an editor, a pager) switches it to raw mode, and sees no spinner.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle, TermLike};
use perf_runtime::segment;

use crate::record::collect;
use crate::record::work::READING;
use crate::stats::number::{float, whole};
use crate::system;
use crate::text::units;

/// The time until a spinner appears: faster commands never see one.
const PATIENCE: Duration = Duration::from_millis(500);
const FRAME: Duration = Duration::from_millis(120);
/// The most of a core that reading the recordings may take: one part in this number.
const SHARE: u32 = 20;

/// A running spinner; dropping it gives the line back.
pub(super) struct Progress {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// Starts the spinner, if there is a person to see it. `message` is asked at each frame.
pub(super) fn start(message: impl FnMut() -> String + Send + 'static) -> Option<Progress> {
    let dumb =
        std::env::var_os("TERM").map_or(!system::draws_without_term(), |term| term == "dumb");
    if !io::stderr().is_terminal() || dumb || std::env::var_os("CI").is_some() {
        return None;
    }
    let (stop, stopped) = mpsc::channel();
    let thread = thread::spawn(move || {
        if stopped.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
            spin(message, || stopped.recv_timeout(FRAME) == Err(RecvTimeoutError::Timeout));
        }
    });
    Some(Progress { stop: Some(stop), thread: Some(thread) })
}

/// Returns a function to be called again and again, which counts the recorded calls in `folder`, in
/// words.
pub(super) fn calls(folder: &Path) -> impl FnMut() -> String + Send + 'static {
    let folder = folder.to_owned();
    let mut counter = Counter::default();
    let mut words = String::new();
    let mut count_again = Instant::now();
    move || {
        if Instant::now() >= count_again {
            let began = Instant::now();
            words = counter.count(&folder);
            count_again = Instant::now() + began.elapsed() * SHARE;
        }
        words.clone()
    }
}

/// Starts the spinner for work of many steps: `so_far` says how many are done, and how many there are. It is
/// shown with an estimate of the time that is left. What follows the last step goes on under it too.
///
/// ```text
/// let progress = progress::steps("writing the page", || (written(), functions));
/// ```
pub(super) fn steps(
    what: &'static str,
    so_far: impl Fn() -> (u64, u64) + Send + 'static,
) -> Option<Progress> {
    let began = Instant::now();
    start(move || in_words(what, so_far(), began.elapsed()))
}

/// Starts the spinner for the reading of segments or runs.
pub(super) fn reading(what: &'static str) -> Option<Progress> {
    steps(what, || READING.so_far())
}

/// Writes `reading runs · 412 of 1,000 · about 2 s left`.
fn in_words(what: &str, (done, all): (u64, u64), elapsed: Duration) -> String {
    /// Steps from which the time of one is known.
    const KNOWN: u64 = 10;
    if all == 0 {
        return what.to_owned();
    }
    let so_far = format!("{what} · {} of {}", units::count(done), units::count(all));
    if done < KNOWN || done >= all {
        return so_far;
    }
    let left = elapsed.as_secs_f64() * float(all - done) / float(done);
    format!("{so_far} · about {} s left", units::count(whole(left.ceil())))
}

impl Drop for Progress {
    fn drop(&mut self) {
        drop(self.stop.take());
        // A spinner that panicked is gone, which is all that is wanted here.
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

fn spin(mut message: impl FnMut() -> String, mut go_on: impl FnMut() -> bool) {
    let bar = ProgressBar::with_draw_target(
        None,
        ProgressDrawTarget::term_like(Box::new(LastLine::default())),
    );
    if let Ok(style) = ProgressStyle::with_template("{spinner} {elapsed} · {msg}") {
        bar.set_style(style);
    }
    while go_on() {
        bar.set_message(message());
        bar.tick();
    }
    bar.finish_and_clear();
}

/// A counter of calls, for which segments of ended processes are read once.
#[derive(Default)]
struct Counter {
    ended: HashMap<PathBuf, u64>,
}

impl Counter {
    fn count(&mut self, folder: &Path) -> String {
        let segments = collect::list(folder).unwrap_or_default().segments;
        let calls = segments.iter().map(|path| self.calls_of(path)).sum();
        let processes = units::processes(segments.len() as u64);
        format!("{} in {processes}", units::plural(calls, "call"))
    }

    fn calls_of(&mut self, path: &Path) -> u64 {
        if let Some(&calls) = self.ended.get(path) {
            return calls;
        }
        let running = collect::may_be_written(path);
        let read = collect::check_readable(path).and_then(|()| segment::read(path));
        let calls = read.map_or(0, |snapshot| {
            snapshot.contexts.iter().map(|context| context.measures.calls).sum()
        });
        if !running {
            self.ended.insert(path.to_owned(), calls);
        }
        calls
    }
}

/// The last line of the terminal, kept out of the region that scrolls.
#[derive(Debug, Default)]
struct LastLine {
    text: Mutex<String>,
    /// Rows of the terminal when the line was set apart; 0 before.
    rows: AtomicU16,
}

impl LastLine {
    fn draw(&self, text: &str) -> io::Result<()> {
        let Some((_, height)) = terminal_size::terminal_size_of(io::stderr()) else {
            return Ok(());
        };
        let rows = height.0;
        if rows < 3 || system::is_terminal_taken(&io::stderr()) {
            return Ok(());
        }
        let mut frame = String::new();
        if self.rows.swap(rows, Ordering::Relaxed) != rows {
            // One line down and up again (keeping the column, which a new line would not), so that
            // the cursor is not on the last line when that is set apart. Setting the region moves
            // the cursor, hence save (ESC 7) and restore (ESC 8).
            let _ = write!(frame, "\x1bD\x1b[1A\x1b7\x1b[1;{}r\x1b8", rows - 1);
        }
        let _ = write!(frame, "\x1b7\x1b[{rows};1H\x1b[2K{text}\x1b8");
        io::stderr().lock().write_all(frame.as_bytes())
    }
}

impl Drop for LastLine {
    fn drop(&mut self) {
        let rows = *self.rows.get_mut();
        if rows > 0 {
            let end = format!("\x1b7\x1b[r\x1b[{rows};1H\x1b[2K\x1b8");
            let _ = io::stderr().lock().write_all(end.as_bytes());
        }
    }
}

/// The drawing of indicatif on the last line, in place of the cursor's. One line needs no moves.
impl TermLike for LastLine {
    fn width(&self) -> u16 {
        terminal_size::terminal_size_of(io::stderr()).map_or(80, |(width, _)| width.0)
    }

    fn move_cursor_up(&self, _: usize) -> io::Result<()> {
        Ok(())
    }

    fn move_cursor_down(&self, _: usize) -> io::Result<()> {
        Ok(())
    }

    fn move_cursor_right(&self, _: usize) -> io::Result<()> {
        Ok(())
    }

    fn move_cursor_left(&self, _: usize) -> io::Result<()> {
        Ok(())
    }

    fn write_line(&self, text: &str) -> io::Result<()> {
        self.write_str(text)
    }

    fn write_str(&self, text: &str) -> io::Result<()> {
        if let Ok(mut buffer) = self.text.lock() {
            buffer.push_str(text);
        }
        Ok(())
    }

    fn clear_line(&self) -> io::Result<()> {
        Ok(())
    }

    fn flush(&self) -> io::Result<()> {
        let text = self.text.lock().map(|mut text| std::mem::take(&mut *text)).unwrap_or_default();
        self.draw(text.trim_end())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_is_estimated_once_some_is_done() {
        let words = |so_far| in_words("reading runs", so_far, Duration::from_millis(1_500));
        let all = [(0, 0), (3, 1_000), (400, 1_000), (1_000, 1_000)].map(words);
        assert_eq!(
            all,
            [
                "reading runs",
                "reading runs · 3 of 1,000",
                "reading runs · 400 of 1,000 · about 3 s left",
                "reading runs · 1,000 of 1,000",
            ]
        );
    }
}
