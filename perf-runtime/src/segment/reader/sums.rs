//! The contents of a segment function by function: without its contexts, for readers that come again and again and
//! ask for nothing more.

use std::fs::File;
use std::mem::offset_of;
use std::path::Path;

use super::bytes::{Bytes, offset_of};
use super::header::{self, Facts};
use super::node::Writer;
use super::prints::Prints;
use super::shards::{self, Fold, Source, Taker};
use super::{Digest, MOST_COPIES, Reader, metrics, process, sites, transitions};
use crate::segment::SegmentError;
use crate::segment::layout::NodeRecord;
use crate::segment::system::read_exact_at;
use crate::snapshot::{Context, Failures, Function, Histogram, Losses, Measures, Metric, Process};

/// The sums of each function in a segment: a [`Snapshot`](crate::snapshot::Snapshot) without its contexts, and without
/// what is of no use to those who want sums. One is read into again and again, and keeps its memory from one reading to
/// the next.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sums {
    /// Every known function, called or not, in the segment's own order. Two may have one name.
    pub functions: Vec<Function>,
    /// The measures of each over all its contexts, in the order of `functions`; empty where nothing has changed.
    pub measures: Vec<Measures>,
    /// True for each function with records that have changed since the segment was read before, and for those of its
    /// name; in the order of `functions`. Others have the sums that they had.
    pub has_changed: Vec<bool>,
    /// Numbers of the program's own, in the segment's own order. Two may have one name.
    pub metrics: Vec<Metric>,
    /// The process that recorded.
    pub process: Process,
    /// Losses that are known.
    pub losses: Losses,
}

impl Sums {
    /// Lists the functions that have changed since the segment was read before, with their measures.
    pub fn changed(&self) -> impl Iterator<Item = (&Function, &Measures)> {
        let all = self.functions.iter().zip(&self.measures).zip(&self.has_changed);
        all.filter(|(_, has_changed)| **has_changed).map(|(function, _)| function)
    }
}

/// A segment as it was read last, by which it is known what has changed since then: some bytes for each function.
#[derive(Debug, Clone, Default)]
pub struct Known {
    digest: Option<Digest>,
    /// The fingerprint of the records of each function, by its place; of those with one name, at the first of them.
    prints: Vec<u64>,
}

impl Reader {
    /// Reads the sums of the functions in the segment at `path` into `sums`, as far as they have changed since the
    /// segment was as `known`, which becomes what it is now. Returns `false` where nothing has changed, and `sums` are
    /// as before then. What came before a [`reset()`](crate::reset()) counts too, so that no figure of a process ever
    /// falls to nothing.
    ///
    /// A function none of whose records has changed is not read again: it keeps the sums that it had. Its times may
    /// differ from those of a whole reading by as much as the rate of the clock and the cost of recording are known
    /// better by now; its calls do not. With [`Known::default`] everything is read.
    ///
    /// ```no_run
    /// use perf_runtime::segment::{Known, Reader, Sums};
    ///
    /// # fn main() -> Result<(), perf_runtime::segment::SegmentError> {
    /// let (mut reader, mut sums) = (Reader::default(), Sums::default());
    /// let mut known = Known::default();
    /// while reader.read_sums("4711-a.ptseg".as_ref(), &mut known, &mut sums)? {
    ///     for (function, measures) in sums.changed() {
    ///         println!("{}: {} calls", function.name, measures.calls);
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Every [`SegmentError`]. There is no telling what is in `sums` then, and `known` is as before.
    pub fn read_sums(
        &mut self,
        path: &Path,
        known: &mut Known,
        sums: &mut Sums,
    ) -> Result<bool, SegmentError> {
        self.copy_used(path)?;
        let digest = Digest::of(&self.copy);
        if known.digest == Some(digest) {
            return Ok(false);
        }
        let prints = if header::may_be_running(&self.copy) {
            self.read_settled(path, known, sums)?
        } else {
            self.read_copy(header::last_writer(&self.copy), known, sums)?
        };
        *known = Known { digest: Some(digest), prints };
        Ok(true)
    }

    /// Reads the copy, or later ones of the file at `path`, until no ring was folded while one was taken: see
    /// [`settle`](super::settle).
    fn read_settled(
        &mut self,
        path: &Path,
        known: &Known,
        sums: &mut Sums,
    ) -> Result<Vec<u64>, SegmentError> {
        for _ in 1..MOST_COPIES {
            // One that cannot be read grew while it was copied, or is damaged: the last ones say so.
            if matches!(self.is_settled(path), Ok(true)) {
                if let Ok(prints) = self.read_copy(Writer::Running, known, sums) {
                    return Ok(prints);
                }
            }
            self.copy_used(path)?;
        }
        let mut read = self.read_copy(Writer::Running, known, sums);
        for _ in 1..MOST_COPIES {
            if read.is_ok() {
                break;
            }
            self.copy_used(path)?;
            read = self.read_copy(Writer::Running, known, sums);
        }
        read
    }

