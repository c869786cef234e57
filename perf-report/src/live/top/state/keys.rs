//! Keys, and what they do.

use super::select::Selection;
use super::{Effect, INTERVALS, Item, Open, State, View, rows};
use crate::model::Since;
use crate::render::words::top::Column;

/// A key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Key {
    /// A character.
    Char(char),
    /// Enter.
    Enter,
    /// Escape.
    Esc,
    /// Backspace.
    Backspace,
    /// Tab.
    Tab,
    /// An arrow.
    Up,
    /// An arrow.
    Down,
    /// An arrow.
    Left,
    /// An arrow.
    Right,
    /// A screen up.
    PageUp,
    /// A screen down.
    PageDown,
    /// Half a screen up: Ctrl-U.
    HalfUp,
    /// Half a screen down: Ctrl-D.
    HalfDown,
    /// To the first row.
    Home,
    /// To the last row.
    End,
    /// Ctrl-C.
    Interrupt,
    /// Ctrl-Z.
    Suspend,
}

impl State {
    /// Does what a key asks for.
    pub(super) fn press(mut self, key: Key) -> (Self, Option<Effect>) {
        let effect = match key {
            Key::Interrupt => Some(Effect::Interrupt),
            Key::Suspend => Some(Effect::Suspend),
            key if self.is_typing => {
                self.type_filter(key);
                None
            }
            key => self.command(key),
        };
        (self, effect)
    }

    fn type_filter(&mut self, key: Key) {
        match key {
            Key::Char(c) => self.filter.push(c),
            Key::Backspace => drop(self.filter.pop()),
            Key::Esc => {
                self.filter.clear();
                self.is_typing = false;
            }
            Key::Enter => self.is_typing = false,
            _ => return,
        }
        self.arrange(true);
    }

    fn command(&mut self, key: Key) -> Option<Effect> {
        match key {
            Key::Char('q') => return Some(Effect::Quit),
            Key::Char('w') => return Some(Effect::Write),
            Key::Char(' ' | 'p') => {
                self.is_paused = !self.is_paused;
                return Some(Effect::Pause(self.is_paused));
            }
            Key::Char('+') => return Some(self.change_interval(1)),
            Key::Char('-') => return Some(self.change_interval(-1)),
            Key::Char('?') => self.toggle_help(),
            Key::Char('/') => self.is_typing = true,
            Key::Char('d') => self.change_since(),
            Key::Char('0') => self.count_from_now(),
            Key::Char(digit @ '1'..='4') => {
                let at = usize::from(u8::try_from(digit).unwrap_or(b'1') - b'1');
                self.show(View::ALL[at]);
            }
            Key::Tab => self.show(next(&View::ALL, self.view, 1)),
            Key::Char('s' | '>') => self.sort_by(1),
            Key::Char('S' | '<') => self.sort_by(-1),
            Key::Char('r') => {
                self.is_reversed = !self.is_reversed;
                self.arrange(true);
            }
            Key::Enter => self.enter(),
            Key::Esc => self.back(),
            Key::Left | Key::Char('h') => self.sideways(-1),
            Key::Right | Key::Char('l') => self.sideways(1),
            key => self.travel(key),
        }
        None
    }

    fn change_interval(&mut self, steps: isize) -> Effect {
        let longer = INTERVALS.iter().position(|it| *it > self.interval);
        let at_most = INTERVALS.iter().rposition(|it| *it < self.interval);
        let next = if steps > 0 { longer } else { at_most };
        self.interval = next.map_or(self.interval, |at| INTERVALS[at]);
        Effect::Interval(self.interval)
    }

    fn toggle_help(&mut self) {
        self.open = if self.open == Open::Help { Open::Rows } else { Open::Help };
        self.scrolled = 0;
    }

    /// Goes on to the next moment to count from: the last reading, the start, and the mark if one was made.
    fn change_since(&mut self) {
        let all = [Since::Last, Since::Start, Since::Mark];
        let known = if self.mark.is_some() { 3 } else { 2 };
        self.since = Some(next(&all[..known], self.since(), 1));
        self.count();
        self.arrange(true);
    }

