//! The bytes of the sums of a process: those that [`Message`] would write and read, in a fifth of the time. An agent
//! reads and writes them for each process at each reading.

use prost::{DecodeError, Message as _};

use super::sums::{FunctionSums, Growing, Sums};

/// The key of [`Sums::functions`]: number and kind. They come before everything else.
const FUNCTIONS: u8 = key(1, LENGTH);

/// Kinds of fields.
const NUMBER: u8 = 0;
const LENGTH: u8 = 2;

/// The key of [`FunctionSums::name`], which comes first where it is not empty.
const NAME: u8 = key(1, LENGTH);

/// Returns the key of a field: it is one byte for the first 15 of a message.
const fn key(field: u8, kind: u8) -> u8 {
    field << 3 | kind
}

/// Replaces `bytes` by those of `sums`.
pub(super) fn write(sums: &mut Sums, bytes: &mut Vec<u8>) {
    bytes.clear();
    for function in &sums.functions {
        write_row(function, bytes);
    }
    write_rest(sums, bytes);
}

/// Adds a function with its key.
fn write_row(function: &FunctionSums, bytes: &mut Vec<u8>) {
    bytes.push(FUNCTIONS);
    put(bytes, function_bytes(function));
    write_function(function, bytes);
}

/// Adds everything but the functions.
fn write_rest(sums: &mut Sums, bytes: &mut Vec<u8>) {
    let functions = std::mem::take(&mut sums.functions);
    // A vector has room for as much as there is memory.
    let _ = sums.encode(bytes);
    sums.functions = functions;
}

/// Memory for readings, one after the other.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Memory {
    /// The sums at the reading before, of one function and of what is beside functions.
    function: FunctionSums,
    rest: Sums,
    bytes: Vec<u8>,
}

impl Memory {
    /// Takes in a reading of a process: raises its sums to those that it had, which are in `bytes`, adds to `program`
    /// what they have more, and replaces `bytes` by them. Functions that the reading does not have stay as they are,
    /// and nobody looks at more of them than their names.
    pub(super) fn add(&mut self, bytes: &mut Vec<u8>, sums: &mut Sums, program: &mut Sums) {
        // What cannot be read any more is as if it had never been read.
        let (rows, rest) = rows(bytes).unwrap_or_default();
        let mut rows = rows.into_iter().peekable();
        let mut growing = Growing::of(&mut program.functions);
        self.bytes.clear();
        for now in &mut sums.functions {
            while let Some(row) = rows.next_if(|row| row.name < now.name.as_bytes()) {
                self.bytes.extend_from_slice(row.whole);
            }
            let row = rows.next_if(|row| row.name == now.name.as_bytes());
            let is_read = row.is_some_and(|row| read_row(row.part, &mut self.function).is_ok());
            let earlier = is_read.then_some(&self.function);
            if let Some(earlier) = earlier {
                now.raise_to(earlier);
            }
            growing.grow(earlier, now);
            write_row(now, &mut self.bytes);
        }
        rows.for_each(|row| self.bytes.extend_from_slice(row.whole));
        growing.finish();
        self.rest.clear();
        if self.rest.merge(rest).is_err() {
            self.rest.clear();
        }
        sums.raise_rest_to(&self.rest);
        program.add_growth_of_rest(&self.rest, sums);
        write_rest(sums, &mut self.bytes);
        bytes.clear();
        bytes.reserve_exact(self.bytes.len());
        bytes.extend_from_slice(&self.bytes);
    }
}

/// The bytes of a function.
#[derive(Debug, Clone, Copy)]
struct Row<'a> {
    name: &'a [u8],
    part: &'a [u8],
    /// The part with its key and its length.
    whole: &'a [u8],
}

/// Splits bytes into those of functions and the rest; `None` where something stands there that is not written here.
fn rows(mut bytes: &[u8]) -> Option<(Vec<Row<'_>>, &[u8])> {
    let mut rows = Vec::new();
    while let Some((&FUNCTIONS, after_key)) = bytes.split_first() {
        let (part, rest) = part(after_key)?;
        let name = match part.split_first() {
            Some((&NAME, after_key)) => self::part(after_key)?.0,
            _ => &[],
        };
        rows.push(Row { name, part, whole: &bytes[..bytes.len() - rest.len()] });
        bytes = rest;
    }
    Some((rows, bytes))
}

/// Replaces `function` by what a part of some bytes holds.
fn read_row(part: &[u8], function: &mut FunctionSums) -> Result<(), DecodeError> {
    if read_function(part, function).is_some() {
        return Ok(());
    }
    // Something else than is written here.
    function.clear();
    function.merge(part)
}

