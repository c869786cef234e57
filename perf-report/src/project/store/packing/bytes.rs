//! Bytes that columns are made of: numbers as long as they need to be, and strings once each.

use std::collections::HashMap;

/// Writes numbers and strings one after the other.
#[derive(Debug, Default)]
pub(super) struct Writer {
    pub(super) bytes: Vec<u8>,
}

impl Writer {
    /// Writes a number, seven bits a byte, lowest first.
    #[expect(clippy::cast_possible_truncation, reason = "seven bits")]
    pub(super) fn number(&mut self, mut number: u64) {
        while number > 0x7f {
            self.bytes.push((number & 0x7f) as u8 | 0x80);
            number >>= 7;
        }
        self.bytes.push(number as u8);
    }

    /// Writes all bits of a number.
    pub(super) fn float(&mut self, number: f64) {
        self.bytes.extend(number.to_bits().to_le_bytes());
    }

    /// Writes a text with its length.
    pub(super) fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.bytes.extend(text.as_bytes());
    }

    /// Writes strings, each as the length that it shares with the one before it, and the rest.
    pub(super) fn strings(&mut self, strings: &[&str]) {
        self.number(strings.len() as u64);
        let mut before = "";
        for string in strings {
            let pairs = before.bytes().zip(string.bytes());
            let shared = pairs.take_while(|(one, other)| one == other).count();
            self.number(shared as u64);
            self.number((string.len() - shared) as u64);
            self.bytes.extend(&string.as_bytes()[shared..]);
            before = string;
        }
    }
}

/// Reads what a [`Writer`] wrote; of anything else `None`, and never more memory than the bytes allow for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes }
    }

    /// Reads a number.
    pub(super) fn number(&mut self) -> Option<u64> {
        let (first, rest) = self.bytes.split_first()?;
        if *first < 0x80 {
            self.bytes = rest;
            return Some(u64::from(*first));
        }
        let mut number = 0_u64;
        for (at, byte) in self.bytes.iter().take(10).enumerate() {
            number |= u64::from(byte & 0x7f).checked_shl(7 * u32::try_from(at).ok()?)?;
            if *byte < 0x80 {
                self.bytes = &self.bytes[at + 1..];
                return Some(number);
            }
        }
        None
    }

    /// Passes over numbers, in steps that the compiler counts many bytes at once in.
    pub(super) fn skip(&mut self, mut numbers: usize) -> Option<()> {
        while numbers > 0 {
            // Each takes a byte at least, and has one that ends it.
            let passed = self.take(numbers)?;
            numbers -= passed.iter().filter(|byte| **byte < 0x80).count();
        }
        Some(())
    }

    /// Reads the number of things that take a byte each, at least.
    pub(super) fn count(&mut self) -> Option<usize> {
        let count = usize::try_from(self.number()?).ok()?;
        (count <= self.bytes.len()).then_some(count)
    }

    /// Reads all bits of a number.
    pub(super) fn float(&mut self) -> Option<f64> {
        let bytes = self.take(8)?;
        Some(f64::from_bits(u64::from_le_bytes(bytes.try_into().ok()?)))
    }

    /// Reads a text.
    pub(super) fn text(&mut self) -> Option<&'a str> {
        let length = self.count()?;
        std::str::from_utf8(self.take(length)?).ok()
    }

    /// Reads strings.
    pub(super) fn strings(&mut self) -> Option<Strings> {
        let count = self.count()?;
        let mut strings = Strings { text: Vec::new(), ends: Vec::with_capacity(count) };
        let mut start = 0;
        for _ in 0..count {
            let shared = usize::try_from(self.number()?).ok()?;
            let end = strings.text.len();
            if shared > end - start {
                return None;
            }
            strings.text.extend_from_within(start..start + shared);
            let length = self.count()?;
            strings.text.extend_from_slice(self.take(length)?);
            start = end;
            strings.ends.push(strings.text.len());
        }
        Some(strings)
    }

    /// Returns the bytes that were read since `earlier`.
    pub(super) fn since(&self, earlier: &Self) -> &'a [u8] {
        let read = earlier.bytes.len().saturating_sub(self.bytes.len());
        earlier.bytes.get(..read).unwrap_or_default()
    }

    /// Passes over these bytes if they come next; returns whether they did.
    pub(super) fn pass(&mut self, bytes: &[u8]) -> bool {
        let rest = self.bytes.strip_prefix(bytes);
        self.bytes = rest.unwrap_or(self.bytes);
        rest.is_some()
    }

    /// Returns whether all was read.
    pub(super) fn is_at_end(&self) -> bool {
        self.bytes.is_empty()
    }

    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.bytes.split_at_checked(length)?;
        self.bytes = rest;
        Some(taken)
    }
}

/// Strings one behind the other.
#[derive(Debug)]
pub(super) struct Strings {
    text: Vec<u8>,
    ends: Vec<usize>,
}

impl Strings {
    /// Returns the string at this place.
    pub(super) fn get(&self, at: u64) -> Option<&str> {
        let at = usize::try_from(at).ok()?;
        let end = *self.ends.get(at)?;
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        std::str::from_utf8(&self.text[start..end]).ok()
    }
}

/// The places of strings, each once.
#[derive(Debug, Default)]
pub(super) struct Places<'a> {
    pub(super) strings: Vec<&'a str>,
    places: HashMap<&'a str, u64>,
}

impl<'a> Places<'a> {
    /// Returns the place of a string, which is the next one where it is new.
    pub(super) fn of(&mut self, string: &'a str) -> u64 {
        *self.places.entry(string).or_insert_with(|| {
            self.strings.push(string);
            self.strings.len() as u64 - 1
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::stats::number::Cell as _;

    proptest! {
        #[test]
        fn what_is_written_is_read(
            numbers in prop::collection::vec(any::<u64>(), 0..9), float: f64, text in ".*",
            strings in prop::collection::vec(".{0,6}", 0..9), signed: Option<i64>, skipped: prop::sample::Index,
        ) {
            let mut writer = Writer::default();
            for number in &numbers {
                writer.number(*number);
            }
            writer.float(float);
            writer.text(&text);
            writer.strings(&strings.iter().map(String::as_str).collect::<Vec<_>>());
            let mut reader = Reader::new(&writer.bytes);
            let (start, skipped) = (reader, skipped.index(numbers.len() + 1));
            reader.skip(skipped).unwrap();
            let mut again = start;
            prop_assert!(again.pass(reader.since(&start)) && !again.pass(&[0; 99]));
            prop_assert_eq!(again.bytes, reader.bytes);
            for number in &numbers[skipped..] {
                prop_assert_eq!(reader.number(), Some(*number));
            }
            prop_assert_eq!(reader.float().map(f64::to_bits), Some(float.to_bits()));
            prop_assert_eq!(reader.text(), Some(text.as_str()));
            let read = reader.strings().unwrap();
            for (at, string) in strings.iter().enumerate() {
                prop_assert_eq!(read.get(at as u64), Some(string.as_str()));
            }
            prop_assert_eq!((read.get(strings.len() as u64), reader.is_at_end()), (None, true));
            if signed != Some(i64::MIN) {
                prop_assert_eq!(Option::<i64>::of(signed.number()), Some(signed));
            }
        }

        #[test]
        fn other_bytes_are_no_strings_or_some(bytes: Vec<u8>) {
            let mut reader = Reader::new(&bytes);
            while !reader.is_at_end() && reader.strings().is_some() {}
        }
    }
}