    fn count_from_now(&mut self) {
        if self.now.is_some() {
            self.mark.clone_from(&self.now);
            self.since = Some(Since::Mark);
            self.count();
            self.arrange(true);
        }
    }

    fn show(&mut self, view: View) {
        self.open = Open::Rows;
        self.first = 0;
        self.view = view;
        self.arrange(true);
    }

    fn sort_by(&mut self, steps: isize) {
        let mut columns = Column::of(&self.document);
        columns.insert(0, Column::Name);
        self.sort = next(&columns, self.sort, steps);
        self.arrange(true);
    }

    /// Shows the selected function in detail, or goes back from there.
    fn enter(&mut self) {
        if self.open != Open::Rows {
            return self.back();
        }
        let item = self.selected().and_then(|at| self.rows.get(at)).map(|row| row.item);
        let name = item.and_then(|item| rows::function_of(&self.document, item));
        self.open = name.map_or(Open::Rows, |name| Open::Detail(name.to_owned()));
        self.scrolled = 0;
    }

    /// Takes back the last thing that was opened.
    fn back(&mut self) {
        let was_open = std::mem::take(&mut self.open);
        if was_open == Open::Rows && !self.filter.is_empty() {
            self.filter.clear();
            self.arrange(true);
        }
        self.scrolled = 0;
    }

    /// Opens or closes a node of the tree; elsewhere another column sorts.
    fn sideways(&mut self, steps: isize) {
        if self.open != Open::Rows || self.view == View::Threads {
            return;
        }
        if self.view != View::Tree {
            return self.sort_by(steps);
        }
        let Some(row) = self.selected().and_then(|at| self.rows.get(at)) else { return };
        let is_open = matches!(row.item, Item::Node(_, _, Some(true)));
        let key = row.key.clone();
        match (steps < 0, is_open) {
            (false, _) => drop(self.closed.remove(&key)),
            (true, true) => drop(self.closed.insert(key)),
            // What has nothing to close leads to its caller.
            (true, false) => {
                let caller = key.rsplit_once('\u{0}').map(|(caller, _)| caller);
                let place = self.rows.iter().position(|row| Some(row.key.as_str()) == caller);
                return self.select(place.or(self.selected()).unwrap_or(0));
            }
        }
        self.arrange(false);
    }

    /// Moves the selection, or scrolls what covers the rows.
    fn travel(&mut self, key: Key) {
        let covers = self.open != Open::Rows;
        let from = if covers { self.scrolled } else { self.selected().unwrap_or(0) };
        let (page, half) = (self.room.saturating_sub(1).max(1), (self.room / 2).max(1));
        let to = match key {
            Key::Up | Key::Char('k') => from.saturating_sub(1),
            Key::Down | Key::Char('j') => from + 1,
            Key::PageUp => from.saturating_sub(page),
            Key::PageDown => from + page,
            Key::HalfUp => from.saturating_sub(half),
            Key::HalfDown => from + half,
            Key::Home | Key::Char('g') => 0,
            Key::End | Key::Char('G') => self.rows.len().saturating_sub(1),
            _ => return,
        };
        if covers {
            // The screen knows how much there is.
            self.scrolled = to.min(1_000);
        } else {
            self.select(to);
        }
    }

    fn select(&mut self, place: usize) {
        self.selections.insert(self.view, Selection::of(&self.rows, place));
        self.keep_in_sight();
    }
}

/// Returns the item some steps on from `from`, round and round.
fn next<T: Copy + PartialEq>(all: &[T], from: T, steps: isize) -> T {
    let at = all.iter().position(|it| *it == from).unwrap_or(0);
    let length = isize::try_from(all.len()).unwrap_or(1).max(1);
    let to = (isize::try_from(at).unwrap_or(0) + steps).rem_euclid(length);
    usize::try_from(to).ok().and_then(|to| all.get(to)).copied().unwrap_or(from)
}
