//! The functions of a run that a format holds, those with most self time first, and names that stand for
//! one thing only.

use std::cmp::Reverse;
use std::collections::HashSet;
use std::fmt::Write as _;

use super::Options;
use crate::model::{Extent, Function, Metric, RunDocument, value_of_command};
use crate::text::sanitize;

/// The functions of a run, parted by what a format holds of them.
#[derive(Debug)]
pub(super) struct Ranked<'a> {
    /// The functions that are written, most self time first.
    pub(super) shown: Vec<&'a Function>,
    /// Called functions beyond the limit.
    pub(super) beyond: Vec<&'a Function>,
    /// Number of functions that were never called and are not written.
    pub(super) never_called: u64,
}

impl<'a> Ranked<'a> {
    /// Parts the functions of `run`: at most [`Options::top`] are shown, else `usual`; with
    /// [`Options::all`] every function is, those that were never called among them.
    pub(super) fn new(run: &'a RunDocument, options: &Options, usual: usize) -> Self {
        let was_called = |it: &&Function| it.calls > 0 || it.unfinished > 0 || it.self_ns > 0;
        let (mut called, mut idle): (Vec<_>, Vec<_>) = run.functions.iter().partition(was_called);
        called.sort_by(|a, b| (Reverse(a.self_ns), &a.name).cmp(&(Reverse(b.self_ns), &b.name)));
        let most = match (options.top, options.all) {
            (Some(top), _) => top,
            (None, true) => usize::MAX,
            (None, false) => usual,
        };
        let beyond = called.split_off(most.min(called.len()));
        if options.all && beyond.is_empty() {
            called.append(&mut idle);
        }
        Self { shown: called, beyond, never_called: idle.len() as u64 }
    }
}

/// Returns the crate of a function: the first part of its module, else of its name.
pub(super) fn crate_of(function: &Function) -> &str {
    let path = if function.module.is_empty() { &function.name } else { &function.module };
    match path.split_once("::") {
        Some((first, _)) => first,
        None if function.module.is_empty() => "",
        None => path,
    }
}

/// Returns the time of the command on the wall, in nanoseconds, where it recorded anything: another command
/// is none of the program that is tracked.
pub(super) fn wall_ns(run: &RunDocument) -> Option<f64> {
    let extent = Extent::of([run]);
    value_of_command(&run.process, extent, Metric::WallNs).filter(|_| run.process.count > 0)
}

/// The names that were given out, so that no two things have one.
#[derive(Debug, Default)]
pub(super) struct Taken(HashSet<String>);

impl Taken {
    /// Returns `name`, with a number behind it where another thing has it: `parse`, `parse #2`.
    pub(super) fn unique(&mut self, name: &str) -> String {
        let mut unique = name.to_owned();
        let mut number = 1_u64;
        while !self.0.insert(unique.clone()) {
            number += 1;
            name.clone_into(&mut unique);
            // Writing to a String cannot fail.
            let _ = write!(unique, " #{number}");
        }
        unique
    }
}

/// Returns a name in visible characters, of at most `most` of them; one that is longer ends in a hash of the
/// whole, so that others with the same beginning keep a name of their own.
pub(super) fn visible(name: &str, most: usize) -> String {
    let safe = sanitize::screen(name);
    if safe.trim().is_empty() {
        return "(no name)".to_owned();
    }
    if safe.chars().count() <= most {
        return safe.into_owned();
    }
    let hash = format!("…{:016x}", fingerprint(&[name]) >> 64);
    let kept = most.saturating_sub(hash.chars().count());
    safe.chars().take(kept).collect::<String>() + &hash
}

/// Returns a hash of `parts` that is the same in every version of this program: FNV-1a of 128 bits.
pub(super) fn fingerprint(parts: &[&str]) -> u128 {
    const BASIS: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    // No text holds the byte between the parts, so that parts cannot be shifted into each other.
    let bytes = parts.iter().flat_map(|part| part.bytes().chain([0xff]));
    bytes.fold(BASIS, |hash, byte| (hash ^ u128::from(byte)).wrapping_mul(PRIME))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::samples;

    fn names<'a>(functions: &[&'a Function]) -> Vec<&'a str> {
        functions.iter().map(|it| it.name.rsplit("::").next().unwrap_or_default()).collect()
    }

    #[test]
    fn the_heaviest_come_first_and_the_rest_is_counted() {
        let run = samples::typical();
        let of = |options: &Options| {
            let Ranked { shown, beyond, never_called } = Ranked::new(&run, options, 4);
            (names(&shown).join(" "), beyond.len(), never_called)
        };
        let usual = ("tokenize visit parse_file collect_files".to_owned(), 5, 2);
        assert_eq!(of(&Options::default()), usual);
        let top = Options { top: Some(1), ..Options::default() };
        assert_eq!(of(&top), ("tokenize".to_owned(), 8, 2));
        let all = of(&Options { all: true, ..Options::default() });
        assert_eq!((all.1, all.2), (0, 0));
        assert!(all.0.ends_with("evict render"), "{}", all.0);
    }

    #[test]
    fn a_crate_is_the_first_part_of_the_module() {
        let function = |name: &str, module: &str| Function {
            name: name.to_owned(),
            module: module.to_owned(),
            ..Function::default()
        };
        assert_eq!(crate_of(&function("a label", "demo::m")), "demo");
        assert_eq!(crate_of(&function("a label", "demo")), "demo");
        assert_eq!(crate_of(&function("demo::f", "")), "demo");
        assert_eq!(crate_of(&function("a label", "")), "");
    }

    #[test]
    fn a_name_stands_for_one_thing() {
        let mut taken = Taken::default();
        let given = ["a", "a", "a #2", "a"].map(|name| taken.unique(name));
        assert_eq!(given, ["a", "a #2", "a #2 #2", "a #3"]);
        let (one, other) = ("x".repeat(90) + "1", "x".repeat(90) + "2");
        assert_ne!(visible(&one, 60), visible(&other, 60));
        assert_eq!(visible(&one, 60).chars().count(), 60);
        assert_eq!(visible("\u{200b}\n", 60), r"\u{200b}\n");
        assert_eq!(visible("", 60), "(no name)");
    }

    #[test]
    fn a_fingerprint_stays_what_it_is() {
        assert_eq!(format!("{:032x}", fingerprint(&[])), "6c62272e07bb014262b821756295c58d");
        assert_ne!(fingerprint(&["ab", "c"]), fingerprint(&["a", "bc"]));
        insta::assert_snapshot!(format!("{:032x}", fingerprint(&["demo::f", "self"])), @"9865cc4a8d069ae340c8c847f4ca26c4");
    }
}
