//! The live view on a terminal: keys in, pictures out.
//!
//! What is shown is decided by the state in `live::top`, which is pure; `draw` makes lines of it, which is
//! pure, too. Here is the loop around both, and `terminal` with all that concerns the terminal itself.
//! The feature `tui` brings this room in.

mod draw;
mod keys;
mod plain;
mod terminal;

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use ratatui::buffer::Buffer;
use ratatui::crossterm::event;
use ratatui::layout::Rect;

use crate::live::top::{
    Control, Effect, Ended, Event, Feed, Left, Outside, State, Target, Update, Watch, cpu_time,
    panic_if_asked,
};
pub(crate) use plain::Look;
use terminal::Terminal;

/// The time between two looks for keys, signals and readings.
const TICK: Duration = Duration::from_millis(25);

/// Explains why there can be no live view here.
///
/// # Errors
/// The reason, as the end of a sentence.
pub(crate) fn is_possible() -> Result<(), String> {
    terminal::is_usable()
}

/// Shows the view until it is left. The terminal is then as it was.
///
/// # Errors
/// When the terminal cannot be used, or is gone.
pub(crate) fn show(
    feed: &Feed,
    state: State,
    look: Look,
    outside: &mut dyn Outside,
) -> io::Result<Left> {
    let mut view = View { feed, state: Some(state), look, began: Instant::now(), is_stale: true };
    let mut terminal = Terminal::enter()?;
    let left = view.run(&mut terminal, outside);
    if !terminal::is_taken() {
        // A panic of the thread that reads gave it back: its message comes first.
        feed.wait_for_end();
    }
    left
}

/// Returns a function that does all that a refresh of the screen is, for the process of a segment, without
/// a terminal. It returns the time for reading, and that for what is made of it. Benchmarks time it.
pub fn refresher(segment: &Path, (width, height): (u16, u16)) -> impl FnMut() -> [Duration; 2] {
    let mut watch = Watch::new(Target::Segment(segment.to_owned()));
    let mut state = Some(State::new(TICK, None));
    let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
    let look = Look { colored: true, unicode: true };
    move || {
        let began = Instant::now();
        let reading = watch.read();
        let read = began.elapsed();
        let at = reading.at;
        if let Some(before) = state.take() {
            let (next, _) = before.step(Event::Reading(Arc::new(reading)), at);
            buffer.reset();
            draw::screen(&next, look, &mut buffer);
            state = Some(next);
        }
        [read, began.elapsed().saturating_sub(read)]
    }
}

/// The view while it is shown.
struct View<'a> {
    feed: &'a Feed,
    /// Only taken while the next one is made of it.
    state: Option<State>,
    look: Look,
    began: Instant,
    /// True if the screen shows something else than the state.
    is_stale: bool,
}

impl View<'_> {
    fn run(&mut self, terminal: &mut Terminal, outside: &mut dyn Outside) -> io::Result<Left> {
        let mut last = (Duration::ZERO, Instant::now());
        let mut is_live = true;
        loop {
            if let Some(signal) = outside.signal() {
                return Ok(Left::Signal(signal));
            }
            if !terminal::is_there() {
                return Err(io::Error::other("the terminal is gone"));
            }
            if terminal.has_continued() {
                terminal.reenter()?;
                self.is_stale = true;
            }
            if is_live {
                is_live = self.read(&mut last)?;
            }
            if let Some(ended) = outside.ended(last.0 + last.1.elapsed()) {
                self.end(ended);
                is_live = false;
            }
            self.draw(terminal)?;
            if let Some(left) = self.listen(terminal, outside)? {
                return Ok(left);
            }
        }
    }

    /// Takes the newest reading, and notes its time; false when there will be none.
    fn read(&mut self, last: &mut (Duration, Instant)) -> io::Result<bool> {
        match self.feed.take() {
            Update::Nothing => Ok(true),
            Update::Reading(reading) => {
                *last = (reading.at, Instant::now());
                let before = cpu_time();
                self.step(Event::Reading(Arc::from(reading)));
                self.feed.add_cost(cpu_time().saturating_sub(before));
                Ok(true)
            }
            // It only ends by itself by a panic, whose message is on the screen.
            Update::Gone => Err(io::Error::other("the segments are not read any more")),
        }
    }

    fn end(&mut self, ended: Ended) {
        self.feed.control(Control::Pause(true));
        if let Some(reading) = ended.reading {
            self.step(Event::Reading(Arc::new(reading)));
        }
        self.step(Event::Ended(ended.command));
        self.step(Event::Note(ended.note));
    }

    /// Draws, if there is anything new to see.
    fn draw(&mut self, terminal: &mut Terminal) -> io::Result<()> {
        if !std::mem::take(&mut self.is_stale) {
            return Ok(());
        }
        let room = draw::room(terminal.size()?);
        self.step(Event::Room(room));
        self.is_stale = false;
        let Some(state) = &self.state else { return Ok(()) };
        let before = cpu_time();
        terminal.draw(|buffer| draw::screen(state, self.look, buffer))?;
        self.feed.add_cost(cpu_time().saturating_sub(before));
        panic_if_asked("screen");
        Ok(())
    }

    /// Waits for keys for a moment, and does what they ask for.
    fn listen(
        &mut self,
        terminal: &mut Terminal,
        outside: &mut dyn Outside,
    ) -> io::Result<Option<Left>> {
        // Waiting inside would never end where the terminal is hung up meanwhile, not even by a signal.
        thread::sleep(TICK);
        // A paste is many keys, and one picture.
        while terminal::is_there() && event::poll(Duration::ZERO)? {
            match event::read()? {
                event::Event::Key(key) => {
                    let effect = keys::key(key).and_then(|key| self.step(Event::Key(key)));
                    let left = effect.map(|effect| self.act(effect, terminal, outside));
                    if let Some(left) = left.transpose()?.flatten() {
                        return Ok(Some(left));
                    }
                }
                event::Event::Resize(..) => self.is_stale = true,
                _ => {}
            }
        }
        Ok(None)
    }

    fn act(
        &mut self,
        effect: Effect,
        terminal: &mut Terminal,
        outside: &mut dyn Outside,
    ) -> io::Result<Option<Left>> {
        match effect {
            Effect::Quit => return Ok(Some(Left::Quit)),
            Effect::Interrupt => return Ok(Some(Left::Interrupt)),
            Effect::Suspend => {
                terminal.suspend()?;
                self.is_stale = true;
            }
            Effect::Write => {
                let note = self.state.as_ref().map(|state| outside.write(&state.document));
                self.step(Event::Note(note.unwrap_or_default()));
            }
            Effect::Interval(interval) => self.feed.control(Control::Interval(interval)),
            Effect::Pause(is_paused) => self.feed.control(Control::Pause(is_paused)),
        }
        Ok(None)
    }

    fn step(&mut self, event: Event) -> Option<Effect> {
        let state = self.state.take()?;
        let (state, effect) = state.step(event, self.began.elapsed());
        self.state = Some(state);
        self.is_stale = true;
        effect
    }
}
