//! The measures of one function or one calling context, and their sum. Pure data.

use super::{Histogram, Lifetimes, Memory, Polls};

/// The measures of a function, in one context or over several.
///
/// `total_ns` and `self_ns` hold also the time of calls that had not finished when they were read;
/// everything else is about finished calls only.
///
/// For an async function all times but [`lifetimes`](Self::lifetimes) are those of its polls: a
/// call's duration is that of all its polls.
///
/// ```
/// use perf_runtime::snapshot::Measures;
///
/// let measures = Measures { calls: 4, sum_ns: 600, min_ns: 100, max_ns: 200, ..Measures::default() };
/// assert_eq!(measures.mean_ns(), Some(150.0));
/// assert_eq!(Measures::default().mean_ns(), None);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Measures {
    /// Finished calls, however they ended. Exact also where calls are sampled.
    pub calls: u64,
    /// Timed calls among them. Where that is not all, times are estimates: each timed call stands
    /// for the same share of the others.
    pub timed: u64,
    /// Calls that were counted while none was timed: they are in no time and in no histogram.
    pub unmeasured: u64,
    /// Calls among `calls` with an estimated context: counted for the function, and divided among
    /// its contexts by how often it was seen there. Over all contexts their number is exact.
    #[cfg_attr(feature = "serde", serde(default))]
    pub placed: u64,
    /// Finished calls whose returned value was classified as an error.
    pub errors: u64,
    /// Finished calls that ended by unwinding.
    pub panics: u64,
    /// Futures dropped before they were ready.
    pub cancelled: u64,
    /// Outermost calls still running when the recording was read, or when its process ended; of
    /// async functions, those being polled.
    pub unfinished: u64,
    /// Time between entry and exit, children included, in nanoseconds. Recursive calls count once,
    /// by the outermost. It is the time that the program spent. Untimed calls are estimated from
    /// timed ones, but without the clock readings in these: so the total may be less than the mean
    /// times the calls.
    pub total_ns: u64,
    /// Time spent in the function itself, outside every tracked child, in nanoseconds. Exact also
    /// in recursion.
    pub self_ns: u64,
    /// Possible error of `self_ns`, one standard deviation, in nanoseconds: the cost of recording
    /// is not known exactly, and not all calls were timed.
    #[cfg_attr(feature = "serde", serde(default))]
    pub self_error_ns: u64,
    /// Step of the clock by which single durations were measured, in nanoseconds.
    #[cfg_attr(feature = "serde", serde(default))]
    pub resolution_ns: u64,
    /// Time of recording beside `total_ns`, in nanoseconds: of this function's calls, and of those
    /// to all tracked functions below. Estimated from the cost of a call, which each process
    /// measures. The time that passed is the sum of both.
    pub overhead_ns: u64,
    /// Time of recording beside `self_ns`, in nanoseconds.
    pub self_overhead_ns: u64,
    /// Time beside `total_ns` that threads waited, against their will, for a processor of another
    /// thread, in nanoseconds. On Linux, waits of about 100 microseconds and more; elsewhere 0. No
    /// duration of a call holds it either.
    #[cfg_attr(feature = "serde", serde(default))]
    pub preempted_ns: u64,
    /// Time of such waits beside `self_ns`, in nanoseconds.
    #[cfg_attr(feature = "serde", serde(default))]
    pub self_preempted_ns: u64,
    /// Sum of the durations of all finished calls, recursive ones each for itself, in nanoseconds:
    /// `calls` times the mean.
    pub sum_ns: u64,
    /// Sum of the squares of those durations, in square nanoseconds.
    pub sum_of_squares_ns2: u128,
    /// Shortest finished call, in nanoseconds; 0 when there is none.
    pub min_ns: u64,
    /// Longest finished call, in nanoseconds; 0 when there is none.
    pub max_ns: u64,
    /// Time since the first call, summed over threads, in nanoseconds.
    pub active_ns: u64,
    /// Part of `active_ns` in which calls were sampled.
    pub sampled_ns: u64,
    /// Part of `active_ns` in which calls were counted only.
    pub counted_ns: u64,
    /// Calls for each timed one while they were sampled, at most; 0 if they never were.
    pub largest_interval: u32,
    /// Number of times that the breaker changed the recording of its calls.
    pub transitions: u64,
    /// Memory of the function and all tracked functions below it. Recursive calls count for the
    /// outermost one.
    pub memory: Memory,
    /// Memory of the function itself, outside every tracked child.
    pub self_memory: Memory,
    /// Polls of an async function; empty for others.
    #[cfg_attr(feature = "serde", serde(default))]
    pub polls: Polls,
    /// Lifetimes of an async function's calls; empty for others.
    #[cfg_attr(feature = "serde", serde(default))]
    pub lifetimes: Lifetimes,
    /// Durations of the finished calls; each timed one as often as the calls it stands for.
    pub histogram: Histogram,
}

