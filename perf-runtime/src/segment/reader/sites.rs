//! The list of sites: the functions, and the function for each site number.

use std::mem::offset_of;

use super::bytes::{Bytes, earlier, offset_of, text, text_into};
use super::links::Unclaimed;
use super::numbers::{Keyed, Map};
use crate::newer::arrays;
use crate::segment::layout::{
    FLAG_CLASSIFIES_ERRORS, FLAG_EXACT, FLAG_NAMES_ERRORS, FLAG_POLLED, NO_LIMIT, OVERFLOW,
    SiteRecord,
};
use crate::segment::{OVERFLOW_NAME, SegmentError};
use crate::snapshot::{Budget, Function};

/// The functions, and the place among them for each site number.
pub(super) type Sites = (Vec<Function>, Map<u32, usize>);

/// Reads the list that ends with the site at `last`. One more stands at the end, for calls in
/// contexts without memory.
pub(super) fn read(bytes: Bytes<'_>, last: u32) -> Result<Sites, SegmentError> {
    let mut functions = Vec::new();
    let function_of_site = read_into(bytes, last, &mut functions)?;
    Ok((functions, function_of_site))
}

/// Replaces `functions` by those of that list, in the memory that they have, and returns the place among them for each
/// site number.
pub(super) fn read_into(
    bytes: Bytes<'_>,
    last: u32,
    functions: &mut Vec<Function>,
) -> Result<Map<u32, usize>, SegmentError> {
    let places = places(bytes, last)?;
    let mut function_of_site = Map::with_capacity_and_hasher(places.len() + 1, Keyed::default());
    functions.resize_with(places.len() + 1, Function::default);
    for (number, (function, &at)) in functions.iter_mut().zip(&places).enumerate() {
        function_of_site.insert(bytes.u32(at + offset_of!(SiteRecord, index))?, number);
        read_function(bytes, at, function)?;
    }
    function_of_site.insert(OVERFLOW, places.len());
    if let Some(overflow) = functions.last_mut() {
        *overflow = Function { name: OVERFLOW_NAME.to_owned(), ..Function::default() };
    }
    Ok(function_of_site)
}

/// Returns where each record of the list begins that ends with the site at `last`.
pub(super) fn places(bytes: Bytes<'_>, last: u32) -> Result<Vec<usize>, SegmentError> {
    let (mut place, mut unclaimed) = (last, Unclaimed::of(bytes));
    let mut places = Vec::new();
    while place != 0 {
        let at = offset_of(place);
        unclaimed.claim(record_bytes(bytes, at)?, at, "site")?;
        places.push(at);
        place = earlier(place, bytes.u32(at + offset_of!(SiteRecord, previous))?, "site")?;
    }
    Ok(places)
}

/// Returns the length of the record at `at` with its text.
fn record_bytes(bytes: Bytes<'_>, at: usize) -> Result<usize, SegmentError> {
    let lengths = bytes.slice(at + offset_of!(SiteRecord, text_bytes), 4 * 4)?;
    let text: usize = arrays(lengths).map(|length| u32::from_ne_bytes(*length) as usize).sum();
    Ok(size_of::<SiteRecord>() + text)
}

/// Returns the texts of the record at `at`: name, module, file and tags.
pub(super) fn texts(bytes: Bytes<'_>, at: usize) -> Result<[&[u8]; 4], SegmentError> {
    let mut from = at + size_of::<SiteRecord>();
    let mut next = |part: usize| {
        let length = bytes.u32(at + offset_of!(SiteRecord, text_bytes) + 4 * part)? as usize;
        let slice = bytes.slice(from, length)?;
        from += length;
        Ok::<_, SegmentError>(slice)
    };
    Ok([next(0)?, next(1)?, next(2)?, next(3)?])
}

fn read_function(bytes: Bytes<'_>, at: usize, function: &mut Function) -> Result<(), SegmentError> {
    let [name, module, file, tags] = texts(bytes, at)?;
    let flags = bytes.u32(at + offset_of!(SiteRecord, flags))?;
    text_into(&mut function.name, name);
    text_into(&mut function.module, module);
    text_into(&mut function.file, file);
    function.line = bytes.u32(at + offset_of!(SiteRecord, line))?;
    function.column = bytes.u32(at + offset_of!(SiteRecord, column))?;
    function.exact = flags & FLAG_EXACT != 0;
    function.polled = flags & FLAG_POLLED != 0;
    function.classifies_errors = flags & FLAG_CLASSIFIES_ERRORS != 0;
    function.names_errors = flags & FLAG_NAMES_ERRORS != 0;
    function.budget = budget(bytes, at + offset_of!(SiteRecord, budget))?;
    function.tags.clear();
    function.tags.extend(tags.split_inclusive(|&byte| byte == 0).map(tag));
    Ok(())
}

pub(super) fn tag(bytes: &[u8]) -> String {
    text(bytes.strip_suffix(b"\0").unwrap_or(bytes))
}

pub(super) fn budget(bytes: Bytes<'_>, at: usize) -> Result<Budget, SegmentError> {
    let limit = |number: usize| {
        let limit = bytes.u64(at + 8 * number)?;
        Ok::<_, SegmentError>((limit != NO_LIMIT).then_some(limit))
    };
    Ok(Budget {
        p50_ns: limit(0)?,
        p95_ns: limit(1)?,
        p99_ns: limit(2)?,
        mean_ns: limit(3)?,
        max_ns: limit(4)?,
        calls: limit(5)?,
        allocs: limit(6)?,
        max_regression_bp: limit(7)?.and_then(|limit| u32::try_from(limit).ok()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segment::layout::UNIT;

    /// Makes a list of `sites` records, one unit after the other, whose names go on over all of the
    /// rest.
    fn overlapping(sites: u32) -> Vec<u8> {
        let mut bytes = vec![0; 64 * UNIT];
        for place in 1..=sites {
            let (at, name) = (offset_of(place), u32::try_from(40 * UNIT).unwrap());
            bytes[at..at + 4].copy_from_slice(&(place - 1).to_ne_bytes());
            let length = at + offset_of!(SiteRecord, text_bytes);
            bytes[length..length + 4].copy_from_slice(&name.to_ne_bytes());
        }
        bytes
    }

    #[test]
    fn texts_of_sites_do_not_overlap() {
        let (functions, _) = read(Bytes(&overlapping(1)), 1).unwrap();
        assert_eq!(functions.len(), 2, "the site, and what stands for all others");
        assert!(read(Bytes(&overlapping(2)), 2).is_err(), "texts longer than the segment");
    }
}
