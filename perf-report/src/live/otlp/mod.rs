//! The push of an agent's sums to a collector of OpenTelemetry: [`settings`] say where to, [`pusher`] what is
//! sent and what is kept until it was accepted, [`retry`] when it is tried again, [`http`] does it. A thread of
//! its own sends the newest sums, so that a collector that hangs holds up no reading.

mod http;
mod pusher;
mod retry;
mod settings;

use std::io;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant, SystemTime};

use crate::export::otlp::{Sender, Temporality};
use crate::files;
use crate::model::FleetTotals;
use http::Collector;
use pusher::{Clock, Pusher};

pub(crate) use pusher::Status;
pub(crate) use settings::{Asked, Settings};

/// Name of the file that holds what was accepted, where differences are sent.
const FILE: &str = "agent.otlp";

/// The thread that pushes.
#[derive(Debug)]
pub(crate) struct Pushing {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// The sums to send next; newer ones take their place.
    offered: Option<Arc<FleetTotals>>,
    status: Status,
    /// The moment at which the thread is to have ended.
    end: Option<Instant>,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pushing {
    /// Starts the thread. A push may take `every`; what was accepted is noted in `folder`.
    ///
    /// # Errors
    /// When the system has no thread.
    pub(crate) fn start(
        (settings, instance): (Settings, String),
        folder: &Path,
        every: Duration,
    ) -> io::Result<Self> {
        let sender = Sender {
            instance,
            attributes: settings.attributes.clone(),
            temporality: settings.temporality,
        };
        let file = folder.join(FILE);
        let confirmed = (settings.temporality == Temporality::Delta).then(|| load(&file)).flatten();
        let seed = SystemTime::UNIX_EPOCH.elapsed().map_or(0, |it| u64::from(it.subsec_nanos()));
        let seed = seed ^ (u64::from(std::process::id()) << 32);
        let pusher = Pusher::new((Collector::new(settings), sender), confirmed, seed);
        let shared = Arc::new(Shared::default());
        let of_thread = Arc::clone(&shared);
        let work = move || push_until_over(pusher, &of_thread, (&file, every));
        let thread = thread::Builder::new().name("otlp".to_owned()).spawn(work)?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// Offers sums to send, in the place of those that the thread has not begun with.
    pub(crate) fn offer(&self, totals: Arc<FleetTotals>) {
        self.shared.state().offered = Some(totals);
        self.shared.changed.notify_all();
    }

    /// Returns the course of all pushes so far.
    pub(crate) fn status(&self) -> Status {
        self.shared.state().status.clone()
    }

    /// Sends what was offered, within a time, and ends the thread. Returns the course of all pushes.
    pub(crate) fn finish(mut self, within: Duration) -> Status {
        self.shared.state().end = Some(Instant::now() + within);
        self.shared.changed.notify_all();
        if let Some(thread) = self.thread.take() {
            let limit = Instant::now() + within;
            while !thread.is_finished() && Instant::now() < limit {
                thread::sleep(Duration::from_millis(10));
            }
        }
        self.status()
    }
}

/// Pushes what is offered until the end.
fn push_until_over(
    mut pusher: Pusher<Collector>,
    shared: &Arc<Shared>,
    (file, every): (&Path, Duration),
) {
    loop {
        let mut state = shared.state();
        while state.offered.is_none() && state.end.is_none() {
            state = shared.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        let Some(totals) = state.offered.take() else { return };
        let end = state.end;
        drop(state);
        let within = end.map_or(every, |end| end.saturating_duration_since(Instant::now()));
        pusher.push(&totals, within, &mut Waiting(shared));
        if let Some(confirmed) = pusher.confirmed() {
            // At worst a difference is sent twice after a restart: no reason to stop sending.
            let _ = save(file, confirmed);
        }
        shared.state().status = pusher.status().clone();
    }
}

/// Real time, in which a push gives up once the agent is to end soon.
struct Waiting<'a>(&'a Shared);

impl Clock for Waiting<'_> {
    fn pause(&mut self, time: Duration) -> bool {
        let until = Instant::now() + time;
        let mut state = self.0.state();
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let ends_before = state.end.is_some_and(|end| end < until);
            if left.is_zero() || ends_before {
                return !ends_before;
            }
            let waited = self.0.changed.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

fn load(file: &Path) -> Option<FleetTotals> {
    let text = files::read_text(file, files::LARGEST_DOCUMENT).ok()?;
    serde_json::from_str(&text).ok()
}

/// Writes it wholly or not at all.
fn save(file: &Path, totals: &FleetTotals) -> io::Result<()> {
    let text = serde_json::to_string(totals)?;
    files::replace(file, &text)
}
