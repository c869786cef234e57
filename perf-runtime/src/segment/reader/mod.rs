//! The way from untrusted bytes to a [`Snapshot`]. Never panics, never trusts a length or a link.
//!
//! A link must lead to an earlier record than the one it stands in, so no list can be a circle,
//! and every walk ends. Damage costs the segment, not the program.

mod allocated;
pub(crate) mod benches;
mod bytes;
mod calls;
mod counts;
mod crates;
mod failures;
mod flights;
mod header;
mod links;
pub(crate) mod mark;
mod measured;
mod metrics;
mod node;
mod numbers;
mod own;
mod prints;
mod regions;
mod shards;
mod sites;
mod stacks;
mod steps;
mod sums;
mod tallies;
mod transitions;
mod tree;
mod windows;

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::Path;

use self::bytes::Bytes;
pub use self::calls::Outline;
pub use self::flights::InFlight;
use self::header::Facts;
use self::node::Writer;
use self::shards::{Shards, Source, Taker};
pub use self::stacks::{Frame, Stacks, ThreadStack, last_stacks, stacks};
pub use self::sums::{Known, Sums};
use self::tree::{Spare, whole};
use super::SegmentError;
use super::layout::HEADER_BYTES;
use super::life::{Copied, Owner};

use crate::newer::arrays;
use crate::snapshot::{Build, Context, Failures, Histogram, Merger, Process, Snapshot};

/// Copies taken of a segment that is being written to, until two agree.
const MOST_COPIES: usize = 4;

/// Reads the segment at `path`, whether its process is running, has ended, or was killed.
///
/// # Errors
/// Every [`SegmentError`].
///
/// ```no_run
/// # fn main() -> Result<(), perf_runtime::segment::SegmentError> {
/// let snapshot = perf_runtime::segment::read("4711-a.ptseg".as_ref())?;
/// println!("{} functions", snapshot.functions.len());
/// # Ok(())
/// # }
/// ```
pub fn read(path: &Path) -> Result<Snapshot, SegmentError> {
    let mut merger = Merger::default();
    Reader::default().read_into(path, &mut merger)?;
    Ok(merger.finish())
}

/// Reads a segment from its bytes, when nobody writes to it any more.
///
/// # Errors
/// Every [`SegmentError`] but `Io`.
pub fn parse(bytes: &[u8]) -> Result<Snapshot, SegmentError> {
    let mut merger = Merger::default();
    merger.add(&contents(bytes, header::last_writer(bytes))?);
    Ok(merger.finish())
}

/// A reader of one segment after the other, which keeps its memory from one to the next.
///
/// ```no_run
/// use perf_runtime::{segment::Reader, snapshot::Merger};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let (mut reader, mut merger) = (Reader::default(), Merger::default());
/// for entry in std::fs::read_dir("session")? {
///     reader.read_into(&entry?.path(), &mut merger)?;
/// }
/// println!("{} functions", merger.finish().functions.len());
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Default)]
pub struct Reader {
    copy: Vec<u8>,
    /// The copy by which one of a running process is known to be exact.
    later: Vec<u8>,
    spare: Spare,
}

impl Reader {
    /// Adds the segment at `path` to `merger`, whether its process is running, has ended, or was
    /// killed. Adds nothing when it fails.
    ///
    /// # Errors
    /// Every [`SegmentError`].
    pub fn read_into(&mut self, path: &Path, merger: &mut Merger) -> Result<(), SegmentError> {
        self.copy_used(path)?;
        let snapshot = self.settled(path)?;
        merger.add(&mark::apply(path, snapshot)?);
        Ok(())
    }
}

/// The digest of some bytes, by which those that nobody has written to are known again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Digest(u64);

impl Digest {
    fn of(bytes: &[u8]) -> Self {
        /// Four of them, so that no multiplication waits for the one before it.
        const LANES: usize = 4;
        /// An odd number with no pattern in its bits: the golden ratio's.
        const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
        let mix = |sum: u64, word: u64| (sum.rotate_left(29) ^ word).wrapping_mul(FACTOR);
        let mut sums = [bytes.len() as u64, 1, 2, 3];
        let blocks = bytes.chunks_exact(LANES * 8);
        let rest = blocks.remainder();
        for block in blocks {
            for (sum, word) in sums.iter_mut().zip(arrays(block)) {
                *sum = mix(*sum, u64::from_ne_bytes(*word));
            }
        }
        let sum = sums.into_iter().fold(0, mix);
        Self(rest.iter().fold(sum, |sum, byte| mix(sum, u64::from(*byte))))
    }
}

impl Reader {
    /// Reads the segment at `path` with two differences to what [`read_into`](Self::read_into) adds. What came before a
    /// [`reset()`](crate::reset()) counts too. And it is in the segment's own order, in which two functions may have
    /// one name: a [`Merger`] brings it into that of all others.
    ///
    /// # Errors
    /// Every [`SegmentError`].
    pub fn read_from_start(&mut self, path: &Path) -> Result<Snapshot, SegmentError> {
        self.copy_used(path)?;
        self.settled(path)
    }

