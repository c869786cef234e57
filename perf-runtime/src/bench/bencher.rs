//! What a benchmark is given to run its code with.

mod costs;
mod loops;
mod measured;
mod task;

use std::fmt::Debug;
use std::time::Duration;

pub(super) use self::costs::costs;
pub(super) use self::measured::{Kinds, Measured, Tally};
pub(super) use self::task::{Costs, Task, Way};
use super::memory;
use crate::judge::{ErrIf, Judge, KindBy, Unjudged};
use crate::kind::{Kind, Kinded};
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
        self.measure(false, || (), |&mut ()| code(), &Unjudged);
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
        self.measure(false, || (), |&mut ()| code(), &ErrIf(Result::is_err));
    }

    /// Measures `code`, and counts the iterations that return an error by the kind that `kind` calls
    /// it.
    ///
    /// ```
    /// # use perf_runtime::Bench;
    /// # use std::num::{IntErrorKind, ParseIntError};
    /// fn kind(error: &ParseIntError) -> &'static str {
    ///     if *error.kind() == IntErrorKind::Empty { "empty" } else { "not a number" }
    /// }
    ///
    /// # fn bench(b: &mut Bench) {
    /// b.try_iter_by_kind(|| "".parse::<u32>(), kind);
    /// # }
    /// ```
    pub fn try_iter_by_kind<R, E>(
        &mut self,
        mut code: impl FnMut() -> Result<R, E>,
        kind: impl Fn(&E) -> &'static str,
    ) {
        self.measure(false, || (), |&mut ()| code(), &KindBy(kind));
    }

    /// Measures `code`, whose errors are those that `judge` finds: what generated code calls.
    #[doc(hidden)]
    pub fn iter_judged<R: Kinded>(&mut self, mut code: impl FnMut() -> R, judge: &impl Judge<R>) {
        self.measure(false, || (), |&mut ()| code(), judge);
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
        self.measure(true, || Some(input()), code, &Unjudged);
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
        self.measure(true, input, code, &Unjudged);
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
        self.measure(true, || Some(input()), code, &Taken(ErrIf(Result::is_err)));
    }

    /// Measures `code` with an input of its own, like [`Bench::try_iter_batched`], and counts errors by
    /// the kind that `kind` calls them.
    ///
    /// ```
    /// # use perf_runtime::Bench;
    /// # fn bench(b: &mut Bench) {
    /// b.try_iter_batched_by_kind(|| vec![b'1'], String::from_utf8, |_| "not UTF-8");
    /// # }
    /// ```
    pub fn try_iter_batched_by_kind<I, R, E>(
        &mut self,
        mut input: impl FnMut() -> I,
        mut code: impl FnMut(I) -> Result<R, E>,
        kind: impl Fn(&E) -> &'static str,
    ) {
        let code = |place: &mut Option<I>| place.take().map(&mut code);
        self.measure(true, || Some(input()), code, &Taken(KindBy(kind)));
    }

    /// Has `code` measure itself: it runs as many iterations as it is given, and returns their time.
    /// All that it allocates counts for them.
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
        let iterations = memory::iteration();
        let took = code(self.task.iterations);
        drop(iterations);
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
}

/// The judge of what comes of an input that was there to be taken.
struct Taken<J>(J);

impl<R, J: Judge<R>> Judge<Option<R>> for Taken<J> {
    fn is_error(&self, returned: &Option<R>) -> bool {
        returned.as_ref().is_some_and(|it| self.0.is_error(it))
    }

    fn names_kinds(&self) -> bool {
        self.0.names_kinds()
    }

    fn kind(&self, returned: &Option<R>) -> Option<Kind> {
        returned.as_ref().and_then(|it| self.0.kind(it))
    }
}

fn involuntary_switches() -> u64 {
    system::switches().map_or(0, |it| u64::try_from(it.involuntary).unwrap_or(0))
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
