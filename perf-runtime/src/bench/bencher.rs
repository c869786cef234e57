//! What a benchmark is given to run its code with.

use std::fmt::Debug;
use std::hint::black_box;
use std::mem::needs_drop;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::start::{Pace, StartLine};
use crate::buckets;
use crate::hot::span::enter_scope;
use crate::writing::system;

/// The loop around the code of a benchmark.
///
/// A benchmark that takes one runs anew in each round of the measurement, and calls one of its
/// methods once. What stands before that is set up for the round, and is not timed. Whatever the
/// code returns is dropped outside the measured time, so that no work can be optimised away, and
/// none is counted that is not part of it.
///
/// ```
/// use perf_runtime::{Bench, perf_bench};
///
/// #[perf_bench]
/// fn look_up(b: &mut Bench) {
///     let words: std::collections::BTreeSet<String> = (0..1_000).map(|n| n.to_string()).collect();
///     b.iter(|| words.contains("617"));
/// }
/// ```
#[derive(Debug)]
pub struct Bench {
    pub(super) task: Task,
    pub(super) bytes: Option<u64>,
    pub(super) items: Option<u64>,
    pub(super) measured: Option<Measured>,
    pub(super) failure: Option<String>,
    pub(super) is_at_start: bool,
}

/// A piece of work for one thread: iterations, and the way in which they are measured.
#[derive(Debug, Clone, Default)]
pub(super) struct Task {
    pub(super) iterations: u64,
    /// Time of an iteration, as far as it is known, in nanoseconds.
    pub(super) estimate_ns: f64,
    pub(super) costs: Costs,
    pub(super) way: Way,
    pub(super) line: Option<Arc<StartLine>>,
    /// True where tracked functions are recorded, which then are those of a benchmark.
    pub(super) is_recorded: bool,
}

/// The way in which iterations are measured.
#[derive(Debug, Clone, Default)]
pub(super) enum Way {
    /// Many between two readings of the clock.
    #[default]
    Together,
    /// Each by itself.
    Single,
    /// Each by itself, and begun at a pace.
    Paced(Arc<Pace>),
    /// Each as a call of a tracked function.
    Tracked(&'static crate::site::Site),
}

/// The cost of measuring, in nanoseconds, which is taken off.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Costs {
    /// Of the loop around an iteration whose result needs no place.
    pub(super) bare_loop: f64,
    /// Of the loop around an iteration whose input or result has one.
    pub(super) storing_loop: f64,
    /// Of a reading of the clock.
    pub(super) clock: f64,
}

/// The result of a task on one thread.
#[derive(Debug)]
pub(super) struct Measured {
    pub(super) iterations: u64,
    /// Time of the iterations, without that of measuring.
    pub(super) ns: f64,
    pub(super) began: Instant,
    pub(super) ended: Instant,
    pub(super) errors: u64,
    pub(super) preemptions: u64,
    pub(super) latencies: Option<Tally>,
}

/// Durations of single iterations, counted by their buckets.
#[derive(Debug)]
pub(super) struct Tally {
    pub(super) counts: Vec<u64>,
    pub(super) max_ns: u64,
    pub(super) sum_ns: u64,
}

impl Tally {
    fn new() -> Self {
        Self { counts: vec![0; buckets::COUNT as usize], max_ns: 0, sum_ns: 0 }
    }

    fn note(&mut self, ns: u64) {
        if let Some(count) = self.counts.get_mut(buckets::of(ns) as usize) {
            *count += 1;
        }
        self.max_ns = self.max_ns.max(ns);
        self.sum_ns = self.sum_ns.saturating_add(ns);
    }
}

impl Bench {
    pub(super) fn new(task: Task) -> Self {
        Self { task, bytes: None, items: None, measured: None, failure: None, is_at_start: false }
    }

