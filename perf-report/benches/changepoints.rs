//! How well and how fast changes of level are found: `cargo bench -p perf-report --bench changepoints`.
//!
//! Of each shape of `common/shapes.rs` a thousand series, with noise of 1 to 10 %: the share of them in which
//! all steps are found, each where it is or one beside, and nothing else. Then series of noise alone, in which
//! nothing may be found. Then 10,000 series of 1,000 values on two threads, one in ten with a step: the time
//! on the wall, and that of the processors, which other programs do not change.
//! `SERIES=100` series instead of a thousand. Prints what it measured, and asserts nothing.

#![expect(clippy::print_stdout, reason = "prints what it measured")]

use std::time::{Duration, Instant};

use nix::time::{ClockId, clock_gettime};
use perf_report::stats::random::Stream;
use perf_report::stats::segments::{Settings, change_points};

#[path = "common/shapes.rs"]
mod shapes;

use shapes::{SHAPES, SPREADS, Spread, heavy};

/// What the noise is of a level.
const PARTS: [(&str, f64); 6] =
    [("1 %", 0.01), ("2 %", 0.02), ("3 %", 0.03), ("5 %", 0.05), ("7 %", 0.07), ("10 %", 0.1)];
const LENGTHS: [usize; 9] = [8, 10, 12, 16, 20, 30, 40, 60, 100];

fn main() {
    let series = std::env::var("SERIES").ok().and_then(|it| it.parse().ok()).unwrap_or(1_000);
    let mut stream = Stream::of(1);
    for spread in SPREADS {
        far_apart(series, spread, &mut stream);
    }
    of_noise_alone(series, &mut stream);
    duration();
}

fn found(values: &[f64]) -> Vec<usize> {
    change_points(values, Settings::DEFAULT).iter().map(|change| change.index).collect()
}

/// How many series answer yes.
fn count(series: u32, mut is: impl FnMut() -> bool) -> u32 {
    (0..series).map(|_| u32::from(is())).sum()
}

fn row(name: &str, cells: impl IntoIterator<Item = String>) {
    let cells: Vec<String> = cells.into_iter().map(|cell| format!("{cell:>8}")).collect();
    println!("{name:30}{}", cells.concat());
}

fn far_apart(series: u32, spread: Spread, stream: &mut Stream) {
    println!("of 100 series right, noise {spread:?}, {series} of each");
    row("noise", PARTS.map(|part| part.0.to_owned()));
    for shape in SHAPES {
        let shares = PARTS.map(|(_, part)| {
            let mut values = || found(&shape.values(part, spread, || stream.normal()));
            let right = count(series, || shape.is_right(&values()));
            100.0 * f64::from(right) / f64::from(series)
        });
        row(shape.name, shares.map(|share| format!("{share:.1}")));
    }
    println!();
}

/// A series of noise alone of this length, of noise of this part.
type Noise = fn(&mut Stream, usize, f64) -> Vec<f64>;

const NOISES: [(&str, Noise); 4] = [
    ("normal", |stream, length, part| {
        (0..length).map(|_| (part * stream.normal()).exp()).collect()
    }),
    ("heavy tails", |stream, length, part| {
        (0..length).map(|_| (part * heavy(|| stream.normal())).exp()).collect()
    }),
    ("rounded to 5 %", |stream, length, part| {
        (0..length).map(|_| (20.0 * (part * stream.normal()).exp()).round()).collect()
    }),
    ("one of two steps of a clock", |stream, length, part| {
        (0..length).map(|_| if stream.share() < 5.0 * part { 20.0 } else { 10.0 }).collect()
    }),
];

fn of_noise_alone(series: u32, stream: &mut Stream) {
    println!("alarms in {} series of noise alone, {series} of each of 1 to 10 %", 6 * series);
    row("values", LENGTHS.map(|length| length.to_string()));
    for (kind, noise) in NOISES {
        let alarms = LENGTHS.map(|length| {
            let mut parts = PARTS.iter().cycle();
            count(6 * series, || {
                let part = parts.next().map_or(0.01, |part| part.1);
                !found(&noise(stream, length, part)).is_empty()
            })
        });
        row(kind, alarms.map(|alarms| alarms.to_string()));
    }
    println!();
}

const MANY: u64 = 10_000;
const LENGTH: usize = 1_000;
const THREADS: u32 = 2;

fn duration() {
    for (noise, spread) in [("quiet", 0.01), ("noisy", 0.15)] {
        let all: Vec<Vec<f64>> = (0..MANY).map(|seed| stepped(seed, spread)).collect();
        let mut times: Vec<_> = (0..3)
            .map(|_| {
                let (start, cpu) = (Instant::now(), processor_time());
                let found: usize = std::thread::scope(|scope| {
                    let threads: Vec<_> = all
                        .chunks(all.len().div_ceil(THREADS as usize))
                        .map(|share| scope.spawn(move || changed(share)))
                        .collect();
                    threads.into_iter().filter_map(|thread| thread.join().ok()).sum()
                });
                (start.elapsed(), processor_time().saturating_sub(cpu) / THREADS, found)
            })
            .collect();
        times.sort_unstable();
        let [_, (wall, cpu, found), _] = times[..] else { return };
        println!(
            "{noise}: {MANY} series of {LENGTH}, {wall:.2?}, of which each thread ran {cpu:.2?}; {found} with \
             a change"
        );
    }
}

/// What the processors did for this process.
fn processor_time() -> Duration {
    clock_gettime(ClockId::CLOCK_PROCESS_CPUTIME_ID).map(Duration::from).unwrap_or_default()
}

fn changed(share: &[Vec<f64>]) -> usize {
    share.iter().filter(|values| !found(values).is_empty()).count()
}

fn stepped(seed: u64, spread: f64) -> Vec<f64> {
    let mut stream = Stream::of(seed);
    let step = if seed.is_multiple_of(10) { 1.1 } else { 1.0 };
    (0..LENGTH)
        .map(|at| {
            // Twelve uniform numbers are nearly normal.
            let noise = (0..12).map(|_| stream.share()).sum::<f64>() - 6.0;
            (1.0 + spread * noise).max(0.01) * if at < 600 { 1.0 } else { step }
        })
        .collect()
}
