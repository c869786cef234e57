//! Each name of the corpus comes back from each format as itself, or as what the format says stands for it.

use std::collections::BTreeSet;

use super::{callgrind, collapsed, of_names, speedscope, written};
use crate::export::names::UNNAMED;
use crate::export::{Format, corpus, pprof};

/// Returns the names as formats have them that hold any text but none.
fn whole(names: &[String]) -> Vec<String> {
    let whole = names.iter();
    whole.map(|it| if it.is_empty() { UNNAMED.to_owned() } else { it.clone() }).collect()
}

#[test]
fn the_corpus_holds_each_name_once() {
    let names = corpus::names();
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
    for mark in (' '..='~').filter(char::is_ascii_punctuation) {
        assert!(names.contains(&mark.to_string()), "{mark}");
    }
}

#[test]
fn pprof_and_speedscope_hold_names_whole() {
    let names = corpus::names();
    for nested in [false, true] {
        let run = of_names(&names, nested);
        let profile = pprof::tests::read(&written(Format::Pprof, &run));
        let (_, stacks) = speedscope(&written(Format::Speedscope, &run), 0);
        assert_eq!(profile.stacks(2), stacks);
        let longest = stacks.keys().max_by_key(|stack| stack.len()).unwrap();
        let leaves: BTreeSet<_> = stacks.keys().map(|stack| stack.last().unwrap()).collect();
        assert_eq!(leaves.len(), names.len());
        assert_eq!(leaves, whole(&names).iter().collect::<BTreeSet<_>>());
        if nested {
            assert_eq!(longest, &whole(&names));
        }
    }
}

#[test]
fn collapsed_frames_stand_for_their_names() {
    let names = corpus::names();
    let stacks = collapsed(&written(Format::Collapsed, &of_names(&names, true)));
    let longest = stacks.keys().max_by_key(|stack| stack.len()).unwrap();
    assert_eq!(longest.len(), names.len(), "no name is two frames, none is gone");
    let mut changed = Vec::new();
    for (name, frame) in names.iter().zip(longest) {
        if name != frame {
            changed.push(format!("{name:?} → {frame:?}"));
        }
        assert!(!frame.is_empty() && !frame.contains(char::is_control), "{name:?}");
    }
    insta::assert_snapshot!(changed.join("\n"));
}

/// Returns the names that share their frame with another one.
fn merged(names: &[String], frames: &[String]) -> Vec<String> {
    let pairs = names.iter().zip(frames);
    let shares = |frame: &String| frames.iter().filter(|other| *other == frame).count() > 1;
    pairs.filter(|(_, frame)| shares(frame)).map(|(name, _)| name.clone()).collect()
}

#[test]
fn few_names_share_a_frame() {
    let names = corpus::names();
    let stacks = collapsed(&written(Format::Collapsed, &of_names(&names, true)));
    let frames = stacks.keys().max_by_key(|stack| stack.len()).unwrap();
    let expected =
        [":", ":before", "in:side", "after:", ";", ";before", "in;side", "after;", "a;b", "a:b"];
    let mut found = merged(&names, frames);
    found.sort();
    let mut expected: Vec<String> = expected.map(str::to_owned).to_vec();
    expected.sort();
    assert_eq!(found, expected);
}

#[test]
fn callgrind_has_a_function_a_name() {
    let names = corpus::names();
    for nested in [false, true] {
        let read = callgrind(&written(Format::Callgrind, &of_names(&names, nested)));
        assert_eq!(read.own.len(), names.len());
        assert!(read.own.keys().all(|name| !name.is_empty() && !name.contains(char::is_control)));
        assert_eq!(read.edges.len(), if nested { names.len() - 1 } else { 0 });
        for name in ["<[u8; 4] as T>::f", "stage 1", "# comment", "(1)", "fn=(1) x", UNNAMED] {
            assert!(read.own.contains_key(name), "{name}");
        }
    }
}