    /// Measures `code`.
    ///
    /// ```
    /// # use perf_runtime::Bench;
    /// # fn bench(b: &mut Bench) {
    /// let text = "1,2,3".repeat(100);
    /// b.iter(|| text.split(',').count());
    /// # }
    /// ```
    #[expect(clippy::iter_not_returning_iterator, reason = "the name that benchmarks have for it")]
    pub fn iter<R>(&mut self, mut code: impl FnMut() -> R) {
        self.measure(false, || (), |&mut ()| code(), |_| false);
    }

    /// Measures `code`, and counts the iterations that return an error.
    ///
    /// ```
    /// # use perf_runtime::Bench;
    /// # fn bench(b: &mut Bench) {
    /// b.try_iter(|| "17".parse::<u32>());
    /// # }
    /// ```
    pub fn try_iter<R, E>(&mut self, mut code: impl FnMut() -> Result<R, E>) {
        self.measure(false, || (), |&mut ()| code(), Result::is_err);
    }

    /// Measures `code` with an input of its own for each iteration. Inputs are made by `input`
    /// outside of the measured time.
    ///
    /// ```
    /// # use perf_runtime::Bench;
    /// # fn bench(b: &mut Bench) {
    /// b.iter_batched(|| vec![3, 1, 2], |mut items| items.sort());
    /// # }
    /// ```
    pub fn iter_batched<I, R>(
        &mut self,
        mut input: impl FnMut() -> I,
        mut code: impl FnMut(I) -> R,
    ) {
        let code = |place: &mut Option<I>| place.take().map(&mut code);
        self.measure(true, || Some(input()), code, |_| false);
    }

    /// Measures `code` with a reference to an input of its own for each iteration. Inputs are made,
    /// and dropped, outside of the measured time.
    ///
    /// ```
    /// # use perf_runtime::Bench;
    /// # fn bench(b: &mut Bench) {
    /// b.iter_batched_ref(|| vec![3, 1, 2], |items| items.sort());
    /// # }
    /// ```
    pub fn iter_batched_ref<I, R>(
        &mut self,
        input: impl FnMut() -> I,
        code: impl FnMut(&mut I) -> R,
    ) {
        self.measure(true, input, code, |_| false);
    }

    /// Measures `code` with an input of its own, like [`Bench::iter_batched`], and counts the
    /// iterations that return an error.
    ///
    /// ```
    /// # use perf_runtime::Bench;
    /// # fn bench(b: &mut Bench) {
    /// b.try_iter_batched(|| vec![b'1'], String::from_utf8);
    /// # }
    /// ```
    pub fn try_iter_batched<I, R, E>(
        &mut self,
        mut input: impl FnMut() -> I,
        mut code: impl FnMut(I) -> Result<R, E>,
    ) {
        let code = |place: &mut Option<I>| place.take().map(&mut code);
        self.measure(true, || Some(input()), code, |result| matches!(result, Some(Err(_))));
    }

    /// Has `code` measure itself: it runs as many iterations as it is given, and returns their time.
    ///
    /// ```
    /// # use perf_runtime::Bench;
    /// # use std::time::Instant;
    /// # fn bench(b: &mut Bench) {
    /// b.iter_custom(|iterations| {
    ///     let began = Instant::now();
    ///     for _ in 0..iterations {
    ///         std::hint::black_box(2 + 2);
    ///     }
    ///     began.elapsed()
    /// });
    /// # }
    /// ```
    pub fn iter_custom(&mut self, mut code: impl FnMut(u64) -> Duration) {
        let mut measured = self.begin();
        let took = code(self.task.iterations);
        measured.iterations = self.task.iterations;
        measured.ns = as_ns(took);
        self.end(measured);
    }

    /// Declares the bytes that an iteration works on, for the throughput.
    pub fn bytes(&mut self, bytes: u64) -> &mut Self {
        self.bytes = Some(bytes);
        self
    }

    /// Declares the items that an iteration works on, for the throughput.
    pub fn items(&mut self, items: u64) -> &mut Self {
        self.items = Some(items);
        self
    }

    /// Notes that the benchmark could not be set up.
    pub(super) fn fail(&mut self, error: &impl Debug) {
        self.failure = Some(format!("{error:?}"));
    }