/// Replaces `sums` by those in `bytes`, in the memory that they have.
///
/// # Errors
/// When the bytes are no sums. There is no telling what is in them then.
pub(super) fn read(mut bytes: &[u8], sums: &mut Sums) -> Result<(), DecodeError> {
    let mut functions = std::mem::take(&mut sums.functions);
    let mut filled = 0;
    while let Some((&FUNCTIONS, rest)) = bytes.split_first() {
        if filled == functions.len() {
            functions.push(FunctionSums::default());
        }
        let function = &mut functions[filled];
        bytes = if let Some((part, rest)) = part(rest) {
            read_row(part, function)?;
            rest
        } else {
            let mut rest = rest;
            function.clear();
            function.merge_length_delimited(&mut rest)?;
            rest
        };
        filled += 1;
    }
    functions.truncate(filled);
    sums.clear();
    sums.merge(bytes)?;
    functions.append(&mut sums.functions);
    sums.functions = functions;
    Ok(())
}

/// The numbers of a function that stand for themselves, by their fields; those that are 0 are left out.
fn numbers(it: &FunctionSums) -> [(u8, u64); 8] {
    [
        (3, it.line.into()),
        (4, it.classifies_errors.into()),
        (5, it.polled.into()),
        (6, it.counts_allocs.into()),
        (10, it.in_flight),
        (11, it.min_ns),
        (12, it.max_ns),
        (13, it.resolution_ns),
    ]
}

/// Returns the length of a function's bytes.
fn function_bytes(it: &FunctionSums) -> u64 {
    let text = |text: &str| text.len() as u64;
    let of_buckets = it.buckets.iter().map(|bucket| length(u64::from(*bucket))).sum();
    let parts =
        [text(&it.name), text(&it.file), lengths(&it.counters), of_buckets, lengths(&it.counts)];
    let parts = parts.iter().filter(|bytes| **bytes > 0).map(|bytes| 1 + length(*bytes) + bytes);
    let numbers = numbers(it);
    let numbers = numbers.iter().filter(|it| it.1 > 0).map(|it| 1 + length(it.1));
    parts.chain(numbers).sum()
}

fn write_function(it: &FunctionSums, bytes: &mut Vec<u8>) {
    for (field, text) in [(1, &it.name), (2, &it.file)] {
        if !text.is_empty() {
            bytes.push(key(field, LENGTH));
            put(bytes, text.len() as u64);
            bytes.extend_from_slice(text.as_bytes());
        }
    }
    let numbers = numbers(it);
    write_numbers(&numbers[..4], bytes);
    write_list(7, it.counters.iter().copied(), bytes);
    write_list(8, it.buckets.iter().map(|bucket| u64::from(*bucket)), bytes);
    write_list(9, it.counts.iter().copied(), bytes);
    write_numbers(&numbers[4..], bytes);
}

fn write_numbers(numbers: &[(u8, u64)], bytes: &mut Vec<u8>) {
    for &(field, number) in numbers.iter().filter(|it| it.1 > 0) {
        bytes.push(key(field, NUMBER));
        put(bytes, number);
    }
}

fn write_list(field: u8, numbers: impl Iterator<Item = u64> + Clone, bytes: &mut Vec<u8>) {
    let list_bytes: u64 = numbers.clone().map(length).sum();
    if list_bytes > 0 {
        bytes.push(key(field, LENGTH));
        put(bytes, list_bytes);
        numbers.for_each(|number| put(bytes, number));
    }
}

/// Reads a function; `None` where something stands there that is not written here.
fn read_function(mut bytes: &[u8], it: &mut FunctionSums) -> Option<()> {
    let (mut name, mut file): (&[u8], &[u8]) = (&[], &[]);
    let (mut line, mut flags) = (0, [false; 3]);
    (it.in_flight, it.min_ns, it.max_ns, it.resolution_ns) = (0, 0, 0, 0);
    it.counters.clear();
    it.buckets.clear();
    it.counts.clear();
    while let Some((&key, rest)) = bytes.split_first() {
        bytes = if key & 7 == LENGTH {
            let (part, rest) = part(rest)?;
            match key >> 3 {
                1 => name = part,
                2 => file = part,
                7 => read_list(part, &mut it.counters, Some)?,
                8 => read_list(part, &mut it.buckets, |bucket| u32::try_from(bucket).ok())?,
                9 => read_list(part, &mut it.counts, Some)?,
                _ => return None,
            }
            rest
        } else {
            let (number, rest) = number(rest)?;
            match key {
                0x18 => line = u32::try_from(number).ok()?,
                0x20 => flags[0] = number != 0,
                0x28 => flags[1] = number != 0,
                0x30 => flags[2] = number != 0,
                0x50 => it.in_flight = number,
                0x58 => it.min_ns = number,
                0x60 => it.max_ns = number,
                0x68 => it.resolution_ns = number,
                _ => return None,
            }
            rest
        };
    }
    it.line = line;
    [it.classifies_errors, it.polled, it.counts_allocs] = flags;
    read_text(name, &mut it.name)?;
    read_text(file, &mut it.file)
}

