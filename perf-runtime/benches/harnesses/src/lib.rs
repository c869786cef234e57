//! Twelve workloads from a nanosecond to some ten milliseconds, each a function without arguments.

pub mod pairs;
pub mod reading;

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::hash::{DefaultHasher, Hasher as _};
use std::hint::black_box;

/// The name of a workload, and its code.
pub type Workload = (&'static str, fn() -> u64);

/// All of them, the shortest first.
pub const ALL: [Workload; 12] = [
    ("add", add),
    ("chain", chain),
    ("parse", parse),
    ("hash", hash),
    ("boxed", boxed),
    ("text", text),
    ("sort", sort),
    ("map", map),
    ("checksum", checksum),
    ("tree", tree),
    ("matrix", matrix),
    ("sieve", sieve),
];

pub fn add() -> u64 {
    black_box(1_u64) + black_box(2)
}

pub fn chain() -> u64 {
    let mut value = black_box(3_u64);
    for _ in 0..10 {
        value = value.wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(7);
    }
    value
}

pub fn parse() -> u64 {
    black_box("1234567").parse().unwrap_or(0)
}

pub fn hash() -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write_u64(black_box(42));
    hasher.finish()
}

pub fn boxed() -> u64 {
    let boxed = black_box(Box::new([black_box(7_u8); 64]));
    u64::from(boxed[63])
}

pub fn text() -> u64 {
    let mut text = String::new();
    let _ = write!(text, "{} is {:.3}", black_box("pi"), black_box(2.625));
    text.len() as u64
}

pub fn sort() -> u64 {
    let mut items: Vec<u32> = (0..100_u32).map(|at| at.wrapping_mul(0x9E37_79B9)).collect();
    black_box(&mut items).sort_unstable();
    u64::from(items[50])
}

pub fn map() -> u64 {
    let mut map = HashMap::new();
    for at in 0..black_box(1_000_u64) {
        map.insert(at, at * 2);
    }
    map.len() as u64
}

pub fn checksum() -> u64 {
    let mut sum = 0xcbf2_9ce4_8422_2325_u64;
    for at in 0..black_box(100_000_u64) {
        sum = (sum ^ (at & 0xff)).wrapping_mul(0x0100_0000_01b3);
    }
    sum
}

pub fn tree() -> u64 {
    let mut tree = BTreeMap::new();
    for at in 0..black_box(10_000_u64) {
        tree.insert(at.wrapping_mul(0x9E37_79B9_7F4A_7C15), at);
    }
    tree.values().take(10).sum()
}

pub fn matrix() -> u64 {
    const N: usize = 128;
    let (a, b) = (black_box(vec![1.5_f64; N * N]), black_box(vec![2.5_f64; N * N]));
    let mut c = vec![0.0_f64; N * N];
    for row in 0..N {
        for column in 0..N {
            c[row * N + column] = (0..N).map(|k| a[row * N + k] * b[k * N + column]).sum();
        }
    }
    black_box(c)[N].to_bits()
}

pub fn sieve() -> u64 {
    let most = black_box(6_000_000_usize);
    let mut is_composite = vec![false; most + 1];
    let mut primes = 0;
    for number in 2..=most {
        if !is_composite[number] {
            primes += 1;
            for multiple in (number * number..=most).step_by(number) {
                is_composite[multiple] = true;
            }
        }
    }
    primes
}
