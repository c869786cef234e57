//! The `#[perf_track]` attribute. Use it through perf-runtime, which re-exports it.
//!
//! A pipeline, in the order of its stages: `args` reads the options, `item` takes the item apart,
//! `validate` refuses what does not fit, `expand` writes the tokens, and `fallback` gives the item
//! back untracked after an error. The meaning of the tokens is perf-runtime's affair: no type of it
//! is known here, only names in its `__private` module.

mod args;
mod built;
mod errors;
mod expand;
mod fallback;
mod item;
mod linter;
#[cfg(test)]
mod snapshots;
mod validate;

use expand::Record;
use proc_macro::TokenStream;

/// Records calls, time and outcome of a function, or of every function of an `impl` block, a trait
/// or a module.
///
/// ```
/// use perf_runtime::perf_track;
///
/// #[perf_track]
/// fn parse(input: &str) -> Vec<&str> {
///     input.lines().collect()
/// }
///
/// struct Cache;
///
/// #[perf_track]
/// impl Cache {
///     async fn get(&self, key: &str) -> Option<String> {
///         None
///     }
///
///     #[perf_track(skip)]
///     fn len(&self) -> usize {
///         0
///     }
/// }
/// # assert_eq!(parse("a\nb").len() + Cache.len(), 2);
/// # drop(Cache.get("a"));
/// ```
///
/// There is nothing to start, to hold or to flush. `perf-report run -- PROGRAM` shows the
/// recording; [`snapshot()`](../perf_runtime/fn.snapshot.html) returns it to the program itself.
///
/// # What is measured
///
/// From the first statement of the body to the end of its last: calls, total and self time, the
/// spread of durations, and calls that ended in a panic, in the context of the tracked functions
/// that led there. Recursive calls are counted one by one; their time is that of the outermost.
///
/// Nothing outside the body is measured: arguments are evaluated before it and dropped after it,
/// and so are, before edition 2024, temporaries of the last expression. A function that returns an
/// iterator is measured while it makes that, not while the iterator runs.
///
/// The function stays what it was: signature, attributes and visibility are left as written, its
/// statements stay in place, in the same order, and things are dropped when they were.
///
/// # Async functions
///
/// A call is the future, from its first poll until it is ready. A future that is dropped before
/// that is a cancelled call; one that is never polled is no call. Each poll is measured where it
/// happens, and only while it lasts, also when the future moves to another thread. Total and self
/// time, and a call's duration, are those of its polls. Beside them stand the number of polls, the
/// longest of them, and the *lifetime* from the beginning of the first to the end of the last.
///
/// The same holds for functions that make a future in their last expression, as `async_trait` has
/// them, or people by hand: `async move { … }`, `Box::pin(async move { … })` and
/// `async move { … }.boxed()`. Statements before it belong to nobody's call. Other futures are
/// measured by
/// [`perf_future!`](../perf_runtime/macro.perf_future.html), and streams by
/// [`perf_stream!`](../perf_runtime/macro.perf_stream.html).
/// ```
/// # use std::{future::Future, pin::Pin};
/// # use perf_runtime::perf_track;
/// #[perf_track(err)]
/// async fn fetch(id: u32) -> Result<String, std::io::Error> {
///     Ok(format!("{id}"))
/// }
///
/// #[perf_track]
/// fn fetch_boxed(id: u32) -> Pin<Box<dyn Future<Output = usize> + Send>> {
///     Box::pin(async move { fetch(id).await.map_or(0, |text| text.len()) })
/// }
/// # let mut boxed = fetch_boxed(7);
/// # let mut context = std::task::Context::from_waker(std::task::Waker::noop());
/// # assert!(boxed.as_mut().poll(&mut context).is_ready());
/// ```
///
/// # Options
///
/// `name = "…"`: the name in reports, and the identity with which history is kept. By default it is
/// the path of the function, without the closures around it: `crate::module::function`,
/// `crate::Type<_>::method`, or `<crate::Type as crate::Trait>::method`. Functions of one name are
/// counted as one.
/// ```
/// # use perf_runtime::perf_track;
/// #[perf_track(name = "parse request")]
/// fn parse() {}
/// # parse();
/// ```
///
/// `err`: counts calls that returned `Err` or `None`, whether by `?`, `return` or the last
/// expression. Other types can take part through [`Outcome`](../perf_runtime/trait.Outcome.html).
/// The body of a function that is not async then runs in a `move` closure: its arguments are
/// dropped in the same order as without, but within the measured time. `#[track_caller]` would lose
/// its effect there, and is refused.
/// ```
/// # use perf_runtime::perf_track;
/// #[perf_track(err)]
/// fn port(text: &str) -> Result<u16, std::num::ParseIntError> {
///     let port = text.parse()?;
///     Ok(port)
/// }
/// # assert!(port("http").is_err());
/// ```
///
/// `err_kind` and `err_kind = path`: the same for a `Result`, and counts the errors by their kind. The
/// kind is what the function at `path` calls a reference to the error, as a `&'static str`. Without
/// a path it is the word that the error's `Debug` form begins with, as the derived one does with the
/// name of the variant; nothing behind it is formatted, and nothing allocated. A thread tells 16
/// kinds of a function apart, of 48 bytes each, and counts the rest as one. The kind is asked for
/// within the measured time, of calls that failed only.
/// ```
/// # use perf_runtime::perf_track;
/// #[derive(Debug)]
/// enum Error {
///     Timeout,
///     Status(u16),
/// }
///
/// impl Error {
///     fn kind(&self) -> &'static str {
///         match self {
///             Self::Timeout => "timeout",
///             Self::Status(400..500) => "client",
///             Self::Status(_) => "server",
///         }
///     }
/// }
///
/// #[perf_track(err_kind)] // "Timeout", "Status"
/// fn fetch(status: u16) -> Result<(), Error> {
///     respond(status)
/// }
///
/// #[perf_track(err_kind = Error::kind)] // "timeout", "client", "server"
/// fn respond(status: u16) -> Result<(), Error> {
///     if status == 200 { Ok(()) } else { Err(Error::Status(status)) }
/// }
/// # assert!(fetch(404).is_err() && matches!(Error::Timeout.kind(), "timeout"));
/// ```
///
/// `ok_if = path` and `err_if = path`: the same as `err`, judged by a function that takes a reference to the
/// returned value.
/// ```
/// # use perf_runtime::perf_track;
/// struct Response { status: u16 }
///
/// impl Response {
///     fn is_success(&self) -> bool { self.status < 400 }
/// }
///
/// #[perf_track(ok_if = Response::is_success)]
/// fn respond() -> Response {
///     Response { status: 404 }
/// }
/// # assert!(!respond().is_success());
/// ```
///
/// `exact`: every call is measured, also when others are sampled to save time.
/// ```
/// # use perf_runtime::perf_track;
/// #[perf_track(exact)]
/// fn pay() {}
/// # pay();
/// ```
///
/// `per_type`: a generic function is one function in reports, `crate::sort<_>`; with this option it
/// is one for each type that it is called with, `crate::sort<u32>`. Looking that up takes some ten
/// nanoseconds a call, and each is kept until the process ends.
/// ```
/// # use perf_runtime::perf_track;
/// #[perf_track(per_type)]
/// fn sort<T: Ord>(items: &mut [T]) {
///     items.sort();
/// }
/// # sort(&mut [2, 1]);
/// ```
///
/// `budget(…)`: limits that `perf-report check` holds the function to.
///
/// | limit | on | value |
/// |---|---|---|
/// | `p50`, `p95`, `p99`, `mean`, `max` | the duration of a call | text with its unit: `ns`, `us`, `ms` or `s` |
/// | `calls`, `allocs` | a whole run | a whole number |
/// | `max_regression` | the slow-down against the baseline | text in per cent, `"10%"` |
///
/// ```
/// # use perf_runtime::perf_track;
/// #[perf_track(budget(p95 = "2ms", max = "0.5s", calls = 1_000, max_regression = "10%"))]
/// fn render() {}
/// # render();
/// ```
///
/// `tags = […]`: words to group and to filter by.
/// ```
/// # use perf_runtime::perf_track;
/// #[perf_track(tags = ["io", "startup"])]
/// fn load() {}
/// # load();
/// ```
///
/// `skip`: leaves the function as it is; for functions of a tracked block, or to switch one off for
/// a while. Other options beside it are checked, and have no effect.
///
/// `crate = path`: the path to perf-runtime, for crates that know it by another name. Libraries
/// that write the attribute in a macro of theirs name their own re-export.
/// ```
/// mod facade {
///     pub use perf_runtime as tracking;
/// }
///
/// #[facade::tracking::perf_track(crate = crate::facade::tracking)]
/// fn parse() {}
/// # fn main() { parse() }
/// ```
///
/// # On an `impl` block, a trait or a module
///
/// Every function with a body is tracked; in an inline module, also in its blocks and modules.
/// Three kinds are left as they are: functions with `#[perf_track(skip)]`, functions that cannot be
/// tracked, and items for tests alone (`#[test]`, `#[cfg(test)]`). `only = …` and `except = …`
/// choose by name; `*` stands for any characters.
///
/// `crate`, `exact`, `per_type` and `tags` hold for all functions. A function can add options with
/// an attribute of its own, whatever that is called, and is tracked once. `name`, `err`, `err_kind`,
/// `ok_if`, `err_if` and `budget` belong to one function, and are refused on the whole.
/// ```
/// # use perf_runtime::perf_track;
/// # struct Store;
/// #[perf_track(tags = ["store"], except = ["len", "is_*"])]
/// impl Store {
///     const fn new() -> Self {
///         Store
///     }
///
///     fn len(&self) -> usize {
///         0
///     }
///
///     fn is_empty(&self) -> bool {
///         true
///     }
///
///     #[perf_track(err, name = "store lookup")]
///     fn get(&self, key: u64) -> Option<u64> {
///         None
///     }
/// }
///
/// #[perf_track]
/// mod shapes {
///     pub trait Shape {
///         fn side(&self) -> f64;
///         fn area(&self) -> f64 {
///             self.side() * self.side()
///         }
///     }
/// }
/// # assert!(Store::new().get(1).is_none() && Store.is_empty() && Store.len() == 0);
/// ```
///
/// # What cannot be tracked
///
/// - `const fn`: it may run in the compiler, where no clock is.
/// - Functions without a body, variadic ones, naked ones, and `gen fn`.
/// - Functions inside of `macro_rules!` calls in a tracked block: they are not written yet when the
///   attribute is expanded. Put the attribute on them inside the macro.
///
/// The attribute on one of these is a compile error, which leaves the item itself in place:
/// ```compile_fail
/// # use perf_runtime::perf_track;
/// #[perf_track]
/// const fn answer() -> u32 {
///     42
/// }
/// # fn main() {}
/// ```
///
/// # Beside other attributes
///
/// The order does not matter for those that the compiler knows, `#[test]`, `#[inline]` and `#[cfg]`
/// among them. An attribute macro that rewrites the function sees it tracked when it stands below
/// this one, and untracked when it stands above. `#[async_trait]` on the whole may stand on either
/// side.
///
/// # Beside lints
///
/// Clippy sees the item as it was written; only the options are checked there. So it finds the same
/// as without the attribute. A type that an option does not fit is an error of `cargo check`.
///
/// # With recording switched off
///
/// In a build of perf-runtime without its `record` feature the options are checked as always, and
/// the item is left exactly as it was.
#[proc_macro_attribute]
pub fn perf_track(args: TokenStream, item: TokenStream) -> TokenStream {
    let record = match cfg!(feature = "record") {
        true if linter::is_at_work() => Record::Linted,
        true => Record::On,
        false => Record::Off,
    };
    expand::expand(args.into(), item.into(), record).into()
}

