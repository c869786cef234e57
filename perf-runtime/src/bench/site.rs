//! A benchmark as its attribute declares it, and the few functions that generated code calls.

use std::cell::Cell;
use std::fmt::Debug;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::{Acquire, Release};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;

use super::{Bench, memory};
use crate::snapshot::Budget;

/// A benchmark: its identity, its options, and its code.
#[derive(Debug)]
pub struct Site {
    /// Name of the function.
    pub name: &'static str,
    /// `module_path!()` of the declaration.
    pub module: &'static str,
    /// Source file and line of the declaration.
    pub place: (&'static str, u32),
    /// Options of the attribute.
    pub options: Options,
    /// Texts of the arguments; `None` where there are none.
    pub arguments: Option<fn() -> Vec<String>>,
    /// Runs the function with the argument of this number.
    pub run: fn(&mut Bench, usize),
}

/// The options of an attribute.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Name given by the user; replaces the path as identity.
    pub label: Option<&'static str>,
    /// Group of those that run in turn and are compared.
    pub compare: Option<&'static str>,
    /// True for the one with which the others of the group are compared.
    pub baseline: bool,
    /// Iterations in all, instead of as many as there is time for.
    pub iterations: Option<u64>,
    /// Longest warm-up.
    pub warm_up_ns: Option<u64>,
    /// Time for measuring.
    pub time_ns: Option<u64>,
    /// Numbers of threads, a case each; 0 stands for as many as there are processors.
    pub threads: &'static [u32],
    /// Operations in a thousand seconds that are begun whether those before have ended or not.
    pub rate_millihertz: Option<u64>,
    /// True for a ramp of threads: 1, 2, 4, to twice the processors.
    pub stress: bool,
    /// Longest that a case may take.
    pub timeout_ns: Option<u64>,
    /// Most memory that the process may have.
    pub memory_bytes: Option<u64>,
    /// Highest mean use of the processors, in hundredths of a per cent of one.
    pub cpu_bp: Option<u64>,
    /// Highest share of iterations that may fail, in hundredths of a per cent.
    pub errors_bp: Option<u64>,
    /// Limits for `perf-report check`.
    pub budget: Budget,
    /// Tags.
    pub tags: &'static [&'static str],
    /// True if it runs only when it is asked for.
    pub ignore: bool,
}

impl Options {
    /// The options of an attribute without any.
    pub const NONE: Self = Self {
        label: None,
        compare: None,
        baseline: false,
        iterations: None,
        warm_up_ns: None,
        time_ns: None,
        threads: &[],
        rate_millihertz: None,
        stress: false,
        timeout_ns: None,
        memory_bytes: None,
        cpu_bp: None,
        errors_bp: None,
        budget: Budget::NONE,
        tags: &[],
        ignore: false,
    };
}

/// A benchmark, submitted at link time.
#[derive(Debug)]
pub struct Entry(pub &'static Site);

inventory::collect!(Entry);

/// Lists the benchmarks of this program, in the order of their declarations.
pub(super) fn all() -> Vec<&'static Site> {
    let mut all: Vec<_> = inventory::iter::<Entry>.into_iter().map(|entry| entry.0).collect();
    all.sort_by_key(|site| (site.place, site.module, site.name));
    all
}

impl Site {
    /// Returns its identity: the label, or the path of the function.
    pub(super) fn path(&self) -> String {
        match self.options.label {
            Some(label) => label.to_owned(),
            None => format!("{}::{}", self.module, self.name),
        }
    }
}

/// Returns the texts of arguments: what `Debug` writes, without quotes around text.
pub fn labels<T: Debug>(arguments: impl IntoIterator<Item = T>) -> Vec<String> {
    let text = |argument: T| format!("{argument:?}");
    let bare = |text: String| match text.strip_prefix('"').and_then(|it| it.strip_suffix('"')) {
        Some(inner) => inner.to_owned(),
        None => text,
    };
    arguments.into_iter().map(text).map(bare).collect()
}

/// Returns the argument of this number.
pub fn nth<T>(arguments: impl IntoIterator<Item = T>, number: usize) -> Option<T> {
    arguments.into_iter().nth(number)
}

/// Returns the work of an iteration, 0 where it is below that.
pub fn work(work: impl TryInto<u64>) -> u64 {
    work.try_into().unwrap_or(0)
}

/// A value that the body of a benchmark may return after it has used its [`Bench`].
pub trait SetUp {
    /// Notes in `bench` that the benchmark could not be set up, if that is so.
    fn note(self, bench: &mut Bench);
}

impl SetUp for () {
    fn note(self, _: &mut Bench) {}
}

impl<T: SetUp, E: Debug> SetUp for Result<T, E> {
    fn note(self, bench: &mut Bench) {
        match self {
            Ok(value) => value.note(bench),
            Err(error) => bench.fail(&error),
        }
    }
}

/// A thread that waits for a future.
struct Waiting {
    thread: Thread,
    is_woken: AtomicBool,
}

impl Wake for Waiting {
    fn wake(self: Arc<Self>) {
        self.is_woken.store(true, Release);
        self.thread.unpark();
    }
}

thread_local! {
    /// The waker of the last future that ended on this thread: to make one is no part of an iteration.
    static LAST: Cell<Option<Arc<Waiting>>> = const { Cell::new(None) };
}

/// Runs a future to its end on this thread: what async benchmarks use that name no executor.
pub fn block_on<F: Future>(future: F) -> F::Output {
    // A future that waits for another in this way finds no waker here, and makes its own.
    let waiting = LAST.take().unwrap_or_else(|| {
        let _beside = memory::around();
        Arc::new(Waiting { thread: std::thread::current(), is_woken: AtomicBool::new(false) })
    });
    let waker = Waker::from(Arc::clone(&waiting));
    let (mut future, mut context) = (pin!(future), Context::from_waker(&waker));
    let output = loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            break output;
        }
        // Parking may end for no reason, and for that of a future within this one.
        while !waiting.is_woken.swap(false, Acquire) {
            std::thread::park();
        }
    };
    LAST.set(Some(waiting));
    output
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_arguments_are_bare() {
        assert_eq!(labels([1_000, 2]), ["1000", "2"]);
        assert_eq!(labels(["a \"b\"", ""]), ["a \\\"b\\\"", ""]);
        assert_eq!(labels([Some('x')]), ["Some('x')"]);
    }

    #[test]
    fn a_future_that_wakes_itself_ends() {
        let mut left = 3;
        let future = std::future::poll_fn(|context| {
            left -= 1;
            context.waker().wake_by_ref();
            if left == 0 { Poll::Ready(7) } else { Poll::Pending }
        });
        assert_eq!(block_on(future), 7);
    }

    /// A future that is woken by another thread each time, and ends when it is polled for the third.
    fn woken_from_elsewhere() -> impl Future<Output = ()> {
        let mut polls = 0;
        std::future::poll_fn(move |context| {
            polls += 1;
            let waker = context.waker().clone();
            std::thread::spawn(move || waker.wake());
            if polls == 3 { Poll::Ready(()) } else { Poll::Pending }
        })
    }

    #[test]
    fn a_future_within_another_takes_no_waking_from_it() {
        let mut is_first = true;
        let outer = std::future::poll_fn(|context| {
            if !std::mem::take(&mut is_first) {
                return Poll::Ready(9);
            }
            context.waker().wake_by_ref();
            block_on(woken_from_elsewhere());
            Poll::Pending
        });
        assert_eq!(block_on(outer), 9);
    }
}
