//! The sending of letters within a time that is set once for a whole command, whatever the store does.
//!
//! The work is done by a thread that is left behind when the time is over: a server that accepts and never answers
//! holds up nobody. A letter is taken out only after the store has confirmed its run, so what is left behind is at
//! worst sent again, which changes nothing.

use std::fmt;
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::{Delivered, Letter, Outbox, Undelivered, deliver};
use crate::error::UserError;
use crate::project::store::{Fault, Made, Store, StoreError};
use crate::text::units;

/// The most time that a command spends on sending, over all its runs, tries and requests.
pub(crate) const BUDGET: Duration = Duration::from_secs(10);

/// The pauses between tries: most of what fails and is over soon is over within them.
const PAUSES: [Duration; 2] = [Duration::from_millis(200), Duration::from_millis(600)];

/// Opens the store, in which everything has to be done within the time that is given, if any is.
pub(crate) type Open =
    Arc<dyn Fn(Option<Duration>) -> Result<Box<dyn Store>, StoreError> + Send + Sync>;

/// The post office of a command: the time that it has left, and what it could not send.
#[derive(Default)]
pub(crate) struct Post(Mutex<State>);

#[derive(Default)]
struct State {
    spent: Duration,
    gave_up: Option<String>,
    refused: Vec<(String, String)>,
    kept: Vec<String>,
}

impl fmt::Debug for Post {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Post").finish_non_exhaustive()
    }
}

/// A letter that is to be sent.
#[derive(Debug, Clone)]
pub(crate) struct Sendable {
    /// The id of its run.
    pub id: String,
    /// True where this command has just made the run.
    pub is_own: bool,
}

/// A thing that happened to a letter.
#[derive(Debug)]
enum Event {
    /// The store has its run.
    Sent(String, Delivered),
    /// The store, or the letter itself, stands in its way for good.
    Refused(String, String),
    /// The store does not take it, and may take others: it stays.
    Kept(String, String),
    /// It did not arrive, for its own fault or for the store's: it stays.
    Doubtful(String, String),
    /// The store takes nothing now.
    GaveUp(String),
}

impl Post {
    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the reason for which this command sends nothing more, where there is one.
    pub(crate) fn gave_up(&self) -> Option<String> {
        self.state().gave_up.clone()
    }

    /// Remembers that this command has put a letter about the run of this id into the outbox.
    pub(super) fn remember(&self, id: &str) {
        self.state().kept.push(id.to_owned());
    }

    /// Sends letters, one after the other, within what is left of `budget`. Returns what became of those that this
    /// command made: nothing where they wait.
    pub(super) fn send(
        &self,
        outbox: &Outbox,
        (letters, store): (Vec<Sendable>, &str),
        open: &Open,
        budget: Duration,
    ) -> Option<Result<Delivered, String>> {
        let started = Instant::now();
        let left = budget.saturating_sub(self.state().spent);
        if left.is_zero() || self.gave_up().is_some() {
            return None;
        }
        let own = letters.iter().find(|it| it.is_own).map(|it| it.id.clone());
        let deadline = started + left;
        let (tell, told) = mpsc::channel();
        let job = Job { outbox: outbox.clone(), letters, store: store.to_owned(), deadline };
        let open = Arc::clone(open);
        let begun =
            thread::Builder::new().name("sending".to_owned()).spawn(move || job.work(&open, &tell));
        if let Err(error) = begun {
            self.state().gave_up = Some(error.to_string());
            return None;
        }
        let mut outcome = None;
        loop {
            let is_own = |id: &String| own.as_ref() == Some(id);
            match told.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(Event::Sent(id, delivered)) if is_own(&id) => outcome = Some(Ok(delivered)),
                Ok(Event::Sent(..)) => {}
                Ok(Event::Refused(id, why)) if is_own(&id) => outcome = Some(Err(why)),
                Ok(Event::Refused(id, why) | Event::Kept(id, why) | Event::Doubtful(id, why)) => {
                    self.state().refused.push((id, why));
                }
                Ok(Event::GaveUp(why)) => self.state().gave_up = Some(why),
                Err(mpsc::RecvTimeoutError::Disconnected) => break,
                Err(mpsc::RecvTimeoutError::Timeout) => {
                    let took = units::duration(budget.as_secs_f64() * 1e9);
                    self.state().gave_up = Some(format!("no answer within {took}"));
                    break;
                }
            }
        }
        self.state().spent += started.elapsed();
        outcome
    }

    /// Returns sentences about what this command could not send: one on what waits, and one on each run that the
    /// store does not take. Nothing where all is sent, or it has stored no run.
    pub(crate) fn problems(&self, outbox: &Outbox) -> Vec<String> {
        let state = self.state();
        let mut problems: Vec<String> =
            state.refused.iter().map(|(id, why)| format!("run {id} is not sent: {why}")).collect();
        if state.kept.iter().any(|id| outbox.holds(id)) {
            let why = state.gave_up.as_ref().map_or_else(String::new, |why| format!(" ({why})"));
            let waiting = outbox.ids().len() as u64;
            let (runs, it) =
                (units::plural(waiting, "run"), if waiting == 1 { "it" } else { "them" });
            let verb = if waiting == 1 { "waits" } else { "wait" };
            problems.push(format!(
                "the store could not take all{why}: {runs} {verb} in the outbox, and `perf-report push` sends {it}"
            ));
        }
        problems
    }
}

