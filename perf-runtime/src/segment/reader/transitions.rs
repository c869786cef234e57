//! The latest steps of the breaker, out of the ring in the header.
//!
//! The writer may be overwriting one while it is copied. It changes the number at the end of a
//! record first and the one at its beginning last, and a copy is taken from the beginning to the
//! end: where both agree, everything between belongs to them.

use std::mem::offset_of;

use super::bytes::Bytes;
use super::header::Facts;
use crate::segment::SegmentError;
use crate::segment::layout::{Header, TRANSITIONS, TransitionRecord, WHOLE_RECORDER};
use crate::snapshot::{BreakerState, Reason, Step, Transition};

/// Reads the steps in the ring, and the number of earlier ones.
pub(super) fn read(
    bytes: Bytes<'_>,
    facts: &Facts,
    name_of: impl Fn(u32) -> Option<String>,
) -> Result<(Vec<Transition>, u64), SegmentError> {
    let mut known = Vec::new();
    for place in 0..TRANSITIONS {
        let record = Record::read(bytes, place)?;
        known.extend(record.and_then(|record| record.transition(facts, &name_of)));
    }
    let count = bytes.u64(offset_of!(Header, transition_count))?;
    let forgotten = count.saturating_sub(known.len() as u64);
    Ok((known, forgotten))
}

/// A complete record.
struct Record {
    at_ticks: u64,
    site: u32,
    from: u32,
    to: u32,
    reason: u32,
    interval: u32,
}

impl Record {
    /// Reads a record; `None` where nothing was written yet, or is being written.
    fn read(bytes: Bytes<'_>, place: usize) -> Result<Option<Self>, SegmentError> {
        let at = offset_of!(Header, transitions) + place * size_of::<TransitionRecord>();
        let number = bytes.u64(at + offset_of!(TransitionRecord, number))?;
        let end = bytes.u32(at + offset_of!(TransitionRecord, end))?;
        let what = bytes.u32(at + offset_of!(TransitionRecord, what))?;
        let record = Self {
            at_ticks: bytes.u64(at + offset_of!(TransitionRecord, at_ticks))?,
            site: bytes.u32(at + offset_of!(TransitionRecord, site))?,
            from: what & 0xff,
            to: what >> 8 & 0xff,
            reason: what >> 16 & 0xff,
            interval: bytes.u32(at + offset_of!(TransitionRecord, interval))?,
        };
        Ok((number != 0 && number & u64::from(u32::MAX) == u64::from(end)).then_some(record))
    }

    /// Makes the transition; `None` for a function that the copy does not know, since it was
    /// written down later.
    fn transition(
        &self,
        facts: &Facts,
        name_of: impl Fn(u32) -> Option<String>,
    ) -> Option<Transition> {
        let (from, to, function) = if self.site == WHOLE_RECORDER {
            let name = |state| BreakerState::from_number(state).name();
            (name(self.from), name(self.to), None)
        } else {
            let name = |step| Step::from_number(step).name();
            (name(self.from), name(self.to), Some(name_of(self.site)?))
        };
        Some(Transition {
            at_ns: facts.rate.ns(self.at_ticks.saturating_sub(facts.first.ticks)),
            pid: facts.process.pid,
            function,
            from: from.to_owned(),
            to: to.to_owned(),
            reason: Reason::from_number(self.reason),
            interval: self.interval,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segment::layout::HEADER_BYTES;
    use crate::segment::rate::Rate;
    use crate::segment::reader::node::Writer;

    /// Makes a header in which the record of each place has these numbers at its beginning and its
    /// end.
    fn header(count: u64, records: &[(u64, u32, u32)]) -> Vec<u8> {
        let mut bytes = vec![0; HEADER_BYTES];
        let mut put = |at: usize, value: &[u8]| bytes[at..at + value.len()].copy_from_slice(value);
        put(offset_of!(Header, transition_count), &count.to_ne_bytes());
        for (place, &(number, end, site)) in records.iter().enumerate() {
            let at = offset_of!(Header, transitions) + place * size_of::<TransitionRecord>();
            put(at + offset_of!(TransitionRecord, number), &number.to_ne_bytes());
            put(at + offset_of!(TransitionRecord, end), &end.to_ne_bytes());
            put(
                at + offset_of!(TransitionRecord, at_ticks),
                &number.wrapping_mul(10).to_ne_bytes(),
            );
            put(at + offset_of!(TransitionRecord, site), &site.to_ne_bytes());
            put(at + offset_of!(TransitionRecord, what), &0x0001_0100_u32.to_ne_bytes());
        }
        bytes
    }

    fn read_all(bytes: &[u8]) -> (Vec<Transition>, u64) {
        let facts = Facts::for_test(Rate::ONE, Writer::Ended);
        read(Bytes(bytes), &facts, |site| (site < 9).then(|| format!("f{site}"))).unwrap()
    }

    #[test]
    fn a_record_that_is_being_written_is_left_out() {
        let (known, forgotten) = read_all(&header(35, &[(33, 33, 1), (34, 2, 1), (0, 35, 1)]));
        assert_eq!((known.len(), forgotten), (1, 34));
        assert_eq!(known[0].function.as_deref(), Some("f1"));
        assert_eq!((known[0].from.as_str(), known[0].to.as_str()), ("exact", "sampled"));
        assert_eq!((known[0].at_ns, known[0].reason), (330, Reason::Overhead));
    }

    #[test]
    fn the_recorder_as_a_whole_has_states_and_no_name() {
        let (known, _) = read_all(&header(1, &[(1, 1, WHOLE_RECORDER)]));
        assert_eq!(known[0].function, None);
        assert_eq!((known[0].from.as_str(), known[0].to.as_str()), ("closed", "half-open"));
    }

    #[test]
    fn what_no_writer_writes_does_no_harm() {
        let (known, forgotten) = read_all(&header(u64::MAX, &[(u64::MAX, u32::MAX, 77)]));
        assert_eq!((known.len(), forgotten), (0, u64::MAX));
        let mut bytes = header(3, &[(1, 1, 2)]);
        bytes[offset_of!(Header, transitions)..].fill(0xff);
        assert_eq!(read_all(&bytes).0.len(), TRANSITIONS, "each as the recorder's own");
        let cut = Bytes(&bytes[..offset_of!(Header, transitions) + 40]);
        assert!(read(cut, &Facts::for_test(Rate::ONE, Writer::Ended), |_| None).is_err());
    }
}