/// Stands for the build of the crate that it is in, as a number that perf-runtime reads. For the
/// macros of perf-runtime alone.
#[doc(hidden)]
#[proc_macro]
pub fn __built(_: TokenStream) -> TokenStream {
    proc_macro::TokenTree::from(proc_macro::Literal::u8_unsuffixed(built::code())).into()
}

/// Makes a benchmark of a function, for [`bench_main!`](../perf_runtime/macro.bench_main.html)
/// (feature `bench` of perf-runtime).
///
/// The body is what is measured, or it takes a [`Bench`](../perf_runtime/struct.Bench.html) to set
/// something up first. Whatever is returned is dropped outside the measured time. A function that
/// returns a `Result` has its errors counted.
///
/// ```
/// use perf_runtime::{Bench, perf_bench};
///
/// #[perf_bench(bytes = TEXT.len())]
/// fn split() -> usize {
///     std::hint::black_box(TEXT).split(',').count()
/// }
///
/// #[perf_bench(args = [100, 10_000], items = length)]
/// fn sort(b: &mut Bench, length: u64) {
///     b.iter_batched(|| (0..length).rev().collect::<Vec<_>>(), |mut items| items.sort());
/// }
///
/// #[perf_bench]
/// async fn answer() -> Result<u32, std::num::ParseIntError> {
///     "42".parse()
/// }
/// # const TEXT: &str = "a,b,c";
/// # fn main() {}
/// ```
///
/// # Options
///
/// | option | |
/// |---|---|
/// | `name = "…"` | identity in reports; the path of the function otherwise |
/// | `args = [1, 10]` | a case for each value of an array, or of anything else that can be iterated over; the parameter takes it |
/// | `compare = "group"` | members of a group run in turn, in random order, and are compared with the first of them, or with the one that has `baseline` |
/// | `time = "1s"`, `warm_up = "300ms"`, `iterations = 1_000` | how long it is measured; so many iterations are timed, beside those of warm-up and profile |
/// | `bytes = …`, `items = …` | work of an iteration, for the throughput; the argument can be named |
/// | `threads = [1, 4, 0]` | a case on each number of threads at once; 0 is one a processor |
/// | `stress` | a ramp: 1, 2, 4 … threads, to twice the processors |
/// | `rate = "500/s"` | operations begin at that rate, whether those before have ended or not, and their latency counts from then on |
/// | `timeout = "10s"`, `memory = "64MiB"`, `cpu = "80%"`, `errors = "5%"` | limits, at which a case ends with that outcome, and its time is not judged; `100%` is one processor |
/// | `err_kind`, `err_kind = path` | errors of a function that returns a `Result` are counted by kind, as in [`perf_track`](macro@perf_track); with a `Bench`, [`try_iter_by_kind`](../perf_runtime/struct.Bench.html#method.try_iter_by_kind) does that |
/// | `budget(mean = "2ms", max_regression = "10%")` | limits for `perf-report check`, as in [`perf_track`](macro@perf_track) |
/// | `block_on = \|future\| RUNTIME.block_on(future)` | the executor of an async function |
/// | `tags = ["io"]`, `ignore`, `crate = path` | as elsewhere; an ignored one runs when it is asked for |
///
/// Values of `perf.toml`, of the environment (`PERF_TRACK_BENCH_TIME=2s`) and of the command line
/// (`cargo bench -- --time 2s`) overrule those here, in this order.
///
/// # Limits
///
/// A limit is looked at after each batch, and by the process that waits for the one that measures: an
/// iteration that is half a second beyond its `timeout` is killed, and one that asks for more than
/// its `memory` is refused it, where each case of its group has such a limit. Whatever ends a process,
/// the other cases of the group go on in a new one, and what was measured before is kept.
///
/// # What cannot be a benchmark
///
/// Methods, generic functions, and functions that are `unsafe` or `extern`: write a function that
/// calls them. An argument is cloned for each iteration, within the measured time; to leave that
/// out, take a reference, or a `Bench` and [`iter_batched`](../perf_runtime/struct.Bench.html#method.iter_batched).
#[proc_macro_attribute]
pub fn perf_bench(args: TokenStream, item: TokenStream) -> TokenStream {
    expand::bench::expand(args.into(), item.into()).into()
}
