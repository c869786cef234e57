//! Stand-ins for what the standard library has had only since some version after the oldest
//! compiler that this crate supports. Each goes once that version is old enough; locks on files
//! are in `segment::locks`, and what only the writing half needs is in `segment::writing::text`.

/// A number without a sign whose bits can be read as one with a sign: `cast_signed`, of Rust 1.87.
pub(crate) trait Unsigned {
    /// The number of the same width that has a sign.
    type Signed;

    /// Returns the number with the same bits.
    fn with_sign(self) -> Self::Signed;
}

/// A number with a sign whose bits can be read as one without: `cast_unsigned`, of Rust 1.87.
pub(crate) trait Signed {
    /// The number of the same width that has no sign.
    type Unsigned;

    /// Returns the number with the same bits.
    fn without_sign(self) -> Self::Unsigned;
}

macro_rules! numbers {
    ($($unsigned:ty, $signed:ty;)*) => {$(
        impl Unsigned for $unsigned {
            type Signed = $signed;

            #[inline(always)]
            #[expect(clippy::cast_possible_wrap, reason = "that is its purpose")]
            fn with_sign(self) -> $signed {
                self as $signed
            }
        }

        impl Signed for $signed {
            type Unsigned = $unsigned;

            #[inline(always)]
            #[expect(clippy::cast_sign_loss, reason = "that is its purpose")]
            fn without_sign(self) -> $unsigned {
                self as $unsigned
            }
        }
    )*};
}

numbers! { u32, i32; u64, i64; u128, i128; }

/// Lists the arrays of `N` elements that a slice begins with, without what is left at its end:
/// `as_chunks`, of Rust 1.88.
#[inline]
pub(crate) fn arrays<T, const N: usize>(
    slice: &[T],
) -> impl ExactSizeIterator<Item = &[T; N]> + Clone {
    slice.chunks_exact(N).map(|chunk| chunk.first_chunk().expect("a chunk of that length"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_stay_what_they_are() {
        assert_eq!((u64::MAX.with_sign(), (-1_i32).without_sign()), (-1, u32::MAX));
        assert_eq!((7_u128.with_sign(), 7_i64.without_sign()), (7, 7));
    }

    #[test]
    fn what_does_not_fill_an_array_is_left_out() {
        let found: Vec<_> = arrays::<_, 2>(&[1, 2, 3, 4, 5]).copied().collect();
        assert_eq!(found, [[1, 2], [3, 4]]);
        assert_eq!(arrays::<u8, 4>(&[1, 2, 3]).len(), 0);
    }
}
