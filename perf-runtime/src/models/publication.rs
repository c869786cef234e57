//! The growth of a segment while others look at it: mirrors `segment::writing`'s `Segment::append`,
//! `Segment::reserve_in`, `Granules::push` and `Granules::start`.

use super::atomic::Ordering::{Acquire, Relaxed, Release};
use super::atomic::{AtomicU32, AtomicUsize};
use super::{explore, explore_weakened, race};
use crate::sync::{Mutex, lock_briefly};

/// Records that there is room for, one a granule.
const ROOM: usize = 3;

struct Segment {
    /// The place of the last record; 0 for none.
    last: AtomicU32,
    /// End of the memory that is handed out.
    used: AtomicU32,
    records: [Record; ROOM],
    /// Next place, under the lock.
    space: Mutex<u32>,
    /// Places where granules are mapped; 0 is nowhere.
    starts: [AtomicUsize; ROOM],
    count: AtomicUsize,
    /// The fault: granules are made known after the lock is given back.
    pushes_late: bool,
}

#[derive(Debug)]
struct Record {
    previous: AtomicU32,
    text: AtomicU32,
}

impl Segment {
    fn new(pushes_late: bool) -> Self {
        let record = |_| Record { previous: AtomicU32::new(0), text: AtomicU32::new(0) };
        Self {
            last: AtomicU32::new(0),
            used: AtomicU32::new(1),
            records: std::array::from_fn(record),
            space: Mutex::new(1),
            starts: std::array::from_fn(|_| AtomicUsize::new(0)),
            count: AtomicUsize::new(0),
            pushes_late,
        }
    }

    fn push(&self) {
        let count = self.count.load(Relaxed);
        if let Some(start) = self.starts.get(count) {
            start.store(1, Relaxed);
            self.count.store(count + 1, Release);
        }
    }

    /// Writes a record, links it, and returns its place.
    fn append(&self, text: u32) -> Option<u32> {
        let mut space = lock_briefly(&self.space)?;
        if !self.pushes_late {
            self.push();
        }
        let place = *space;
        *space += 1;
        self.used.store(*space, Release);
        let record = &self.records[place as usize - 1];
        record.previous.store(self.last.load(Relaxed), Relaxed);
        record.text.store(text, Relaxed);
        self.last.store(place, Release);
        drop(space);
        if self.pushes_late {
            self.push();
        }
        Some(place)
    }

    /// Returns the record of this place, as its own process finds it.
    fn find(&self, place: u32) -> &Record {
        let at = place as usize - 1;
        assert_ne!(self.starts[at].load(Relaxed), 0, "what is handed out is mapped");
        &self.records[at]
    }

    /// Reads as another process does: from the last link, which it copies first. Returns the number
    /// of records found.
    fn read(&self) -> usize {
        let (mut place, mut found) = (self.last.load(Acquire), 0);
        let used = self.used.load(Acquire);
        while place != 0 {
            assert!(place < used, "a link leads to what is in use");
            let record = &self.records[place as usize - 1];
            assert_ne!(record.text.load(Relaxed), 0, "complete before it is linked");
            let previous = record.previous.load(Relaxed);
            assert!(previous < place, "links lead back");
            (place, found) = (previous, found + 1);
        }
        found
    }
}

fn written_while_read() {
    let segment = race(
        Segment::new(false),
        |segment| {
            assert_eq!(segment.append(5), Some(1));
            assert_eq!(segment.append(6), Some(2));
        },
        |segment| {
            let first = segment.read();
            assert!(segment.read() >= first, "nothing is taken back");
        },
    );
    assert_eq!(segment.read(), 2);
}

fn written_by_two(pushes_late: bool) {
    let append = |segment: &Segment| {
        if let Some(place) = segment.append(5) {
            assert_eq!(segment.find(place).text.load(Relaxed), 5);
        }
    };
    let segment = race(Segment::new(pushes_late), append, append);
    assert!(segment.read() >= 1, "one of them at least had the lock");
}

#[test]
fn a_reader_finds_complete_records_only() {
    explore(written_while_read);
}

#[test]
#[should_panic(expected = "a link leads to what is in use")]
fn without_orderings_it_finds_what_is_not_there_yet() {
    explore_weakened(written_while_read);
}

#[test]
fn two_threads_that_write_records_lose_none() {
    explore(|| written_by_two(false));
}

#[test]
#[should_panic(expected = "what is handed out is mapped")]
fn made_known_without_the_lock_a_granule_is_missing() {
    explore(|| written_by_two(true));
}
