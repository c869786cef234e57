//! The functions of a run as columns, without their histograms: a column a field, so that equal things stand
//! together.

use perf_runtime::buckets;
use serde::{Deserialize, Serialize};

use super::bytes::{Places, Reader, Strings, Writer};
use super::excerpt::Summed;
use crate::model::{
    Benchmark, Budget, Failures, Function, FunctionKind, Futures, Histogram, Identity,
};
use crate::stats::number::{Cell, float, unzigzag, zigzag};

/// The fields of a function that few have.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct Rare {
    #[serde(skip_serializing_if = "Option::is_none")]
    identity: Option<Box<Identity>>,
    #[serde(skip_serializing_if = "FunctionKind::is_function")]
    kind: FunctionKind,
    #[serde(skip_serializing_if = "Option::is_none")]
    failures: Option<Box<Failures>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    futures: Option<Futures>,
    #[serde(skip_serializing_if = "Option::is_none")]
    benchmark: Option<Box<Benchmark>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<String>,
    #[serde(skip_serializing_if = "Budget::is_empty")]
    budget: Budget,
}

/// Declares the columns of whole numbers.
macro_rules! numbers {
    ($($field:ident)*) => {
        fn write_numbers(writer: &mut Writer, functions: &[Function]) {
            $(
                for function in functions {
                    writer.number(function.$field.number());
                }
            )*
        }

        fn read_numbers(columns: &mut Columns<'_, '_>) -> Option<()> {
            $(
                columns.summed.note(stringify!($field), columns.reader);
                columns.numbers(|function, number| {
                    function.$field = Cell::of(number)?;
                    Some(())
                })?;
            )*
            Some(())
        }

        /// Names every field, so that whoever adds one decides where it is kept.
        fn rare_of(function: &Function) -> Rare {
            let Function {
                name: _, module: _, file: _, histogram: _, mean_ns: _, stddev_ns: _, raw_total_ns: _, raw_self_ns: _,
                identity, kind, failures, futures, benchmark, tags, budget,
                $($field: _,)*
            } = function;
            Rare {
                identity: identity.clone(),
                kind: *kind,
                failures: failures.clone(),
                futures: futures.clone(),
                benchmark: benchmark.clone(),
                tags: tags.clone(),
                budget: budget.clone(),
            }
        }
    };
}

numbers! {
    line calls errors panics cancelled unfinished total_ns self_ns min_ns max_ns p50_ns p90_ns p95_ns p99_ns
    sampled self_estimated untimed_calls unmeasured_calls lost_durations overhead_ns self_overhead_ns
    preempted_ns self_preempted_ns self_error_ns resolution_ns active_ns sampled_ns counted_ns
    largest_interval classifies_errors allocs alloc_bytes grown_bytes peak_bytes self_allocs
    self_alloc_bytes self_grown_bytes self_peak_bytes
}

/// Writes functions, but for their histograms.
pub(super) fn write(functions: &[Function]) -> Option<Vec<u8>> {
    let mut places = Places::default();
    let mut columns: [Vec<u64>; 3] = Default::default();
    let texts: [fn(&Function) -> &str; 3] = [|it| &it.name, |it| &it.module, |it| &it.file];
    for (column, text) in columns.iter_mut().zip(texts) {
        column.extend(functions.iter().map(|function| places.of(text(function))));
    }
    let mut writer = Writer::default();
    writer.number(functions.len() as u64);
    writer.strings(&places.strings);
    for column in &columns {
        // Most are one further than the one before, or the same.
        let mut before = 0;
        for place in column {
            writer.number(zigzag(place.wrapping_sub(before)));
            before = *place;
        }
    }
    write_numbers(&mut writer, functions);
    // What is a sum of others nearly always takes no space.
    for function in functions {
        writer.number(function.raw_total_ns.wrapping_sub(raw_total(function)));
    }
    for function in functions {
        writer.number(function.raw_self_ns.wrapping_sub(raw_self(function)));
    }
    for function in functions {
        write_mean(&mut writer, function.mean_ns, mean(function));
    }
    for function in functions {
        write_mean(&mut writer, function.stddev_ns, None);
    }
    for function in functions {
        let rare = rare_of(function);
        let is_plain = rare == Rare::default();
        writer.text(&if is_plain { String::new() } else { serde_json::to_string(&rare).ok()? });
    }
    Some(writer.bytes)
}

