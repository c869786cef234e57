//! The text format `OpenMetrics` 1.0, as Prometheus, GitLab's metrics reports and `promtool tsdb
//! create-blocks-from openmetrics` read it. The last of these wants the time beside each value, which
//! [`Options::timestamps`] adds: that of the start of the run.
//!
//! It holds every name. [`prometheus`](super::prometheus) has the same figures in the other text, which no
//! file can be at the same time.

use std::fmt::Write as _;

use super::exposition::{self, Family, Kind, Value};
use super::{Against, Choice, Facts, Options, Source};
use crate::error::{ExitCode, UserError};

pub(super) const FACTS: Facts = Facts {
    word: "openmetrics",
    about: "Metrics as OpenMetrics text: Prometheus, promtool, GitLab's metrics reports",
    against: Against::Nothing("export both runs, and compare the series"),
    choices: &[exposition::CHOICES[0], exposition::CHOICES[1], Choice::Timestamps],
    is_binary: false,
};

/// Writes the series, a line each.
///
/// # Errors
/// Where timestamps are wanted and the run has no time.
pub(super) fn write(source: &Source<'_>, options: &Options) -> Result<Vec<u8>, UserError> {
    let time = if options.timestamps { format!(" {}", time(source)?) } else { String::new() };
    Ok(text(&exposition::families(source.run, options), &time).into_bytes())
}

/// Writes families of series, a line each, with `time` behind each value.
pub(super) fn text(families: &[Family], time: &str) -> String {
    let mut text = String::new();
    for family in families {
        let (name, kind) = (family.name, family.kind.word());
        let suffix = if family.kind == Kind::Counter { "_total" } else { "" };
        // Writing to a String cannot fail.
        let _ = writeln!(text, "# TYPE {name} {kind}");
        if !family.unit.is_empty() {
            let _ = writeln!(text, "# UNIT {name} {}", family.unit);
        }
        let _ = writeln!(text, "# HELP {name} {}", family.help);
        for sample in &family.samples {
            sample.write(&mut text, name, suffix);
            text.push_str(time);
            text.push('\n');
        }
    }
    text.push_str("# EOF\n");
    text
}

/// Returns the time of the run in seconds since 1970.
fn time(source: &Source<'_>) -> Result<String, UserError> {
    let run = &source.run.run;
    let ns = exposition::start_ns(source.run).ok_or_else(|| {
        let problem = format!("the time of run {} is none: {:?}", run.id, run.time);
        UserError::new(ExitCode::Unreadable, problem).help("leave out --timestamps")
    })?;
    Ok(Value::Ns(ns).text())
}
