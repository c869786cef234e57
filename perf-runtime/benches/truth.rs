//! Whether own times are true: what a report says of functions of one nanosecond to one microsecond,
//! beside what the same functions take where nothing records.
//!
//! Each function is made twice from the same lines, once tracked and once plain. What the plain ones
//! take is measured whole, from a leaf up: a caller's own time is what it takes less its callees'. Ten
//! runs of each, in turn, each in a process of its own: `cargo bench -p perf-runtime --bench truth`.
//! Prints a table; asserts nothing.

#![expect(
    clippy::cast_precision_loss,
    clippy::print_stdout,
    reason = "prints what it measured, in a few digits"
)]

use std::hint::black_box;
use std::process::Command;
use std::time::{Duration, Instant};

/// The functions, tracked by `$attribute` or not.
macro_rules! program {
    ($module:ident $(, $attribute:meta)?) => {
        mod $module {
            use std::hint::black_box;

            $(#[$attribute])?
            #[inline(never)]
            pub(super) fn one(x: u64) -> u64 {
                black_box(x).wrapping_mul(3)
            }

            $(#[$attribute])?
            #[inline(never)]
            pub(super) fn other(x: u64) -> u64 {
                (0..4).fold(x, |x, turn| black_box(x ^ turn).wrapping_mul(5))
            }

            $(#[$attribute])?
            #[inline(never)]
            pub(super) fn tens(x: u64) -> u64 {
                (0..30).fold(x, |x, turn| black_box(x ^ turn).wrapping_mul(5))
            }

            $(#[$attribute])?
            #[inline(never)]
            pub(super) fn hundreds(x: u64) -> u64 {
                (0..400).fold(x, |x, turn| black_box(x ^ turn).wrapping_mul(7))
            }

            /// Calls three small functions, and does little itself.
            $(#[$attribute])?
            #[inline(never)]
            pub(super) fn caller(x: u64) -> u64 {
                let x = (0..6).fold(x, |x, turn| black_box(x ^ turn).wrapping_mul(3));
                one(other(tens(x)))
            }

            /// Calls the same function as `caller`, in a loop, and one that takes longer now and then.
            $(#[$attribute])?
            #[inline(never)]
            pub(super) fn looping(x: u64) -> u64 {
                let sum = (0..8).fold(x, |x, _| one(x));
                if sum % 16 == 0 { hundreds(sum) } else { sum }
            }

            $(#[$attribute])?
            #[inline(never)]
            pub(super) fn recursive(depth: u64) -> u64 {
                let own = (0..10).fold(depth, |x, turn| black_box(x ^ turn).wrapping_mul(3));
                if depth == 0 { own } else { own ^ recursive(depth - 1) }
            }

            /// A turn of the program.
            $(#[$attribute])?
            #[inline(never)]
            pub(super) fn turn(x: u64) -> u64 {
                caller(x) ^ looping(x) ^ recursive(x & 7) ^ hundreds(x)
            }
        }
    };
}

program!(tracked, perf_runtime::perf_track);
program!(plain);

const RUNS: usize = 10;
const NAMES: [&str; 8] =
    ["one", "other", "tens", "hundreds", "caller", "looping", "recursive", "turn"];

/// What a call takes, as the least of some batches.
fn nanoseconds(call: fn(u64) -> u64) -> f64 {
    const CALLS: u64 = 20_000;
    let batch = || {
        let start = Instant::now();
        for x in 0..CALLS {
            black_box(call(black_box(x)));
        }
        start.elapsed().as_secs_f64() * 1e9 / CALLS as f64
    };
    (0..30).map(|_| batch()).fold(f64::INFINITY, f64::min)
}

/// Own times of the plain functions, in the order of their names. The loop around a call, and the call
/// of a caller, are in the time of a leaf here as they are in the program.
fn plain_own() -> [f64; 8] {
    let [one, other, tens, hundreds] =
        [plain::one, plain::other, plain::tens, plain::hundreds].map(nanoseconds);
    let [caller, looping, turn] = [plain::caller, plain::looping, plain::turn].map(nanoseconds);
    let recursive = nanoseconds(|x| plain::recursive(x & 7)) / 4.5;
    // `looping` calls `hundreds` once in 16 turns, as near as numbers that are not random come to that.
    let own_of_looping = looping - 8.0 * one - hundreds / 16.0;
    let own_of_turn = turn - caller - looping - 4.5 * recursive - hundreds;
    [
        one,
        other,
        tens,
        hundreds,
        caller - one - other - tens,
        own_of_looping,
        recursive,
        own_of_turn,
    ]
}

/// Runs the tracked program for a while, and prints what was recorded of each function in nanoseconds
/// of its own a call.
fn child() -> Result<(), perf_runtime::segment::SegmentError> {
    let start = Instant::now();
    let mut x = 0_u64;
    while start.elapsed() < Duration::from_millis(500) {
        for _ in 0..1000 {
            x = x.wrapping_add(black_box(tracked::turn(black_box(x)) | 1));
        }
    }
    let snapshot = perf_runtime::snapshot()?;
    let all = snapshot.by_function();
    for name in NAMES {
        let found =
            snapshot.functions.iter().position(|it| it.name.ends_with(&format!("tracked::{name}")));
        let own = found.map_or(0.0, |at| all[at].self_ns as f64 / all[at].calls.max(1) as f64);
        println!("{own}");
    }
    let own: u64 = all.iter().map(|it| it.self_ns).sum();
    let roots = snapshot.contexts.iter().filter(|it| it.parent.is_none());
    let roots: u64 = roots.map(|it| it.measures.total_ns).sum();
    println!("{}", own as f64 / roots.max(1) as f64);
    Ok(())
}

fn recorded() -> Vec<f64> {
    let output = std::env::current_exe().and_then(|this| Command::new(this).arg("child").output());
    let text =
        output.map(|it| String::from_utf8_lossy(&it.stdout).into_owned()).unwrap_or_default();
    text.lines().filter_map(|line| line.parse().ok()).collect()
}

fn main() -> Result<(), perf_runtime::segment::SegmentError> {
    if std::env::args().any(|argument| argument == "child") {
        return child();
    }
    let mut plain: Vec<[f64; 8]> = Vec::new();
    let mut runs: Vec<Vec<f64>> = Vec::new();
    for _ in 0..RUNS {
        plain.push(plain_own());
        runs.push(recorded());
    }
    let middle = |mut values: Vec<f64>| {
        values.sort_unstable_by(f64::total_cmp);
        let range = (values[0], values[values.len() - 1]);
        (values[values.len() / 2], range)
    };
    println!("own time a call, ns: median of {RUNS} runs, and their range\n");
    println!("function      plain   recorded   difference   range recorded");
    for (at, name) in NAMES.iter().enumerate() {
        let (truth, _) = middle(plain.iter().map(|own| own[at]).collect());
        let (told, (least, most)) =
            middle(runs.iter().map(|own| own.get(at).copied().unwrap_or(0.0)).collect());
        println!(
            "{name:<10} {truth:8.1} {told:10.1} {:+12.1}   {least:.1} to {most:.1}",
            told - truth
        );
    }
    let (sum, (least, most)) =
        middle(runs.iter().map(|own| own.get(NAMES.len()).copied().unwrap_or(0.0)).collect());
    println!(
        "\nown times of all functions / totals of the roots: {sum:.4} ({least:.4} to {most:.4})"
    );
    Ok(())
}
