//! The recorder of this process: started by the first tracked call, started anew in a fork's child.
//!
//! When it cannot be started the program runs on unrecorded, and [`failure`] returns the reason.
//! Nothing here is on the hot path.

use std::ptr::{self, NonNull};
use std::sync::Mutex;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicPtr, AtomicU8, AtomicU32, AtomicU64};

use super::books::Books;
use super::cost::Costs;
use super::flights::Flights;
use super::{alloc, clock, forked, thread, usage};
use crate::breaker::Breaker;
use crate::budget::{COMMON_CREDIT, OWN_CREDIT};
use crate::metric_site::MetricSite;
use crate::segment::batch::HIGHEST_RATE;
use crate::segment::layout::{Anchor, WHOLE_RECORDER};
use crate::segment::rate::{Moment, Rate};
use crate::site::Site;
use crate::snapshot::{BreakerState, Reason, Step};
use crate::sync::{briefly, lock_briefly};
use crate::writing::{Made, Segment, place, reserve, session, system};
use crate::{calibrate, registry};

/// The recorder of a process. Never freed.
#[derive(Debug)]
pub(crate) struct Recorder {
    pub(crate) segment: Segment,
    /// Error number that explains why the segment is not in its usual place, if that is so.
    pub(crate) fallback: Option<i32>,
    /// First estimate; readers use a longer stretch.
    pub(crate) ns_per_tick: f64,
    /// Costs of recording a call, and the moment when they were measured last, in ticks.
    pub(super) costs: Costs,
    pub(super) measured_cost: AtomicU64,
    /// Ticks in common for threads that have spent their own.
    credit: AtomicU64,
    /// Share of a thread's time that recording may take, in millionths.
    pub(super) budget_ppm: u32,
    breaker: Breaker,
    pub(crate) books: Books,
    pub(super) flights: Flights,
    unused: Mutex<Unused>,
    /// Newest site and newest metric of the linker's that were written down.
    site_written: AtomicPtr<Site>,
    metric_written: AtomicPtr<MetricSite>,
    noting_moment: AtomicBool,
    /// Time for the next look at the segment's file, in ticks.
    look_at: AtomicU64,
    /// Recorder that this one's parent had from its own, in a fork's child.
    of_parent: AtomicPtr<Recorder>,
}

/// Bookkeeping that ended threads left behind.
#[derive(Debug, Default)]
struct Unused {
    first: Option<NonNull<thread::Thread>>,
    in_use: u32,
}

// SAFETY: a list of threads' bookkeeping, whose memory is never unmapped, and which nobody touches
// while it is in the list; reached through the mutex only.
unsafe impl Send for Unused {}

const NEW: u8 = 0;
const STARTING: u8 = 1;
const READY: u8 = 2;
const OFF: u8 = 3;
const FAILED: u8 = 4;

static STATE: AtomicU8 = AtomicU8::new(NEW);
static RECORDER: AtomicPtr<Recorder> = AtomicPtr::new(ptr::null_mut());
/// The parent's recorder, in a fork's child. Still reachable, so that tools in search of leaked
/// memory find none of ours.
static OF_PARENT: AtomicPtr<Recorder> = AtomicPtr::new(ptr::null_mut());
static ERROR_NUMBER: AtomicI32 = AtomicI32::new(0);

/// Ticks between two readings of both clocks: 5 to 50 ms on the processors of today.
const MOMENT_INTERVAL_TICKS: u64 = 1 << 25;

/// Returns whether no call will be recorded any more, for good.
#[inline]
pub(super) fn is_off() -> bool {
    STATE.load(Relaxed) >= OFF
}

/// Returns the recorder, if it is running.
pub(crate) fn running() -> Option<&'static Recorder> {
    forked::look();
    if STATE.load(Acquire) != READY {
        return None;
    }
    // SAFETY: null, or a leaked box that was published with `Release`.
    unsafe { RECORDER.load(Acquire).as_ref() }
}

/// Returns whether `recorder` is that of this process, and not its parent's.
pub(super) fn is_current(recorder: &Recorder) -> bool {
    ptr::eq(RECORDER.load(Acquire), recorder)
}

/// Returns whether recording was switched off by the user.
pub(crate) fn switched_off() -> bool {
    STATE.load(Acquire) == OFF
}

