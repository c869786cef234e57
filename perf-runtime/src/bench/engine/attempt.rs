//! One batch of a case: its code is run on as many threads as the case has, and what it used is read.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Instant;

use super::super::Bench;
use super::super::bencher::{Measured, Task, Way};
use super::super::cases::Case;
use super::super::memory;
use super::super::start::{Pace, StartLine};
use crate::hot::span::enter_scope;
use crate::registry;
use crate::segment::HARNESS_NAME;
use crate::snapshot::Phase;

/// A batch that is to be run.
#[derive(Debug)]
pub(super) struct Attempt {
    pub(super) iterations: u64,
    pub(super) round: u32,
    pub(super) phase: Phase,
    /// Steps by which the stack is shifted.
    pub(super) stack: usize,
}

/// What came of a batch.
#[derive(Debug)]
pub(super) struct Outcome {
    pub(super) measured: Vec<Measured>,
    pub(super) bytes: Option<u64>,
    pub(super) items: Option<u64>,
}

/// Runs a case once, without measuring it. Returns the reason if it fails.
pub(super) fn once(case: &Case) -> Result<(), String> {
    let task = Task { iterations: 1, ..Task::default() };
    run(case, task, &Way::Together, 0).map(drop)
}

/// Runs `task` on the threads of a case, in this way.
pub(super) fn run(case: &Case, task: Task, way: &Way, stack: usize) -> Result<Outcome, String> {
    if case.threads <= 1 {
        let task = Task { way: way.clone(), ..task };
        return on_this_thread(case, task, stack).and_then(|bench| gathered(vec![bench]));
    }
    let threads = u64::from(case.threads);
    let line = Arc::new(StartLine::of(case.threads));
    let benches: Vec<Result<Bench, String>> = std::thread::scope(|scope| {
        let run_one = |number: u64| {
            let share = task.iterations / threads + u64::from(number < task.iterations % threads);
            let task = Task {
                iterations: share.max(1),
                way: way.clone(),
                line: Some(Arc::clone(&line)),
                ..task.clone()
            };
            let line = Arc::clone(&line);
            let work = move || {
                memory::own_thread();
                let _engine = memory::engine();
                let bench = on_this_thread(case, task, stack);
                if !bench.as_ref().is_ok_and(|bench| bench.is_at_start) {
                    line.give_up();
                }
                bench
            };
            // The thread frees in part what is allocated here.
            let _both = memory::around();
            std::thread::Builder::new().name(format!("bench {number}")).spawn_scoped(scope, work)
        };
        let begun: Vec<_> = (0..threads).map(run_one).collect();
        for _ in begun.iter().filter(|it| it.is_err()) {
            line.give_up();
        }
        let end = |thread: std::io::Result<
            std::thread::ScopedJoinHandle<'_, Result<Bench, String>>,
        >| {
            let thread = thread.map_err(|error| format!("a thread cannot be started: {error}"))?;
            let _both = memory::around();
            thread.join().unwrap_or_else(|panic| Err(message(&*panic)))
        };
        begun.into_iter().map(end).collect()
    });
    gathered(benches.into_iter().collect::<Result<_, _>>()?)
}

fn gathered(benches: Vec<Bench>) -> Result<Outcome, String> {
    let (bytes, items) = benches.first().map_or((None, None), |it| (it.bytes, it.items));
    let mut measured = Vec::with_capacity(benches.len());
    for bench in benches {
        if let Some(failure) = bench.failure {
            return Err(failure);
        }
        let one = bench.measured;
        measured
            .push(one.ok_or("it measures nothing: call `iter` or another method of its `Bench`")?);
    }
    Ok(Outcome { measured, bytes, items })
}

/// Runs the code of a case on this thread, and returns the reason if it panics.
fn on_this_thread(case: &Case, task: Task, stack: usize) -> Result<Bench, String> {
    let is_recorded = task.is_recorded;
    let mut bench = Bench::new(task);
    let argument = case.argument.as_ref().map_or(0, |(number, _)| *number);
    let mut code = || {
        // So that what is allocated and freed outside of the iterations is counted, too.
        let _harness =
            is_recorded.then(|| registry::named(HARNESS_NAME)).flatten().map(enter_scope);
        let _code = memory::around();
        (case.site.run)(&mut bench, argument);
    };
    let process = std::process::id();
    let ended = catch_unwind(AssertUnwindSafe(|| shifted(stack, &mut code)));
    if std::process::id() != process {
        // The benchmark forked, and this is the child: one process that goes on is enough.
        std::process::exit(0);
    }
    ended.map_err(|panic| {
        let text = message(&*panic);
        // Dropping it runs code of the benchmark, which may panic once more.
        std::mem::forget(panic);
        text
    })?;
    Ok(bench)
}

/// Calls `code` with a stack that lies some steps further down, since the place of the stack alone
/// can make code faster or slower (Mytkowicz and others, "Producing wrong data without doing
/// anything obviously wrong", 2009).
#[inline(never)]
fn shifted(steps: usize, code: &mut dyn FnMut()) {
    let room = std::hint::black_box([0_u8; 48]);
    match steps {
        0 => code(),
        _ => shifted(steps - 1, code),
    }
    std::hint::black_box(&room);
}

fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
    text.unwrap_or_else(|| "it panicked".to_owned())
}

/// Returns the way in which a batch of `case` is measured.
pub(super) fn way(case: &Case, attempt: &Attempt, is_long: bool) -> Way {
    match (attempt.phase, case.settings.rate_millihertz) {
        (Phase::Profile, _) => registry::named(&case.name()).map_or(Way::Together, Way::Tracked),
        (Phase::Timed, Some(rate)) => Way::Paced(Arc::new(Pace::new(rate, attempt.iterations))),
        (Phase::Timed, None) if is_long => Way::Single,
        _ => Way::Together,
    }
}

/// Returns the time from the first beginning to the last end, in nanoseconds.
pub(super) fn wall_ns(measured: &[Measured]) -> u64 {
    let began: Option<Instant> = measured.iter().map(|it| it.began).min();
    let ended = measured.iter().map(|it| it.ended).max();
    let wall = began.zip(ended).map(|(began, ended)| ended.saturating_duration_since(began));
    wall.map_or(0, |wall| u64::try_from(wall.as_nanos()).unwrap_or(u64::MAX))
}
