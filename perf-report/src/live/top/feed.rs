//! Readings from a thread of its own, so that the screen never waits for them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender, TryRecvError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::{Reading, Watch};
use crate::live::pace;
use crate::system;

/// A thread that reads, and the way to what it has read. It ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Feed {
    readings: Receiver<Reading>,
    control: Sender<Control>,
    spent: Arc<AtomicU64>,
    thread: JoinHandle<()>,
}

/// An order to the thread that reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Control {
    /// Readings are wanted at this distance.
    Interval(Duration),
    /// No readings are wanted, or they are again.
    Pause(bool),
}

/// The answer of a feed.
#[derive(Debug)]
pub(crate) enum Update {
    /// There is nothing new.
    Nothing,
    /// A new reading.
    Reading(Box<Reading>),
    /// There will be no more readings: the thread has ended.
    Gone,
}

impl Feed {
    /// Begins to read what `watch` follows, at once and then every `interval`, or as often as is cheap
    /// enough.
    pub(crate) fn start(mut watch: Watch, interval: Duration) -> Self {
        let (to, readings) = mpsc::channel();
        let (control, orders) = mpsc::channel();
        let spent = Arc::new(AtomicU64::new(0));
        let of_reader = Arc::clone(&spent);
        let thread = thread::spawn(move || {
            let mut pacer = Pacer { orders, interval, is_paused: false };
            loop {
                let before = cpu_time();
                let reading = watch.read();
                if to.send(reading).is_err() {
                    return;
                }
                panic_if_asked("reader");
                let of_screen = Duration::from_nanos(of_reader.swap(0, Ordering::Relaxed));
                let cost = cpu_time().saturating_sub(before) + of_screen;
                if !pacer.wait(cost) {
                    return;
                }
            }
        });
        Self { readings, control, spent, thread }
    }

    /// Returns the newest reading, if there is a new one. Waits for nothing.
    pub(crate) fn take(&self) -> Update {
        let mut newest = Update::Nothing;
        loop {
            match self.readings.try_recv() {
                Ok(reading) => newest = Update::Reading(Box::new(reading)),
                Err(TryRecvError::Disconnected) if matches!(newest, Update::Nothing) => {
                    return Update::Gone;
                }
                Err(_) => return newest,
            }
        }
    }

    /// Waits for the next reading; `None` when there will be none.
    pub(crate) fn wait(&self, at_most: Duration) -> Update {
        match self.readings.recv_timeout(at_most) {
            Ok(reading) => Update::Reading(Box::new(reading)),
            Err(RecvTimeoutError::Timeout) => Update::Nothing,
            Err(RecvTimeoutError::Disconnected) => Update::Gone,
        }
    }

    /// Waits until the thread has ended by itself, for a moment at most.
    pub(crate) fn wait_for_end(&self) {
        let since = Instant::now();
        while !self.thread.is_finished() && since.elapsed() < Duration::from_secs(5) {
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Gives an order. Nobody follows it once the thread has ended.
    pub(crate) fn control(&self, order: Control) {
        let _ = self.control.send(order);
    }

    /// Adds what was made of a reading to its cost.
    pub(crate) fn add_cost(&self, time: Duration) {
        let ns = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        self.spent.fetch_add(ns, Ordering::Relaxed);
    }
}

/// The waiting between readings.
struct Pacer {
    orders: Receiver<Control>,
    interval: Duration,
    is_paused: bool,
}

impl Pacer {
    /// Waits until the next reading is due; false when none is wanted any more.
    fn wait(&mut self, cost: Duration) -> bool {
        /// The length of a pause that nobody ends.
        const FOREVER: Duration = Duration::from_hours(24);
        let waiting_since = Instant::now();
        loop {
            let pause = if self.is_paused { FOREVER } else { pace::pause(self.interval, cost) };
            let left = pause.saturating_sub(waiting_since.elapsed());
            match self.orders.recv_timeout(left) {
                Ok(Control::Interval(interval)) => self.interval = interval,
                Ok(Control::Pause(is_paused)) => self.is_paused = is_paused,
                Err(RecvTimeoutError::Timeout) => return true,
                Err(RecvTimeoutError::Disconnected) => return false,
            }
        }
    }
}

/// Panics in `place` when a test asks for it. Only builds with debug assertions hold this: nobody can ask what
/// users run.
pub(crate) fn panic_if_asked(place: &str) {
    if cfg!(debug_assertions) {
        let asked = std::env::var_os("PERF_REPORT_TEST_PANIC");
        assert!(asked.is_none_or(|asked| asked != place), "a panic for a test");
    }
}

/// Returns the processor time that this thread has taken; where the system does not count it, time that passes.
pub(crate) fn cpu_time() -> Duration {
    system::thread_time().unwrap_or_else(|| Duration::from_nanos(system::monotonic_ns()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::live::top::Target;

    #[test]
    fn readings_come_until_nobody_wants_them() {
        let folder = tempfile::tempdir().unwrap();
        let watch = Watch::new(Target::Running(folder.path().to_owned()));
        let feed = Feed::start(watch, Duration::from_millis(1));
        let next = || match feed.wait(Duration::from_mins(1)) {
            Update::Reading(reading) => reading,
            update => panic!("{update:?}"),
        };
        let (first, second) = (next(), next());
        assert!(first.snapshot.processes.is_empty() && first.at < second.at);
        feed.control(Control::Interval(Duration::from_hours(1)));
        feed.control(Control::Pause(true));
        feed.add_cost(Duration::from_millis(1));
        assert!(matches!(feed.take(), Update::Nothing | Update::Reading(_)));
    }
}
