//! The sidecar of programs that run: it reads their segments now and then, keeps an account of all that they
//! recorded, and tells it over HTTP.
//!
//! At the edge are [`follow`], which reads segments, [`state`], which keeps the account for the next agent,
//! [`http`](crate::live::http) and this file, which has the order of things: read, keep, then tell. Everything else is pure:
//! the [`account`] with its [`sums`], the [`totals`] that become of it, what of these finds room ([`limit`]),
//! the text that a client [accepts](accept), the [`health`], and the [`window`]s that become runs.

mod accept;
mod account;
mod answers;
mod follow;
mod health;
mod limit;
mod lock;
mod state;
mod sums;
mod totals;
mod window;
mod wire;

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use account::Account;
use follow::{Follower, Found};
use limit::Limiter;
use lock::Locks;

pub(crate) use limit::Choice;
pub(crate) use window::EndedWindow;

use super::{pace, stacks};
use crate::error::{ExitCode, UserError};
use crate::live::http::{Bounds, Server};
use crate::live::top::cpu_time;
use crate::model::{AgentFigures, FleetTotals, HealthDocument, Run};

/// The shortest time between two readings, however many ask.
const SHORTEST: Duration = Duration::from_secs(1);

/// The bounds of what a client may take.
const BOUNDS: Bounds = Bounds { request_bytes: 8 << 10, answer: Duration::from_secs(10) };

/// The wishes of the user.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// The folders that programs record in; there is one at least.
    pub(crate) folders: Vec<PathBuf>,
    /// The time between two readings.
    pub(crate) every: Duration,
    /// The series that are told.
    pub(crate) choice: Choice,
    /// The commit of the programs, where it is known.
    pub(crate) commit: Option<String>,
    /// True if segments of ended processes are to be removed once they are counted.
    pub(crate) clears: bool,
    /// The length of a window that becomes a run, if any is to.
    pub(crate) window: Option<Duration>,
}

/// An agent. It holds a lock in each of its folders as long as it lives.
#[derive(Debug)]
pub(crate) struct Agent {
    settings: Settings,
    inner: Mutex<Inner>,
    written: Mutex<answers::Written>,
    /// True while a profile is being taken: one at a time.
    is_profiling: AtomicBool,
    /// True once the agent is to end.
    is_over: AtomicBool,
    _locks: Locks,
}

#[derive(Debug)]
struct Inner {
    account: Account,
    follower: Follower,
    limiter: Limiter,
    found: Found,
    /// All sums, and those that are told.
    totals: Arc<FleetTotals>,
    told: Arc<FleetTotals>,
    /// The last reading, and what it took of a core.
    last: Option<(Instant, Duration)>,
    /// True if a request led to a reading since the last round.
    was_asked: bool,
    state_fault: Option<String>,
    /// The targets whose last attempt failed, and why.
    pushes: BTreeMap<String, String>,
}

impl Agent {
    /// Opens the folders, and goes on where the agent before was.
    ///
    /// # Errors
    /// [`ExitCode::Usage`] where a folder cannot be read, or another agent reads it.
    pub(crate) fn open(settings: Settings) -> Result<Self, UserError> {
        let locks = Locks::take(&settings.folders)?;
        let path = state::place(&settings.folders[0]);
        let mut state_fault = None;
        let account = state::load(&path).unwrap_or_else(|error| {
            // It is kept for whoever wants to look, and counters begin anew.
            let aside = path.with_extension("state.damaged");
            let _ = std::fs::rename(&path, aside);
            state_fault =
                Some(format!("the former state cannot be read, and counters began anew: {error}"));
            None
        });
        let mut agent = Self {
            inner: Mutex::new(Inner {
                account: account.unwrap_or_default(),
                follower: Follower::new(settings.folders.clone()),
                limiter: Limiter::new(settings.choice.clone()),
                found: Found::default(),
                totals: Arc::default(),
                told: Arc::default(),
                last: None,
                was_asked: false,
                state_fault,
                pushes: BTreeMap::new(),
            }),
            settings,
            written: Mutex::default(),
            is_profiling: AtomicBool::new(false),
            is_over: AtomicBool::new(false),
            _locks: locks,
        };
        let former = agent.inner.get_mut().unwrap_or_else(PoisonError::into_inner);
        former.tell((0, AgentFigures::default()), agent.settings.commit.as_deref());
        Ok(agent)
    }

