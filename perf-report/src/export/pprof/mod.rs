//! The profile of `go tool pprof`, compressed: a sample a context, with its figures alone. The same run gives
//! the same bytes.
//!
//! Names go out whole; an empty one is [`UNNAMED`], as pprof shows none. Comments say which run it is, and
//! how exact its figures are.

mod messages;
#[cfg(test)]
pub(super) mod tests;

use std::collections::HashMap;
use std::io::{self, Write as _};

use flate2::{Compression, GzBuilder};
use prost::Message as _;

use super::contexts::{Context, Contexts};
use super::names::UNNAMED;
use super::{Against, Facts, NO_CALL, Options, RECORDS_NOTHING, Source, nothing};
use crate::error::{ExitCode, UserError};
use crate::model::RunDocument;
use crate::render;
use messages::{Function, Line, Location, Mapping, Profile, Sample, ValueType};

pub(super) const FACTS: Facts = Facts {
    word: "pprof",
    about: "Profile, gzip: go tool pprof, speedscope, Perfetto UI, Pyroscope, Grafana",
    against: Against::Nothing(
        "write both runs, and show the difference with `go tool pprof -diff_base OLD NEW`",
    ),
    choices: &[],
    is_binary: true,
};

/// The only mapping.
const PROGRAM: u64 = 1;

/// Writes the profile.
///
/// # Errors
/// Where no tracked function was called.
pub(super) fn write(source: &Source<'_>, _: &Options) -> Result<Vec<u8>, UserError> {
    let contexts = Contexts::of(source.run);
    if contexts.sum().is_zero() {
        return Err(nothing(source.run, NO_CALL, RECORDS_NOTHING));
    }
    compressed(&profile(source.run, &contexts).encode_to_vec()).map_err(|error| {
        UserError::new(ExitCode::Internal, "the profile cannot be compressed").because(error)
    })
}

/// Compresses without a time or a name, so that equal profiles are equal files.
fn compressed(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzBuilder::new().mtime(0).write(Vec::new(), Compression::default());
    encoder.write_all(bytes)?;
    encoder.finish()
}

fn profile(run: &RunDocument, contexts: &Contexts<'_>) -> Profile {
    let mut strings = Strings::new();
    let has_memory = contexts.has_memory;
    let sample_type = value_types(has_memory, &mut strings);
    let comments = [vec![render::command_line(run)], render::notes(run)].concat();
    let comment = comments.iter().map(|comment| strings.index(comment)).collect();
    let program = run.process.processes.first().map(|it| &it.program);
    let program = program.or(run.run.as_run().first()).map_or("", String::as_str);
    Profile {
        sample: samples(contexts),
        mapping: vec![Mapping {
            id: PROGRAM,
            filename: strings.index(program),
            has_functions: true,
            has_filenames: true,
            has_line_numbers: true,
        }],
        location: locations(contexts),
        function: functions(contexts, &mut strings),
        time_nanos: started_ns(&run.run.time),
        duration_nanos: signed(run.process.own_usage().wall_ns.unwrap_or(0)),
        comment,
        // The last type, too: older viewers take that.
        default_sample_type: sample_type.last().map_or(0, |it| it.r#type),
        sample_type,
        string_table: strings.table,
    }
}

fn value_types(has_memory: bool, strings: &mut Strings) -> Vec<ValueType> {
    let memory = [("alloc_objects", "count"), ("alloc_space", "bytes")];
    let types = [("calls", "count"), ("errors", "count")]
        .into_iter()
        .chain(memory.into_iter().filter(|_| has_memory))
        .chain([("wall", "nanoseconds")]);
    types
        .map(|(name, unit)| ValueType { r#type: strings.index(name), unit: strings.index(unit) })
        .collect()
}

/// Returns a sample for each context with any figure.
fn samples(contexts: &Contexts<'_>) -> Vec<Sample> {
    let with_any = contexts.nodes.iter().enumerate().filter(|(_, node)| !node.own.is_zero());
    let sample = |(at, node): (usize, &Context)| Sample {
        location_id: contexts.upwards(at).map(|node| id(node.function)).collect(),
        value: values(node, contexts.has_memory),
    };
    with_any.map(sample).collect()
}

/// Returns the figures in the order of [`value_types`].
fn values(node: &Context, has_memory: bool) -> Vec<i64> {
    let own = node.own;
    let memory = [own.allocs, own.bytes].into_iter().filter(|_| has_memory);
    [own.calls, own.errors].into_iter().chain(memory).chain([own.ns]).map(signed).collect()
}

/// Returns the places of the functions: one a function, where it is declared.
fn locations(contexts: &Contexts<'_>) -> Vec<Location> {
    let places = contexts.functions.iter().enumerate();
    places
        .map(|(at, place)| Location {
            id: id(at),
            mapping_id: PROGRAM,
            line: vec![Line { function_id: id(at), line: place.line.into() }],
        })
        .collect()
}

fn functions(contexts: &Contexts<'_>, strings: &mut Strings) -> Vec<Function> {
    let places = contexts.functions.iter().enumerate();
    places
        .map(|(at, place)| Function {
            id: id(at),
            name: strings.index(if place.name.is_empty() { UNNAMED } else { place.name }),
            filename: strings.index(place.file),
            start_line: place.line.into(),
        })
        .collect()
}

/// Returns the id of the function or location of that index; 0 is none.
fn id(index: usize) -> u64 {
    index as u64 + 1
}

fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// Returns a time in RFC 3339 as nanoseconds since 1970; 0 where it is none.
fn started_ns(time: &str) -> i64 {
    let time = time.parse::<jiff::Timestamp>().ok();
    time.and_then(|time| i64::try_from(time.as_nanosecond()).ok()).unwrap_or(0)
}

/// The table of strings, each of which is in it once.
struct Strings {
    table: Vec<String>,
    known: HashMap<String, i64>,
}

impl Strings {
    fn new() -> Self {
        Self { table: vec![String::new()], known: HashMap::from([(String::new(), 0)]) }
    }

    fn index(&mut self, text: &str) -> i64 {
        if let Some(&index) = self.known.get(text) {
            return index;
        }
        let index = signed(self.table.len() as u64);
        self.table.push(text.to_owned());
        self.known.insert(text.to_owned(), index);
        index
    }
}
