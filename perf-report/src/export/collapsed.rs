//! Collapsed stacks: a line `root;frame;leaf COUNT` for each context, as inferno, speedscope, Perfetto UI and
//! others read them. With a baseline a line has two counts, those of the baseline first, as for
//! `inferno-diff-folded`.
//!
//! Of names it cannot hold: `;` is written `:`, a control character or line break as a space, `#` at the
//! beginning of a line as `＃`, and the space before a last word that is a number as `_`. Frames whose names
//! come out the same are one frame.

use std::collections::BTreeMap;

use super::contexts::{Context, Contexts};
use super::{Against, Choice, Facts, Options, Source, Unit};
use crate::error::UserError;

pub(super) const FACTS: Facts = Facts {
    word: "collapsed",
    about: "Stacks, one a line: inferno, flamegraph.pl, speedscope, Perfetto UI, Firefox Profiler",
    against: Against::Run,
    choices: &[Choice::Unit],
    is_binary: false,
};

/// Writes the stacks.
///
/// # Errors
/// Where bytes are wanted and allocations were not counted.
pub(super) fn write(source: &Source<'_>, options: &Options) -> Result<Vec<u8>, UserError> {
    let unit = options.unit.unwrap_or_default();
    let mut lines: BTreeMap<String, u64> = BTreeMap::new();
    add(&mut lines, &Contexts::of(source.run), unit);
    let mut text = String::new();
    for (stack, count) in lines {
        text += &format!("{stack} {count}\n");
    }
    Ok(text.into_bytes())
}

fn add(lines: &mut BTreeMap<String, u64>, contexts: &Contexts<'_>, unit: Unit) {
    let mut stacks: Vec<String> = Vec::with_capacity(contexts.nodes.len());
    for node in &contexts.nodes {
        let name = contexts.functions[node.function].name.replace(';', ":");
        let stack = match node.parent {
            Some(parent) => format!("{};{name}", stacks[parent]),
            None => name,
        };
        let count = figure(node, unit);
        if count > 0 {
            *lines.entry(stack.clone()).or_default() += count;
        }
        stacks.push(stack);
    }
}

fn figure(node: &Context, unit: Unit) -> u64 {
    match unit {
        Unit::Ns => node.own.ns,
        Unit::Us => node.own.ns / 1_000,
        Unit::Ms => node.own.ns / 1_000_000,
        Unit::Calls => node.own.calls,
        Unit::Bytes => node.own.bytes,
    }
}
