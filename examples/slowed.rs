//! Tokens, checked, indexed, ranked: six tracked functions, each of which can be made slower by a
//! share of its own work.
//!
//! `SLOW_TOKENIZE=5 slowed` does 5 % more of what `tokenize` does, inside of it, and nothing else
//! differs. So there is a known answer to what `perf-report ab` finds. Variables are `SLOW_` and the
//! function's name in capitals, values per cent; the only argument is how many documents there are.

#![expect(clippy::print_stdout, reason = "its result")]

use std::sync::atomic::{AtomicU64, Ordering};

use perf_runtime::perf_track;

/// Documents when none are asked for, and words in each.
const DOCUMENTS: u64 = 2_000;
const WORDS: u64 = 1_000;

/// How much more work a function does than it has to.
struct Slower {
    variable: &'static str,
    per_cent: AtomicU64,
}

static TOKENIZE: Slower = Slower::new("SLOW_TOKENIZE");
static CHECK: Slower = Slower::new("SLOW_CHECK");
static INDEX: Slower = Slower::new("SLOW_INDEX");
static RANK: Slower = Slower::new("SLOW_RANK");
static COMPRESS: Slower = Slower::new("SLOW_COMPRESS");
static SUMMARISE: Slower = Slower::new("SLOW_SUMMARISE");

impl Slower {
    const fn new(variable: &'static str) -> Self {
        Self { variable, per_cent: AtomicU64::new(0) }
    }

    /// Reads the variable, once.
    fn set(&self) -> Result<(), String> {
        let Some(value) = std::env::var_os(self.variable) else { return Ok(()) };
        let value = value.to_string_lossy();
        let per_cent = value.parse().map_err(|_| {
            format!("{}={value:?} is no share in per cent, such as 5", self.variable)
        })?;
        self.per_cent.store(per_cent, Ordering::Relaxed);
        Ok(())
    }

    /// `steps` and what there is on top of them.
    fn steps(&self, steps: u64) -> u64 {
        steps + steps * self.per_cent.load(Ordering::Relaxed) / 100
    }
}

/// Work that takes the same time for each step, whatever it is about.
fn grind(seed: u64, steps: u64) -> u64 {
    (0..steps).fold(seed, |value, step| {
        (value ^ (value >> 31)).wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(step)
    })
}

#[perf_track]
fn tokenize(document: u64) -> u64 {
    grind(document, TOKENIZE.steps(40 * WORDS))
}

#[perf_track]
fn check(token: u64) -> u64 {
    grind(token, CHECK.steps(12 * WORDS))
}

#[perf_track]
fn compress(postings: u64) -> u64 {
    grind(postings, COMPRESS.steps(8 * WORDS))
}

#[perf_track]
fn index(document: u64, token: u64) -> u64 {
    let postings = grind(document ^ token, INDEX.steps(20 * WORDS));
    compress(postings)
}

#[perf_track]
fn rank(entry: u64) -> u64 {
    grind(entry, RANK.steps(16 * WORDS))
}

#[perf_track]
fn summarise(all: u64) -> u64 {
    grind(all, SUMMARISE.steps(4 * WORDS))
}

fn main() -> Result<(), String> {
    for slower in [&TOKENIZE, &CHECK, &INDEX, &RANK, &COMPRESS, &SUMMARISE] {
        slower.set()?;
    }
    let documents = match std::env::args().nth(1) {
        Some(text) => text.parse().map_err(|_| format!("{text:?} is no number of documents"))?,
        None => DOCUMENTS,
    };
    let all = (0..documents).fold(0_u64, |all, document| {
        let token = tokenize(document);
        let entry = index(document, check(token));
        all.wrapping_add(summarise(rank(entry)))
    });
    println!("{documents} documents: {all:016x}");
    Ok(())
}
