//! The recorder as `health` sees it. Its stand-in, where recording is compiled out, is
//! `recorder_absent`.
//!
//! Frequent questions are answered from memory: from the recorder's books, and from the segment's
//! records as threads write them. Once a second it looks after the file. Nothing is locked but the
//! notes of `reset`.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use crate::health::condition::{Account, Condition};
use crate::health::{BreakerStep, Concern, State};
use crate::hot::books::Totals;
use crate::hot::clock;
use crate::hot::process::{self, Recorder};
use crate::registry;
use crate::segment::SegmentError;
use crate::segment::layout::{CALLS, NodeRecord, UNTIMED, WHOLE_RECORDER, is_beside};
use crate::site::Site;
use crate::snapshot::{BreakerState, Function, Losses, Reason, Snapshot, Step};
use crate::sync::lock_briefly;
use crate::writing::{Fate, LoggedStep, mark, reading, session, system};

/// A function that carries the attribute.
pub(crate) type Declared = &'static Site;

/// Returns the state of the recorder.
pub(crate) fn state() -> State {
    match (process::running(), process::failure()) {
        (Some(recorder), _) if recorder.segment.fate() == Fate::Truncated => {
            State::Failed { error: system::fault::DAMAGED }
        }
        (Some(_), _) => State::Recording,
        (None, Some(error)) => State::Failed { error },
        (None, None) if process::switched_off() => State::Off,
        (None, None) => State::Idle,
    }
}

/// Returns the file, if there is or will be one, and the size in use of this process's segment.
pub(crate) fn segment() -> Option<(Option<PathBuf>, u64)> {
    let segment = &process::running()?.segment;
    let file = Some(segment.path()).filter(|path| path.parent().is_some_and(system::takes_files));
    Some((file.map(Path::to_owned), segment.used()))
}

/// Reads everything that was recorded since figures began.
pub(crate) fn read() -> Option<Result<Snapshot, SegmentError>> {
    Some(reading::read(&process::running()?.segment))
}

/// Returns the bytes of the segment.
pub(crate) fn bytes() -> Option<Vec<u8>> {
    reading::bytes(&process::running()?.segment).ok()
}

/// Takes `clock` for the clock, and returns whether it is.
pub(crate) fn set_clock(clock: fn() -> u64) -> bool {
    system::set_clock(clock)
}

/// Returns whether this process must not record, since it has rights that the user who started it
/// lacks.
pub(crate) fn is_prohibited() -> bool {
    process::failure().is_some() && session::prohibition().is_some()
}

/// Returns the account of the recording, if there is one.
pub(crate) fn account() -> Option<Account> {
    let recorder = process::running()?;
    recorder.look_after_segment(clock::now());
    let [lost_calls, lost_metrics, clock_anomalies, steps, spent, watched] =
        recorder.books.since(totals(recorder));
    let header = recorder.segment.header();
    Some(Account {
        losses: Losses { lost_calls, clock_anomalies, lost_metrics, ..Losses::default() },
        condition: Condition {
            file: concern_about(recorder.segment.fate()),
            breaker: recorder.breaker_state(),
            functions_sampled: recorder.books.functions_at(Step::Sampled),
            functions_counted: recorder.books.functions_at(Step::Counted),
            overhead: share(spent, watched),
            overhead_budget: f64::from(header.overhead_budget.load(Relaxed)) / 1e6,
            segment_bytes: recorder.segment.used(),
            segment_limit_bytes: recorder.segment.limit(),
            fallback: recorder.fallback,
        },
        steps: latest_steps(recorder, steps),
    })
}

/// Returns the concern that comes of it.
fn concern_about(fate: Fate) -> Option<Concern> {
    match fate {
        Fate::Kept => None,
        Fate::Elsewhere => Some(Concern::Elsewhere),
        Fate::Copied => Some(Concern::Copied),
        Fate::Lost => Some(Concern::Lost),
        Fate::Truncated => Some(Concern::Truncated),
    }
}

/// Lists every known function with its finished calls.
pub(crate) fn tracked() -> Vec<(Declared, u64)> {
    let calls = process::running().map(|recorder| {
        let mut calls = calls_by_site(recorder);
        recorder.books.calls_since(&mut calls);
        calls
    });
    let calls = calls.unwrap_or_default();
    let calls_of = |index: u32| calls.get(index as usize).copied().unwrap_or_default();
    // Of a site that threads registered at once, the other indices are of no use.
    let is_of = |index: u32, site: Declared| site.list_index().get() == Some(index);
    let registered = registry::registered().filter(|&(index, site)| is_of(index, site));
    let unknown = registry::linked().filter(|site| site.list_index().get().is_none());
    let mut tracked = Vec::with_capacity(registry::count() as usize);
    tracked.extend(registered.map(|(index, site)| (site, calls_of(index))));
    tracked.extend(unknown.map(|site| (site, 0)));
    tracked
}

/// Returns its name.
pub(crate) fn name(declared: Declared) -> &'static str {
    declared.name()
}