    /// Runs the task: `input` makes what `code` needs, if that `has_input`, and `is_error` looks at
    /// what it returns.
    fn measure<I, R>(
        &mut self,
        has_input: bool,
        mut input: impl FnMut() -> I,
        mut code: impl FnMut(&mut I) -> R,
        is_error: impl Fn(&R) -> bool,
    ) {
        let way = self.task.way.clone();
        let mut measured = self.begin();
        match way {
            Way::Together if !has_input && !needs_drop::<R>() => {
                self.bare(&mut measured, &mut input, &mut code, &is_error);
            }
            Way::Together => self.storing(&mut measured, &mut input, &mut code, &is_error),
            Way::Single => self.single(&mut measured, &mut input, &mut code, &is_error),
            Way::Paced(pace) => paced(&pace, &mut measured, &mut input, &mut code, &is_error),
            Way::Tracked(site) => {
                for _ in 0..self.task.iterations {
                    let mut made = input();
                    let call = enter_scope(site);
                    let returned = black_box(code(black_box(&mut made)));
                    drop(call);
                    measured.errors += u64::from(is_error(&returned));
                    measured.iterations += 1;
                }
            }
        }
        self.end(measured);
    }

    fn begin(&mut self) -> Measured {
        if let Some(line) = self.task.line.clone().filter(|_| !self.is_at_start) {
            self.is_at_start = true;
            line.wait();
        }
        let preemptions = involuntary_switches();
        let now = Instant::now();
        Measured {
            iterations: 0,
            ns: 0.0,
            began: now,
            ended: now,
            errors: 0,
            preemptions,
            latencies: None,
        }
    }

    fn end(&mut self, mut measured: Measured) {
        measured.ended = Instant::now();
        measured.preemptions = involuntary_switches().saturating_sub(measured.preemptions);
        measured.ns = measured.ns.max(0.0);
        if self.measured.is_some() {
            self.failure = Some("it measures twice: each benchmark may once".to_owned());
        }
        self.measured = Some(measured);
    }

    /// Runs the iterations in one loop, where nothing has to be kept.
    fn bare<I, R>(
        &self,
        measured: &mut Measured,
        input: &mut impl FnMut() -> I,
        code: &mut impl FnMut(&mut I) -> R,
        is_error: &impl Fn(&R) -> bool,
    ) {
        let mut made = input();
        let mut errors = 0;
        let began = Instant::now();
        for _ in 0..self.task.iterations {
            let returned = black_box(code(&mut made));
            errors += u64::from(is_error(&returned));
        }
        let took = as_ns(began.elapsed());
        let Costs { bare_loop, clock, .. } = self.task.costs;
        measured.errors = errors;
        measured.iterations = self.task.iterations;
        measured.ns = took - clock - bare_loop * as_f64(measured.iterations);
    }

    /// Runs the iterations in pieces, whose inputs are made before and whose results are dropped
    /// after the time of each.
    fn storing<I, R>(
        &self,
        measured: &mut Measured,
        input: &mut impl FnMut() -> I,
        code: &mut impl FnMut(&mut I) -> R,
        is_error: &impl Fn(&R) -> bool,
    ) {
        let most = self.piece(size_of::<I>().max(size_of::<R>()));
        let (mut inputs, mut results) = (Vec::with_capacity(most), Vec::with_capacity(most));
        let Costs { storing_loop, clock, .. } = self.task.costs;
        while measured.iterations < self.task.iterations {
            let left = usize::try_from(self.task.iterations - measured.iterations);
            fill(&mut inputs, left.map_or(most, |left| left.min(most)), input);
            let piece = inputs.len();
            let began = Instant::now();
            for made in &mut inputs {
                results.push(black_box(code(made)));
            }
            let took = as_ns(began.elapsed());
            measured.ns += took - clock - storing_loop * as_f64(piece as u64);
            measured.errors += results.iter().filter(|result| is_error(result)).count() as u64;
            measured.iterations += piece as u64;
            results.clear();
            inputs.clear();
        }
    }