    /// Copies the part of the file that is in use. What was linked while that was copied is in there too. Of a copy
    /// that is all of it: its header was written first, and records that were linked later lie behind what that says.
    fn copy_used(&mut self, path: &Path) -> Result<(), SegmentError> {
        let copy = &mut self.copy;
        let mut file = File::open(path)?;
        copy.clear();
        (&file).take(HEADER_BYTES as u64).read_to_end(copy)?;
        let is_copy = Owner::of_bytes(copy).is_some_and(|it| it.copied != Copied::Not);
        if is_copy {
            file.read_to_end(copy)?;
            return Ok(());
        }
        // Of what is no segment, the beginning says so.
        let mut used = header::used(copy).unwrap_or(0);
        copy.reserve(usize::try_from(used.min(file.metadata()?.len())).unwrap_or(0));
        loop {
            let missing = used.saturating_sub(copy.len() as u64);
            file.seek(SeekFrom::Start(copy.len() as u64))?;
            if missing == 0 || (&file).take(missing).read_to_end(copy)? == 0 {
                return Ok(());
            }
            // It may have become longer by now, and a link that was copied late lead there.
            used = header::used_by(&file).unwrap_or(0);
        }
    }

    /// Returns the contents of the copy, or of later ones of the file at `path` where that may change.
    fn settled(&mut self, path: &Path) -> Result<Snapshot, SegmentError> {
        if header::may_be_running(&self.copy) {
            settle((&mut self.copy, &mut self.later), path)
        } else {
            contents(&self.copy, header::last_writer(&self.copy))
        }
    }
}

/// Copies a segment again until two copies agree, and reads the earlier of the two.
///
/// A copy in which no ring was folded while it was taken is exact. That is so when the folds begun
/// in a later copy are those done in the earlier one. Where functions are so busy that there is no
/// such moment, the last copy is good enough: see [`node`].
pub(crate) fn settle(
    (earlier, later): (&mut Vec<u8>, &mut Vec<u8>),
    path: &Path,
) -> Result<Snapshot, SegmentError> {
    let mut read = Err(SegmentError::Unfinished);
    for _ in 0..MOST_COPIES {
        copy_file(path, later)?;
        let agree = match (folds(earlier, shards::Fold::Done), folds(later, shards::Fold::Begun)) {
            (Ok(done), Ok(begun)) => done == begun,
            _ => false,
        };
        // A segment that grew while it was copied may lack what a link leads to: the next copy
        // has it.
        read = contents(earlier, Writer::Running).or(read);
        if agree && read.is_ok() {
            break;
        }
        std::mem::swap(earlier, later);
    }
    read
}

/// Copies the file from its beginning to its end, which the rule of [`node`] relies on.
pub(crate) fn copy_file(path: &Path, copy: &mut Vec<u8>) -> Result<(), SegmentError> {
    copy.clear();
    File::open(path)?.read_to_end(copy)?;
    Ok(())
}

/// Reads the contents of a segment, in their own order.
fn contents(bytes: &[u8], writer: Writer) -> Result<Snapshot, SegmentError> {
    let bytes = Bytes(bytes);
    let facts = Facts::read(bytes, writer)?;
    let (mut functions, function_of_site) = sites::read(bytes, facts.sites)?;
    let mut tree = WholeTree::default();
    let source =
        Source { bytes, facts: &facts, functions: &functions, function_of_site: &function_of_site };
    let shards = shards::read(source, &mut Spare::default(), &mut tree)?;
    let overflow = functions.len() - 1;
    if tree.contexts.iter().all(|context| context.function != overflow) {
        functions.truncate(overflow);
    }
    let name_of = |site| Some(functions.get(*function_of_site.get(&site)?)?.name.clone());
    let (transitions, forgotten) = transitions::read(bytes, &facts, name_of)?;
    let mut losses = shards.losses;
    losses.forgotten_transitions = forgotten;
    let metrics = metrics::read(bytes, &facts)?;
    let (benchmarks, left_out) = benches::read(bytes, &facts)?;
    let process = process(bytes, facts, &shards)?;
    Ok(Snapshot {
        functions,
        contexts: tree.contexts,
        failures: tree.failures,
        metrics,
        benchmarks,
        left_out,
        transitions,
        processes: vec![process],
        losses,
    })
}

/// The contexts of all shards, as they come.
#[derive(Debug, Default)]
struct WholeTree {
    contexts: Vec<Context>,
    failures: Vec<Failures>,
}

impl Taker for WholeTree {
    const HAS_FAILURES: bool = true;

    fn take(&mut self, context: Context) -> Histogram {
        self.contexts.push(context);
        Histogram::default()
    }

    fn take_failures(&mut self, failures: Failures) {
        self.failures.push(failures);
    }
}

/// Returns the process, with what its shards say of it.
fn process(bytes: Bytes<'_>, facts: Facts, shards: &Shards) -> Result<Process, SegmentError> {
    let mut usage = facts.process.usage.clone();
    if let Some(usage) = &mut usage {
        usage.latest_monotonic_ns =
            usage.latest_monotonic_ns.max(facts.monotonic_ns(shards.latest));
    }
    let build = Build { crates: crates::read(bytes, facts.sites)?, ..facts.process.build.clone() };
    Ok(Process {
        build,
        usage,
        recorded_ns: facts.since_start_ns(shards.latest),
        overhead_ns: facts.rate.ns(whole(shards.overhead)),
        ..facts.process
    })
}

/// Counts the folds that the nodes had done, or begun, altogether.
fn folds(bytes: &[u8], which: shards::Fold) -> Result<u64, SegmentError> {
    let bytes = Bytes(bytes);
    shards::folds(bytes, &Facts::read(bytes, Writer::Running)?, which)
}
