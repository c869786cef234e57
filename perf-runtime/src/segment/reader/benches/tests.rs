//! Benchmarks of segments made by hand, whole and damaged.

use crate::segment::layout::{
    Anchor, BYTE_ORDER, BatchRecord, BenchNoteRecord, BenchRecord, CLOCK_COUNTER, FORMAT_VERSION,
    HEADER_BYTES, Header, LatencyRecord, MAGIC, NOTE_ERROR_KIND, NOTE_KEPT, NOTE_MESSAGE, UNIT,
};
use crate::segment::{SegmentError, parse};
use crate::snapshot::{Benchmark, Ending, Phase};
use std::mem::offset_of;

/// A segment as its process leaves it.
struct Made(Vec<u8>);

impl Made {
    fn new() -> Self {
        let mut made = Self(vec![0; HEADER_BYTES]);
        made.0[..8].copy_from_slice(&MAGIC);
        made.put(offset_of!(Header, version), FORMAT_VERSION);
        made.put(offset_of!(Header, byte_order), BYTE_ORDER);
        made.put(offset_of!(Header, clock), CLOCK_COUNTER);
        for (at, ticks) in [(offset_of!(Header, first), 0), (offset_of!(Header, latest), 4_000)] {
            made.put(at + offset_of!(Anchor, ticks), ticks);
            made.put(at + offset_of!(Anchor, monotonic_ns), 1_000 + ticks);
        }
        made
    }

    fn put(&mut self, at: usize, value: u32) {
        self.0[at..at + 4].copy_from_slice(&value.to_ne_bytes());
    }

    /// Adds a record at the end, linked behind the one that `head` names, and returns where it is.
    fn link(&mut self, bytes: usize, head: usize) -> usize {
        let at = self.0.len();
        self.0.resize(at + bytes.next_multiple_of(UNIT), 0);
        let before: [u8; 4] = self.0[head..head + 4].try_into().unwrap();
        self.put(at, u32::from_ne_bytes(before));
        self.put(head, u32::try_from(at / UNIT).unwrap());
        at
    }

    fn case(&mut self, index: u32, name: &str) -> usize {
        let at = self.link(size_of::<BenchRecord>() + name.len(), offset_of!(Header, benches));
        self.put(at + offset_of!(BenchRecord, index), index);
        self.put(at + offset_of!(BenchRecord, text_bytes), u32::try_from(name.len()).unwrap());
        let text = at + size_of::<BenchRecord>();
        self.0[text..text + name.len()].copy_from_slice(name.as_bytes());
        at
    }

    fn batch(&mut self, bench: u32) -> usize {
        let at = self.link(size_of::<BatchRecord>(), offset_of!(Header, batches));
        self.put(at + offset_of!(BatchRecord, bench), bench);
        at
    }

    fn note(&mut self, bench: u32, kind: u32, text: &str, number: u32) -> usize {
        let bytes = size_of::<BenchNoteRecord>();
        let at = self.link(bytes + text.len(), offset_of!(Header, bench_notes));
        self.put(at + offset_of!(BenchNoteRecord, bench), bench);
        self.put(at + offset_of!(BenchNoteRecord, kind), kind);
        let length = u32::try_from(text.len()).unwrap();
        self.put(at + offset_of!(BenchNoteRecord, text_bytes), length);
        self.put(at + offset_of!(BenchNoteRecord, number), number);
        self.0[at + bytes..at + bytes + text.len()].copy_from_slice(text.as_bytes());
        at
    }

    fn read(&self) -> Result<Vec<Benchmark>, SegmentError> {
        parse(&self.0).map(|snapshot| snapshot.benchmarks)
    }
}

