//! Benchmarks: `#[perf_bench]` and [`bench_main!`](crate::bench_main), with the engine behind them.
//!
//! Only programs that are benchmarks build this (feature `bench`), and it alone in this crate may
//! print and end the process. The flow: `flags` and `settings` say what is wanted, `cases` are what
//! the sites of a program amount to, `supervisor` gives each group of them a process of its own, which
//! `watch` waits for with an eye on its `board` and its limits,
//! `engine` measures a group there, with `bencher` around the code of the user, `start` for several
//! threads, `meters` for what else is used, `yardstick` for what the machine was like, `system` for what its system says, and `muting` for the tracked functions inside. `ledger`
//! writes everything into the segment, batch by batch; `figures` are what rounds end by, and what
//! `screen` shows: a `line` a case, with each `quantity` as perf-report writes it; `progress` says how far
//! all of it is to whoever asked.

mod bencher;
mod board;
mod cases;
mod engine;
mod figures;
mod flags;
mod ledger;
mod line;
pub(crate) mod memory;
mod meters;
mod muting;
mod progress;
mod quantity;
mod random;
mod screen;
mod settings;
mod site;
mod start;
mod supervisor;
mod system;
mod watch;
mod yardstick;

use std::process::ExitCode;

pub use bencher::Bench;
pub use memory::Allocator;
pub use site::{Entry, Options, SetUp, Site, block_on, labels, nth, work};

/// Runs the benchmarks of this program as its arguments say: the body of `main` in
/// [`bench_main!`](crate::bench_main).
#[must_use]
pub fn run() -> ExitCode {
    screen::open();
    let given = flags::read(flags::arguments(), |name| std::env::var(name).ok());
    let wanted = match given {
        Ok(flags::Given::Wanted(wanted)) => wanted,
        Ok(flags::Given::Help) => {
            screen::help();
            return ExitCode::SUCCESS;
        }
        Err(problem) => {
            screen::error(&problem);
            return ExitCode::from(2);
        }
    };
    let cases = cases::all(&wanted);
    if cases.wanted.is_empty() && wanted.mode != flags::Mode::List {
        // What starts this program tells by them what there is.
        ledger::leave_out(cases.facts_left_out());
        screen::none(&wanted, &cases);
        return ExitCode::SUCCESS;
    }
    match wanted.mode {
        flags::Mode::List => screen::list(&cases.wanted, wanted.is_ignored_only()),
        flags::Mode::Test => engine::test(&cases),
        flags::Mode::Bench => supervisor::run(&cases, &wanted),
    }
}

/// Makes the `main` of a benchmark target: a `[[bench]]` with `harness = false`.
///
/// ```no_run
/// use perf_runtime::{Bench, perf_bench};
///
/// #[perf_bench]
/// fn sum() -> u64 {
///     (0..std::hint::black_box(1_000)).sum()
/// }
///
/// #[perf_bench(args = [100, 10_000], items = length)]
/// fn sort(b: &mut Bench, length: usize) {
///     b.iter_batched(|| (0..length).rev().collect::<Vec<_>>(), |mut items| items.sort());
/// }
///
/// perf_runtime::bench_main!();
/// ```
///
/// `cargo bench` measures, `cargo test` and `cargo bench -- --test` run each benchmark once, and
/// `cargo bench -- --help` lists what else there is. `perf-report bench` runs them several times,
/// keeps the results and judges them.
///
/// The program's allocator becomes a [`CountingAlloc`](crate::CountingAlloc), so that the profile of
/// each benchmark has its allocations. It counts in profile rounds only, and elsewhere takes some
/// nanoseconds an allocation. `bench_main!(allocator = own)` leaves the allocator to the program.
#[macro_export]
macro_rules! bench_main {
    () => {
        #[global_allocator]
        static __PERF_BENCH_ALLOCATOR: $crate::CountingAlloc<$crate::__private::bench::Allocator> =
            $crate::CountingAlloc::over($crate::__private::bench::Allocator);

        $crate::bench_main!(allocator = own);
    };
    (allocator = own) => {
        fn main() -> ::std::process::ExitCode {
            $crate::__private::bench::run()
        }
    };
}