    /// A panic of one thread has not spoilt what others read: it is replaced as a whole.
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns why the state could not be read, or else written the last time.
    pub(crate) fn state_fault(&self) -> Option<String> {
        self.inner().state_fault.clone()
    }

    /// Reads everything that has changed, keeps it, and only then tells it.
    pub(crate) fn read(&self) {
        let mut inner = self.inner();
        self.read_now(&mut inner);
    }

    fn read_now(&self, inner: &mut Inner) {
        let (began, cpu) = (Instant::now(), cpu_time());
        let unix_ns = stacks::unix_ns();
        if self.settings.window.is_some() {
            // What an agent without windows has counted is none of theirs.
            window::begin(&mut inner.account, unix_ns, true);
        }
        inner.found = inner.follower.read(&mut inner.account);
        let is_first = inner.account.start_unix_ns == 0;
        if is_first {
            let oldest =
                inner.account.recordings.keys().map(|key| key.3).filter(|ns| *ns > 0).min();
            inner.account.start_unix_ns = oldest.unwrap_or(unix_ns).min(unix_ns);
        }
        if self.settings.window.is_some() {
            window::begin(&mut inner.account, unix_ns, is_first);
        }
        let is_kept = self.keep(inner);
        if is_kept && self.settings.clears {
            inner.follower.clear(&inner.found.counted);
        }
        let read_ns = u64::try_from(began.elapsed().as_nanos()).unwrap_or(u64::MAX);
        let figures =
            AgentFigures { read_ns, last_read_unix_ns: unix_ns, ..AgentFigures::default() };
        inner.tell((unix_ns, figures), self.settings.commit.as_deref());
        inner.last = Some((Instant::now(), cpu_time().saturating_sub(cpu)));
    }

    /// Writes the state, and returns whether that went well.
    fn keep(&self, inner: &mut Inner) -> bool {
        let path = state::place(&self.settings.folders[0]);
        let saved = state::save(&path, &inner.account);
        inner.state_fault = saved.err().map(|error| format!("{}: {error}", path.display()));
        inner.state_fault.is_none()
    }

    /// Returns the time until the next round is due, where the last one was at `since`: as long as asked for,
    /// and longer where readings would take more of a core than they may. Requests in between lead to readings
    /// of their own, and put no round off.
    pub(crate) fn until_due(&self, since: Instant) -> Duration {
        let cost = self.inner().last.map_or(Duration::ZERO, |(_, cost)| cost);
        pace::pause(self.settings.every, cost).saturating_sub(since.elapsed())
    }

    /// Reads everything that has changed, unless a request led to that since the last round: where somebody scrapes
    /// as often as is read, that is all that is read.
    pub(crate) fn read_unless_asked(&self) {
        let mut inner = self.inner();
        if !std::mem::take(&mut inner.was_asked) {
            self.read_now(&mut inner);
        }
    }

