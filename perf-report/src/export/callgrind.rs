//! The profile of callgrind, for `KCachegrind`, `callgrind_annotate` and gprof2dot: functions with their figures
//! alone, and for each caller and callee the calls between them with the figures of all that they led to.
//!
//! It has edges, no stacks. A call of a function that is already running adds to the count of its edge and
//! not to the figures of that, so that a recursive function has no more than its outermost calls took. Names
//! and files are on one line ([`one_line`]).

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;

use super::contexts::{Contexts, Figures};
use super::names::one_line;
use super::{Against, Facts, NO_CALL, Options, RECORDS_NOTHING, Source, nothing};
use crate::error::UserError;
use crate::model::RunDocument;
use crate::render;

pub(super) const FACTS: Facts = Facts {
    word: "callgrind",
    about: "Functions, and who calls whom: KCachegrind, callgrind_annotate, gprof2dot",
    against: Against::Nothing("write both runs; `export collapsed` shows the difference of two"),
    choices: &[],
    is_binary: false,
};

/// The file of functions whose file is not known.
const NO_FILE: &str = "???";

/// A function's figures alone, and its callees.
#[derive(Debug, Clone, Default)]
struct Caller {
    own: Figures,
    callees: BTreeMap<usize, Edge>,
}

/// The calls from one function to another.
#[derive(Debug, Clone, Copy, Default)]
struct Edge {
    calls: u64,
    inclusive: Figures,
}

/// Writes the profile.
///
/// # Errors
/// Where no tracked function was called.
pub(super) fn write(source: &Source<'_>, _: &Options) -> Result<Vec<u8>, UserError> {
    let contexts = Contexts::of(source.run);
    let sum = contexts.sum();
    if sum.is_zero() {
        return Err(nothing(source.run, NO_CALL, RECORDS_NOTHING));
    }
    let mut text = header(source.run, &contexts);
    let mut writer = Names::new(&contexts);
    for (at, caller) in callers(&contexts).iter().enumerate() {
        writer.function(&mut text, at, caller);
    }
    let _ = writeln!(text, "\ntotals: {}", figures(sum, contexts.has_memory));
    Ok(text.into_bytes())
}

fn header(run: &RunDocument, contexts: &Contexts<'_>) -> String {
    let mut text = "# callgrind format\nversion: 1\n".to_owned();
    text += concat!("creator: perf-report ", env!("CARGO_PKG_VERSION"), "\n");
    let _ = writeln!(text, "cmd: {}", one_line(&render::command_line(run)));
    for note in render::notes(run) {
        let _ = writeln!(text, "desc: {}", one_line(&note));
    }
    let memory = if contexts.has_memory { " allocs bytes" } else { "" };
    let _ = writeln!(text, "positions: line\nevents: ns calls errors{memory}");
    let _ = writeln!(text, "summary: {}", figures(contexts.sum(), contexts.has_memory));
    text
}

/// Returns figures in the order of the line `events:`.
fn figures(own: Figures, has_memory: bool) -> String {
    let Figures { calls, errors, ns, allocs, bytes } = own;
    let memory = if has_memory { format!(" {allocs} {bytes}") } else { String::new() };
    format!("{ns} {calls} {errors}{memory}")
}

/// Returns the figures of each function, and its edges.
fn callers(contexts: &Contexts<'_>) -> Vec<Caller> {
    let mut callers = vec![Caller::default(); contexts.functions.len()];
    let inclusive = inclusive(contexts);
    for (at, node) in contexts.nodes.iter().enumerate() {
        callers[node.function].own.add(node.own);
        let mut above = contexts.upwards(at).skip(1).peekable();
        let Some(caller) = above.peek().map(|caller| caller.function) else { continue };
        let edge = callers[caller].callees.entry(node.function).or_default();
        edge.calls = edge.calls.saturating_add(node.own.calls);
        if above.all(|caller| caller.function != node.function) {
            edge.inclusive.add(inclusive[at]);
        }
    }
    callers
}

/// Returns the figures of each context with those of all below it.
fn inclusive(contexts: &Contexts<'_>) -> Vec<Figures> {
    let mut sums: Vec<Figures> = contexts.nodes.iter().map(|node| node.own).collect();
    for (at, node) in contexts.nodes.iter().enumerate().rev() {
        let sum = sums[at];
        if let Some(parent) = node.parent.and_then(|parent| sums.get_mut(parent)) {
            parent.add(sum);
        }
    }
    sums
}

/// Functions and files by number: a name is written with the first use of its number.
struct Names<'a> {
    contexts: &'a Contexts<'a>,
    files: HashMap<&'a str, (usize, bool)>,
    is_known: Vec<bool>,
}

impl<'a> Names<'a> {
    fn new(contexts: &'a Contexts<'a>) -> Self {
        Self { contexts, files: HashMap::new(), is_known: vec![false; contexts.functions.len()] }
    }

    /// Writes a function: what it has alone, then its callees.
    fn function(&mut self, text: &mut String, at: usize, caller: &Caller) {
        let has_memory = self.contexts.has_memory;
        let line = self.contexts.functions[at].line;
        let (file, name) = (self.file(at), self.name(at));
        let _ =
            writeln!(text, "\nfl={file}\nfn={name}\n{line} {}", figures(caller.own, has_memory));
        for (&callee, edge) in &caller.callees {
            let (file, name) = (self.file(callee), self.name(callee));
            let to = self.contexts.functions[callee].line;
            let all = figures(edge.inclusive, has_memory);
            // One that has not finished is a call: without any, readers take the next line for the caller's.
            let calls = edge.calls.max(1);
            let _ = writeln!(text, "cfl={file}\ncfn={name}\ncalls={calls} {to}\n{line} {all}");
        }
    }

    fn file(&mut self, function: usize) -> String {
        let file = self.contexts.functions[function].file;
        let next = self.files.len() + 1;
        let (number, is_known) = self.files.entry(file).or_insert((next, false));
        let name = if file.is_empty() { Cow::Borrowed(NO_FILE) } else { one_line(file) };
        numbered(*number, is_known, &name)
    }

    fn name(&mut self, function: usize) -> String {
        let name = one_line(self.contexts.functions[function].name);
        numbered(function + 1, &mut self.is_known[function], &name)
    }
}

/// Returns a number, with its name for the first time.
fn numbered(number: usize, is_known: &mut bool, name: &str) -> String {
    if std::mem::replace(is_known, true) {
        format!("({number})")
    } else {
        format!("({number}) {name}")
    }
}