impl Measures {
    /// Adds the measures of `other`.
    pub fn merge(&mut self, other: &Self) {
        self.merge_range(other);
        self.calls = self.calls.saturating_add(other.calls);
        self.placed = self.placed.saturating_add(other.placed);
        self.self_error_ns = self.self_error_ns.saturating_add(other.self_error_ns);
        self.errors = self.errors.saturating_add(other.errors);
        self.panics = self.panics.saturating_add(other.panics);
        self.cancelled = self.cancelled.saturating_add(other.cancelled);
        self.unfinished = self.unfinished.saturating_add(other.unfinished);
        self.total_ns = self.total_ns.saturating_add(other.total_ns);
        self.self_ns = self.self_ns.saturating_add(other.self_ns);
        self.sum_ns = self.sum_ns.saturating_add(other.sum_ns);
        self.sum_of_squares_ns2 = self.sum_of_squares_ns2.saturating_add(other.sum_of_squares_ns2);
        self.merge_recording(other);
        self.memory.merge(&other.memory);
        self.self_memory.merge(&other.self_memory);
        self.polls.merge(&other.polls);
        self.lifetimes.merge(&other.lifetimes);
        self.histogram.merge(&other.histogram);
    }

    /// Returns the calls whose times are known or estimated.
    pub fn measured(&self) -> u64 {
        self.calls.saturating_sub(self.unmeasured)
    }

    /// Returns whether times are estimates, since not all calls were timed, or not all of their
    /// polls.
    pub fn is_estimated(&self) -> bool {
        self.timed < self.calls || self.polls.timed < self.polls.count
    }

    /// Returns the mean duration of a finished call in nanoseconds; `None` without calls.
    #[expect(clippy::cast_precision_loss, reason = "17 digits are enough for a mean")]
    pub fn mean_ns(&self) -> Option<f64> {
        (self.measured() > 0).then(|| self.sum_ns as f64 / self.measured() as f64)
    }

    /// Returns the standard deviation of a finished call's duration (the calls being the
    /// population), in nanoseconds; `None` without calls.
    #[expect(clippy::cast_precision_loss, reason = "17 digits are enough for a deviation")]
    pub fn stddev_ns(&self) -> Option<f64> {
        // n * sum(x^2) - sum(x)^2 in integers: nothing cancels before the division.
        let calls = u128::from(self.measured());
        let spread = calls
            .checked_mul(self.sum_of_squares_ns2)?
            .saturating_sub(u128::from(self.sum_ns).checked_mul(u128::from(self.sum_ns))?);
        (calls > 0).then(|| (spread as f64).sqrt() / calls as f64)
    }

    /// Returns quantile `q` (0 to 1) of the duration of a finished call in nanoseconds, within 1.6
    /// %, and never outside the shortest and the longest; `None` without calls.
    pub fn quantile_ns(&self, q: f64) -> Option<u64> {
        let ns = self.histogram.quantile_ns(q)?;
        Some(ns.clamp(self.min_ns, self.max_ns.max(self.min_ns)))
    }

    fn merge_recording(&mut self, other: &Self) {
        self.timed = self.timed.saturating_add(other.timed);
        self.unmeasured = self.unmeasured.saturating_add(other.unmeasured);
        self.overhead_ns = self.overhead_ns.saturating_add(other.overhead_ns);
        self.self_overhead_ns = self.self_overhead_ns.saturating_add(other.self_overhead_ns);
        self.preempted_ns = self.preempted_ns.saturating_add(other.preempted_ns);
        self.self_preempted_ns = self.self_preempted_ns.saturating_add(other.self_preempted_ns);
        self.active_ns = self.active_ns.saturating_add(other.active_ns);
        self.sampled_ns = self.sampled_ns.saturating_add(other.sampled_ns);
        self.counted_ns = self.counted_ns.saturating_add(other.counted_ns);
        self.largest_interval = self.largest_interval.max(other.largest_interval);
        self.resolution_ns = self.resolution_ns.max(other.resolution_ns);
        self.transitions = self.transitions.saturating_add(other.transitions);
    }

