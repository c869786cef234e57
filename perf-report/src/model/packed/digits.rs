//! Numbers as digits of a text: small ones take one, none needs a mark between it and the next.

use crate::stats::number::{unzigzag, zigzag};

/// The digits, in the order of their values.
const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// The bits of a number that a digit has; a further one says that more follow.
const BITS: u32 = 5;
const MORE: u64 = 1 << BITS;

/// The most decimal digits after the point of a float that is written as a decimal; larger numbers of this place say
/// something else.
const MOST_DECIMALS: u64 = 22;
const BY_ITS_BITS: u64 = 23;
const NO_FLOAT: u64 = 24;
const AS_EXPECTED: u64 = 25;

/// Writes numbers one behind the other.
#[derive(Debug, Default)]
pub(super) struct Writer {
    pub(super) text: String,
}

impl Writer {
    /// Writes a number, its lowest bits first.
    pub(super) fn number(&mut self, mut number: u64) {
        while number >= MORE {
            self.digit((number & (MORE - 1)) | MORE);
            number >>= BITS;
        }
        self.digit(number);
    }

    /// Writes the difference of a number from another one, short where they are close.
    pub(super) fn near(&mut self, number: u64, other: u64) {
        self.number(zigzag(number.wrapping_sub(other)));
    }

    /// Writes a float: as a decimal where that is short, else by its bits, those of `other` taken off.
    pub(super) fn float(&mut self, float: f64, other: f64) {
        let mut bits = Self::default();
        bits.number(BY_ITS_BITS);
        bits.near(float.to_bits(), other.to_bits());
        let shortest = decimal(float).filter(|it| it.text.len() < bits.text.len()).unwrap_or(bits);
        self.text += &shortest.text;
    }

    /// Writes a float that may be missing, or be what the reader expects.
    pub(super) fn float_or_none(&mut self, float: Option<f64>, expected: Option<f64>, near: f64) {
        match float.filter(|float| float.is_finite()) {
            None => self.number(NO_FLOAT),
            Some(float) if expected.map(f64::to_bits) == Some(float.to_bits()) => {
                self.number(AS_EXPECTED);
            }
            Some(float) => self.float(float, near),
        }
    }

    fn digit(&mut self, value: u64) {
        let at = usize::try_from(value).unwrap_or_default() % DIGITS.len();
        self.text.push(char::from(DIGITS[at]));
    }
}

/// Returns a float as the number of its decimals and its digits; `None` where these are too many.
fn decimal(float: f64) -> Option<Writer> {
    let text = format!("{float:e}");
    let (digits, exponent) = text.split_once('e')?;
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let decimals = i64::try_from(part.len()).ok()? - exponent.parse::<i64>().ok()?;
    let digits = format!("{}{part}", whole.trim_start_matches('-')).parse::<u64>().ok()?;
    let zeros = u32::try_from(decimals.min(0).unsigned_abs()).ok()?;
    let digits = digits.checked_mul(10_u64.checked_pow(zeros)?)?;
    let decimals = decimals.max(0).unsigned_abs();
    if decimals > MOST_DECIMALS {
        return None;
    }
    let mut writer = Writer::default();
    writer.number(decimals);
    writer.number(digits.checked_mul(2)? | u64::from(float.is_sign_negative()));
    Some(writer)
}