#[test]
fn cases_have_their_batches_in_order() {
    let mut made = Made::new();
    let first = made.case(0, "first");
    made.case(1, "second");
    for (round, bench) in [(0, 0), (1, 1), (2, 0)] {
        let at = made.batch(bench);
        made.put(at + offset_of!(BatchRecord, round), round);
    }
    made.put(first + offset_of!(BenchRecord, ending), Ending::Interrupted as u32);
    let durations = made.link(size_of::<LatencyRecord>(), offset_of!(Header, latencies));
    made.put(durations + offset_of!(LatencyRecord, bench), 1);
    made.put(durations + offset_of!(LatencyRecord, max_ns), 77);
    let read = made.read().unwrap();
    let rounds = |it: &Benchmark| it.batches.iter().map(|batch| batch.round).collect::<Vec<_>>();
    assert_eq!(read.iter().map(|it| it.name.as_str()).collect::<Vec<_>>(), ["first", "second"]);
    assert_eq!(read.iter().map(rounds).collect::<Vec<_>>(), [vec![0, 2], vec![1]]);
    assert_eq!((read[0].ending, read[1].ending), (Ending::Interrupted, Ending::Running));
    assert_eq!((read[0].latencies.max_ns, read[1].latencies.max_ns), (0, 77));
}

#[test]
fn notes_are_those_of_their_cases_and_unknown_ones_are_passed_over() {
    let mut made = Made::new();
    made.case(0, "first");
    made.case(1, "second");
    let at = made.batch(1);
    made.put(at + offset_of!(BatchRecord, phase), Phase::Profile as u32);
    made.put(at + offset_of!(BatchRecord, round), 3);
    made.note(0, NOTE_MESSAGE, "on purpose", 0);
    for (name, count) in [("", 0), ("late", 2), ("refused", 5), ("", 4)] {
        made.note(1, NOTE_ERROR_KIND, name, count);
    }
    let kept = made.note(1, NOTE_KEPT, "", 96);
    made.put(kept + offset_of!(BenchNoteRecord, round), 3);
    made.note(1, NOTE_KEPT, "", 7);
    made.note(1, 99, "of a later version", 1);
    let read = made.read().unwrap();
    assert_eq!(read[0].message.as_deref(), Some("on purpose"));
    assert_eq!((&read[0].failures, &read[1].message), (&None, &None));
    let failures = read[1].failures.as_ref().unwrap();
    let kinds: Vec<_> = failures.kinds.iter().map(|it| (it.name.as_str(), it.count)).collect();
    assert_eq!((kinds, failures.other_kinds), (vec![("late", 2), ("refused", 5)], 4));
    assert_eq!(read[1].batches[0].kept_bytes, Some(96));
}

#[test]
fn whatever_a_damaged_file_says_is_an_error() {
    type Damage = fn(&mut Made);
    let damages: [(&str, Damage); 10] = [
        ("a link beyond the file", |made| made.put(offset_of!(Header, benches), u32::MAX)),
        ("a link forward", |made| {
            let at = made.case(1, "b");
            made.case(2, "c");
            made.put(at, u32::try_from(made.0.len() / UNIT - 1).unwrap());
        }),
        ("a link to itself", |made| {
            let at = made.batch(0);
            made.put(at, u32::try_from(at / UNIT).unwrap());
        }),
        ("a text beyond the file", |made| {
            let at = made.case(1, "b");
            made.put(at + offset_of!(BenchRecord, text_bytes) + 8, 1 << 20);
        }),
        ("lengths whose sum is beyond all numbers", |made| {
            let at = made.case(1, "b");
            for part in 0..6 {
                made.put(at + offset_of!(BenchRecord, text_bytes) + 4 * part, u32::MAX);
            }
        }),
        ("a batch of nobody", |made| {
            made.batch(9);
        }),
        ("a note about nobody", |made| {
            made.note(9, NOTE_MESSAGE, "", 0);
        }),
        ("a note beyond the file", |made| {
            let at = made.note(0, NOTE_MESSAGE, "a", 0);
            made.put(at + offset_of!(BenchNoteRecord, text_bytes), 1 << 20);
        }),
        ("a phase that is none", |made| {
            let at = made.batch(0);
            made.put(at + offset_of!(BatchRecord, phase), 3);
        }),
        ("durations that end too soon", |made| {
            made.link(size_of::<LatencyRecord>(), offset_of!(Header, latencies));
            made.0.truncate(made.0.len() - UNIT);
        }),
    ];
    for (what, damage) in damages {
        let mut made = Made::new();
        made.case(0, "a");
        assert_eq!(made.read().unwrap().len(), 1);
        damage(&mut made);
        assert!(made.read().is_err(), "{what}: {:?}", made.read());
    }
}