    fn merge_range(&mut self, other: &Self) {
        if other.timed == 0 {
            return;
        }
        let none = self.timed == 0;
        self.min_ns = if none { other.min_ns } else { self.min_ns.min(other.min_ns) };
        self.max_ns = if none { other.max_ns } else { self.max_ns.max(other.max_ns) };
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::memory::tests::memory;
    use super::super::polls::tests::{lifetimes, polls};
    use super::*;
    use proptest::prelude::*;

    /// Makes any amount from little to more than can be added up.
    pub(in crate::snapshot) fn amount() -> impl Strategy<Value = u64> {
        prop_oneof![8 => 0_u64..1000, 2 => any::<u64>(), 1 => Just(u64::MAX)]
    }

    /// Makes every field for itself, so that none can be forgotten in a merge.
    pub(in crate::snapshot) fn measures() -> impl Strategy<Value = Measures> {
        let histogram = proptest::collection::vec((0..crate::buckets::COUNT, amount()), 0..4);
        // Boxed, since three of these at once would not fit on a test's stack.
        let memory = (memory().boxed(), memory().boxed());
        let extremes = (any::<u64>(), any::<u64>());
        let amounts = (
            proptest::array::uniform8(amount()),
            proptest::array::uniform8(amount()),
            proptest::array::uniform4(amount()),
        );
        let of_async = (polls().boxed(), lifetimes().boxed());
        (amounts, any::<u128>(), extremes, any::<u32>(), histogram, memory, of_async).prop_map(
            |(
                (amounts, recording, [placed, self_error_ns, preempted_ns, self_preempted_ns]),
                sum_of_squares_ns2,
                (one, other),
                interval,
                histogram,
                (memory, self_memory),
                (polls, lifetimes),
            )| {
                let [calls, errors, panics, cancelled, unfinished, total_ns, self_ns, sum_ns] =
                    amounts;
                let [timed, unmeasured, overhead_ns, self_overhead_ns, ..] = recording;
                let [.., active_ns, sampled_ns, counted_ns, transitions] = recording;
                let if_called = |ns| if timed > 0 { ns } else { 0 };
                Measures {
                    calls,
                    placed,
                    self_error_ns,
                    resolution_ns: u64::from(interval),
                    timed,
                    unmeasured,
                    overhead_ns,
                    self_overhead_ns,
                    preempted_ns,
                    self_preempted_ns,
                    active_ns,
                    sampled_ns,
                    counted_ns,
                    transitions,
                    largest_interval: interval,
                    errors,
                    panics,
                    cancelled,
                    unfinished,
                    total_ns,
                    self_ns,
                    sum_ns,
                    sum_of_squares_ns2,
                    min_ns: if_called(one.min(other)),
                    max_ns: if_called(one.max(other)),
                    memory,
                    self_memory,
                    polls,
                    lifetimes,
                    histogram: Histogram::from_buckets(histogram),
                }
            },
        )
    }

    fn merged(a: &Measures, b: &Measures) -> Measures {
        let mut sum = a.clone();
        sum.merge(b);
        sum
    }

    /// Lists everything that adds up.
    pub(in crate::snapshot) fn sums(measures: &Measures) -> [u64; 20] {
        let Measures { calls, errors, panics, cancelled, unfinished, .. } = *measures;
        let Measures { total_ns, self_ns, sum_ns, overhead_ns, self_overhead_ns, .. } = *measures;
        let Measures { timed, unmeasured, active_ns, sampled_ns, counted_ns, transitions, .. } =
            *measures;
        let calls = [calls, timed, unmeasured, errors, panics, cancelled, unfinished, transitions];
        let times = [total_ns, self_ns, sum_ns, overhead_ns, self_overhead_ns];
        let recording =
            [active_ns, sampled_ns, counted_ns, measures.placed, measures.self_error_ns];
        let waits = [measures.preempted_ns, measures.self_preempted_ns];
        let mut all = calls.into_iter().chain(times).chain(recording).chain(waits);
        std::array::from_fn(|_| all.next().unwrap())
    }

    proptest! {
        #[test]
        fn merging_is_associative_and_commutative(a in measures(), b in measures(), c in measures()) {
            prop_assert_eq!(merged(&a, &b), merged(&b, &a));
            prop_assert_eq!(merged(&merged(&a, &b), &c), merged(&a, &merged(&b, &c)));
        }

        #[test]
        fn merging_adds_up_and_keeps_the_extremes(a in measures(), b in measures()) {
            let sum = merged(&a, &b);
            let pairs = sums(&a).into_iter().zip(sums(&b));
            prop_assert!(pairs.map(|(a, b)| a.saturating_add(b)).eq(sums(&sum)));
            let squares = a.sum_of_squares_ns2.saturating_add(b.sum_of_squares_ns2);
            prop_assert_eq!(sum.sum_of_squares_ns2, squares);
            for part in [&a, &b].into_iter().filter(|part| part.timed > 0) {
                prop_assert!(sum.min_ns <= part.min_ns && part.max_ns <= sum.max_ns);
            }
            prop_assert!([a.min_ns, b.min_ns].contains(&sum.min_ns));
            prop_assert!([a.max_ns, b.max_ns].contains(&sum.max_ns));
        }

        #[test]
        fn nothing_measured_changes_nothing(a in measures()) {
            prop_assert_eq!(merged(&a, &Measures::default()), a);
        }
    }
}
