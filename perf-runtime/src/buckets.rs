//! The log-linear bucket scale shared by recorder, reader and reports.
//!
//! Pure arithmetic on nanoseconds. Storage of counts lives in `hot::fold` (in the segment)
//! and in [`crate::snapshot::Histogram`] (in reports), never here.
//!
//! The scale is log-linear, as in Gil Tene's `HdrHistogram`: powers of two, each cut into
//! [`PER_OCTAVE`] equal buckets. A bucket is at most 1/32 = 3.125 % wide, so its middle is within
//! 1.6 % of every value in it. Below 32 ns a bucket is one nanosecond, the clock's resolution.

/// Buckets in one octave (one power of two).
pub const PER_OCTAVE: u32 = 32;

/// Octaves of the scale. The last one ends at 2^48 ns, a little over 78 hours.
pub const OCTAVES: u32 = 44;

/// All buckets of the scale.
pub const COUNT: u32 = PER_OCTAVE * OCTAVES;

const OCTAVE_BITS: u32 = PER_OCTAVE.trailing_zeros();

/// Returns the bucket for a duration of `ns` nanoseconds.
///
/// Durations beyond the scale fall into its last bucket.
///
/// ```
/// use perf_runtime::buckets;
/// let bucket = buckets::of(20_000_000);
/// assert!(buckets::lower_bound(bucket) <= 20_000_000);
/// assert!(buckets::upper_bound(bucket) > 20_000_000);
/// ```
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "small by construction")]
pub const fn of(ns: u64) -> u32 {
    if ns < PER_OCTAVE as u64 {
        return ns as u32;
    }
    let exponent = ns.ilog2();
    let octave = exponent - OCTAVE_BITS + 1;
    if octave >= OCTAVES {
        return COUNT - 1;
    }
    let within = (ns >> (exponent - OCTAVE_BITS)) as u32 & (PER_OCTAVE - 1);
    octave * PER_OCTAVE + within
}

/// Returns the bucket for a duration of `ns` nanoseconds, which need not be whole.
///
/// The exponent of a floating-point number is its octave, and the first five bits of the fraction
/// are its place in there, so this takes a few instructions less than [`of`]. A negative `ns`, or
/// one that is not a number, counts as 0.
#[inline]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "bounded just before; END is a power of two"
)]
pub const fn of_fractional(ns: f64) -> u32 {
    const FRACTION_BITS: u32 = f64::MANTISSA_DIGITS - 1;
    const FIRST: u64 = ((f64::MAX_EXP as u64 - 1) + (OCTAVE_BITS as u64 - 1)) << OCTAVE_BITS;
    const END: f64 = (1_u64 << (OCTAVES + OCTAVE_BITS - 1)) as f64;
    if ns >= END {
        COUNT - 1
    } else if ns >= PER_OCTAVE as f64 {
        ((ns.to_bits() >> (FRACTION_BITS - OCTAVE_BITS)) - FIRST) as u32
    } else {
        ns as u32
    }
}

/// Returns the smallest duration, in nanoseconds, that falls into `bucket`.
///
/// Bounds of buckets beyond [`COUNT`] are those of the last bucket.
#[inline]
pub const fn lower_bound(bucket: u32) -> u64 {
    let bucket = if bucket < COUNT { bucket } else { COUNT - 1 };
    let octave = bucket / PER_OCTAVE;
    let within = (bucket % PER_OCTAVE) as u64;
    if octave == 0 { within } else { (PER_OCTAVE as u64 + within) << (octave - 1) }
}

/// Returns the smallest duration, in nanoseconds, that is too long for `bucket`.
#[inline]
pub const fn upper_bound(bucket: u32) -> u64 {
    let bucket = if bucket < COUNT { bucket } else { COUNT - 1 };
    let octave = bucket / PER_OCTAVE;
    lower_bound(bucket) + if octave == 0 { 1 } else { 1 << (octave - 1) }
}

/// Returns the middle of `bucket` in nanoseconds, as which percentiles in it are reported.
///
/// ```
/// use perf_runtime::buckets;
/// let bucket = buckets::of(1_000_000);
/// assert!(buckets::middle(bucket).abs_diff(1_000_000) < 16_000, "within 1.6 %");
/// ```
#[inline]
pub const fn middle(bucket: u32) -> u64 {
    let lower = lower_bound(bucket);
    lower + (upper_bound(bucket) - lower - 1) / 2
}

/// Bounds of all buckets as floating-point numbers: bucket `n` is between those at `n` and `n + 1`.
#[expect(clippy::cast_precision_loss, reason = "none has more than six digits that are not zero")]
pub(crate) const BOUNDS: [f64; COUNT as usize + 1] = {
    let mut bounds = [0.0; COUNT as usize + 1];
    let mut bucket = 0;
    while bucket < COUNT {
        bounds[bucket as usize] = lower_bound(bucket) as f64;
        bounds[bucket as usize + 1] = upper_bound(bucket) as f64;
        bucket += 1;
    }
    bounds
};

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn buckets_join_without_gap_or_overlap() {
        for bucket in 0..COUNT - 1 {
            assert_eq!(upper_bound(bucket), lower_bound(bucket + 1), "after bucket {bucket}");
        }
    }

    #[test]
    fn what_is_no_duration_falls_into_an_end() {
        assert_eq!(of_fractional(f64::NAN), 0);
        assert_eq!(of_fractional(-1.0), 0);
        assert_eq!(of_fractional(f64::INFINITY), COUNT - 1);
    }

    #[test]
    fn the_scale_ends_at_two_to_the_48() {
        assert_eq!(upper_bound(COUNT - 1), 1 << 48);
        assert_eq!(of(u64::MAX), COUNT - 1);
    }

    proptest! {
        #[test]
        fn a_bucket_contains_what_falls_into_it(ns in 0_u64..1 << 48) {
            let bucket = of(ns);
            prop_assert!(lower_bound(bucket) <= ns && ns < upper_bound(bucket));
        }

        #[test]
        fn whole_and_fractional_durations_agree(ns in 0_u64..1 << 50, rest in 0.0_f64..0.99) {
            #[expect(clippy::cast_precision_loss, reason = "below 2^53")]
            let fractional = ns as f64 + if ns < 1 << 40 { rest } else { 0.0 };
            prop_assert_eq!(of_fractional(fractional), of(ns));
        }

        #[test]
        fn a_bucket_is_at_most_one_thirty_second_wide(ns in 32_u64..1 << 48) {
            let bucket = of(ns);
            let width = upper_bound(bucket) - lower_bound(bucket);
            prop_assert!(width * 32 <= lower_bound(bucket));
        }

        #[test]
        fn longer_never_falls_into_an_earlier_bucket(a: u64, b: u64) {
            prop_assert_eq!(a.min(b) == a, of(a.min(b)) <= of(a.max(b)) && a <= b);
        }
    }
}
