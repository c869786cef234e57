//! The processes that run now, read once a second however many ask.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::live::top::{Reading, Target, Watch, document};
use crate::model::{Since, TopDocument};

/// The shortest time between two readings.
const PAUSE: Duration = Duration::from_secs(1);

/// The longest time over which rates are shown; after a longer one nobody has looked, and they begin anew.
const LONGEST: Duration = Duration::from_secs(30);

/// The processes that record in a folder.
#[derive(Debug)]
pub(super) struct Live(Mutex<State>);

#[derive(Debug)]
struct State {
    base: PathBuf,
    watch: Watch,
    last: Option<Reading>,
    document: Option<TopDocument>,
}

impl Live {
    /// Looks at the processes that record in `base`.
    pub(super) fn new(base: PathBuf) -> Self {
        let watch = Watch::new(Target::Running(base.clone()));
        Self(Mutex::new(State { base, watch, last: None, document: None }))
    }

    /// Returns their figures: since the reading before, or since the start of each process.
    pub(super) fn document(&self) -> TopDocument {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let age = state.last.as_ref().map(|last| state.watch.elapsed().saturating_sub(last.at));
        match (&state.document, age) {
            (Some(document), Some(age)) if age < PAUSE => return document.clone(),
            (_, Some(age)) if age > LONGEST => state.begin_again(),
            _ => {}
        }
        state.read()
    }
}

impl State {
    /// Forgets what ended while nobody looked: a server may be there for months.
    fn begin_again(&mut self) {
        self.watch = Watch::new(Target::Running(self.base.clone()));
        self.last = None;
    }

    fn read(&mut self) -> TopDocument {
        let reading = self.watch.read();
        let before = self.last.as_ref().map(|last| (last, Since::Last));
        let document = document(&reading, before);
        self.last = Some(reading);
        self.document = Some(document.clone());
        document
    }
}
