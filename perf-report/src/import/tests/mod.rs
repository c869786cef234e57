//! Parsers of results: values to the digit, quirks of writers, and texts that nobody should write.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    clippy::float_cmp,
    reason = "the values of files are right to the digit"
)]

mod criterion;
mod expected;
mod hostile;
mod names;
mod odd;
mod quirks;

use super::{Format, Imported, Options, detect};
use crate::model::{Benchmark, CustomMetric, Function};

/// Reads a text in the format that its content tells, which must be this one; and as Windows ends its lines.
#[track_caller]
fn read(text: &str, format: Format) -> Imported {
    assert_eq!(detect(text), Ok(format));
    let imported = format.read(text, &Options::default()).unwrap();
    if !text.contains('\r') {
        let of_windows = text.replace('\n', "\r\n");
        assert_eq!(detect(&of_windows), Ok(format));
        let again = format.read(&of_windows, &Options::default()).unwrap();
        assert_eq!(format!("{again:?}"), format!("{imported:?}"), "the ends of lines say nothing");
    }
    imported
}

#[track_caller]
fn function<'a>(imported: &'a Imported, name: &str) -> &'a Function {
    let mut all = imported.runs.iter().flat_map(|run| &run.functions);
    all.find(|it| it.name == name).unwrap_or_else(|| panic!("no {name} in {imported:#?}"))
}

#[track_caller]
fn figures<'a>(imported: &'a Imported, name: &str) -> &'a Benchmark {
    function(imported, name).benchmark.as_deref().unwrap()
}

#[track_caller]
fn metric<'a>(imported: &'a Imported, name: &str) -> &'a CustomMetric {
    let mut all = imported.runs.iter().flat_map(|run| &run.metrics);
    all.find(|it| it.name == name).unwrap_or_else(|| panic!("no {name} in {imported:#?}"))
}

/// Returns the names of all functions, in their order.
fn names(imported: &Imported) -> Vec<&str> {
    imported.runs.iter().flat_map(|run| &run.functions).map(|it| it.name.as_str()).collect()
}

fn sentences(imported: &Imported) -> Vec<String> {
    imported.notes.iter().map(super::Note::sentence).collect()
}
