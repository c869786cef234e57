//! The functions of a run as columns, without their histograms: a column a field, so that equal things stand
//! together.

use perf_runtime::buckets;
use serde::{Deserialize, Serialize};

use super::bytes::{Places, Reader, Writer};
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

        fn read_numbers(reader: &mut Reader<'_>, functions: &mut [Function]) -> Option<()> {
            $(
                for function in &mut *functions {
                    function.$field = Cell::of(reader.number()?)?;
                }
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
    let count = reader.count()?;
    let strings = reader.strings()?;
    let mut functions = Vec::with_capacity(count);
    functions.resize_with(count, Function::default);
    let texts: [fn(&mut Function) -> &mut String; 3] =
        [|it| &mut it.name, |it| &mut it.module, |it| &mut it.file];
    for text in texts {
        let mut at = 0_u64;
        for function in &mut functions {
            at = at.wrapping_add(unzigzag(reader.number()?));
            strings.get(at)?.clone_into(text(function));
        }
    }
    read_numbers(&mut reader, &mut functions)?;
    for function in &mut functions {
        function.raw_total_ns = raw_total(function).wrapping_add(reader.number()?);
    }
    for function in &mut functions {
        function.raw_self_ns = raw_self(function).wrapping_add(reader.number()?);
    }
    for function in &mut functions {
        function.mean_ns = match read_mean(&mut reader)? {
            Mean::None => None,
            Mean::Quotient => Some(mean(function)?),
            Mean::Other(mean) => Some(mean),
        };
    }
    for function in &mut functions {
        let stored = read_mean(&mut reader)?;
        function.stddev_ns =
            if let Mean::Other(deviation) = stored { Some(deviation) } else { None };
    }
    for function in &mut functions {
        let text = reader.text()?;
        if !text.is_empty() {
            serde_json::from_str::<Rare>(text).ok()?.put_into(function);
        }
    }
    reader.is_at_end().then_some(functions)
}

/// Returns the sum that `raw_total_ns` is in documents of today.
fn raw_total(function: &Function) -> u64 {
    let recording = function.overhead_ns.wrapping_add(function.preempted_ns);
    function.total_ns.wrapping_add(recording)
}

/// Returns the sum that `raw_self_ns` is in documents of today.
fn raw_self(function: &Function) -> u64 {
    let recording = function.self_overhead_ns.wrapping_add(function.self_preempted_ns);
    function.self_ns.wrapping_add(recording)
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