/// Reads functions that [`write`] wrote.
pub(super) fn read(bytes: &[u8]) -> Option<Vec<Function>> {
    let mut reader = Reader::new(bytes);
    let names = Names::read(&mut reader)?;
    // They are large: made where they stand, none is moved.
    let mut functions = Vec::with_capacity(names.count);
    functions.resize_with(names.count, Function::default);
    for (at, function) in functions.iter_mut().enumerate() {
        names.put(at, function)?;
    }
    let places = Taken::All;
    Columns { reader, places, functions: &mut functions, summed: Summed::default() }.read()?;
    Some(functions)
}

/// The names of functions, their modules and their files.
pub(super) struct Names {
    /// The number of functions.
    pub(super) count: usize,
    strings: Strings,
    /// The places of all three among the strings.
    places: [Vec<u64>; 3],
}

impl Names {
    /// Reads the names, which stand before all else.
    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let count = reader.count()?;
        let strings = reader.strings()?;
        let mut places: [Vec<u64>; 3] = Default::default();
        for places in &mut places {
            let mut at = 0_u64;
            places.reserve(count);
            for _ in 0..count {
                at = at.wrapping_add(unzigzag(reader.number()?));
                places.push(at);
            }
        }
        Some(Self { count, strings, places })
    }

    /// Returns the name of the function at this place.
    pub(super) fn name(&self, at: usize) -> Option<&str> {
        self.strings.get(*self.places[0].get(at)?)
    }

    /// Gives a function the names of that at this place.
    pub(super) fn put(&self, at: usize, function: &mut Function) -> Option<()> {
        let texts = [&mut function.name, &mut function.module, &mut function.file];
        texts.into_iter().zip(&self.places).try_for_each(|(text, places)| {
            self.strings.get(*places.get(at)?)?.clone_into(text);
            Some(())
        })
    }
}

/// The functions that are read.
#[derive(Debug, Clone, Copy)]
pub(super) enum Taken<'a> {
    /// All of them.
    All,
    /// Those at some places of so many, in their order. None of the others may be anything but a plain function, or
    /// nothing is read.
    These(&'a [usize], usize),
}

/// The columns behind the names.
pub(super) struct Columns<'a, 'f> {
    pub(super) reader: Reader<'a>,
    pub(super) places: Taken<'f>,
    /// The functions at these places.
    pub(super) functions: &'f mut [Function],
    /// The columns of which the others may be added up.
    pub(super) summed: Summed<'a>,
}

