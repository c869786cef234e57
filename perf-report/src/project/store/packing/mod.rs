//! A run as the SQLite store keeps it: columns, compressed, in a tenth of the space of its JSON; what a sample
//! has stands apart from what only the whole run needs. Pure.
//!
//! Measured on made-up runs of 500 functions, of 686 kB of JSON each: zstd alone leaves 139 kB of them at level 3
//! and 118 at level 9; this, 56 kB, and level 9 would save 1 % of it. A dictionary has little left to gain, since
//! a run has each of its names once. A table with a row for each function would hold 78 kB more a run, since rows
//! are not compressed, and make 500 writes all over the file.
//!
//! What columns cannot hold stays in the JSON of the head. Whoever packs a run unpacks it at once, and what is
//! not the same stays there as well; so nothing depends on the columns knowing every shape of a run.

mod bytes;
mod excerpt;
mod functions;
mod tree;

use std::cell::RefCell;
use std::io;

use zstd::bulk::Decompressor;

use crate::model::{DocumentError, Function, RunDocument};

pub(super) use excerpt::Wanted;

/// The level of compression: higher ones take longer and gain little.
const LEVEL: i32 = 3;
/// The most bytes that a part may have, so that a damaged length does not take all memory.
const LARGEST: u64 = 1 << 32;

thread_local! {
    /// The decompressor of this thread: to make one takes longer than it needs for the functions of a run.
    static DECOMPRESSOR: RefCell<Option<Decompressor<'static>>> = const { RefCell::new(None) };
}

/// A packed run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Packed {
    /// The document as JSON, without what the columns hold.
    pub(super) head: Vec<u8>,
    /// The functions without their histograms; `None` where they stand in the head.
    pub(super) functions: Option<Vec<u8>>,
    /// The histograms; `None` without functions.
    pub(super) histograms: Option<Vec<u8>>,
    /// The tree; `None` where it stands in the head.
    pub(super) tree: Option<Vec<u8>>,
}

/// The parts of a packed run, as they were read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Parts<'a> {
    pub(super) head: &'a [u8],
    pub(super) functions: Option<&'a [u8]>,
    pub(super) histograms: Option<&'a [u8]>,
    pub(super) tree: Option<&'a [u8]>,
}

impl Packed {
    /// Packs a run.
    ///
    /// # Errors
    /// When there is no memory for it.
    pub(super) fn of(run: &RunDocument) -> io::Result<Self> {
        let histograms = functions::write_histograms(&run.functions);
        let columns = functions::write(&run.functions)
            .filter(|columns| are_same(columns, &histograms, &run.functions));
        let tree = columns.as_ref().and_then(|_| tree::write(&run.tree, &run.functions));
        let is_same = |tree: &Vec<u8>| tree::read(tree, &run.functions).as_ref() == Some(&run.tree);
        let tree = tree.filter(is_same);
        let mut head = run.head();
        if columns.is_none() {
            head.functions.clone_from(&run.functions);
        }
        if tree.is_none() {
            head.tree.clone_from(&run.tree);
        }
        Ok(Self {
            head: compress(&serde_json::to_vec(&head)?)?,
            histograms: columns.as_ref().map(|_| compress(&histograms)).transpose()?,
            functions: columns.as_deref().map(compress).transpose()?,
            tree: tree.as_deref().map(compress).transpose()?,
        })
    }

    /// Packs the text of a document, whatever it is: one that is no run stays that text.
    ///
    /// # Errors
    /// When there is no memory for it.
    pub(super) fn of_text(text: &[u8]) -> io::Result<Self> {
        let run = std::str::from_utf8(text).ok().and_then(|text| RunDocument::from_json(text).ok());
        if let Some(run) = run {
            return Self::of(&run);
        }
        let head = compress(text)?;
        Ok(Self { head, functions: None, histograms: None, tree: None })
    }
}

