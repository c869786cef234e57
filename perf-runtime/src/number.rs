//! The numbers that `perf_count!` and `perf_gauge!` take. They are there with recording on and off,
//! so that both accept the same programs.

/// A whole number that can be added to a count or to the sums of a ratio.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no whole number that can be counted",
    note = "`perf_count!` and ratios add up whole numbers; a level such as `0.5` is for `perf_gauge!`"
)]
pub trait Amount {
    /// Returns the number; 0 for a negative one, since counts never go down.
    fn amount(self) -> u64;
}

/// A number that a gauge can show.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no number that a gauge can show",
    note = "convert it to a number first, such as a duration to seconds: `elapsed.as_secs_f64()`"
)]
pub trait Level {
    /// Returns the number, as exactly as 53 bits allow.
    fn level(self) -> f64;
}

macro_rules! amounts {
    ($($number:ty)*) => {$(
        impl Amount for $number {
            #[inline]
            fn amount(self) -> u64 {
                u64::try_from(self.max(0)).unwrap_or(u64::MAX)
            }
        }
    )*};
}

macro_rules! levels {
    (exact: $($exact:ty)*, rounded: $($rounded:ty)*) => {
        $(impl Level for $exact {
            #[inline]
            fn level(self) -> f64 {
                self.into()
            }
        })*
        $(impl Level for $rounded {
            #[inline]
            #[expect(clippy::cast_precision_loss, reason = "as documented")]
            fn level(self) -> f64 {
                self as f64
            }
        })*
    };
}

amounts!(u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize);
levels!(exact: u8 u16 u32 i8 i16 i32 f32 f64, rounded: u64 u128 usize i64 i128 isize);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_stay_within_what_can_be_counted() {
        assert_eq!((7_u8.amount(), 7_usize.amount(), 7.amount()), (7, 7, 7));
        assert_eq!((-1).amount(), 0);
        assert_eq!(u128::MAX.amount(), u64::MAX);
        assert_eq!(i128::MIN.amount(), 0);
    }

    #[test]
    fn levels_are_the_same_number() {
        assert_eq!((3.level(), (-3_i64).level(), 0.5_f32.level()), (3.0, -3.0, 0.5));
    }
}
