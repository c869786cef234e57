//! The reading of some functions of a run, and of the sums of all others: of a long history that takes a tenth of the
//! time that all functions take, and next to no memory.

use super::bytes::Reader;
use super::functions::{Columns, Names, Taken, with_recording};
use crate::model::{Function, RunDocument, is_in_excerpt};
use crate::project::store::engine::IsWanted;

/// The functions that are read one by one, of each of many runs.
pub(in crate::project::store) struct Wanted<'a> {
    is_wanted: &'a IsWanted<'a>,
    /// Those of the last run: mostly they are those of the next one, too.
    last: Option<Found>,
}

/// The functions of a run that are wanted.
struct Found {
    /// The bytes that name all functions of the run.
    names: Vec<u8>,
    /// Number of all functions.
    count: usize,
    /// Places of those that are wanted.
    places: Vec<usize>,
    /// The functions at these places, of which nothing is known but their names.
    functions: Vec<Function>,
}

impl<'a> Wanted<'a> {
    pub(in crate::project::store) fn new(is_wanted: &'a IsWanted<'a>) -> Self {
        Self { is_wanted, last: None }
    }

    /// Returns the excerpt of a sample.
    pub(in crate::project::store) fn of(&self, sample: RunDocument) -> RunDocument {
        sample.excerpt(self.is_wanted)
    }

    /// Reads an [excerpt](RunDocument::excerpt) of functions that [`write`](super::functions::write) wrote. `None`
    /// also where one of the others is no plain function: then all have to be read.
    pub(super) fn read(&mut self, bytes: &[u8]) -> Option<Vec<Function>> {
        let mut reader = Reader::new(bytes);
        let known = self.last.take().filter(|last| reader.pass(&last.names));
        let found = match known {
            Some(known) => known,
            None => Found::read(&mut reader, self.is_wanted)?,
        };
        let found = self.last.insert(found);
        let mut functions = found.functions.clone();
        let columns = Columns {
            reader,
            places: Taken::These(&found.places, found.count),
            functions: &mut functions,
            summed: Summed::default(),
        };
        let summed = columns.read()?;
        if found.places.len() < found.count {
            functions.push(summed.rest(found)?);
        }
        Some(functions)
    }
}

impl Found {
    fn read(reader: &mut Reader<'_>, is_wanted: &IsWanted<'_>) -> Option<Self> {
        let start = *reader;
        let names = Names::read(reader)?;
        let mut places = Vec::new();
        for at in 0..names.count {
            let name = names.name(at)?;
            if is_wanted(name) || is_in_excerpt(name) {
                places.push(at);
            }
        }
        let mut functions = vec![Function::default(); places.len()];
        for (at, function) in places.iter().zip(&mut functions) {
            names.put(*at, function)?;
        }
        Some(Self { names: reader.since(&start).to_vec(), count: names.count, places, functions })
    }
}

/// Columns that are added up, each where it begins.
#[derive(Debug, Default)]
pub(super) struct Summed<'a> {
    own: Option<Reader<'a>>,
    overhead: Option<Reader<'a>>,
    waited: Option<Reader<'a>>,
    /// The differences of `raw_self_ns` from the sum of the others.
    raw: Option<Reader<'a>>,
}

impl<'a> Summed<'a> {
    /// Notes where the column of a field begins, if it is one of them.
    pub(super) fn note(&mut self, field: &str, start: Reader<'a>) {
        match field {
            "self_ns" => self.own = Some(start),
            "self_overhead_ns" => self.overhead = Some(start),
            "self_preempted_ns" => self.waited = Some(start),
            "raw_self_ns" => self.raw = Some(start),
            _ => {}
        }
    }

    /// Adds up the functions that are not wanted.
    fn rest(self, found: &Found) -> Option<Function> {
        let (mut own, mut overhead) = (self.own?, self.overhead?);
        let (mut waited, mut raw) = (self.waited?, self.raw?);
        let mut places = found.places.iter().peekable();
        let mut rest = Function::default();
        for at in 0..found.count {
            let (own, waited) = (own.number()?, waited.number()?);
            let whole = with_recording(own, overhead.number()?, waited).wrapping_add(raw.number()?);
            if places.next_if_eq(&&at).is_none() {
                rest.add_own(own, waited, whole);
            }
        }
        Some(rest)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::functions::write;
    use super::*;
    use crate::model::{FunctionKind, Identity, samples};

    /// Reads the excerpts of runs in a row, and what they should be.
    fn read(runs: &[RunDocument], is_wanted: &IsWanted<'_>) -> [Vec<Option<Vec<Function>>>; 2] {
        let mut wanted = Wanted::new(is_wanted);
        let read = runs.iter().map(|run| wanted.read(&write(&run.functions).unwrap())).collect();
        let expected = runs.iter().map(|run| Some(run.sample().excerpt(is_wanted).functions));
        [read, expected.collect()]
    }

    #[test]
    fn the_same_names_are_read_once_and_other_names_again() {
        let all = [samples::typical(), samples::typical(), samples::changed(), samples::sampled()];
        let asked = std::sync::atomic::AtomicUsize::new(0);
        let is_wanted = |name: &str| {
            asked.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            name.ends_with("tokenize")
        };
        let mut wanted = Wanted::new(&is_wanted);
        let mut questions = Vec::new();
        for run in &all {
            wanted.read(&write(&run.functions).unwrap()).unwrap();
            questions.push(asked.load(std::sync::atomic::Ordering::Relaxed));
        }
        assert!(questions[0] == all[0].functions.len() && questions[1] == questions[0]);
        assert!(questions[2] > questions[1], "{questions:?}");
    }

    #[test]
    fn what_is_no_plain_function_is_not_left_out_unseen() {
        let mut benchmark = samples::typical();
        benchmark.functions[1].kind = FunctionKind::Benchmark;
        let mut named = samples::typical();
        named.functions[1].identity = Some(Box::new(Identity::default()));
        let [read, _] = read(&[benchmark.clone(), named], &|name| name == "nobody");
        assert_eq!(read, [None, None]);
        let excerpt = benchmark.excerpt(|name| name == "nobody");
        assert_eq!(excerpt.functions.len(), 2, "{excerpt:?}");
    }

    proptest! {
        #[test]
        fn an_excerpt_is_that_of_the_sample(
            wanted in prop::collection::vec(any::<bool>(), 20), waited: u32, raw: u64, tags: bool, run in 0..4_usize,
        ) {
            let of = [samples::typical(), samples::changed(), samples::sampled(), samples::hostile()];
            let mut run = of[run].clone();
            for function in &mut run.functions {
                function.self_preempted_ns = u64::from(waited);
                function.raw_self_ns = raw;
                if tags {
                    function.tags = vec!["kind".to_owned(), "identity".to_owned()];
                }
            }
            let names: Vec<&str> = run.functions.iter().map(|it| it.name.as_str()).collect();
            let is_wanted = |name: &str| names.iter().zip(&wanted).any(|(it, wanted)| *it == name && *wanted);
            let [read, expected] = read(&[run.clone(), run.clone()], &is_wanted);
            prop_assert_eq!(read, expected);
        }
    }
}
