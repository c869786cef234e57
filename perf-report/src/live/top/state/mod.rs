//! The state of the screen: what is shown, what is selected, and what a key makes of it. Pure: the next
//! state follows from the one before and an [`Event`]; what has to be done outside is an [`Effect`].

mod keys;
mod rows;
mod select;

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

pub(crate) use keys::Key;
pub(crate) use rows::{Item, Row};
use select::Selection;

use super::{Detail, Reading, document};
use crate::model::{Since, TopCommand, TopDocument};
use crate::render::words::top::Column;

/// The times between readings to choose from.
const INTERVALS: [Duration; 7] = [
    Duration::from_millis(100),
    Duration::from_millis(200),
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(5),
    Duration::from_secs(10),
];

/// The time after a key in which rows keep their order: whoever moves among them must not miss one.
const SETTLE: Duration = Duration::from_secs(2);

/// Rates of a function that are kept: as many as the widest line of them.
const RATES: usize = 120;

/// A view.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(crate) enum View {
    /// Functions, a row each.
    #[default]
    Functions,
    /// The calling-context tree.
    Tree,
    /// The running calls of each thread.
    Threads,
    /// Metrics of the program's own.
    Metrics,
}

impl View {
    /// All views, in the order of their keys.
    pub(crate) const ALL: [Self; 4] = [Self::Functions, Self::Tree, Self::Threads, Self::Metrics];

    /// Returns its title.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Functions => "functions",
            Self::Tree => "tree",
            Self::Threads => "threads",
            Self::Metrics => "metrics",
        }
    }
}

/// The thing that is open on the screen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum Open {
    /// The rows of the view.
    #[default]
    Rows,
    /// The explanation of the keys.
    Help,
    /// A function in detail.
    Detail(String),
}

/// An event.
#[derive(Debug, Clone)]
pub(crate) enum Event {
    /// A key was pressed.
    Key(Key),
    /// There is a new reading.
    Reading(Arc<Reading>),
    /// The screen has room for this number of rows.
    Room(usize),
    /// Something happened that is to be shown.
    Note(String),
    /// The command has ended.
    Ended(TopCommand),
}

/// An effect outside of the state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Leave the screen.
    Quit,
    /// Leave it, and ask the command to end.
    Interrupt,
    /// Give the terminal back until somebody continues this process.
    Suspend,
    /// Write what is shown to a file.
    Write,
    /// Read at another pace.
    Interval(Duration),
    /// Stop reading, or go on.
    Pause(bool),
}

/// Everything that decides what the screen shows.
#[derive(Debug, Clone)]
pub(crate) struct State {
    /// The view.
    pub view: View,
    /// The figures.
    pub document: TopDocument,
    /// The rows of the view, in their order.
    pub rows: Vec<Row>,
    /// The first row on the screen.
    pub first: usize,
    /// The column that functions are sorted by.
    pub sort: Column,
    /// True where the order is turned round.
    pub is_reversed: bool,
    /// The text that rows must hold; empty for all.
    pub filter: String,
    /// True while the filter is typed.
    pub is_typing: bool,
    /// What covers the rows.
    pub open: Open,
    /// Lines by which the detail, or the help, is scrolled.
    pub scrolled: usize,
    /// True while nothing is read.
    pub is_paused: bool,
    /// The wanted time between readings.
    pub interval: Duration,
    /// A message, until the next key.
    pub note: Option<String>,
    /// Rows that there is room for.
    room: usize,
    selections: HashMap<View, Selection>,
    /// The rank of each row when it was sorted last.
    ranks: HashMap<String, usize>,
    /// Nodes of the tree whose callees are hidden.
    closed: std::collections::HashSet<String>,
    /// The user's choice from when figures count, if there is one.
    since: Option<Since>,
    now: Option<Arc<Reading>>,
    last: Option<Arc<Reading>>,
    mark: Option<Arc<Reading>>,
    command: Option<TopCommand>,
    rates: HashMap<String, Vec<f64>>,
    /// The time of the last key, by the clock that events come with.
    key_at: Option<Duration>,
}

impl State {
    /// Returns the state of the beginning. `command` is what was started, if anything was.
    pub(crate) fn new(interval: Duration, command: Option<TopCommand>) -> Self {
        Self {
            view: View::default(),
            document: TopDocument { command: command.clone(), ..TopDocument::empty() },
            rows: Vec::new(),
            first: 0,
            sort: Column::default(),
            is_reversed: false,
            filter: String::new(),
            is_typing: false,
            open: Open::Rows,
            scrolled: 0,
            is_paused: false,
            interval,
            note: None,
            room: 1,
            selections: HashMap::new(),
            ranks: HashMap::new(),
            closed: std::collections::HashSet::new(),
            since: None,
            now: None,
            last: None,
            mark: None,
            command,
            rates: HashMap::new(),
            key_at: None,
        }
    }

