//! How well and how fast changes of level are found: `cargo bench -p perf-report --bench changepoints`.
//!
//! Of each shape of `common/shapes.rs` a thousand series, with noise of 1 to 10 %: the share of them in which
//! all steps are found, each where it is or one beside, and nothing else. Then series of noise alone, in which
//! nothing may be found. Then 10,000 series of 1,000 values on two threads; one in ten has a step.
//! `SERIES=100` series instead of a thousand. Prints what it measured, and asserts nothing.

#![expect(clippy::print_stdout, reason = "prints what it measured")]

use std::time::Instant;

use perf_report::stats::random::Stream;
use perf_report::stats::segments::{Settings, change_points};

#[path = "common/shapes.rs"]
mod shapes;

use shapes::{SHAPES, SPREADS, heavy};

const PARTS: [f64; 6] = [0.01, 0.02, 0.03, 0.05, 0.07, 0.1];
const LENGTHS: [usize; 9] = [8, 10, 12, 16, 20, 30, 40, 60, 100];

fn main() {
    let series = std::env::var("SERIES").ok().and_then(|it| it.parse().ok()).unwrap_or(1_000);
    far_apart(series);
    of_noise_alone(series);
    duration();
}

fn found(values: &[f64]) -> Vec<usize> {
    change_points(values, Settings::DEFAULT).iter().map(|change| change.index).collect()
}

/// How many series answer yes.
fn count(series: u64, is: impl Fn(&mut Stream) -> bool) -> u64 {
    (0..series).filter(|seed| is(&mut Stream::of(seed * 1_000_003 + 1))).map(|_| 1).sum()
}

fn far_apart(series: u64) {
    for spread in SPREADS {
        let noise = PARTS.map(|part| format!("{:>6} %", part * 100.0)).join("");
        println!("% of {series} series right, noise {spread:?}\n{:30}{noise}", "");
        for shape in SHAPES {
            let shares = PARTS.map(|part| {
                let right = count(series, |stream| {
                    shape.is_right(&found(&shape.values(part, spread, || stream.normal())))
                });
                format!(
                    "{:>8.1}",
                    100.0 * f64::from(u32::try_from(right).unwrap_or(0)) / series_f64(series)
                )
            });
            println!("{:30}{}", shape.name, shares.join(""));
        }
        println!();
    }
}

fn series_f64(series: u64) -> f64 {
    f64::from(u32::try_from(series).unwrap_or(u32::MAX))
}

/// A series of noise alone of this length, of noise of this part.
type Noise = fn(&mut Stream, usize, f64) -> Vec<f64>;

fn of_noise_alone(series: u64) {
    let kinds: [(&str, Noise); 4] = [
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
    let lengths = LENGTHS.map(|length| format!("{length:>6}")).join("");
    println!("false alarms in {} series, by length\n{:30}{lengths}", series * 6, "");
    for (kind, noise) in kinds {
        let alarms = LENGTHS.map(|length| {
            let of =
                |part: f64| count(series, |stream| !found(&noise(stream, length, part)).is_empty());
            format!("{:>6}", PARTS.map(of).iter().sum::<u64>())
        });
        println!("{kind:30}{}", alarms.join(""));
    }
    println!();
}

const MANY: u64 = 10_000;
const LENGTH: usize = 1_000;
const THREADS: usize = 2;

fn duration() {
    for (noise, spread) in [("quiet", 0.01), ("noisy", 0.15)] {
        let all: Vec<Vec<f64>> = (0..MANY).map(|seed| stepped(seed, spread)).collect();
        let mut times: Vec<_> = (0..3)
            .map(|_| {
                let start = Instant::now();
                let found: usize = std::thread::scope(|scope| {
                    let threads: Vec<_> = all
                        .chunks(all.len().div_ceil(THREADS))
                        .map(|share| scope.spawn(move || changed(share)))
                        .collect();
                    threads.into_iter().filter_map(|thread| thread.join().ok()).sum()
                });
                (start.elapsed(), found)
            })
            .collect();
        times.sort_unstable();
        let [(best, _), (median, found), _] = times[..] else { return };
        println!(
            "{noise}: {MANY} series of {LENGTH}, median {median:.2?}, best {best:.2?}, {found} with a change"
        );
    }
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
