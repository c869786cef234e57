//! What must hold whatever bytes the reader is given. Shared by the fuzzer and by the property tests
//! of perf-tests; what a segment should say is no business of this file.

use std::cell::RefCell;
use std::fs;
use std::path::PathBuf;

use perf_runtime::segment::{self, Known, Reader, SegmentError, Stacks, Sums};
use perf_runtime::snapshot::{Measures, Snapshot};

/// Where the number of the process stands in a segment.
const PID: std::ops::Range<usize> = 16..20;

/// Smallest record that stands for a context.
const LEAST_RECORD: usize = 64;

/// Reads `bytes` in every way there is.
///
/// # Panics
/// When what comes of it breaks a law.
pub(crate) fn check(bytes: &[u8]) {
    check_outcome(bytes, segment::parse(bytes));
    check_outcome(bytes, read_as_running(bytes));
}

fn check_outcome(bytes: &[u8], outcome: Result<Snapshot, SegmentError>) {
    match outcome {
        Ok(snapshot) => check_snapshot(bytes, &snapshot),
        Err(error) => assert!(!error.to_string().is_empty(), "an error says something"),
    }
}

/// Reads the bytes from a file, as those of this very process, which may still be writing.
fn read_as_running(bytes: &[u8]) -> Result<Snapshot, SegmentError> {
    thread_local! {
        static SCRATCH: RefCell<Scratch> = RefCell::new(Scratch::new());
    }
    SCRATCH.with_borrow_mut(|scratch| scratch.read(bytes))
}

/// A recursive call is below another one of its function, and its time is not known.
fn check_stacks(outcome: Result<Stacks, SegmentError>) {
    for thread in outcome.map(|stacks| stacks.threads).unwrap_or_default() {
        for (depth, frame) in thread.frames.iter().enumerate().filter(|(_, frame)| frame.recursive)
        {
            let mut outer = thread.frames[..depth].iter();
            assert!(outer.any(|outer| outer.function == frame.function), "{thread:?}");
            assert_eq!(frame.running_ns, None, "{thread:?}");
        }
    }
}

/// A file that is written again and again, and gone at the end.
struct Scratch {
    path: PathBuf,
    bytes: Vec<u8>,
}

impl Scratch {
    fn new() -> Self {
        let thread = std::thread::current().id();
        let name = format!("perf-track-laws-{}-{thread:?}", std::process::id());
        let name: String =
            name.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
        Self { path: std::env::temp_dir().join(name), bytes: Vec::new() }
    }

    fn read(&mut self, bytes: &[u8]) -> Result<Snapshot, SegmentError> {
        self.bytes.clear();
        self.bytes.extend_from_slice(bytes);
        if let Some(pid) = self.bytes.get_mut(PID) {
            pid.copy_from_slice(&std::process::id().to_ne_bytes());
        }
        fs::write(&self.path, &self.bytes).expect("a scratch file can be written");
        check_stacks(segment::stacks(&self.path, || 1 << 40));
        check_stacks(segment::last_stacks(&self.path));
        self.check_sums();
        segment::read(&self.path)
    }
}

impl Scratch {
    /// Sums are those of the whole tree, and what has not changed is known again.
    fn check_sums(&self) {
        let (mut reader, mut sums, mut known) =
            (Reader::default(), Sums::default(), Known::default());
        if reader.read_sums(&self.path, &mut known, &mut sums).is_err() {
            return;
        }
        // Damage of what is no sum, as of benchmarks, costs the tree alone.
        let Ok(whole) = reader.read_from_start(&self.path) else { return };
        assert_eq!((&sums.functions, &sums.metrics), (&whole.functions, &whole.metrics));
        assert_eq!((&sums.measures, &sums.losses), (&whole.by_function(), &whole.losses));
        assert_eq!(whole.processes, [sums.process.clone()]);
        assert!(sums.has_changed.iter().all(|it| *it), "everything is new");
        assert!(matches!(reader.read_sums(&self.path, &mut known, &mut sums), Ok(false)));
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // Nobody misses it.
        let _ = fs::remove_file(&self.path);
    }
}

fn check_snapshot(bytes: &[u8], snapshot: &Snapshot) {
    assert!(snapshot.functions.is_sorted_by(|a, b| a.name < b.name), "one function a name");
    assert!(snapshot.contexts.len() <= bytes.len() / LEAST_RECORD, "records do not overlap");
    for (at, context) in snapshot.contexts.iter().enumerate() {
        assert!(context.function < snapshot.functions.len(), "a context names a function");
        assert!(context.parent.is_none_or(|parent| parent < at), "parents come first");
        check_measures(&context.measures);
    }
    snapshot.by_function().iter().for_each(check_measures);
    assert_eq!(snapshot.merged(&Snapshot::default()), *snapshot, "it is in its final order");
    assert_eq!(snapshot.merged(snapshot).contexts.len(), snapshot.contexts.len());
}

fn check_measures(measures: &Measures) {
    assert!(measures.mean_ns().is_none_or(|mean| mean >= 0.0), "{measures:?}");
    assert!(measures.stddev_ns().is_none_or(f64::is_finite), "{measures:?}");
    let quantiles = [0.0, 0.5, 0.99, 1.0].map(|q| measures.quantile_ns(q));
    assert!(quantiles.is_sorted(), "{measures:?}");
    let (all, own) = (&measures.memory, &measures.self_memory);
    assert!(all.allocs >= own.allocs && all.alloc_bytes >= own.alloc_bytes, "{measures:?}");
    assert!(all.frees >= own.frees && all.freed_bytes >= own.freed_bytes, "{measures:?}");
}
