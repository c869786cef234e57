//! Numbers made of numbers: counts for arithmetic, shares, changes.

/// Returns `count` for arithmetic, rounded where it has more than 53 bits.
#[expect(clippy::cast_precision_loss, reason = "15 digits are enough for a ratio or for text")]
pub fn float(count: u64) -> f64 {
    count as f64
}

/// Returns the count that was kept as a float: 0 below zero, the largest where it does not fit.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "counts come from u64, and `as` saturates"
)]
pub fn whole(count: f64) -> u64 {
    count as u64
}

/// Returns the power of ten below a number: 2 for 100 and for 999. Logarithms of some systems miss it just at a power.
///
/// ```
/// use perf_report::stats::number::exponent;
/// assert_eq!([1.0, 999.0, -1e6, 0.001].map(exponent), [0, 2, 6, -3]);
/// ```
#[expect(clippy::cast_possible_truncation, reason = "exponents of f64 lie within ±324")]
pub fn exponent(value: f64) -> i32 {
    let value = value.abs();
    let about = value.log10().floor() as i32;
    if tenfold(1.0, about.saturating_add(1)) <= value {
        about.saturating_add(1)
    } else if tenfold(1.0, about) > value {
        about.saturating_sub(1)
    } else {
        about
    }
}

/// Returns a number times a power of ten. Negative powers divide: no tenth is exact, and some systems make them of
/// tenths.
///
/// ```
/// use perf_report::stats::number::tenfold;
/// assert_eq!([tenfold(1.5, 3), tenfold(1_500.0, -3)], [1_500.0, 1.5]);
/// ```
pub fn tenfold(value: f64, power: i32) -> f64 {
    let factor = 10f64.powi(power.saturating_abs());
    if power < 0 { value / factor } else { value * factor }
}

/// Returns a difference, which may be below zero, as a number that is small where the difference is.
pub fn zigzag(difference: u64) -> u64 {
    (difference << 1) ^ (difference.cast_signed() >> 63).cast_unsigned()
}

/// Returns the difference that a number of [`zigzag`] stands for.
pub fn unzigzag(number: u64) -> u64 {
    (number >> 1) ^ (number & 1).wrapping_neg()
}

/// A value that takes one number.
pub(crate) trait Cell: Sized {
    /// Returns the number that stands for the value.
    fn number(&self) -> u64;

    /// Returns the value that a number stands for, if it stands for one.
    fn of(number: u64) -> Option<Self>;
}

impl Cell for u64 {
    fn number(&self) -> u64 {
        *self
    }

    fn of(number: u64) -> Option<Self> {
        Some(number)
    }
}

impl Cell for u32 {
    fn number(&self) -> u64 {
        u64::from(*self)
    }

    fn of(number: u64) -> Option<Self> {
        number.try_into().ok()
    }
}

impl Cell for bool {
    fn number(&self) -> u64 {
        u64::from(*self)
    }

    fn of(number: u64) -> Option<Self> {
        (number < 2).then_some(number == 1)
    }
}

/// 0 is none. The largest number is none, too: whoever writes checks that what is read is the same.
impl Cell for Option<u64> {
    fn number(&self) -> u64 {
        self.map_or(0, |number| number.wrapping_add(1))
    }

    fn of(number: u64) -> Option<Self> {
        Some(number.checked_sub(1))
    }
}

impl Cell for Option<i64> {
    fn number(&self) -> u64 {
        self.map(|number| zigzag(number.cast_unsigned())).number()
    }

    fn of(number: u64) -> Option<Self> {
        Some(Option::<u64>::of(number)?.map(|number| unzigzag(number).cast_signed()))
    }
}

/// Returns `part` of `whole` in per cent; 0 of nothing.
pub fn share_pct(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { float(part) / float(whole) * 100.0 }
}

/// Returns the change in per cent of the baseline; `None` where there is nothing to divide by.
pub fn change_pct(baseline: f64, current: f64) -> Option<f64> {
    let pct = (current - baseline) / baseline * 100.0;
    (baseline > 0.0 && pct.is_finite()).then_some(pct)
}

/// Returns how near two ranges, each from its least to its most, come to each other: a value of the first
/// and one of the second. `None` where they overlap.
///
/// ```
/// use perf_report::stats::number::nearest_ends;
/// assert_eq!(nearest_ends((1.0, 2.0), (5.0, 9.0)), Some((2.0, 5.0)));
/// assert_eq!(nearest_ends((5.0, 9.0), (1.0, 2.0)), Some((5.0, 2.0)));
/// assert_eq!(nearest_ends((1.0, 5.0), (5.0, 9.0)), None);
/// ```
pub fn nearest_ends<T: PartialOrd>(one: (T, T), other: (T, T)) -> Option<(T, T)> {
    if one.1 < other.0 {
        Some((one.1, other.0))
    } else if other.1 < one.0 {
        Some((one.0, other.1))
    } else {
        None
    }
}

/// Returns the least and the most of `values`; `None` of no values.
pub fn ends<T: PartialOrd + Copy>(values: impl IntoIterator<Item = T>) -> Option<(T, T)> {
    let wider = |(least, most): (T, T), value: T| {
        (if value < least { value } else { least }, if value > most { value } else { most })
    };
    let mut values = values.into_iter();
    let first = values.next()?;
    Some(values.fold((first, first), wider))
}

/// Returns the standard deviation of a sample; `None` of fewer than two values.
pub fn deviation(values: &[f64]) -> Option<f64> {
    let count = float(values.len() as u64);
    let mean = values.iter().sum::<f64>() / count;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    (values.len() > 1).then(|| (squares / (count - 1.0)).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_of_nothing_is_none() {
        assert!((share_pct(1, 4) - 25.0).abs() < 1e-9);
        assert!(share_pct(1, 0).abs() < 1e-9);
    }

    #[test]
    fn a_change_needs_something_to_change() {
        assert_eq!(change_pct(2.0, 3.0), Some(50.0));
        assert_eq!(change_pct(0.0, 3.0), None);
        assert_eq!(change_pct(1.0, f64::INFINITY), None);
    }

    #[test]
    fn the_ends_of_values_are_the_least_and_the_most() {
        assert_eq!(ends([3, 1, 2]), Some((1, 3)));
        assert_eq!(ends([] as [u64; 0]), None);
    }

    #[test]
    fn counts_saturate() {
        assert_eq!((whole(-1.0), whole(3.0), whole(f64::INFINITY)), (0, 3, u64::MAX));
    }
}