/// Returns whether the columns are read as these functions.
fn are_same(columns: &[u8], histograms: &[u8], functions: &[Function]) -> bool {
    functions::read(columns).is_some_and(|mut read| {
        functions::read_histograms(histograms, &mut read).is_some() && read == functions
    })
}

impl Parts<'_> {
    /// Returns the run.
    pub(super) fn unpack(self) -> Result<RunDocument, DocumentError> {
        let head = text(self.head)?;
        let mut run = RunDocument::from_json(&head)?;
        if let Some(columns) = self.functions {
            run.functions = functions::read(&decompress(columns)?).ok_or(DocumentError::Damaged)?;
        }
        if let Some(columns) = self.histograms {
            functions::read_histograms(&decompress(columns)?, &mut run.functions)
                .ok_or(DocumentError::Damaged)?;
        }
        if let Some(columns) = self.tree {
            run.tree =
                tree::read(&decompress(columns)?, &run.functions).ok_or(DocumentError::Damaged)?;
        }
        Ok(run)
    }

    /// Returns an [`excerpt`](RunDocument::excerpt) of the run.
    pub(super) fn unpack_excerpt(
        self,
        wanted: &mut Wanted<'_>,
    ) -> Result<RunDocument, DocumentError> {
        let mut run = RunDocument::sample_from_json(&text(self.head)?)?;
        let Some(columns) = self.functions else { return Ok(wanted.of(run)) };
        let columns = decompress(columns)?;
        if let Some(functions) = wanted.read(&columns) {
            return Ok(RunDocument { functions, ..run });
        }
        run.functions = functions::read(&columns).ok_or(DocumentError::Damaged)?;
        Ok(wanted.of(run))
    }

    /// Returns the run as a [`sample`](RunDocument::sample).
    pub(super) fn unpack_sample(self) -> Result<RunDocument, DocumentError> {
        let head = text(self.head)?;
        let mut run = RunDocument::sample_from_json(&head)?;
        if let Some(columns) = self.functions {
            run.functions = functions::read(&decompress(columns)?).ok_or(DocumentError::Damaged)?;
        }
        Ok(run)
    }
}

fn text(head: &[u8]) -> Result<String, DocumentError> {
    String::from_utf8(decompress(head)?).map_err(|_| DocumentError::Damaged)
}

/// Compresses bytes, with a checksum.
fn compress(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut compressor = zstd::bulk::Compressor::new(LEVEL)?;
    compressor.include_checksum(true)?;
    compressor.compress(bytes)
}

