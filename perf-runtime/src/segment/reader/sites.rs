//! The list of sites: the functions, and the function for each site number.

use std::collections::HashMap;
use std::mem::offset_of;

use super::bytes::{Bytes, earlier, offset_of, text};
use super::links::Unclaimed;
use crate::newer::arrays;
use crate::segment::layout::{
    FLAG_CLASSIFIES_ERRORS, FLAG_EXACT, FLAG_NAMES_ERRORS, FLAG_POLLED, NO_LIMIT, OVERFLOW,
    SiteRecord,
};
use crate::segment::{OVERFLOW_NAME, SegmentError};
use crate::snapshot::{Budget, Function};

/// The functions, and the place among them for each site number.
pub(super) type Sites = (Vec<Function>, HashMap<u32, usize>);

/// Reads the list that ends with the site at `last`. One more stands at the end, for calls in
/// contexts without memory.
pub(super) fn read(bytes: Bytes<'_>, last: u32) -> Result<Sites, SegmentError> {
    let (mut functions, mut function_of_site) = (Vec::new(), HashMap::new());
    for at in places(bytes, last)? {
        function_of_site.insert(bytes.u32(at + offset_of!(SiteRecord, index))?, functions.len());
        functions.push(function(bytes, at)?);
    }
    function_of_site.insert(OVERFLOW, functions.len());
    functions.push(Function { name: OVERFLOW_NAME.to_owned(), ..Function::default() });
    Ok((functions, function_of_site))
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

fn function(bytes: Bytes<'_>, at: usize) -> Result<Function, SegmentError> {
    let [name, module, file, tags] = texts(bytes, at)?;
    let flags = bytes.u32(at + offset_of!(SiteRecord, flags))?;
    Ok(Function {
        name: text(name),
        module: text(module),
        file: text(file),
        line: bytes.u32(at + offset_of!(SiteRecord, line))?,
        column: bytes.u32(at + offset_of!(SiteRecord, column))?,
        exact: flags & FLAG_EXACT != 0,
        polled: flags & FLAG_POLLED != 0,
        classifies_errors: flags & FLAG_CLASSIFIES_ERRORS != 0,
        names_errors: flags & FLAG_NAMES_ERRORS != 0,
        budget: budget(bytes, at + offset_of!(SiteRecord, budget))?,
        tags: tags.split_inclusive(|&byte| byte == 0).map(tag).collect(),
    })
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
