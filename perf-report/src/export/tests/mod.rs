//! Laws of the formats, the names of the corpus in them, and small ones whole. That real programs read them
//! is tested with these programs, in the end-to-end tests.

pub(super) mod arbitrary;
mod choices;
mod laws;
mod names;
mod shown;
mod trackers;
mod verdicts;

use std::collections::BTreeMap;

use super::{Format, Options, Source};
use crate::model::{RunDocument, samples};

/// Writes a run with the choices of the format.
fn written(format: Format, run: &RunDocument) -> Vec<u8> {
    format.write(&Source::of(run), &Options::default()).unwrap()
}

/// Returns a run with one context of each name, each below the one before it where `nested`.
fn of_names(names: &[String], nested: bool) -> RunDocument {
    let node = |(at, name): (u32, &'_ String)| {
        let parent = if nested { at.checked_sub(1) } else { None };
        (parent, name.clone(), u64::from(at) + 1, 1_000 + u64::from(at))
    };
    let nodes: Vec<_> = (0..).zip(names).map(node).collect();
    let nodes: Vec<samples::Node<'_>> = nodes
        .iter()
        .map(|(parent, name, calls, ns)| (*parent, name.as_str(), *calls, *ns))
        .collect();
    samples::of(&nodes)
}

/// A profile as its readers have it: figures by stack, the root first.
type Stacks = BTreeMap<Vec<String>, u64>;

/// Reads collapsed stacks as their readers do: the last word is the count, the rest the stack.
fn collapsed(bytes: &[u8]) -> Stacks {
    let text = std::str::from_utf8(bytes).unwrap();
    assert!(text.ends_with('\n'), "the last line is whole");
    let mut stacks = Stacks::new();
    for line in text.split_terminator('\n') {
        assert!(!line.starts_with('#') && line.trim() == line, "{line:?}");
        let (stack, count) = line.rsplit_once(' ').unwrap();
        let last = stack.rsplit(' ').next().filter(|_| stack.contains(' '));
        let looks_like_count =
            |word: &str| word.bytes().all(|it| it.is_ascii_digit() || it == b'.');
        assert!(!last.is_some_and(looks_like_count), "two counts: {line:?}");
        let stack = stack.split(';').map(str::to_owned).collect();
        assert_eq!(stacks.insert(stack, count.parse().unwrap()), None, "{line:?} stands once");
    }
    stacks
}

/// Reads the profile of that index from the file of speedscope.
fn speedscope(bytes: &[u8], index: usize) -> (String, Stacks) {
    let file: serde_json::Value = serde_json::from_slice(bytes).unwrap();
    let profile = &file["profiles"][index];
    let (samples, weights) = (&profile["samples"], &profile["weights"]);
    let (samples, weights) = (samples.as_array().unwrap(), weights.as_array().unwrap());
    assert_eq!(samples.len(), weights.len());
    let name = |frame: &serde_json::Value| {
        let frame = usize::try_from(frame.as_u64().unwrap()).unwrap();
        file["shared"]["frames"][frame]["name"].as_str().unwrap().to_owned()
    };
    let mut stacks = Stacks::new();
    for (sample, weight) in samples.iter().zip(weights) {
        let stack = sample.as_array().unwrap().iter().map(name).collect();
        *stacks.entry(stack).or_default() += weight.as_u64().unwrap();
    }
    let sum: u64 = stacks.values().sum();
    assert_eq!(
        (profile["startValue"].as_u64(), profile["endValue"].as_u64()),
        (Some(0), Some(sum))
    );
    (profile["name"].as_str().unwrap().to_owned(), stacks)
}

/// Functions of a callgrind profile: their figures alone, and the calls from them, by name.
#[derive(Debug, Default)]
struct Calls {
    own: BTreeMap<String, Vec<u64>>,
    edges: BTreeMap<(String, String), (u64, Vec<u64>)>,
    totals: Vec<u64>,
}

/// Reads a callgrind profile.
fn callgrind(bytes: &[u8]) -> Calls {
    let text = std::str::from_utf8(bytes).unwrap();
    let (header, body) = text.split_once("\nsummary: ").unwrap();
    assert!(header.contains("\npositions: line\nevents: ns calls errors"), "{header}");
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    let mut known = |text: &str| {
        let (number, name) = text.split_once(')').unwrap();
        if let Some(name) = name.strip_prefix(' ') {
            assert_eq!(names.insert(number.to_owned(), name.to_owned()), None, "{text}");
        }
        names[number].clone()
    };
    let figures =
        |text: &str| -> Vec<u64> { text.split(' ').map(|it| it.parse().unwrap()).collect() };
    let mut read = Calls::default();
    let (mut function, mut callee, mut calls) = (String::new(), String::new(), None);
    for line in body.split('\n').skip(1).filter(|line| !line.is_empty()) {
        match line.split_once('=') {
            Some(("fn", name)) => function = known(name),
            Some(("cfn", name)) => callee = known(name),
            Some(("calls", of)) => calls = Some(figures(of)[0]),
            Some(("fl" | "cfl", _)) => {}
            _ if line.starts_with("totals: ") => read.totals = figures(&line["totals: ".len()..]),
            _ => {
                let all = figures(line)[1..].to_vec();
                let taken = if let Some(calls) = calls.take() {
                    let edge = (function.clone(), callee.clone());
                    read.edges.insert(edge, (calls, all)).is_some()
                } else {
                    read.own.insert(function.clone(), all).is_some()
                };
                assert!(!taken, "twice: {line}");
            }
        }
    }
    read
}