    /// Returns the state after an event at the time `at`, and what is to be done.
    pub(crate) fn step(mut self, event: Event, at: Duration) -> (Self, Option<Effect>) {
        match event {
            Event::Key(key) => {
                self.note = None;
                self.key_at = Some(at);
                return self.press(key);
            }
            Event::Reading(reading) => self.read(reading, at),
            Event::Room(rows) => {
                self.room = rows.max(1);
                self.keep_in_sight();
            }
            Event::Note(note) => self.note = Some(note),
            Event::Ended(command) => {
                self.command = Some(command);
                self.count();
                self.arrange(false);
            }
        }
        (self, None)
    }

    /// Returns the moment from which figures count: the user's choice, or else what shows most.
    pub(crate) fn since(&self) -> Since {
        let has_ended = self.now.as_ref().is_some_and(|now| now.running.is_empty());
        let usual = if has_ended { Since::Start } else { Since::Last };
        match self.since.unwrap_or(usual) {
            Since::Mark if self.mark.is_some() => Since::Mark,
            // Nothing came before the first reading.
            Since::Last | Since::Mark if self.last.is_some() => Since::Last,
            _ => Since::Start,
        }
    }

    /// Returns the selected row, if there is one.
    pub(crate) fn selected(&self) -> Option<usize> {
        let selection = self.selections.get(&self.view);
        selection.map_or_else(Selection::default, Clone::clone).place(&self.rows)
    }

    /// Returns the details that are shown; `None` where none are wanted.
    pub(crate) fn shown_detail(&self) -> Option<Detail> {
        let Open::Detail(name) = &self.open else { return None };
        Detail::of(&self.document, name)
    }

    /// Returns the rates of a function at the last readings, the oldest first.
    pub(crate) fn rates(&self, function: &str) -> &[f64] {
        self.rates.get(function).map_or(&[], Vec::as_slice)
    }

    fn read(&mut self, reading: Arc<Reading>, at: Duration) {
        self.last = self.now.replace(reading);
        self.count();
        self.keep_rates();
        let is_settled = self.key_at.is_none_or(|key| at.saturating_sub(key) >= SETTLE);
        self.arrange(is_settled);
    }

    /// Makes the figures anew.
    fn count(&mut self) {
        let since = self.since();
        let before = match since {
            Since::Start => None,
            Since::Last => self.last.as_deref(),
            Since::Mark => self.mark.as_deref(),
        };
        if let Some(now) = self.now.as_deref() {
            self.document = document(now, before.map(|before| (before, since)));
        }
        if self.command.is_some() {
            self.document.command.clone_from(&self.command);
        }
    }

    /// Keeps the rate of each function since the reading before.
    fn keep_rates(&mut self) {
        let (Some(now), Some(last)) = (&self.now, &self.last) else { return };
        let is_it = self.since() == Since::Last;
        let fresh = (!is_it).then(|| document(now, Some((last, Since::Last))));
        let document = fresh.as_ref().unwrap_or(&self.document);
        for rates in self.rates.values_mut() {
            rates.push(0.0);
            let beyond = rates.len().saturating_sub(RATES);
            rates.drain(..beyond);
        }
        for row in &document.functions {
            let rates = self.rates.entry(row.function.name.clone()).or_insert_with(|| vec![0.0]);
            if let Some(rate) = rates.last_mut() {
                *rate = row.calls_per_s;
            }
        }
    }

    /// Lists the rows anew: sorted, or in the order that they had.
    fn arrange(&mut self, is_sorted: bool) {
        if is_sorted {
            self.ranks.clear();
        }
        self.rows = rows::of(self);
        if is_sorted {
            self.ranks =
                self.rows.iter().enumerate().map(|(at, row)| (row.key.clone(), at)).collect();
        }
        self.keep_in_sight();
    }

    /// Scrolls so that the selected row is on the screen.
    fn keep_in_sight(&mut self) {
        let selected = self.selected().unwrap_or(0);
        let last_first = self.rows.len().saturating_sub(self.room);
        let least = (selected + 1).saturating_sub(self.room);
        self.first = self.first.min(last_first).clamp(least, selected.max(least));
    }
}
