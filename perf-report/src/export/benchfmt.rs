//! The format of Go's benchmarks, which `benchstat` reads: `BenchmarkCall/NAME-CORES CALLS VALUE UNIT …`, a line a
//! function, and one for the command. A run is one sample of each; several runs in one file are several.
//!
//! `ns/op` is the mean duration of a call, callees included, `self-ns/op` the self time of a call, `p99-ns` the 99th
//! percentile; `B/op` and `allocs/op` are there where allocations were counted, callees included as in Go.
//! Functions without a time are left out.
//!
//! The configuration lines are the system, the architecture and the processor alone: benchstat makes a table for
//! each configuration, and would not hold two commits against each other. The run and its commit stand in a
//! comment.
//!
//! Names are visible characters; white space is written `_`, for it ends a name. The number of cores stands behind
//! every name, so that benchstat takes none of the name's own digits for it.

use std::fmt::Write as _;

use super::bmf::nothing;
use super::functions::{Ranked, Taken, visible, wall_ns};
use super::{Against, Choice, Facts, Options, Source};
use crate::error::UserError;
use crate::model::{Function, Metric, RunDocument, value};
use crate::stats::number::float;
use crate::text::sanitize;

pub(super) const FACTS: Facts = Facts {
    word: "benchfmt",
    about: "Go's benchmark format: `benchstat old.txt new.txt`",
    against: Against::Nothing("export both runs, and give both files to benchstat"),
    choices: &[Choice::Top, Choice::All],
    is_binary: false,
};

/// Functions that are written unless the user says otherwise.
const USUAL: usize = 200;
/// Characters of a name.
const LONGEST: usize = 1024;

/// Writes the lines.
///
/// # Errors
/// [`ExitCode::NothingToJudge`](crate::error::ExitCode::NothingToJudge) of a run without a time.
pub(super) fn write(source: &Source<'_>, options: &Options) -> Result<Vec<u8>, UserError> {
    let run = source.run;
    let mut lines = Vec::new();
    if let Some(wall) = wall_ns(run) {
        lines.push(format!("BenchmarkCommand-{} 1 {wall} ns/op", cores(run)));
    }
    let mut taken = Taken::default();
    for function in Ranked::new(run, options, USUAL).shown {
        lines.extend(line(function, &mut taken, run));
    }
    if lines.is_empty() {
        return Err(nothing(source));
    }
    let text = head(run) + &lines.join("\n") + "\n";
    Ok(text.into_bytes())
}

/// Returns the configuration, and the comment on the run.
fn head(run: &RunDocument) -> String {
    let machine = &run.run.machine;
    let mut text = String::new();
    for (key, value) in [("goos", &machine.os), ("goarch", &machine.arch), ("cpu", &machine.cpu)] {
        // A key without a value takes one back.
        if !value.trim().is_empty() {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{key}: {}", sanitize::screen(value));
        }
    }
    let commit = run.run.git.as_ref().map_or("", |git| &git.commit);
    let about = format!("# run {} {commit}", run.run.id);
    let _ = writeln!(text, "{}", sanitize::screen(about.trim_end()));
    text.push_str("Unit self-ns/op better=lower\nUnit p99-ns better=lower\n");
    text
}

/// Returns the line of a function; `None` where it has no time.
fn line(function: &Function, taken: &mut Taken, run: &RunDocument) -> Option<String> {
    let mean = value(function, Metric::MeanNs)?;
    let calls = function.measured_calls().max(1);
    let name = taken.unique(&one_field(&visible(&function.name, LONGEST)));
    let mut line =
        format!("BenchmarkCall/{}-{} {calls} {mean} ns/op", one_field(&name), cores(run));
    let own = function.self_ns_a_call().map(|ns| (ns, "self-ns/op"));
    let p99 = function.p99_ns.map(|ns| (float(ns), "p99-ns"));
    let a_call = |sum: Option<u64>| Some(float(sum?) / float(function.calls.max(1)));
    let bytes = a_call(function.alloc_bytes).map(|bytes| (bytes, "B/op"));
    let allocs = a_call(function.allocs).map(|allocs| (allocs, "allocs/op"));
    for (value, unit) in [own, p99, bytes, allocs].into_iter().flatten() {
        let _ = write!(line, " {value} {unit}");
    }
    Some(line)
}

/// Returns a name without white space.
fn one_field(name: &str) -> String {
    name.replace(char::is_whitespace, "_")
}

fn cores(run: &RunDocument) -> u32 {
    run.run.machine.cores.max(1)
}