    /// Returns the sums of now: of a second ago at most, where readings that often are cheap.
    fn fresh(&self) -> MutexGuard<'_, Inner> {
        let mut inner = self.inner();
        if inner.until(SHORTEST).is_zero() {
            self.read_now(&mut inner);
            inner.was_asked = true;
        }
        inner
    }

    /// Returns all sums as of the last reading, whether they are told or not: what is pushed elsewhere.
    pub(crate) fn totals(&self) -> Arc<FleetTotals> {
        Arc::clone(&self.inner().totals)
    }

    /// Returns the sums that are told, as of the last reading.
    pub(crate) fn told(&self) -> Arc<FleetTotals> {
        Arc::clone(&self.inner().told)
    }

    /// Notes how an attempt to send something to `target` went.
    pub(crate) fn note_push(&self, target: &str, outcome: Result<(), String>) {
        let mut inner = self.inner();
        match outcome {
            Ok(()) => drop(inner.pushes.remove(target)),
            Err(why) => {
                inner.account.push_failures = inner.account.push_failures.saturating_add(1);
                inner.pushes.insert(target.to_owned(), format!("{target}: {why}"));
            }
        }
    }

    /// Lists the windows that have ended as of the last reading and are not stored yet. Their runs are in the state
    /// by then, so that the next agent stores the same ones, should this one be killed.
    pub(crate) fn ended_windows(&self, facts: &Run, host: &str) -> Vec<EndedWindow> {
        let mut inner = self.inner();
        let unix_ns = inner.totals.unix_ns;
        let Some(length) = self.settings.window else { return Vec::new() };
        let is_new = window::seal(&mut inner.account, unix_ns, length, (facts, host));
        let is_kept = if is_new { self.keep(&mut inner) } else { inner.state_fault.is_none() };
        if is_kept { window::sealed(&inner.account) } else { Vec::new() }
    }

    /// Notes that the runs of these windows are stored.
    pub(crate) fn close_windows(&self, stored: &[EndedWindow]) {
        if stored.is_empty() {
            return;
        }
        let mut inner = self.inner();
        for window in stored {
            window::close(&mut inner.account, window);
        }
        self.keep(&mut inner);
    }

    /// Returns the health of the agent and of what it watches.
    pub(crate) fn health(&self) -> HealthDocument {
        let inner = self.inner();
        let usual = inner.last.map_or(self.settings.every, |(_, cost)| {
            pace::pause(self.settings.every, cost).max(self.settings.every)
        });
        let pushes: Vec<String> = inner.pushes.values().cloned().collect();
        let look = health::Look {
            unix_ns: stacks::unix_ns(),
            age: inner.last.map(|(last, _)| last.elapsed()),
            every: usual,
            damaged: &inner.found.damaged,
            state: inner.state_fault.as_deref(),
            pushes: &pushes,
        };
        health::health(&inner.told, look)
    }

    /// Serves what it knows at `address` from now on.
    ///
    /// # Errors
    /// When the address cannot be listened at.
    pub(crate) fn serve(self: &Arc<Self>, address: &str) -> io::Result<Server> {
        let agent = Arc::clone(self);
        Server::start(address, BOUNDS, move |request| answers::answer(&agent, request))
    }

    /// Ends it: everything is read and kept once more.
    pub(crate) fn finish(&self) -> Result<(), UserError> {
        self.is_over.store(true, std::sync::atomic::Ordering::Release);
        let mut inner = self.inner();
        self.read_now(&mut inner);
        match &inner.state_fault {
            None => Ok(()),
            Some(why) => {
                let problem = format!("the state of the agent cannot be written: {why}");
                Err(UserError::new(ExitCode::Usage, problem)
                    .help("counters begin anew the next time; make the folder writable"))
            }
        }
    }
}

impl Inner {
    /// Makes the account known, as it is at `unix_ns`.
    fn tell(&mut self, (unix_ns, figures): (u64, AgentFigures), commit: Option<&str>) {
        let figures = AgentFigures {
            damaged_segments: self.found.damaged.len() as u64,
            discarded_recordings: self.found.discarded,
            push_failures: self.account.push_failures,
            ..figures
        };
        let totals = totals::totals(&self.account, (unix_ns, figures), commit);
        self.told = Arc::new(self.limiter.limited(&totals));
        self.totals = Arc::new(totals);
    }

    /// Returns the time until a reading is due, where they are wanted every `interval`.
    fn until(&self, interval: Duration) -> Duration {
        self.last.map_or(Duration::ZERO, |(last, cost)| {
            pace::pause(interval, cost).saturating_sub(last.elapsed())
        })
    }
}

#[cfg(test)]
mod tests;
