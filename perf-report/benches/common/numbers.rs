//! Small numbers that benchmarks share: counts as numbers, normal noise.

use perf_report::stats::random::Stream;

pub(crate) fn count(values: usize) -> f64 {
    f64::from(u32::try_from(values).unwrap_or(u32::MAX))
}

/// Of mean 0 and variance 1, by Box and Muller's transform.
pub(crate) fn normal(stream: &mut Stream) -> f64 {
    let (radius, angle) = (1.0 - stream.share(), std::f64::consts::TAU * stream.share());
    (-2.0 * radius.ln()).sqrt() * angle.cos()
}