/// Returns the function as plain data.
pub(crate) fn describe(declared: Declared) -> Function {
    declared.describe()
}

/// Returns the name of the function with the index `site`.
pub(crate) fn name_of(site: u32) -> Option<&'static str> {
    registry::at(site).map(Site::name)
}

/// Begins everything at zero from here on, for readers of the segment too.
pub(crate) fn begin_anew() -> Result<(), SegmentError> {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let Some(recorder) = process::running() else { return Ok(()) };
    let busy = || SegmentError::Io(io::ErrorKind::WouldBlock.into());
    let _alone = lock_briefly(&ONE_AT_A_TIME).ok_or_else(busy)?;
    recorder.segment.look_after(false);
    mark::write(&recorder.segment)?;
    recorder.books.begin_anew(totals(recorder), calls_by_site(recorder)).ok_or_else(busy)
}

fn totals(recorder: &Recorder) -> Totals {
    let header = recorder.segment.header();
    let (mut lost_calls, mut clock_anomalies) = (header.lost_calls.load(Relaxed), 0_u64);
    for shard in recorder.segment.shards() {
        lost_calls = lost_calls.saturating_add(shard.lost_calls.load(Relaxed));
        clock_anomalies = clock_anomalies.saturating_add(shard.clock_anomalies.load(Relaxed));
    }
    let (spent, watched) = recorder.books.overhead();
    let lost_metrics = header.lost_metrics.load(Relaxed);
    let steps = header.transition_count.load(Relaxed);
    [lost_calls, lost_metrics, clock_anomalies, steps, spent, watched]
}

/// Counts the finished calls of each site, by its index.
fn calls_by_site(recorder: &Recorder) -> Vec<u64> {
    let mut calls = vec![0_u64; registry::count() as usize];
    for shard in recorder.segment.shards() {
        // What stands beside a node comes before it, since the newest come first.
        let mut of_async: HashMap<u64, u64> = HashMap::new();
        for tally in recorder.segment.tallies(shard) {
            if let Some(calls) = calls.get_mut(tally.site as usize) {
                let is_polled = registry::at(tally.site).is_some_and(Site::is_polled);
                let finished = if is_polled { &tally.ended } else { &tally.calls };
                *calls = calls.saturating_add(finished.load(Relaxed));
            }
        }
        for node in recorder.segment.nodes(shard) {
            if is_beside(node.site) {
                let calls = if node.site == CALLS { finished_calls(node) } else { 0 };
                *of_async.entry(node.parent).or_default() += calls;
                continue;
            }
            // What overflowed is of no site.
            if let Some(calls) = calls.get_mut(node.site as usize) {
                let is_polled = registry::at(node.site).is_some_and(Site::is_polled);
                let finished = match of_async.get(&node.address) {
                    Some(finished) => *finished,
                    None if is_polled => 0,
                    None => finished_calls(node),
                };
                *calls = calls.saturating_add(finished);
            }
        }
    }
    calls
}

/// Counts the finished calls of a node; one that is not timed is counted when it begins.
fn finished_calls(node: &NodeRecord) -> u64 {
    let is_running = u64::from(node.start.load(Relaxed) == UNTIMED);
    let untimed = node.untimed.load(Relaxed).saturating_sub(is_running);
    let passed = node.passed.load(Relaxed);
    node.head.load(Relaxed).saturating_add(untimed).saturating_add(passed)
}

#[expect(clippy::cast_precision_loss, reason = "a share needs no more digits")]
fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// Returns the last of `count` steps, as far as they are known.
fn latest_steps(recorder: &Recorder, count: u64) -> Vec<BreakerStep> {
    if count == 0 {
        return Vec::new();
    }
    let mut steps: Vec<_> = recorder.segment.logged_steps().collect();
    let older = steps.len().saturating_sub(usize::try_from(count).unwrap_or(usize::MAX));
    steps.drain(..older);
    steps.iter().map(|step| breaker_step(recorder, step)).collect()
}

fn breaker_step(recorder: &Recorder, step: &LoggedStep) -> BreakerStep {
    let since = step.at_ticks.saturating_sub(recorder.segment.header().first.ticks.load(Relaxed));
    let name = |number: u32| match step.site {
        WHOLE_RECORDER => BreakerState::from_number(number).name(),
        _ => Step::from_number(number).name(),
    };
    BreakerStep {
        at: recorder.duration(since),
        from: name(step.from),
        to: name(step.to),
        reason: Reason::from_number(step.reason),
        interval: step.interval,
        site: (step.site != WHOLE_RECORDER).then_some(step.site),
    }
}

impl Recorder {
    /// Returns the length of `ticks`, by the first estimate.
    fn duration(&self, ticks: u64) -> Duration {
        #[expect(clippy::cast_precision_loss, reason = "good to a millionth")]
        Duration::try_from_secs_f64(ticks as f64 * self.ns_per_tick / 1e9).unwrap_or_default()
    }
}
