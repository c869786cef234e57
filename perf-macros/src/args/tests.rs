//! The values that options accept, and the errors for others.

use std::fmt::Write;

use super::Options;
use super::budget::Limit;
use crate::errors::Errors;
use crate::snapshots::assert_text;

fn parse(args: &str) -> (Options, Errors) {
    let mut errors = Errors::default();
    let options = Options::parse(args.parse().unwrap(), &mut errors);
    (options, errors)
}

fn accepted(args: &str) -> Options {
    let (options, errors) = parse(args);
    assert!(errors.is_empty(), "{args}: {:?}", errors.messages());
    options
}

/// Returns the messages for each of these arguments.
fn refusals(all: &[&str]) -> String {
    let mut text = String::new();
    for args in all {
        let (_, errors) = parse(args);
        assert!(!errors.is_empty(), "{args} was accepted");
        writeln!(text, "{args}").unwrap();
        for message in errors.messages() {
            writeln!(text, "    {}", message.replace('\n', "\n        ")).unwrap();
        }
    }
    text
}

#[test]
fn nothing_is_needed() {
    let options = accepted("");
    assert!(options.name.is_none() && options.skip.is_none() && options.outcome.is_none());
    assert!(options.runtime.is_none() && options.exact.is_none() && options.budget.is_none());
    assert!(options.tags.is_empty());
}

#[test]
fn every_option_at_once() {
    let options = accepted(
        r#"name = "a b", skip, err, crate = ::a::b, exact, tags = ["x", "y",],
        budget(p50 = "1us", p95 = "2ms", p99 = "1s", mean = "1.5ms", max = "2s", calls = 1_000,
               allocs = 0, max_regression = "12.5%",),"#,
    );
    assert_eq!(options.name.unwrap().value(), "a b");
    assert!(options.skip.is_some() && options.outcome.is_some() && options.exact.is_some());
    let path = options.runtime.unwrap();
    assert!(path.leading_colon.is_some() && path.segments.len() == 2);
    assert_eq!(options.tags.iter().map(syn::LitStr::value).collect::<Vec<_>>(), ["x", "y"]);
    let limit = |field, value| Limit { field, value };
    assert_eq!(
        options.budget.unwrap().limits,
        [
            limit("p50_ns", 1_000),
            limit("p95_ns", 2_000_000),
            limit("p99_ns", 1_000_000_000),
            limit("mean_ns", 1_500_000),
            limit("max_ns", 2_000_000_000),
            limit("calls", 1_000),
            limit("allocs", 0),
            limit("max_regression_bp", 1_250),
        ]
    );
}

#[test]
fn kinds_of_errors_imply_errors() {
    for args in ["err_kind", "err_kind = a::b", "err, err_kind", "err_kind = a, err"] {
        assert!(accepted(args).names_errors(), "{args}");
    }
    assert!(!accepted("err").names_errors());
    for args in
        ["err_kind, ok_if = a", "err_if = a, err_kind = b", "err_kind = \"a\"", "err_kind(a)"]
    {
        assert!(!parse(args).1.is_empty(), "{args}");
    }
}

#[test]
fn paths_of_every_form() {
    for path in ["a", "a::b", "::a", "crate", "crate::a", "self::a", "super::a", "r#type"] {
        assert!(accepted(&format!("crate = {path}")).runtime.is_some(), "{path}");
    }
}

#[test]
fn a_method_takes_what_its_block_gives() {
    let block = accepted(r#"crate = outer, exact, tags = ["a", "b"]"#);
    let method = accepted(r#"name = "m", tags = ["c", "b"]"#).within(&block);
    assert!(method.exact.is_some() && method.name.is_some());
    assert!(method.runtime.unwrap().is_ident("outer"));
    assert_eq!(method.tags.iter().map(syn::LitStr::value).collect::<Vec<_>>(), ["c", "b", "a"]);

    let method = accepted("crate = inner").within(&block);
    assert!(method.runtime.unwrap().is_ident("inner"));
}

#[test]
fn unknown_and_repeated_options() {
    assert_text!(refusals(&[
        "nam = \"x\"",
        "bugdet(p95 = \"2ms\")",
        "label = \"x\"",
        "\"parse\"",
        "42",
        ", exact",
        "exact,, err",
        "exact err",
        "exact, err, exact",
        "budget(p95 = \"2ms\") p99",
    ]));
}

#[test]
fn values_of_the_wrong_kind() {
    assert_text!(refusals(&[
        "name",
        "name =",
        "name = parse",
        "name = 3",
        "name(\"x\")",
        "skip = true",
        "err(true)",
        "exact = false",
        "crate = \"a::b\"",
        "crate",
        "tags",
        "tags = \"a\"",
        "tags = [a, \"b\", 3]",
        "tags(\"a\")",
        "budget",
        "budget = \"2ms\"",
        "budget()",
    ]));
}

#[test]
fn text_that_no_report_could_show() {
    let long = format!("name = {:?}", "x".repeat(201));
    let long_tag = format!("tags = [{:?}]", "x".repeat(61));
    assert_text!(refusals(&[
        "name = \"\"",
        "name = \"   \"",
        "name = \" padded \"",
        r#"name = "two\nlines""#,
        r#"name = "\u{1b}[31mred""#,
        &long,
        "tags = [\"\", \"a\", \"a\"]",
        &long_tag,
    ]));
}

#[test]
fn limits_that_cannot_be() {
    assert_text!(refusals(&[
        "budget(p90 = \"2ms\")",
        "budget(P95 = \"2ms\")",
        "budget(p95)",
        "budget(p95 = 2)",
        "budget(p95 = 2ms)",
        "budget(p95 = 2.5ms)",
        "budget(p95 = \"2\")",
        "budget(p95 = \"2 minutes\")",
        "budget(p95 = \"fast\")",
        "budget(p95 = \"0ms\")",
        "budget(p95 = \"0.5ns\")",
        "budget(max = \"99999999999999s\")",
        "budget(max = \"1ms\", max = \"2ms\")",
        "budget(calls = \"10\")",
        "budget(calls = 10ms)",
        "budget(calls = -1)",
        "budget(calls = 1.5)",
        "budget(allocs = 18446744073709551616)",
        "budget(max_regression = \"10\")",
        "budget(max_regression = 10)",
        "budget(max_regression = \"0%\")",
        "budget(max_regression = \"0.001%\")",
        "budget(max_regression = \"99999999%\")",
    ]));
}

#[test]
fn one_mistake_hides_no_other() {
    let (options, errors) = parse("nam = 1, exact, tags = [1, \"ok\"], budget(p9 = 1, calls = -1)");
    assert_eq!(errors.messages().len(), 4, "{:?}", errors.messages());
    assert!(options.exact.is_some());
    assert_eq!(options.tags.len(), 1);
}