/// Letters that are to be sent to a store, one after the other.
struct Job {
    outbox: Outbox,
    letters: Vec<Sendable>,
    store: String,
    deadline: Instant,
}

impl Job {
    /// Sends letters until the store takes nothing, or nobody listens any more. One that does not arrive holds up no
    /// other; a second one in a row is the store's fault.
    fn work(&self, open: &Open, tell: &Sender<Event>) {
        let mut store = None;
        let mut doubtful: Option<(String, String)> = None;
        for letter in &self.letters {
            let event = match self.send(letter, open, &mut store) {
                None => continue,
                Some(Event::Doubtful(_, why)) if doubtful.is_some() => Event::GaveUp(why),
                Some(Event::Doubtful(id, why)) => {
                    doubtful = Some((id, why));
                    continue;
                }
                Some(event) => event,
            };
            if !matches!(event, Event::GaveUp(_))
                && let Some((id, why)) = doubtful.take()
                && tell.send(Event::Kept(id, why)).is_err()
            {
                return;
            }
            let is_over = matches!(event, Event::GaveUp(_));
            if tell.send(event).is_err() || is_over {
                return;
            }
        }
        if let Some((_, why)) = doubtful {
            // Nobody hears of it where the time is over.
            let _ = tell.send(Event::GaveUp(why));
        }
    }

    /// Sends a letter; nothing happens where somebody else has sent it, or it is for another store.
    fn send(
        &self,
        Sendable { id, is_own }: &Sendable,
        open: &Open,
        store: &mut Option<Box<dyn Store>>,
    ) -> Option<Event> {
        let letter = match self.outbox.read(id) {
            Ok(letter) => letter.filter(|letter| letter.store == self.store)?,
            Err(error) => return Some(Event::Refused(id.clone(), error.reason)),
        };
        let made = if *is_own { letter.made() } else { Made::Then };
        Some(match tried(store, open, (&letter, made), self.deadline) {
            Ok(delivered) => {
                // If it stays it is sent again, which changes nothing.
                let _ = self.outbox.take_out(id);
                Event::Sent(id.clone(), delivered)
            }
            Err(Undelivered::Store(error)) => {
                let blame = blame(&error, store.is_some());
                let why = UserError::from(error).in_a_line();
                match blame {
                    Blame::Run => Event::Kept(id.clone(), why),
                    Blame::Either => {
                        *store = None;
                        Event::Doubtful(id.clone(), why)
                    }
                    Blame::Store => Event::GaveUp(why),
                }
            }
            Err(other) => Event::Refused(id.clone(), other.to_string()),
        })
    }
}

/// Delivers a letter, and tries again what may pass.
fn tried(
    store: &mut Option<Box<dyn Store>>,
    open: &Open,
    (letter, made): (&Letter, Made),
    deadline: Instant,
) -> Result<Delivered, Undelivered> {
    let mut pauses = PAUSES.into_iter();
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        let result = match store.take().map_or_else(|| open(Some(left)), Ok) {
            Ok(mut opened) => {
                let result = deliver(&mut *opened, (&letter.document, &letter.segments()), made);
                *store = Some(opened);
                result
            }
            Err(error) => Err(Undelivered::Store(error)),
        };
        let Err(Undelivered::Store(error)) = result else { return result };
        let pause = pauses
            .next()
            .filter(|pause| Instant::now() + *pause < deadline && !is_lasting(&error.fault));
        let Some(pause) = pause else { return Err(Undelivered::Store(error)) };
        *store = None;
        thread::sleep(pause);
    }
}

/// The side whose fault it is that a run did not arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Blame {
    /// Others may arrive.
    Run,
    /// Nobody knows; another one will show it.
    Either,
    /// None will arrive now.
    Store,
}

/// Finds whose fault it is that a run did not arrive at a store, which had been opened or not.
pub(crate) fn blame(error: &StoreError, was_open: bool) -> Blame {
    match error.fault {
        Fault::Unfit(_) | Fault::Document { .. } => Blame::Run,
        _ if was_open && !is_lasting(&error.fault) => Blame::Either,
        _ => Blame::Store,
    }
}

/// Returns whether trying again cannot help. It names the lasting faults alone: of any other, another try costs a
/// moment, and the letter waits in either case.
fn is_lasting(fault: &Fault) -> bool {
    matches!(
        fault,
        Fault::Lacking
            | Fault::NotAStore
            | Fault::Empty
            | Fault::Older { .. }
            | Fault::Newer { .. }
            | Fault::ReadOnly
            | Fault::Full
            | Fault::Denied(_)
            | Fault::Forbidden(_)
            | Fault::NoClickHouse(_)
            | Fault::NotMade
            | Fault::TooOld { .. }
            | Fault::Untrusted(_)
            | Fault::Certificates(_)
            | Fault::Unfit(_)
            | Fault::Document { .. }
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_known_to_last_is_not_tried_again() {
        for lasting in [Fault::Lacking, Fault::Full, Fault::NotMade, Fault::Denied("no".into())] {
            assert!(is_lasting(&lasting), "{lasting:?}");
        }
        for other in [Fault::Busy, Fault::Unreachable("no".into()), Fault::Other("new".into())] {
            assert!(!is_lasting(&other), "{other:?}");
        }
    }
}
