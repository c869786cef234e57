//! How others read the sums of a program again and again while it records. One test in its process: it compares
//! readings between which nobody else may call anything.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, in its helpers too")]

use std::collections::BTreeMap;
use std::future::Future as _;
use std::hint::black_box;
use std::path::Path;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};
use std::thread;

use perf_runtime::segment::{Known, Reader, Sums};
use perf_runtime::snapshot::{Function, Measures};
use perf_runtime::{perf_scope, perf_track, status};

#[perf_track(name = "sums::short")]
fn short(x: u64) -> u64 {
    black_box(x) + 1
}

#[perf_track(name = "sums::caller")]
fn caller(x: u64) -> u64 {
    (0..3).fold(x, |x, _| short(x))
}

#[perf_track(name = "sums::fails")]
fn fails(x: u64) -> Result<u64, u64> {
    if x % 2 == 0 { Ok(x) } else { Err(x) }
}

#[perf_track(name = "sums::same")]
fn one() {}

/// Another function of that name.
#[perf_track(name = "sums::same")]
fn other() {}

/// A future that is ready when it is polled the second time.
struct Twice(bool);

impl Future for Twice {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if std::mem::replace(&mut self.0, true) { Poll::Ready(()) } else { Poll::Pending }
    }
}

#[perf_track(name = "sums::waits")]
async fn waits() {
    Twice(false).await;
}

/// The figures that are exact whenever they are read.
type Figures = ([u64; 6], i64, Vec<(u32, u64)>);

fn figures(it: &Measures) -> Figures {
    let counts = [it.calls, it.timed, it.errors, it.panics, it.unfinished, it.polls.count];
    (counts, it.polls.in_flight, it.histogram.buckets().to_vec())
}

/// A reader that comes again and again.
#[derive(Default)]
struct Follower {
    reader: Reader,
    sums: Sums,
    known: Known,
    /// What it has been told of each function, by the place among all of the segment.
    kept: BTreeMap<usize, Figures>,
}

impl Follower {
    /// Reads what has changed, and returns the names of these functions.
    fn read(&mut self, path: &Path) -> Vec<String> {
        assert!(self.reader.read_sums(path, &mut self.known, &mut self.sums).unwrap());
        let places = (0..self.sums.functions.len()).filter(|&at| self.sums.has_changed[at]);
        self.kept.extend(places.map(|at| (at, figures(&self.sums.measures[at]))));
        let name = |(function, _): (&Function, _)| function.name.clone();
        let mut names: Vec<String> = self.sums.changed().map(name).collect();
        names.sort();
        names.dedup();
        names
    }

    /// Checks that a reading of everything says the same.
    fn check(&self, path: &Path) {
        let mut all = Self::default();
        all.read(path);
        let counts = |it: &Self| {
            let counts = it.kept.iter().map(|(at, it)| (*at, it.0, it.1));
            counts.collect::<Vec<_>>()
        };
        assert_eq!(counts(self), counts(&all));
        for (at, (_, _, histogram)) in &self.kept {
            let sum = |pairs: &[(u32, u64)]| pairs.iter().map(|it| it.1).sum::<u64>();
            assert_eq!(sum(histogram), sum(&all.kept[at].2), "durations of {at}");
        }
    }
}

#[test]
fn what_changed_is_read_and_the_rest_is_as_it_was() {
    caller(1);
    fails(1).ok();
    one();
    let path = status().segment.unwrap();
    let mut follower = Follower::default();
    assert!(follower.read(&path).contains(&"sums::caller".to_owned()), "all is new");
    let known = &mut follower.known;
    assert!(!follower.reader.read_sums(&path, known, &mut follower.sums).unwrap(), "nothing is");
    follower.check(&path);

    short(1);
    assert_eq!(follower.read(&path), ["sums::short"]);
    follower.check(&path);
    other();
    assert_eq!(follower.read(&path), ["sums::same"]);
    assert_eq!(follower.sums.changed().count(), 2, "those of one name go together");
    thread::spawn(|| fails(2)).join().unwrap().ok();
    assert_eq!(follower.read(&path), ["sums::fails"]);
    follower.check(&path);

    let mut call = pin!(waits());
    let mut context = Context::from_waker(Waker::noop());
    for is_over in [false, true] {
        assert_eq!(call.as_mut().poll(&mut context).is_ready(), is_over);
        assert_eq!(follower.read(&path), ["sums::waits"]);
        follower.check(&path);
    }
    {
        let _running = perf_scope!("sums::running");
        follower.read(&path);
        short(1);
        assert_eq!(follower.read(&path), ["sums::running", "sums::short"], "its time goes on");
        follower.check(&path);
    }
    // So many that they are tallied.
    for _ in 0..30 {
        (0..20_000).for_each(|x| _ = black_box(caller(x)));
        follower.read(&path);
        follower.check(&path);
    }
    fails(3).ok();
    assert!(follower.read(&path).contains(&"sums::fails".to_owned()));
    follower.check(&path);
}
