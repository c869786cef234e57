//! A reader of profiles, for tests of this room.

use std::collections::BTreeMap;
use std::io::Read as _;

use prost::Message as _;

use super::messages::Profile;
use super::*;
use crate::model::samples;

/// A profile with its strings in place.
#[derive(Debug)]
pub(in crate::export) struct Read {
    pub(in crate::export) types: Vec<String>,
    /// Stacks, the root first, and their values.
    pub(in crate::export) samples: Vec<(Vec<String>, Vec<i64>)>,
    /// Names, files and lines.
    pub(in crate::export) functions: Vec<(String, String, i64)>,
    pub(in crate::export) comments: Vec<String>,
    pub(in crate::export) shown_first: String,
    /// Start and duration in nanoseconds.
    pub(in crate::export) times: (i64, i64),
}

impl Read {
    /// Returns the values of the type of that index, by stack; zeros are left out.
    pub(in crate::export) fn stacks(&self, at: usize) -> BTreeMap<Vec<String>, u64> {
        let mut stacks = BTreeMap::new();
        for (stack, values) in self.samples.iter().filter(|(_, values)| values[at] > 0) {
            *stacks.entry(stack.clone()).or_default() += u64::try_from(values[at]).unwrap();
        }
        stacks
    }
}

/// Reads a profile, and asserts that all in it leads somewhere.
pub(in crate::export) fn read(bytes: &[u8]) -> Read {
    let mut plain = Vec::new();
    flate2::read::GzDecoder::new(bytes).read_to_end(&mut plain).unwrap();
    let profile = Profile::decode(plain.as_slice()).unwrap();
    assert_eq!(profile.string_table[0], "");
    let string = |at: i64| profile.string_table[usize::try_from(at).unwrap()].clone();
    let function = |id: u64| {
        let location = profile.location.iter().find(|it| it.id == id).unwrap();
        assert_eq!((location.mapping_id, location.line.len()), (1, 1));
        profile.function.iter().find(|it| it.id == location.line[0].function_id).unwrap()
    };
    let sample = |sample: &Sample| {
        assert_eq!(sample.value.len(), profile.sample_type.len());
        let stack = sample.location_id.iter().rev().map(|id| string(function(*id).name));
        (stack.collect(), sample.value.clone())
    };
    Read {
        types: profile.sample_type.iter().map(|it| string(it.r#type)).collect(),
        samples: profile.sample.iter().map(sample).collect(),
        functions: profile
            .function
            .iter()
            .map(|it| (string(it.name), string(it.filename), it.start_line))
            .collect(),
        comments: profile.comment.iter().map(|at| string(*at)).collect(),
        shown_first: string(profile.default_sample_type),
        times: (profile.time_nanos, profile.duration_nanos),
    }
}

#[test]
fn the_same_run_gives_the_same_bytes_without_a_time() {
    let write = || write(&Source::of(&samples::typical()), &Options::default()).unwrap();
    let bytes = write();
    assert_eq!(bytes, write());
    assert_eq!(bytes[..8], [0x1f, 0x8b, 8, 0, 0, 0, 0, 0], "gzip: no name, no time");
}

#[test]
fn times_that_are_none_are_left_out() {
    assert_eq!(started_ns("2026-11-20T23:45:52Z"), 1_795_218_352_000_000_000);
    assert_eq!(started_ns("yesterday"), 0);
    assert_eq!(signed(u64::MAX), i64::MAX);
}
