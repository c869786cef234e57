//! The file of speedscope is what its schema says, and what the schema leaves open: frames exist, and each
//! sample has a weight.

use std::path::Path;

use perf_tests::consumers::{consumer, npm_package, python};
use perf_tests::{lab, program};
use serde_json::Value;

use super::{corpus, exported, with_names, workload};

/// Holds a file to the schema that comes with speedscope; `false` where that is not installed.
fn validated(file: &Path) -> bool {
    let Some(package) = npm_package("speedscope") else { return false };
    let schema = package.join("dist/release/file-format-schema.json");
    let Some(mut python) = python("jsonschema") else { return false };
    let script = "import json, sys, jsonschema\n\
        jsonschema.validate(json.load(open(sys.argv[1])), json.load(open(sys.argv[2])))";
    let output = python.args(["-c", script]).args([file, &schema]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    true
}

/// Returns the profiles of a file by name, after a look at what no schema sees.
fn profiles(file: &Path) -> Vec<(String, u64)> {
    let text = std::fs::read_to_string(file).unwrap();
    let file: Value = serde_json::from_str(&text).unwrap();
    let frames = file["shared"]["frames"].as_array().unwrap().len() as u64;
    let sum = |profile: &Value| {
        let samples = profile["samples"].as_array().unwrap();
        let weights = profile["weights"].as_array().unwrap();
        assert_eq!(samples.len(), weights.len());
        for sample in samples {
            let sample = sample.as_array().unwrap();
            assert!(!sample.is_empty() && sample.iter().all(|it| it.as_u64().unwrap() < frames));
        }
        let sum = weights.iter().map(|weight| weight.as_u64().unwrap()).sum();
        assert_eq!(
            (profile["startValue"].as_u64(), profile["endValue"].as_u64()),
            (Some(0), Some(sum))
        );
        (profile["name"].as_str().unwrap().to_owned(), sum)
    };
    file["profiles"].as_array().unwrap().iter().map(sum).collect()
}

#[test]
fn there_is_a_profile_a_metric() {
    let lab = lab!();
    workload(&lab, 77);
    let file = exported(&lab, &["speedscope"], "profile.json");
    let own: u64 = lab.latest().functions().map(|it| it.number("self_ns")).sum();
    let expected = [("wall time", own), ("calls", 2 * (6 * 77 + 1)), ("errors", 22)]
        .map(|(name, sum)| (name.to_owned(), sum));
    // A test's build may take less time than its recording: then times are estimates.
    let plain = |(name, sum): (String, u64)| (name.trim_start_matches("~ ").to_owned(), sum);
    let found: Vec<(String, u64)> = profiles(&file).into_iter().map(plain).collect();
    assert_eq!(found, expected);
    validated(&file);

    assert_eq!(lab.run(program!("allocating"), ["2", "50", "return"]).code, Some(0));
    let file = exported(&lab, &["speedscope"], "profile.json");
    let run = lab.latest();
    let sum = |field: &str| run.functions().map(|it| it.number(field)).sum::<u64>();
    let memory =
        [("allocations", sum("self_allocs")), ("allocated bytes", sum("self_alloc_bytes"))];
    assert_eq!(profiles(&file)[2..], memory.map(|(name, sum)| (name.to_owned(), sum)));
    validated(&file);
}

#[test]
fn names_are_whole() {
    let names = corpus::names();
    let lab = with_names(&names, true);
    let file = exported(&lab, &["speedscope"], "profile.json");
    profiles(&file);
    let file_text = std::fs::read_to_string(&file).unwrap();
    let read: Value = serde_json::from_str(&file_text).unwrap();
    let found = read["shared"]["frames"].as_array().unwrap().iter();
    let found: Vec<&str> = found.map(|frame| frame["name"].as_str().unwrap()).collect();
    let expected = names.iter().map(|it| if it.is_empty() { "(no name)" } else { it });
    assert_eq!(found, expected.collect::<Vec<_>>());
    validated(&file);
}

/// Opens a profile in speedscope, as its own command does, and returns the title of the page; `None` where
/// speedscope or a browser is not installed.
fn opened(profile: &Path) -> Option<String> {
    let page = npm_package("speedscope")?.join("dist/release/index.html");
    let mut browser = consumer("chromium")?;
    // Bytes as a list, since nothing here knows base64: the page takes a script that it runs.
    let bytes = std::fs::read(profile).unwrap();
    let script = profile.with_extension("js");
    let text = format!(
        "speedscope.loadFileFromBase64('{}', btoa(String.fromCharCode(...{bytes:?})))",
        profile.file_name().unwrap().display()
    );
    std::fs::write(&script, text).unwrap();
    let url = format!("file://{}#localProfilePath={}", page.display(), script.display());
    browser.args(["--headless", "--no-sandbox", "--disable-gpu", "--allow-file-access-from-files"]);
    browser.args(["--virtual-time-budget=10000", "--dump-dom", &url]);
    browser.arg(format!("--user-data-dir={}", profile.with_extension("browser").display()));
    let output = browser.output().unwrap();
    let page = String::from_utf8_lossy(&output.stdout).into_owned();
    let (_, title) = page.split_once("<title>").unwrap_or_else(|| panic!("no page: {output:?}"));
    title.split_once("</title>").map(|(title, _)| title.to_owned())
}

#[test]
fn speedscope_opens_every_profile() {
    let lab = lab!();
    workload(&lab, 77);
    for format in ["speedscope", "pprof", "collapsed", "callgrind"] {
        let file = exported(&lab, &[format], &format!("profile.{format}"));
        let Some(title) = opened(&file) else { return };
        // While nothing is open it is `speedscope`.
        assert!(title.ends_with(" - speedscope"), "{format}: {title}");
    }
}

#[test]
fn speedscope_opens_every_profile_whatever_names_are() {
    let names = corpus::names();
    // The two longest are more than a script can spread over a call.
    let names: Vec<String> = names.into_iter().filter(|name| name.len() < 1_000).collect();
    let lab = with_names(&names, false);
    for format in ["speedscope", "pprof", "collapsed", "callgrind"] {
        let file = exported(&lab, &[format], &format!("profile.{format}"));
        let Some(title) = opened(&file) else { return };
        assert!(title.ends_with(" - speedscope"), "{format}: {title}");
    }
}
