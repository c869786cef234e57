//! What the two texts of metrics share: the families of series of a run. [`prometheus`](super::prometheus)
//! and [`openmetrics`](super::openmetrics) write them, each in its own way.
//!
//! Values are in base units, seconds and bytes. A function is named by the labels `function` and `crate`;
//! two functions of one name, which only documents from elsewhere have, are told apart by `file` and
//! `line`. Label values are the names themselves, whatever characters are in them. A metric is left out where
//! nothing was counted for it; figures that are not exact have a series in
//! `perf_track_function_inexact` beside them, so that the series of a figure is the same in every run.

pub(super) mod fleet;
mod functions;
pub(super) mod native;
mod own;
mod run;

use std::fmt::Write as _;
use std::rc::Rc;

pub(super) use run::start_ns;

use super::functions::Ranked;
use super::{Choice, Options};
use crate::model::RunDocument;

/// Functions that are written unless the user says otherwise.
pub(super) const USUAL: usize = 200;

/// The choices of both texts; `OpenMetrics` has one more.
pub(super) const CHOICES: [Choice; 2] = [Choice::Top, Choice::All];

/// The kind of a metric, as both texts name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Counter,
    Gauge,
    Summary,
    Histogram,
}

impl Kind {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Summary => "summary",
            Self::Histogram => "histogram",
        }
    }
}

/// A metric with its series.
#[derive(Debug)]
pub(super) struct Family {
    /// Its name, without the `_total` of a counter.
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    /// The last word of the name where it is a unit, else nothing.
    pub(super) unit: &'static str,
    pub(super) help: &'static str,
    pub(super) samples: Vec<Sample>,
}

impl Family {
    fn new(kind: Kind, name: &'static str, help: &'static str) -> Self {
        let unit = ["seconds", "bytes"].into_iter().find(|unit| name.ends_with(unit));
        Self { name, kind, unit: unit.unwrap_or_default(), help, samples: Vec::new() }
    }

    /// Adds the value of a series that has the name of the family.
    fn add(&mut self, labels: &Rc<str>, value: Value) {
        self.push("", labels, "", value);
    }

    fn push(&mut self, suffix: &'static str, labels: &Rc<str>, extra: &'static str, value: Value) {
        self.samples.push(Sample { suffix, labels: Rc::clone(labels), extra, value });
    }

    /// Returns a family of one series without labels.
    fn single(kind: Kind, name: &'static str, help: &'static str, value: Value) -> Self {
        let mut family = Self::new(kind, name, help);
        family.add(&Rc::from(""), value);
        family
    }
}

/// A metric of things with one value each: kind, name, help, and the value where a thing has it.
type Metric<T> = (Kind, &'static str, &'static str, fn(&T) -> Option<Value>);

/// A thing and its labels.
type Labelled<'a, T> = (&'a T, Rc<str>);

/// Returns the family of a metric: a series for each thing that has a value.
fn family<T>(&(kind, name, help, value): &Metric<T>, labelled: &[Labelled<'_, T>]) -> Family {
    let mut family = Family::new(kind, name, help);
    for (thing, labels) in labelled {
        if let Some(value) = value(thing) {
            family.add(labels, value);
        }
    }
    family
}

/// The value of a series.
#[derive(Debug)]
pub(super) struct Sample {
    /// The end of its name behind that of the family: `_sum` and `_count` of a summary, and `_bucket`.
    pub(super) suffix: &'static str,
    /// Its labels as they are written, without braces.
    pub(super) labels: Rc<str>,
    /// A further label as it is written: the quantile of a summary, or the bound of a bucket.
    pub(super) extra: &'static str,
    pub(super) value: Value,
}

impl Sample {
    /// Writes it in a line of its own, up to the line's end.
    pub(super) fn write(&self, text: &mut String, name: &str, suffix: &str) {
        text.push_str(name);
        text.push_str(suffix);
        text.push_str(self.suffix);
        if !self.labels.is_empty() || !self.extra.is_empty() {
            let comma = if self.labels.is_empty() || self.extra.is_empty() { "" } else { "," };
            // Writing to a String cannot fail.
            let _ = write!(text, "{{{}{comma}{}}}", self.labels, self.extra);
        }
        text.push(' ');
        text.push_str(&self.value.text());
    }
}

/// A value that is written without loss.
#[derive(Debug, Clone, Copy)]
pub(super) enum Value {
    /// A count of things.
    Count(u64),
    /// Nanoseconds, which are written as seconds.
    Ns(u64),
    /// Any other number.
    Real(f64),
}

impl Value {
    pub(super) fn text(self) -> String {
        match self {
            Self::Count(count) => count.to_string(),
            Self::Ns(ns) => {
                let text = format!("{}.{:09}", ns / 1_000_000_000, ns % 1_000_000_000);
                text.trim_end_matches('0').trim_end_matches('.').to_owned()
            }
            Self::Real(value) if value.abs() < 1e15 => format!("{value}"),
            Self::Real(value) => format!("{value:e}"),
        }
    }
}

/// Returns all families of a run that have a series, in the order in which they are written.
pub(super) fn families(run: &RunDocument, options: &Options) -> Vec<Family> {
    let ranked = Ranked::new(run, options, USUAL);
    let mut families = run::families(run);
    families.extend(functions::families(&ranked));
    families.extend(own::families(run));
    families.retain(|family| !family.samples.is_empty());
    families
}

/// Returns labels as they are written. Empty ones are left out, which is the same to every reader.
fn labels(pairs: &[(&str, &str)]) -> Rc<str> {
    let pairs = pairs.iter().filter(|(_, value)| !value.is_empty());
    let all: Vec<_> = pairs.map(|(name, value)| format!("{name}=\"{}\"", escaped(value))).collect();
    all.join(",").into()
}

/// Escapes what would end a label's value: nothing else has a meaning there.
fn escaped(value: &str) -> String {
    value.replace('\\', r"\\").replace('"', "\\\"").replace('\n', r"\n")
}

#[cfg(test)]
mod tests;
