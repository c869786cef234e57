//! The text format of Prometheus, 0.0.4, as `node_exporter`'s textfile collector, the Pushgateway and `promtool
//! check metrics` read it. No timestamps: `node_exporter` leaves out files that have them.
//!
//! It holds every name. [`openmetrics`](super::openmetrics) has the same figures in the other text, which no
//! file can be at the same time.

use std::fmt::Write as _;

use super::exposition::{self, Family, Kind};
use super::{Against, Facts, Options, Source};

pub(super) const FACTS: Facts = Facts {
    word: "prometheus",
    about: "Metrics as Prometheus text: node_exporter's textfile collector, Pushgateway",
    against: Against::Nothing("export both runs, and compare the series"),
    choices: &exposition::CHOICES,
    is_binary: false,
};

/// Writes the series, a line each.
pub(super) fn write(source: &Source<'_>, options: &Options) -> Vec<u8> {
    text(&exposition::families(source.run, options)).into_bytes()
}

/// Writes families of series, a line each.
pub(super) fn text(families: &[Family]) -> String {
    let mut text = String::new();
    for family in families {
        // Here a counter has its whole name in every line.
        let suffix = if family.kind == Kind::Counter { "_total" } else { "" };
        let (name, kind) = (family.name, family.kind.word());
        // Writing to a String cannot fail.
        let _ = writeln!(text, "# HELP {name}{suffix} {}", family.help);
        let _ = writeln!(text, "# TYPE {name}{suffix} {kind}");
        for sample in &family.samples {
            sample.write(&mut text, name, suffix);
            text.push('\n');
        }
    }
    text
}