impl<'a> Columns<'a, '_> {
    /// Reads the columns into the functions; returns those that may be added up.
    pub(super) fn read(mut self) -> Option<Summed<'a>> {
        read_numbers(&mut self)?;
        self.numbers(|function, number| {
            function.raw_total_ns = raw_total(function).wrapping_add(number);
            Some(())
        })?;
        self.summed.note("raw_self_ns", self.reader);
        self.numbers(|function, number| {
            function.raw_self_ns = raw_self(function).wrapping_add(number);
            Some(())
        })?;
        self.each(skip_means, |reader, function| {
            function.mean_ns = match read_mean(reader)? {
                Mean::None => None,
                Mean::Quotient => Some(mean(function)?),
                Mean::Other(mean) => Some(mean),
            };
            Some(())
        })?;
        self.each(skip_means, |reader, function| {
            let stored = read_mean(reader)?;
            function.stddev_ns =
                if let Mean::Other(deviation) = stored { Some(deviation) } else { None };
            Some(())
        })?;
        self.each(skip_rare, |reader, function| {
            let text = reader.text()?;
            if !text.is_empty() {
                serde_json::from_str::<Rare>(text).ok()?.put_into(function);
            }
            Some(())
        })?;
        self.reader.is_at_end().then_some(self.summed)
    }

    /// Reads a column of whole numbers.
    fn numbers(&mut self, mut set: impl FnMut(&mut Function, u64) -> Option<()>) -> Option<()> {
        self.each(Reader::skip, |reader, function| set(function, reader.number()?))
    }

    /// Reads a column, and passes over what is not taken.
    fn each(
        &mut self,
        skip: impl Fn(&mut Reader<'a>, usize) -> Option<()>,
        mut set: impl FnMut(&mut Reader<'a>, &mut Function) -> Option<()>,
    ) -> Option<()> {
        let Taken::These(places, count) = self.places else {
            return self.functions.iter_mut().try_for_each(|it| set(&mut self.reader, it));
        };
        let mut next = 0;
        for (place, function) in places.iter().zip(&mut *self.functions) {
            skip(&mut self.reader, place.checked_sub(next)?)?;
            set(&mut self.reader, function)?;
            next = place + 1;
        }
        skip(&mut self.reader, count.checked_sub(next)?)
    }
}

fn skip_means(reader: &mut Reader<'_>, count: usize) -> Option<()> {
    (0..count).try_for_each(|_| read_mean(reader).map(drop))
}

/// Passes over fields that few have, as long as they are those of plain functions: of any other these come first.
fn skip_rare(reader: &mut Reader<'_>, count: usize) -> Option<()> {
    const OTHERS: [&str; 2] = ["{\"identity\"", "{\"kind\""];
    (0..count).try_for_each(|_| {
        let text = reader.text()?;
        (!OTHERS.iter().any(|other| text.starts_with(other))).then_some(())
    })
}

/// Returns the sum that `raw_total_ns` is in documents of today.
fn raw_total(function: &Function) -> u64 {
    with_recording(function.total_ns, function.overhead_ns, function.preempted_ns)
}

/// Adds to a time what recording took and what threads waited.
pub(super) fn with_recording(ns: u64, overhead_ns: u64, preempted_ns: u64) -> u64 {
    ns.wrapping_add(overhead_ns.wrapping_add(preempted_ns))
}

/// Returns the sum that `raw_self_ns` is in documents of today.
fn raw_self(function: &Function) -> u64 {
    with_recording(function.self_ns, function.self_overhead_ns, function.self_preempted_ns)
}

/// Returns the quotient that `mean_ns` is where nothing was estimated.
fn mean(function: &Function) -> Option<f64> {
    (function.calls > 0).then(|| float(function.total_ns) / float(function.calls))
}

/// A mean as it is written.
enum Mean {
    None,
    Quotient,
    Other(f64),
}

fn write_mean(writer: &mut Writer, mean: Option<f64>, quotient: Option<f64>) {
    match mean {
        None => writer.number(0),
        Some(mean) if quotient.map(f64::to_bits) == Some(mean.to_bits()) => writer.number(1),
        Some(mean) => {
            writer.number(2);
            writer.float(mean);
        }
    }
}

fn read_mean(reader: &mut Reader<'_>) -> Option<Mean> {
    Some(match reader.number()? {
        0 => Mean::None,
        1 => Mean::Quotient,
        2 => Mean::Other(reader.float()?),
        _ => return None,
    })
}

impl Rare {
    fn put_into(self, function: &mut Function) {
        let Self { identity, kind, failures, futures, benchmark, tags, budget } = self;
        function.identity = identity;
        function.kind = kind;
        function.failures = failures;
        function.futures = futures;
        function.benchmark = benchmark;
        function.tags = tags;
        function.budget = budget;
    }
}

/// Writes the histograms of functions: the number of buckets of each, then all of their bounds, then all counts.
pub(super) fn write_histograms(functions: &[Function]) -> Vec<u8> {
    let mut writer = Writer::default();
    let all = || functions.iter().map(|function| &function.histogram);
    let is_ours = |&(bound, _): &(u64, u64)| buckets::lower_bound(buckets::of(bound)) == bound;
    // Bounds of the scale of the recorder are written as the numbers of their buckets.
    let are_ours = all().flatten().all(is_ours);
    writer.number(u64::from(are_ours));
    all().for_each(|histogram| writer.number(histogram.len() as u64));
    for histogram in all() {
        let mut before = 0;
        for (bound, _) in histogram {
            let place = if are_ours { u64::from(buckets::of(*bound)) } else { *bound };
            writer.number(place.wrapping_sub(before));
            before = place;
        }
    }
    all().flatten().for_each(|(_, count)| writer.number(*count));
    writer.bytes
}

/// Reads the histograms of these functions into them.
pub(super) fn read_histograms(bytes: &[u8], functions: &mut [Function]) -> Option<()> {
    let mut reader = Reader::new(bytes);
    let are_ours = bool::of(reader.number()?)?;
    for function in &mut *functions {
        let count = reader.count()?;
        function.histogram = Histogram::with_capacity(count);
        function.histogram.resize(count, (0, 0));
    }
    for function in &mut *functions {
        let mut place = 0_u64;
        for (bound, _) in &mut function.histogram {
            place = place.wrapping_add(reader.number()?);
            *bound = place;
            if are_ours {
                *bound = buckets::lower_bound(u32::try_from(place).ok()?);
            }
        }
    }
    for (_, count) in functions.iter_mut().flat_map(|function| &mut function.histogram) {
        *count = reader.number()?;
    }
    reader.is_at_end().then_some(())
}