/// Returns the error number of the operating system that kept the recorder from starting.
pub(crate) fn failure() -> Option<i32> {
    (STATE.load(Acquire) == FAILED).then(|| ERROR_NUMBER.load(Relaxed))
}

/// Returns the recorder, started if this is the first call of all.
pub(crate) fn recorder() -> Option<&'static Recorder> {
    briefly(|| match STATE.load(Acquire) {
        NEW => {
            if STATE.compare_exchange(NEW, STARTING, AcqRel, Relaxed).is_ok() {
                let state = start();
                STATE.store(state, Release);
                if state == READY {
                    running().inspect(|recorder| recorder.finish_start());
                }
            }
            (STATE.load(Acquire) != STARTING).then(running)
        }
        // Another thread is at it.
        STARTING => None,
        _ => Some(running()),
    })?
}

/// Starts recording, and returns the new state.
fn start() -> u8 {
    if let Some(error) = session::prohibition() {
        ERROR_NUMBER.store(error, Relaxed);
        return FAILED;
    }
    if !session::has_memory() {
        ERROR_NUMBER.store(system::fault::OUT_OF_MEMORY, Relaxed);
        return FAILED;
    }
    if session::is_switched_off() {
        return OFF;
    }
    match Recorder::start() {
        Ok(recorder) => {
            RECORDER.store(Box::into_raw(Box::new(recorder)), Release);
            READY
        }
        Err(error) => {
            ERROR_NUMBER.store(error, Relaxed);
            FAILED
        }
    }
}

impl Recorder {
    /// Makes a segment and writes all known sites into it. The error number if it cannot be made.
    fn start() -> Result<Self, i32> {
        let is_counter = clock::choose();
        let first = calibrate::now();
        system::stay_loaded();
        forked::watch(in_child);
        let Made { mut segment, fallback } = place::create_segment()?;
        session::write_facts(segment.header_mut(), is_counter);
        // Ticks of the other clock are nanoseconds, and it may stand still.
        let (latest, rate) = if is_counter {
            let latest = calibrate::after(first);
            (latest, Rate::between(first, latest))
        } else {
            (calibrate::now(), Rate::ONE)
        };
        let recorder = Self {
            segment,
            fallback,
            ns_per_tick: rate.per_tick().min(HIGHEST_RATE),
            costs: Costs::default(),
            measured_cost: AtomicU64::new(0),
            credit: AtomicU64::new(COMMON_CREDIT),
            budget_ppm: session::overhead_budget(),
            breaker: Breaker::new(),
            books: Books::default(),
            flights: Flights::default(),
            unused: Mutex::default(),
            site_written: AtomicPtr::default(),
            metric_written: AtomicPtr::default(),
            noting_moment: AtomicBool::new(false),
            look_at: AtomicU64::new(first.ticks.saturating_add(1 << 20)),
            of_parent: AtomicPtr::default(),
        };
        recorder.write_header(first, latest);
        recorder.write_sites();
        Ok(recorder)
    }

    /// Writes down what is known by now, the version last.
    fn write_header(&self, first: Moment, latest: Moment) {
        let header = self.segment.header();
        store(&header.first, first);
        store(&header.latest[0], latest);
        header.fold_rate.store(self.ns_per_tick.to_bits(), Relaxed);
        header.overhead_budget.store(self.budget_ppm, Relaxed);
        header.counts_allocs.store(u32::from(alloc::is_counting()), Relaxed);
        usage::note_begin(&header.usage);
        self.segment.note_lock();
        header.version.store(crate::segment::layout::FORMAT_VERSION, Release);
    }

    /// Measures the cost of recording, and the time that the start took.
    fn finish_start(&'static self) {
        self.measure_cost();
        let now = clock::now();
        self.measured_cost.store(now, Relaxed);
        let header = self.segment.header();
        let since = now.saturating_sub(header.first.ticks.load(Relaxed));
        header.start_ticks.store(since, Relaxed);
        if session::is_reserved() {
            registry::make_room();
            reserve::reserve(self.segment.limit());
            system::be_quiet();
        }
    }

    /// Draws ticks from the common credit, for a thread that has spent its own; 0 when that is
    /// spent, too.
    pub(super) fn draw_credit(&self) -> u64 {
        let draw = |left: u64| left.checked_sub(OWN_CREDIT);
        self.credit.fetch_update(Relaxed, Relaxed, draw).map_or(0, |_| OWN_CREDIT)
    }

