//! Small profiles, whole.

use insta::assert_snapshot;

use super::written;
use crate::export::{Format, Options, Source, Unit, pprof};
use crate::model::{RunDocument, samples};

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

#[test]
fn collapsed_stacks_of_a_run() {
    assert_snapshot!(text(written(Format::Collapsed, &samples::typical())));
}

#[test]
fn collapsed_stacks_in_other_units() {
    let run = samples::typical();
    let of = |unit| {
        let options = Options { unit: Some(unit), ..Options::default() };
        text(Format::Collapsed.write(&Source::of(&run), &options).unwrap())
    };
    assert_snapshot!([Unit::Ms, Unit::Calls].map(of).join("\n"));
}

#[test]
fn collapsed_stacks_with_a_baseline() {
    let (before, now) = (samples::typical(), samples::changed());
    let source = Source { baseline: Some(&before), ..Source::of(&now) };
    assert_snapshot!(text(Format::Collapsed.write(&source, &Options::default()).unwrap()));
}

#[test]
fn recursion_is_a_stack_and_an_edge() {
    let run = recursive();
    assert_snapshot!("recursion_collapsed", text(written(Format::Collapsed, &run)));
    assert_snapshot!("recursion_callgrind", text(written(Format::Callgrind, &run)));
}

/// Returns a run of a function that calls itself, directly and through another one.
fn recursive() -> RunDocument {
    samples::of(&[
        (None, "app::main", 1, 5),
        (Some(0), "app::walk", 1, 100),
        (Some(1), "app::walk", 2, 20),
        (Some(2), "app::visit", 2, 7),
        (Some(3), "app::walk", 3, 3),
    ])
}

#[test]
fn pprof_of_a_run_with_estimates() {
    let profile = pprof::tests::read(&written(Format::Pprof, &samples::sampled()));
    let samples = profile.samples.iter().map(|(stack, values)| format!("{values:?} {stack:?}"));
    let functions =
        profile.functions.iter().map(|(name, file, line)| format!("{name} {file}:{line}"));
    let mut lines = vec![
        format!("{:?}, {:?} ns", profile.types, profile.times),
        format!("first {}", profile.shown_first),
    ];
    lines.extend(profile.comments.iter().map(|comment| format!("# {comment}")));
    lines.extend(functions.chain(samples));
    assert_snapshot!(lines.join("\n"));
}

#[test]
fn speedscope_of_a_run() {
    let bytes = written(Format::Speedscope, &samples::typical());
    let file: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
    assert_snapshot!(serde_json::to_string_pretty(&file["profiles"][0]).unwrap());
    let mut file = file;
    file["profiles"] = serde_json::Value::Null;
    assert_snapshot!("speedscope_frames", serde_json::to_string_pretty(&file).unwrap());
}

#[test]
fn callgrind_of_a_run_with_estimates() {
    assert_snapshot!(text(written(Format::Callgrind, &samples::sampled())));
}