    /// Returns the most iterations of a piece: enough that reading the clock is a thousandth of it,
    /// and few, since all their inputs and results are there at once, each of `size`.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped")]
    fn piece(&self, size: usize) -> usize {
        const PIECE_NS: f64 = 25_000.0;
        const PIECE_BYTES: usize = 1 << 20;
        let most = as_f64((PIECE_BYTES / size.max(1)).clamp(1, 4096) as u64);
        if self.task.estimate_ns <= 0.0 {
            return 1;
        }
        (PIECE_NS / self.task.estimate_ns).ceil().clamp(1.0, most) as usize
    }

    /// Runs the iterations one by one, each with a time of its own.
    fn single<I, R>(
        &self,
        measured: &mut Measured,
        input: &mut impl FnMut() -> I,
        code: &mut impl FnMut(&mut I) -> R,
        is_error: &impl Fn(&R) -> bool,
    ) {
        let mut tally = Tally::new();
        for _ in 0..self.task.iterations {
            let mut made = input();
            let began = Instant::now();
            let returned = black_box(code(black_box(&mut made)));
            let took = (as_ns(began.elapsed()) - self.task.costs.clock).max(0.0);
            tally.note(whole(took));
            measured.ns += took;
            measured.errors += u64::from(is_error(&returned));
            measured.iterations += 1;
        }
        measured.latencies = Some(tally);
    }
}

/// Makes inputs, up to `most` of them: fewer where making them takes long, since then they are large.
fn fill<I>(inputs: &mut Vec<I>, most: usize, input: &mut impl FnMut() -> I) {
    const LONGEST: Duration = Duration::from_millis(4);
    let began = Instant::now();
    while inputs.len() < most && (inputs.is_empty() || began.elapsed() < LONGEST) {
        inputs.push(input());
    }
}

/// Runs operations as they are due. Their durations count from the intended beginning, so that one
/// that is held up by the one before shows it.
fn paced<I, R>(
    pace: &Pace,
    measured: &mut Measured,
    input: &mut impl FnMut() -> I,
    code: &mut impl FnMut(&mut I) -> R,
    is_error: &impl Fn(&R) -> bool,
) {
    let mut tally = Tally::new();
    let mut made = input();
    while let Some(intended) = pace.next() {
        let began = Instant::now();
        let returned = black_box(code(black_box(&mut made)));
        let ended = Instant::now();
        tally.note(whole(as_ns(ended.duration_since(intended))));
        measured.ns += as_ns(ended.duration_since(began));
        measured.errors += u64::from(is_error(&returned));
        measured.iterations += 1;
        drop(returned);
        made = input();
    }
    measured.latencies = Some(tally);
}

fn involuntary_switches() -> u64 {
    system::switches().map_or(0, |it| u64::try_from(it.involuntary).unwrap_or(0))
}

/// Measures the cost of measuring.
pub(super) fn costs() -> Costs {
    let least = |times: u32, measure: &mut dyn FnMut() -> f64| {
        (0..times).map(|_| measure()).fold(f64::INFINITY, f64::min)
    };
    let clock = least(1_000, &mut || as_ns(Instant::now().elapsed()));
    let run = |code: &mut dyn FnMut(&mut Bench)| {
        let task = Task { iterations: 10_000, estimate_ns: 1.0, ..Task::default() };
        let mut bench = Bench::new(task);
        code(&mut bench);
        bench.measured.map_or(0.0, |it| (it.ns - clock).max(0.0) / 10_000.0)
    };
    let bare_loop = least(100, &mut || run(&mut |bench| bench.iter(|| 1_u64)));
    // What needs to be dropped needs a place; nothing is dropped here.
    let storing_loop = least(100, &mut || run(&mut |bench| bench.iter(|| None::<Box<u64>>)));
    Costs { bare_loop, storing_loop, clock }
}

pub(super) fn as_ns(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e9
}

#[expect(clippy::cast_precision_loss, reason = "below 2^53")]
pub(super) fn as_f64(count: u64) -> f64 {
    count as f64
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates")]
pub(super) fn whole(ns: f64) -> u64 {
    ns.round() as u64
}
