//! Collapsed stacks: a line `root;frame;leaf COUNT` for each context, as inferno, speedscope, Perfetto UI and
//! others read them, sorted by the bytes of the stacks. With a baseline each line has two counts, that of the
//! baseline first, as `inferno-diff-folded` writes them.
//!
//! Frames are names on one line ([`one_line`]); `;` in them is written `:`, `#` at their beginning `＃`, since
//! such a line is a comment, and the space before a last word that is a number `_`, since that would be a
//! second count. Frames that come out the same are one frame. There is no place for remarks.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::contexts::{Contexts, Figures};
use super::names::one_line;
use super::{Against, Choice, Facts, NO_CALL, Options, RECORDS_NOTHING, Source, Unit, nothing};
use crate::error::UserError;
use crate::model::RunDocument;

pub(super) const FACTS: Facts = Facts {
    word: "collapsed",
    about: "Stacks, one a line: inferno, flamegraph.pl, speedscope, Perfetto UI, Firefox Profiler",
    against: Against::Run,
    choices: &[Choice::Unit],
    is_binary: false,
};

/// Counts by stack: those of the baseline, and those of the run.
type Lines = BTreeMap<String, [u64; 2]>;

/// Writes the stacks.
///
/// # Errors
/// Where no context has any of the figure that is wanted.
pub(super) fn write(source: &Source<'_>, options: &Options) -> Result<Vec<u8>, UserError> {
    let unit = options.unit.unwrap_or_default();
    let mut lines = Lines::new();
    for (side, run) in [source.baseline, Some(source.run)].into_iter().enumerate() {
        run.map_or(Ok(()), |run| add(&mut lines, side, run, unit))?;
    }
    let mut text = String::new();
    for (stack, counts) in lines {
        let [before, now] = counts.map(|count| in_unit(count, unit));
        if source.baseline.is_some() && before.max(now) > 0 {
            let _ = writeln!(text, "{stack} {before} {now}");
        } else if now > 0 {
            let _ = writeln!(text, "{stack} {now}");
        }
    }
    if text.is_empty() { Err(no_stack(source.run, unit)) } else { Ok(text.into_bytes()) }
}

/// Adds the contexts of a run.
fn add(lines: &mut Lines, side: usize, run: &RunDocument, unit: Unit) -> Result<(), UserError> {
    let contexts = Contexts::of(run);
    if unit == Unit::Bytes && !contexts.has_memory {
        return Err(nothing(
            run,
            "has no count of allocations",
            "see docs/async-and-allocations.md",
        ));
    }
    let frames: Vec<Cow<'_, str>> = contexts.functions.iter().map(|it| frame(it.name)).collect();
    for (at, node) in contexts.nodes.iter().enumerate() {
        let count = figure(node.own, unit);
        if count > 0 {
            let path: Vec<&str> =
                contexts.path(at).into_iter().map(|function| &*frames[function]).collect();
            let sum = &mut lines.entry(path.join(";")).or_default()[side];
            *sum = sum.saturating_add(count);
        }
    }
    Ok(())
}

/// Returns a figure of a context: a time in nanoseconds, which is rounded once it is summed up.
fn figure(own: Figures, unit: Unit) -> u64 {
    match unit {
        Unit::Ns | Unit::Us | Unit::Ms => own.ns,
        Unit::Calls => own.calls,
        Unit::Bytes => own.bytes,
    }
}

/// Returns a sum in its unit, rounded.
fn in_unit(sum: u64, unit: Unit) -> u64 {
    let one = match unit {
        Unit::Us => 1_000,
        Unit::Ms => 1_000_000,
        Unit::Ns | Unit::Calls | Unit::Bytes => 1,
    };
    sum / one + u64::from(sum % one * 2 >= one && one > 1)
}

/// Returns the name of a function as a frame.
fn frame(name: &str) -> Cow<'_, str> {
    let mut name = one_line(name);
    if name.contains(';') {
        name = Cow::Owned(name.replace(';', ":"));
    }
    if let Some(rest) = name.strip_prefix('#') {
        name = Cow::Owned(format!("＃{rest}"));
    }
    match name.rsplit_once(' ') {
        Some((before, last)) if is_count(last) => Cow::Owned(format!("{before}_{last}")),
        _ => name,
    }
}

/// Returns whether readers take a word for a count.
fn is_count(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
}

fn no_stack(run: &RunDocument, unit: Unit) -> UserError {
    let (what, help) = match unit {
        _ if Contexts::of(run).sum().is_zero() => (NO_CALL, RECORDS_NOTHING),
        Unit::Ns => ("has no self time", "`--unit calls` needs none"),
        Unit::Us | Unit::Ms => ("has no stack of so much self time", "take `--unit ns`"),
        Unit::Calls => ("has no finished call of a tracked function", "take `--unit ns`"),
        Unit::Bytes => ("has no allocation in a tracked function", "take `--unit ns`"),
    };
    nothing(run, what, help)
}