fn decompress(bytes: &[u8]) -> Result<Vec<u8>, DocumentError> {
    let length = zstd::zstd_safe::get_frame_content_size(bytes).ok().flatten();
    let length = length.filter(|length| *length <= LARGEST).ok_or(DocumentError::Damaged)?;
    let length = usize::try_from(length).map_err(|_| DocumentError::Damaged)?;
    let decompressed = DECOMPRESSOR.with_borrow_mut(|made| {
        let decompressor = match made {
            Some(decompressor) => decompressor,
            None => made.insert(Decompressor::new()?),
        };
        decompressor.decompress(bytes, length)
    });
    decompressed.map_err(|_| DocumentError::Damaged)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::{TreeNode, samples};
    use crate::stats::number;

    impl Packed {
        fn parts(&self) -> Parts<'_> {
            Parts {
                head: &self.head,
                functions: self.functions.as_deref(),
                histograms: self.histograms.as_deref(),
                tree: self.tree.as_deref(),
            }
        }
    }

    fn whole(run: &RunDocument) -> RunDocument {
        Packed::of(run).unwrap().parts().unpack().unwrap()
    }

    #[test]
    fn what_is_packed_is_in_columns_and_comes_back() {
        let run = samples::typical();
        let packed = Packed::of(&run).unwrap();
        assert!(packed.functions.is_some() && packed.tree.is_some(), "{packed:?}");
        assert_eq!(packed.parts().unpack().unwrap(), run);
        assert_eq!(packed.parts().unpack_sample().unwrap(), run.sample());
        assert_eq!(excerpt(&packed), run.sample().excerpt(|name| name.ends_with('r')));
    }

    fn excerpt(packed: &Packed) -> RunDocument {
        let mut wanted = Wanted::new(&|name| name.ends_with('r'));
        packed.parts().unpack_excerpt(&mut wanted).unwrap()
    }

    #[test]
    fn what_columns_cannot_hold_stays_in_the_head() {
        let mut run = samples::typical();
        run.functions[0].p99_ns = Some(u64::MAX);
        run.functions[0].histogram = vec![(u64::MAX, 1), (3, u64::MAX)];
        let packed = Packed::of(&run).unwrap();
        assert_eq!((&packed.functions, &packed.tree), (&None, &None));
        assert_eq!(whole(&run), run);
        assert_eq!(packed.parts().unpack_sample().unwrap(), run.sample());
        assert_eq!(excerpt(&packed), run.sample().excerpt(|name| name.ends_with('r')));
        let mut run = samples::typical();
        run.tree.push(TreeNode { function: "nobody".to_owned(), ..TreeNode::default() });
        let packed = Packed::of(&run).unwrap();
        assert!(packed.functions.is_some() && packed.tree.is_none());
        assert_eq!(whole(&run), run);
        assert_eq!(whole(&samples::empty()), samples::empty());
    }

    #[test]
    fn a_text_that_is_no_run_fails_as_it_did() {
        for text in ["", "{", "{\"schema\":\"perf-track/run\",\"version\":7}"] {
            let error = RunDocument::from_json(text).unwrap_err().to_string();
            let packed = Packed::of_text(text.as_bytes()).unwrap();
            assert_eq!(packed.parts().unpack().unwrap_err().to_string(), error);
        }
    }

    proptest! {
        #[test]
        fn every_function_comes_back(
            numbers in prop::collection::vec(any::<u64>(), 30), name in ".{0,9}", float: Option<f64>, grown: Option<i64>,
            buckets in prop::collection::vec((any::<u64>(), any::<u64>()), 0..5), calls in 0_u64..9,
        ) {
            let option = |at: usize| numbers[at].is_multiple_of(3).then_some(numbers[at]);
            let function = Function {
                name: name.clone(), file: name.clone(), line: u32::try_from(numbers[0] >> 32).unwrap(), calls,
                total_ns: numbers[1], self_ns: numbers[2], mean_ns: float, stddev_ns: float.map(|it| -it),
                min_ns: option(3), max_ns: option(4), p50_ns: option(5), sampled: numbers[6].is_multiple_of(2),
                overhead_ns: numbers[7], preempted_ns: numbers[8], raw_total_ns: numbers[9], raw_self_ns: numbers[10],
                self_overhead_ns: numbers[11], self_preempted_ns: numbers[12], self_error_ns: numbers[13],
                allocs: option(14), grown_bytes: grown, self_grown_bytes: grown.map(|it| !it), peak_bytes: option(15),
                tags: vec![name], histogram: buckets, ..Function::default()
            };
            let mean = (calls > 0).then(|| number::float(numbers[1]) / number::float(calls));
            let functions = vec![function.clone(), Function { mean_ns: mean, ..function }];
            let run = RunDocument { functions, ..samples::empty() };
            // What is not a number is none in JSON.
            let expected = RunDocument::from_json(&serde_json::to_string(&run).unwrap()).unwrap();
            prop_assert_eq!(whole(&run), expected);
        }

        #[test]
        fn damage_is_told(at: prop::sample::Index, bit in 0..8_u32) {
            let packed = Packed::of(&samples::typical()).unwrap();
            let mut functions = packed.functions.clone().unwrap();
            *at.get_mut(&mut functions) ^= 1_u8 << bit;
            let read = Packed { functions: Some(functions), ..packed }.parts().unpack();
            prop_assert!(read.is_err() || read.is_ok_and(|run| run == samples::typical()));
        }
    }
}
