//! Choices that a format does not have, and runs that lack what was asked for.

use crate::error::ExitCode;
use crate::export::{Choice, Format, Options, Source, Unit};
use crate::model::{RunDocument, samples};

#[track_caller]
fn refused(format: Format, source: &Source<'_>, options: &Options, code: ExitCode) -> String {
    let error = format.write(source, options).unwrap_err();
    assert_eq!(error.code, code);
    format!("{}; {}", error.problem, error.help.unwrap())
}

#[test]
fn formats_name_the_choices_they_have() {
    let run = samples::typical();
    let unit = Options { unit: Some(Unit::Us), ..Options::default() };
    let text = refused(Format::Pprof, &Source::of(&run), &unit, ExitCode::Usage);
    assert!(
        text.starts_with("pprof has no --unit; pprof has no options of its own; --unit is for "),
        "{text}"
    );
    assert!(text.contains("collapsed"), "{text}");
    let source = Source { baseline: Some(&run), ..Source::of(&run) };
    let text = refused(Format::Pprof, &source, &Options::default(), ExitCode::Usage);
    assert!(text.contains("-diff_base") && text.contains("--baseline is for collapsed"), "{text}");
}

#[test]
fn each_format_is_found_by_its_word() {
    for format in Format::ALL {
        assert_eq!(Format::from_word(format.facts().word).unwrap(), *format);
        assert!(!format.facts().choices.contains(&Choice::Baseline), "that is `against`");
    }
    let error = Format::from_word("ppprof").unwrap_err();
    assert_eq!(error.help.as_deref(), Some("did you mean `pprof`?"));
}

#[test]
fn runs_without_what_was_asked_for_are_named() {
    let nothing = ExitCode::NothingToJudge;
    let (none, empty) = (Options::default(), samples::empty());
    for format in [Format::Collapsed, Format::Pprof, Format::Speedscope, Format::Callgrind] {
        let text = refused(format, &Source::of(&empty), &none, nothing);
        assert!(text.starts_with("run 20261120T234552-1a2b has no "), "{text}");
    }
    let of_unit = |run: &RunDocument, unit| {
        let options = Options { unit: Some(unit), ..Options::default() };
        refused(Format::Collapsed, &Source::of(run), &options, nothing)
    };
    assert!(of_unit(&samples::typical(), Unit::Bytes).contains("has no count of allocations"));
    let short = samples::of(&[(None, "app::f", 3, 499_999)]);
    assert!(of_unit(&short, Unit::Ms).ends_with("take `--unit ns`"));
}

#[test]
fn older_runs_of_a_baseline_have_no_tree_and_each_function_is_a_root() {
    let run = samples::typical().sample();
    let text = Format::Collapsed.write(&Source::of(&run), &Options::default()).unwrap();
    let text = String::from_utf8(text).unwrap();
    assert!(text.contains("\ncode_stats::parse::tokenize 2110000000\n"), "{text}");
    assert!(!text.contains(';'), "{text}");
}