    /// Returns the age of the recording by `now`, in units of 2^20 ticks.
    pub(super) fn age(&self, now: u64) -> u32 {
        let first = self.segment.header().first.ticks.load(Relaxed);
        u32::try_from(now.saturating_sub(first) >> 20).unwrap_or(u32::MAX)
    }

    /// Notes that folding a full ring took `ticks`. The least of these counts: the others were
    /// interrupted.
    #[cold]
    pub(super) fn note_fold_cost(&self, ticks: u64) {
        let cost = &self.segment.header().fold_cost;
        let least = match cost.load(Relaxed) {
            0 => ticks,
            least => least.min(ticks),
        };
        cost.store(least.max(1), Relaxed);
    }

    /// Returns whether times may be taken, as far as the clock goes.
    #[inline]
    pub(super) fn times_are_trusted(&self) -> bool {
        self.breaker.state() == BreakerState::Closed || self.ask_breaker()
    }

    #[cold]
    fn ask_breaker(&self) -> bool {
        self.log_turn(self.breaker.pass(system::monotonic_ns()), Reason::Trial);
        self.breaker.state() != BreakerState::Open
    }

    /// Notes that the clock ran backwards.
    #[cold]
    pub(super) fn note_clock_anomaly(&self) {
        self.log_turn(self.breaker.fault(system::monotonic_ns()), Reason::Clock);
    }

    fn log_turn(&self, turn: Option<(BreakerState, BreakerState)>, reason: Reason) {
        let Some((from, to)) = turn else { return };
        let reason = if to == BreakerState::Closed { Reason::Recovered } else { reason };
        self.segment.header().breaker.store(to.number(), Relaxed);
        let what = [from.number(), to.number(), reason.number()];
        self.segment.log_transition(WHOLE_RECORDER, clock::now(), what, 1);
    }

    /// Writes down that calls of the site with this index are recorded differently from now on.
    pub(super) fn log_step(
        &self,
        site: u32,
        now: u64,
        ([from, to], reason): ([Step; 2], Reason),
        interval: u32,
    ) {
        self.books.note_step(from, to);
        let what = [from.number(), to.number(), reason.number()];
        self.segment.log_transition(site, now, what, interval);
    }

    /// Returns the breaker's state for the recorder as a whole.
    pub(crate) fn breaker_state(&self) -> BreakerState {
        self.breaker.state()
    }

    /// Writes down every site: those with an index already (after a fork), and those that the
    /// linker knows.
    fn write_sites(&self) {
        self.write_metrics();
        for (index, site) in registry::registered() {
            self.segment.add_site(index, &site.text());
        }
        self.write_linked();
    }

    /// Writes down the linker's sites and metrics, if there are more than last time: not everything
    /// has been listed yet while constructors run, or before a library is loaded.
    fn write_linked(&self) {
        if is_news(&self.site_written, registry::linked().next()) {
            for site in registry::linked() {
                self.give_index(site);
            }
        }
        if is_news(&self.metric_written, registry::linked_metrics().next()) {
            self.write_linked_metrics();
        }
    }

    /// Returns the index of `site`, written down first if it is new.
    pub(super) fn register(&self, site: &'static Site) -> Option<u32> {
        let index = self.give_index(site);
        self.write_linked();
        index
    }

    fn give_index(&self, site: &'static Site) -> Option<u32> {
        registry::register(site, |index, text| self.segment.add_site(index, text))
    }

    /// Counts a call of `site` for which there was no shard. An async function comes here with its
    /// polls, and its call is counted when it ends.
    pub(super) fn lose_call_of(&self, site: &Site) {
        if !site.is_polled() {
            self.lose_call();
        }
    }

    /// Counts a call for which there was no shard.
    pub(super) fn lose_call(&self) {
        self.segment.header().lost_calls.fetch_add(1, Relaxed);
    }

