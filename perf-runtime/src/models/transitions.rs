//! The ring of the breaker's steps: mirrors `segment::writing`'s `Segment::log_transition` and
//! `segment::reader::transitions`' `Record::read`, which copies from the beginning to the end.
//!
//! One case is not covered, and can be torn: a thread that is stopped within its record until all
//! other places of the ring have been written and its own again.

use super::atomic::Ordering::{Acquire, Relaxed, Release};
use super::atomic::{AtomicU32, AtomicU64, fence};
use super::{explore, explore_weakened, race};

/// The log, with a ring of `N` places.
struct Log<const N: usize> {
    count: AtomicU64,
    records: [Record; N],
    /// The fault: the end is written last, as if readers went the other way.
    ends_late: bool,
}

struct Record {
    number: AtomicU64,
    site: AtomicU32,
    interval: AtomicU32,
    end: AtomicU32,
}

impl<const N: usize> Log<N> {
    fn new(ends_late: bool) -> Self {
        let record = |_| Record {
            number: AtomicU64::new(0),
            site: AtomicU32::new(0),
            interval: AtomicU32::new(0),
            end: AtomicU32::new(0),
        };
        Self { count: AtomicU64::new(0), records: std::array::from_fn(record), ends_late }
    }

    /// Writes down a step with `what` in both fields.
    fn write(&self, what: u32) {
        let number = self.count.fetch_add(1, Relaxed);
        let record = &self.records[usize::try_from(number).expect("small") % N];
        let end = || record.end.store(u32::try_from(number + 1).expect("small"), Relaxed);
        if !self.ends_late {
            end();
        }
        fence(Release);
        record.site.store(what, Relaxed);
        record.interval.store(what, Relaxed);
        if self.ends_late {
            end();
        }
        record.number.store(number + 1, Release);
    }

    /// Returns the steps that are complete.
    fn read(&self) -> Vec<u32> {
        let complete = |record: &Record| {
            let number = record.number.load(Acquire);
            let (site, interval) = (record.site.load(Acquire), record.interval.load(Acquire));
            let end = record.end.load(Acquire);
            if number == 0 || number != u64::from(end) {
                return None;
            }
            assert_eq!(site, interval, "fields of one step");
            assert_ne!(site, 0, "fields of one step");
            Some(site)
        };
        self.records.iter().filter_map(complete).collect()
    }
}

fn overwritten_while_read(ends_late: bool) {
    let write = |log: &Log<1>| {
        log.write(7);
        log.write(8);
    };
    let log = race(Log::<1>::new(ends_late), write, |log| drop(log.read()));
    assert_eq!(log.read(), [8]);
}

#[test]
fn a_reader_takes_no_torn_step() {
    explore(|| overwritten_while_read(false));
}

#[test]
#[should_panic(expected = "fields of one step")]
fn without_orderings_a_step_is_torn() {
    explore_weakened(|| overwritten_while_read(false));
}

#[test]
#[should_panic(expected = "fields of one step")]
fn with_its_end_written_last_a_step_is_torn() {
    explore(|| overwritten_while_read(true));
}

#[test]
fn two_threads_write_to_places_of_their_own() {
    explore(|| {
        let log = race(
            Log::<2>::new(false),
            |log| log.write(7),
            |log| {
                log.write(8);
                assert!(log.read().contains(&8), "what one wrote oneself");
            },
        );
        let mut steps = log.read();
        steps.sort_unstable();
        assert_eq!((steps, log.count.load(Relaxed)), (vec![7, 8], 2));
    });
}