    /// Returns whether no fold of the contexts in the copy was begun until now that is not done in there. Of the file
    /// nothing is read again but the parts with contexts: that takes a quarter of the time of another copy.
    fn is_settled(&mut self, path: &Path) -> Result<bool, SegmentError> {
        let bytes = Bytes(&self.copy);
        let facts = Facts::read(bytes, Writer::Running)?;
        let mut nodes = shards::all_nodes(bytes, &facts)?;
        nodes.sort_unstable();
        let done = shards::folds_of(bytes, &nodes, Fold::Done)?;
        let (file, length) = (File::open(path)?, self.copy.len());
        self.later.clear();
        let mut later = Later { file, length, start: 0, window: &mut self.later };
        let mut begun = 0_u64;
        for place in nodes {
            let at = offset_of(place) + offset_of!(NodeRecord, folds_begun);
            begun += u64::from(later.number(at)?);
        }
        Ok(begun == done)
    }

    /// Reads what has changed in the copy, and returns the fingerprints by which that is known the next time.
    fn read_copy(
        &mut self,
        writer: Writer,
        known: &Known,
        sums: &mut Sums,
    ) -> Result<Vec<u64>, SegmentError> {
        let bytes = Bytes(&self.copy);
        let facts = Facts::read(bytes, writer)?;
        let function_of_site = sites::read_into(bytes, facts.sites, &mut sums.functions)?;
        let source = Source {
            bytes,
            facts: &facts,
            functions: &sums.functions,
            function_of_site: &function_of_site,
        };
        let prints = Prints::read(source)?;
        let has_changed = |function| prints.has_changed(function, &known.prints);
        sums.has_changed.clear();
        sums.has_changed.extend((0..sums.functions.len()).map(has_changed));
        let overflow = sums.functions.len() - 1;
        sums.measures.iter_mut().for_each(clear);
        sums.measures.resize_with(sums.functions.len(), Measures::default);
        let mut taker = ByFunction {
            measures: &mut sums.measures,
            has_changed: &sums.has_changed,
            overflow,
            is_overflowing: false,
        };
        let shards = shards::read(source, &mut self.spare, &mut taker)?;
        if !taker.is_overflowing {
            sums.functions.truncate(overflow);
            sums.measures.truncate(overflow);
            sums.has_changed.truncate(overflow);
        }
        sums.metrics = metrics::read(bytes, &facts)?;
        sums.losses = shards.losses;
        let is_known = |site| {
            let function = function_of_site.get(&site).filter(|at| **at < sums.functions.len());
            function.map(|_| String::new())
        };
        (_, sums.losses.forgotten_transitions) = transitions::read(bytes, &facts, is_known)?;
        sums.process = process(bytes, facts, &shards)?;
        Ok(prints.all)
    }
}

/// The measures of each function, into which all its contexts go.
struct ByFunction<'a> {
    measures: &'a mut [Measures],
    has_changed: &'a [bool],
    /// The place of what stands for contexts without memory, and true once there is one.
    overflow: usize,
    is_overflowing: bool,
}

impl Taker for ByFunction<'_> {
    const HAS_FAILURES: bool = false;

    fn wants(&self, function: usize) -> bool {
        // That of contexts without memory is there if there is a context.
        function == self.overflow || self.has_changed.get(function).copied().unwrap_or(true)
    }

    fn take(&mut self, context: Context) -> Histogram {
        self.is_overflowing |= context.function == self.overflow;
        // What was tallied and is in no context comes whether it is wanted or not.
        let has_changed = self.has_changed.get(context.function).copied().unwrap_or(false);
        if let Some(sum) = self.measures.get_mut(context.function).filter(|_| has_changed) {
            sum.merge(&context.measures);
        }
        context.measures.histogram
    }

    fn take_failures(&mut self, _: Failures) {}
}

/// Drops the figures, and keeps the memory.
fn clear(measures: &mut Measures) {
    let mut histogram = std::mem::take(&mut measures.histogram);
    histogram.clear();
    *measures = Measures { histogram, ..Measures::default() };
}

/// A file as it is by now, of which a little is read at a time.
struct Later<'a> {
    file: File,
    /// The length of which something is wanted.
    length: usize,
    /// Where the window begins.
    start: usize,
    window: &'a mut Vec<u8>,
}

impl Later<'_> {
    /// The bytes read at a time: they stay close to the processor.
    const WINDOW: usize = 64 << 10;

    /// Reads the number at byte `at`. Those of later calls stand further back.
    fn number(&mut self, at: usize) -> Result<u32, SegmentError> {
        if at < self.start || at + 4 > self.start + self.window.len() {
            self.start = at;
            self.window.resize(self.length.saturating_sub(at).min(Self::WINDOW), 0);
            read_exact_at(&self.file, self.window, at as u64)?;
        }
        Bytes(self.window).u32(at - self.start)
    }
}