    /// Writes down a newer pair of clock readings, and the time and memory of the process. Returns
    /// when the next one is due, in ticks.
    #[cold]
    pub(super) fn note_moment(&self) -> u64 {
        let moment = calibrate::now();
        if !self.noting_moment.swap(true, Acquire) {
            let header = self.segment.header();
            let turn = header.latest_turn.load(Relaxed).wrapping_add(1);
            store(&header.latest[turn as usize & 1], moment);
            header.latest_turn.store(turn, Release);
            usage::note(&header.usage);
            self.segment.note_lock();
            self.noting_moment.store(false, Release);
        }
        moment.ticks.saturating_add(MOMENT_INTERVAL_TICKS)
    }

    /// Looks after the segment's file, at most once a second; more seldom, where that takes more
    /// than a hundredth of the time since it has to be copied.
    #[expect(clippy::cast_sign_loss, clippy::cast_possible_truncation, reason = "far above zero")]
    pub(crate) fn look_after_segment(&self, now: u64) {
        if now < self.look_at.load(Relaxed) {
            return;
        }
        let second = (1e9 / self.ns_per_tick.max(1e-3)) as u64;
        self.look_at.store(now.saturating_add(second), Relaxed);
        self.segment.look_after(false);
        let took = clock::now().saturating_sub(now);
        // It may also have been stopped meanwhile.
        let pause = took.saturating_mul(100).clamp(second, second.saturating_mul(10));
        self.look_at.store(now.saturating_add(pause), Relaxed);
    }

    /// Takes the bookkeeping of an ended thread, for a thread that begins.
    pub(super) fn take_unused(&self) -> Option<&'static thread::Thread> {
        let mut unused = lock_briefly(&self.unused)?;
        // SAFETY: what is in the list is initialised and never unmapped.
        let thread = unsafe { unused.first?.as_ref() };
        unused.first = thread.next_free.take();
        Some(thread)
    }

    /// Keeps the bookkeeping of an ended thread. If the lock cannot be had it stays unused for
    /// good.
    pub(super) fn keep_unused(&self, thread: &'static thread::Thread) {
        if let Some(mut unused) = lock_briefly(&self.unused) {
            thread.next_free.set(unused.first.replace(NonNull::from(thread)));
            unused.in_use = unused.in_use.saturating_sub(1);
        }
    }

    /// Counts a thread that begins to record.
    pub(super) fn count_thread(&self) {
        if let Some(mut unused) = lock_briefly(&self.unused) {
            unused.in_use += 1;
            let peak: &AtomicU32 = &self.segment.header().peak_threads;
            peak.store(peak.load(Relaxed).max(unused.in_use), Relaxed);
        }
    }
}

/// Returns whether `newest` is another than the one in `written`, and puts it there.
fn is_news<T>(written: &AtomicPtr<T>, newest: Option<&'static T>) -> bool {
    let newest = newest.map_or(ptr::null(), ptr::from_ref);
    written.swap(newest.cast_mut(), Relaxed).cast_const() != newest
}

fn store(anchor: &Anchor, moment: Moment) {
    anchor.ticks.store(moment.ticks, Relaxed);
    anchor.monotonic_ns.store(moment.monotonic_ns, Relaxed);
}

/// Cuts a fork's child off from the parent's segment, so that running spans cannot write to it, and
/// has the next tracked call start a recorder of the child's own. Does only what a signal handler
/// may do.
extern "C" fn in_child() {
    begin_in_child();
}

/// Does the same where no handler was run, too.
pub(super) fn begin_in_child() {
    let recorder = RECORDER.swap(ptr::null_mut(), Relaxed);
    // SAFETY: null, or a leaked box that was published before the fork.
    if let Some(of_parent) = unsafe { recorder.as_ref() } {
        if system::is_quiet() {
            of_parent.segment.leave();
        } else {
            of_parent.segment.detach();
        }
        of_parent.of_parent.store(OF_PARENT.swap(recorder, Relaxed), Relaxed);
    }
    thread::forget();
    usage::begin_in_child();
    let next = if system::is_quiet() {
        // The child of a process that may have confined itself: it cannot begin without the system.
        ERROR_NUMBER.store(system::fault::NOT_PERMITTED, Relaxed);
        FAILED
    } else {
        NEW
    };
    // A thread of the parent may have been starting; it does not exist here.
    let _ = STATE.compare_exchange(READY, next, AcqRel, Relaxed);
    let _ = STATE.compare_exchange(STARTING, next, AcqRel, Relaxed);
    forked::note_known();
}