/// Reads what a [`Writer`] wrote; of anything else `None`.
#[derive(Debug, Clone)]
pub(super) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { rest: text.as_bytes() }
    }

    /// Reads a number.
    pub(super) fn number(&mut self) -> Option<u64> {
        let mut number = 0_u64;
        let mut shift = 0;
        loop {
            let (digit, rest) = self.rest.split_first()?;
            self.rest = rest;
            let value = value_of(*digit)?;
            let bits = value & (MORE - 1);
            if shift >= u64::BITS || (bits << shift) >> shift != bits {
                return None;
            }
            number |= bits << shift;
            if value < MORE {
                return Some(number);
            }
            shift += BITS;
        }
    }

    /// Reads a number that was written by its difference from another one.
    pub(super) fn near(&mut self, other: u64) -> Option<u64> {
        Some(other.wrapping_add(unzigzag(self.number()?)))
    }

    /// Reads the number of things that take a digit each, at least.
    pub(super) fn count(&mut self) -> Option<usize> {
        let count = usize::try_from(self.number()?).ok()?;
        (count <= self.rest.len()).then_some(count)
    }

    /// Reads a float.
    pub(super) fn float(&mut self, other: f64) -> Option<f64> {
        let kind = self.number()?;
        self.float_of(kind, other)
    }

    /// Reads a float that may be missing, or be what is expected.
    #[expect(clippy::option_option, reason = "a float that is missing was read all the same")]
    pub(super) fn float_or_none(
        &mut self,
        expected: Option<f64>,
        near: f64,
    ) -> Option<Option<f64>> {
        match self.number()? {
            NO_FLOAT => Some(None),
            AS_EXPECTED => expected.map(Some),
            kind => self.float_of(kind, near).map(Some),
        }
    }

    fn float_of(&mut self, kind: u64, other: f64) -> Option<f64> {
        let float = match kind {
            BY_ITS_BITS => f64::from_bits(self.near(other.to_bits())?),
            decimals @ 0..=MOST_DECIMALS => {
                let digits = self.number()?;
                let sign = if digits & 1 == 1 { "-" } else { "" };
                // The parser rounds as the one of JSON does, which a division would not always.
                format!("{sign}{}e-{decimals}", digits >> 1).parse().ok()?
            }
            _ => return None,
        };
        Some(float).filter(|float: &f64| float.is_finite())
    }

    /// Returns whether all was read.
    pub(super) fn is_at_end(&self) -> bool {
        self.rest.is_empty()
    }
}

fn value_of(digit: u8) -> Option<u64> {
    let value = match digit {
        b'A'..=b'Z' => digit - b'A',
        b'a'..=b'z' => digit - b'a' + 26,
        b'0'..=b'9' => digit - b'0' + 52,
        b'-' => 62,
        b'_' => 63,
        _ => return None,
    };
    Some(u64::from(value))
}

/// Returns a short check of a text: four digits, by FNV-1a.
pub(super) fn check(text: &str) -> String {
    let mut hash = crate::model::fnv1a(text.as_bytes());
    hash ^= hash >> 32;
    let mut writer = Writer::default();
    for _ in 0..4 {
        writer.digit(hash & 63);
        hash >>= 6;
    }
    writer.text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn small_numbers_take_a_digit_and_floats_with_few_decimals_few() {
        let text = |write: &dyn Fn(&mut Writer)| {
            let mut writer = Writer::default();
            write(&mut writer);
            writer.text
        };
        assert_eq!(text(&|it| it.number(31)), "f");
        assert_eq!(text(&|it| it.near(1_000, 1_001)), "B");
        assert_eq!(text(&|it| it.float(2.5, 0.0)), "ByB");
        assert_eq!(text(&|it| it.number(u64::MAX)).len(), 13);
        assert_eq!(Reader::new("_____________").number(), None);
        assert_eq!(Reader::new("g").number(), None);
        assert_eq!(check("a").len(), 4);
        assert_ne!(check("ab"), check("ba"));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(
            numbers in prop::collection::vec(any::<u64>(), 0..9), other: u64, float: f64, near: f64,
            missing in prop::option::of(-1e9_f64..1e9), short in -9_999_i32..9_999,
        ) {
            let short = f64::from(short) / 100.0;
            let mut writer = Writer::default();
            for number in &numbers {
                writer.number(*number);
                writer.near(*number, other);
            }
            writer.float(float, near);
            writer.float(short, near);
            writer.float_or_none(missing, Some(near), near);
            writer.float_or_none(missing, missing, near);
            let mut reader = Reader::new(&writer.text);
            for number in numbers {
                prop_assert_eq!(reader.number(), Some(number));
                prop_assert_eq!(reader.near(other), Some(number));
            }
            prop_assert_eq!(reader.float(near).map(f64::to_bits), Some(float.to_bits()));
            prop_assert_eq!(reader.float(near).map(f64::to_bits), Some(short.to_bits()));
            prop_assert_eq!(reader.float_or_none(Some(near), near), Some(missing));
            prop_assert_eq!(reader.float_or_none(missing, near), Some(missing));
            prop_assert!(reader.is_at_end());
        }

        #[test]
        fn any_text_is_numbers_or_none(text in ".{0,30}") {
            let mut reader = Reader::new(&text);
            while !reader.is_at_end() && reader.number().is_some() {}
            let _ = Reader::new(&text).float(1.0);
        }
    }
}
