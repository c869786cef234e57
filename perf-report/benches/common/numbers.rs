//! Counts as numbers, for every benchmark.

pub(crate) fn count(values: usize) -> f64 {
    f64::from(u32::try_from(values).unwrap_or(u32::MAX))
}
