//! Work of two kinds, each once as it is and once with a known share more of it.

use std::hint::black_box;

/// Shares by which the second of a pair does more, in per cent.
pub const PERCENTS: [u64; 4] = [0, 1, 2, 5];

/// The name of a kind of work, and its code: it does so many hundredths of the work as given.
pub type Kind = (&'static str, fn(u64) -> u64);

/// All of them.
pub const KINDS: [Kind; 2] = [("checksum", checksum), ("numbers", numbers)];

/// Names the pair of a kind whose second half does so much more.
pub fn name(kind: &str, percent: u64) -> String {
    format!("{kind}_{percent}")
}

/// Names all pairs.
pub fn names() -> impl Iterator<Item = String> {
    KINDS.iter().flat_map(|(kind, _)| PERCENTS.map(|percent| name(kind, percent)))
}

/// Hashes 200 bytes a hundredth, each of which waits for the one before.
pub fn checksum(hundredths: u64) -> u64 {
    let mut sum = 0xcbf2_9ce4_8422_2325_u64;
    for at in 0..black_box(hundredths * 200) {
        sum = (sum ^ (at & 0xff)).wrapping_mul(0x0100_0000_01b3);
    }
    sum
}

/// Writes 20 numbers a hundredth as text, and reads them again.
pub fn numbers(hundredths: u64) -> u64 {
    let mut sum = 0_u64;
    for at in 0..black_box(hundredths * 20) {
        let text = (1_000_000 + at).to_string();
        sum = sum.wrapping_add(black_box(text.as_str()).parse().unwrap_or(0));
    }
    sum
}