/// Replaces `text`, which is the same most often: processes of one program are read one after the other.
fn read_text(bytes: &[u8], text: &mut String) -> Option<()> {
    if text.as_bytes() != bytes {
        let new = str::from_utf8(bytes).ok()?;
        text.clear();
        text.push_str(new);
    }
    Some(())
}

fn read_list<T>(mut bytes: &[u8], list: &mut Vec<T>, of: fn(u64) -> Option<T>) -> Option<()> {
    while !bytes.is_empty() {
        let (value, rest) = number(bytes)?;
        list.push(of(value)?);
        bytes = rest;
    }
    Some(())
}

/// Splits what begins with its length from the rest.
fn part(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = number(bytes)?;
    rest.split_at_checked(usize::try_from(length).ok()?)
}

/// Splits a number from the rest; `None` where there is none of 63 bits or less.
fn number(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut number = 0;
    for (at, &byte) in bytes.iter().enumerate().take(9) {
        number |= u64::from(byte & 0x7f) << (7 * at);
        if byte < 0x80 {
            return Some((number, &bytes[at + 1..]));
        }
    }
    None
}

/// Adds a number: seven bits a byte, the lowest first.
fn put(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    bytes.push(number.to_le_bytes()[0]);
}

/// Returns the number of bytes that [`put`] adds.
fn length(number: u64) -> u64 {
    u64::from((number | 1).ilog2() / 7 + 1)
}

fn lengths(numbers: &[u64]) -> u64 {
    numbers.iter().copied().map(length).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::live::agent::sums::MetricSums;
    use proptest::prelude::*;

    fn function() -> impl Strategy<Value = FunctionSums> {
        let number = || prop_oneof![4 => 0..300_u64, 2 => any::<u64>(), 1 => Just(u64::MAX)];
        let histogram = proptest::collection::vec((any::<u32>(), number()), 0..5);
        let counters = proptest::collection::vec(number(), 0..21);
        let texts = ("[a-zé:]{0,9}", "[a-z/.]{0,200}");
        let flags = (any::<u32>(), any::<[bool; 3]>());
        let numbers = [(); 4].map(|()| number());
        (texts, flags, numbers, counters, histogram).prop_map(
            |((name, file), (line, flags), numbers, counters, histogram)| {
                let [classifies_errors, polled, counts_allocs] = flags;
                let [in_flight, min_ns, max_ns, resolution_ns] = numbers;
                let (buckets, counts) = histogram.into_iter().unzip();
                FunctionSums {
                    name,
                    file,
                    line,
                    classifies_errors,
                    polled,
                    counts_allocs,
                    counters,
                    buckets,
                    counts,
                    in_flight,
                    min_ns,
                    max_ns,
                    resolution_ns,
                }
            },
        )
    }

    fn sums() -> impl Strategy<Value = Sums> {
        let functions = proptest::collection::vec(function(), 0..4);
        let metrics = proptest::collection::vec("[a-z]{0,5}", 0..3);
        (functions, metrics, any::<[u32; 2]>()).prop_map(
            |(functions, metrics, [lost, recording])| Sums {
                functions,
                metrics: metrics
                    .into_iter()
                    .map(|name| MetricSums { name, ..MetricSums::default() })
                    .collect(),
                lost_calls: lost.into(),
                recording_ns: recording.into(),
            },
        )
    }

    proptest! {
        #[test]
        fn the_bytes_are_those_of_the_message_and_are_read_like_it(all in [sums(), sums()]) {
            let (mut bytes, mut again) = (Vec::new(), Sums::default());
            for mut sums in all {
                write(&mut sums, &mut bytes);
                prop_assert_eq!(&bytes, &sums.encode_to_vec());
                // What was there before makes no difference.
                read(&bytes, &mut again).unwrap();
                prop_assert_eq!(&again, &sums);
            }
        }

        #[test]
        fn bytes_of_others_are_read_or_refused_as_the_message_is(
            mut sums in sums(), at: usize, byte: u8, more in proptest::collection::vec(any::<u8>(), 0..9),
        ) {
            let mut bytes = Vec::new();
            write(&mut sums, &mut bytes);
            if let Some(place) = at.checked_rem(bytes.len()) {
                bytes[place] = byte;
            }
            bytes.extend(more);
            let mut again = Sums::default();
            match Sums::decode(bytes.as_slice()) {
                Ok(expected) => {
                    read(&bytes, &mut again).unwrap();
                    prop_assert_eq!(again, expected);
                }
                Err(_) => prop_assert!(read(&bytes, &mut again).is_err()),
            }
        }
    }
}
