//! Batches of calls. On one thread they alternate with batches of bare clock reads, so that what
//! else the machine does hits both. On two threads they do not: where all processors are busy, a
//! worker thread of the candidate would slow the reads down as well, and make itself look cheap.

use std::hint;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::Subject;
use crate::candidates::BARE;
use crate::figures::{Compared, Speed, Timing};

/// Before anything is measured: long enough for whatever adapts itself.
const WARM_UP: Duration = Duration::from_millis(100);

const ONE_BATCHES: u64 = 400;
const ONE_CALLS: u64 = 2_000;

/// A hundred calls every hundred microseconds.
const PACED_BATCHES: u64 = 3_000;
const PACED_CALLS: u64 = 100;
const PACE: Duration = Duration::from_micros(100);

/// Longer batches, in which it is little that one thread begins a moment after the other.
const TWO_BATCHES: u64 = 40;
const TWO_CALLS: u64 = 20_000;

pub(super) fn measure(subject: &Subject, divisor: u64) -> Speed {
    let bare = &Subject::new(BARE);
    let start = Instant::now();
    while start.elapsed() < WARM_UP / u32::try_from(divisor).unwrap_or(u32::MAX) {
        one_thread(bare, subject, 1);
    }
    Speed {
        one: one_thread(bare, subject, ONE_BATCHES / divisor),
        paced: paced(bare, subject, PACED_BATCHES / divisor),
        two: two_threads(subject, TWO_BATCHES.div_ceil(divisor)),
    }
}

/// Nanoseconds a call, of each batch.
#[derive(Debug, Default)]
struct Batches {
    bare: Vec<f64>,
    subject: Vec<f64>,
}

impl Batches {
    fn compared(self) -> Compared {
        let (timing, bare) = (Timing::of(self.subject), Timing::of(self.bare));
        Compared { timing, ratio: timing.median / bare.median }
    }
}

fn ns_each(duration: Duration, calls: u64) -> f64 {
    duration.as_secs_f64() * 1e9 / calls as f64
}

/// Nanoseconds for each of `calls` calls.
fn time(subject: &Subject, calls: u64) -> f64 {
    let start = Instant::now();
    subject.call(calls);
    ns_each(start.elapsed(), calls)
}

fn one_thread(bare: &Subject, subject: &Subject, batches: u64) -> Compared {
    let mut times = Batches::default();
    for _ in 0..batches {
        times.bare.push(time(bare, ONE_CALLS));
        times.subject.push(time(subject, ONE_CALLS));
    }
    times.compared()
}

fn paced(bare: &Subject, subject: &Subject, batches: u64) -> Compared {
    let mut times = Batches::default();
    let mut next = Instant::now();
    for _ in 0..batches {
        while Instant::now() < next {
            hint::spin_loop();
        }
        // A late batch does not make the ones after it come sooner.
        next = Instant::now() + PACE;
        times.bare.push(time(bare, PACED_CALLS));
        times.subject.push(time(subject, PACED_CALLS));
    }
    times.compared()
}

fn two_threads(subject: &Subject, batches: u64) -> Timing {
    let meeting = Meeting::default();
    let all = || (0..batches).map(|_| together(&meeting, subject)).collect();
    thread::scope(|scope| {
        scope.spawn(|| {
            let _: Vec<f64> = all();
        });
        Timing::of(all())
    })
}

/// Nanoseconds for each call of a thread, until both have made theirs.
fn together(meeting: &Meeting, subject: &Subject) -> f64 {
    meeting.wait();
    let start = Instant::now();
    subject.call(TWO_CALLS);
    meeting.wait();
    ns_each(start.elapsed(), TWO_CALLS)
}

/// Where two threads wait for each other, awake, since being woken takes longer than a batch.
#[derive(Debug, Default)]
struct Meeting {
    arrivals: AtomicU64,
}

impl Meeting {
    fn wait(&self) {
        const SPINS: u32 = 1_000;
        let arrived = self.arrivals.fetch_add(1, Ordering::AcqRel) + 1;
        let both = arrived.next_multiple_of(2);
        let mut spins = 0;
        while self.arrivals.load(Ordering::Acquire) < both {
            spins += 1;
            if spins % SPINS == 0 {
                thread::yield_now();
            }
            hint::spin_loop();
        }
    }
}
